"""`recover practice STORY` at a terminal: decide scene by scene, and hear at the end what it would have cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from recover.cli.output import Output, line
from recover.cli.prompts import ALWAYS, Question, Word

if TYPE_CHECKING:
    from recover.cli.invocation import Invocation
    from recover.exercise.scenes import Choice, Exercise, Scene

Missed = list[tuple["Scene", "Choice"]]


def exercise(invocation: Invocation, path: Path) -> None:
    """Lead a learner through a story; nothing is written anywhere."""
    from recover.exercise.scenes import make_exercise

    out = invocation.output
    told = make_exercise(path, invocation.roots())
    out.heading(f"{line(told.title)} ({line(told.playbook)})")
    out.say(
        "A fictional case with a clock of its own. Answer with a number; ? gives a hint, stop ends it.", indent="  "
    )
    out.heading(f"First aid: {line(told.card_title)}")
    for row in told.card:
        out.say(f"- {line(row)}", indent="  ", hang="  ")
    missed: Missed = []
    for number, scene in enumerate(told.scenes, start=1):
        if not decide(invocation, scene, f"scene {number} of {len(told.scenes)}", missed):
            out.say("\nStopped here.")
            break
    else:
        show_end(out, told)
    show_missed(out, missed)
    out.next_steps(
        (f"recover practice {line(told.story)} --out DIR", "build this case's packets, and look at them"),
        ("recover practice", "other cases"),
    )


def decide(invocation: Invocation, scene: Scene, progress: str, missed: Missed) -> bool:
    """Ask until the right turn is taken, noting each wrong one; False when the learner stops."""
    out = invocation.output
    out.heading(f"{line(scene.at)}")
    for row in scene.happened:
        out.say(line(row), indent="  ", hang="  ")
    left = list(scene.choices)
    while True:
        numbered = tuple((str(number), line(choice.text)) for number, choice in enumerate(left, start=1))
        said = invocation.prompts.ask(
            Question(
                line(scene.question),
                choices=numbered,
                progress=progress,
                help=line(scene.hint) or f"Think of “{line(scene.place)}”.",
                words=ALWAYS,
                stop="leave; what you missed so far is told",
            )
        )
        if said.word is Word.STOP:
            return False
        choice = left[int(said.text) - 1]
        out.say(line(choice.answer), indent="    ", hang="  ")
        if choice.is_right:
            break
        missed.append((scene, choice))
        left.remove(choice)
        out.say("Choose again.", indent="    ")
    for row in scene.told:
        out.say(f"- {line(row)}", indent="    ", hang="  ")
    return True


def show_end(out: Output, told: Exercise) -> None:
    """Say which gates the story met and which dates it leaves."""
    out.heading("How the case stands")
    for status, words in (("open", "met"), ("overridden", "opened by decision"), ("held", "not met")):
        titles = [line(title) for title, stands in told.gates if stands == status]
        if titles:
            out.say(f"gates {words}: {'; '.join(titles)}", indent="  ", hang="  ")
    for row in told.dates:
        out.say(f"- {line(row)}", indent="  ", hang="  ")


def show_missed(out: Output, missed: Missed) -> None:
    """Say what was missed, what it would have cost, and where to read."""
    out.heading("What you would have missed")
    if not missed:
        out.say("Nothing. Every turn was the right one.", indent="  ")
    for scene, choice in missed:
        out.result(f"{line(scene.at)}: {line(choice.text)}")
        out.result(f"    it would have cost: {line(choice.cost)}")
        out.result(f"    read again: {line(scene.place)}")
