"""`recover anchor` against a real authority on this computer: what leaves, what is kept, what it proves."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from recover import net
from recover.case.entries import Stamped
from recover.desk import Desk, OpenCase, anchoring
from recover.desk.authorities import Authority as Known
from recover.desk.authorities import choose, known_authorities
from recover.errors import InputError, NetworkError, RefusedError, UsageError
from recover.vault.stamps_token import STAMPED, UNVERIFIED, WAITING
from recover.vault.vault import Session, Vault
from tests.cli.runner import Result, recover
from tests.stamps.authority import Authority, serving

pytestmark = pytest.mark.needs("openssl")
DIRECT = net.Switch(net.DIRECT)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with serving(Authority(tmp_path_factory.mktemp("authority"))) as authority:
        yield authority


@pytest.fixture
def authority(served: Authority) -> Iterator[Authority]:
    served.asked.clear()
    yield served
    served.broken, served.fails = "", 0


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path / "vault", clock=lambda: datetime.now(UTC), state_dir=tmp_path / "state", use_keyring=False)
    made.create_throwaway_vault()
    return made


@pytest.fixture
def case(desk: Desk) -> OpenCase:
    return desk.start("hijacked-page", zone="Europe/Warsaw")


def known(authority: Authority, name: str = "invented") -> Known:
    return Known(name, "Invented", authority.url, authority.root.read_bytes())


def anchored(case: OpenCase, *authorities: Known) -> anchoring.Anchored:
    return anchoring.anchor(case, anchoring.plan(case, authorities), DIRECT, pause=lambda _: None)


def stamp_files(case: OpenCase, desk: Desk) -> list[str]:
    return sorted(path.name for path in (desk.path / "cases" / case.id / "stamp").rglob("*") if path.is_file())


def test_every_entry_stands_between_two_tokens(case: OpenCase, desk: Desk, authority: Authority) -> None:
    """After two anchors, what was recorded in between is proven after the first and before the second."""
    first = anchored(case, known(authority))
    assert [each.state for each in first.answers] == [STAMPED]
    noted = case.note("She called again").entries[0]
    anchored(case, known(authority))
    report = desk.verify(with_keys=True)
    assert report.faults == ()
    (run,) = [run for _, run in report.proven if run.first <= noted.index <= run.last]
    assert run.after is not None
    assert run.before is not None
    assert run.claimed is not None
    assert run.after <= run.claimed[0] <= run.before
    assert not run.is_contradicted
    before = next(run for _, run in report.proven if run.first == 0)
    assert before.after is None
    assert before.before is not None


def test_the_hash_of_the_checkpoint_leaves_and_nothing_else(case: OpenCase, authority: Authority) -> None:
    """The body is one request of 70 bytes or so: the digest, a random number, no name of case, log or person."""
    asked = anchoring.plan(case, [known(authority)])
    told: list[str] = []
    anchoring.anchor(case, asked, DIRECT, lambda asking: told.append(asking.digest))
    assert told == [asked[0].digest]
    (body,) = authority.asked
    assert body == asked[0].request
    assert bytes.fromhex(asked[0].digest) in body
    assert len(body) < 80


def test_everything_is_kept_and_named_by_an_entry(case: OpenCase, desk: Desk, authority: Authority) -> None:
    """Request, full response and roots stand in the vault; the entry has their SHA-256."""
    size = case.log.heads()[case.log.founding_log].size
    anchored(case, known(authority))
    assert stamp_files(case, desk) == [f"{size}.invented.{ending}" for ending in ("pem", "tsq", "tsr")]
    body = case.entries[-1].body
    assert isinstance(body, Stamped)
    (judged,) = case.log.time_stamps()
    assert (body.request_sha256, body.response_sha256, body.roots_sha256) == judged.stamp.digests
    assert (body.size, body.authority, body.state) == (size, "invented", STAMPED)


def test_what_is_stamped_is_not_asked_again(case: OpenCase, authority: Authority) -> None:
    """The entry of a token needs no token: a second run sends nothing; another authority is still asked."""
    anchored(case, known(authority))
    assert anchored(case, known(authority)).answers == ()
    assert len(authority.asked) == 1
    assert [each.state for each in anchored(case, known(authority, "second")).answers] == [STAMPED]


def test_two_authorities_stamp_the_same_checkpoint(case: OpenCase, desk: Desk, authority: Authority) -> None:
    """Both are asked for the same head."""
    found = anchored(case, known(authority), known(authority, "second"))
    assert len({each.asking.size for each in found.answers}) == 1
    assert desk.info().time_stamps == {"stamped": 2, "waiting": 0, "refused": 0}


def test_a_response_out_of_order_is_kept_and_the_next_authority_tried(
    case: OpenCase, desk: Desk, authority: Authority, tmp_path: Path
) -> None:
    """Unverified is said, kept and logged, proves nothing, and openssl accepts it by the printed command."""
    with serving(Authority(tmp_path / "chained", chain=True)) as chained:
        for _ in range(20):
            found = anchored(case, known(chained, "chained"), known(authority))
            if found.answers[0].state == UNVERIFIED:
                break
            case.note("again")
    assert [each.state for each in found.answers] == [UNVERIFIED, STAMPED]
    ran = subprocess.run(["sh", "-c", found.answers[0].command], capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert isinstance(case.entries[-2].body, Stamped)
    assert case.entries[-2].body.state == UNVERIFIED
    assert desk.verify(with_keys=True).faults == ()


def test_what_could_not_be_sent_waits_and_is_sent_later(case: OpenCase, desk: Desk, authority: Authority) -> None:
    """A server that is down: the request waits in the vault, and the next run sends the very same."""
    authority.broken = "500"
    found = anchored(case, known(authority))
    assert [each.state for each in found.answers] == [WAITING]
    assert len(authority.asked) == 3
    assert desk.info().time_stamps == {"stamped": 0, "waiting": 1, "refused": 0}
    authority.broken = ""
    again = anchored(case, known(authority))
    assert again.answers[0].asking.is_queued
    assert authority.asked[-1] == authority.asked[0]
    assert desk.info().time_stamps["stamped"] == 1


def test_a_request_that_waits_is_covered_by_a_later_token(case: OpenCase, desk: Desk, authority: Authority) -> None:
    """Once a later checkpoint is stamped nothing is missing any more."""
    authority.broken = "500"
    anchored(case, known(authority))
    case.note("later")
    authority.broken = ""
    anchored(case, known(authority))
    assert desk.info().time_stamps == {"stamped": 1, "waiting": 0, "refused": 0, "covered": 1}


def test_a_server_that_stumbles_is_asked_again(case: OpenCase, authority: Authority) -> None:
    """Two failures, then an answer: stamped, after the pauses it was told to make."""
    authority.fails = 2
    pauses: list[float] = []
    asked = anchoring.plan(case, [known(authority)])
    found = anchoring.anchor(case, asked, DIRECT, pause=pauses.append)
    assert [each.state for each in found.answers] == [STAMPED]
    assert pauses == [1.0, 4.0]


@pytest.mark.parametrize("broken", ["html", "redirect", "huge"])
def test_what_is_no_answer_is_not_kept(case: OpenCase, desk: Desk, authority: Authority, broken: str) -> None:
    """A log-in page, a way elsewhere, too many bytes: it waits, and nothing of it is stored."""
    authority.broken = broken
    assert [each.state for each in anchored(case, known(authority)).answers] == [WAITING]
    assert [name.rpartition(".")[2] for name in stamp_files(case, desk)] == ["tsq"]


def test_a_token_by_another_root_is_refused(case: OpenCase, desk: Desk, authority: Authority, tmp_path: Path) -> None:
    """Whoever answers in the authority's place is not believed; the answer is kept and said."""
    other = Authority(tmp_path / "other")
    found = anchored(case, Known("invented", "Invented", authority.url, other.root.read_bytes()))
    assert [each.state for each in found.answers] == ["refused"]
    assert desk.info().time_stamps == {"stamped": 0, "waiting": 0, "refused": 1}
    assert desk.verify(with_keys=True).faults == ()
    assert all(run.before is None for _, run in desk.verify(with_keys=True).proven)


