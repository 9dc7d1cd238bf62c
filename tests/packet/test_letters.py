"""Letters from a case: what they print, what they cite, and what holds them back."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recover.case import entries as e
from recover.case.survey import GateState
from recover.errors import NotFoundError, RefusedError, TemplateError
from recover.packet.letters.rendering import LetterHeld, LetterIncomplete, holds_of, letters_about, render_letter
from tests.packet import cases

NEEDS = "needs: [intake.client_name]\n"


def render(body: str, front: str = "", **more: object) -> str:
    """Return the text of a letter with this body."""
    source = cases.source(letters={"test-letter": cases.letter(body, front)}, **more)  # type: ignore[arg-type]  # shorthand
    return render_letter(source, "test-letter").text.strip()


def test_letter_prints_ids_dates_and_exhibits() -> None:
    """The letter has the numeric ID, the moment in its zone and in UTC, and the exhibit numbers."""
    letter = render_letter(cases.source(), "test-letter")
    assert "Qonşu Səsləri, ID 100064000000101" in letter.text
    assert "5 October 2026 (2026-10-05), 21:40 Asia/Baku (UTC+04:00)" in letter.text
    assert "17:40 UTC [E02]" in letter.text
    assert "[E03 to E05]" in letter.text
    assert letter.attachments == ("E01", "E02")
    assert letter.characters == len(letter.text.rstrip("\n"))


def test_what_somebody_claims_is_marked_beside_its_exhibit() -> None:
    """A copy of a statement shows that it was made; it makes the statement no fact."""
    told = [
        e.EventRecorded(
            "2026-10-06", "He is the editor", "press", "claimed-by", "the office", ("E02",), marks=("attack",)
        ),
        e.EventRecorded("2026-10-07", "He is not", "press", "denied-by", "the editor", marks=("attack",)),
        e.EventRecorded("2026-10-08", "The list of staff", "register", "documented", "", ("E01",), marks=("attack",)),
    ]
    body = "{% for row in a %}\n- {{ row.text }} {{ row.basis }}\n{% endfor %}"
    text = render(body, "slots: {a: {events: attack}}\n", found=cases.bodies(events=told))
    assert text.splitlines() == [
        "- He is the editor (claimed by the office) [E02]",
        "- He is not (denied by the editor)",
        "- The list of staff [E01]",
    ]


FAKES = (
    cases.exhibit("E11", "capture", "One", fulfils=("fake[100064000000102].fake_page",)),
    cases.exhibit("E12", "capture", "Two", fulfils=("fake[100005000000201].fake_page",)),
    cases.exhibit("E13", "capture", "Both", fulfils=("fake.fake_page",)),
)
ONE_ROW = """slots: {rows: {list: assets.all, where: item.action == 'unpublished', needs: [platform_id]}}
claims: {fakes: {exhibits: [fake_page], else: holder}}
attach: [fake_page]
"""
BOTH_ROWS = ONE_ROW.replace("item.action == 'unpublished'", "item.action != 'none'")
PER_ROW = "{% for row in rows %}\n- {{ row.platform_id }} {{ claim.fakes }}\n{% endfor %}"


def test_exhibit_of_a_row_that_the_letter_leaves_out_is_neither_cited_nor_attached() -> None:
    """What was asked for one row of a list goes with letters about that row only; what is about none goes with all."""
    letters = {"test-letter": cases.letter(PER_ROW, ONE_ROW)}
    letter = render_letter(cases.source(letters=letters, found=cases.bodies(more=FAKES)), "test-letter")
    assert letter.text.strip() == "- 100064000000102 [E11, E13]"
    assert letter.cited == letter.attachments == ("E11", "E13")


def test_claim_beside_a_row_cites_the_exhibits_of_that_row() -> None:
    """Inside a loop a claim names what shows this row; outside it names all."""
    text = render(PER_ROW + "\n\nAll: {{ claim.fakes }}", BOTH_ROWS, found=cases.bodies(more=FAKES))
    assert text.splitlines() == [
        "- 100064000000102 [E11, E13]",
        "- 100005000000201 [E12, E13]",
        "",
        "All: [E11 to E13]",
    ]


def test_row_without_an_exhibit_of_its_own_is_a_statement() -> None:
    """An exhibit that shows another row supports nothing about this one."""
    text = render(PER_ROW, BOTH_ROWS, found=cases.bodies(more=FAKES[:1]))
    assert text.splitlines()[1] == "- 100005000000201 (statement of the account holder)"


def test_documented_means_that_an_exhibit_shows_it() -> None:
    """Without any exhibit an event is a statement, however it was entered; one whose exhibit stays is documented."""
    told = [
        e.EventRecorded("2026-10-06", "Nothing at hand", "a mail", "documented", marks=("attack",)),
        e.EventRecorded("2026-10-07", "Kept locked", "a mail", "documented", "", ("E99",), marks=("attack",)),
    ]
    body = "{% for row in a %}\n- {{ row.text }} {{ row.basis }}\n{% endfor %}"
    text = render(body, "slots: {a: {events: attack}}\n", found=cases.bodies(events=told))
    assert text.splitlines() == [
        "- Nothing at hand (statement of the account holder)",
        "- Kept locked (documented)",
    ]


def test_claim_without_exhibit_is_the_holders_statement() -> None:
    """What nothing proves is printed as the account holder's own word."""
    found = [body for body in cases.bodies() if getattr(body, "number", "") != "E02"]
    letter = render_letter(cases.source(found=found), "test-letter")
    assert "17:40 UTC (statement of the account holder)." in letter.text


