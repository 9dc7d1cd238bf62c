"""Stories as exercises: every scene has one right turn, every wrong one a reason and a cost from the case itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from recover.errors import PlaybookError
from recover.exercise.scenes import Exercise, Scene, make_exercise
from recover.playbook.stories import load_story
from recover.practice import find_stories
from tests.cli.runner import recover

CHOSEN = ("neighbour-voices", "fototakip", "letna-9", "first-try", "in-time")


@pytest.fixture(scope="module", params=CHOSEN)
def exercise(request: pytest.FixtureRequest) -> Exercise:
    return make_exercise(find_stories([request.param])[0])


def test_each_scene_has_one_right_turn_and_a_wrong_one(exercise: Exercise) -> None:
    """A learner can go wrong everywhere, and always on."""
    assert exercise.scenes
    for scene in exercise.scenes:
        assert sum(choice.is_right for choice in scene.choices) == 1, scene
        assert len(scene.choices) >= 2, scene
        assert len({choice.text for choice in scene.choices}) == len(scene.choices), scene


def test_each_wrong_turn_says_why_and_what_it_costs(exercise: Exercise) -> None:
    """No wrong turn is only "wrong"; and every scene says where to read."""
    for scene in exercise.scenes:
        assert scene.place
        for choice in scene.choices:
            assert choice.answer
            assert bool(choice.cost) != choice.is_right


def test_the_scenes_follow_the_storys_clock(exercise: Exercise) -> None:
    """The first scene carries the story's first moment; what happened is told once."""
    assert exercise.scenes[0].at
    told = [row for scene in exercise.scenes for row in scene.happened]
    assert told
    assert len(told) == len(set(told))


def test_the_same_story_gives_the_same_scenes() -> None:
    """A class that opens the page twice sees the same order."""
    path = find_stories(["first-try"])[0]
    assert make_exercise(path) == make_exercise(path)


def scene_about(exercise: Exercise, words: str) -> Scene:
    return next(scene for scene in exercise.scenes if words in scene.question)


def test_a_letter_that_is_held_is_refused_with_the_engines_reason() -> None:
    """Writing before it is known whether the client can talk is refused by the gate, in its own words."""
    scene = scene_about(make_exercise(find_stories(["first-try"])[0]), "What do you do now?")
    early = next(choice for choice in scene.choices if choice.text.startswith("Write “"))
    assert "The client can talk" in early.answer
    assert "too early" in early.cost


def test_a_second_appeal_and_an_unread_letter_cost_something() -> None:
    """Sending is one scene: read aloud and once; both shortcuts are priced."""
    scene = scene_about(make_exercise(find_stories(["first-try"])[0]), "is written")
    costs = " ".join(choice.cost for choice in scene.choices)
    assert "unheard" in costs
    assert "repeated report" in costs


def right_numbers(exercise: Exercise) -> list[str]:
    """Return the number of the right turn of each scene, as it is typed."""
    return [
        str(next(number for number, choice in enumerate(scene.choices, 1) if choice.is_right))
        for scene in exercise.scenes
    ]


def test_whoever_takes_every_right_turn_has_missed_nothing() -> None:
    """At the terminal: the end tells gates and dates, and an empty list."""
    numbers = right_numbers(make_exercise(find_stories(["first-try"])[0]))
    result = recover("--plain", "practice", "first-try", "--decide", typed="\n".join(numbers) + "\n")
    assert result.code == 0, result
    assert "gates met: The client can talk" in result.err
    assert "Every turn was the right one" in result.err
    assert "it would have cost" not in result.out


def test_a_wrong_turn_is_told_at_once_and_again_at_the_end() -> None:
    """A hint, a wrong turn, the right one; then stop: what was missed is named with its cost and where to read."""
    told = make_exercise(find_stories(["first-try"])[0])
    scene = told.scenes[0]
    wrong = next(number for number, choice in enumerate(scene.choices, 1) if not choice.is_right)
    result = recover("--plain", "practice", "first-try", "--decide", typed=f"?\n{wrong}\nstop\n")
    assert result.code == 0
    assert scene.hint.split(".", maxsplit=1)[0][:40] in result.said
    assert "Choose again" in result.err
    assert f"it would have cost: {scene.choices[wrong - 1].cost}" in result.out
    assert f"read again: {scene.place}" in result.out


def test_nothing_of_an_exercise_touches_a_vault(tmp_path: Path) -> None:
    """The learner's own vault is not even looked for."""
    result = recover("--plain", "--vault", tmp_path / "none", "practice", "in-time", "--decide", typed="stop\n")
    assert result.code == 0
    assert not (tmp_path / "none").exists()
    refused = recover("practice", "in-time", "--decide", "--out", tmp_path / "out")
    assert refused.code == 2
    assert not (tmp_path / "out").exists()


def test_a_story_that_no_longer_fits_names_the_command_that_says_why(tmp_path: Path) -> None:
    """A trainer who changed a playbook hears that the story is at fault, not what a case would do next."""
    (story,) = find_stories(["in-time"])
    text = story.read_text("utf-8")
    changed = tmp_path / "in-time.yaml"
    (tmp_path / "files").symlink_to(story.parent / "files")
    changed.write_text(text.replace("    done: {", "    done: {no_such_step: all, ", 1), "utf-8")
    with pytest.raises(PlaybookError) as told:
        make_exercise(changed)
    assert "cannot be played with the playbook as it is now" in told.value.message
    assert told.value.hint.startswith("recover playbook test ")


FOR_A_CLASS = [path for path in find_stories() if re.search(r"(?m)^(hints|costs):", path.read_text("utf-8"))]


@pytest.mark.parametrize("path", FOR_A_CLASS, ids=lambda path: path.stem)
def test_every_hint_and_cost_of_a_story_is_heard(path: Path) -> None:
    """A hint or cost under a misspelt name would be written for nobody."""
    story = load_story(path)
    scenes = make_exercise(path).scenes
    assert {text for _, text in story.hints} <= {scene.hint for scene in scenes}
    assert {text for _, text in story.costs} <= {choice.cost for scene in scenes for choice in scene.choices}


def test_a_playbooks_name_lists_its_stories() -> None:
    """Those with hints first; nothing is played by a name that means several."""
    result = recover("--plain", "practice", "hijacked-page")
    assert result.code == 0
    rows = [row for row in result.out.splitlines() if row.startswith("hijacked-page")]
    assert len(rows) == len(find_stories(["hijacked-page"]))
    assert "with hints" in rows[0]
    assert "expectations met" not in result.out
