"""Stories played through the real engine: as tests of playbooks, and as practice whose packets can be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recover.cli.invocation import Invocation
from recover.cli.output import Output, line
from recover.errors import PlaybookError

if TYPE_CHECKING:
    from recover.practice import Played


def run_stories(invocation: Invocation, names: Sequence[str], least: float = 0) -> None:
    """Play every named story (all shipped ones without names) and say what was not as expected, and what none touched.

    Exit 30 when an expectation was not met, or a share of what stories should touch lies below `least` per cent. Shared
    groups are judged only when all stories are played: what one playbook leaves out another may play.
    """
    from recover.cli.coverage import coverage_json, fail_below, measured, show_coverage
    from recover.practice import find_stories, play

    out = invocation.output
    played = []
    for path in find_stories(names, invocation.roots()):
        result = play(path, roots=invocation.roots())
        played.append(result)
        if not out.as_json:
            show_played(out, result)
    playbooks, groups = measured(played)
    groups = () if names else groups
    if out.as_json:
        out.data(
            {
                "stories": [played_json(each) for each in played],
                "coverage": [coverage_json(each) for each in playbooks],
                "groups": [coverage_json(each) for each in groups],
            }
        )
    else:
        show_coverage(out, playbooks, groups)
    fail_unless_met(played)
    fail_below(least, playbooks, groups)


def show_played(out: Output, played: Played) -> None:
    """Print how a story went: one line when all is as expected, else every expectation that was not met."""
    verdict = "ok" if played.passed else "FAILED"
    out.result(f"{verdict:6}  {line(played.story)}: {line(played.title)} ({played.met} expectations met)")
    for words in played.unmet:
        out.result(f"        {line(words)}")


def played_json(played: Played) -> dict[str, object]:
    """Return one story's run under its stable keys."""
    return {
        "story": played.story,
        "title": played.title,
        "passed": played.passed,
        "met": played.met,
        "unmet": list(played.unmet),
        "packets": [{"profile": profile, "path": str(packet.path)} for profile, packet in played.packets],
        "refused": [{"profile": each.profile, "why": each.why} for each in played.refused],
    }


def fail_unless_met(played: Sequence[Played]) -> None:
    """Raise `PlaybookError` when a story did not go as its file expects."""
    failed = [each.story for each in played if not each.passed]
    if failed:
        raise PlaybookError(
            f"{len(failed)} of {len(played)} stories did not go as expected: {', '.join(failed)}",
            hint="the lines above say what differs: change the playbook (recover playbook edit), or the story",
        )


def list_stories(invocation: Invocation, playbook: str = "") -> None:
    """List the stories that can be practised, playbook by playbook, or those of one."""
    from recover.playbook.stories import load_story
    from recover.practice import find_stories

    out = invocation.output
    stories = [load_story(path) for path in find_stories([playbook] if playbook else (), invocation.roots())]
    stories.sort(key=lambda story: (story.playbook, not story.hints, story.id))
    if out.as_json:
        out.data([{"story": story.id, "title": story.title, "playbook": story.playbook} for story in stories])
        return
    rows = [(story.playbook, story.id, "with hints" if story.hints else "", story.title) for story in stories]
    out.table(rows, heads=("playbook", "story", "", "title"))
    if stories:
        first = next((story for story in stories if story.hints), stories[0])
        out.next_steps(
            (f"recover practice {first.id}", "decide your way through it"),
            (f"recover practice {first.id} --out DIR", "play it and build its packets"),
            (f"recover practice {first.playbook}", "the stories of one playbook"),
        )


def practise(invocation: Invocation, name: str, target: Path | None) -> None:
    """Play one story with its own clock and, with a folder, build its packets there."""
    from recover.practice import find_stories, play

    out = invocation.output
    roots = invocation.roots()
    played = play(find_stories([name], roots)[0], out=target, roots=roots)
    if out.as_json:
        out.data(played_json(played))
    else:
        show_played(out, played)
        for profile, packet in played.packets:
            out.result(f"packet for {profile}: {line(packet.path)} ({len(packet.files)} files)")
        for refused in played.refused:
            out.say(f"no packet for {line(refused.profile)}: {line(refused.why)}")
        out.say("Everything here is invented, and every page says that it is practice.")
        if played.packets:
            out.next_steps((f"recover verify {line(played.packets[0][1].path)}", "check a packet as its reader would"))
    fail_unless_met([played])
