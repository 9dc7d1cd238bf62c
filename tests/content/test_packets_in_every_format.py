"""Three worked cases, a packet for every reader, every format: what must be in it is, the rest is nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from recover import practice
from recover.errors import RefusedError
from recover.playbook.stories import load_story
from tests.content.extracting import words_by_format

FORMATS = ("txt", "pdf", "docx", "html", "eml", "csv", "ics")
WRITTEN = ("txt", "pdf", "docx", "html", "eml")
"""Formats that hold whole letters."""


@dataclass(frozen=True)
class Wanted:
    """What one packet must and must not say, and which exhibits go with it; `refused` are words of the reason."""

    letters: tuple[str, ...] = ()
    """Said in every format that holds letters."""
    dated: tuple[str, ...] = ()
    """Said in the table of what happened (CSV)."""
    never: tuple[str, ...] = ()
    """In no format, no file, no name."""
    exhibits: tuple[str, ...] = ()
    not_exhibits: tuple[str, ...] = ()
    refused: str = ""
    platform: str = ""


@dataclass(frozen=True)
class Case:
    """A story and what each reader gets."""

    story: str
    never: tuple[str, ...]
    """In no packet at all."""
    readers: Mapping[str, Wanted] = field(default_factory=dict)


EU_LAW = ("Digital Services Act", "Article 20 of", "DSA", "out-of-court")
LINKED = tuple(f"10006400000010{n}" for n in range(1, 7))

CASES = (
    Case(
        "neighbour-voices",
        (*EU_LAW, "{{", "{%", "AZE", "None,"),
        {
            "meta": Wanted(
                letters=(
                    *LINKED,
                    "100005000000201",
                    "17841400000000301",
                    "AP-77810",
                    "FB-559877",
                    "7 October 2026",
                    "live check of both claimants",
                    "stop all changes of admins",
                    "Nərmin Rəşid qızı Əhmədli",
                    "Qonşu Səsləri",
                ),
                dated=("2017-03", "2026-10-05 21:40", "2026-10-05 17:40", "FB-551201", "FB-559877"),
                never=("Helpline Example", "sources wrote", "Second admin", "was not followed up", "qərəzli"),
                exhibits=("E01", "E02", "E07", "E08", "E11", "E13", "E14", "E15", "E16"),
                not_exhibits=("E17", "E20"),
            ),
            "partner": Wanted(
                letters=(
                    "FB-551201",
                    "FB-559877",
                    "2 September 2026",
                    "5 October 2026",
                    "21:40",
                    "17:40 UTC",
                    *LINKED[:1],
                    "Stop changes of admins",
                ),
                dated=("2017-03", "2026-09-02 18:05"),
                never=("Second admin", "was not followed up"),
                not_exhibits=("E17", "E20"),
            ),
            "lawyer": Wanted(
                letters=("FB-551201", "FB-559877", "Qonşu Səsləri", *LINKED),
                dated=(
                    "without a second factor and not reviewed",
                    "noted and not followed up",
                    "weekly check was missed",
                ),
                exhibits=("E01", "E12", "E21"),
                not_exhibits=("E17", "E20"),
            ),
            "victim": Wanted(
                never=("Second admin", "noted and not followed up", "Helpline Example", "second factor and not")
            ),
            "police": Wanted(
                dated=("2026-10-05 21:40",),
                never=("Helpline Example", "sources wrote", "Second admin", "was not followed up", "family"),
                not_exhibits=("E17", "E20"),
            ),
            "press": Wanted(
                never=(
                    "Helpline Example",
                    "Second admin",
                    "Nərmin",
                    "FB-551201",
                    "AP-77810",
                    "100005000000201",
                    "sources wrote",
                    "helpline",
                ),
                not_exhibits=("E01", "E08", "E13", "E17", "E20"),
            ),
        },
    ),
    Case(
        "fototakip",
        (*EU_LAW, "https://kripto-kazanc.example", "Selin", "Baran", "Gülizar", "state body", "state security", "{{"),
        {
            "meta": Wanted(
                dated=("FotoTakip+", "hxxps://kripto-kazanc[.]example", "2026-03-18 02:05", "2026-03-20 16:45"),
                exhibits=("E01", "E03", "E05", "E06", "E07"),
            ),
            "partner": Wanted(refused="agreed"),
            "lawyer": Wanted(letters=("FotoTakip+", "2.1.4"), dated=("two stories were deleted",)),
            "victim": Wanted(never=("kripto-kazanc",)),
            "police": Wanted(dated=("2026-03-18 02:05",), exhibits=("E01", "E03")),
            "press": Wanted(refused="agreed"),
        },
    ),
    Case(
        "letna-9",
        ("trusted flagger", "https://tme.example", "{{", "holder's parents"),
        {
            "meta": Wanted(
                letters=(
                    "100005000000901",
                    "Article 20",
                    "Article 86",
                    "Digitální linka z. s.",
                    "L 12345",
                    "14 notices in three days",
                    "122100000000001",
                    "FB-8Q2X11",
                    "Trần Ngọc Linh",
                ),
                dated=("14 notices in three days", "2026-08-24 11:05", "2026-09-21 17:30"),
                never=("@letna9", "TikTok banned"),
                exhibits=("E01", "E02", "E03", "E04", "E05", "E07", "E09", "E11"),
                not_exhibits=("E08",),
            ),
            "lawyer": Wanted(letters=("100005000000901", "@letna9", "FB-8Q2X11"), dated=("TikTok banned @letna9",)),
            "victim": Wanted(),
            "police": Wanted(never=("FB-8Q2X11", "Digitální")),
            "press": Wanted(
                never=("FB-8Q2X11", "Digitální", "100005000000901", "@letna9", "Trần"), not_exhibits=("E01",)
            ),
        },
    ),
)


@dataclass
class Built:
    """The packets of a story by reader, and the words of each by format."""

    folders: dict[str, Path]
    words: dict[str, dict[str, str]]
    refused: dict[str, str]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.story)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Case, Built]]:
    """Play a story once and write every packet in every format."""
    case: Case = request.param
    out = tmp_path_factory.mktemp(case.story)
    found = Built({}, {}, {})
    story = load_story(practice.find_stories([case.story])[0])
    with practice.practising(story) as begin:
        opened, clock = begin()
        assert practice.play_acts(opened, clock, story) == ()
        clock.at = practice._moment(story.as_of, story.zone)
        for reader in case.readers:
            profile, platform = ("platform", reader) if reader in ("meta", "tiktok") else (reader, "")
            try:
                only = () if reader == "victim" else FORMATS  # an account holder gets three files at most
                plan = opened.plan_packet(profile, platform=platform, only=only, with_dates=True, with_proof=True)
                opened.write_packet(plan, out / reader)
            except RefusedError as error:
                found.refused[reader] = error.message
                assert not (out / reader).exists()
                continue
            found.folders[reader] = out / reader
            found.words[reader] = words_by_format(out / reader)
    return case, found


def test_every_reader_gets_a_packet_or_a_reason(built: tuple[Case, Built]) -> None:
    """Who has the client's consent gets a packet; for the others the reason is said and nothing is written."""
    case, found = built
    for reader, wanted in case.readers.items():
        assert (reader in found.refused) == bool(wanted.refused), (reader, found.refused)
        assert wanted.refused in found.refused.get(reader, ""), reader


