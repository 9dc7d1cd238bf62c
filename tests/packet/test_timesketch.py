"""A timeline as Timesketch takes it, and what is refused when one is read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recover.errors import InputError
from recover.packet.readers.view import View
from recover.packet.timeline.rows import timeline_of
from recover.packet.timeline.timesketch import MAX_BYTES, MAX_LINE_BYTES, MAX_LINES, read_timeline, timeline_jsonl
from tests.packet.pictured import event, neighbour_voices, pictured, view_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FOREIGN = {"message": "A file was written", "datetime": "2026-10-05T17:40:00+00:00", "timestamp_desc": "mtime"}


def exported(view: View) -> list[dict[str, Any]]:
    """Return the lines of a view's timeline as objects."""
    return [json.loads(line) for line in timeline_jsonl(view, timeline_of(view)).splitlines()]


def ours(**more: object) -> bytes:
    """Return one line as this program writes it, some members changed; None takes one out."""
    line = exported(view_of(pictured([event("2026-10-05 21:40", "Removed", "loss")])))[0] | more
    return json.dumps({name: value for name, value in line.items() if value is not None}).encode()


def test_every_line_has_what_timesketch_needs() -> None:
    """Message, moment with offset, microseconds and what kind of time it is: on every line, of the right type."""
    lines = exported(view_of(neighbour_voices()))
    assert len(lines) == 22
    for line in lines:
        moment = datetime.fromisoformat(line["datetime"])
        assert moment.tzinfo is not None
        assert EPOCH + timedelta(microseconds=line["timestamp"]) == moment
        assert isinstance(line["timestamp"], int)
        assert line["message"]
        assert line["timestamp_desc"]
        assert all(isinstance(value, str | int | list) for value in line.values())
        assert not any(name.startswith("_") or name in ("tag", "label") for name in line)


def test_a_date_known_in_part_stands_at_its_earliest_moment() -> None:
    """The moment is the first that it may mean, the description says so, and `when` is the date as it is known."""
    first, dormant, about, *_ = exported(view_of(neighbour_voices()))
    assert (first["datetime"], first["when"]) == ("2017-03-01T00:00:00+04:00", "2017-03")
    assert first["timestamp_desc"] == "Event, earliest moment of the month"
    assert (dormant["when"], dormant["precision"]) == ("2017-03/2025-10", "range")
    assert (about["datetime"], about["when"]) == ("2025-08-31T00:00:00+04:00", "2025-10~")
    assert about["timestamp_desc"] == "Event, about, earliest moment of the month"


def test_an_unknown_date_says_so() -> None:
    """What has no date stands at the beginning of all counting, with a description that says that it has none."""
    (line,) = exported(view_of(pictured([event("unknown", "Somebody called")])))
    assert (line["timestamp"], line["when"]) == (0, "unknown")
    assert line["timestamp_desc"] == "Event, time unknown"


def test_lines_are_ascii() -> None:
    """No control, bidirectional or line-ending character of a text stands in the file as such."""
    view = view_of(pictured([event("2026-10-05", "a\u202eb\u2028c\x1b[31m Qonşu Səsləri")]))
    content = timeline_jsonl(view, timeline_of(view))
    assert content.isascii()
    assert content.count(b"\n") == 1
    assert b"\x1b" not in content
    assert read_timeline(content, "x.jsonl").lines[0].text == "a\u202eb\u2028c\x1b[31m Qonşu Səsləri"


def test_the_same_case_gives_the_same_bytes() -> None:
    """Exporting twice gives the same file."""
    views = [view_of(neighbour_voices()) for _ in range(2)]
    assert timeline_jsonl(views[0], timeline_of(views[0])) == timeline_jsonl(views[1], timeline_of(views[1]))


def test_a_profile_s_file_holds_what_that_reader_sees() -> None:
    """For the platform: no event that stays here, no name, no plain address, in no member of any line."""
    admins = [{"platform_id": "100005000000202", "name": "Rəşad Quliyev", "role": "admin"}]
    events = [
        event("2026-10-05", "Rəşad Quliyev posted http://evil.example/x", "attack", assets=("100005000000202",)),
        event("2026-10-06", "we planned", "plan"),
    ]
    view = view_of(pictured(events, admins=admins), "platform")
    content = timeline_jsonl(view, timeline_of(view))
    (line,) = (json.loads(each) for each in content.splitlines())
    assert "Quliyev" not in json.dumps(line, ensure_ascii=False)
    assert "http://" not in content.decode()
    assert line["assets"] == []
    assert line["text"] == line["message"]


def test_the_helper_s_own_file_holds_the_text_as_it_was_typed() -> None:
    """The message is blunted for whoever reads it; `text` is what the log has, so that nothing is lost."""
    (line,) = exported(view_of(pictured([event("2026-10-05", "See http://evil.example/x")])))
    assert line["message"] == "See hxxp://evil[.]example/x"
    assert line["text"] == "See http://evil.example/x"


