"""The accounts of a case as a picture: what each is, what happened to it, how it stands, and who could manage it."""

from __future__ import annotations

from collections.abc import Sequence

from recover.frozen import frozen
from recover.packet.letters.values import Moment, printed
from recover.packet.pictures import drawing as d
from recover.packet.pictures.accounts import UNRECORDED, Account, History, left_by
from recover.packet.pictures.signs import band
from recover.packet.words.phrases import phrase
from recover.playbook.drawing import wrapped

WIDTH = 680.0
COLUMNS = 3
GUTTER, PAD = 14.0, 9.0
CARD = (WIDTH - (COLUMNS - 1) * GUTTER) / COLUMNS
NAME_SIZE, TEXT_SIZE = 12.0, 10.5
MOST_HEIGHT = 880.0


@frozen
class _Card:
    account: Account
    shapes: tuple[d.Shape, ...]
    height: float


def accounts_drawings(
    found: Sequence[History], language: str, *, is_right_to_left: bool = False
) -> tuple[d.Drawing, ...]:
    """Draw one card for each account, the contested ones first, and a line to each from what could manage it.

    As many drawings as pages need; none for no account.
    """
    managers = {key for each in found for key in each.account.managers}
    # Beside what they manage, so that no line crosses a card.
    first = [each for each in found if each.account.is_contested]
    beside = [each for each in found if each.account.key in managers and each not in first]
    rest = [each for each in found if each not in first and each not in beside]
    cards = [_card(each, language) for each in (*_paired(first, beside), *rest)]
    drawings = [_sheet(rows, language) for rows in _pages(cards)]
    return tuple(map(d.mirrored, drawings)) if is_right_to_left else tuple(drawings)


def _paired(first: Sequence[History], beside: Sequence[History]) -> list[History]:
    """Put each contested account right before those that could manage it."""
    found: list[History] = []
    for each in first:
        found.append(each)
        found += [one for one in beside if one.account.key in each.account.managers and one not in found]
    return found


def _pages(cards: Sequence[_Card]) -> list[list[list[_Card]]]:
    pages: list[list[list[_Card]]] = []
    used = MOST_HEIGHT + 1
    for at in range(0, len(cards), COLUMNS):
        row = list(cards[at : at + COLUMNS])
        height = max(card.height for card in row) + GUTTER
        if used + height > MOST_HEIGHT:
            pages.append([])
            used = 0.0
        pages[-1].append(row)
        used += height
    return pages


def _sheet(rows: Sequence[Sequence[_Card]], language: str) -> d.Drawing:
    shapes: list[d.Shape] = []
    y = 1.0
    is_linked = False
    for row in rows:
        height = max(card.height for card in row)
        for column, card in enumerate(row):
            x = column * (CARD + GUTTER)
            frame = d.Box(x + 1, y, CARD - 2, height, d.PAPER, d.INK, 2.2 if card.account.is_contested else 0.9)
            title = " ".join(d.labels(d.Drawing(0, 0, card.shapes)))
            shapes.append(d.Group(title, (frame, *(d.moved(shape, x, y) for shape in card.shapes))))
        links = _links(row, y + height / 2)
        is_linked = is_linked or bool(links)
        shapes += links
        y += height + GUTTER
    if is_linked:
        for line in wrapped(phrase("map-link", language), WIDTH, TEXT_SIZE, 2):
            shapes.append(d.Label(0, y + 4, line, TEXT_SIZE, ink=d.GREY))
            y += 13
    return d.Drawing(WIDTH, y, tuple(shapes))


def _links(row: Sequence[_Card], y: float) -> list[d.Shape]:
    """Join what is contested with what stands beside it and could manage it."""
    shapes: list[d.Shape] = []
    for at, card in enumerate(row):
        for column in range(at + 1, len(row)):
            if row[column].account.key not in card.account.managers:
                break
            x = column * (CARD + GUTTER)
            shapes += [d.Stroke(x - GUTTER - 1, y, x + 1, y, line=2), d.Circle(x - GUTTER - 1, y, 3, d.INK)]
    return shapes


def _card(history: History, language: str) -> _Card:
    account = history.account
    width = CARD - 2 * PAD
    shapes: list[d.Shape] = []
    y = PAD
    for text, size, is_bold, most in _lines(account, language):
        for line in wrapped(text, width, size * (1.1 if is_bold else 1), most):
            y += size + 3
            shapes.append(d.Label(PAD, y - 1, line, size, is_bold=is_bold))
    y += 8
    state = state_now(history)
    shapes += [d.moved(shape, PAD, y) for shape in band(state, 0, 0, 22)]
    words = wrapped(phrase(f"state-of-{state}", language), width - 28, TEXT_SIZE, 2)
    shapes += [d.Label(PAD + 28, y + 7.5 + n * 12, line, TEXT_SIZE) for n, line in enumerate(words)]
    return _Card(account, tuple(shapes), y + 12 * max(1, len(words)) + PAD - 4)


def _lines(account: Account, language: str) -> list[tuple[str, float, bool, int]]:
    """Return the lines of a card: (text, size, bold, most rows)."""
    lines = [
        (account.kind, TEXT_SIZE, False, 1),
        (account.name, NAME_SIZE, True, 3),
        (account.number, TEXT_SIZE, False, 2),
    ]
    if account.is_contested:
        lines.append((phrase("map-contested", language), TEXT_SIZE, False, 2))
    if account.happened_text:
        lines.append((happened(account, language), TEXT_SIZE, False, 3))
    return [line for line in lines if line[0]]


def happened(account: Account, language: str) -> str:
    """Say what happened to an account and when, as exactly as it is known."""
    if account.happened_when is None or account.happened == "none":
        return account.happened_text
    when = printed(Moment(account.happened_when), "short", language)
    return phrase("picture-change", language, state=account.happened_text, when=when)


def state_now(history: History) -> str:
    """Return the state after the last change; what happened on a day that is not known left a state as well."""
    return history.changes[-1].state if history.changes else left_by(history.account) or UNRECORDED
