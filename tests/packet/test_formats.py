"""Formats: which reader gets which, what may be asked for; the list is what is written, and the same bytes anywhere."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recover.errors import TemplateError, UsageError
from recover.packet.build import build_packet
from recover.packet.formats.mail import put_together
from recover.packet.formats.registry import FORMATS, KINDS, OTHERWISE, chosen_formats
from recover.packet.interface import PacketFile, PacketPlan, Source
from recover.packet.neutral import slug
from recover.packet.plan import plan_packet
from recover.packet.readers.profiles import Profiles, load_profiles
from recover.playbook.model import Organisation
from tests.packet import cases, proofs

READERS = ("platform", "partner", "lawyer", "victim", "police", "press")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def profiles() -> Profiles:
    """Return the shipped profiles."""
    return load_profiles(cases.source().templates)


def built(source: Source, profile: str = "platform", **more: object) -> tuple[PacketPlan, dict[str, PacketFile]]:
    """Return the plan and the files of a packet."""
    plan = plan_packet(source, profile, **more)  # type: ignore[arg-type]  # test shorthand
    heads, found = proofs.prove(source, plan)
    return plan, {file.path: file for file in build_packet(plan, heads, found, cases.copy)}


def by_mail(contact: str = "") -> Source:
    """Return the test case, its letter going out by mail, to a body with this contact."""
    source = cases.source()
    form = source.registry.channels[0]
    body = Organisation("helpers", "Helpers", "helpline", "helps", "", "all", cases.PROVENANCE, contact=contact)
    channel = replace(form, medium="mail", organisation="helpers")
    return replace(source, registry=replace(source.registry, channels=(channel,), organisations=(body,)))


# --- which ----------------------------------------------------------------------------------------------------------


def test_each_reader_has_its_own_formats() -> None:
    """A form is pasted, a lawyer writes on paper, a phone opens a PDF: no reader gets everything."""
    found = profiles()
    for name in READERS:
        formats = chosen_formats(found.get(name))
        assert any(formats.values())
        assert sum(map(len, formats.values())) < sum(map(len, KINDS.values()))
    assert chosen_formats(found.get("victim")) == {
        "phone": ("txt", "pdf"),
        "letter": ("txt", "pdf"),
        "mail": (),
        "dates": (),
    }
    assert "txt" in chosen_formats(found.get("platform"))["letter"]
    assert "docx" in chosen_formats(found.get("lawyer"))["letter"]
    assert chosen_formats(found.get("partner"))["mail"] == ("eml",)


@pytest.mark.parametrize("profile", READERS[:4])
@pytest.mark.parametrize("only", [*FORMATS, ",".join(FORMATS[:5])])
def test_the_list_is_what_is_written(profile: str, only: str) -> None:
    """For every reader and format the preview lists exactly the files that are written, and no other ending appears."""
    if profile == "victim" and "," in only:
        only = "pdf,html"
    try:
        plan, files = built(cases.source(), profile, only=(only,))
    except UsageError:
        # An account holder's note is no table, and no letter leaves to these two that could be a mail.
        assert (profile, only) in {("victim", "csv"), ("victim", "eml"), ("partner", "eml")}
        return
    listed = {file.path for file in plan.files if not file.path.endswith("/")}
    assert {path for path in files if not path.startswith("proofs/")} == listed
    made = {path.rpartition(".")[2] for path in files if not path.startswith(("proofs/", "exhibits/"))}
    assert made <= {*only.split(","), "json", "SHA256SUMS", "txt"}
    documents = {path for path in listed if not path.startswith("exhibits/")} - {
        "manifest.json",
        "SHA256SUMS",
        "VERIFY.txt",
    }
    assert documents


def test_several_names_may_stand_in_one_word() -> None:
    """`--only pdf,docx` and `--only pdf --only docx` are one thing."""
    partner = profiles().get("partner")
    assert chosen_formats(partner, ("pdf,docx",)) == chosen_formats(partner, ("PDF", " docx "))


def test_an_unknown_format_names_those_there_are() -> None:
    """Exit 2, with every name that could have been meant."""
    with pytest.raises(UsageError, match="'exe'") as caught:
        plan_packet(cases.source(), "platform", only=("pdf,exe",))
    assert caught.value.exit_code == 2
    assert all(name in caught.value.hint for name in FORMATS)


def test_a_format_in_which_nothing_can_be_written_is_refused() -> None:
    """An account holder's note is no table; the hint says what it can be."""
    with pytest.raises(UsageError, match="can be written as csv") as caught:
        plan_packet(cases.source(), "victim", only=("csv",))
    assert "csv" not in caught.value.hint


