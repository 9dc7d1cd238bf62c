"""What is believed about a case hangs on its genesis, and nothing else is."""

from __future__ import annotations

import itertools
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recover.errors import AlteredError, NewerFormatError
from recover.vault import note, sealing, statements
from recover.vault.statements import (
    DESTROYED,
    ENROLLED,
    EPOCH_BEGUN,
    REMOVED,
    SHREDDED,
    Genesis,
    Statement,
    Trust,
    believe,
    parse_genesis,
    parse_statement,
    write_statement,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FOUNDER_SEED, SECOND_SEED, STRANGER_SEED = (bytes([number]) * 32 for number in (1, 2, 3))
FOUNDER, SECOND, THIRD = "a" * 16, "b" * 16, "c" * 16
RECIPIENT, OTHER_RECIPIENT = (sealing.recipient_of(sealing.new_identity()) for _ in range(2))


def public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def founded(practice: bool = False) -> Trust:
    return believe(Genesis(b"n" * 32, FOUNDER, public(FOUNDER_SEED), RECIPIENT, practice), [])


def enrol(trust: Trust, log: str, seed: bytes, by: str = FOUNDER, by_seed: bytes = FOUNDER_SEED) -> Statement:
    fields = {
        "log": log,
        "key": b64encode(public(seed)).decode(),
        "suffix": "k3f",
        "recipient": OTHER_RECIPIENT,
    }
    return write_statement(trust, by_seed, by, ENROLLED, NOON, fields)


def test_a_genesis_has_one_spelling_and_names_the_case() -> None:
    """Read back as written; the case is the beginning of its hash."""
    genesis = founded().genesis
    assert parse_genesis(genesis.data) == genesis
    assert len(genesis.case) == 32
    assert parse_genesis(founded(practice=True).genesis.data).is_practice


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"practice no", b"practice maybe"),
        (b"practice no\n", b"practice no\nmore yes\n"),
        (b"practice no\n", b"practice no"),
        (b"log " + b"a" * 16, b"log " + b"A" * 16),
        (b"nonce ", b"nonce  "),
        (b"nonce ", b"key "),
        (b"recipient age1", b"recipient age2"),
        (b"recover/genesis v1", b"genesis"),
        (b"log", b"\xff\xff\xff"),
    ],
)
def test_a_broken_genesis_is_refused(old: bytes, new: bytes) -> None:
    """Every line is checked."""
    with pytest.raises(AlteredError):
        parse_genesis(founded().genesis.data.replace(old, new))


def test_a_newer_genesis_says_so() -> None:
    """Exit 13, not 20."""
    with pytest.raises(NewerFormatError):
        parse_genesis(founded().genesis.data.replace(b"genesis v1", b"genesis v2"))


def test_a_chain_of_enrolments_is_believed_in_any_order() -> None:
    """The founder enrols the second, the second the third; order of arrival does not matter."""
    trust = founded()
    second = enrol(trust, SECOND, SECOND_SEED)
    with_second = believe(trust.genesis, [second])
    third = enrol(with_second, THIRD, STRANGER_SEED, SECOND, SECOND_SEED)
    for order in itertools.permutations([second, third]):
        found = believe(trust.genesis, order)
        assert set(found.members) == {FOUNDER, SECOND, THIRD}
        assert found.doubts == ()
    [doubt] = believe(trust.genesis, [third]).doubts
    assert doubt.is_incomplete


def test_a_stranger_cannot_enrol_himself() -> None:
    """Not with his own key, not in the founder's name, not with another case's statement."""
    trust = founded()
    in_founders_name = enrol(trust, THIRD, STRANGER_SEED, FOUNDER, STRANGER_SEED)
    elsewhere = believe(replace(trust.genesis, nonce=b"m" * 32), [])
    of_another_case = enrol(elsewhere, THIRD, STRANGER_SEED)
    for forged in (in_founders_name, of_another_case):
        found = believe(trust.genesis, [forged])
        assert set(found.members) == {FOUNDER}
        assert [doubt.is_incomplete for doubt in found.doubts] == [False]


def test_a_log_is_enrolled_once() -> None:
    """A second enrolment with another key does not replace the first."""
    trust = founded()
    first, second = enrol(trust, SECOND, SECOND_SEED), enrol(trust, SECOND, STRANGER_SEED)
    later = replace_time(trust, second, NOON + timedelta(days=1))
    found = believe(trust.genesis, [later, first])
    assert found.members[SECOND].public_key == public(SECOND_SEED)
    assert [doubt.sha256 for doubt in found.doubts] == [later.sha256]