def test_withdrawn_exhibit_is_not_cited() -> None:
    """An exhibit that was withdrawn supports nothing any more."""
    found = cases.bodies(more=[e.ExhibitWithdrawn("E02", "shows a child")])
    letter = render_letter(cases.source(found=found), "test-letter")
    assert "[E02]" not in letter.text
    assert "E02" not in letter.attachments


def test_missing_fact_names_the_question() -> None:
    """A needed fact that is missing is exit 3, with the question and the command that answers it."""
    found = cases.bodies(cases.without(cases.ANSWERS, "page.lost_at", "page.changes"))
    with pytest.raises(LetterIncomplete) as caught:
        render_letter(cases.source(found=found), "test-letter")
    assert caught.value.exit_code == 3
    assert "When did you lose it?" in caught.value.message
    assert "What did the taker change?" in caught.value.message
    assert caught.value.hint == "recover answer CASE page.lost_at"


@pytest.mark.parametrize("status", ["dont-know", "declined"])
def test_dont_know_is_no_value(status: str) -> None:
    """An answer of don't know satisfies a step but never a letter."""
    found = [*cases.bodies(cases.without(cases.ANSWERS, "page.lost_at")), e.Answered("page.lost_at", status)]
    with pytest.raises(LetterIncomplete, match="When did you lose it"):
        render_letter(cases.source(found=found), "test-letter")


def test_meaning_prints_the_fact_that_has_it() -> None:
    """A letter that names the contested asset by its meaning prints and needs this playbook's own question."""
    front = "needs: [contested-asset.platform_id]\nslots: {account: {fact: contested-asset}}\n"
    assert render("ID {{ account.platform_id }}", front) == "ID 100064000000101"
    answers = {**cases.ANSWERS, "page.page": {"kind": "facebook-page", "name": "X"}}
    with pytest.raises(LetterIncomplete, match="platform id") as caught:
        render("ID {{ account.platform_id }}", front, found=cases.bodies(answers))
    assert caught.value.hint == "recover answer CASE page.page.platform_id"


def test_missing_member_of_an_asset_is_named() -> None:
    """An asset without its numeric ID stops the letter and names the member."""
    answers = {**cases.ANSWERS, "page.page": {"kind": "facebook-page", "name": "X"}}
    with pytest.raises(LetterIncomplete, match="platform id"):
        render_letter(cases.source(found=cases.bodies(answers)), "test-letter")


def test_hidden_answer_does_not_count() -> None:
    """An answer to a question that is not visible any more is not there."""
    assert render("{% if hidden %}yes{% else %}no{% endif %}", "slots: {hidden: {fact: page.hidden}}\n") == "no"


def test_secret_fact_cannot_be_printed() -> None:
    """A fact that is secret to us has no value in any letter."""
    front = "slots: {secret: {fact: intake.id_number}}\n"
    assert render("{% if secret %}yes{% else %}no{% endif %}", front) == "no"


def test_table_needs_its_rows_and_columns() -> None:
    """Fewer rows than promised, or a row without a needed column, stops the letter and names both."""
    found = cases.bodies(more=[e.ElementRemoved("assets.all", "100064000000102", "typed twice")])
    with pytest.raises(LetterIncomplete, match="needs at least 2 rows, there is 1"):
        render_letter(cases.source(found=found), "test-letter")
    gone = e.Answered("assets.all", "dont-know", None, element="100064000000102", field="action_at")
    with pytest.raises(LetterIncomplete, match=r"not answered for Foto: When\?"):
        render_letter(cases.source(found=cases.bodies(more=[gone])), "test-letter")


