"""Packets: what leaves by profile, what is refused, what is in the files, and that they are the same every time."""

from __future__ import annotations

import io
import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from recover.case import entries as e
from recover.case.survey import GateState
from recover.errors import AlteredError, RefusedError, TemplateError, UsageError
from recover.packet.build import build_packet
from recover.packet.formats.pdf import count_pages
from recover.packet.interface import PacketFile, PacketPlan, Source
from recover.packet.plan import plan_packet
from recover.packet.readers.profiles import load_profiles
from recover.packet.timeline.rows import timeline
from recover.packet.words.phrases import phrase
from tests.packet import cases, proofs


def built(source: Source, profile: str = "platform", **more: object) -> tuple[PacketPlan, dict[str, PacketFile]]:
    """Return the plan and the files of a packet."""
    plan = plan_packet(source, profile, **more)  # type: ignore[arg-type]  # test shorthand
    heads, found = proofs.prove(source, plan)
    return plan, {file.path: file for file in build_packet(plan, heads, found, cases.copy)}


def text_of(files: dict[str, PacketFile]) -> str:
    """Return everything readable in a packet."""
    parts = []
    for path, file in files.items():
        if path.endswith(".pdf") and not file.exhibit:
            parts += [page.extract_text() for page in PdfReader(io.BytesIO(file.content)).pages]
        else:
            parts.append(file.content.decode("utf-8", "replace"))
    return "\n".join(parts)


# --- what leaves ----------------------------------------------------------------------------------------------------


def test_platform_gets_what_its_letters_and_events_name() -> None:
    """Exhibits leave because a letter or event names them, under a typed name; protected ones stay."""
    plan, files = built(cases.source())
    assert [each.number for each in plan.exhibits] == ["E01", "E02", "E03", "E04", "E05"]
    assert files["exhibits/E01_admin-list-of-2016.png"].exhibit == "E01"
    left = {row.name: row.why for row in plan.left_out if row.what == "exhibit"}
    assert left["E07"] == "class identity: only when ticked for this one recipient"
    assert left["E08"] == "class intimate: never leaves as content"


def test_plan_lists_every_file() -> None:
    """What the plan says is what is built, for each profile."""
    for profile in ("platform", "partner", "lawyer", "victim"):
        plan, files = built(cases.source(), profile)
        listed = {file.path for file in plan.files if not file.path.endswith("/")}
        assert {path for path in files if not path.startswith("proofs/")} == listed
        folders = {file.path for file in plan.files if file.path.endswith("/")}
        assert all(any(path.startswith(folder) for path in files) for folder in folders)


def test_notes_context_and_gaps_stay() -> None:
    """Helpers' notes, context and the gaps of after-care are in no file for the platform."""
    _, files = built(cases.source())
    text = text_of(files)
    assert "helpers only" not in text
    assert "Elections" not in text
    assert "followed up" not in text


def test_lawyer_sees_gaps_and_names_but_no_context() -> None:
    """The lawyer's packet has the gaps and third parties by name."""
    _, files = built(cases.source(), "lawyer")
    text = text_of(files)
    assert "followed up" in text
    assert "Rəşad Quliyev" in text
    assert "Elections" not in text
    assert "May a lawyer see the case?" in text
    assert "platform id: 100064000000102; name: Foto; action: Unpublished" in text


def test_third_parties_appear_by_role() -> None:
    """The other admin's name is nowhere in a packet for the platform."""
    _, files = built(cases.source())
    assert "Quliyev" not in text_of(files)


@pytest.mark.parametrize(
    "named",
    [
        cases.exhibit("E09", "image", "Message of Rəşad Quliyev", fulfils=("capture.admin_list",)),
        replace(cases.exhibit("E09", "image", "A message", fulfils=("capture.admin_list",)), assets=("Rəşad Quliyev",)),
        cases.exhibit("E09", "image", "A message", fulfils=("capture.admin_list", "ask[Rəşad Quliyev].message")),
    ],
    ids=["title", "assets", "fulfils"],
)
def test_exhibit_whose_log_entry_names_somebody_comes_without_proof(named: e.ExhibitAdded) -> None:
    """A proof shows the entry whole; where it names a third person, the exhibit leaves without it."""
    plan, files = built(cases.source(found=cases.bodies(more=[named])))
    assert "E09" in {each.number for each in plan.exhibits}
    assert "E09" not in {each.number for each in plan.proofs}
    assert "Quliyev" not in text_of(files)