def test_dates_are_added_when_asked_for() -> None:
    """A calendar comes to whoever's profile has none, and with `--only` beside what was named."""
    assert "deadlines.ics" not in built(cases.source())[1]
    assert "deadlines.ics" in built(cases.source(), with_dates=True)[1]
    assert {"deadlines.ics", "cover.pdf"} <= set(built(cases.source(), only=("pdf",), with_dates=True)[1])


def test_a_profile_without_formats_gets_the_usual_ones() -> None:
    """Profiles of a case's own, and those pinned before formats had names, stay valid."""
    source = cases.source()
    text = re.sub(r"\n    formats: .*", "", source.templates["packet/profiles.yaml"])
    found = load_profiles({"packet/profiles.yaml": text})
    assert chosen_formats(found.get("partner")) == {kind: OTHERWISE[kind] for kind in KINDS if kind != "phone"}


# --- mail -----------------------------------------------------------------------------------------------------------


def test_a_letter_that_goes_by_mail_has_a_draft() -> None:
    """Its channel is mail: the draft is among what a partner gets, and nowhere where the channel is a form."""
    source = by_mail()
    letters = {"test-letter": cases.LETTER.replace("to: platform", "to: partner")}
    mailed = replace(cases.source(letters=letters), registry=source.registry)
    assert "letters/01_test-letter.eml" in built(mailed, "partner")[1]
    assert "letters/01_test-letter.eml" not in built(cases.source(letters=letters), "partner")[1]
    assert "letters/01_test-letter.eml" in built(cases.source(letters=letters), "partner", only=("eml",))[1]


@pytest.mark.parametrize(
    ("contact", "address"),
    [
        ("help@partner.example", b"\r\nTo: help@partner.example\r\n"),
        ("+49 30 1234, or help@partner.example", None),
        ("help@partner.example\nBcc: thief@evil.example", None),
        ("", None),
    ],
)
def test_a_draft_is_addressed_where_an_address_was_written_down(contact: str, address: bytes | None) -> None:
    """The contact of the body behind the channel, when it is one address; else the field stays empty."""
    _, files = built(by_mail(contact), only=("eml",))
    head = files["letters/01_test-letter.eml"].parts[0]
    assert isinstance(head, bytes)
    assert (address in head) if address else (b"\r\nTo:" not in head)


def test_the_sums_name_a_draft_with_its_exhibits() -> None:
    """What the manifest says of a draft is what it is once its exhibits are in it."""
    _, files = built(cases.source(), only=("eml",))
    draft = files["letters/01_test-letter.eml"]
    stream = io.BytesIO()
    put_together(draft.parts, stream, cases.copy)
    digest = hashlib.sha256(stream.getvalue()).hexdigest()
    rows = {row["path"]: row for row in json.loads(files["manifest.json"].content)["files"]}
    assert rows["letters/01_test-letter.eml"]["sha256"] == digest == draft.sha256
    assert rows["letters/01_test-letter.eml"]["size_bytes"] == len(stream.getvalue())
    assert cases.content_of("E01") not in stream.getvalue()


# --- names ----------------------------------------------------------------------------------------------------------


