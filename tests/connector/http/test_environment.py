"""What the machine's environment says about proxies and certificates is followed, and what is wrong there is said."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.clock import SystemClock
from connector.errors import NotSentError
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.http.transport import RequestsTransport, SendOptions
from tests.connector.parcels import AUTH
from tests.connector.station import Station


@pytest.fixture
def transport() -> Iterator[RequestsTransport]:
    made = RequestsTransport(SystemClock(), "test")
    yield made
    made.close()


def send(transport: RequestsTransport, url: str) -> HttpResponse:
    return transport.send(HttpRequest("GET", url, {}), AUTH, SendOptions(5, 5, SystemClock().monotonic() + 10, 1000))


def test_a_certificate_file_that_does_not_exist_is_named_and_nothing_is_sent(
    transport: RequestsTransport, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    with pytest.raises(NotSentError, match="could not be read") as caught:
        send(transport, "https://127.0.0.1:9/")
    assert caught.value.error_code == "certificate"
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint


@pytest.mark.parametrize(
    ("host", "target"), [("service.invalid", "http://service.invalid/x"), ("127.0.0.1", "/x"), ("localhost", "/x")]
)
def test_a_proxy_is_used_for_every_machine_but_this_one(
    transport: RequestsTransport, station: Station, monkeypatch: pytest.MonkeyPatch, host: str, target: str
) -> None:
    for name in ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", station.url)
    port = "" if host == "service.invalid" else ":" + station.url.rsplit(":", 1)[1]
    assert send(transport, f"http://{host}{port}/x").status == 200
    assert [seen.target for seen in station.seen] == [target]


def socks_server(target: int) -> tuple[int, threading.Thread]:
    """A SOCKS 5 proxy for one connection, which leads to a port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        client, _ = listener.accept()
        with listener, client, socket.create_connection(("127.0.0.1", target)) as server:
            client.recv(100)
            client.sendall(b"\x05\x00")
            client.recv(300)
            client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
            server.sendall(client.recv(65_536))
            while client not in select.select([client, server], [], [])[0]:
                client.sendall(server.recv(65_536))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return listener.getsockname()[1], thread


def test_a_socks_proxy_is_used(transport: RequestsTransport, station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("socks", reason="SOCKS needs PySocks, as for requests itself")
    port, thread = socks_server(int(station.url.rsplit(":", 1)[1]))
    monkeypatch.setenv("http_proxy", f"socks5h://127.0.0.1:{port}")
    assert send(transport, "http://service.example/lists").status == 200
    transport.close()
    thread.join(5)
    assert [seen.target for seen in station.seen] == ["/lists"]


def test_a_socks_proxy_that_cannot_be_reached_means_that_nothing_was_sent(
    transport: RequestsTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "socks5h://127.0.0.1:9")
    with pytest.raises(NotSentError):
        send(transport, "http://service.example/lists")