def test_what_a_crash_left_without_an_entry_is_named_by_the_next_run(
    case: OpenCase, desk: Desk, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The response was durable, the entry was not: the next anchor records it."""
    asked = anchoring.plan(case, [known(authority)])
    with monkeypatch.context() as patch:
        patch.setattr(OpenCase, "record", lambda *_, **__: None)
        anchoring.anchor(case, asked, DIRECT)
    assert not any(isinstance(entry.body, Stamped) for entry in case.entries)
    anchoring.anchor(case, [], DIRECT)
    assert sum(isinstance(entry.body, Stamped) for entry in case.entries) == 1
    assert desk.verify(with_keys=True).faults == ()


@pytest.mark.parametrize("ending", ["tsq", "tsr", "pem"])
def test_a_changed_or_lost_file_of_a_token_is_found(
    case: OpenCase, desk: Desk, authority: Authority, ending: str
) -> None:
    """With keys, any change of what an entry names is a fault (20), and so is its loss."""
    anchored(case, known(authority))
    (place,) = (desk.path / "cases" / case.id / "stamp").rglob(f"*.{ending}")
    whole = place.read_bytes()
    place.write_bytes(whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:])
    assert desk.verify(with_keys=True).exit_code == 20
    place.unlink()
    assert desk.verify(with_keys=True).exit_code == 20
    place.write_bytes(whole)
    assert desk.verify(with_keys=True).exit_code == 0


def test_a_token_of_somebody_else_in_its_place_shows_its_root(
    case: OpenCase, desk: Desk, authority: Authority, tmp_path: Path
) -> None:
    """Without keys another authority's token over the same request is good, and shows by which root; with keys: 20."""
    anchored(case, known(authority))
    ((_, before),) = desk.verify().time_stamps
    forger = Authority(tmp_path / "forger")
    (place,) = (desk.path / "cases" / case.id / "stamp").rglob("*.tsr")
    place.write_bytes(forger.stamp(place.with_suffix(".tsq").read_bytes()))
    place.with_suffix(".pem").write_bytes(forger.root.read_bytes())
    ((_, after),) = desk.verify().time_stamps
    assert after.verdict.state == STAMPED
    assert after.root_sha256 != before.root_sha256
    assert desk.verify(with_keys=True).exit_code == 20


def test_a_clock_that_was_wrong_is_contradicted(case: OpenCase, desk: Desk, authority: Authority) -> None:
    """An entry whose recorded time lies after the token that covers it says so."""
    case.note("the past")
    (_, run) = next((case_id, run) for case_id, run in _with_clock_ahead(case, authority, desk) if run.last >= 1)
    assert run.is_contradicted


def _with_clock_ahead(case: OpenCase, authority: Authority, desk: Desk) -> tuple[tuple[str, object], ...]:
    ahead = Desk(
        desk.path,
        clock=lambda: datetime(2040, 1, 1, tzinfo=UTC),
        state_dir=desk._state_dir,
        use_keyring=False,
    )
    ahead._session, ahead._vault = desk._session, desk._session.vault
    ahead._vault.clock = ahead._clock
    opened = ahead.open(case.name)
    opened.note("from the future")
    anchored(opened, known(authority))
    return ahead.verify(with_keys=True).proven


def test_a_damaged_case_does_not_hide_the_stamps_of_others(desk: Desk, case: OpenCase, authority: Authority) -> None:
    """`vault info` goes on where one case's genesis is gone bad."""
    anchored(case, known(authority))
    other = desk.start("hijacked-page", zone="Europe/Warsaw")
    anchored(other, known(authority))
    (desk.path / "cases" / other.id / "genesis").write_bytes(b"bad")
    assert desk.info().time_stamps["stamped"] == 1


def test_what_lies_among_the_stamps_is_set_aside(desk: Desk, case: OpenCase, authority: Authority) -> None:
    """Foreign names are noted, a request over something else is a fault, and nothing of them is believed."""
    anchored(case, known(authority))
    (place,) = (desk.path / "cases" / case.id / "stamp").rglob("*.tsq")
    (place.parent / "readme.txt").write_text("x")
    (place.parent.parent / "not-a-log").mkdir()
    (place.parent.parent / "not-a-log" / "3.invented.tsq").write_text("x")
    report = desk.verify(with_keys=True)
    assert report.faults == ()
    assert sum("not a time-stamp" in note.message for note in report.notes) == 2
    (place.parent / "1.other.tsq").write_bytes(place.read_bytes())
    (place.parent / "999.other.tsq").write_bytes(place.read_bytes())
    codes = {fault.code for fault in desk.verify(with_keys=True).faults}
    assert codes <= {20, 21}
    assert len(desk.verify(with_keys=True).faults) == 2


def test_every_devices_log_is_stamped(desk: Desk, case: OpenCase, authority: Authority, tmp_path: Path) -> None:
    """A case written on two devices has two logs: both heads are asked for, and both are proven."""
    vault = Vault.open(desk.path, state_dir=tmp_path / "second", clock=lambda: datetime.now(UTC))
    other = Desk(desk.path, clock=lambda: datetime.now(UTC), state_dir=tmp_path / "second", use_keyring=False)
    other._vault, other._session = vault, Session(vault, desk._session.keys)
    opened = other.open(case.name)
    noted = opened.note("from the second device").entries[0]
    found = anchored(opened, known(authority))
    assert len({each.asking.log for each in found.answers}) == 2
    report = other.verify(with_keys=True)
    assert report.faults == ()
    assert [run.before for _, run in report.proven if (run.log, run.first) == (noted.log, 0)] != [None]
    assert anchored(opened, known(authority)).answers == ()


def test_a_practice_case_is_refused(desk: Desk, authority: Authority) -> None:
    """Nothing in it is real, so no authority is asked."""
    practice = desk.start("hijacked-page", practice=True, zone="Europe/Warsaw")
    with pytest.raises(RefusedError, match="practice"):
        anchoring.plan(practice, [known(authority)])


def test_off_is_off(case: OpenCase, desk: Desk, authority: Authority) -> None:
    """With the network off nothing is sent and nothing is written."""
    asked = anchoring.plan(case, [known(authority)])
    with pytest.raises(NetworkError, match="switched off"):
        anchoring.anchor(case, asked, net.Switch())
    assert authority.asked == []
    assert stamp_files(case, desk) == []


def test_under_a_proxy_nothing_goes_direct(case: OpenCase, authority: Authority) -> None:
    """A proxy that is not there: the authority, though near, is never asked."""
    asked = anchoring.plan(case, [known(authority)])
    found = anchoring.anchor(case, asked, net.switch_of(proxy="socks5://127.0.0.1:9"), pause=lambda _: None)
    assert [each.state for each in found.answers] == [WAITING]
    assert authority.asked == []


# --- authorities ----------------------------------------------------------------------------------------------------


def test_shipped_authorities_are_under_two_laws_and_say_how_sure_they_are() -> None:
    """Two at least, each with roots, sources and a certainty."""
    found = known_authorities()
    assert len({each.jurisdiction for each in found.values()}) >= 2
    assert all(each.sources and each.certainty in "ABCD" and each.review_by for each in found.values())


def test_a_shipped_name_cannot_be_given_other_roots(authority: Authority) -> None:
    """A file from elsewhere could otherwise make false times look true."""
    row = {"url": authority.url, "roots": authority.root.read_text()}
    with pytest.raises(InputError, match="shipped already"):
        known_authorities({"digicert": row}, "config.toml")
    assert known_authorities({"mine": row}, "config.toml")["mine"].url == authority.url


@pytest.mark.parametrize(
    "row",
    [
        "text",
        {"url": "https://tsa.example.org"},
        {"url": 5, "roots": "x"},
        {"url": "https://tsa.example.org", "roots": "no pem"},
        {"url": "https://tsa.example.org", "roots": "x", "more": "y"},
    ],
)
def test_a_broken_row_is_said_with_its_place(row: object) -> None:
    """Nothing of a row is guessed."""
    with pytest.raises(InputError):
        known_authorities({"mine": row}, "config.toml")


def test_an_unknown_address_needs_its_root(authority: Authority) -> None:
    """An authority named by its address alone is believed by nothing."""
    with pytest.raises(UsageError, match="root"):
        choose([authority.url], None, {})
    with pytest.raises(UsageError, match="no authority"):
        choose(["nobody"], None, known_authorities())
    with pytest.raises(UsageError, match="name who"):
        choose([], None, known_authorities())
    (own,) = choose([authority.url], authority.root, {})
    assert own.name == "127-0-0-1"


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path: Path) -> object:
    (tmp_path / "pass").write_text("correct horse battery staple\n")

    def command(*words: object) -> Result:
        return recover("--vault", tmp_path / "v", "--passphrase-file", tmp_path / "pass", *words)

    assert command("vault", "init", "--recovery-recipient", "none").code == 0
    made = command("start", "hijacked-page", "--answers", _answers(tmp_path))
    assert made.code in (0, 3), made
    return command


