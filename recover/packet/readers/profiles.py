"""Profiles: what leaves, by reader, as data with a closed schema (`templates/packet/profiles.yaml`).

Four rules are not data, so that no edited file can lift them: exhibits of class intimate never leave as content,
biometric ones go to nobody but a profile of the platform, to the press goes nothing that is not ordinary, and nothing
leaves to anybody but the holder without the holder's recorded word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache

from recover.errors import TemplateError, UsageError
from recover.frozen import frozen
from recover.packet.formats.registry import KINDS
from recover.packet.readers.disclosure import EVERY, FactRules, selector_fault
from recover.packet.readers.platforms import Platform
from recover.playbook.problems import Problems
from recover.playbook.reader import read_yaml
from recover.playbook.shapes import Entries, Many, Record, Scalar, Table, matching, read

PROFILES_PATH = "packet/profiles.yaml"
CLASSES = ("ordinary", "personal", "identity", "health", "biometric", "intimate")
NEVER_LEAVES = frozenset({"intimate"})
PLATFORM_ONLY = frozenset({"biometric"})
ORDINARY_ONLY = frozenset({"press"})
"""Readers to whom nothing leaves that is not ordinary, ticked or not."""
ASKED_FIRST = frozenset({"platform", "partner", "lawyer", "police", "press"})
"""Readers for whom a profile must name a consent."""
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
    facts: FactRules = FactRules()
    agreed_only: bool = False
    """Third parties appear by role even where a letter asks for their name, but for those who agreed."""
    stances: frozenset[str] = frozenset()
    """Stances of events that leave; empty: of every stance."""
    backed: bool = False
    """Only events leave that an exhibit of the case shows, whether or not the exhibit leaves."""
    hides_link: bool = False
    """The holder's name stays where the link between person and account is secret, or not known to be none."""
    formats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Kind of document → the formats it is written in (`formats.KINDS`); empty for the usual ones."""

    def allows_class(self, sensitivity_class: str, *, ticked: bool) -> bool:
        """Say whether an exhibit of a class may leave to this reader."""
        if sensitivity_class in NEVER_LEAVES or sensitivity_class not in CLASSES:
            return False
        if sensitivity_class in PLATFORM_ONLY and self.id != "platform":
            return False
        if self.id in ORDINARY_ONLY and sensitivity_class != "ordinary":
            return False
        if sensitivity_class in GUARDED:
            return ticked and sensitivity_class in self.ticked
        return sensitivity_class in self.classes or (ticked and sensitivity_class in self.ticked)

    def allows_event(self, marks: tuple[str, ...]) -> bool:
        """Say whether an event with these marks may leave to this reader."""
        if self.never_marks.intersection(marks):
            return False
        return bool(self.marks.intersection(marks)) if marks else self.unmarked

    def allows_stance(self, stance: str, *, shown: bool) -> bool:
        """Say whether an event of this stance may leave; `shown` says that an exhibit shows it."""
        return (not self.stances or stance in self.stances) and (shown or not self.backed)


@frozen
class Profiles:
    """All profiles by id, the domains whose addresses stay as they are, and the platforms."""

    by_id: Mapping[str, Profile]
    domains: tuple[str, ...]
    platforms: tuple[Platform, ...] = ()

    def platform(self, name: str) -> Platform:
        """Return a platform; raises `UsageError` that names those there are."""
        found = next((each for each in self.platforms if each.id == name), None)
        if found is None:
            known = ", ".join(each.id for each in self.platforms)
            raise UsageError(f"there is no platform called {name[:40]}", hint=f"one of {known}" if known else "")
        return found

    def get(self, profile: str) -> Profile:
        """Return a profile; raises `UsageError` that names those there are."""
        found = self.by_id.get(profile)
        if found is None:
            raise UsageError(f"there is no profile called {profile[:40]}", hint="one of " + ", ".join(self.by_id))
        return found


_ID = Scalar("a name", matching(r"[a-z][a-z-]{0,30}", "E024", "is no name", "lower case"))
_WORDS = Many(Scalar("a word", matching(r"[a-z][a-z_-]{0,30}", "E024", "is no word", "lower case")), "a list")
_RULES = Many(Scalar("a rule for answers", selector_fault), "a list of rules for answers")
_STANCES = ("documented", "holder", "helpline", "claimed-by", "denied-by")
_CLASSES = Many(Scalar("a class", values=CLASSES), "a list of classes")
_KEBAB = Many(Scalar("a word", matching(r"[a-z][a-z0-9-]{0,30}", "E024", "is no word", "lower case")), "a list")
_DOMAINS = Many(Scalar("a domain", matching(r"([a-z0-9-]{1,63}\.)+[a-z]{2,24}", "E024", "is no domain", "")), "domains")
_FORMATS = {kind: Many(Scalar("a format", values=formats), "a list of formats") for kind, formats in KINDS.items()}
_SHAPE = Record(
    "the profiles",
    {
        "domains": _DOMAINS,
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
                    "people": Scalar("how people are named", values=("role", "agreed", "names")),
                    "due": _WORDS,
                    "parts": Many(Scalar("a part", values=("file", "description", "people", "source")), "parts"),
                },
                {
                    "despite": _WORDS,
                    "formats": Record("formats", {}, _FORMATS),
                    "allow": _RULES,
                    "deny": _RULES,
                    "stances": Many(Scalar("a stance", values=_STANCES), "a list of stances"),
                    "backed": Scalar("a flag", values=("true", "false")),
                    "hides_link": Scalar("a flag", values=("true", "false")),
                },
            ),
            "profiles by name",
        ),
    },
    {
        "platforms": Table(
            _ID,
            Record(
                "a platform",
                {
                    "title": Scalar("its name", most=60),
                    "kinds": _KEBAB,
                    "channels": _KEBAB,
                    "domains": _DOMAINS,
                },
                {"names": Many(Scalar("a name", most=40), "a list of names")},
            ),
            "platforms by name",
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
    rows = found.table("profiles")
    for name in ASKED_FIRST.intersection(rows):
        if rows[name].text("consent") == "none":
            place = rows[name].place_of("consent")
            raise TemplateError(
                f"nothing leaves to {rows[name].text('reader')} without a consent",
                place=f"{place.path}:{place.line}:{place.column}",
                hint=f"consent: consent-{name}",
            )
    by_id = {name: _profile(name, row) for name, row in rows.items()}
    return Profiles(by_id, found.texts("domains"), _platforms(found.table("platforms")))


def _platforms(rows: Entries) -> tuple[Platform, ...]:
    return tuple(
        Platform(
            id=name,
            title=row.text("title"),
            kinds=row.texts("kinds"),
            channels=row.texts("channels"),
            domains=row.texts("domains"),
            names=row.texts("names"),
        )
        for name, row in rows.items()
    )


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
        facts=FactRules(row.texts("allow") if "allow" in row else (EVERY,), row.texts("deny")),
        agreed_only=row.text("people") == "agreed",
        stances=frozenset(row.texts("stances")),
        backed=row.flag("backed"),
        hides_link=row.flag("hides_link"),
        formats={kind: row.table("formats").texts(kind) for kind in row.table("formats")},
    )