def test_a_foreign_line_is_a_claim_of_its_file() -> None:
    """A line of another program becomes a certain moment, and a claim that means nothing to the case."""
    extra = {**FOREIGN, "hostname": "pc-1", "nested": {"a": [1]}, "message": "A\u202e file"}
    found = read_timeline(json.dumps(extra).encode(), "plaso.jsonl")
    (line,) = found.lines
    assert (line.when, line.text) == ("2026-10-05T17:40Z[UTC]".replace("Z[", "+00:00["), "A file (mtime)")
    assert (line.stance, line.by, line.source, line.marks) == ("claimed-by", "plaso.jsonl", "plaso.jsonl", ())
    assert found.unknown == ("hostname", "nested")


def place_of_fault(content: bytes) -> str:
    """Return where a file is refused; nothing when it is read. Whatever else is raised fails the test."""
    try:
        read_timeline(content, "any.jsonl")
    except InputError as error:
        return error.place
    return ""


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_with_a_place(content: bytes) -> None:
    """Whatever a file holds, it is read or refused as an input that does not fit; nothing else is raised."""
    assert place_of_fault(content).partition(":")[0] in ("", "any.jsonl")


MEMBERS = ("message", "datetime", "timestamp", "timestamp_desc", "data_type", "when", "exhibits", "recover_version")
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from(["recover:event", "2026-10-05T17:40:00Z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(MEMBERS), VALUES))
def test_any_object_is_read_or_refused_with_its_line(members: dict[str, object]) -> None:
    """A line with members of any type is refused by its number."""
    assert place_of_fault(b"\n" + json.dumps(members).encode()) in ("", "any.jsonl:2")


DEEP = b'{"message": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"not json", "not valid JSON"),
        (b"[1]", "no JSON object"),
        (b'{"message": "a", "message": "b"}', "stands there twice"),
        (b'{"message": NaN}', "no number"),
        (b"\xff", "not UTF-8"),
        (DEEP, "nests deeper"),
        (b'{"message": "' + b"x" * MAX_LINE_BYTES + b'"}', "longer than 1024 KiB"),
        (b'{"timestamp": ' + b"9" * 5000 + b"}", "not valid JSON"),
        (json.dumps({**FOREIGN, "message": ""}).encode(), "`message` is missing"),
        (json.dumps({**FOREIGN, "message": 7}).encode(), "`message` is no text"),
        (json.dumps({**FOREIGN, "message": "x" * 60_000}).encode(), "longer than 50000"),
        (b'{"message": "\\ud800", "datetime": "2026-10-05T17:40:00Z", "timestamp_desc": "x"}', "half a character"),
        (json.dumps({**FOREIGN, "datetime": "2026-10-05T17:40:00"}).encode(), "names no offset"),
        (json.dumps({**FOREIGN, "datetime": "yesterday at"}).encode(), "not ISO 8601"),
        (json.dumps({**FOREIGN, "datetime": "0001-01-01T00:00:00+00:00"}).encode(), "the year must be"),
        (json.dumps({**FOREIGN, "timestamp": 5}).encode(), "not the same moment"),
        (json.dumps({**FOREIGN, "timestamp": True}).encode(), "no whole number"),
        (json.dumps({**FOREIGN, "timestamp": 10**40}).encode(), "no whole number"),
        (ours(when="2026-10-06T21:40+04:00[Asia/Baku]"), "not the same moment"),
        (ours(when="someday"), "`when` is no date"),
        (ours(when=None), "`when` is missing"),
        (ours(recover_version=2), "is of version 2"),
        (ours(source=""), "`source` is missing"),
        (ours(exhibits=["E01"]), "as many members"),
        (ours(marks=["x"] * 999), "no list of at most"),
        (ours(assets=[7]), "is no text"),
        (ours(about="99"), "not in the file"),
        (ours(about="1", entry="1"), "circle"),
    ],
)  # fmt: skip
def test_a_line_that_does_not_fit_is_named(line: bytes, says: str) -> None:
    """The first line that is wrong is refused with file, line and reason."""
    good = json.dumps(FOREIGN).encode()
    with pytest.raises(InputError) as refused:
        read_timeline(good + b"\n\n" + line + b"\n", "in.jsonl")
    assert refused.value.place == "in.jsonl:3"
    assert says in refused.value.message
    assert refused.value.exit_code == 32


def test_too_large_files_are_refused_before_they_are_read() -> None:
    """Size and number of lines are bounded."""
    with pytest.raises(InputError, match="larger than 16 MiB"):
        read_timeline(b" " * (MAX_BYTES + 1), "in.jsonl")
    with pytest.raises(InputError, match="more than 5000 lines"):
        read_timeline(b"1\n" * (MAX_LINES + 1), "in.jsonl")
    with pytest.raises(InputError, match="holds no event"):
        read_timeline(b"\n \n", "in.jsonl")


def test_versions_in_a_circle_are_refused() -> None:
    """Two events that are each the other's version cannot both come first."""
    lines = b"\n".join((ours(entry="5", about="6"), ours(entry="6", about="5", text="x")))
    with pytest.raises(InputError, match="circle"):
        read_timeline(lines, "in.jsonl")


def test_a_long_chain_of_versions_is_refused() -> None:
    """Nobody tells one event in thousands of versions, each of the one before; a file that does is refused."""
    lines = [ours(entry=str(n), about=str(n - 1) if n else "", text=f"version {n}") for n in range(3000)]
    with pytest.raises(InputError, match="versions stand one upon another"):
        read_timeline(b"\n".join(lines), "in.jsonl")