def test_what_must_be_said_is_said_in_every_format(built: tuple[Case, Built]) -> None:
    """Names, IDs, tickets and dates stand in every format that holds letters, letter for letter."""
    case, found = built
    for reader, words in found.words.items():
        for name in WRITTEN:
            lacking = [said for said in case.readers[reader].letters if said not in words.get(name, "")]
            assert lacking == [], (case.story, reader, name)


def test_what_happened_stands_in_the_table(built: tuple[Case, Built]) -> None:
    """The table of events has what a reader must know, in canonical time."""
    case, found = built
    for reader, words in found.words.items():
        table = re.sub(r"(\d)T(\d)", r"\1 \2", words.get("csv", ""))
        lacking = [said for said in case.readers[reader].dated if said not in table]
        assert lacking == [], (case.story, reader)


def test_what_must_not_be_said_is_said_nowhere(built: tuple[Case, Built]) -> None:
    """No format, no file and no file's name holds what this reader must not see."""
    case, found = built
    for reader, words in found.words.items():
        names = " ".join(path.name for path in found.folders[reader].rglob("*"))
        for name, text in (*words.items(), ("file names", names)):
            said = [each for each in (*case.never, *case.readers[reader].never) if each in text]
            assert said == [], (case.story, reader, name)


def test_exhibits_leave_as_the_profile_allows(built: tuple[Case, Built]) -> None:
    """The exhibits that belong to a packet are in it, byte for byte as recorded; guarded ones are not."""
    case, found = built
    for reader, folder in found.folders.items():
        numbers = {path.name[:3] for path in folder.rglob("E[0-9][0-9]*") if path.is_file()}
        wanted = case.readers[reader]
        assert set(wanted.exhibits) <= numbers, (case.story, reader)
        assert not set(wanted.not_exhibits) & numbers, (case.story, reader)