def replace_time(trust: Trust, statement: Statement, at: datetime) -> Statement:
    return write_statement(trust, FOUNDER_SEED, FOUNDER, statement.kind, at, statement.fields, statement.objects)


def test_epochs_count_up_without_a_gap() -> None:
    """Epoch 2 alone begins nothing; of two rivals the smaller name holds, on every device."""
    trust = founded()
    recipients = [sealing.recipient_of(sealing.new_identity()) for _ in range(3)]
    one, rival, two = (
        write_statement(trust, FOUNDER_SEED, FOUNDER, EPOCH_BEGUN, NOON, {"epoch": number, "recipient": recipient})
        for number, recipient in zip(("1", "1", "2"), recipients, strict=True)
    )
    assert believe(trust.genesis, [two]).epochs == (RECIPIENT,)
    held = min(one, rival, key=lambda statement: statement.sha256)
    for order in itertools.permutations([one, rival, two]):
        assert believe(trust.genesis, order).epochs == (RECIPIENT, held.fields["recipient"], recipients[2])


def test_an_epoch_sealed_to_nobody_is_refused() -> None:
    """Only a device may be without a recipient: entries of such an epoch could be sealed by no one."""
    with pytest.raises(AlteredError):
        write_statement(
            founded(), FOUNDER_SEED, FOUNDER, EPOCH_BEGUN, NOON, {"epoch": "1", "recipient": statements.NOBODY}
        )


def test_removals_destructions_and_shredding_are_kept() -> None:
    """Each with who and when; what a removed helper wrote before still counts."""
    trust = founded()
    second = enrol(trust, SECOND, SECOND_SEED)
    said = [
        second,
        write_statement(trust, FOUNDER_SEED, FOUNDER, REMOVED, NOON, {"log": SECOND, "size": "4"}),
        write_statement(trust, FOUNDER_SEED, FOUNDER, DESTROYED, NOON, {"why": "0" * 64}, ["1" * 64, "2" * 64]),
        write_statement(trust, FOUNDER_SEED, FOUNDER, SHREDDED, NOON),
    ]
    found = believe(trust.genesis, said)
    assert found.members[SECOND].removed_at_size == 4
    assert set(found.destroyed) == {"1" * 64, "2" * 64}
    assert found.shredded == said[3]
    assert found.doubts == ()


def test_a_kind_of_a_newer_version_is_kept_without_effect() -> None:
    """It is verified, stored and does nothing."""
    trust = founded()
    later = write_statement(trust, FOUNDER_SEED, FOUNDER, "witness-named", NOON, {"who": "someone"})
    found = believe(trust.genesis, [later])
    assert found.statements == {later.sha256: later}
    assert set(found.members) == {FOUNDER}


def test_equal_suffixes_give_way_to_whole_ids() -> None:
    """Two devices that drew the same letters: no number is ambiguous."""
    trust = founded()
    second, third = enrol(trust, SECOND, SECOND_SEED), enrol(trust, THIRD, STRANGER_SEED)
    assert believe(trust.genesis, [second]).suffix(SECOND) == "k3f"
    both = believe(trust.genesis, [second, third])
    assert (both.suffix(FOUNDER), both.suffix(SECOND), both.suffix(THIRD)) == ("", SECOND, THIRD)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind device-enrolled", "kind  device-enrolled"),
        ("suffix k3f", "suffix k3"),
        ("suffix k3f", "suffix k3f\nsuffix abc"),
        ("suffix k3f", "suffix k3f\nmore x"),
        ("suffix k3f\n", ""),
        ("at 2026-11-23", "at 2026-13-23"),
        ("parent ", "parent x"),
        ("recover/statement v1", "recover/statement v2"),
        ("log b", "log B"),
    ],
)
def test_a_broken_statement_is_refused_even_if_it_is_signed(old: str, new: str) -> None:
    """The founder's own key cannot make another spelling valid."""
    trust = founded()
    text = note.parse(enrol(trust, SECOND, SECOND_SEED).note).text
    assert old in text
    signed = note.sign(text.replace(old, new), note.Signer(trust.origin(FOUNDER), FOUNDER_SEED))
    with pytest.raises(AlteredError):
        parse_statement(signed)


def test_a_huge_statement_is_refused_unread() -> None:
    """Bounded before it is parsed."""
    with pytest.raises(AlteredError):
        parse_statement(b"x" * (statements.MAX_STATEMENT_BYTES + 1))
