"""An invented case with accounts, admins and events, for the tests of pictures; scenario 1 read from its story."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from recover import times
from recover.case import entries as e
from recover.case.state import fold
from recover.packet.interface import Source
from recover.packet.readers.profiles import load_profiles
from recover.packet.readers.view import View
from recover.playbook.model import Choice, Fact, FactType
from tests.packet import cases

STORY = Path(__file__).resolve().parents[2] / "playbooks" / "hijacked-page" / "stories" / "neighbour-voices.yaml"
ZONE = "Asia/Baku"


def _choices(*values: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, value.replace("-", " ").capitalize()) for value in values)


ASSETS = Fact(
    "assets.all",
    FactType.LIST,
    "What belongs together?",
    key="platform_id",
    means="asset-list",
    fields=(
        Fact("platform_id", FactType.PLATFORM_ID, "Its number"),
        Fact("kind", FactType.CHOICE, "What?", choices=_choices("facebook-page", "facebook-profile", "instagram")),
        Fact("name", FactType.TEXT, "Its name"),
        Fact("handle", FactType.HANDLE, "Its handle"),
        Fact("whose", FactType.CHOICE, "Whose?", choices=_choices("holder", "outlet", "other_admin")),
        Fact("action", FactType.CHOICE, "What happened?", choices=_choices("none", "taken", "suspended", "disabled")),
        Fact("action_at", FactType.INSTANT, "When?", partial=True),
    ),
)
ADMINS = Fact(
    "assets.admins",
    FactType.LIST,
    "Who could manage it?",
    key="platform_id",
    fields=(
        Fact("platform_id", FactType.PLATFORM_ID, "The number of the profile"),
        Fact("name", FactType.TEXT, "Name"),
        Fact("role", FactType.CHOICE, "Role", choices=_choices("holder", "admin", "editor", "unknown")),
        Fact("wanted", FactType.CHOICE, "From now on?", choices=_choices("keep", "remove")),
        Fact("known_until", FactType.PARTIAL_DATE, "Until when?"),
    ),
)


def event(when: str, text: str, *marks: str, stance: str = "holder", **more: Any) -> e.EventRecorded:
    """Return an event; its time is written as people type it."""
    written = times.parse_when(when, ZONE).text
    return e.EventRecorded(written, text, "account holder", stance, marks=marks, **more)


def pictured(
    events: Iterable[e.EventRecorded],
    assets: Iterable[Mapping[str, str]] = (),
    admins: Iterable[Mapping[str, str]] = (),
    page: Mapping[str, str] | None = cases.PAGE,
) -> Source:
    """Return a case with these events, accounts and admins."""
    answers = {**cases.ANSWERS, "page.page": page} if page else cases.without(cases.ANSWERS, "page.page")
    bodies: list[object] = [e.CaseOpened("amber-heron", "test-page", ZONE, "az")]
    bodies += [e.Answered(fact, "given", value) for fact, value in answers.items()]
    bodies += [e.Answered("assets.all", "given", dict(row), element=row["platform_id"]) for row in assets]
    bodies += [e.Answered("assets.admins", "given", dict(row), element=row["platform_id"]) for row in admins]
    bodies += list(events)
    playbook = cases.playbook()
    facts = tuple(each for each in playbook.facts if each.id not in ("assets.all", "assets.admins"))
    playbooks = (replace(playbook, facts=(*facts, ASSETS, ADMINS)),)
    source = cases.source()
    state = fold(cases.entries(bodies))
    return replace(source, state=state, playbooks=playbooks, survey=replace(source.survey, playbooks=playbooks))


def view_of(source: Source, profile: str = "") -> View:
    """Return the case as a profile sees it; without one, as its helper does."""
    profiles = load_profiles(source.templates)
    return View(source, profiles, profiles.get(profile) if profile else None)


def neighbour_voices() -> Source:
    """Return scenario 1 with its events, accounts and admins as they stand at its end."""
    from ruamel.yaml import YAML

    story = YAML(typ="base", pure=True).load(STORY.read_text("utf-8"))
    events: list[e.EventRecorded] = []
    assets: dict[str, dict[str, str]] = {}
    admins: dict[str, dict[str, str]] = {}
    for act in story["acts"]:
        for one in act.get("events", ()):
            when = times.parse_when(one["when"], ZONE).text
            marks = tuple(one.get("marks", ()))
            events.append(e.EventRecorded(when, one["text"], one["source"], one["stance"], marks=marks))
        answers = act.get("answers", {})
        for row in answers.get("assets.all", ()):
            assets.setdefault(row["platform_id"], {}).update(row)
        for row in answers.get("assets.admins", ()):
            admins.setdefault(row["platform_id"], {}).update(row)
    for row in assets.values():
        if "action_at" in row:
            row["action_at"] = times.parse_when(row["action_at"], ZONE).text
    return pictured(events, assets.values(), admins.values())
