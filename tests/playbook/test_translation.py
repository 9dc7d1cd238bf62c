"""Catalogues: what a client hears is the translation of the English as it is now, or the English with a remark."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recover import content
from recover.errors import InputError
from recover.playbook import codec
from recover.playbook.document import Document
from recover.playbook.lint import is_failure, lint
from recover.playbook.loader import load_playbook
from recover.playbook.model import Catalogue, Playbook, Translated
from recover.playbook.problems import InvalidPlaybookError
from recover.playbook.speech import Speech
from recover.playbook.spreadsheet import COLUMNS, InvalidSheetError, Sheet, cell, read_sheet, text_of, write_sheet
from recover.playbook.translatable import Translatable, fixed_words, is_reviewed, short_sha256, texts_of
from recover.playbook.translation import (
    count,
    load_catalogue,
    load_translations,
    originals_of,
    reviewed,
    updated,
    with_texts,
    write_catalogue,
)
from tests.playbook.ground import TODAY, copied

OF = "lost-page"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copied(tmp_path)


def originals(root: Path) -> tuple[Translatable, ...]:
    return originals_of(root / OF / "playbook.yaml")


def written(root: Path, said: dict[str, str], language: str = "az", of: str = OF) -> Catalogue:
    """Translate some texts and put the catalogue where it belongs."""
    texts = originals_of(root / (f"{of}.yaml" if "/" in of else f"{of}/playbook.yaml"))
    catalogue = with_texts(Catalogue(of, language, "", "", ()), said, texts)
    put(root, catalogue, texts)
    return catalogue


def put(root: Path, catalogue: Catalogue, texts: tuple[Translatable, ...]) -> Path:
    folder, slash, name = catalogue.of.rpartition("/")
    language = catalogue.language
    path = root / (f"{folder}/text/{language}/{name}.yaml" if slash else f"{catalogue.of}/text/{language}.yaml")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(write_catalogue(catalogue, texts), "utf-8")
    return path


def change(root: Path, dotted: str, text: str) -> None:
    path = root / OF / "playbook.yaml"
    document = Document(path.read_text("utf-8"), "x")
    document.set(document.path(dotted), text)
    path.write_text(document.text, "utf-8")


def speech(root: Path, language: str) -> tuple[Speech, Playbook]:
    playbook = load_playbook(OF, (root,))
    return Speech([(playbook, load_translations(playbook, (root,), (language,)).catalogues)], language), playbook


# --- what is translated ---------------------------------------------------------------------------------------------


def test_every_text_people_read_has_a_key_and_no_value_has() -> None:
    """Titles, questions, answers, columns, steps, items, evidence, gates, cards and deadlines; no ids or conditions."""
    value = {
        "playbook": "x", "title": "T", "summary": "S", "first_aid": {"title": "F", "lines": ["L"]},
        "triage": {"says": "Y", "platforms": ["p"]},
        "facts": {"a": {"type": "list", "ask": "A", "why": "W", "help": "H", "visible_if": "b == 'c'",
                        "fields": {"k": {"type": "choice", "ask": "K", "choices": {"no": "No"}}}}},
        "gates": {"g": {"title": "G", "why": "V", "needs": "x"}},
        "steps": [{"id": "s", "title": "ST", "say": "SA", "tell": "TE", "hidden_because": "HI", "next": "z",
                   "do": [{"id": "i", "text": "I"}], "evidence": [{"id": "e", "kind": "mail", "title": "E"}]}],
        "deadlines": [{"id": "d", "title": "D", "note": "N", "done_note": "O", "rule": "r"}],
    }  # fmt: skip
    assert {each.key: each.text for each in texts_of(value)} == {
        "title": "T", "summary": "S", "first_aid.title": "F", "first_aid.lines.1": "L", "triage.says": "Y",
        "facts.a.ask": "A", "facts.a.why": "W", "facts.a.help": "H", "facts.a.fields.k.ask": "K",
        "facts.a.fields.k.choices.no": "No", "gates.g.title": "G", "gates.g.why": "V", "steps.s.title": "ST",
        "steps.s.say": "SA", "steps.s.tell": "TE", "steps.s.hidden_because": "HI", "steps.s.do.i.text": "I",
        "steps.s.evidence.e.title": "E", "deadlines.d.title": "D", "deadlines.d.note": "N",
        "deadlines.d.done_note": "O",
    }  # fmt: skip


def test_keys_are_the_paths_of_edit(root: Path) -> None:
    """What a translator names, a trainer can change by the same name."""
    document = Document((root / OF / "playbook.yaml").read_text("utf-8"), "x")
    for each in originals(root):
        assert " ".join(document.get(document.path(each.key)).split()) == each.text


# --- what a client hears --------------------------------------------------------------------------------------------


def test_fresh_stale_and_missing_texts_are_told_apart(root: Path) -> None:
    """Only a translation of the English as it is now is said; the others are English, with the reason."""
    written(root, {"facts.page.ask": "Hansı səhifə?", "facts.lost_at.ask": "Nə vaxt?"})
    change(root, "facts.lost_at.ask", "When did you lose it?")
    said, playbook = speech(root, "az")
    facts = {fact.id: fact for fact in playbook.facts}
    page, lost = said.ask(facts["lost_page.page"]), said.ask(facts["lost_page.lost_at"])
    assert (page.text, page.english, page.state) == ("Hansı səhifə?", "Which Page?", "unreviewed")
    assert (lost.text, lost.state) == ("When did you lose it?", "stale")
    assert "out of date" in lost.remark
    assert said.ask(facts["lost_page.still_in"]).state == "missing"


def test_values_stay_and_labels_are_said(root: Path) -> None:
    """A choice keeps its value; nobody reviewed the label, so the English stands beside it."""
    written(root, {"facts.still_in.ask": "Kim?", "facts.still_in.choices.you": "Siz"})
    said, playbook = speech(root, "az")
    fact = said.said_fact(next(each for each in playbook.facts if each.id == "lost_page.still_in"))
    assert [(each.value, each.label) for each in fact.choices][:2] == [("you", "Siz (You)"), ("admin", "An admin [en]")]


def test_a_review_ends_with_the_wording_that_was_seen(root: Path) -> None:
    """A reviewed text stands alone; changed by hand afterwards, it is unreviewed again, the others are not."""
    catalogue = written(root, {"facts.page.ask": "Hansı?", "facts.lost_at.ask": "Nə vaxt?"})
    done = reviewed(catalogue, "A. Reader", "2026-11-24", originals(root))
    by_hand = replace(done, texts=tuple(
        replace(row, text="Başqa") if row.key == "facts.page.ask" else row for row in done.texts
    ))  # fmt: skip
    states = {row.key: is_reviewed(row) for row in by_hand.texts if row.text}
    assert states == {"facts.page.ask": False, "facts.lost_at.ask": True}
    assert count(done, originals(root)).unreviewed == 0
    assert count(by_hand, originals(root)).unreviewed == 1


def test_a_language_is_served_by_its_own_catalogue_then_by_the_wider_one(root: Path) -> None:
    """`az-Cyrl` finds `az`; English and a language without a catalogue are English, and only the latter is told."""
    written(root, {"facts.page.ask": "Hansı?"})
    assert speech(root, "az-Cyrl")[0].is_translated
    assert (speech(root, "en")[0].is_translated, speech(root, "en")[0].notice) == (False, "")
    assert "no translation into fr" in speech(root, "fr")[0].notice
    assert "Nobody has reviewed" in speech(root, "az")[0].notice


def test_the_notice_says_how_much_was_reviewed(root: Path) -> None:
    """All, some or none of it: where the English is left out, nobody is told that it stands there."""
    catalogue = written(root, {"facts.page.ask": "Hansı?"})
    put(root, reviewed(catalogue, "A. Reader", "2026-11-24", originals(root)), originals(root))
    assert "reviewed" not in speech(root, "az")[0].notice
    title = next(each.key for each in originals_of(root / "shared" / "start.yaml") if each.key.endswith(".title"))
    written(root, {title: "Başlanğıc"}, of="shared/start")
    assert "Where nobody has reviewed the translation, the English stands" in speech(root, "az")[0].notice


def test_texts_of_groups_reach_the_steps_under_their_includes_names(root: Path) -> None:
    """A group's catalogue serves every playbook that includes it, whatever the include is called."""
    title = originals_of(root / "shared" / "start.yaml")
    key = next(each.key for each in title if each.key.startswith("steps.") and each.key.endswith(".title"))
    written(root, {key: "Başlanğıc"}, of="shared/start")
    said, playbook = speech(root, "az")
    step = next(each for each in playbook.steps if each.id == f"start.{key.split('.')[1]}")
    assert said.step(step, OF)["title"].text == "Başlanğıc"


