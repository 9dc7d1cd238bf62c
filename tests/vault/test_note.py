"""Signed notes and checkpoints against the vectors of Go's `sumdb/note` and C2SP, and against openssl."""

from __future__ import annotations

import subprocess
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recover.errors import AlteredError
from recover.vault import keys, merkle, note

# Facts of the tests of golang.org/x/mod/sumdb/note, the format's reference implementation.
PETER_SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH_VKEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER = (
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH = (
    "\u2014 EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
# Facts of c2sp.org/signed-note: an encoded verifier key and a note it has signed.
FOO_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = (
    "This is an example message.\n\n\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# The example of c2sp.org/tlog-checkpoint, whose key is not published: it parses, and no key of ours verifies it.
SOFA_TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
SOFA_NOTE = (
    SOFA_TEXT + "\n\u2014 example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
ROOT = merkle.tree_root([merkle.leaf_hash(b"one")])
ORIGIN = "recover/00ff/11ee"
SIGNER = note.Signer(ORIGIN, bytes(range(32)))
HEAD = note.Checkpoint(ORIGIN, 1, ROOT)


def signed_by(*lines: str, text: str = TEXT) -> bytes:
    return (text + "\n" + "".join(lines)).encode()


def test_signing_gives_the_reference_note_byte_for_byte() -> None:
    """The reference key signs the reference text into the reference note."""
    signer = note.parse_skey(PETER_SKEY)
    assert note.sign(TEXT, signer) == signed_by(PETER)
    assert (signer.skey, signer.verifier().vkey) == (PETER_SKEY, PETER_VKEY)


def test_the_example_of_the_specification_verifies() -> None:
    """The verifier key of the specification's example accepts its note."""
    verifier = note.parse_vkey(FOO_VKEY)
    assert verifier.vkey == FOO_VKEY
    assert note.verify(FOO_NOTE.encode(), [verifier]) == "This is an example message.\n"


def test_several_signatures_and_unknown_ones() -> None:
    """Known signatures are named in their order; an unknown one is ignored, even with a known name or id alone."""
    peter, enoch = note.parse_vkey(PETER_VKEY), note.parse_vkey(ENOCH_VKEY)
    both = signed_by(PETER, ENOCH)
    assert note.signers_of(note.parse(both), [enoch, peter]) == (peter, enoch)
    assert note.signers_of(note.parse(both), [peter]) == (peter,)
    assert note.signers_of(note.parse(signed_by(PETER, PETER, ENOCH)), [peter]) == (peter,)
    same_name = f"\u2014 PeterNeumann {b64encode(b'abcd' + bytes(64)).decode()}\n"
    same_id = f"\u2014 Somebody {b64encode(peter.key_id + bytes(64)).decode()}\n"
    assert note.signers_of(note.parse(signed_by(same_name, same_id, PETER)), [peter]) == (peter,)


def test_a_note_without_a_known_signature_is_refused() -> None:
    """A note that no known key signed proves nothing."""
    for verifiers in ([], [note.parse_vkey(FOO_VKEY)]):
        with pytest.raises(AlteredError, match="no signature of a known key"):
            note.verify(signed_by(PETER, ENOCH), verifiers)


def test_one_broken_known_signature_refuses_the_note() -> None:
    """A known key's line that does not hold spoils the note, though another known key's line holds."""
    broken = ENOCH.replace("rwz+eBzm", "rwz+eBzn")
    with pytest.raises(AlteredError, match="does not hold"):
        note.verify(signed_by(PETER, broken), [note.parse_vkey(PETER_VKEY), note.parse_vkey(ENOCH_VKEY)])
    longer = PETER[:60] + "ABCD" + PETER[60:]
    with pytest.raises(AlteredError):
        note.verify(signed_by(longer), [note.parse_vkey(PETER_VKEY)])


def test_many_signatures_up_to_a_limit() -> None:
    """A hundred signatures are read, more are refused before any is verified."""
    peter = note.parse_vkey(PETER_VKEY)
    assert note.verify(signed_by(*[ENOCH] * 99, PETER), [peter]) == TEXT
    with pytest.raises(AlteredError, match="too many"):
        note.verify(signed_by(*[ENOCH] * 100, PETER), [peter])


BROKEN_NOTES = {
    "no signatures": TEXT.encode(),
    "blank line only": (TEXT + "\n").encode(),
    "no final newline": signed_by(PETER)[:-1],
    "control character": b"\x01" + signed_by(PETER),
    "carriage return": signed_by(PETER).replace(b"problem,\n", b"problem,\r\n"),
    "tab": signed_by(PETER).replace(b"you think", b"you\tthink"),
    "not utf-8": b"\xff" + signed_by(PETER),
    "space in name": signed_by(PETER.replace("PeterNeumann", "Peter Neumann")),
    "no-break space in name": signed_by(PETER.replace("PeterNeumann", "Peter\u00a0Neumann")),
    "plus in name": signed_by(PETER.replace("PeterNeumann", "Peter+Neumann")),
    "empty name": signed_by(PETER.replace("PeterNeumann", "")),
    "hyphen for em dash": signed_by(PETER.replace("\u2014", "-")),
    "en dash for em dash": signed_by(PETER.replace("\u2014", "\u2013")),
    "no signature bytes": signed_by("\u2014 PeterNeumann x08gow==\n"),
    "id only": signed_by("\u2014 PeterNeumann " + b64encode(b"abcd").decode() + "\n"),
    "unpadded base64": signed_by(PETER.replace("nAM=", "nAM")),
    "loose base64": signed_by(PETER.replace("nAM=", "nAN=")),
    "url-safe base64": signed_by(PETER.replace("/", "_")),
    "line after the signatures": signed_by(PETER, "Unexpected line.\n"),
    "two blank lines at the end": signed_by(PETER) + b"\n",
    "empty": b"",
    "newlines only": b"\n\n\n",
    "too large": b"a" * note.MAX_NOTE_BYTES + signed_by(PETER),
}


@pytest.mark.parametrize("name", BROKEN_NOTES)
def test_broken_notes_are_refused(name: str) -> None:
    """What the format forbids is refused when parsing, known key or not."""
    with pytest.raises(AlteredError):
        note.parse(BROKEN_NOTES[name])
    with pytest.raises(AlteredError):
        note.verify(BROKEN_NOTES[name], [note.parse_vkey(PETER_VKEY)])


def test_every_part_of_a_key_line_is_bound() -> None:
    """No part cut from a key line and no changed character of it is a key line."""
    for line, read in ((PETER_VKEY, note.parse_vkey), (PETER_SKEY, note.parse_skey)):
        parts = [line[start:end] for start in range(len(line)) for end in range(start + 1, len(line) + 1)]
        changed = [line[:at] + chr(ord(line[at]) + 1) + line[at + 1 :] for at in range(len(line))]
        for wrong in (*parts[:], *changed):
            if wrong == line:
                continue
            with pytest.raises(AlteredError):
                read(wrong)


@pytest.mark.parametrize(
    "line",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_keys_of_other_length_or_algorithm_are_refused(line: str) -> None:
    """A key line whose id fits, but whose key is too long or of an unknown algorithm, is refused."""
    with pytest.raises(AlteredError):
        note.parse_vkey(line)


@settings(max_examples=60, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32))
def test_key_lines_read_back(seed: bytes) -> None:
    """Key lines read back as the same key, also where the base64 has a plus of its own."""
    signer = note.Signer("example.com/log", seed)
    assert note.parse_skey(signer.skey) == signer
    assert note.parse_vkey(signer.verifier().vkey) == signer.verifier()


def test_private_keys_do_not_show_in_repr() -> None:
    """Printing a signer, as a traceback or a log might, shows no secret."""
    assert SIGNER.private_key.hex() not in repr(SIGNER)
    assert repr(SIGNER.private_key) not in repr(SIGNER)


def test_the_checkpoint_example_parses_and_is_written_back() -> None:
    """The specification's checkpoint has the fields it shows, and no key but its own verifies it."""
    head = note.parse_checkpoint(SOFA_TEXT)
    assert (head.origin, head.size, head.extensions) == ("example.com/behind-the-sofa", 20852163, ())
    assert head.root == b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    assert head.text == SOFA_TEXT == note.parse(SOFA_NOTE.encode()).text
    with pytest.raises(AlteredError):
        note.verify_checkpoint(SOFA_NOTE.encode(), [SIGNER.verifier()], "example.com/behind-the-sofa")


def test_a_checkpoint_goes_round() -> None:
    """A signed checkpoint verifies as the head that was signed, with extension lines and at size 0 too."""
    for head in (HEAD, note.Checkpoint(ORIGIN, 0, merkle.EMPTY_ROOT), note.Checkpoint(ORIGIN, 1, ROOT, ("more",))):
        written = note.sign_checkpoint(head, SIGNER)
        assert note.verify_checkpoint(written, [SIGNER.verifier()], ORIGIN) == head


def test_a_checkpoint_of_another_log_is_refused() -> None:
    """A valid checkpoint of one log is none of another, though the same key signs both."""
    with pytest.raises(AlteredError, match="another log"):
        note.verify_checkpoint(note.sign_checkpoint(HEAD, SIGNER), [SIGNER.verifier()], "recover/00ff/22dd")


BROKEN_CHECKPOINTS = {
    "leading zero": f"o\n01\n{b64encode(ROOT).decode()}\n",
    "signed size": f"o\n+1\n{b64encode(ROOT).decode()}\n",
    "negative size": f"o\n-1\n{b64encode(ROOT).decode()}\n",
    "hexadecimal size": f"o\n0x1\n{b64encode(ROOT).decode()}\n",
    "other digits": f"o\n\u0661\n{b64encode(ROOT).decode()}\n",
    "space before the size": f"o\n 1\n{b64encode(ROOT).decode()}\n",
    "size of 2**63": f"o\n{1 << 63}\n{b64encode(ROOT).decode()}\n",
    "endless size": f"o\n{'9' * 5000}\n{b64encode(ROOT).decode()}\n",
    "empty size": f"o\n\n{b64encode(ROOT).decode()}\n",
    "empty origin": f"\n1\n{b64encode(ROOT).decode()}\n",
    "no root": "o\n1\n",
    "short root": f"o\n1\n{b64encode(ROOT[:-1]).decode()}\n",
    "long root": f"o\n1\n{b64encode(ROOT + b'x').decode()}\n",
    "unpadded root": f"o\n1\n{b64encode(ROOT).decode().rstrip('=')}\n",
    "hexadecimal root": f"o\n1\n{ROOT.hex()}\n",
    "empty extension": f"o\n1\n{b64encode(ROOT).decode()}\n\n",
    "no final newline": f"o\n1\n{b64encode(ROOT).decode()}",
    "empty": "",
}


@pytest.mark.parametrize("name", BROKEN_CHECKPOINTS)
def test_broken_checkpoints_are_refused(name: str) -> None:
    """Only the one spelling the format allows is a checkpoint."""
    with pytest.raises(AlteredError):
        note.parse_checkpoint(BROKEN_CHECKPOINTS[name])


@pytest.mark.parametrize("origin", ["", "two\nlines", "bell\x07"])
def test_an_origin_that_would_break_the_format_is_refused(origin: str) -> None:
    """No checkpoint is made that would read back as something else."""
    with pytest.raises(AlteredError):
        note.Checkpoint(origin, 1, ROOT)


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_any_flipped_bit_of_a_checkpoint_is_refused(data: st.DataObject) -> None:
    """No bit of a signed checkpoint can be flipped: text, key name, key id or signature."""
    written = bytearray(note.sign_checkpoint(HEAD, SIGNER))
    bit = data.draw(st.integers(0, len(written) * 8 - 1))
    written[bit // 8] ^= 1 << bit % 8
    with pytest.raises(AlteredError):
        note.verify_checkpoint(bytes(written), [SIGNER.verifier()], ORIGIN)


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=300))
def test_any_bytes_are_a_note_or_refused(raw: bytes) -> None:
    """Whatever bytes come, parsing gives a note or an AlteredError, nothing else."""
    for value in (raw, TEXT.encode() + b"\n" + raw, signed_by("\u2014 a ") + raw):
        try:
            parsed = note.parse(value)
        except AlteredError:
            continue
        assert parsed.text.endswith("\n")


@pytest.mark.needs("openssl")
def test_openssl_checks_a_checkpoint(tmp_path: Path) -> None:
    """Stock openssl verifies the signature of a checkpoint with the PEM of the key, and refuses a changed text."""
    written = note.sign_checkpoint(HEAD, SIGNER)
    text, _, line = written.decode().rpartition("\n\n")
    (tmp_path / "head").write_bytes(f"{text}\n".encode())
    (tmp_path / "changed").write_bytes(f"{text.replace('1', '2', 1)}\n".encode())
    (tmp_path / "signature").write_bytes(b64decode(line.split(" ")[2])[4:])
    (tmp_path / "key.pem").write_bytes(keys.public_pem(SIGNER.verifier().public_key))
    assert openssl_verify(tmp_path, "head") == 0
    assert openssl_verify(tmp_path, "changed") != 0


@pytest.mark.needs("openssl")
def test_openssl_signs_what_we_verify(tmp_path: Path) -> None:
    """The PKCS 8 PEM of a signing key makes the same signature in stock openssl."""
    (tmp_path / "key.pem").write_bytes(keys.private_pem(SIGNER.private_key))
    (tmp_path / "head").write_bytes(HEAD.text.encode())
    command = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", "key.pem", "-in", "head", "-out", "signature"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    signature = (tmp_path / "signature").read_bytes()
    note.check_signature(SIGNER.verifier().public_key, signature, HEAD.text.encode())


def openssl_verify(folder: Path, name: str) -> int:
    command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key.pem"]
    command += ["-in", name, "-sigfile", "signature"]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode
