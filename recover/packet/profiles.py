"""Profiles: what leaves, by reader, as data with a closed schema (`templates/packet/profiles.yaml`).

Two rules are not data, so that no edited file can lift them: exhibits of class intimate never leave as content, and
biometric ones go to nobody but a profile of the platform.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from recover.errors import TemplateError, UsageError
from recover.frozen import frozen
from recover.playbook.problems import Problems
from recover.playbook.reader import read_yaml
from recover.playbook.shapes import Entries, Many, Record, Scalar, Table, matching, read

PROFILES_PATH = "packet/profiles.yaml"
CLASSES = ("ordinary", "personal", "identity", "health", "biometric", "intimate")
NEVER_LEAVES = frozenset({"intimate"})
PLATFORM_ONLY = frozenset({"biometric"})
GUARDED = frozenset({"identity", "health", "biometric", "intimate"})
"""Classes that never leave without being ticked for one recipient, whatever a profile says."""


@frozen
class Profile:
    """What one kind of reader gets; see `templates/packet/profiles.yaml` for the members."""

    id: str
    reader: str
    file_name: str
    consent: str
    """A fact's meaning (`consent-platform`), a fact (`intake.consent_lawyer`), or `none`."""
    letters: tuple[str, ...]
    dispatches: frozenset[str]
    marks: frozenset[str]
    never_marks: frozenset[str]
    unmarked: bool
    classes: frozenset[str]
    ticked: frozenset[str]
    take: str
    all_facts: bool
    names: bool
    due: frozenset[str]
    parts: tuple[str, ...]
    despite: frozenset[str] = frozenset()

    def allows_class(self, sensitivity_class: str, *, ticked: bool) -> bool:
        """Say whether an exhibit of a class may leave to this reader."""
        if sensitivity_class in NEVER_LEAVES or sensitivity_class not in CLASSES:
            return False
        if sensitivity_class in PLATFORM_ONLY and self.id != "platform":
            return False
        if sensitivity_class in GUARDED:
            return ticked and sensitivity_class in self.ticked
        return sensitivity_class in self.classes or (ticked and sensitivity_class in self.ticked)

    def allows_event(self, marks: tuple[str, ...]) -> bool:
        """Say whether an event with these marks may leave to this reader."""
        if self.never_marks.intersection(marks):
            return False
        return bool(self.marks.intersection(marks)) if marks else self.unmarked


@frozen
class Profiles:
    """All profiles by id, and the domains whose addresses stay as they are."""

    by_id: Mapping[str, Profile]
    domains: tuple[str, ...]

    def get(self, profile: str) -> Profile:
        """Return a profile; raises `UsageError` that names those there are."""
        found = self.by_id.get(profile)
        if found is None:
            raise UsageError(f"there is no profile called {profile[:40]}", hint="one of " + ", ".join(self.by_id))
        return found


_ID = Scalar("a name", matching(r"[a-z][a-z-]{0,30}", "E024", "is no name", "lower case"))
_WORDS = Many(Scalar("a word", matching(r"[a-z][a-z_-]{0,30}", "E024", "is no word", "lower case")), "a list")
_CLASSES = Many(Scalar("a class", values=CLASSES), "a list of classes")
_SHAPE = Record(
    "the profiles",
    {
        "domains": Many(
            Scalar("a domain", matching(r"([a-z0-9-]{1,63}\.)+[a-z]{2,24}", "E024", "is no domain", "")), "domains"
        ),
        "profiles": Table(
            _ID,
            Record(
                "a profile",
                {
                    "reader": Scalar("who reads it", most=60),
                    "file_name": _ID,
                    "consent": Scalar("a consent", matching(r"[a-z][a-z0-9_.-]*", "E024", "is no consent", "")),
                    "letters": _WORDS,
                    "dispatches": _WORDS,
                    "events": Record(
                        "events",
                        {"marks": _WORDS, "never": _WORDS, "unmarked": Scalar("a flag", values=("true", "false"))},
                    ),
                    "classes": _CLASSES,
                    "ticked": _CLASSES,
                    "take": Scalar("which exhibits", values=("cited", "all", "none")),
                    "facts": Scalar("which facts", values=("letters", "all")),
                    "people": Scalar("how people are named", values=("role", "names")),
                    "due": _WORDS,
                    "parts": Many(Scalar("a part", values=("file", "description", "people", "source")), "parts"),
                },
                {"despite": _WORDS},
            ),
            "profiles by name",
        ),
    },
)


def load_profiles(templates: Mapping[str, str]) -> Profiles:
    """Read the profiles from the pinned templates. Raises `TemplateError` (31) with place when they are not valid."""
    text = templates.get(PROFILES_PATH)
    if text is None:
        raise TemplateError(
            "the profiles are not there", place=PROFILES_PATH, hint="pip install --force-reinstall recover-kit"
        )
    return _read_profiles(text)


@lru_cache(maxsize=8)
def _read_profiles(text: str) -> Profiles:
    problems = Problems()
    node = read_yaml(text, PROFILES_PATH, problems)
    found = read(_SHAPE, node, problems) if node is not None else None
    if found is None or problems.sorted():
        first = problems.sorted()[0]
        raise TemplateError(first.message, place=f"{first.path}:{first.line}:{first.column}", hint=first.hint)
    by_id = {name: _profile(name, row) for name, row in found.table("profiles").items()}
    return Profiles(by_id, found.texts("domains"))


def _profile(name: str, row: Entries) -> Profile:
    events = row.table("events")
    return Profile(
        id=name,
        reader=row.text("reader"),
        file_name=row.text("file_name"),
        consent=row.text("consent"),
        letters=row.texts("letters"),
        dispatches=frozenset(row.texts("dispatches")),
        marks=frozenset(events.texts("marks")),
        never_marks=frozenset(events.texts("never")) | {"context"},
        unmarked=events.flag("unmarked"),
        classes=frozenset(row.texts("classes")),
        ticked=frozenset(row.texts("ticked")),
        take=row.text("take"),
        all_facts=row.text("facts") == "all",
        names=row.text("people") == "names",
        due=frozenset(row.texts("due")),
        parts=row.texts("parts"),
        despite=frozenset(row.texts("despite")),
    )