@pytest.mark.parametrize(
    ("number", "printed"),
    [("E01", "E01"), ("E99", "none"), ("E02", "none"), ("E07", "none"), ("E08", "none")],
    ids=["there", "never-there", "withdrawn", "identity", "intimate"],
)
def test_exhibit_in_a_row_is_named_only_when_it_may_leave(number: str, printed: str) -> None:
    """A typed number proves nothing: only an exhibit that stands and may leave to this reader is named."""
    more = [
        e.ExhibitWithdrawn("E02", "shows a child"),
        e.Answered("assets.all", "given", {"proof": number}, element="100064000000101"),
    ]
    body = "{% for row in a %}{% if row.proof %}{{ row.proof }}{% else %}none{% endif %}{% endfor %}"
    front = "slots: {a: {list: assets.all, where: known(item.proof)}}\n"
    assert render(body, front, found=cases.bodies(more=more)) == printed


def test_table_has_one_row_per_asset_that_fits() -> None:
    """Rows are chosen by the condition, and each prints its own ID, action and time."""
    text = render_letter(cases.source(), "test-letter").text
    rows = [line for line in text.splitlines() if re.match(r"1000\d+ +\|", line)]
    assert len(rows) == 2
    assert all(row.count("|") == 3 for row in rows)


def test_held_gate_stops_the_letter() -> None:
    """A gate of the front matter that is held is exit 4 with its reason."""
    gates = (GateState("vetting", "Ownership was vetted", "held", (), "thieves ask too", "one proof so far"),)
    with pytest.raises(LetterHeld) as caught:
        render_letter(cases.source(gates=gates), "test-letter")
    assert caught.value.exit_code == 4
    assert "one proof so far" in caught.value.message


def test_gate_that_holds_all_letters_stops_each() -> None:
    """A gate that holds letters needs no mention in the front matter."""
    gates = (*cases.GATES, GateState("rival_claimant", "Nobody else claims it", "held", ("letters",), "why", "rival"))
    with pytest.raises(LetterHeld, match="rival"):
        render_letter(cases.source(gates=gates), "test-letter")


def test_gate_that_does_not_exist_is_a_fault_of_the_template() -> None:
    """A gate with a typing error must not let a letter through."""
    with pytest.raises(TemplateError, match="no gate vettting"):
        render("text", "gates: [vettting]\n")


IDENTITY = "identity: {least: 2, kinds: [live-video, notarised, receipts, id-copy]}\n"


def test_identity_needs_two_proofs_besides_an_id_copy() -> None:
    """An ID copy counts for nothing, even where the letter lists it; six receipts are one kind."""
    keep = [body for body in cases.bodies() if getattr(body, "kind", "") != "live-video"]
    with pytest.raises(LetterHeld, match="2 different proofs other than an ID copy are needed, there is 1"):
        render("text", IDENTITY, found=keep)


def test_identity_is_met_by_two_kinds() -> None:
    """A live video and receipts are two kinds."""
    assert render("text", IDENTITY) == "text"


def test_follow_up_needs_a_new_fact() -> None:
    """Without an event after the last letter there is nothing to say, and saying it again is a duplicate."""
    front = "slots: {news: {new: events, least: 1}}\n"
    body = "{% for row in news %}\n- {{ row.text }}\n{% endfor %}"
    with pytest.raises(LetterHeld, match="no new fact"):
        render(body, front)
    filing = e.EventRecorded("2026-10-12", "We sent the form", "us", marks=("filing",))
    with pytest.raises(LetterHeld, match="no new fact"):
        render(body, front, found=cases.bodies(more=[filing]))
    fresh = e.EventRecorded("2026-10-12", "An old receipt was found", "holder", marks=("attack",))
    assert render(body, front, found=cases.bodies(more=[filing, fresh])) == "- An old receipt was found"


