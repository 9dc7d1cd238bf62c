"""`recover playbook edit`: a trainer changes a playbook by being asked, or a script by naming what and how."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recover.cli.families import family
from recover.cli.invocation import Invocation, read_stdin
from recover.cli.output import line
from recover.errors import InputError, InterruptedByUser, PlaybookError, UsageError

if TYPE_CHECKING:
    from recover.playbook.document import Document
    from recover.playbook.editing import Bench, Trial

app = family()

MOST_TEXT_BYTES = 64 * 1024

Yes = Annotated[bool, typer.Option("--yes", help="Write without asking; for scripts.")]
NoTest = Annotated[bool, typer.Option("--no-test", help="Do not play the stories first.")]


@app.add("edit")
def edit(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A playbook's id, shared/GROUP, facts/rules, or a file.")],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Set one value, such as steps.reply.say=Wait; repeatable."),
    ] = None,
    set_from: Annotated[
        list[str] | None,
        typer.Option("--set-from", metavar="PATH=FILE", help="Set one text from a file; - is standard input."),
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option("--add", metavar="PATH=VALUE", help="Add a row to a list: steps.account.ask=still_in."),
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="PATH", help="Take out one key or row.")
    ] = None,
    yes: Yes = False,
    no_test: NoTest = False,
) -> None:
    """Change a playbook by being asked; shows the difference, lints and plays its stories before it writes."""
    from recover.playbook.editing import Bench, find_source

    invocation: Invocation = context.obj
    wanted = [*(("set", each) for each in set_ or ()), *(("from", each) for each in set_from or ()),
              *(("add", each) for each in add or ()), *(("remove", each) for each in remove or ())]  # fmt: skip
    path = find_source(name, invocation.roots())
    if "facts" in path.parts[-3:-1]:
        _edit_rows(invocation, path, wanted, may_ask=not yes, plays=not no_test)
        return
    copies: list[Path] = []
    bench: Bench | None = None
    try:
        path = own_file(invocation, path, copies, may_ask=not yes)
        bench = Bench(invocation.roots())
        for how, what in wanted:
            change(bench.open(path), how, what)
        if wanted or _asked(invocation, bench, path, copies):
            finish(invocation, bench, may_ask=not (wanted and yes), plays=not no_test)
    except InterruptedByUser as stop:
        raise InterruptedByUser("stopped; nothing was written") from stop
    finally:
        _take_away(copies, bench.saved if bench is not None else frozenset())


def _asked(invocation: Invocation, bench: Bench, path: Path, copies: list[Path]) -> bool:
    from recover.cli.editor import Editor

    return Editor(invocation, bench, path, copies).run()


def _edit_rows(
    invocation: Invocation, path: Path, wanted: Sequence[tuple[str, str]], *, may_ask: bool, plays: bool
) -> None:
    """Change single rows of the facts; with an own folder, in copies of just these rows."""
    from recover.playbook.editing import Bench

    if not wanted:
        hint = "--set rules.ID.note=TEXT, or edit the deadline of a playbook"
        raise UsageError("rows of facts are changed one by one", place=str(path), hint=hint)
    bench = Bench(invocation.roots())
    for how, what in wanted:
        change(_document(invocation, bench, path, what), how, what)
    finish(invocation, bench, may_ask=may_ask, plays=plays)


def _take_away(copies: Sequence[Path], saved: frozenset[Path]) -> None:
    """Remove copies of shipped files in which nothing was changed after all: they would hide later versions."""
    import shutil

    for copy in copies:
        if copy.resolve() in saved:
            continue
        if copy.name == "playbook.yaml":
            shutil.rmtree(copy.parent)
        else:
            copy.unlink()


def change(document: Document, how: str, typed: str) -> None:
    """Make one change as it was typed: `set`, `from`, `add` (PATH=VALUE) or `remove` (PATH)."""
    dotted, equals, value = typed.partition("=")
    path = document.path(dotted)
    if how == "remove":
        document.remove(document.path(typed))
        return
    if not equals:
        raise UsageError(f"'{line(typed)[:60]}' does not say which value", hint="PATH=VALUE, such as title=A new title")
    if how == "from":
        value = _text_of(value)
    if how == "add":
        document.append(path, _value(value))
    else:
        document.set(path, _value(value))


def _document(invocation: Invocation, bench: Bench, path: Path, typed: str) -> Document:
    """Return the document in which a row of the facts may be changed: the file, or the own folder's copy of the row."""
    from recover.playbook.creating import own_row

    keys = bench.open(path).path(typed.partition("=")[0])
    if len(keys) < 3 or bench.open(path).get(keys[:2]) is None:
        raise UsageError(f"'{line(typed)[:60]}' names no row", place=str(path), hint="rules.ID.note=TEXT")
    return bench.open(own_row(bench, str(keys[0]), str(keys[1]), own_folder(invocation))[0])


def _value(typed: str) -> Any:
    """Read `{…}` and `[…]` as YAML, everything else as text."""
    from recover.playbook.problems import Problems
    from recover.playbook.reader import read_yaml
    from recover.playbook.spans import plain, read_spans

    if not typed.startswith(("{", "[")):
        return typed.strip()
    problems = Problems()
    if read_yaml(typed, "the value", problems) is None:
        problems.raise_errors()
    return plain(read_spans(typed))


