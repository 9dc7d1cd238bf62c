"""What reaches the screen cannot command it, whatever a client pasted."""

from __future__ import annotations

import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recover.cli.output import Output, block, columns, line
from recover.errors import RefusedError
from tests.cli.runner import streams

HOSTILE = {
    "colour": "\x1b[31mred\x1b[0m",
    "title": "\x1b]0;owned\x07",
    "clear": "\x1b[2J\x1b[H",
    "eight_bit_escape": "\x9b2J",
    "overwrite": "refused\rdone   ",
    "backspace": "no\b\byes",
    "right_to_left_override": "invoice\u202egnp.exe",
    "isolate": "\u2066hidden\u2069",
    "mark": "a\u200fb\u061cc",
    "zero_width": "pass\u200bword\ufeff",
    "tag": "x\U000e0041\U000e0042",
    "separator": "one\u2028two\u2029three",
    "lone_surrogate": "a\udc80b",
    "nul": "a\x00b",
    "hyperlink": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_becomes_visible_marks(text: str) -> None:
    """Every terminal escape, control and direction character is shown instead of obeyed."""
    for shown in (line(text), block(text)):
        assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in shown.replace("\n", ""))
        assert "<U+" in shown or text.startswith("refused")


@given(st.text())
def test_a_line_stays_one_line(text: str) -> None:
    """Whatever the text, `line` has no line break and no control character."""
    shown = line(text)
    assert len(shown.splitlines()) <= 1
    assert not any(unicodedata.category(c) == "Cc" for c in shown)


@pytest.mark.parametrize("word", ["Qonşu Səsləri", "می\u200cخواهم", "ကျွန်ုပ်", "Letná", "邻居之声", "e\u0301"])
def test_real_names_stay_as_they_are(word: str) -> None:
    """Letters of other scripts, their joiners and accents are not touched."""
    assert line(word) == word


def test_json_carries_hostile_text_as_escapes() -> None:
    """JSON on a terminal is ASCII, and a program reading it gets the text unchanged."""
    with streams("") as (out, _):
        Output(as_json=True).data(HOSTILE)
    assert out.getvalue().isascii()
    assert "\x1b" not in out.getvalue()
    assert json.loads(out.getvalue())["colour"] == HOSTILE["colour"]


def test_errors_are_neutralised_in_message_place_and_hint() -> None:
    """A file name or a value inside an error cannot command the terminal either."""
    with streams("") as (_, err):
        Output().error(RefusedError("no \x1b[2J", place="a\u202eb.yaml:1:2", hint="mv \x9b x"))
    assert err.getvalue() == "recover: a<U+202E>b.yaml:1:2: no <U+001B>[2J\nhint: mv <U+009B> x\n"


def test_a_table_lines_up_by_screen_cells() -> None:
    """Wide and combining letters are counted as the terminal shows them."""
    with streams("") as (out, _):
        Output().table([["邻居", "x"], ["Qonşu", "y"], ["e\u0301", "z"]])
    assert [columns(row[: row.index(c)]) for row, c in zip(out.getvalue().splitlines(), "xyz", strict=True)] == [7] * 3


def test_a_stream_without_the_letter_escapes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A locale that has no ş ends no work: the letter is escaped."""
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii"))
    output = Output()
    output.result(line("Qonşu"))
    output._stdout.flush()
    assert raw.getvalue() == b"Qon\\u015fu\n"


def test_no_colour_when_asked_or_not_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR, --plain, TERM=dumb and a pipe each switch bold and dim off."""

    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stderr", Screen())
    monkeypatch.setenv("TERM", "xterm")
    assert Output().strong("x") == "\x1b[1mx\x1b[0m"
    assert Output(plain=True).strong("x") == "x"
    monkeypatch.setenv("NO_COLOR", "1")
    assert Output().strong("x") == "x"
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert Output().strong("x") == "x"


def test_long_rows_fold_on_a_terminal_and_stay_whole_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal a long row goes on below its own indent; a pipe gets one row per result; letters never fold."""

    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    text = "    " + "word " * 40
    screen, pipe = Screen(), io.StringIO()
    monkeypatch.setattr("sys.stdout", screen)
    Output().result(text.rstrip())
    Output().verbatim(text)
    monkeypatch.setattr("sys.stdout", pipe)
    Output().result(text.rstrip())
    rows = screen.getvalue().splitlines()
    assert len(rows) > 3
    assert all(row.startswith("    word") and len(row) <= 79 for row in rows[:-1])
    assert rows[-1] == text
    assert pipe.getvalue() == text.rstrip() + "\n"
