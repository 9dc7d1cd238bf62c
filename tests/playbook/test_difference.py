"""What differs between a playbook and its original is said in words, with the place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from recover import content
from recover.errors import NotFoundError, UsageError
from recover.playbook.creating import new_from_playbook
from recover.playbook.difference import compare, compare_files
from recover.playbook.document import Document
from recover.playbook.upstream import find_upstream
from tests.playbook.ground import copied

SHIPPED = content.playbooks_root() / "hijacked-instagram" / "playbook.yaml"

CHANGES: tuple[tuple[Callable[[Document], None], str, str], ...] = (
    (lambda d: d.set(d.path("steps.reply.outcomes.silence.after"), "7d"), "changed",
     "step reply: outcome silence: 14d → 7d"),
    (lambda d: d.set(d.path("steps.reply.outcomes.refused"), "more"), "changed",
     "step reply: outcome refused leads to more, not to stuck"),
    (lambda d: d.set(d.path("steps.reply.wait.remind"), ["3d"]), "changed",
     "step reply, wait: reminders: “7d, 14d” → 3d"),
    (lambda d: d.set(d.path("steps.by_letter.letter.template"), "follow-up"), "changed",
     "step by_letter: instagram-statement replaced by follow-up"),
    (lambda d: d.set(d.path("facts.still_inside.choices.nobody"), "No one"), "changed",
     "question still_inside: answer nobody: Nobody → “No one”"),
    (lambda d: d.set(d.path("facts.still_inside.choices.admin"), "Admin"), "added",
     "question still_inside: answer admin added: Admin"),
    (lambda d: d.set(d.path("facts.fresh"), {"type": "yes-no", "ask": "What else?", "why": "So."}), "added",
     "question fresh added: “What else?”"),
    (lambda d: d.remove(d.path("facts.deleted_what")), "removed",
     "question deleted_what removed: “What was deleted?”"),
    (lambda d: d.append(d.path("steps.selfie.do"), {"id": "look", "text": "Look twice"}), "added",
     "step selfie: thing to do look added: “Look twice”"),
    (lambda d: d.set(d.path("steps.selfie.say"), "Short"), "changed", "step selfie: advice: “Choose"),
    (lambda d: d.set(d.path("title"), "Other"), "changed", "title: “Hijacked Instagram account” → Other"),
    (lambda d: d.set(d.path("deadlines.posts.note"), "Now"), "added", "deadline posts: note added: Now"),
)  # fmt: skip


@pytest.mark.parametrize(("change", "kind", "words"), CHANGES, ids=[row[2][:40] for row in CHANGES])
def test_one_change_is_one_difference_in_words(change: Callable[[Document], None], kind: str, words: str) -> None:
    """Exactly the change that was made is said, at its line."""
    text = SHIPPED.read_text("utf-8")
    mine = Document(text, "mine.yaml")
    change(mine)
    found = compare(mine, Document(text, "theirs.yaml"))
    assert [(each.kind, each.words.startswith(words)) for each in found] == [(kind, True)], found
    name, line, _ = found[0].place.split(":")
    assert name == ("theirs.yaml" if kind == "removed" else "mine.yaml")
    document = mine.text if name == "mine.yaml" else text
    assert 1 <= int(line) <= document.count("\n")


def test_comments_order_of_keys_and_quotes_make_no_difference() -> None:
    """Only what a file means is compared."""
    one = Document("title: 'A'\nfacts:\n  x: {type: text, ask: Q}\n", "a")
    two = Document("# c\nfacts:\n  x:\n    ask: 'Q'\n    type: text\ntitle: A\n", "b")
    assert compare(one, two) == ()


def test_a_step_that_moved_is_not_gone_and_new() -> None:
    """Rows are matched by their id; the fewest that can have moved are named."""
    rows = "steps:\n" + "".join(f"  - {{id: {name}, title: T}}\n" for name in "abcd")
    moved = "steps:\n" + "".join(f"  - {{id: {name}, title: T}}\n" for name in "bcda")
    found = compare(Document(moved, "a"), Document(rows, "b"))
    assert [(each.kind, each.words) for each in found] == [("moved", "step a moved")]


def test_a_row_removed_behind_a_new_one_is_told_at_its_own_line() -> None:
    """Where rows stand in another order in the two files, each is placed in its own."""
    theirs = "steps:\n  - id: a\n    do:\n      - {id: x, text: One}\n      - {id: y, text: Two}\n"
    mine = "steps:\n  - {id: new, title: N}\n  - id: a\n    do:\n      - {id: y, text: Two}\n"
    found = {each.kind: each for each in compare(Document(mine, "mine"), Document(theirs, "theirs"))}
    assert found["added"].words == "step new added: N"
    assert (found["removed"].place, found["removed"].path) == ("theirs:4:9", "steps.a.do.x")


def test_a_copy_under_another_id_differs_in_nothing_but_what_was_changed(tmp_path: Path) -> None:
    """Names of facts under the new id are the same names; only the title is told."""
    new_from_playbook("other-one", "Another title", "hijacked-instagram", tmp_path, (), "2026-11-24")
    own = tmp_path / "other-one" / "playbook.yaml"
    assert [each.path for each in compare_files(own, SHIPPED)] == ["title"]


def test_the_original_is_found_and_a_later_change_of_it_is_told(tmp_path: Path) -> None:
    """What a copy recorded is compared with the original as it is now, by the digest of its file."""
    root = copied(tmp_path)
    new_from_playbook("own-page", "", "lost-page", root, (root,), "2026-11-24")
    own, original = root / "own-page" / "playbook.yaml", root / "lost-page" / "playbook.yaml"
    found = find_upstream(own, (root,))
    assert (found.path, found.derived_version, found.has_changed) == (original, "1.2.0", False)
    assert found.derived_sha256 == hashlib.sha256(original.read_bytes()).hexdigest()
    original.write_text(original.read_text("utf-8").replace("A lost Page", "A Page that was lost"))
    assert find_upstream(own, (root,)).has_changed is True


def test_without_an_original_the_command_to_name_one_is_told(tmp_path: Path) -> None:
    """A playbook that says nothing, or names what is not here, is no bug."""
    root = copied(tmp_path)
    with pytest.raises(NotFoundError, match="older-page"):
        find_upstream(root / "lost-page" / "playbook.yaml", (root,))
    with pytest.raises(UsageError, match="says nothing"):
        find_upstream(root / "shared" / "later.yaml", (root,))
    other = find_upstream(root / "lost-page" / "playbook.yaml", (root,), "hijacked-page")
    assert (other.name, other.has_changed) == ("hijacked-page", None)
