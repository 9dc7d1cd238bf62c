"""Playbooks from folders: includes resolved, names qualified, all faults at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from recover.errors import NotFoundError, PlaybookError
from recover.playbook.lint import is_failure, lint
from recover.playbook.loader import load_playbook, load_registry, playbook_ids
from recover.playbook.model import Branch, Expression, FactType
from recover.playbook.problems import InvalidPlaybookError
from tests.playbook.ground import GOOD, TODAY, copied


def test_the_good_playbook_has_no_problem() -> None:
    """The good playbook, its groups, facts, answers and story are clean, conventions included."""
    assert lint([GOOD], today=TODAY) == ()


def test_the_shipped_playbooks_have_no_error() -> None:
    """What is shipped loads, and has no warning on the day it was written."""
    from recover import content

    found = lint([content.playbooks_root()], today=TODAY)
    assert not is_failure(found, strict=True), "\n".join(map(str, found))
    for identifier in playbook_ids():
        assert load_playbook(identifier).id == identifier


def test_names_are_qualified() -> None:
    """Facts carry their group's id, steps the name of the include, the playbook's own steps stay bare."""
    playbook = load_playbook(GOOD / "lost-page", [GOOD])
    facts = {fact.id: fact for fact in playbook.facts}
    steps = {step.id: step for step in playbook.steps}
    assert {"start.safe", "later.accounts", "lost_page.page"} <= set(facts)
    assert {"start.safety", "later.appeal", "page"} <= set(steps)
    assert playbook.start == "start.safety"
    assert steps["page"].ask[0] == "lost_page.page"
    assert steps["later.appeal"].for_each == "later.accounts"
    assert steps["later.appeal"].visible_if == Expression("item.action == 'suspended' and not done('later.back')")
    assert [gate.id for gate in playbook.gates] == ["safety", "clean_device"]
    assert [deadline.id for deadline in playbook.deadlines] == ["later.suspension", "trash"]
    assert playbook.watch[0].open == "later.appeal"


def test_exits_lead_where_the_include_says() -> None:
    """`exit` is the include's `then`; each exit of a mapping leads to its own step."""
    steps = {step.id: step for step in load_playbook(GOOD / "lost-page", [GOOD]).steps}
    assert steps["start.safety"].next == (
        Branch(Expression("start.safe == 'no'"), "stop"),
        Branch(None, "start.place"),
    )
    assert steps["start.place"].next == (Branch(None, "page"),)


def test_an_exit_nobody_continues_stops_there(tmp_path: Path) -> None:
    """An include without `then` ends that line of work: the branch leads nowhere."""
    root = copied(tmp_path)
    file = root / "lost-page" / "playbook.yaml"
    file.write_text(file.read_text().replace("{use: shared/later, then: closed}", "{use: shared/later}"))
    steps = {step.id: step for step in load_playbook("lost-page", [root]).steps}
    assert steps["later.appeal"].next == (Branch(None, ""),)


def test_an_uncovered_choice_is_named(tmp_path: Path) -> None:
    """Branches over a choice that forget a value and have no `otherwise` say which value leads nowhere."""
    root = copied(tmp_path)
    file = root / "shared" / "start.yaml"
    file.write_text(file.read_text().replace("      - {otherwise: place}\n", ""))
    found = lint([file], today=TODAY)
    assert [each.code for each in found] == ["E081"]
    assert "not covered: yes" in found[0].message


def test_a_group_included_twice_asks_its_questions_once(tmp_path: Path) -> None:
    """Two includes of one group have their own steps and share the facts and gates."""
    root = copied(tmp_path)
    file = root / "lost-page" / "playbook.yaml"
    text = file.read_text().replace("  later: {use", "  again: {use: shared/later, then: closed}\n  later: {use")
    file.write_text(text.replace("refused: closed", "refused: again"))
    playbook = load_playbook("lost-page", [root])
    assert [fact.id for fact in playbook.facts].count("later.back_at") == 1
    steps = {step.id: step for step in playbook.steps}
    assert steps["again.back"].ask == steps["later.back"].ask
    assert steps["again.appeal"].visible_if == Expression("item.action == 'suspended' and not done('again.back')")


