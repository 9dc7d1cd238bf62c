"""The network switch, and what `post` does with a server that means no good."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from recover import net
from recover.cli.configuration import configuration_path, network_switch, read_configuration
from recover.errors import InputError, NetworkError, UsageError
from tests.stamps.authority import Authority, serving
from tests.stamps.socks import proxying

LIMITS = net.Limits(100_000, 5)
DIRECT = net.Switch(net.DIRECT)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with serving(Authority(tmp_path_factory.mktemp("authority"))) as authority:
        yield authority


@pytest.fixture
def authority(served: Authority) -> Iterator[Authority]:
    served.broken = "garbage"
    served.asked.clear()
    yield served
    served.broken = ""


def send(url: str, switch: net.Switch, limits: net.Limits = LIMITS) -> net.Answer:
    return net.post(url, b"ask", "application/timestamp-query", switch=switch, limits=limits)


def test_it_is_off_until_it_is_switched_on(authority: Authority) -> None:
    """The default opens no connection: exit 40, with a hint that names the switch."""
    with pytest.raises(NetworkError, match="switched off") as off:
        send(authority.url, net.switch_of())
    assert "--network" in off.value.hint
    assert off.value.exit_code == 40
    assert authority.asked == []


def test_under_a_proxy_names_go_through_it_too(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that no resolver knows reaches its server: the proxy was asked for the name, and nobody else was."""

    def no_look_up(host: object, *_: object, **__: object) -> list[object]:
        assert str(host) == "127.0.0.1", f"a name was looked up directly: {host!r}"
        return real(host, *_, **__)  # type: ignore[arg-type]

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", no_look_up)
    port = int(authority.url.rpartition(":")[2].partition("/")[0])
    with proxying() as proxy:
        answer = send(f"http://time.example.org:{port}/tsr", net.switch_of(proxy=proxy.url))
        assert answer.status == 200
        assert proxy.asked == [("time.example.org", port)]
    assert authority.asked == [b"ask"]


def test_a_proxy_that_is_gone_is_no_reason_to_go_direct(authority: Authority) -> None:
    """The server is near and would answer; it is not asked."""
    with pytest.raises(NetworkError):
        send(authority.url, net.switch_of(proxy="socks5://127.0.0.1:9"))
    assert authority.asked == []


def test_proxies_of_the_environment_are_not_used(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the user was told holds: direct is direct."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert send(authority.url, DIRECT).status == 200


def test_a_redirect_is_not_followed(authority: Authority) -> None:
    """It comes back as what it is."""
    authority.broken = "redirect"
    assert send(authority.url, DIRECT).status == 302


def test_answers_are_bounded_in_size_and_time(authority: Authority) -> None:
    """Megabytes and a server that sleeps both end as a failed network."""
    authority.broken = "huge"
    with pytest.raises(NetworkError, match="more than 100000 bytes"):
        send(authority.url, DIRECT)
    authority.broken = "slow"
    with pytest.raises(NetworkError):
        send(authority.url, DIRECT, net.Limits(1000, 0.5))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "tsa.example.org",
        "ftp://tsa.example.org",
        "https://",
        "https://a:b@tsa.example.org",
        "http://x:0/",
        "http://[x/",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    """Also one that names a user: it would be sent along."""
    with pytest.raises(UsageError):
        send(url, DIRECT)


@pytest.mark.parametrize(
    ("mode", "proxy"), [("on", ""), ("proxy", ""), ("proxy", "127.0.0.1:9050"), ("", "ftp://x:1"), ("", "socks5://x")]
)
def test_a_switch_that_is_none_is_refused(mode: str, proxy: str) -> None:
    """Nothing is guessed where the wrong guess shows an address to a server."""
    with pytest.raises(UsageError):
        net.switch_of(mode, proxy)


def write_configuration(text: str) -> Path:
    path = configuration_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_nearest_word_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """An option before the environment before the configuration; off without any."""
    for name in ("RECOVER_NETWORK", "RECOVER_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert network_switch("", "") == net.Switch()
    write_configuration('network = "proxy"\nproxy = "socks5://127.0.0.1:9050"\n')
    assert network_switch("", "") == net.Switch("proxy", "socks5://127.0.0.1:9050")
    monkeypatch.setenv("RECOVER_NETWORK", "off")
    assert network_switch("", "") == net.Switch()
    monkeypatch.setenv("RECOVER_NETWORK", "proxy")
    assert network_switch("", "").proxy == "socks5://127.0.0.1:9050"
    assert network_switch("direct", "") == DIRECT
    assert network_switch("", "http://127.0.0.1:8080") == net.Switch("proxy", "http://127.0.0.1:8080")


@pytest.mark.parametrize("text", ["network = 1", 'anchor = "digicert"', "authorities = 3", 'netwrok = "off"'])
def test_a_wrong_row_of_the_configuration_is_said_with_its_line(text: str) -> None:
    """The place is the file and the line."""
    path = write_configuration(f"\n{text}\n")
    with pytest.raises(InputError) as wrong:
        read_configuration(path)
    assert wrong.value.place == f"{path}:2"
