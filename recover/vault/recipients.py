"""For whom a file may be sealed: what people send as their public key, told from what they must never send."""

from __future__ import annotations

from recover.errors import AlteredError, UsageError
from recover.vault.sealing import check_recipient_of_any_kind

MAX_RECIPIENTS = 100
_HINT = "age1…, ssh-ed25519 … or ssh-rsa …, or a file that holds one: age-keygen -y KEYFILE, ~/.ssh/id_ed25519.pub"
_SECRETS = ("AGE-SECRET-KEY-", "PRIVATE KEY-----")


def parse_recipients(text: str, place: str) -> tuple[str, ...]:
    """Return the recipients in a text, one per line, without the comment behind an ssh key; `#` begins a remark.

    Raises `UsageError` (2) for anything else; a secret key is refused and never repeated.
    """
    if any(mark in text.upper() for mark in _SECRETS):
        raise UsageError("this is a secret key: it opens, it does not seal", place=place, hint=_HINT)
    lines = [line.strip() for line in text.splitlines()]
    found = tuple(_recipient(line, place) for line in lines if line and not line.startswith("#"))
    if not found or len(found) > MAX_RECIPIENTS:
        raise UsageError("there is no recipient" if not found else "too many recipients", place=place, hint=_HINT)
    return found


def _recipient(line: str, place: str) -> str:
    words = line.split()
    # What stands behind an ssh key is a name of a person and a machine.
    recipient = " ".join(words[:2]) if words[0].startswith("ssh-") else line
    try:
        check_recipient_of_any_kind(recipient)
    except AlteredError as error:
        raise UsageError("nobody can be sealed to with this", place=place, hint=_HINT) from error
    return recipient