def test_incidents_are_paired() -> None:
    """Lost, restored and lost again are two incidents, the first closed by the restoration."""
    until = "{% if row.restored_at %} until {{ row.restored_at | day }}{% endif %}"
    body = "{% for row in all %}\n- {{ row.number }}: {{ row.lost_at }}" + until + "\n\n{% endfor %}"
    text = render(body, "slots: {all: {incidents: all}}\n")
    assert text.splitlines()[0] == "- 1: March 2017 until 2 September 2026 (2026-09-02)"
    assert "- 2: 5 October 2026 (2026-10-05), 21:40 Asia/Baku (UTC+04:00)" in text


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ("", ["hijacked", "restored", "removed", "asked", "undated"]),
        (", from: page.lost_at", ["removed", "asked", "undated"]),
        (", until: page.lost_at", ["hijacked", "restored", "removed", "undated"]),
        (", from: page.since, until: page.lost_at", ["restored", "removed", "undated"]),
    ],
)
def test_events_of_a_period(options: str, left: list[str]) -> None:
    """Between two dates stand the events that may lie between them; what has no date stays."""
    days = {
        "hijacked": "2017-03",
        "restored": "2026-09-02",
        "removed": "2026-10",
        "asked": "2026-11",
        "undated": "unknown",
    }
    told = [e.EventRecorded(when, text, "mail", marks=("attack",)) for text, when in days.items()]
    found = cases.bodies({**cases.ANSWERS, "page.since": "2026"}, told)
    text = render(
        "{% for row in a %}{{ row.text }} {% endfor %}", f"slots: {{a: {{events: all{options}}}}}\n", found=found
    )
    assert sorted(text.split()) == sorted(left)


def test_period_without_an_answer_bounds_nothing() -> None:
    """Where the question for a bound is not answered, every event stays."""
    text = render("{{ a | count }}", "slots: {a: {events: [loss, attack], from: page.since}}\n")
    assert text == "3"


def test_context_and_gaps_never_enter_a_letter() -> None:
    """Context events, helpers' own gaps and notes are not printed even when all events are asked for."""
    text = render("{% for row in all %}\n- {{ row.text }}\n{% endfor %}", "slots: {all: {events: all}}\n")
    assert "Elections" not in text
    assert "followed up" not in text
    assert "helpers only" not in text


def test_third_party_appears_by_role_and_address_is_blunt() -> None:
    """An event that names an admin prints the role; an address of a stranger opens nothing."""
    text = render(
        "{% for row in all %}\n- {{ row.text }} {{ row.basis }}\n{% endfor %}", "slots: {all: {events: attack}}\n"
    )
    assert (
        text == "- Posts against a third person (Admin), see hxxp://evil[.]example/x (statement of the account holder)"
    )


def test_dates_of_every_precision() -> None:
    """No filter invents a day."""
    line = "- {{ row.when }} / {{ row.when | day }} / {{ row.when | utc }} / {{ row.when | short }}"
    body = "{% for row in all %}\n" + line + "\n{% endfor %}"
    text = render(body, "slots: {all: {events: [loss, attack]}}\n")
    assert "- March 2017 / March 2017 / March 2017 / 2017-03" in text
    assert "- about October 2025 / about October 2025 / about October 2025 / about 2025-10" in text
    assert "2026-10-05 21:40 UTC+04:00 (17:40 UTC)" in text


def test_choices_money_and_many() -> None:
    """Choices print their labels, several are joined, `value` gives the permanent value."""
    front = (
        "needs: [page.proofs, intake.consent_platform]\n"
        "slots: {proofs: {fact: page.proofs}, consent: {fact: intake.consent_platform}}\n"
    )
    assert render("{{ proofs | joined }}; {{ consent }}; {{ consent | value }}", front) == (
        "old receipts, mails and a notary; Yes, in writing; written"
    )


def test_yes_no_in_a_condition() -> None:
    """A recorded no is false, and equals false."""
    assert render("{% if eu %}a{% elif eu == false %}b{% endif %}", "slots: {eu: {fact: intake.eu}}\n") == "b"


def test_too_many_words_names_the_limit() -> None:
    """A letter over its limit is not cut but refused."""
    with pytest.raises(LetterIncomplete, match="it has 12 words, 5 are allowed"):
        render("word " * 12, "max_words: 5\n")


def test_field_over_its_limit_is_named() -> None:
    """A box of a form that cannot take the text is refused with both numbers."""
    front = "fields: [{label: What happened, body: true, max_chars: 10}]\n"
    with pytest.raises(LetterIncomplete, match="What happened has 20 characters, 10 are allowed"):
        render("x" * 20, front)


