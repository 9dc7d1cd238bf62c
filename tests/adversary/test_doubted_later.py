"""The one who took the account plays the victim well, and is doubted only after something was sent for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from recover.content import content_root
from recover.desk import Desk, OpenCase
from recover.errors import RefusedError

ANSWERS = content_root() / "playbooks" / "hijacked-page" / "answers-example.yaml"
LETTER = "page-hijack-statement"


@pytest.fixture
def case(tmp_path: Path) -> OpenCase:
    desk = Desk(tmp_path / "vault", state_dir=tmp_path / "state", use_keyring=False)
    desk.create_throwaway_vault()
    return desk.open(desk.apply_answers("hijacked-page", ANSWERS).case)


def test_whoever_is_doubted_gets_no_ticket_number(case: OpenCase) -> None:
    """Once something was sent and the vetting is taken back, not even the holder's own packet leaves."""
    case.approve(LETTER, how="read aloud", language="en")
    case.sent(LETTER, reference="FB-1", at="2026-06-04 10:00")
    assert case.plan_packet("victim").events >= 0
    case.answer("intake.vetting_decision", "doubtful")
    for profile in ("victim", "platform"):
        with pytest.raises(RefusedError):
            case.plan_packet(profile)


def test_who_is_not_vetted_yet_gets_the_first_advice(case: OpenCase) -> None:
    """Before anything was sent, the holder's packet leaves without vetting, with no letter and no exhibit."""
    case.answer("intake.vetting_decision", "not_yet")
    plan = case.plan_packet("victim")
    assert (plan.letters, plan.exhibits, plan.names) == ((), (), ())