@pytest.mark.parametrize("profile", ["partner", "lawyer", "victim"])
def test_live_video_goes_to_the_platform_only(profile: str) -> None:
    """A biometric exhibit is refused to everybody else even when ticked."""
    with pytest.raises(RefusedError, match="platform only"):
        plan_packet(cases.source(), profile, ticked=("E06",))


def test_live_video_leaves_to_the_platform_when_ticked() -> None:
    """Ticked for the platform it is part of the packet, and the plan says so."""
    plan, _ = built(cases.source(), ticked=("E06",))
    assert "E06" in {each.number for each in plan.exhibits}
    assert any("E06 is of class biometric" in warning for warning in plan.warnings)


@pytest.mark.parametrize("profile", ["platform", "partner", "lawyer", "victim"])
def test_intimate_exhibit_never_leaves(profile: str) -> None:
    """No profile and no tick lets an intimate exhibit out."""
    with pytest.raises(RefusedError, match="never leaves"):
        plan_packet(cases.source(), profile, ticked=("E08",))


def test_edited_profile_cannot_let_protected_classes_out() -> None:
    """A profiles file that lists protected classes as ordinary changes nothing for intimate and biometric ones."""
    source = cases.source()
    text = source.templates["packet/profiles.yaml"]
    edited = re.sub(r"classes: \[.*?\]", "classes: [ordinary, personal, identity, health, biometric, intimate]", text)
    source = replace(source, templates={**source.templates, "packet/profiles.yaml": edited})
    plan = plan_packet(source, "lawyer")
    assert {"E06", "E07", "E08"}.isdisjoint(each.number for each in plan.exhibits)


def test_id_scan_stays_unless_ticked() -> None:
    """The ID scan is in no list of attachments until it is ticked for this one recipient."""
    _, files = built(cases.source())
    assert "E07" not in text_of(files)
    ticked = plan_packet(cases.source(), "platform", ticked=("E07",))
    assert "E07" in {each.number for each in ticked.exhibits}


def test_withdrawn_exhibit_never_leaves() -> None:
    """Ticking a withdrawn exhibit is refused."""
    found = cases.bodies(more=[e.ExhibitWithdrawn("E01", "shows a child")])
    with pytest.raises(RefusedError, match="withdrawn"):
        plan_packet(cases.source(found=found), "platform", ticked=("E01",))


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "fact"),
    [
        ("platform", "intake.consent_platform"),
        ("partner", "intake.consent_partner"),
        ("lawyer", "intake.consent_lawyer"),
    ],
)
@pytest.mark.parametrize("value", ["no", None])
def test_no_packet_without_consent(profile: str, fact: str, value: str | None) -> None:
    """Each profile has its own consent; no answer is no."""
    answers = cases.without(cases.ANSWERS, fact) | ({fact: value} if value else {})
    with pytest.raises(RefusedError, match="has not agreed") as caught:
        plan_packet(cases.source(found=cases.bodies(answers)), profile)
    assert caught.value.exit_code == 4
    assert fact in caught.value.hint


def test_held_gate_refuses_the_packet() -> None:
    """A gate that holds packets refuses with its reason."""
    gates = (GateState("safety", "The client can talk safely", "held", ("packets",), "harm", "not now"),)
    with pytest.raises(RefusedError, match="not now"):
        plan_packet(cases.source(gates=gates), "platform")


def test_account_holder_gets_notes_before_vetting() -> None:
    """Before vetting the holder gets neutral notes, and still no letter."""
    gates = (GateState("vetting", "Ownership", "held", ("letters", "packets"), "thieves ask too", "one proof"),)
    unsent = [body for body in cases.bodies() if body != cases.SENT]
    plan, files = built(cases.source(gates=gates, found=unsent), "victim")
    assert plan.letters == ()
    assert sorted(files) == ["message.txt", "pages.pdf"]
    with pytest.raises(RefusedError):
        plan_packet(cases.source(gates=gates, found=unsent), "platform")


def test_unknown_profile_is_wrong_usage() -> None:
    """The error names the profiles there are."""
    with pytest.raises(UsageError, match="no profile called enemy") as caught:
        plan_packet(cases.source(), "enemy")
    assert "platform" in caught.value.hint


def test_secret_in_an_event_refuses_the_packet() -> None:
    """A secret that somebody typed into an event does not leave in the timeline."""
    event = e.EventRecorded("2026-10-01", "they filed AZE04417290", "mail", "documented", marks=("attack",))
    with pytest.raises(RefusedError, match="never leaves"):
        plan_packet(cases.source(found=cases.bodies(events=(event,))), "platform")