@pytest.mark.parametrize(
    "text",
    [
        "Passport AZE04417290 was shown",
        "his passport no. C 1234567",
        "identity card number AA1234567",
        "паспорт 4509 123456",
        "şəxsiyyət vəsiqəsi AA 1234567",
        "ID card: 1234567890",
        "FIN 5AB1C2D",
        "his fin kodu: 1A2B3C4",
    ],
)
def test_number_of_an_identity_paper_is_refused(text: str) -> None:
    """A number that a client typed into an answer does not leave in a letter."""
    found = cases.bodies({**cases.without(cases.ANSWERS, "intake.id_number"), "page.changes": text})
    with pytest.raises(RefusedError, match="identity paper"):
        render_letter(cases.source(found=found), "test-letter")


def test_dates_beside_an_identity_paper_are_no_number() -> None:
    """A day has eight digits, too."""
    text = "the passport scan was filed on 2026-10-05 21:40, the ID card on 2026-10-07"
    found = cases.bodies({**cases.ANSWERS, "page.changes": text})
    assert "passport scan" in render_letter(cases.source(found=found), "test-letter").text


def test_platform_ids_are_no_identity_papers() -> None:
    """The numeric IDs of accounts stand beside the word ID in every letter."""
    text = "the passport was not used; Page ID 100064000000101 and profile ID 100005000000201"
    found = cases.bodies({**cases.ANSWERS, "page.changes": text})
    assert "100005000000201" in render_letter(cases.source(found=found), "test-letter").text


def test_secret_answer_is_found_in_free_text() -> None:
    """What is secret to us is refused wherever somebody typed it, in any case of letters."""
    found = cases.bodies({**cases.ANSWERS, "page.changes": "they now have aze04417290"})
    with pytest.raises(RefusedError, match="never leaves"):
        render_letter(cases.source(found=found), "test-letter")


def test_approval_is_bound_to_the_text() -> None:
    """An approval counts for the text that was approved and no other."""
    first = render_letter(cases.source(), "test-letter")
    assert first.approval == "missing"
    approved = e.LetterApproved("test-letter", "form", first.text_sha256, "read aloud", "az", "2026-10-12")
    assert render_letter(cases.source(found=cases.bodies(more=[approved])), "test-letter").approval == "given"
    changed = e.Answered("page.changes", "given", "all admins removed and the name changed")
    again = cases.source(found=cases.bodies(more=[approved, changed]))
    assert render_letter(again, "test-letter").approval == "outdated"


def test_text_does_not_depend_on_the_day() -> None:
    """The same case gives the same text tomorrow, so an approval does not run out overnight."""
    from dataclasses import replace
    from datetime import timedelta

    source = cases.source()
    later = replace(source, as_of=source.as_of + timedelta(days=3))
    assert render_letter(source, "test-letter").text_sha256 == render_letter(later, "test-letter").text_sha256


def test_unknown_letter_is_not_found() -> None:
    """A letter that is not pinned is exit 10."""
    with pytest.raises(NotFoundError):
        render_letter(cases.source(), "no-such-letter")


def test_undeclared_name_is_a_fault_of_the_template() -> None:
    """A name that no slot declares never prints as nothing."""
    with pytest.raises(TemplateError, match="not declared"):
        render("{{ nothing }}")


def test_print_without_value_names_the_question() -> None:
    """A slot that is printed though nobody answered it names the question."""
    with pytest.raises(LetterIncomplete, match="What did it cost"):
        render("{{ fee }}", "slots: {fee: {fact: page.fee}}\n")


def test_holds_are_listed_without_raising() -> None:
    """A list of letters can show each with what holds it back."""
    gates = (GateState("vetting", "Ownership was vetted", "held", (), "thieves ask too", "one proof"),)
    found = cases.bodies(cases.without(cases.ANSWERS, "page.lost_at"))
    assert {hold.kind for hold in holds_of(cases.source(found=found, gates=gates), "test-letter")} == {
        "gate",
        "missing",
    }


def test_engine_learns_what_a_letter_needs() -> None:
    """The engine is told gates, approval and facts without reading a template."""
    about = letters_about(cases.source().templates)["test-letter"]
    assert about.gates == ("vetting",)
    assert about.approval
    assert "assets.all" in about.facts
    assert not about.new_fact


@given(st.text(max_size=120))
@settings(max_examples=60, deadline=None)
def test_any_answer_prints_as_one_line_of_text(answer: str) -> None:
    """Whatever a client, thief or platform wrote, the letter keeps its shape: as many lines as without it."""
    plain = render_letter(cases.source(), "test-letter").text
    found = cases.bodies({**cases.ANSWERS, "page.changes": answer or "x"})
    with contextlib.suppress(RefusedError, LetterIncomplete):
        text = render_letter(cases.source(found=found), "test-letter").text
        assert text.count("\n") == plain.count("\n")