@given(st.text(max_size=300))
def test_a_typed_name_is_safe_on_every_system(title: str) -> None:
    """Whatever a title is, its name is ASCII, short, no device of Windows, and ends in neither dot nor space."""
    name = slug(title)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert len(name) <= 40
    assert not RESERVED.fullmatch(name)


@pytest.mark.parametrize("profile", READERS[:4])
def test_no_two_files_are_one_on_a_system_that_knows_no_capitals(profile: str) -> None:
    """Titles that differ in nothing but case or signs, numbers of two devices: every path is its own."""
    titles = ("CON", "con", "Con.", "a/b", "A\\B", "..", "k3f", "NUL.txt ", "ə", "E")
    more = [cases.exhibit(f"E{n:02d}", "image", title) for n, title in enumerate(titles, 20)]
    more.append(cases.exhibit("E20-k3f", "image", "CON"))
    ticked = tuple(each.number for each in more)
    plan, files = built(cases.source(found=cases.bodies(more=more)), profile, ticked=ticked, with_proof=True)
    assert set(ticked) <= {each.number for each in plan.exhibits}
    assert len({path.casefold() for path in files}) == len(files)
    for path in files:
        assert path.isascii()
        assert len(path) < 120
        for part in PurePosixPath(path).parts:
            assert not RESERVED.fullmatch(part)
            assert not part.endswith((".", " "))
            assert not set(part) & set('<>:"\\|?*')


# --- the same bytes -------------------------------------------------------------------------------------------------

ANYWHERE = """
import hashlib, json, locale, sys
from contextlib import suppress
with suppress(locale.Error):
    locale.setlocale(locale.LC_ALL, "")
from dataclasses import replace
from recover.packet.build import build_packet
from recover.packet.plan import plan_packet
from tests.packet import cases
from tests.packet.test_formats import by_mail
found = {}
for profile, only in (("platform", "txt,pdf,docx,html,eml,csv,ics"), ("victim", "txt,pdf,ics"), ("lawyer", "")):
    # The test's own proofs have a new salt in every process; a case's were drawn once.
    plan = replace(plan_packet(by_mail(), profile, only=(only,) if only else ()), proofs=())
    for file in build_packet(plan, copy=cases.copy):
        found[profile + "/" + file.path] = file.sha256 or hashlib.sha256(file.content).hexdigest()
json.dump(found, sys.stdout)
"""


def sums(**environment: str) -> dict[str, str]:
    """Return the SHA-256 of every file of three packets, made in a process with this environment."""
    done = subprocess.run(
        [sys.executable, "-c", ANYWHERE],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, **environment},
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_the_same_packet_is_the_same_bytes_anywhere() -> None:
    """Another time zone, language, encoding and seed of hashes: every file of every format is the same bytes."""
    here = sums(TZ="UTC", LC_ALL="C", PYTHONHASHSEED="1", PYTHONUTF8="0")
    there = sums(TZ="Asia/Baku", LC_ALL="tr_TR.UTF-8", PYTHONHASHSEED="271828", PYTHONUTF8="1", COLUMNS="40")
    assert {path for path in here if here[path] != there.get(path)} == set()
    assert {path.rpartition(".")[2] for path in here} >= set(FORMATS)


def test_a_missing_glyph_stops_every_format() -> None:
    """What a PDF cannot print is an error before anything is handed out, also with other formats beside it."""
    answers = {**cases.ANSWERS, "page.changes": "named \u0378 now"}
    source = cases.source(found=cases.bodies(answers))
    with pytest.raises(TemplateError, match="U\\+0378") as caught:
        built(source, only=("txt,pdf,docx",))
    assert "install the font" in caught.value.hint


def test_events_of_a_case_are_in_every_format_of_the_timeline() -> None:
    """Text, page, document, table: each tells what happened, and none what must stay."""
    _, files = built(cases.source(), "lawyer", only=("txt,html,csv",))
    for path in ("timeline.txt", "timeline.html", "timeline.csv"):
        text = files[path].content.decode("utf-8-sig")
        assert "The holder was removed" in text
        assert "Elections" not in text
