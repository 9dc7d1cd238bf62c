"""Letters and packets in other languages: words, dates, directions, versions, annexes and what is read back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from recover.case import entries as e
from recover.case.state import fold
from recover.errors import NotFoundError, RefusedError, UsageError
from recover.packet.document import Document
from recover.packet.interface import Source
from recover.packet.letters.annex import with_annex
from recover.packet.letters.front_matter import load_letter
from recover.packet.letters.lint import lint_letter
from recover.packet.letters.read_back import read_back
from recover.packet.letters.rendering import render_letter
from recover.packet.letters.slots import cite
from recover.packet.plan import plan_packet
from recover.packet.readers.profiles import load_profiles
from recover.packet.readers.view import View
from recover.packet.tree import FIXED, FREE, SHUT, Fixed, Paragraph, Strong, Text, plain_text
from recover.packet.words.casing import folded, lower, sort_key, upper
from recover.packet.words.direction import bare, directed, is_right_to_left, isolated, isolated_text, pasted_text
from recover.packet.words.phrases import has_phrase, is_reviewed, joined, phrase, unreviewed_notice, words_of
from recover.playbook.model import Catalogue, FactType
from recover.playbook.translatable import short_sha256
from recover.playbook.translation import originals_of, reviewed, with_texts, write_catalogue
from recover.times import format_day, format_when, parse_when, with_region
from tests.packet import cases

ENGLISH = (cases.TEMPLATES / "words" / "en.yaml").read_text("utf-8")
ORIGINALS = originals_of(cases.TEMPLATES / "words" / "en.yaml")

FRONT = """needs: [intake.client_name, page.page.name, page.page.platform_id, page.lost_at]
approval: true
slots:
  page: {fact: page.page}
  lost_at: {fact: page.lost_at}
claims:
  removed: {exhibits: [removal_mail], else: holder}
"""
BODY = """**Page:** {{ page.name }}, ID {{ page.platform_id }}

Control was lost on {{ lost_at }} {{ claim.removed }}.

SWORN: I declare that this is true.
"""
ARABIC = """**الصفحة:** {{ page.name }}، المعرّف {{ page.platform_id }}

فُقدت السيطرة في {{ lost_at }} {{ claim.removed }}.

SWORN: أقرّ بأن هذا صحيح.
"""
AZERBAIJANI = """## Nə baş verib

Səhifə: {{ page.name }}, {{ page.platform_id }}. Nəzarət {{ lost_at }} itirilib {{ claim.removed }}.

SWORN: Bunun doğru olduğunu bəyan edirəm.
"""


def words(language: str, said: Mapping[str, str], by: str = "") -> str:
    """Return a catalogue of words."""
    made = with_texts(Catalogue("words", language, "", "", ()), said, ORIGINALS)
    return write_catalogue(reviewed(made, by, "2026-06-01", ORIGINALS) if by else made, ORIGINALS)


ARABIC_WORDS = {
    "with-time": "{day}، {time}",
    "from-to": "{start} إلى {end}",
    "about": "نحو {date}",
    "unreviewed": "لم تُراجَع هذه الترجمة.",
    "stance-holder": "إفادة صاحب الحساب",
    "cover-title": "الغلاف",
    "yes": "نعم",
}


def file_of(
    language: str, body: str, front: str = FRONT, translates: str = "", more: str = "", to: str = "notary"
) -> str:
    """Return a letter's file."""
    made_from = f"translates: {translates}\n" if translates else ""
    return f"---\nletter: test-letter\nlanguage: {language}\ntitle: T\nto: {to}\n{made_from}{more}{front}---\n{body}"


HASH = load_letter(file_of("en", BODY), "letters/test-letter.en.md").sha256


def case_with(versions: Mapping[str, str], catalogues: Mapping[str, str] | None = None, **more: object) -> Source:
    """Return the invented case with versions of one letter, and with words of its own."""
    made = cases.source(letters={"test-letter": versions["en"]}, **more)  # type: ignore[arg-type]  # shorthand
    templates = dict(made.templates) | {"words/en.yaml": ENGLISH}
    templates |= {f"letters/test-letter.{language}.md": text for language, text in versions.items()}
    templates |= {f"words/{language}.yaml": text for language, text in (catalogues or {}).items()}
    return replace(made, templates=templates)


