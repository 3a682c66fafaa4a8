"""A response that ends too early is never taken for a whole one, wherever an orderly close cuts it."""

from __future__ import annotations

import socket
import threading

import pytest

from connector.clock import SystemClock
from connector.errors import ConnectionLostError
from connector.http.request import HttpRequest
from connector.http.transport import RequestsTransport, SendOptions
from tests.connector.parcels import AUTH

BODY = b'{"items": [], "paging": {"more": true, "cursor": "c2"}}'
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: r-1\r\n"
    b"Content-Length: %d\r\nDate: Thu, 26 Nov 2026 06:00:00 GMT\r\n\r\n" % len(BODY)
)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)


def test_a_response_cut_anywhere_by_an_orderly_close_is_lost() -> None:
    whole = HEAD + BODY
    cuts = [whole[:size] for size in range(len(whole))] + [CHUNKED[:size] for size in range(len(CHUNKED) - 2)]
    assert statuses(cuts) == [None] * len(cuts)


def test_the_whole_response_is_none_of_them() -> None:
    assert statuses([HEAD + BODY, CHUNKED, CHUNKED[:-2]]) == [200, 200, 200]


def statuses(replies: list[bytes]) -> list[int | None]:
    """For each answer, after which the server closes in good order: the status, or None where the call is lost."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for reply in replies:
            sock, _ = listener.accept()
            with sock:
                sock.recv(65_536)
                sock.sendall(reply)
                sock.shutdown(socket.SHUT_WR)
                sock.recv(65_536)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    clock = SystemClock()
    transport = RequestsTransport(clock, "test")
    request = HttpRequest("GET", f"http://127.0.0.1:{listener.getsockname()[1]}/lists", {})
    found: list[int | None] = []
    for _ in replies:
        options = SendOptions(5, 5, clock.monotonic() + 10, 1_000_000)
        try:
            found.append(transport.send(request, AUTH, options).status)
        except ConnectionLostError:
            found.append(None)
        transport.close()
    thread.join(5)
    listener.close()
    return found


@pytest.mark.parametrize("location", [b"http://[", b"https://\xff.example", b"//a:b:c", b"//" + b"a" * 50_000])
def test_a_redirect_is_a_response_like_any_other_and_its_location_is_never_parsed(location: bytes) -> None:
    redirect = b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
    assert statuses([redirect]) == [302]