def test_letter_that_no_step_offers_stays_with_its_reason() -> None:
    """A letter that is not offered is listed as left out; asked for by name it is made."""
    plan = plan_packet(cases.source(offered=()), "platform")
    assert plan.letters == ()
    assert ("test-letter", "no step offers it") in {(row.name, row.why) for row in plan.left_out}
    asked = plan_packet(cases.source(offered=()), "platform", letters=("test-letter",))
    assert [letter.name for letter in asked.letters] == ["test-letter"]


def test_letter_for_another_reader_is_refused() -> None:
    """A letter to the platform cannot be put into a partner's packet."""
    with pytest.raises(RefusedError, match="goes to platform"):
        plan_packet(cases.source(), "partner", letters=("test-letter",))


def test_second_letter_is_warned_of() -> None:
    """A letter that was sent before is named with its day."""
    sent = e.Sent("test-letter", "form", "meta.form", "2026-10-06T08:15+04:00[Asia/Baku]", "FB-559877")
    plan = plan_packet(cases.source(found=cases.bodies(more=[sent])), "platform")
    assert any("was sent on 6 October 2026" in warning for warning in plan.warnings)


def test_platform_does_not_learn_of_a_partner() -> None:
    """A mail to a partner is in the partner's timeline and not in the platform's."""
    partner = cases.LETTER.replace("letter: test-letter", "letter: to-partner").replace("to: platform", "to: partner")
    letters = {"test-letter": cases.LETTER, "to-partner": partner.replace("title: Statement", "title: Escalation")}
    sent = e.Sent("to-partner", "mail", "", "2026-10-13T11:45+04:00[Asia/Baku]", "P-1")
    source = cases.source(letters=letters, found=cases.bodies(more=[sent]))
    assert not any("Escalation" in row.text for row in timeline(source, "platform"))
    assert any("Escalation" in row.text for row in timeline(source, "partner"))


# --- files ----------------------------------------------------------------------------------------------------------


def test_same_input_same_bytes() -> None:
    """Two builds of one plan are equal byte for byte."""
    source = cases.source()
    plan = plan_packet(source, "platform")
    heads, found = proofs.prove(source, plan)
    assert build_packet(plan, heads, found) == build_packet(plan, heads, found)


def test_pdf_is_tagged_and_has_title_and_language() -> None:
    """Letters are PDF/UA-1: tagged, titled, in a named language, one page."""
    _, files = built(cases.source())
    content = files["letters/01_test-letter.pdf"].content
    reader = PdfReader(io.BytesIO(content))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or str(root["/MarkInfo"]["/Marked"]) == "True"
    assert root["/Lang"] == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == "Statement on a hijacked Page"
    assert b"pdfuaid" in content
    assert len(reader.pages) == count_pages(content) == 1


def test_azerbaijani_letters_are_intact() -> None:
    """Names keep their letters in text, PDF, HTML, CSV and JSON."""
    _, files = built(cases.source())
    for path in ("letters/01_test-letter.txt", "letters/01_test-letter.pdf"):
        text = text_of({path: files[path]})
        assert "Qonşu Səsləri" in text
        assert "Nərmin Əhmədli" in text


def test_letter_text_has_counts() -> None:
    """The text to paste says how many characters it has."""
    plan, files = built(cases.source())
    text = files["letters/01_test-letter.txt"].content.decode()
    assert f"({plan.letters[0].characters} characters)" in text
    assert "E01 Admin list of 2016" in text


def test_timeline_invents_no_day() -> None:
    """Months and years stay months and years in every format, and the oldest event stands first."""
    _, files = built(cases.source(), only=("pdf,html,csv",))
    text = text_of({path: file for path, file in files.items() if path.startswith("timeline")})
    assert "March 2017" in text
    assert "about October 2025" in text
    assert not re.search(r"(?<![\d.])\d{1,2}\s+March 2017", text)
    assert "1 March 2017" not in re.sub(r"<[^>]*>", " ", text)
    assert "2017-03-01" not in text
    assert "2025-10-01" not in text
    assert "2026-10-05 17:40 UTC" in text
    lines = files["timeline.csv"].content.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("1,2017-03,March 2017,,")


def test_html_loads_nothing_and_escapes() -> None:
    """The page forbids every load, holds no address that opens, and shows markup as text."""
    event = e.EventRecorded(
        "2026-10-01", "<script>alert(1)</script> & <img src=x>", "mail", "documented", marks=("attack",)
    )
    _, files = built(cases.source(found=cases.bodies(events=(*cases.EVENTS, event))), only=("html",))
    page = files["timeline.html"].content.decode()
    assert "default-src 'none'" in page.replace("&#x27;", "'")
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"<[^>]*\s(?:src|href|action)=|url\(|@import", page)
    assert "http://evil" not in page


