"""Genesis and signed statements: who belongs to a case, what it is sealed to, what was destroyed.

A case begins with its genesis, whose hash is the case's name; so everything that is believed about a case hangs on
that name. A statement is a signed note of plain lines. It names the case, its signer's log, and as its parent what
gives the signer the right to speak: the genesis for the founder, else the statement that enrolled the signer. Nothing
else is believed: not a folder that appears, not a key file that somebody left.

Pure: bytes in, values out. `believe` is a fixed point and so independent of the order in which statements arrive.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from typing import NoReturn

from recover.errors import AlteredError, NewerFormatError
from recover.frozen import frozen
from recover.vault import note
from recover.vault.document import instant_text, is_log_id, is_sha256, parse_instant, sha256_hex

GENESIS_VERSION = "recover/genesis v1"
STATEMENT_VERSION = "recover/statement v1"
MAX_STATEMENT_BYTES = 1024 * 1024
MAX_EPOCHS = 10_000
CASE_HEX_DIGITS = 32
NOBODY = "-"
"""Stands for the recipient of a device that only writes."""

ENROLLED = "device-enrolled"
EPOCH_BEGUN = "epoch-begun"
REMOVED = "helper-removed"
DESTROYED = "object-destroyed"
SHREDDED = "case-shredded"

_CASE = re.compile(r"[0-9a-f]{32}", re.ASCII)
_SUFFIX = re.compile(r"[a-z2-9]{3}", re.ASCII)
_RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}", re.ASCII)


@frozen
class Genesis:
    """The beginning of a case: founder's log and public key, recipient of epoch 0, practice or real."""

    nonce: bytes
    log: str
    public_key: bytes
    recipient: str
    is_practice: bool

    @property
    def data(self) -> bytes:
        """Write the genesis."""
        lines = [
            GENESIS_VERSION,
            f"nonce {b64encode(self.nonce).decode()}",
            f"log {self.log}",
            f"key {b64encode(self.public_key).decode()}",
            f"recipient {self.recipient}",
            f"practice {'yes' if self.is_practice else 'no'}",
            "",
        ]
        return "\n".join(lines).encode("ascii")

    @property
    def case(self) -> str:
        """Return the id of the case: the first 128 bits of SHA-256 of the genesis."""
        return sha256_hex(self.data)[:CASE_HEX_DIGITS]


@frozen
class Statement:
    """A parsed statement. Believe it only as part of `Trust`.

    `fields` are the lines of its kind: `log key suffix recipient` of an enrolled device, `epoch recipient` of an
    epoch, `log size` of a removed helper; `objects` and `why` of what was destroyed.
    """

    sha256: str
    case: str
    kind: str
    at: datetime
    by: str
    parent: str
    fields: Mapping[str, str] = field(default_factory=dict)
    objects: tuple[str, ...] = ()
    note: bytes = b""


@frozen
class Member:
    """A device of a case and the log it writes. `recipient` is empty when it cannot read."""

    log: str
    public_key: bytes
    suffix: str
    recipient: str
    statement: str
    """SHA-256 of the statement (or genesis) that gives it the right to speak."""
    removed_at_size: int | None = None


@frozen
class Doubt:
    """A statement that is not believed, and why; `is_incomplete` when only its parent is not here."""

    sha256: str
    message: str
    is_incomplete: bool = False


@frozen
class Trust:
    """What a genesis and its statements establish."""

    genesis: Genesis
    members: Mapping[str, Member]
    """By log id; the founder among them."""
    epochs: tuple[str, ...]
    """Recipients, epoch 0 first."""
    destroyed: Mapping[str, Statement]
    """By object."""
    shredded: Statement | None
    statements: Mapping[str, Statement]
    doubts: tuple[Doubt, ...] = ()

    @property
    def case(self) -> str:
        """Return the id of the case."""
        return self.genesis.case

    @property
    def recipient(self) -> str:
        """Return what new objects are sealed to."""
        return self.epochs[-1]

    def origin(self, log: str) -> str:
        """Return the name under which a log signs."""
        return origin_of(self.genesis, log)

    def verifier(self, log: str) -> note.Verifier:
        """Return the key of a log; raises KeyError for a log that nobody enrolled."""
        return note.Verifier(self.origin(log), self.members[log].public_key)

    def suffix(self, log: str) -> str:
        """Return what follows the numbers of a log's entries: nothing for the founder's log.

        Should two devices have drawn the same three letters before they knew of each other, both use the whole id of
        their log, so that no number is ever ambiguous.
        """
        own = self.members[log].suffix
        rivals = [member for member in self.members.values() if member.suffix == own]
        return own if len(rivals) == 1 else log


def origin_of(genesis: Genesis, log: str) -> str:
    """Return the origin of a log; a practice case can never be mistaken for a real one."""
    return f"{'recover-practice' if genesis.is_practice else 'recover'}/{genesis.case}/{log}"