def _answers(folder: Path) -> Path:
    path = folder / "answers.yaml"
    path.write_text("answers: {}\n")
    return path


def test_the_command_says_all_and_verify_repeats_it(run, authority: Authority, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """What leaves and to whom comes before; the command it prints works as it stands; verify shows the span."""
    off = run("anchor", "--tsa", authority.url, "--tsa-root", authority.root)
    assert (off.code, "--network" in off.said) == (40, True)
    done = run("anchor", "--tsa", authority.url, "--tsa-root", authority.root, "--network", "direct")
    assert done.code == 0, done
    assert authority.url in done.said
    assert done.said.index("What leaves") < done.said.index("sending to")
    (command,) = [row for row in done.out.splitlines() if row.startswith("openssl ts -verify")]
    ran = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert "Verification: OK" in ran.stdout
    assert run("vault", "info").out.count("1 stamped") == 1
    shown = run("verify", "--with-keys")
    assert shown.code == 0
    assert command in shown.out
    assert "recorded: claimed" in shown.out
    assert "proven before" in shown.out
    found = json.loads(run("--json", "verify", "--with-keys").out)
    assert found["time_stamps"][0]["state"] == "stamped"
    assert found["proven"][0]["before"]


def test_the_command_ends_with_40_when_nobody_answered(run, authority: Authority, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """A proxy that is not there: what waits is said, with the command that asks again."""
    monkeypatch.setattr(anchoring, "PAUSES", ())
    failed = run("anchor", "--tsa", authority.url, "--tsa-root", authority.root, "--proxy", "socks5://127.0.0.1:9")
    assert failed.code == 40, failed
    assert "waiting" in failed.out
    assert authority.asked == []