@pytest.fixture
def source() -> Source:
    """Return a case whose letter is there in English, Arabic and Azerbaijani."""
    versions = {
        "en": file_of("en", BODY),
        "ar": file_of("ar", ARABIC, translates=HASH),
        "az": file_of("az", AZERBAIJANI, translates=HASH),
    }
    return case_with(versions, {"ar": words("ar", ARABIC_WORDS)})


# --- words ----------------------------------------------------------------------------------------------------------


def test_words_of_every_shipped_language_are_sound() -> None:
    """No shipped catalogue of words has an error, and every translation in it has the slots of its English."""
    from recover.playbook.lint import lint

    found = lint([cases.TEMPLATES / "words"])
    assert [each for each in found if each.severity == "error"] == []


def test_what_is_not_translated_is_english_with_a_mark(source: Source) -> None:
    """A reader never takes English words for a translation; a pattern of slots alone has no words to mark."""
    with words_of(source.templates):
        assert phrase("about", "ar-LB", date="X") == "نحو X"
        assert phrase("sheet-title", "ar") == "Notes [en]"
        assert phrase("sheet-line", "ar", day="D", text="T") == "D: T"
        assert (has_phrase("about", "ar"), has_phrase("sheet-title", "ar"), has_phrase("no-such")) == (
            True,
            False,
            False,
        )
        with pytest.raises(KeyError):
            phrase("no-such", "ar")


def test_a_stale_word_is_english_again(source: Source) -> None:
    """Once the English has changed, its old translation is not printed."""
    changed = dict(source.templates) | {"words/en.yaml": ENGLISH.replace("about {date}", "around {date}")}
    with words_of(changed):
        assert phrase("about", "ar", date="X") == "around X [en]"


def test_words_are_those_the_case_was_opened_with(source: Source) -> None:
    """A letter's words come from the pinned files, so that an approved text stays the same text."""
    pinned = dict(source.templates) | {"words/en.yaml": ENGLISH.replace("about {date}", "circa {date}")}
    with words_of(pinned):
        assert phrase("about", date="X") == "circa X"
        assert phrase("cover-title") == "Cover"
    assert phrase("about", date="X") == "about X"


def test_words_that_came_later_count_where_they_fit(source: Source) -> None:
    """A case from before there was Azerbaijani has its words now, but only those whose English is the one it keeps."""
    with words_of(source.templates):
        assert phrase("about", "az", date="X") == phrase("about", "az", date="X").replace("[en]", "")
    changed = dict(source.templates) | {"words/en.yaml": ENGLISH.replace("about {date}", "circa {date}")}
    with words_of(changed):
        assert phrase("about", "az", date="X") == "circa X [en]"


def test_a_slot_is_filled_and_nothing_else() -> None:
    """A value that looks like a slot is not filled again, and a slot takes no path into an object."""
    assert phrase("about", date="{by} {date.__class__}") == "about {by} {date.__class__}"


def test_review_counts_for_exactly_the_words_that_were_seen(source: Source) -> None:
    """A catalogue nobody has reviewed says so; a reviewed one does not."""
    with words_of(source.templates):
        assert (is_reviewed("ar"), is_reviewed("en")) == (False, True)
        assert bare(unreviewed_notice("ar")) == "لم تُراجَع هذه الترجمة. This translation has not been reviewed."
    seen = dict(source.templates) | {"words/ar.yaml": words("ar", ARABIC_WORDS, by="A. Reader")}
    with words_of(seen):
        assert is_reviewed("ar")


def test_lists_are_joined_in_the_language() -> None:
    """One, two and three parts; the language's own word stands before the last."""
    assert [joined(list(parts)) for parts in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]


