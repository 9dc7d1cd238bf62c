"""An own folder lies over the shipped one: whole files of playbooks, groups and letters; facts row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from recover import content
from recover.playbook import layers
from recover.playbook.loader import load_playbook, load_registry, playbook_ids
from recover.playbook.problems import InvalidPlaybookError
from recover.playbook.registry import bare_name
from tests.playbook.own import CHANNEL, RULE, changed, shipped, write


def test_one_row_of_an_own_file_stands_for_that_shipped_row_only(tmp_path: Path) -> None:
    """An own rule of 29 days replaces the shipped one; all others are as they are shipped."""
    write(tmp_path, "facts/rules.yaml", RULE)
    before, after = load_registry(), load_registry([tmp_path])
    lengths = {rule.id: rule.lengths for rule in after.rules}
    assert lengths.pop("meta.trash") == ("29d",)
    assert lengths == {rule.id: rule.lengths for rule in before.rules if rule.id != "meta.trash"}


def test_files_of_one_name_in_two_folders_are_both_pinned_under_their_own_name(tmp_path: Path) -> None:
    """A case keeps both files that rows came from; neither hides the other."""
    write(tmp_path, "facts/rules.yaml", RULE)
    names = [name for name, _ in load_registry([tmp_path]).sources if name.endswith("rules.yaml")]
    assert names == ["facts/rules.yaml", "own/facts/rules.yaml"]
    assert {bare_name(name) for name in names} == {"facts/rules.yaml"}


def test_a_file_of_which_no_row_counts_is_not_pinned(tmp_path: Path) -> None:
    """An own copy of a whole shipped file leaves nothing of the shipped one in force."""
    write(tmp_path, "facts/rules.yaml", shipped("facts/rules.yaml"))
    assert [name for name, _ in load_registry([tmp_path]).sources if name.endswith("rules.yaml")] == [
        "facts/rules.yaml"
    ]


def test_domains_add_up(tmp_path: Path) -> None:
    """An own domain allows an own channel, and the shipped ones stay allowed."""
    write(tmp_path, "facts/channels/own.yaml", CHANNEL)
    channels = {channel.id: channel.url for channel in load_registry([tmp_path]).channels}
    assert channels["own.form"] == "https://example.org/form"
    assert any("facebook.com" in url for url in channels.values())


def test_a_row_that_stands_twice_in_one_folder_is_an_error(tmp_path: Path) -> None:
    """Which of the two would count nobody could say."""
    write(tmp_path, "facts/rules.yaml", RULE)
    write(tmp_path, "facts/more.yaml", RULE)
    with pytest.raises(InvalidPlaybookError, match=r"E040 the rule 'meta\.trash' is declared twice"):
        load_registry([tmp_path])


def test_an_own_group_reaches_every_playbook_that_includes_it(tmp_path: Path) -> None:
    """A question reworded in an own `shared/intake.yaml` is asked so by the shipped playbooks."""
    group = shipped("shared/intake.yaml")
    title = next(line for line in group.splitlines() if line.startswith("title: "))
    changed(tmp_path, "shared/intake.yaml", "    ask: ", "    ask: Please tell me, ")
    assert title
    asks = [fact.ask for fact in load_playbook("hijacked-page", [tmp_path]).facts]
    assert any(ask.startswith("Please tell me, ") for ask in asks)
    assert not any(fact.ask.startswith("Please tell me, ") for fact in load_playbook("hijacked-page").facts)


def test_own_playbooks_are_listed_with_the_shipped_ones(tmp_path: Path) -> None:
    """A new folder with a playbook is one more id; an own copy of a shipped one is no second one."""
    write(tmp_path, "our-page/playbook.yaml", shipped("hijacked-page/playbook.yaml"))
    write(tmp_path, "hijacked-page/playbook.yaml", shipped("hijacked-page/playbook.yaml"))
    assert set(playbook_ids([tmp_path])) == {*playbook_ids(), "our-page"}
    assert len(playbook_ids([tmp_path])) == len(playbook_ids()) + 1


def test_own_letters_lie_inside_the_folder_and_win(tmp_path: Path) -> None:
    """`DIR/letters/follow-up.en.md` is the letter that counts; the others come from the shipped ones."""
    own = write(tmp_path, "letters/follow-up.en.md", shipped("follow-up.en.md"))
    found = layers.letter_files(layers.with_shipped([tmp_path]))
    assert found["follow-up.en.md"] == own
    assert found["partner-escalation.en.md"].is_relative_to(content.templates_root())


def test_templates_beside_any_folder_do_not_come_along(tmp_path: Path) -> None:
    """A `templates/` that happens to lie beside an own folder is nobody's letters and no packet's rules."""
    own = tmp_path / "mine"
    own.mkdir()
    write(tmp_path, "templates/letters/follow-up.en.md", "not a letter")
    write(tmp_path, "templates/packet/profiles.yaml", "not profiles")
    assert layers.letter_files([own]) == {}
    assert layers.layout_files([own]) == {}


def test_the_shipped_folder_stands_last_and_once() -> None:
    """Naming the shipped folder as one's own changes nothing."""
    root = content.playbooks_root()
    assert layers.with_shipped([root]) == [root]
    assert layers.with_shipped([]) == [root]


def test_the_documented_example_of_a_helpline_s_contacts_is_valid(tmp_path: Path) -> None:
    """What docs/playbooks.md shows can be copied as it stands."""
    page = (Path(__file__).parents[2] / "docs" / "playbooks.md").read_text("utf-8")
    example = page.split("# DIR/facts/helpdesk.yaml\n", 1)[1].split("```", 1)[0]
    write(tmp_path, "facts/helpdesk.yaml", example)
    registry = load_registry([tmp_path])
    assert registry.organisations[0].contact.startswith("helpdesk@example.org")
    assert [channel.id for channel in registry.channels if channel.organisation == "our-helpdesk"] == ["partner.ours"]