def is_case_id(text: object) -> bool:
    """Say whether this is the id of a case: 32 lower-case hex digits."""
    return isinstance(text, str) and _CASE.fullmatch(text) is not None


def parse_genesis(data: bytes) -> Genesis:
    """Read a genesis in its one spelling; raises AlteredError, or NewerFormatError for a later version of it."""
    lines = _lines(data)
    if lines[0] != GENESIS_VERSION:
        if lines[0].startswith("recover/genesis v"):
            raise NewerFormatError("this case was founded by a newer version", hint="update recover")
        _refuse(f"a genesis does not begin with {GENESIS_VERSION}")
    fields = dict(_pair(line) for line in lines[1:])
    if list(fields) != ["nonce", "log", "key", "recipient", "practice"]:
        _refuse("a genesis has other lines than nonce, log, key, recipient, practice")
    if fields["practice"] not in ("yes", "no") or not is_log_id(fields["log"]):
        _refuse("a genesis has a broken line")
    genesis = Genesis(
        note.from_base64(fields["nonce"], "the nonce of a genesis"),
        fields["log"],
        _public_key(fields["key"]),
        _recipient(fields["recipient"]),
        fields["practice"] == "yes",
    )
    if len(genesis.nonce) != 32 or genesis.data != data:
        _refuse("a genesis is not written in its one spelling")
    return genesis


def write_statement(
    trust: Trust,
    signing_key: bytes,
    by: str,
    kind: str,
    at: datetime,
    fields: Mapping[str, str] | None = None,
    objects: Iterable[str] = (),
) -> Statement:
    """Write and sign a statement of the device whose log is `by`; the result's `note` are the bytes to store."""
    lines = [
        STATEMENT_VERSION,
        f"case {trust.case}",
        f"kind {kind}",
        f"at {instant_text(at)}",
        f"by {by}",
        f"parent {trust.members[by].statement}",
        *(f"{name} {value}" for name, value in (fields or {}).items()),
        *(f"object {name}" for name in sorted(set(objects))),
        "",
    ]
    signed = note.sign("\n".join(lines), note.Signer(trust.origin(by), signing_key))
    return parse_statement(signed)


def parse_statement(data: bytes) -> Statement:
    """Read a statement without verifying it; raises AlteredError for anything but its one spelling."""
    if len(data) > MAX_STATEMENT_BYTES:
        _refuse("a statement is too large")
    lines = _lines(note.parse(data).text.encode())
    if lines[0] != STATEMENT_VERSION:
        _refuse(f"a statement does not begin with {STATEMENT_VERSION}")
    pairs = [_pair(line) for line in lines[1:]]
    head = dict(pairs[:5])
    if list(head) != ["case", "kind", "at", "by", "parent"]:
        _refuse("a statement does not begin with case, kind, at, by, parent")
    objects = tuple(value for name, value in pairs[5:] if name == "object")
    fields = {name: value for name, value in pairs[5:] if name != "object"}
    if len(fields) + len(objects) != len(pairs) - 5:
        _refuse("a statement has a line twice")
    if not (is_case_id(head["case"]) and is_log_id(head["by"]) and is_sha256(head["parent"])):
        _refuse("a statement has a broken line")
    if not all(map(is_sha256, objects)):
        _refuse("a statement names an object that is no hash")
    statement = Statement(
        sha256_hex(data),
        head["case"],
        head["kind"],
        parse_instant(head["at"]),
        head["by"],
        head["parent"],
        fields,
        objects,
        data,
    )
    _check_fields(statement)
    return statement


def _check_fields(statement: Statement) -> None:
    """Kinds this version does not know are kept, signed and without effect."""
    wanted = {
        ENROLLED: {"log", "key", "suffix", "recipient"},
        EPOCH_BEGUN: {"epoch", "recipient"},
        REMOVED: {"log", "size"},
        DESTROYED: {"why"},
        SHREDDED: set(),
    }.get(statement.kind)
    if wanted is None:
        return
    if statement.fields.keys() != wanted or bool(statement.objects) != (statement.kind == DESTROYED):
        _refuse(f"a statement of the kind {statement.kind} has other lines than it should")
    for name, value in statement.fields.items():
        if (name, value, statement.kind) != ("recipient", NOBODY, ENROLLED):
            _check_field(name, value)


def _check_field(name: str, value: str) -> None:
    if name == "log" and not is_log_id(value):
        _refuse("a statement names a log that is none")
    elif name == "key":
        _public_key(value)
    elif name == "suffix" and _SUFFIX.fullmatch(value) is None:
        _refuse("a suffix is three lower-case letters or digits")
    elif name == "recipient":
        _recipient(value)
    elif name in ("epoch", "size"):
        note.parse_decimal(value, f"the {name} of a statement")
    elif name == "why" and not is_sha256(value):
        _refuse("the reason of a statement is not named by its hash")


