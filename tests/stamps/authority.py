"""A real time-stamp authority for tests: `openssl ts` behind a small HTTP server on 127.0.0.1."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIG = """
[tsa]
default_tsa = it
[it]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _certificate(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, ends: datetime, ca: bool
) -> x509.Certificate:
    start = datetime.now(UTC) - timedelta(days=3)
    built = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False),
            critical=True,
        )
    )
    if not ca:
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return built.sign(by, hashes.SHA256())


@dataclass
class Authority:
    """A root, an authority below it (with `chain` through one certificate between), and what it was asked."""

    folder: Path
    chain: bool = False
    ends: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(days=30))
    asked: list[bytes] = field(default_factory=list)
    """Every body that came in."""
    broken: str = ""
    """How it misbehaves: `500`, `html`, `redirect`, `huge`, `slow`, `garbage`, or nothing."""
    fails: int = 0
    """How many requests more it answers with 503."""
    url: str = ""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        root_key, middle_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        far = datetime.now(UTC) + timedelta(days=3000)
        root = _certificate("Invented Root", "Invented Root", root_key, root_key, far, True)
        middle = _certificate("Invented Middle", "Invented Root", middle_key, root_key, far, True)
        by = (middle_key, "Invented Middle") if self.chain else (root_key, "Invented Root")
        own = _certificate("Invented Authority of Time", by[1], key, by[0], self.ends, False)
        self.root = self.folder / "root.pem"
        self.root.write_bytes(_pem(root))
        (self.folder / "own.pem").write_bytes(_pem(own))
        (self.folder / "chain.pem").write_bytes(_pem(middle) + _pem(root))
        (self.folder / "key.pem").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        (self.folder / "serial").write_text("01\n")
        (self.folder / "ts.cnf").write_text(CONFIG.format(folder=self.folder))

    def stamp(self, request: bytes) -> bytes:
        """Answer a request as `openssl ts` does."""
        words = ["openssl", "ts", "-reply", "-config", "ts.cnf", "-queryfile", "/dev/stdin"]
        words += ["-signer", "own.pem", "-inkey", "key.pem", *(["-chain", "chain.pem"] if self.chain else [])]
        found = subprocess.run(words, input=request, capture_output=True, check=True, cwd=self.folder)
        return found.stdout


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        authority: Authority = self.server.authority  # type: ignore[attr-defined]
        request = self.rfile.read(int(self.headers["Content-Length"]))
        authority.asked.append(request)
        status, kind, body = 200, "application/timestamp-reply", b""
        if authority.fails > 0:
            authority.fails -= 1
            status = 503
        elif authority.broken == "500":
            status = 500
        elif authority.broken == "html":
            kind, body = "text/html", b"<html>please log in to this hotel</html>"
        elif authority.broken == "huge":
            body = b"\x30" * 5_000_000
        elif authority.broken == "garbage":
            body = b"\x30\x05hello"
        elif authority.broken == "slow":
            time.sleep(3)
        else:
            body = authority.stamp(request)
        self.send_response(302 if authority.broken == "redirect" else status)
        if authority.broken == "redirect":
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that goes away in the middle is what some tests want."""


@contextmanager
def serving(authority: Authority) -> Iterator[Authority]:
    """Put an authority behind HTTP on this computer."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.authority = authority  # type: ignore[attr-defined]
    authority.url = f"http://127.0.0.1:{server.server_port}/tsr"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