def test_an_asset_has_its_members() -> None:
    """A person and an asset get their members as questions, the needed ones not optional."""
    page = next(fact for fact in load_playbook(GOOD / "lost-page", [GOOD]).facts if fact.id == "lost_page.page")
    assert page.type is FactType.ASSET
    assert {member.id for member in page.fields if not member.optional} == {"url", "platform_id"}


def test_every_file_is_named_with_its_digest() -> None:
    """The playbook lists the files it was made from and their SHA-256, for pinning."""
    import hashlib

    playbook = load_playbook(GOOD / "lost-page", [GOOD])
    assert [path for path, _ in playbook.sources] == [
        "lost-page/playbook.yaml",
        "shared/later.yaml",
        "shared/start.yaml",
    ]
    for path, digest in playbook.sources:
        assert hashlib.sha256((GOOD / path).read_bytes()).hexdigest() == digest


def test_all_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    """One run names the faults of the playbook and of a group it includes, in order, and the load lists them all."""
    root = copied(tmp_path)
    playbook, group = root / "lost-page" / "playbook.yaml", root / "shared" / "start.yaml"
    playbook.write_text(
        playbook.read_text().replace("go: form", "go: frm").replace("restored: later", "restord: later")
    )
    group.write_text(group.read_text().replace("safe == 'yes'", "safe == 'yess'"))
    found = lint([playbook], today=TODAY)
    assert [each.code for each in found] == ["E042", "E084", "E062"]
    assert [Path(each.path).name for each in found] == ["playbook.yaml", "playbook.yaml", "start.yaml"]
    with pytest.raises(InvalidPlaybookError) as caught:
        load_playbook("lost-page", [root])
    assert [each.code for each in caught.value.problems] == ["E042", "E084", "E062"]
    assert caught.value.exit_code == 30
    assert "(and 2 more)" in caught.value.message
    assert caught.value.place.endswith("playbook.yaml:64:61")


def test_a_fault_of_a_group_is_told_once(tmp_path: Path) -> None:
    """A group that two playbooks include, and that is checked itself, reports a fault once."""
    root = copied(tmp_path)
    group = root / "shared" / "start.yaml"
    group.write_text(group.read_text().replace("safe == 'yes'", "safe == 'yess'"))
    assert [each.code for each in lint([root], today=TODAY)] == ["E062"]


def test_a_question_of_a_group_may_be_asked_by_a_playbook(tmp_path: Path) -> None:
    """One that neither the group nor a playbook that is there asks is still named, at its line in the group."""
    folder = copied(tmp_path)
    group, book = folder / "shared" / "start.yaml", folder / "lost-page" / "playbook.yaml"
    more = "\nfacts:\n  {name}:\n    type: text\n    ask: What else?\n    sensitivity: public\n"
    group.write_text(group.read_text("utf-8").replace("\nfacts:\n", more.format(name="spare"), 1), "utf-8")
    assert {each.code for each in lint([group], today=TODAY)} == {"W110"}
    book.write_text(book.read_text("utf-8").replace("ask: [page", "ask: [start.spare, page", 1), "utf-8")
    assert lint([folder], today=TODAY) == ()


