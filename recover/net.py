"""The only way out: what goes over the network, when the user has switched it on, and through what.

Off is the default, and then nothing here opens a connection. Under `proxy` everything goes through the one proxy, names
of servers included, and what cannot use it fails. Nothing is read from the environment (a stray `HTTPS_PROXY` would
lead elsewhere than the user was told), no cookies are kept, no redirect is followed, and every answer is bounded in
size and time.
"""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from recover.errors import NetworkError, UsageError
from recover.frozen import frozen

OFF, PROXY, DIRECT = "off", "proxy", "direct"
MODES = (OFF, PROXY, DIRECT)
SCHEMES = ("http", "https")
PROXY_SCHEMES = ("socks5", "socks5h", "http", "https")
SWITCH_HINT = "--network direct, or --proxy socks5://127.0.0.1:9050; or network = … in config.toml"
_CHUNK_BYTES = 64 * 1024


@frozen
class Switch:
    """Whether anything may go out, and through what."""

    mode: str = OFF
    proxy: str = ""
    """An address such as `socks5://127.0.0.1:9050`; only under `proxy`."""

    @property
    def words(self) -> str:
        """Say it to the person who decides: who will see the connection."""
        return f"through the proxy {self.proxy}" if self.mode == PROXY else "directly: the server sees your address"


@frozen
class Limits:
    """How large an answer may be, and how long everything may take."""

    most_bytes: int
    seconds: float


@frozen
class Answer:
    """What a server answered."""

    status: int
    content_type: str
    """In small letters, without parameters."""
    content: bytes


def switch_of(mode: str = "", proxy: str = "", place: str = "") -> Switch:
    """Return the switch that these words set; a proxy alone means `proxy`, nothing means off.

    Raises `UsageError` for what fits no switch.
    """
    chosen = mode or (PROXY if proxy else OFF)
    if chosen not in MODES:
        raise UsageError(f"the network is off, proxy or direct, not '{chosen[:40]}'", place=place, hint=SWITCH_HINT)
    if chosen != PROXY:
        return Switch(chosen)
    try:
        parts = urlsplit(proxy)
        is_proxy = parts.scheme in PROXY_SCHEMES and bool(parts.hostname) and parts.port is not None
    except ValueError:
        is_proxy = False
    if not is_proxy:
        raise UsageError(
            "the address of the proxy is missing, or is none", place=place, hint="--proxy socks5://127.0.0.1:9050"
        )
    return Switch(PROXY, proxy)


def refuse_off(switch: Switch) -> None:
    """Raise `NetworkError` (40) while the network is switched off."""
    if switch.mode == OFF:
        raise NetworkError("the network is switched off, so nothing was sent", hint=SWITCH_HINT)


def check_url(url: str) -> str:
    """Return the host that an address leads to. Raises `UsageError` for what is no web address, or names a user."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", 0, urlsplit("")
    if parts.scheme not in SCHEMES or not host or parts.username is not None or port == 0 or not url.isascii():
        raise UsageError("this is no address of a server", place=url[:200], hint="https://tsa.example.org/tsr")
    return host


def post(url: str, content: bytes, content_type: str, *, switch: Switch, limits: Limits) -> Answer:
    """Send bytes to a server once and return its answer, whatever its status; a redirect is an answer too.

    TLS is verified. Raises `NetworkError` (40) when the network is off, the server cannot be reached or exceeds a
    limit, `UsageError` for what is no address.
    """
    refuse_off(switch)
    host = check_url(url)
    import httpx

    ends = time.monotonic() + limits.seconds
    headers = {"Content-Type": content_type, "User-Agent": "recover", "Accept-Encoding": "identity"}
    try:
        with (
            httpx.Client(
                proxy=switch.proxy or None,
                trust_env=False,
                follow_redirects=False,
                timeout=httpx.Timeout(limits.seconds),
            ) as client,
            client.stream("POST", url, content=content, headers=headers) as response,
        ):
            return Answer(response.status_code, _type_of(response), _body(response, limits.most_bytes, ends, host))
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise NetworkError(f"{host} could not be reached: {_told(error)}", hint="try again later") from error


def _type_of(response: object) -> str:
    headers = response.headers  # type: ignore[attr-defined]  # httpx is imported late
    return str(headers.get("content-type", "")).partition(";")[0].strip().lower()


def _body(response: object, most: int, ends: float, host: str) -> bytes:
    """Read an answer as it came, without decompressing: a small one could unfold into gigabytes."""
    found = bytearray()
    for chunk in response.iter_raw(_CHUNK_BYTES):  # type: ignore[attr-defined]  # httpx is imported late
        found += chunk
        if len(found) > most:
            raise NetworkError(f"{host} answered with more than {most} bytes")
        if time.monotonic() > ends:
            raise NetworkError(f"{host} took too long")
    return bytes(found)


def _told(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]
