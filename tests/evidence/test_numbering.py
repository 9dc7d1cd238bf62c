"""Numbers of exhibits."""

from __future__ import annotations

from recover.evidence.numbering import is_number, next_numbers, sort_key


def test_numbers_start_at_one_and_go_on_after_the_highest() -> None:
    """A gap is never filled."""
    assert next_numbers([], 2) == ("E01", "E02")
    assert next_numbers(["E01", "E07"], 1) == ("E08",)
    assert next_numbers([f"E{n:02d}" for n in range(1, 100)], 2) == ("E100", "E101")


def test_other_devices_count_for_themselves() -> None:
    """A suffix keeps numbers of two devices apart without either asking the other."""
    assert next_numbers(["E05", "E01-k3f"], 1, "k3f") == ("E02-k3f",)
    assert next_numbers(["E05", "E09-k3f"], 1) == ("E06",)


def test_a_device_named_by_its_whole_log_counts_on() -> None:
    """Where two devices drew one suffix, the log's id follows the number, and no number is given twice."""
    log = "7059c072c70ae8b7"
    assert next_numbers([f"E01-{log}", f"E02-{log}"], 1, log) == (f"E03-{log}",)
    assert is_number(f"E03-{log}")


def test_numbers_sort_as_people_count() -> None:
    """E2 style order, founding log first, strange text last."""
    assert sorted(["E100", "E02-k3f", "E99", "x", "E01"], key=sort_key) == ["E01", "E99", "E100", "E02-k3f", "x"]


def test_what_is_no_number_is_said() -> None:
    """Only the two forms are numbers."""
    assert is_number("E01")
    assert is_number("E10-k3f")
    assert not is_number("E1")
    assert not is_number("E01-")
    assert not is_number("e01")
