"""One case, several playbooks: shared answers, and letters that keep to the account of their own playbook."""

from __future__ import annotations

from pathlib import Path

import pytest

from recover.desk import Desk, leaving
from recover.errors import UsageError
from recover.packet.letters.rendering import find_letter
from recover.packet.readers.profiles import load_profiles
from recover.packet.readers.view import View
from tests.desk.conftest import HandClock

TELEGRAM, PAGE = "hijacked_telegram.account", "hijacked_page.page"


@pytest.mark.parametrize("order", [("hijacked-telegram", "hijacked-page"), ("hijacked-page", "hijacked-telegram")])
def test_a_letter_is_about_the_account_of_the_playbook_that_offers_it(desk: Desk, order: tuple[str, str]) -> None:
    """Whichever playbook came first, the partner's mail about the Page names the Page."""
    case = desk.start(*order, zone="Europe/Warsaw")
    case.answer(TELEGRAM, {"name": "Choir Line"})
    case.answer(PAGE, {"name": "Street Choir", "platform_id": "100064000000101"})
    source = leaving.source(case)
    view = View(source, load_profiles(source.templates), None)
    names = view.names_for(find_letter(source, "partner-escalation"))
    assert names["contested-asset"] == PAGE
    assert names["client-name"] == "intake.client_name"


def test_answers_are_shared_and_the_playbook_that_comes_later_is_remembered(
    desk: Desk, clock: HandClock, tmp_path: Path
) -> None:
    """What intake recorded counts for both; a desk that opens the case anew follows both as well."""
    case = desk.start("hijacked-page", zone="Europe/Warsaw")
    case.answer("intake.safe_to_talk", "yes")
    desk.follow(case, "mass-report")
    assert [each.id for each in desk.open(case.name).playbooks] == ["hijacked-page", "mass-report"]
    survey = desk.open(case.name).survey()
    assert [each.id for each in survey.playbooks] == ["hijacked-page", "mass-report"]
    assert sum(each.step.id == "intake.safety" for each in survey.instances) == 1
    assert case.state.fact("intake.safe_to_talk") is not None


def test_a_playbook_is_followed_once(desk: Desk) -> None:
    """A second pin of the same playbook would be an upgrade, which asks first."""
    case = desk.start("hijacked-page", "hijacked-page")
    assert len(case.playbooks) == 1
    with pytest.raises(UsageError, match="follows hijacked-page already"):
        desk.follow(case, "hijacked-page")


def test_a_contact_on_any_of_the_lost_accounts_is_refused(desk: Desk) -> None:
    """A message over the second account in the case is read by its taker as much as over the first."""
    case = desk.start("hijacked-page", "hijacked-telegram", zone="Europe/Warsaw")
    case.answer(PAGE, {"name": "Street Choir", "platform_id": "100064000000101"})
    case.answer(TELEGRAM, {"name": "Choir Line", "handle": "@choir_line"})
    case.answer("intake.safe_contact", "t.me/choir_line")
    gates = {gate.id: gate.status for gate in case.survey().gates}
    assert gates["contact_lost"] == "held"