def test_a_question_of_a_group_need_not_be_asked_by_every_playbook(tmp_path: Path) -> None:
    """One playbook asks it; another one that includes the same group for the rest of it is clean as well."""
    folder = copied(tmp_path)
    group, book = folder / "shared" / "start.yaml", folder / "lost-page" / "playbook.yaml"
    more = "\nfacts:\n  spare:\n    type: text\n    ask: What else?\n    sensitivity: public\n"
    group.write_text(group.read_text("utf-8").replace("\nfacts:\n", more, 1), "utf-8")
    other = folder / "other-page"
    other.mkdir()
    text = book.read_text("utf-8").replace("lost-page", "other-page").replace("lost_page", "other_page")
    (other / "playbook.yaml").write_text(text, "utf-8")
    assert {each.code for each in lint([other], today=TODAY)} == {"W110"}
    book.write_text(book.read_text("utf-8").replace("ask: [page", "ask: [start.spare, page", 1), "utf-8")
    assert lint([other], today=TODAY) == ()


def test_a_trainers_folder_stands_over_the_shipped_one(tmp_path: Path) -> None:
    """A group of the own folder is taken before a shipped one of the same name; the rest comes from behind."""
    root = copied(tmp_path / "behind")
    own = tmp_path / "own"
    (own / "shared").mkdir(parents=True)
    text = (root / "shared" / "start.yaml").read_text()
    (own / "shared" / "start.yaml").write_text(text.replace("Can you talk?", "Are you alone?"))
    playbook = load_playbook("lost-page", [own, root])
    assert next(fact.ask for fact in playbook.facts if fact.id == "start.safe") == "Are you alone?"
    assert any(fact.id == "later.back_at" for fact in playbook.facts)


@pytest.mark.parametrize("name", ["nothing", "../lost-page", "", "/etc", "lost-page/../lost-page"])
def test_an_unknown_playbook_is_not_found(name: str) -> None:
    """A name is an id and never a path; an unknown one is exit 10 with the list as hint."""
    with pytest.raises(NotFoundError) as caught:
        load_playbook(name, [GOOD])
    assert caught.value.hint == "recover playbook list"


def test_the_registry_carries_provenance() -> None:
    """Channels, rules and clauses come with source, day, certainty and review date."""
    registry = load_registry(GOOD)
    assert [channel.id for channel in registry.channels] == ["meta.page"]
    assert registry.channels[0].max_chars == 5000
    assert {rule.id: rule.lengths for rule in registry.rules}["aftercare.weekly"] == ("7d", "14d", "21d", "28d")
    assert registry.clauses[0].provenance.certainty == "A"
    assert [path for path, _ in registry.sources] == [
        "facts/channels/meta.yaml",
        "facts/clauses.yaml",
        "facts/domains.yaml",
        "facts/rules.yaml",
    ]


def test_a_broken_registry_is_refused(tmp_path: Path) -> None:
    """An address outside the listed domains stops the load: the wrong form costs the account."""
    root = copied(tmp_path)
    file = root / "facts" / "channels" / "meta.yaml"
    file.write_text(file.read_text().replace("platform.example/contact", "appeal-help.example/contact"))
    with pytest.raises(PlaybookError, match="E090"):
        load_registry(root)


def test_strict_counts_warnings_and_conventions(tmp_path: Path) -> None:
    """Warnings fail only when strict; each problem prints as file:line:column: CODE message."""
    root = copied(tmp_path)
    file = root / "facts" / "rules.yaml"
    file.write_text(file.read_text().replace("2027-05-01", "2026-11-20", 1))
    found = lint([file], today=TODAY)
    assert [each.code for each in found] == ["W113"]
    assert not is_failure(found)
    assert is_failure(found, strict=True)
    assert "rules.yaml:2:3: W113 rule 'meta.trash'" in str(found[0])


def test_an_unconfirmed_fact_is_listed_and_stops_nothing(tmp_path: Path) -> None:
    """Certainty D is told in every run, and is no failure even when strict: such facts ship as defaults to edit."""
    root = copied(tmp_path)
    file = root / "facts" / "rules.yaml"
    file.write_text(file.read_text().replace("certainty: C", "certainty: D", 1))
    found = lint([file], today=TODAY)
    assert [each.code for each in found] == ["C201"]
    assert not is_failure(found, strict=True)
