"""`recover start` and `recover resume`: first aid at once, then a case, then one question at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recover.cli.families import family
from recover.cli.invocation import Invocation
from recover.cli.output import Output, line
from recover.cli.owning import settle
from recover.cli.vault import RecoveryOut, RecoveryRecipient, make_vault
from recover.cli.views import recorded_json, show_plaintext, show_recorded
from recover.errors import NotFoundError, PartialError, PlaybookError, UsageError

if TYPE_CHECKING:
    from recover.desk import Applied, Desk, OpenCase
    from recover.playbook.model import FirstAid

app = family()
Language = Annotated[
    str,
    typer.Option("--lang", metavar="LANGUAGE", help="Read to the client in this language, where it is translated."),
]
SameAccount = Annotated[
    bool, typer.Option("--same-account", help="Several playbooks about one account: it is the same account.")
]


@app.add("start")
def start(
    context: typer.Context,
    playbooks: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PLAYBOOK]…", help="Without it you are asked what happened; several run side by side."),
    ] = None,
    answers: Annotated[
        str, typer.Option("--answers", metavar="FILE", help="Fill the case from an answers file, without prompts.")
    ] = "",
    case_ref: Annotated[
        str,
        typer.Option(
            "--case",
            metavar="CASE",
            help="With --answers: the open case it belongs to.",
        ),
    ] = "",
    new: Annotated[bool, typer.Option("--new", help="With --answers: another client; open a new case.")] = False,
    same_account: SameAccount = False,
    language: Language = "",
    practice: Annotated[
        bool, typer.Option("--practice", help="A practice case: watermarked, never to be sent.")
    ] = False,
    recovery_out: RecoveryOut = "",
    recovery_recipient: RecoveryRecipient = "",
) -> None:
    """Show the first-aid card to read aloud, then open a case and lead through it."""
    invocation: Invocation = context.obj
    desk = invocation.desk(new_is_fine=True)
    check_language(language)
    if answers:
        playbook = _only(playbooks or ())
        show_cards(invocation.output, desk, (playbook,), language=language)
        settle(invocation, desk)
        if not desk.has_vault():
            desk.rehearse_answers(playbook, Path(answers))
        ensure_vault(invocation, desk, recovery_out, recovery_recipient)
        applied = apply_answers(desk, playbook, Path(answers), case_ref, new=new, practice=practice)
        show_applied(invocation, applied, Path(answers))
        return
    from recover.cli.triage import Triaged, triage

    chosen = Triaged(tuple(playbooks)) if playbooks else triage(invocation, desk)
    show_cards(invocation.output, desk, chosen.playbooks, () if language else chosen.read, language)
    invocation.prompts.pause("Read these aloud. Then press Enter to open a case (Ctrl-C leaves without a trace).")
    settle(invocation, desk)
    ensure_vault(invocation, desk, recovery_out, recovery_recipient)
    desk.unlock()
    case = desk.start(*chosen.playbooks, same_account=same_account or chosen.same_account, practice=practice,
                      language=language)  # fmt: skip
    if chosen.said:
        case.note(chosen.said)
    for other in chosen.apart:
        invocation.output.say(f"Another account, another case. Afterwards: recover start {line(other)}")
    lead(invocation, case, is_new=True)


def _only(playbooks: Sequence[str]) -> str:
    if len(playbooks) == 1:
        return playbooks[0]
    raise UsageError(
        "--answers needs the name of one playbook",
        hint="recover start hijacked-page --answers FILE     (then: recover case follow CASE PLAYBOOK)",
    )


@app.add("resume")
def resume(
    context: typer.Context,
    case_ref: Annotated[str, typer.Argument(metavar="[CASE]")] = "",
    language: Language = "",
) -> None:
    """Go on with a case where it was left."""
    invocation: Invocation = context.obj
    check_language(language)
    lead(invocation, invocation.case(case_ref), is_new=False, language=language)


def check_language(tag: str) -> None:
    """Raise `UsageError` for a tag that is no language's."""
    from recover.playbook import grammar

    if tag and grammar.LANGUAGE.check(tag) is not None:
        raise UsageError(f"'{line(tag)[:40]}' is no language", hint="a code such as az, ru, tr, ar-LB")


def lead(invocation: Invocation, case: OpenCase, *, is_new: bool, language: str = "") -> None:
    """Lead through a case until the person stops."""
    from recover.cli.interview import Interview

    out = invocation.output
    out.case = case.name
    if is_new:
        out.heading(f"This case is called {case.name}")
        out.say("Every command takes this name. It says nothing about anybody.")
    else:
        out.heading(case.name)
    if case.practice:
        out.say("practice case: nothing of it may be sent")
    if is_new:
        invocation.tell_local(case.local_words)
    for warning in case.survey().warnings:
        out.say(f"careful: {line(warning)}")
    Interview(invocation, case, language=language).run()