def test_a_line_of_the_card_that_moved_keeps_its_translation(root: Path) -> None:
    """A new first line shifts the others; what was translated stays so, also before the catalogue is updated."""
    written(root, {"first_aid.lines.1": "Danışa bilərsiniz?"})
    path = root / OF / "playbook.yaml"
    path.write_text(path.read_text("utf-8").replace("  lines:\n", "  lines:\n    - Breathe.\n", 1), "utf-8")
    said, playbook = speech(root, "az")
    assert [phrase.state for phrase in said.card(playbook.first_aid, OF)[1]] == ["stale", "unreviewed"]
    catalogue = updated(load_catalogue(root / OF / "text" / "az.yaml"), originals(root))
    texts = {row.key: row.text for row in catalogue.texts}
    assert (texts["first_aid.lines.1"], texts["first_aid.lines.2"]) == ("", "Danışa bilərsiniz?")


def test_what_is_pinned_reads_back_the_same(root: Path) -> None:
    """Catalogues go into a case as JSON and come back as they were, without any YAML."""
    written(root, {"facts.page.ask": "Hansı?"})
    catalogues = load_translations(load_playbook(OF, (root,)), (root,), ("az",)).catalogues
    assert codec.catalogues_from_json(codec.catalogues_to_json(catalogues)) == catalogues