# --- dates ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("ar-LB", "10 حزيران 2026 (2026-06-10)"),
        ("ar-SY", "10 حزيران 2026 (2026-06-10)"),
        ("ar-EG", "10 يونيو 2026 (2026-06-10)"),
        ("ar-SA", "10 يونيو 2026 (2026-06-10)"),
        ("ar-TN", "10 جوان 2026 (2026-06-10)"),
        ("ar-XX", "10 يونيو 2026 (2026-06-10)"),
        ("fa", "10 ژوئن 2026 (20 خرداد 1405) (2026-06-10)"),
        ("fa-AF", "10 جون 2026 (2026-06-10)"),
        ("az", "10 iyun 2026 (2026-06-10)"),
        ("ru", "10 июня 2026\u202fг. (2026-06-10)"),
        ("tr", "10 Haziran 2026 (2026-06-10)"),
        ("es", "10 de junio de 2026 (2026-06-10)"),
        ("fr", "10 juin 2026 (2026-06-10)"),
        ("en-GB", "10 June 2026 (2026-06-10)"),
        ("xx", "2026-06-10"),
    ],
)
def test_a_day_is_written_as_the_country_writes_it(language: str, shown: str) -> None:
    """Months have the country's own names, digits are Latin, and the ISO day stands beside: nothing is ambiguous."""
    assert format_day(date(2026, 6, 10), language) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-06", "حزيران 2026"),
        ("2026-06~", "نحو حزيران 2026"),
        ("2026-06/2026-07", "حزيران 2026 إلى تموز 2026"),
        ("2026-06-10 21:40 Asia/Beirut", "10 حزيران 2026 (2026-06-10)، 21:40 Asia/Beirut (UTC+03:00)"),
    ],
)
def test_partial_dates_stay_partial_in_every_language(text: str, shown: str, source: Source) -> None:
    """A month stays a month, a range a range, and a moment has its zone and offset."""
    with words_of(source.templates):
        told = format_when(parse_when(text), "ar-LB", lambda key, **slots: phrase(key, "ar-LB", **slots))
    assert told == shown


def test_the_zone_of_a_case_names_the_country() -> None:
    """An Arabic letter of a case in Beirut has Lebanon's months, without anybody saying so."""
    assert [with_region("ar", zone) for zone in ("Asia/Beirut", "Africa/Cairo", "Europe/Berlin", "")] == [
        "ar-LB", "ar-EG", "ar", "ar",
    ]  # fmt: skip
    assert (with_region("ar-EG", "Asia/Beirut"), with_region("az", "Asia/Baku")) == ("ar-EG", "az")


# --- directions -----------------------------------------------------------------------------------------------------


def shown(text: str) -> str:
    return text.translate({ord(FIXED): "⟦", ord(FREE): "⟨", ord(SHUT): "⟧"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("في 10 حزيران 2026 (2026-06-10)، 21:40 Asia/Beirut (UTC+03:00).",
         "في 10 حزيران 2026 (⟦2026-06-10⟧)، ⟦21:40 Asia/Beirut (UTC+03:00)⟧."),
        ("الصفحة Neighbour Voices (ID 100064000000101)، كما في [E02, E05].",
         "الصفحة ⟦Neighbour Voices (ID 100064000000101)⟧، كما في ⟦[E02, E05]⟧."),
        ("اتصل على +961 1 234 567 أو a.b@example.org.", "اتصل على ⟦+961 1 234 567⟧ أو ⟦a.b@example.org⟧."),
        ("لا تفتح hxxps://evil[.]example/x?a=1 أبدًا", "لا تفتح ⟦hxxps://evil[.]example/x?a=1⟧ أبدًا"),
        ("صفحه (20 خرداد 1405) (2026-06-10)", "صفحه (20 خرداد 1405) (⟦2026-06-10⟧)"),
        ("الحسابات 100064000000101 و100064000000102", "الحسابات ⟦100064000000101⟧ و⟦100064000000102⟧"),
        ("العدد 405", "العدد 405"),
        ("كما في [من E01 إلى E08].", "كما في [من ⟦E01⟧ إلى ⟦E08⟧]."),
        ("قال admin since May 2014, then not. Nobody came ثم", "قال ⟦admin since May 2014, then not. Nobody came⟧ ثم"),
        ("لا تحذفوا شيئًا. (Delete nothing, and keep it.)", "لا تحذفوا شيئًا. (⟦Delete nothing, and keep it.⟧)"),
    ],
)  # fmt: skip
def test_what_reads_from_left_to_right_is_set_apart(text: str, expected: str) -> None:
    """Addresses, ids, dates in digits and Latin names keep their order inside Arabic; its own numbers need nothing."""
    assert shown(isolated_text(text, "ar-LB")) == expected
    assert bare(isolated_text(text, "ar-LB")) == text


