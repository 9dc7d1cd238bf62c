"""The letters that a case keeps, by name and language; each is read when it is asked for, as most packets need few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from recover.packet.letters.front_matter import LetterTemplate, load_letter

LETTERS = "letters/"


def letters_of(templates: Mapping[str, str]) -> Mapping[tuple[str, str], LetterTemplate]:
    """Return the pinned letters by (name, language), each read when it is asked for.

    Asking for one that is not valid raises `TemplateError`.
    """
    return _Letters(templates)


class _Letters(Mapping[tuple[str, str], LetterTemplate]):
    """Letters by name and language, which their files are called by: most packets need a few of the many."""

    def __init__(self, templates: Mapping[str, str]) -> None:
        self._templates = templates
        self._paths = {_named(path): path for path in sorted(templates) if _is_letter(path)}

    def __getitem__(self, key: tuple[str, str]) -> LetterTemplate:
        path = self._paths[key]
        return _letter(self._templates[path], path)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def _named(path: str) -> tuple[str, str]:
    name, _, language = path.rpartition("/")[2].removesuffix(".md").partition(".")
    return name, language


def _is_letter(path: str) -> bool:
    return path.startswith(LETTERS) and path.endswith(".md") and path.count(".") >= 2


@lru_cache(maxsize=256)
def _letter(text: str, path: str) -> LetterTemplate:
    return load_letter(text, path)