def _text_of(name: str) -> str:
    if name == "-":
        return read_stdin()
    try:
        with Path(name).open("rb") as file:
            raw = file.read(MOST_TEXT_BYTES + 1)
        if len(raw) > MOST_TEXT_BYTES:
            raise InputError("a text is at most 64 KiB", place=name)
        return raw.decode("utf-8-sig").replace("\r\n", "\n").strip()
    except OSError as fault:
        raise InputError(f"the file cannot be read: {fault.strerror or 'failed'}", place=name) from fault
    except UnicodeDecodeError as fault:
        raise InputError("the file is not UTF-8 text", place=name) from fault


# --- where it is written --------------------------------------------------------------------------------------------


def own_folder(invocation: Invocation) -> Path | None:
    """Return the folder of playbooks that changes of what is shipped go into; none where a checkout is changed itself.

    Without one in force it is the default one, which is made when the first file is written into it.
    """
    from recover import content
    from recover.cli.configuration import default_folder

    if invocation.roots():
        return invocation.roots()[0]
    return default_folder() if content.playbooks_root().parent.name == "_content" else None


def own_file(invocation: Invocation, path: Path, copies: list[Path], *, may_ask: bool) -> Path:
    """Return the file that may be changed: itself, or a copy in the own folder of what is shipped.

    A checkout is its owner's to change, unless an own folder is in force. A copy that is made is noted in `copies`.
    """
    from recover import content
    from recover.playbook.creating import copy_over

    shipped, target = content.playbooks_root().resolve(), own_folder(invocation)
    if target is None or not path.is_relative_to(shipped):
        return path
    invocation.output.say(f"{line(path.relative_to(shipped))} is part of what was installed, and is not changed there.")
    if may_ask and not invocation.prompts.confirm(
        f"Make an own copy in {line(target)}, and change that?",
        default=True,
        why="your copy then stands in place of the shipped one; recover playbook diff shows what differs",
    ):
        raise UsageError("nothing was changed", hint="recover --playbooks DIR playbook edit NAME")
    is_new = not (target / path.relative_to(shipped)).exists()
    copy = copy_over(path, shipped, target)
    copies += [copy] if is_new else []
    invocation.output.say(f"The copy lies in {line(copy.parent)}.")
    return copy


# --- showing, trying, writing ---------------------------------------------------------------------------------------


def finish(invocation: Invocation, bench: Bench, *, may_ask: bool, plays: bool) -> None:
    """Show what would change, lint and play it, ask, and write. Nothing is written when lint finds an error."""
    from recover import times

    out = invocation.output
    today = times.now().date()
    if not bench.changed():
        out.say("Nothing was changed.")
        return
    bench.stamp(today)
    for row in bench.differences():
        out.result(line(row))
    with bench.tried_out() as trial:
        lint_trial(invocation, trial)
        failed = play_trial(invocation, trial) if plays else []
    if failed and not may_ask:
        told = (
            "1 story would not go as it expects"
            if len(failed) == 1
            else f"{len(failed)} stories would not go as they expect"
        )
        raise PlaybookError(
            f"{told}; nothing was written: {', '.join(failed)}",
            hint="change the stories too, or give --no-test",
        )
    if may_ask and not _agreed(invocation, bench, failed):
        raise UsageError("nothing was written")
    for path in bench.save():
        out.say(f"written: {line(_shown(path))}")


def _agreed(invocation: Invocation, bench: Bench, failed: Sequence[str]) -> bool:
    if failed:
        return invocation.prompts.confirm(
            f"{len(failed)} of its stories would fail now. Write it all the same?",
            why="what is newly asked, or newly to be done, every story that comes to it has to say; "
            "a story that fails tests nothing",
        )
    return invocation.prompts.confirm("Write it?", default=True)


def lint_trial(invocation: Invocation, trial: Trial) -> None:
    """Say what lint says of the changed files; raise `InvalidPlaybookError` for errors."""
    from recover import times
    from recover.playbook.problems import InvalidPlaybookError

    problems = trial.problems(times.now().date())
    if any(each.severity == "error" for each in problems):
        raise InvalidPlaybookError(tuple(each for each in problems if each.severity == "error"))
    for each in problems:
        if each.code != "C201":
            invocation.output.say(f"careful: {line(each)}")
    invocation.output.say("lint: no errors")


def play_trial(invocation: Invocation, trial: Trial) -> list[str]:
    """Play every story that the changed files have a part in; return those that do not go as expected."""
    from recover.practice import play

    out = invocation.output
    stories = trial.stories()
    if stories:
        out.say(f"playing {len(stories)} stor{'y' if len(stories) == 1 else 'ies'} …")
    failed = []
    for story in stories:
        played = play(story, roots=trial.own_roots)
        if not played.passed:
            failed.append(played.story)
            out.say(f"FAILED {line(played.story)}", indent="  ")
            for words in played.unmet[:5]:
                out.say(line(trial.named(words)), indent="    ")
    if stories and not failed:
        out.say("stories: all as expected")
    return failed


def _shown(path: Path) -> str:
    from recover.playbook.library import shown_path

    return shown_path(path)