def test_arabic_names_pull_nothing_along_in_english() -> None:
    """A name from right to left is closed in itself; English alone has no marks at all."""
    assert shown(isolated_text("The Page أصوات الجيران (ID 5) was taken", "en")) == (
        "The Page ⟨أصوات الجيران⟩ (ID 5) was taken".replace("⟩", "⟧")
    )
    assert isolated_text("Plain (2026-06-10)", "en") == "Plain (2026-06-10)"


def test_a_tree_is_set_apart_once() -> None:
    """Applying it again changes nothing; in a left-to-right document no node is fixed."""
    tree = (Paragraph((Strong("الصفحة X:"), Text(" في 2026-06-10 عند Baku"))),)
    once = isolated(tree, "ar")
    assert once == isolated(once, "ar")
    assert Fixed("2026-06-10") in once[0].line
    assert isolated((Paragraph((Fixed("E02"),)),), "en") == (Paragraph((Text("E02"),)),)
    assert plain_text(once).strip() == f"الصفحة {FIXED}X{SHUT}: في {FIXED}2026-06-10{SHUT} عند {FIXED}Baku{SHUT}"


def test_every_part_of_a_document_is_set_apart() -> None:
    """Title, head, lead, attachments and remarks, not only the text."""
    made = directed(
        Document("x", "letter", "رسالة إلى Meta", "ar", (), head=(("إلى", "فريق Meta"),), lead=("في 2026-06-10",),
                 attachments=("E01 صورة",), remarks=("غيّره A. B. هنا",))
    )  # fmt: skip
    told = [made.title, *(text for _, text in made.head), *made.lead, *made.attachments, *made.remarks]
    assert all(FIXED in text for text in told)


def test_an_address_in_a_box_stays_an_address() -> None:
    """What is pasted into a form alone has no invisible signs, or the form would take them for a part of it."""
    assert pasted_text("https://www.facebook.com/100064000000101", "ar") == "https://www.facebook.com/100064000000101"
    assert FIXED in pasted_text("الصفحة https://www.facebook.com/1", "ar")


@pytest.mark.parametrize(
    ("tag", "is_rtl"), [("ar-LB", True), ("fa", True), ("az", False), ("az-Arab", True), ("ks-Latn", False)]
)
def test_a_script_decides_the_direction(tag: str, is_rtl: bool) -> None:
    """The script in a tag counts for more than the language."""
    assert is_right_to_left(tag) is is_rtl


# --- letters of Azerbaijani and Turkish -----------------------------------------------------------------------------


def test_capitals_keep_their_dots() -> None:
    """Azerbaijani and Turkish have two letters where others have one; everybody else keeps one."""
    assert upper("kim bilir, ışıq söndü, əğöşçü", "az") == "KİM BİLİR, IŞIQ SÖNDÜ, ƏĞÖŞÇÜ"
    assert lower("IŞIQ İTDİ", "tr") == "ışıq itdi"
    assert (upper("bilir", "en"), lower("İzmir", "en")) == ("BILIR", "izmir")
    assert upper("билир", "az-Cyrl") == "БИЛИР"


def test_names_are_in_the_order_of_the_alphabet() -> None:
    """`ə` follows `e`, `x` follows `h`, `ı` comes before `i`, and `ş` after `s`."""
    names = ["Zaur", "Əli", "Elçin", "Şəfa", "Sona", "Ilham", "İlham", "Xalid", "Hicran", "Fərid", "Çingiz", "Cavid"]
    assert sorted(names, key=lambda name: sort_key(name, "az")) == [
        "Cavid", "Çingiz", "Elçin", "Əli", "Fərid", "Hicran", "Xalid", "Ilham", "İlham", "Sona", "Şəfa", "Zaur",
    ]  # fmt: skip


