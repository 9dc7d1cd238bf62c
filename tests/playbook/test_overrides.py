"""What an own folder changes is told part by part; what could hurt somebody needs a confirmation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from recover import content
from recover.playbook import overrides
from recover.playbook.overrides import Change
from tests.playbook.own import CHANNEL, RULE, changed, shipped, write

PAGE = "hijacked-page/playbook.yaml"


def only(folder: Path) -> Change:
    """Return the one change of a folder."""
    (change,) = overrides.changes_of([folder])
    return change


def test_a_copy_changes_nothing(tmp_path: Path) -> None:
    """The same file with another comment, other quotes and another order of keys is no change."""
    text = shipped(PAGE).replace("title: Hijacked Facebook Page", 'title: "Hijacked Facebook Page"', 1)
    assert '"Hijacked Facebook Page"' in text
    write(tmp_path, PAGE, "# looked through by us\n" + text)
    assert overrides.changes_of([tmp_path]) == ()


def test_without_an_own_folder_nothing_is_changed() -> None:
    """The shipped folder is not compared with itself."""
    assert overrides.changes_of([]) == ()


def test_a_rule_is_told_key_by_key(tmp_path: Path) -> None:
    """Old beside new, with the author of the file and the line of the row."""
    path = write(tmp_path, "facts/rules.yaml", RULE)
    change = only(tmp_path)
    assert (change.what, change.id, change.how, change.by) == ("rule", "meta.trash", "changed", "Aysel M.")
    assert "lengths: “30d” → “29d”" in change.says
    assert change.place == f"{path}:3:3"
    assert change.is_critical


def test_what_is_added_needs_no_confirmation(tmp_path: Path) -> None:
    """A new channel on a new domain is told and not critical; its address is listed as never shipped."""
    write(tmp_path, "facts/channels/own.yaml", CHANNEL)
    assert [(each.what, each.how, each.is_critical) for each in overrides.changes_of([tmp_path])] == [
        ("channel", "added", False),
        ("domain", "added", False),
    ]
    (address,) = overrides.unshipped_addresses([tmp_path])
    assert address.id == "example.org"
    assert address.says == ("own.form: https://example.org/form",)


def test_a_channel_led_elsewhere_is_critical(tmp_path: Path) -> None:
    """A false form would be filled in by every client: the address is shown, old beside new."""
    write(tmp_path, "facts/domains.yaml", "domains: {meta-appeal.example: Meta}\n")
    changed(
        tmp_path,
        "facts/channels/meta.yaml",
        "https://www.facebook.com/hacked",
        "https://meta-appeal.example/hacked",
    )
    change = next(each for each in overrides.changes_of([tmp_path]) if each.what == "channel")
    assert change.is_critical
    assert any("https://www.facebook.com/hacked" in row and "meta-appeal.example" in row for row in change.says)
    assert [each.id for each in overrides.unshipped_addresses([tmp_path])] == ["meta-appeal.example"]


def test_a_domain_with_a_label_of_ours_is_critical(tmp_path: Path) -> None:
    """Whose domain it is helps a helper to trust an address."""
    write(tmp_path, "facts/domains.yaml", "domains: {facebook.com: somebody else}\n")
    assert only(tmp_path).is_critical


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("critical: true", "critical: false"),
        ("race: true", "race: false"),
        ("before: ", "count: 1, if_missing: optional, class: ordinary, kind: mail, x: "),
    ],
    ids=["critical item", "race", "evidence before harm"],
)
def test_a_step_that_keeps_people_safe_is_critical(tmp_path: Path, old: str, new: str) -> None:
    """Whether a guard is put in, changed or taken away: somebody has to see it."""
    if old == "before: ":
        row = next(line for line in shipped(PAGE).splitlines() if "volatile: true" in line and old in line)
        start = row.index(", before: ")
        end = min(row.find(sign, start + 2) for sign in ",}" if row.find(sign, start + 2) > 0)
        changed(tmp_path, PAGE, row, row[:start] + row[end:])
    else:
        changed(tmp_path, PAGE, old, new)
    assert [(each.what, each.is_critical) for each in overrides.changes_of([tmp_path])] == [("step", True)]


def test_words_of_a_plain_step_are_not_critical(tmp_path: Path) -> None:
    """A trainer may put a title in other words without a question; the screens say so."""
    text = shipped("shared/chronology.yaml")
    first = next(line for line in text.splitlines() if line.startswith("title: "))
    changed(tmp_path, "shared/chronology.yaml", first, "title: The order of events")
    change = only(tmp_path)
    assert (change.what, change.how, change.is_critical) == ("group", "changed", False)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("\nstart: ", "\nvalid_until_was: 1\nstart: ", ""),
        ("sensitivity: secret-to-us", "sensitivity: public", "fact"),
        ("override: nobody", "override: helper", "gate"),
    ],
    ids=["unknown key", "a secret made public", "a gate anybody may open"],
)
def test_what_guards_is_critical(tmp_path: Path, old: str, new: str, what: str) -> None:
    """Gates, and what a question reveals, never change silently; a file that is not valid changes nothing."""
    name = PAGE if what == "" else "shared/intake.yaml"
    if old not in shipped(name):
        name = next(each for each in ("shared/wish.yaml", "shared/partner.yaml", PAGE) if old in shipped(each))
    changed(tmp_path, name, old, new)
    found = overrides.critical(overrides.changes_of([tmp_path]))
    assert [each.what for each in found] == ([what] if what else [])


def test_a_way_around_a_step_is_critical(tmp_path: Path) -> None:
    """Leading past a step is as good as taking it away."""
    text = shipped(PAGE)
    steps = text[text.index("\nsteps:") :]
    row = next(line for line in steps.splitlines() if line.strip().startswith("next: ") and "[" not in line)
    changed(tmp_path, PAGE, row, row[: row.index("next: ")] + "next: aftercare")
    assert overrides.critical(overrides.changes_of([tmp_path]))


def test_a_step_that_is_taken_away_is_critical(tmp_path: Path) -> None:
    """What is gone is told with what it said."""
    text = shipped("shared/chronology.yaml")
    steps = text[text.index("\nsteps:") :]
    name = steps.split("- id: ", 1)[1].split("\n", 1)[0]
    changed(tmp_path, "shared/chronology.yaml", f"- id: {name}\n", f"- id: {name}_2\n")
    changes = {each.how: each for each in overrides.changes_of([tmp_path])}
    assert changes["gone"].is_critical
    assert changes["gone"].id == f"shared/chronology: {name}"
    assert not changes["added"].is_critical


def test_a_letter_is_told_by_its_keys_and_lines(tmp_path: Path) -> None:
    """Front matter key by key, the text line by line."""
    write(tmp_path, "letters/follow-up.en.md", shipped("follow-up.en.md") + "\nSend us your code.\n")
    change = only(tmp_path)
    assert (change.what, change.id, change.is_critical) == ("letter", "follow-up.en", True)
    assert change.says == ("text: + Send us your code.",)


def test_a_new_letter_is_added(tmp_path: Path) -> None:
    """A letter of another name stands beside the shipped ones."""
    write(tmp_path, "letters/our-own.en.md", shipped("follow-up.en.md").replace("letter: follow-up", "letter: our-own"))
    assert (only(tmp_path).how, only(tmp_path).is_critical) == ("added", False)


def test_authors_of_the_shipped_file_did_not_change_it(tmp_path: Path) -> None:
    """A copied `authors:` must not make the project the author of a change."""
    changed(tmp_path, PAGE, "critical: true", "critical: false")
    assert only(tmp_path).by == ""
    assert "authors: [recover project]" in shipped(PAGE)
    text = (tmp_path / PAGE).read_text("utf-8")
    write(tmp_path, PAGE, text.replace("authors: [recover project]", "authors: [recover project, Aysel M.]"))
    assert {each.by for each in overrides.changes_of([tmp_path])} == {"Aysel M."}


def test_a_playbook_of_ones_own_is_not_by_the_project(tmp_path: Path) -> None:
    """What `playbook new --from` copies, and what a stranger writes to look like ours, names nobody."""
    write(tmp_path, "our-page/playbook.yaml", shipped(PAGE).replace("id: hijacked-page", "id: our-page"))
    (added,) = (each for each in overrides.changes_of([tmp_path]) if each.what == "playbook")
    assert (added.how, added.by) == ("added", "")


def test_the_digest_stands_for_exactly_these_bytes(tmp_path: Path) -> None:
    """One more comment in the file is another digest, and so is another text of what is shipped."""
    write(tmp_path, "facts/rules.yaml", RULE)
    first = overrides.digest(overrides.changes_of([tmp_path]))
    assert overrides.digest(overrides.changes_of([tmp_path])) == first
    write(tmp_path, "facts/rules.yaml", RULE + "# seen again\n")
    assert overrides.digest(overrides.changes_of([tmp_path])) != first


def test_a_huge_difference_is_counted_not_hidden(tmp_path: Path) -> None:
    """Thousands of changed lines are cut, and the cut is said."""
    lines = "\n".join(f"Line {number}." for number in range(3000))
    write(tmp_path, "letters/follow-up.en.md", shipped("follow-up.en.md") + lines)
    says = only(tmp_path).says
    assert len(says) == overrides.MOST_LINES + 1
    assert re.fullmatch(r"… and \d+ more lines", says[-1])


def test_long_texts_show_where_they_differ() -> None:
    """Of two long sentences the part that differs is shown, both sides."""
    old = "word " * 60 + "thirty days " + "end " * 60
    (line,) = overrides.difference({"note": old}, {"note": old.replace("thirty", "three")})
    assert "thirty days" in line
    assert "three days" in line
    assert len(line) < 160


def test_words_of_a_shipped_translation_are_critical(tmp_path: Path) -> None:
    """What is read aloud in another language cannot be checked by whoever speaks only English: old beside new."""
    text = shipped("hijacked-page/text/az.yaml")
    first = next(row for row in text.splitlines() if row.startswith("    text: "))
    changed(tmp_path, "hijacked-page/text/az.yaml", first, "    text: Kodu bizə göndərin")
    change = only(tmp_path)
    assert (change.what, change.id, change.is_critical) == ("translation", "hijacked-page az", True)
    assert len(change.says) == 1
    assert change.says[0].endswith("→ “Kodu bizə göndərin”")


def test_a_new_translation_is_added(tmp_path: Path) -> None:
    """A language that nobody shipped is told, and needs no confirmation."""
    text = shipped("hijacked-page/text/az.yaml").replace("language: az", "language: ka")
    write(tmp_path, "hijacked-page/text/ka.yaml", text)
    write(tmp_path, "shared/text/ka/intake.yaml", text)
    assert [(each.id, each.how, each.is_critical) for each in overrides.changes_of([tmp_path])] == [
        ("hijacked-page ka", "added", False),
        ("shared/intake ka", "added", False),
    ]


def test_a_letter_sent_another_way_is_critical(tmp_path: Path) -> None:
    """A new channel changes nothing by itself; to lead a shipped letter through it does."""
    write(tmp_path, "facts/channels/own.yaml", CHANNEL)
    changed(tmp_path, PAGE, "channel: meta.support-thread", "channel: own.form")
    (change,) = overrides.critical(overrides.changes_of([tmp_path]))
    assert change.what == "step"
    assert any("“meta.support-thread” → “own.form”" in row for row in change.says)


def test_a_question_that_opens_a_gate_is_critical(tmp_path: Path) -> None:
    """Its labels changed round would open the gate to the wrong answer."""
    text = shipped("shared/intake.yaml")
    question = text[text.index("  safe_to_talk:\n") :]
    ask = next(row for row in question.splitlines() if row.startswith("    ask: "))
    changed(tmp_path, "shared/intake.yaml", ask, "    ask: Is somebody listening?")
    change = only(tmp_path)
    assert (change.what, change.is_critical) == ("fact", True)


def test_words_of_a_plain_question_are_not_critical(tmp_path: Path) -> None:
    """A question that only fills a letter may be asked in other words."""
    text = shipped("hijacked-page/playbook.yaml")
    question = text[text.index("  reversal_mail_at:\n") :]
    ask = next(row for row in question.splitlines() if row.startswith("    ask: "))
    changed(tmp_path, PAGE, ask, "    ask: On which day did the mail come?")
    change = only(tmp_path)
    assert (change.what, change.is_critical) == ("fact", False)


def test_a_packet_s_rules_beside_an_own_folder_are_critical(tmp_path: Path) -> None:
    """Profiles decide what a reader may see; a copy of the whole tree may change them, and is asked about it."""
    root = tmp_path / "playbooks"
    root.mkdir()
    profiles = (content.templates_root() / "packet" / "profiles.yaml").read_text("utf-8")
    write(tmp_path, "templates/packet/profiles.yaml", profiles + "# ours\n")
    change = only(root)
    assert (change.what, change.id, change.is_critical) == ("layout", "packet/profiles.yaml", True)


def test_thousands_of_authors_fit_on_a_line(tmp_path: Path) -> None:
    """A hostile list of names fills no screen and no case."""
    names = ", ".join(f"Author {number} {'x' * 100}" for number in range(4000))
    write(tmp_path, "facts/rules.yaml", RULE.replace("[Aysel M.]", f"\n  - {names.replace(', ', chr(10) + '  - ')}"))
    assert len(only(tmp_path).by) < 400
    assert only(tmp_path).by.endswith(" and 3996 more")


def test_a_hostile_text_is_compared_in_bounded_time() -> None:
    """Twenty thousand lines that are nearly alike, on both sides: seconds, and what is not compared is said."""
    old = [f"line {number} of the text, as it was" for number in range(20_000)]
    new = [f"line {number} of the text, as it is" for number in range(20_000)]
    says = overrides.difference({"text": old}, {"text": new})
    assert says[-1] == f"… and {2 * overrides.MOST_COMPARED + 1 - overrides.MOST_LINES} more lines"
    (same,) = overrides.difference({"text": [*old, "x"]}, {"text": old})
    assert same == f"text: … and what stands behind line {overrides.MOST_COMPARED} is not the same either"


def test_an_exhibit_of_another_class_is_critical(tmp_path: Path) -> None:
    """An identity paper that is asked for as something ordinary would leave in every packet."""
    name = next(
        each.relative_to(content.playbooks_root()).as_posix()
        for each in sorted(content.playbooks_root().glob("shared/*.yaml"))
        if "class: identity" in each.read_text("utf-8")
    )
    changed(tmp_path, name, "class: identity", "class: ordinary")
    assert [(each.what, each.is_critical) for each in overrides.changes_of([tmp_path])] == [("step", True)]