def test_csv_formula_is_text() -> None:
    """An event that begins like a formula does not calculate."""
    event = e.EventRecorded("2026-10-01", "=HYPERLINK(1)", "mail", "documented", marks=("attack",))
    _, files = built(cases.source(found=cases.bodies(events=(event,))), only=("csv",))
    assert ",'=HYPERLINK(1)," in files["timeline.csv"].content.decode()


def test_calendar_has_stable_ids_and_no_clock() -> None:
    """Entries carry the due list's ids and the as-of moment; what has no date or is missed is left out."""
    _, files = built(cases.source(), with_dates=True)
    text = files["deadlines.ics"].content.decode()
    assert "UID:u1@amber" in text
    assert "DTSTART;VALUE=DATE:20270407" in text
    assert "DTSTAMP:20261013T080000Z" in text
    assert "u2@amber" not in text
    assert "u3@amber" not in text


def test_account_holders_packet_is_neutral() -> None:
    """Two files, three with the calendar, neutral names and titles, no exhibit, no other person."""
    _, files = built(cases.source(), "victim")
    assert sorted(files) == ["message.txt", "pages.pdf"]
    _, files = built(cases.source(), "victim", with_dates=True)
    assert sorted(files) == ["dates.ics", "message.txt", "pages.pdf"]
    assert f"SUMMARY:{phrase('due-reminder', 'az')}" in files["dates.ics"].content.decode()
    text = text_of(files)
    assert "Quliyev" not in text
    assert count_pages(files["pages.pdf"].content) <= 2
    reader = PdfReader(io.BytesIO(files["pages.pdf"].content))
    assert reader.metadata is not None
    assert reader.metadata.title == phrase("sheet-title", "az")


def test_account_holder_reads_only_what_is_to_come() -> None:
    """A check that we missed is no task of the holder's, and is not in the message."""
    _, files = built(cases.source(), "victim")
    text = text_of(files)
    assert "Weekly check" not in text
    assert "Appeal the suspension: 7 aprel 2027" in text


def test_lawyer_reads_every_date_with_its_state() -> None:
    """The cover for a lawyer has open, missed and undated rows of the due list."""
    _, files = built(cases.source(), "lawyer", only=("txt",))
    text = files["cover.txt"].content.decode()
    assert "missed" in text
    assert "7 April 2027 (2027-04-07)" in text
    assert "no date is known: file now" in text


def test_account_holders_proofs_stand_apart() -> None:
    """What was asked for stands in one folder, so that at most three files are at top level."""
    _, files = built(cases.source(), "victim", ticked=("E01",), with_dates=True)
    top = [path for path in files if "/" not in path]
    assert len(top) == 3
    assert "proof/E01.png" in files
    assert "../message.txt" in files["proof/SHA256SUMS"].content.decode()


def test_practice_is_on_every_file() -> None:
    """A practice packet says so in every text and PDF, in the calendar, the manifest and the names of exhibits."""
    _, files = built(cases.source(practice=True))
    for path, file in files.items():
        if path.startswith("proofs/") or path == "SHA256SUMS":
            continue
        shown = text_of({path: file}) if not file.exhibit else path
        assert "PRACTICE" in shown or '"practice": true' in shown, path


def test_manifest_names_what_it_was_made_from() -> None:
    """Profile, as-of, heads, versions, fonts and every file are in the manifest."""
    _, files = built(cases.source())
    manifest = json.loads(files["manifest.json"].content)
    assert manifest["profile"] == "platform"
    assert manifest["as_of"].startswith("2026-10-13T08:00")
    assert manifest["made_with"].keys() == {"recover", "tzdata", "typst"}
    assert manifest["heads"][0]["size"] == proofs.FILLER + len(cases.EXHIBITS)
    listed = {row["path"] for row in manifest["files"]} | {"manifest.json", "SHA256SUMS"}
    assert listed == set(files)


def test_proof_shows_only_the_parts_of_the_profile() -> None:
    """The platform gets the part that names the file, not who captured it or from where."""
    _, files = built(cases.source())
    assert "proofs/E01/file.json" in files
    assert "proofs/E01/people.json" not in files
    assert "proofs/E01/source.json" not in files
    assert "must not leave" not in text_of(files)


def test_proofs_must_be_those_that_were_planned() -> None:
    """A missing proof, or one with a part that may not leave, is refused before anything is made."""
    source = cases.source()
    plan = plan_packet(source, "platform")
    heads, found = proofs.prove(source, plan)
    with pytest.raises(AlteredError):
        build_packet(plan, heads, found[1:])
    more = replace(found[0], parts={**found[0].parts, "people": b"{}"})
    with pytest.raises(AlteredError, match="may not leave"):
        build_packet(plan, heads, [more, *found[1:]])