def believe(genesis: Genesis, statements: Iterable[Statement]) -> Trust:
    """Return what these statements establish; what they cannot is listed in `doubts`."""
    waiting = {statement.sha256: statement for statement in statements}
    founder = Member(genesis.log, genesis.public_key, "", genesis.recipient, sha256_hex(genesis.data))
    members = {genesis.log: founder}
    accepted: dict[str, Statement] = {}
    doubts: list[Doubt] = []
    while True:
        ready = [
            statement
            for statement in waiting.values()
            if statement.by in members and members[statement.by].statement == statement.parent
        ]
        if not ready:
            break
        for statement in sorted(ready, key=lambda item: (item.at, item.sha256)):
            del waiting[statement.sha256]
            try:
                _accept(genesis, members, statement)
            except AlteredError as error:
                doubts.append(Doubt(statement.sha256, error.message))
            else:
                accepted[statement.sha256] = statement
    doubts.extend(_orphan(genesis, statement) for statement in waiting.values())
    return _trust(genesis, members, accepted, tuple(sorted(doubts, key=lambda doubt: doubt.sha256)))


def _accept(genesis: Genesis, members: dict[str, Member], statement: Statement) -> None:
    if statement.case != genesis.case:
        _refuse("a statement is about another case")
    note.verify(statement.note, [note.Verifier(origin_of(genesis, statement.by), members[statement.by].public_key)])
    if statement.kind == ENROLLED:
        log = statement.fields["log"]
        if log in members:
            _refuse("a log is enrolled twice")
        recipient = statement.fields["recipient"]
        members[log] = Member(
            log,
            _public_key(statement.fields["key"]),
            statement.fields["suffix"],
            "" if recipient == NOBODY else recipient,
            statement.sha256,
        )


def _orphan(genesis: Genesis, statement: Statement) -> Doubt:
    if statement.case != genesis.case:
        return Doubt(statement.sha256, "a statement is about another case")
    return Doubt(statement.sha256, "the statement that enrolled its signer is not here", is_incomplete=True)


def _trust(
    genesis: Genesis, members: dict[str, Member], accepted: dict[str, Statement], doubts: tuple[Doubt, ...]
) -> Trust:
    in_order = sorted(accepted.values(), key=lambda statement: (statement.at, statement.sha256))
    destroyed: dict[str, Statement] = {}
    for statement in in_order:
        if statement.kind == DESTROYED:
            for name in statement.objects:
                destroyed.setdefault(name, statement)
        elif statement.kind == REMOVED and statement.fields["log"] in members:
            log = statement.fields["log"]
            members[log] = _removed(members[log], int(statement.fields["size"]))
    shredded = next((statement for statement in in_order if statement.kind == SHREDDED), None)
    return Trust(genesis, members, _epochs(genesis, in_order), destroyed, shredded, accepted, doubts)


def _removed(member: Member, size: int) -> Member:
    at_size = size if member.removed_at_size is None else min(size, member.removed_at_size)
    return Member(member.log, member.public_key, member.suffix, member.recipient, member.statement, at_size)


def _epochs(genesis: Genesis, in_order: list[Statement]) -> tuple[str, ...]:
    """Epochs count up without gaps; of two that were begun at once, the one with the smaller hash holds."""
    begun: dict[int, Statement] = {}
    for statement in in_order:
        if statement.kind == EPOCH_BEGUN:
            number = int(statement.fields["epoch"])
            held = begun.get(number)
            if held is None or statement.sha256 < held.sha256:
                begun[number] = statement
    epochs = [genesis.recipient]
    while len(epochs) in begun and len(epochs) < MAX_EPOCHS:
        epochs.append(begun[len(epochs)].fields["recipient"])
    return tuple(epochs)


def _lines(data: bytes) -> list[str]:
    try:
        lines = data.decode("ascii").split("\n")
    except UnicodeDecodeError:
        _refuse("a statement is not plain text")
    if len(lines) < 2 or lines.pop() != "":
        _refuse("a statement does not end in a newline")
    return lines


def _pair(line: str) -> tuple[str, str]:
    name, space, value = line.partition(" ")
    if not (name and space and value) or value != value.strip():
        _refuse("a line of a statement is not a name and a value")
    return name, value


def _public_key(text: str) -> bytes:
    key = note.from_base64(text, "a public key")
    if len(key) != note.KEY_BYTES:
        _refuse("a public key has not 32 bytes")
    return key


def _recipient(text: str) -> str:
    if _RECIPIENT.fullmatch(text) is None:
        _refuse("a recipient is not an age recipient")
    return text


def _refuse(message: str) -> NoReturn:
    raise AlteredError(message)