def test_a_name_is_found_in_capitals() -> None:
    """Whoever looks for a name in a text that leaves finds it in every spelling of its case, and across marks."""
    assert folded("NƏRMİN ƏHMƏDLI") == folded("Nərmin Əhmədli")
    assert folded(f"ali {FIXED}1234{SHUT}") == folded("Ali 1234")


# --- versions -------------------------------------------------------------------------------------------------------


def test_a_letter_in_arabic_for_lebanon(source: Source) -> None:
    """Months of the Levant, ids in their order, choices and words in the language; English beside what is sworn."""
    letter = render_letter(source, "test-letter", language="ar-LB")
    assert (letter.language, letter.is_unreviewed) == ("ar-LB", True)
    assert "5 تشرين الأول 2026" in letter.text
    assert f"{FIXED}2026-10-05{SHUT}" in letter.text
    assert f"{FIXED}[E02]{SHUT}" in letter.text
    sworn = bare(letter.text).partition("أقرّ بأن هذا صحيح.")[2]
    assert "In English: I declare that this is true." in sworn
    assert "SWORN" not in letter.text


def test_a_sentence_in_english_stays_one_in_arabic() -> None:
    """What somebody answered in English keeps its order, with its numbers and its full stop."""
    front = "needs: [page.changes]\nslots:\n  changes: {fact: page.changes}\n"
    english = file_of("en", "{{ changes }} {{ holder.statement }}\n", front)
    made_from = load_letter(english, "letters/test-letter.en.md").sha256
    arabic = file_of("ar", "ما حدث: {{ changes }} {{ holder.statement }}\n", front, translates=made_from)
    found = [
        replace(each, value="All removed in 2014. Then, in 2017, again.")
        if isinstance(each, e.Answered) and each.fact == "page.changes"
        else each
        for each in cases.bodies()
    ]
    source = case_with({"en": english, "ar": arabic}, found=found)
    text = render_letter(source, "test-letter", language="ar").text
    assert f"{FIXED}All removed in 2014. Then, in 2017, again.{SHUT}" in text


def test_a_reviewed_translation_stands_alone(source: Source) -> None:
    """Once somebody has reviewed it, neither the notice nor the English stands on the page."""
    seen = file_of("ar", ARABIC, translates=HASH, more="reviewed_by: A. Reader\nreviewed_on: 2026-06-01\n")
    letter = render_letter(replace(source, templates={**source.templates, "letters/test-letter.ar.md": seen}),
                           "test-letter", language="ar")  # fmt: skip
    assert not letter.is_unreviewed
    assert "I declare" not in letter.text


def test_an_azerbaijani_letter_keeps_its_letters(source: Source) -> None:
    """The heading is in capitals as the language has them, and no letter loses its dot or tail."""
    text = render_letter(source, "test-letter", language="az").text
    assert text.startswith("NƏ BAŞ VERİB\n")
    assert "Bunun doğru olduğunu bəyan edirəm." in text


def test_a_stale_translation_is_never_used(source: Source) -> None:
    """By name it is refused with the reason; in a packet the English goes, and the helper is told."""
    stale = replace(
        source, templates={**source.templates, "letters/test-letter.ar.md": file_of("ar", ARABIC, translates="0" * 12)}
    )
    with pytest.raises(RefusedError, match="out of date"):
        render_letter(stale, "test-letter", language="ar")
    plan = plan_packet(stale, "partner", language="ar", letters=["test-letter"])
    assert [letter.language for letter in plan.letters] == ["en"]
    assert any("out of date" in warning for warning in plan.warnings)


def test_a_language_without_a_version_is_named(source: Source) -> None:
    """What is not there is an error that says what is; a tag that is none is wrong usage."""
    with pytest.raises(NotFoundError, match="in fr") as found:
        render_letter(source, "test-letter", language="fr")
    assert "ar, az, en" in found.value.hint
    with pytest.raises(UsageError, match="no language"):
        plan_packet(source, "partner", language="<script>")