def _card(out: Output, desk: Desk, playbook: str) -> tuple[FirstAid, bool]:
    """Return the card, and whether it is the one in force: a fault in an own folder never keeps first aid back."""
    try:
        return desk.playbook(playbook).first_aid, True
    except PlaybookError as error:
        fault = error
    card = _shipped_card(playbook) if desk.roots else None
    if card is None:
        raise fault
    out.say(f"careful: your own folder has a fault ({line(fault.place)}); this is the card as it is shipped.")
    out.say(f"To go on without your own folder: recover --playbooks none start {line(playbook)}")
    return card, False


def _shipped_card(playbook: str) -> FirstAid | None:
    from recover.playbook.loader import load_playbook

    try:
        return load_playbook(playbook).first_aid
    except (PlaybookError, NotFoundError):
        return None


def show_cards(out: Output, desk: Desk, playbooks: Sequence[str], read: Sequence[str] = (), language: str = "") -> None:
    """Show the public first-aid card of each playbook, but for what was read already; they name nobody.

    In another language what nobody has reviewed has the English below it, and what is not translated is marked.
    """
    from recover.playbook.speech import Phrase

    said = set(read)
    for playbook in playbooks:
        card, is_ours = _card(out, desk, playbook)
        speech, faults = desk.speech(playbook, language) if language and is_ours else (None, ())
        for fault in faults:
            out.say(f"careful: a translation is left out: {line(fault)}")
        if speech is not None and speech.notice:
            out.say(speech.notice)
        rows = [row for row in card.lines if row not in said]
        said.update(rows)
        if speech is None:
            phrases = {row: Phrase(row, row) for row in card.lines}
            title = Phrase(card.title, card.title)
        else:
            title, lines = speech.card(card, playbook)
            phrases = dict(zip(card.lines, lines, strict=True))
        if rows:
            out.heading(f"First aid: {title.marked}")
        for row in rows:
            out.say(f"- {line(phrases[row].marked)}", indent="  ", hang="  ")
            if phrases[row].needs_english:
                out.say(f"en: {line(row)}", indent="    ", hang="  ", look=out.faint)


def ensure_vault(invocation: Invocation, desk: Desk, recovery_out: str, recovery_recipient: str) -> None:
    """Make the vault at first use: one passphrase; the recovery key may wait and then stands in `next`."""
    if desk.has_vault():
        return
    out = invocation.output
    out.heading("A vault for everything you write down")
    out.say(f"It is made in {line(invocation.vault)}. Nothing in it can be read without the passphrase.")
    made = make_vault(invocation, desk, recovery_out, recovery_recipient or ("" if recovery_out else "undecided"))
    if not made.recovery_recipient:
        out.say("A recovery key can wait; `recover next` will remind you.")


def apply_answers(desk: Desk, playbook: str, path: Path, case_ref: str, *, new: bool, practice: bool) -> Applied:
    """Continue the case of the file's client, or the named one, or open another one for `new`."""
    if not new:
        return desk.apply_answers(playbook, path, ref=case_ref or None, practice=practice)
    if case_ref:
        raise UsageError("--new and --case exclude each other")
    desk.rehearse_answers(playbook, path)
    return replace(desk.start(playbook, practice=practice).apply_answers(path), started=True)


def show_applied(invocation: Invocation, applied: Applied, path: Path) -> None:
    """Say what an answers file recorded and what is still needed; the latter is exit 3."""
    out = invocation.output
    missing = [{"what": m.what, "id": m.id, "text": m.text, "step": m.step} for m in applied.missing]
    invocation.tell_local(applied.local)
    if out.as_json:
        rows = {"exhibits": list(applied.exhibits), "missing": missing, "started": applied.started}
        out.data({**recorded_json(applied.recorded), **rows})
    else:
        verb = "opened" if applied.started else "continued"
        count = len(applied.recorded.entries)
        show_recorded(out, applied.recorded, f"{verb}; {count} new entr{'y' if count == 1 else 'ies'}")
        for row in applied.missing:
            out.result(f"still needed: {line(row.what)} {line(row.id)}: {line(row.text)}")
        show_plaintext(out, [path, *applied.plaintext])
    if applied.missing:
        raise PartialError(
            f"{len(applied.missing)} answer{'s are' if len(applied.missing) != 1 else ' is'} still needed",
            hint=f"recover resume {applied.case}     (or add to the file and run it again with --case {applied.case})",
        )
    out.next_steps((f"recover next {applied.case}", "what to do now"))
