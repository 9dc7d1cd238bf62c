"""Values that cannot change: frozen, slotted dataclasses that are quick to define.

`@frozen` makes what `@dataclass(frozen=True, slots=True)` makes; `dataclasses.fields`, `replace` and `asdict` know it.
The standard decorator compiles seven functions for every class. `recover next` needs more than 150 classes and would
spend a fifth of its time on that; here only `__init__` is compiled for each class, and the rest is shared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, cast, dataclass_transform

_Class = TypeVar("_Class", bound=type)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: _Class) -> _Class:
    """Make a class of values: equal if class and fields are equal, hashed by its fields, never changed.

    `__init__` sets each field once; to set it again or to delete it raises `FrozenInstanceError`. What the class
    defines itself, such as a `__repr__` that keeps a secret, stays.
    """
    made: Any = dataclass(eq=False, repr=False, slots=True)(cls)
    shared = {"__repr__": _show, "__setattr__": _set_once, "__delattr__": _refuse_to_delete}
    shared["__eq__"], shared["__hash__"] = _comparison(tuple(each.name for each in fields(made) if each.compare))
    for name, function in shared.items():
        if name not in vars(cls):
            setattr(made, name, function)
    return cast(_Class, made)


def _comparison(names: tuple[str, ...]) -> tuple[Callable[..., bool], Callable[..., int]]:
    """Return `__eq__` and `__hash__` over these fields."""
    content: Callable[[object], object] = attrgetter(*names) if names else lambda _: ()

    def is_equal(self: object, other: object) -> bool:
        return content(self) == content(other) if other.__class__ is self.__class__ else NotImplemented

    return is_equal, lambda self: hash(content(self))


def _show(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _set_once(self: object, name: str, value: object) -> None:
    if hasattr(self, name):
        raise FrozenInstanceError(f"cannot assign to field {name!r}")
    object.__setattr__(self, name, value)


def _refuse_to_delete(self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")