def test_a_packet_speaks_its_readers_language(source: Source) -> None:
    """A partner's packet in Arabic has the Arabic letter; without a language it is English."""
    assert [letter.language for letter in plan_packet(source, "partner").letters] == ["en"]
    plan = plan_packet(source, "partner", language="ar-LB")
    assert (plan.language, [letter.language for letter in plan.letters]) == ("ar-LB", ["ar-LB"])


def test_platforms_read_english_unless_their_channel_says_otherwise(source: Source) -> None:
    """A platform's letter stays English whatever the packet's language is."""
    templates = {path: text.replace("to: notary", "to: platform") for path, text in source.templates.items()}
    plan = plan_packet(replace(source, templates=templates), "platform", language="ar-LB")
    assert [letter.language for letter in plan.letters] == ["en"]


def test_the_account_holder_reads_their_own_language(source: Source) -> None:
    """Without being asked: the client named Azerbaijani, and there are words in it."""
    templates = {
        **source.templates,
        "words/az.yaml": words("az", {"cover-title": "Üz qabığı", "sheet-title": "Qeydlər"}),
    }
    plan = plan_packet(replace(source, templates=templates), "victim")
    assert plan.language == "az"
    without = plan_packet(replace(source, survey=replace(source.survey, language="kk")), "victim")
    assert without.language == "en"
    assert "there are no words in kk yet: all but the letters is in English" in without.warnings


def test_the_approved_version_is_the_one_that_goes(source: Source) -> None:
    """A client who approved the Arabic text approved no English one."""
    arabic = render_letter(source, "test-letter", language="ar")
    approval = e.LetterApproved(
        "test-letter", "appeal", arabic.text_sha256, "read aloud", "ar", "2026-10-12T10:00+04:00"
    )
    approved = case_with(
        {"en": file_of("en", BODY), "ar": file_of("ar", ARABIC, translates=HASH)}, {"ar": words("ar", ARABIC_WORDS)},
        found=[*cases.bodies(), approval],
    )  # fmt: skip
    assert render_letter(approved, "test-letter", language="ar").approval == "given"
    assert render_letter(approved, "test-letter").approval == "outdated"
    assert [(each.language, each.approval) for each in plan_packet(approved, "partner").letters] == [("ar", "given")]


def test_runs_of_exhibits_in_words() -> None:
    """The word between the first and the last is the language's own."""
    assert cite(("E02", "E03", "E04", "E07"), "en") == "[E02 to E04, E07]"


# --- lint -----------------------------------------------------------------------------------------------------------


def codes(text: str, english: str = file_of("en", BODY)) -> list[str]:
    language = re.search(r"language: (\S+)", text)
    assert language is not None
    return [each.code for each in lint_letter(text, f"letters/test-letter.{language[1]}.md", english=english)]


def test_a_sound_translation_has_no_fault() -> None:
    """The same slots, claims, prints and marks, and the hash of the English."""
    assert codes(file_of("ar", ARABIC, translates=HASH)) == []


@pytest.mark.parametrize(
    "text",
    [
        file_of("ar", ARABIC.replace("SWORN: ", ""), translates=HASH),
        file_of("ar", ARABIC.replace("{{ claim.removed }}", ""), translates=HASH),
        file_of("ar", ARABIC + "{{ holder.contact }}\n", translates=HASH),
        file_of("ar", ARABIC, FRONT.replace("else: holder", "else: omit"), translates=HASH),
        file_of("ar", ARABIC, FRONT.replace("approval: true", "approval: false"), translates=HASH),
        file_of("ar", ARABIC, translates=HASH, to="partner"),
    ],
    ids=["mark", "claim", "print", "claims", "approval", "reader"],
)
def test_a_translation_may_only_change_words(text: str) -> None:
    """Whatever else differs from the English is named."""
    assert "E171" in codes(text)