def test_a_broken_catalogue_is_left_out_and_told(root: Path) -> None:
    """One language's fault takes nothing from the others, and a client is spoken to in English."""
    written(root, {"facts.page.ask": "Hansı?"})
    (root / OF / "text" / "ru.yaml").write_text("catalogue: lost-page\nlanguage: tr\ntexts: {}\n")
    found = load_translations(load_playbook(OF, (root,)), (root,), ("az", "ru"))
    assert [each.language for each in found.catalogues] == ["az"]
    assert [each.code for each in found.problems] == ["E130"]
    assert list(found.files) == ["lost-page/text/az.yaml"]


# --- the file -------------------------------------------------------------------------------------------------------


def test_updating_adds_the_new_keeps_the_stale_and_drops_the_gone(root: Path) -> None:
    """A stale translation stays beside the new English, with its old hash, until somebody translates again."""
    catalogue = written(root, {"facts.page.ask": "Hansı?", "facts.lost_at.ask": "Nə vaxt?"})
    catalogue = replace(catalogue, texts=(*catalogue.texts, Translated("facts.gone.ask", "0" * 12, "Getdi")))
    change(root, "facts.lost_at.ask", "When did you lose it?")
    now = originals(root)
    had = count(catalogue, now)
    assert (had.translated, had.stale, had.gone) == (1, 1, 1)
    made = updated(catalogue, now)
    assert [row.key for row in made.texts] == [each.key for each in now]
    text = write_catalogue(made, now, "# my own head")
    assert text.startswith("# my own head\ncatalogue: lost-page\n")
    assert "# STALE, the English is now: When did you lose it?" in text
    path = put(root, made, now)
    assert load_catalogue(path) == made
    assert "Getdi" not in text


def test_lint_tells_what_is_out_of_date_and_fails_nothing_for_it(root: Path) -> None:
    """Stale and gone texts are listed at their line; addresses that differ are errors."""
    change(root, "steps.page.say", "Look at example.org/help first.")
    catalogue = written(
        root, {"facts.lost_at.ask": "Nə vaxt?", "steps.page.say": "Əvvəl example.org/help ünvanına baxın."}
    )
    catalogue = replace(catalogue, texts=(*catalogue.texts, Translated("facts.gone.ask", "0" * 12, "Getdi")))
    change(root, "facts.lost_at.ask", "When did you lose it?")
    path = put(root, catalogue, originals(root))
    problems = lint([path], today=TODAY)
    assert sorted(each.code for each in problems) == ["C205", "C206"]
    assert not is_failure(problems, strict=True)
    row = next(each for each in problems if each.code == "C206")
    assert "facts.gone.ask" in path.read_text("utf-8").splitlines()[row.line - 1]
    path.write_text(path.read_text("utf-8").replace("Əvvəl example.org/help", "Əvvəl example-org.net/help"), "utf-8")
    assert [each.code for each in lint([path], today=TODAY) if each.severity == "error"] == ["E131"]


