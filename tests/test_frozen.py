"""Values made by `frozen` are what frozen, slotted dataclasses are."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace

import pytest

from recover.frozen import frozen


@frozen
class Letter:
    """A value with every sort of field that is used in this project."""

    name: str
    words: int = 0
    tags: tuple[str, ...] = ()
    aside: list[str] = field(default_factory=list, compare=False)


@dataclass(frozen=True, slots=True)
class Standard:
    """The same by the standard library."""

    name: str
    words: int = 0
    tags: tuple[str, ...] = ()
    aside: list[str] = field(default_factory=list, compare=False)


@frozen
class Secret:
    """A value with a text of its own."""

    key: str

    def __repr__(self) -> str:
        return "Secret()"


@frozen
class Empty:
    """A value without fields."""


def change(value: Letter) -> None:
    value.words = 3  # type: ignore[misc]  # what mypy refuses must fail at run time too


def change_to_the_same(value: Letter) -> None:
    value.name = value.name  # type: ignore[misc]  # as above


def delete(value: Letter) -> None:
    del value.name


@pytest.mark.parametrize("attempt", [change, change_to_the_same, delete])
def test_nothing_can_be_changed(attempt: Callable[[Letter], None]) -> None:
    """A field is neither set again nor deleted."""
    value = Letter("appeal")
    with pytest.raises(FrozenInstanceError):
        attempt(value)
    assert value == Letter("appeal")


def test_nothing_can_be_added() -> None:
    """A value has its fields and no other attribute."""
    with pytest.raises(AttributeError):
        Letter("appeal").sender = "x"  # type: ignore[attr-defined]  # as above
    assert not hasattr(Letter("appeal"), "__dict__")


def test_it_compares_prints_and_hashes_as_the_standard_one() -> None:
    """Equality by class and compared fields, the same hash, the same text."""
    ours, standard = Letter("appeal", 3, ("a",)), Standard("appeal", 3, ("a",))
    assert (hash(ours), repr(ours)) == (hash(standard), repr(standard).replace("Standard", "Letter"))
    assert ours == Letter("appeal", 3, ("a",), ["told apart by nothing"])
    assert ours != Letter("appeal", 4, ("a",))
    assert ours != standard
    assert len({Empty(), Empty()}) == 1
    assert Empty() != Secret("")


def test_the_tools_for_dataclasses_know_it() -> None:
    """`fields`, `asdict`, `replace`, `match`, and copies work."""
    value = Letter("appeal", 3)
    assert [each.name for each in fields(value)] == ["name", "words", "tags", "aside"]
    assert asdict(value) == asdict(Standard("appeal", 3))
    assert replace(value, words=4) == Letter("appeal", 4)
    for other in (copy.copy(value), copy.deepcopy(value)):
        assert other == value
        assert other is not value
    match value:
        case Letter(name, words):
            assert (name, words) == ("appeal", 3)


def test_what_a_class_defines_itself_stays() -> None:
    """A `__repr__` that keeps a secret is not replaced."""
    assert repr(Secret("AGE-SECRET-KEY")) == "Secret()"


def test_it_is_not_made_without_its_fields() -> None:
    """Missing and unknown arguments are refused as for any function."""
    with pytest.raises(TypeError, match="name"):
        Letter()  # type: ignore[call-arg]  # as above
    with pytest.raises(TypeError, match="sender"):
        Letter("appeal", sender="x")  # type: ignore[call-arg]  # as above