def test_a_translation_says_what_it_was_made_from() -> None:
    """Without the hash it is an error; with another one it is told, and it is not used."""
    assert codes(file_of("ar", ARABIC)) == ["E172"]
    assert codes(file_of("ar", ARABIC, translates="0" * 12)) == ["C171"]
    assert "E173" in codes(file_of("ar", ARABIC, translates=HASH, more="reviewed_by: A. Reader\n"))


# --- annex and reading back -----------------------------------------------------------------------------------------


def test_an_annex_is_the_letters_translation(source: Source) -> None:
    """It says that the English counts, in both languages, and is no part of what is approved."""
    letter = render_letter(source, "test-letter")
    annexed = with_annex(source, letter, "ar")
    assert annexed.annex is not None
    assert (annexed.text_sha256, annexed.annex.language, annexed.annex.approval) == (
        letter.text_sha256,
        "ar",
        "not-needed",
    )
    assert "The English text of the letter is the one that counts" in bare(annexed.annex.text)
    assert "فُقدت السيطرة" in annexed.annex.text
    with pytest.raises(UsageError):
        with_annex(source, letter, "en")


def test_an_annex_never_says_more_than_the_letter() -> None:
    """Without a translation it is the printed answers: an account whose contact is not in the letter is not in it."""
    bodied = file_of("en", "Lost on {{ lost_at | day }} {{ claim.removed }}. {{ page.name }}.\n")
    source = case_with({"en": bodied})
    annexed = with_annex(source, render_letter(source, "test-letter"), "ru").annex
    assert annexed is not None
    assert "Qonşu Səsləri" in annexed.text
    assert "100064000000101" not in annexed.text
    assert "5 октября 2026\u202fг. (2026-10-05)" in annexed.text
    assert "21:40" not in annexed.text


def test_a_letter_is_read_back_in_the_clients_language(source: Source) -> None:
    """The translation where there is one; without one the letter itself and a word that it is none."""
    letter = render_letter(source, "test-letter")
    told = read_back(source, letter, "az")
    with words_of(source.templates):
        assert phrase("read-back-agree", "az") in told
    assert "Bunun doğru olduğunu bəyan edirəm." in told
    without = read_back(source, letter, "kk")
    assert "There is no translation of this letter." in without
    assert letter.text.strip() in without


def test_hashes_of_words_are_those_of_playbooks() -> None:
    """One tool serves both: the short hash of a word is that of any text of a playbook."""
    assert {each.key: each.sha256 for each in ORIGINALS}["cover-title"] == short_sha256("Cover")
    assert Path(cases.TEMPLATES / "words").is_dir()


def case_with_person(fact_id: str, person: Mapping[str, str]) -> Source:
    """Return the invented case in which an answer is a person."""
    made = case_with({"en": file_of("en", "{{ holder.name }}\n", "")})
    facts = tuple(
        replace(fact, type=FactType.PERSON) if fact.id == fact_id else fact for fact in made.playbooks[0].facts
    )
    bodies = [
        replace(body, value=person) if isinstance(body, e.Answered) and body.fact == fact_id else body
        for body in cases.bodies()
    ]
    return replace(made, playbooks=(replace(made.playbooks[0], facts=facts),), state=fold(cases.entries(bodies)))


def test_a_name_is_printed_with_its_other_spelling() -> None:
    """A holder who has a name in two scripts is named in both, each in its own direction."""
    source = case_with_person("intake.client_name", {"name": "Nərmin Əhmədli", "alias": "نرمین احمدلی"})
    assert render_letter(source, "test-letter").text == f"Nərmin Əhmədli ({FREE}نرمین احمدلی{SHUT})\n"


def test_another_spelling_gives_nobody_away() -> None:
    """A third person appears by role under every name that is known."""
    person = {"name": "Orxan Səmədov", "alias": "Orkhan Samadov", "role": "former admin"}
    source = case_with_person("page.changes", person)
    profiles = load_profiles(source.templates)
    view = View(source, profiles, profiles.get("platform"))
    assert view.words("ORKHAN SAMADOV and Orxan Səmədov") == "former admin and former admin"