HEAD = "catalogue: lost-page\nlanguage: {language}\ntexts:\n  facts.page.ask:\n    source: {source}\n    text: {text}\n"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("E133", HEAD.format(language="az", source="0" * 12, text='"\\u202Eabc"')),
        ("E133", HEAD.format(language="az", source="0" * 12, text='"\\u200Eabc"')),
        ("E133", HEAD.format(language="ar", source="0" * 12, text='"\\u2067abc"')),
        ("E133", HEAD.format(language="az", source="0" * 12, text='"a\\u0007bc"')),
        ("E002", HEAD.format(language="az", source="0" * 12, text="\u202eabc")),
        ("E033", HEAD.format(language="az", source="xyz", text="a")),
        ("E033", HEAD.format(language="not a language", source="0" * 12, text="a")),
        ("E030", HEAD.format(language="az", source="0" * 12, text="a" * 9_000)),
        ("E007", HEAD.format(language="az", source="0" * 12, text="a") + "  facts.page.ask: {source: a, text: b}\n"),
        ("E132", "reviewed_by: Somebody\n" + HEAD.format(language="az", source="0" * 12, text="a")),
        ("E020", "values: {yes: no}\n" + HEAD.format(language="az", source="0" * 12, text="a")),
        ("E005", "catalogue: &a lost-page\nlanguage: az\ntexts: {}\n"),
        ("E130", "catalogue: hijacked-page\nlanguage: az\ntexts: {}\n"),
    ],
)
def test_a_hostile_catalogue_is_refused_with_its_place(root: Path, code: str, text: str) -> None:
    """Overrides of direction, controls, double keys, unknown keys, wrong hashes: each an error at file and line."""
    path = root / OF / "text" / "az.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    problems = [each for each in lint([path], today=TODAY) if each.severity == "error"]
    assert code in [each.code for each in problems]
    assert all(each.path.endswith("text/az.yaml") and each.line >= 1 for each in problems)
    if code != "E130":
        with pytest.raises(InvalidPlaybookError):
            load_catalogue(path)


def test_arabic_may_use_plain_direction_marks(root: Path) -> None:
    """A mark beside a Latin word is needed from right to left."""
    source = short_sha256("Which Page?")
    path = root / OF / "text" / "ar.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(HEAD.format(language="ar", source=source, text='"\u200fأي صفحة\u200f؟"'), "utf-8")
    assert load_catalogue(path).texts[0].text == "\u200fأي صفحة\u200f؟"


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("Search for security@mail.example.org, in spam too.", ("security@mail.example.org",)),
        ("Go to example.org/hacked. Then wait.", ("example.org/hacked",)),
        ("Write @neighbour.voices and {{ name }}, not e.g. this.", ("@neighbour.voices", "{{ name }}")),
        ("Call +994 50 000 00 00 now", ("+994 50 000 00 00",)),
        ("Nothing. At all. 2 of 3.", ()),
    ],
)
def test_what_must_stay_as_it_is(text: str, fixed: tuple[str, ...]) -> None:
    """Addresses, handles, numbers and slots are found, sentences are not taken for them."""
    assert fixed_words(text) == fixed


def test_the_shipped_catalogues_are_whole_and_say_that_nobody_reviewed_them() -> None:
    """Every shipped translation lints, and until a person has read it its head says so."""
    files = list(content.playbooks_root().rglob("text/**/*.yaml"))
    assert {path.stem for path in files} >= {"az", "ru", "intake"}
    assert [str(each) for each in lint(files, today=TODAY) if each.code not in ("C205", "C206")] == []
    for path in files:
        catalogue = load_catalogue(path)
        assert bool(catalogue.reviewed_by) or "NOBODY HAS REVIEWED" in path.read_text("utf-8").splitlines()[0]


# --- the table ------------------------------------------------------------------------------------------------------


def taken(path: Path, root: Path, language: str = "az") -> Sheet:
    return read_sheet(path, "table.csv", {OF: originals(root)}, language)


def exported(root: Path, said: dict[str, str]) -> bytes:
    return write_sheet([(with_texts(Catalogue(OF, "az", "", "", ()), said, originals(root)), originals(root))])


def test_a_table_comes_back_as_it_went(root: Path, tmp_path: Path) -> None:
    """What was exported and not touched gives the same translations, whatever a cell begins with."""
    said = {"facts.page.ask": "=1+1", "facts.page.why": "'quoted'", "facts.lost_at.ask": "-x, \"y\"; 'z'",
            "facts.lost_at.why": "'=not a formula", "title": "@here\u200c"}  # fmt: skip
    said["title"] = "+title"
    path = tmp_path / "t.csv"
    path.write_bytes(exported(root, said))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf" + ",".join(COLUMNS).encode())
    assert taken(path, root).said == {OF: said}