def test_letter_that_is_too_long_for_its_page_is_set_smaller() -> None:
    """A letter of a page and a little is set in smaller text, and still one page."""
    body = "\n\n".join(["A sentence about what happened, in plain words."] * 38)
    source = cases.source(letters={"test-letter": cases.letter(body)})
    _, files = built(source)
    assert count_pages(files["letters/01_test-letter.pdf"].content) == 1


def test_missing_glyph_names_the_font() -> None:
    """A character that no font can print is an error that names the font, never a box."""
    answers = {**cases.ANSWERS, "page.changes": "named \U00013000 now"}
    source = cases.source(found=cases.bodies(answers))
    plan = plan_packet(source, "platform")
    heads, found = proofs.prove(source, plan)
    fault = None
    try:
        files = build_packet(plan, heads, found)
    except TemplateError as error:
        fault = error
    if fault is None:
        # The font is installed here; then the character is printed.
        assert "\U00013000" in text_of({file.path: file for file in files if file.path.startswith("letters/")})
    else:
        assert "U+13000" in fault.message
        assert "Noto" in fault.hint


@pytest.mark.parametrize(
    "word",
    [
        '#json("x.json")',
        '#std.read("x")',
        '#pdf.attach("x")',
        '#import "x.typ"',
        '#include "x.typ"',
        '#read("/etc/passwd")',
        '#image("x.png")',
    ],
)
def test_layout_that_reads_files_is_refused(word: str) -> None:
    """A layout, pinned or changed, reads nothing but the data it is given."""
    source = cases.source()
    layout = source.templates["packet/letter.typ"] + f"\n{word}\n"
    source = replace(source, templates={**source.templates, "packet/letter.typ": layout})
    plan = plan_packet(source, "platform")
    heads, found = proofs.prove(source, plan)
    with pytest.raises(TemplateError, match="a layout may not use"):
        build_packet(plan, heads, found)


def test_broken_layout_is_a_template_error() -> None:
    """A fault in a layout is exit 31 with what the renderer said."""
    source = cases.source()
    source = replace(source, templates={**source.templates, "packet/letter.typ": "#unknown-function()"})
    plan = plan_packet(source, "platform")
    heads, found = proofs.prove(source, plan)
    with pytest.raises(TemplateError, match="layout letter failed"):
        build_packet(plan, heads, found)


def test_value_cannot_become_typst() -> None:
    """Typst code in an answer is printed as text."""
    answers = {**cases.ANSWERS, "page.changes": '#read("/etc/passwd") #let x = 1; $a_b$ *b* @cite <label> // end'}
    _, files = built(cases.source(found=cases.bodies(answers)))
    assert '#read("/etc/passwd")' in text_of({"x.pdf": files["letters/01_test-letter.pdf"]})


@pytest.mark.parametrize("text", ["profiles: {}", "domains: [a.b]\nprofiles: {x: {}}", "x: 1", ""])
def test_profiles_are_a_closed_schema(text: str) -> None:
    """A profiles file that does not fit is exit 31 with its place."""
    with pytest.raises(TemplateError) as caught:
        load_profiles({"packet/profiles.yaml": text})
    assert caught.value.place.startswith("packet/profiles.yaml:")


@pytest.mark.needs("pdftotext")
def test_pdf_reads_in_order(tmp_path: Path) -> None:
    """Another program reads the letter's text in the order of the page."""
    _, files = built(cases.source())
    place = tmp_path / "letter.pdf"
    place.write_bytes(files["letters/01_test-letter.pdf"].content)
    text = subprocess.run(["pdftotext", str(place), "-"], capture_output=True, check=True).stdout.decode()
    assert text.index("Qonşu Səsləri") < text.index("What we ask") < text.index("100064000000102")


@pytest.mark.parametrize(
    "bomb",
    ['#let x = ("a" * 1000000).clusters(); #while true { x = x + x }', "#while true { }", '#("a" * 9000000000)'],
    ids=["memory", "loop", "repetition"],
)
def test_layout_bomb_ends_in_the_child(bomb: str) -> None:
    """A layout that eats memory or time ends its own process, and here it is a template error."""
    source = cases.source()
    source = replace(source, templates={**source.templates, "packet/letter.typ": bomb})
    plan = plan_packet(source, "platform")
    heads, found = proofs.prove(source, plan)
    with pytest.raises(TemplateError):
        build_packet(plan, heads, found)
