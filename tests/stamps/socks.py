"""A SOCKS5 proxy for tests: notes where it was asked to go, and leads every name to 127.0.0.1."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Proxy:
    """What clients asked for, as they said it: names stay names."""

    def __init__(self, listener: socket.socket) -> None:
        self.asked: list[tuple[str, int]] = []
        self.url = f"socks5://127.0.0.1:{listener.getsockname()[1]}"


def _exactly(client: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        chunk = client.recv(size - len(found))
        if not chunk:
            raise OSError("the client went away")
        found += chunk
    return found


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _serve(client: socket.socket, proxy: Proxy) -> None:
    with suppress(OSError), client:
        _exactly(client, _exactly(client, 2)[1])
        client.sendall(b"\x05\x00")
        kind = _exactly(client, 4)[3]
        host = socket.inet_ntoa(_exactly(client, 4)) if kind == 1 else _exactly(client, _exactly(client, 1)[0]).decode()
        (port,) = struct.unpack(">H", _exactly(client, 2))
        proxy.asked.append((host, port))
        with socket.create_connection(("127.0.0.1", port), timeout=10) as server:
            client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
            back = threading.Thread(target=_pass_on, args=(server, client), daemon=True)
            back.start()
            _pass_on(client, server)
            back.join(10)


def _accept(listener: socket.socket, proxy: Proxy) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_serve, args=(client, proxy), daemon=True).start()


@contextmanager
def proxying() -> Iterator[Proxy]:
    """Run a proxy on this computer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Proxy(listener)
        threading.Thread(target=_accept, args=(listener, proxy), daemon=True).start()
        yield proxy