def test_no_hash_in_a_table_looks_like_a_number(root: Path) -> None:
    """A hash of digits only, or with one e, would come back as another number."""
    rows = exported(root, {}).decode("utf-8-sig").splitlines()[1:]
    assert all(row.rpartition(",")[2].startswith("#") for row in rows)


@given(st.text(alphabet=st.sampled_from("=+-@'\t\r aə\"';,"), max_size=12))
def test_no_cell_is_a_formula_and_every_cell_comes_back(text: str) -> None:
    """For any text, a spreadsheet computes nothing, and the text is what it was but for folded spaces."""
    flat = " ".join(text.split())
    assert not cell(flat).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert text_of(cell(flat)) == flat


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_tables_of_other_spreadsheets_are_read(root: Path, tmp_path: Path, delimiter: str, mark: bytes) -> None:
    """Semicolons, tabs, no byte order mark, fewer columns in another order: all the same."""
    source = {each.key: each.sha256 for each in originals(root)}["facts.page.ask"]
    rows = [["translation", "source", "key"], ["Hansı?", source, "facts.page.ask"], ["", "", ""]]
    path = tmp_path / "t.csv"
    path.write_bytes(mark + "\r\n".join(delimiter.join(row) for row in rows).encode())
    assert taken(path, root).said == {OF: {"facts.page.ask": "Hansı?"}}


def test_a_row_whose_english_changed_meanwhile_is_not_taken(root: Path, tmp_path: Path) -> None:
    """The translation of another sentence is named, and the rest is taken."""
    path = tmp_path / "t.csv"
    path.write_bytes(exported(root, {"facts.page.ask": "Hansı?", "facts.lost_at.ask": "Nə vaxt?"}))
    change(root, "facts.lost_at.ask", "When did you lose it?")
    sheet = taken(path, root)
    assert sheet.said == {OF: {"facts.page.ask": "Hansı?"}}
    assert sheet.outdated == ("lost-page: facts.lost_at.ask",)


def line(key: str, text: str, source: str = "") -> str:
    return f"{key},{text},{source or short_sha256('Which Page?')}\n"


@pytest.mark.parametrize(
    ("content_of_table", "words", "at"),
    [
        (b"", "lacks key", 1),
        (b"key;translation\na;b\n", "lacks source", 1),
        (b"key,key,translation,source\n", "twice", 1),
        (("key,translation,source\n" + line("facts.page.ask", "a") * 2).encode(), "twice", 3),
        (("key,translation,source\n" + line("facts.pagee.ask", "a")).encode(), "nothing is called", 2),
        (("key,translation,source\n" + line("facts.page.ask", "a\u202eb")).encode(), "reading direction", 2),
        (("key,translation,source\n" + line("facts.page.ask", "see evil.example")).encode(), "does not", 2),
        (("key,translation,source\n" + line("facts.page.ask", "a" * 700)).encode(), "longer than", 2),
        (("file,key,translation,source\nother-page," + line("facts.page.ask", "a")).encode(), "no file", 2),
        (b"key,translation,source\nfacts.page.ask\n", "cells are missing", 2),
        (b'key,translation,source\nfacts.page.ask,"a\nb', "not readable", 2),
        (b"key,translation,source\nfacts.page.ask,\xe9,x\n", "not UTF-8", 2),
        (b"PK\x03\x04 a workbook", "own format", 0),
        (b"key,translation,source\n" + b"x" * (5 << 20), "larger than 4 MiB", 0),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_table_that_cannot_be_taken_says_where_and_why(
    root: Path, tmp_path: Path, content_of_table: bytes, words: str, at: int
) -> None:
    """Wrong heads, double and unknown keys, direction tricks, other addresses, broken files: told with their line."""
    path = tmp_path / "t.csv"
    path.write_bytes(content_of_table)
    with pytest.raises(InputError, match=words) as refused:
        taken(path, root)
    place = refused.value.place
    assert place.startswith("table.csv")
    assert at == 0 or place.split(":")[1] in (str(at), str(at + 1)), place
    assert refused.value.exit_code == 32


def test_every_fault_of_a_table_is_told_at_once(root: Path, tmp_path: Path) -> None:
    """Three wrong rows are three problems in one run."""
    path = tmp_path / "t.csv"
    rows = line("facts.nope.ask", "a") + line("facts.page.ask", "a\u2066b") + line("facts.page.ask", "again")
    path.write_text("key,translation,source\n" + rows, "utf-8")
    with pytest.raises(InvalidSheetError) as refused:
        taken(path, root)
    assert [each.line for each in refused.value.problems] == [2, 3, 4]
