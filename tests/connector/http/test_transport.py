from __future__ import annotations

import contextlib
import gzip
import logging
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests
import responses
import urllib3

from connector.clock import SystemClock
from connector.errors import ConnectionLostError, NotSentError, UnavailableError
from connector.http.deadline import DeadlineAdapter
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.http.transport import RequestsTransport, SendOptions, _read
from connector.testing import FakeClock
from tests.connector.parcels import API_KEY, AUTH
from tests.connector.station import Conversation, Station

PATIENT = SendOptions(connect=5, read=5, deadline=1_060.0, response_bytes=1_000_000)

Send = Callable[..., HttpResponse]


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def transport() -> Iterator[RequestsTransport]:
    made = RequestsTransport(FakeClock(), "parcels-connector/1.2.3")
    yield made
    made.close()


@pytest.fixture
def send(transport: RequestsTransport, station: Station) -> Send:
    def sending(
        path: str = "/parcels", body: Any = None, options: SendOptions = PATIENT, **headers: str
    ) -> HttpResponse:
        method = "GET" if body is None else "POST"
        return transport.send(HttpRequest(method, station.url + path, headers, body), AUTH, options)

    return sending


def saying(status: int, content: bytes = b"", **headers: str) -> Callable[[Conversation], None]:
    return lambda talk: talk.say(status, content, **headers)


def test_a_request_arrives_as_it_was_built(send: Send, station: Station) -> None:
    send("/parcels?x=1", {"name": "ä"}, Accept="application/json", Content_Type="x")
    (seen,) = station.seen
    assert (seen.method, seen.target, seen.body) == ("POST", "/parcels?x=1", '{"name":"ä"}'.encode())
    assert seen.headers == {
        "host": station.url.removeprefix("http://"),
        "user-agent": "parcels-connector/1.2.3",
        "accept-encoding": "gzip",
        "connection": "keep-alive",
        "accept": "application/json",
        "content_type": "x",
        "authorization": f"Bearer {API_KEY}",
        "content-length": "13",
    }


def test_an_answer_is_read_whole_with_its_headers_in_lower_case(send: Send, station: Station) -> None:
    station.replies = [saying(418, b"tea", X_Request_ID="r1")]
    reply = send()
    assert (reply.status, reply.content, reply.headers["x-request-id"]) == (418, b"tea", "r1")


def test_a_connection_is_kept_and_used_again(send: Send, station: Station) -> None:
    for _ in range(3):
        send()
    assert len({seen.peer for seen in station.seen}) == 1


@pytest.mark.parametrize(
    "more",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nanother", b"x"],
    ids=["nothing", "a response", "a byte"],
)
def test_a_connection_on_which_more_came_than_the_response_is_not_used_again(
    send: Send, station: Station, more: bytes
) -> None:
    def says_more(talk: Conversation) -> None:
        talk.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none" + more)

    station.replies = [says_more, says_more]
    assert [send().content, send().content] == [b"one", b"one"]
    assert len({seen.peer for seen in station.seen}) == (2 if more else 1)


def test_a_netrc_of_the_user_never_replaces_the_secret(
    send: Send, station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password other\ndefault login ada password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    send()
    assert station.seen[0].headers["authorization"] == f"Bearer {API_KEY}"


def test_cookies_are_neither_kept_nor_sent(send: Send, station: Station) -> None:
    station.replies = [saying(200, Set_Cookie="session=of-somebody-else; Path=/")]
    send()
    send()
    assert "cookie" not in station.seen[1].headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_not_followed(send: Send, station: Station, status: int) -> None:
    station.replies = [saying(status, Location=f"{station.url}/elsewhere")]
    assert send(body={"a": 1}).status == status
    assert [seen.target for seen in station.seen] == ["/parcels"]


def test_a_failed_call_is_not_tried_again_behind_the_throttles_back(send: Send, station: Station) -> None:
    station.replies = [saying(503, Retry_After="0")]
    assert send().status == 503
    assert len(station.seen) == 1


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("GZIP", gzip.compress), ("deflate", zlib.compress)],
)
def test_a_packed_answer_is_unpacked(send: Send, station: Station, coding: str, pack: Callable[[bytes], bytes]) -> None:
    station.replies = [saying(200, pack(b'{"a":1}' * 20_000), Content_Encoding=coding)]
    assert send().content == b'{"a":1}' * 20_000


def test_a_packed_answer_that_is_empty_is_empty(send: Send, station: Station) -> None:
    station.replies = [saying(200, Content_Encoding="gzip")]
    assert send().content == b""


@pytest.mark.parametrize(
    "content", [b"no gzip at all", gzip.compress(b"x" * 1000)[:-9]], ids=["something else", "cut off"]
)
def test_a_packed_answer_that_is_not_whole_is_a_broken_call(send: Send, station: Station, content: bytes) -> None:
    station.replies = [saying(200, content, Content_Encoding="gzip")]
    with pytest.raises(ConnectionLostError):
        send()


@pytest.mark.parametrize(
    ("size", "content", "coding"),
    [
        (1_000_000, b"x" * 1_000_000, "identity"),
        (None, b"x" * 1_000_001, "identity"),
        (1_000_000, gzip.compress(b"x" * 1_000_000), "gzip"),
        (None, gzip.compress(b"x" * 1_000_001), "gzip"),
        (None, gzip.compress(bytes(50_000_000)), "gzip"),
    ],
    ids=["fits", "too large", "fits packed", "too large packed", "bomb"],
)
def test_an_answer_is_read_up_to_its_bound_packed_or_not(
    send: Send, station: Station, size: int | None, content: bytes, coding: str
) -> None:
    station.replies = [saying(200, content, Content_Encoding=coding)]
    if size is not None:
        assert len(send().content) == size
    else:
        with pytest.raises(ConnectionLostError, match="larger than 1 MB"):
            send()


class Raw:
    """The chunks of a response on the way; `length` is what its head says."""

    def __init__(self, *chunks: bytes, length: int | None = None, coding: str = "") -> None:
        self.chunks = [*chunks]
        self.length_remaining = length
        self.headers = {"content-encoding": coding} if coding else {}
        self.reads = 0

    def read(self, size: int, *, decode_content: bool) -> bytes:
        assert not decode_content
        self.reads += 1
        chunk = self.chunks.pop(0) if self.chunks else b""
        assert len(chunk) <= size
        if self.length_remaining is not None:
            self.length_remaining -= len(chunk)
        return chunk


def read(raw: Raw, response_bytes: int = 1_000, now: float = 0.0) -> bytes:
    options = SendOptions(5, 5, 10.0, response_bytes)
    return _read(cast("requests.Response", SimpleNamespace(raw=raw)), options, lambda: now)


@pytest.mark.parametrize(("length", "reads"), [(4, 2), (None, 3), (9, 3)])
def test_nothing_more_is_waited_for_when_the_response_has_all_that_its_head_says(
    length: int | None, reads: int
) -> None:
    raw = Raw(b"ab", b"cd", length=length)
    assert (read(raw), raw.reads) == (b"abcd", reads)


@pytest.mark.parametrize(("now", "in_time"), [(10.0, True), (10.5, False)])
def test_a_response_is_read_until_the_deadline_has_passed(now: float, in_time: bool) -> None:
    if in_time:
        assert read(Raw(b"ab"), now=now) == b"ab"
    else:
        with pytest.raises(ConnectionLostError, match="did not end within the time"):
            read(Raw(b"ab"), now=now)
    assert read(Raw(), now=10.5) == b""


@pytest.mark.parametrize("coding", ["", "gzip"])
def test_a_response_that_is_too_large_says_how_large_one_may_be_and_is_not_tried_again(coding: str) -> None:
    content = bytes(2_500_001)
    packed = gzip.compress(content) if coding else content
    chunks = [packed[start : start + 65_536] for start in range(0, len(packed), 65_536)]
    with pytest.raises(ConnectionLostError) as caught:
        read(Raw(*chunks, coding=coding), 2_500_000)
    assert caught.value.message == "The response is larger than 2 MB and was not read."
    assert (caught.value.error_code, caught.value.retryable) == ("response_size", False)
    assert len(read(Raw(*chunks, coding=coding), 2_500_001)) == 2_500_001


def cut(talk: Conversation) -> None:
    talk.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    talk.hang_up()


def cut_chunk(talk: Conversation) -> None:
    talk.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf")
    talk.hang_up()


def silence(talk: Conversation) -> None:
    talk.hang_up()


def noise(talk: Conversation) -> None:
    talk.wfile.write(b"\x00\x01 this is no HTTP\r\n\r\n")
    talk.hang_up()


@pytest.mark.parametrize("reply", [cut, cut_chunk, silence, noise])
def test_a_call_that_breaks_after_it_was_sent_is_broken(
    send: Send, station: Station, reply: Callable[[Conversation], None]
) -> None:
    station.replies = [reply]
    with pytest.raises(ConnectionLostError):
        send()
    assert len(station.seen) == 1


def test_a_chunked_answer_is_read(send: Send, station: Station) -> None:
    def chunks(talk: Conversation) -> None:
        talk.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")

    station.replies = [chunks]
    assert send().content == b"abcde"


@pytest.mark.parametrize("deadline", [999.0, 1_000.0])
def test_a_call_at_the_deadline_or_after_it_is_not_made(send: Send, station: Station, deadline: float) -> None:
    with pytest.raises(NotSentError, match="used up"):
        send(options=SendOptions(5, 5, deadline, 1000))
    assert station.seen == []


def test_a_silent_service_is_given_up_after_the_read_time(send: Send, station: Station) -> None:
    heard = threading.Event()
    done = threading.Event()

    def nothing(talk: Conversation) -> None:
        heard.set()
        done.wait(5)
        talk.hang_up()

    station.replies = [nothing]
    try:
        with pytest.raises(ConnectionLostError, match="in time"):
            send(options=SendOptions(5, 0.1, 1_060.0, 1000))
    finally:
        done.set()
    assert heard.is_set()


@pytest.mark.parametrize(("deadline", "timeout"), [(1_003.0, (3, 3)), (1_006.0, (5, 6)), (1_060.0, (5, 7))])
def test_no_wait_to_connect_or_to_read_is_longer_than_what_is_left(
    transport: RequestsTransport, monkeypatch: pytest.MonkeyPatch, deadline: float, timeout: tuple[float, float]
) -> None:
    asked: list[Any] = []

    def noted(*_: Any, **options: Any) -> None:
        asked.append(options["timeout"])
        raise requests.exceptions.ConnectTimeout

    monkeypatch.setattr(DeadlineAdapter, "send", noted)
    with pytest.raises(NotSentError, match="could not be reached in time"):
        transport.send(HttpRequest("GET", "https://a.example/", {}), AUTH, SendOptions(5, 7, deadline, 1))
    assert asked == [timeout]


def test_an_answer_that_drips_without_end_is_given_up_at_the_deadline(station: Station) -> None:
    over = threading.Event()
    drops: list[int] = []

    def drip(talk: Conversation) -> None:
        talk.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(100):
            if over.wait(0.02):
                break
            with contextlib.suppress(OSError):
                drops.append(talk.wfile.write(b"x"))
        talk.hang_up()

    station.replies = [drip]
    clock = SystemClock()
    transport = RequestsTransport(clock, "test")
    try:
        with pytest.raises(ConnectionLostError, match="did not end within the time"):
            transport.send(
                HttpRequest("GET", station.url, {}),
                AUTH,
                SendOptions(5, 5, clock.monotonic() + 0.2, 1_000_000),
            )
    finally:
        over.set()
        transport.close()
    assert 0 < len(drops) < 90


def test_where_nobody_listens_nothing_was_sent(transport: RequestsTransport) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(NotSentError, match="could not be reached"):
            transport.send(HttpRequest("GET", f"http://127.0.0.1:{port}/", {}), AUTH, PATIENT)


def test_a_service_without_its_certificate_gets_nothing(transport: RequestsTransport, station: Station) -> None:
    with pytest.raises(NotSentError) as caught:
        transport.send(HttpRequest("GET", station.url.replace("http:", "https:"), {}), AUTH, PATIENT)
    assert caught.value.error_code == "certificate"
    assert station.seen == []


@pytest.mark.parametrize(
    ("raised", "kind", "code"),
    [
        (requests.exceptions.ProxyError("x"), NotSentError, "proxy"),
        (requests.exceptions.SSLError(ssl.SSLError("x")), NotSentError, "certificate"),
        (requests.exceptions.ConnectTimeout("x"), NotSentError, "unavailable"),
        (requests.exceptions.InvalidURL("x"), NotSentError, "base_url"),
        (requests.exceptions.ReadTimeout("x"), ConnectionLostError, "unavailable"),
        (requests.exceptions.ConnectionError("x"), ConnectionLostError, "unavailable"),
        (requests.exceptions.ConnectionError(), ConnectionLostError, "unavailable"),
        (requests.exceptions.ChunkedEncodingError("x"), ConnectionLostError, "unavailable"),
        (
            requests.exceptions.ConnectionError(
                urllib3.exceptions.MaxRetryError(
                    None,  # type: ignore[arg-type]
                    "/",
                    urllib3.exceptions.NewConnectionError(None, "refused"),  # type: ignore[arg-type]
                )
            ),
            NotSentError,
            "unavailable",
        ),
        (
            requests.exceptions.ConnectionError(
                urllib3.exceptions.MaxRetryError(
                    None,  # type: ignore[arg-type]
                    "/",
                    urllib3.exceptions.NameResolutionError(
                        "x",
                        None,  # type: ignore[arg-type]
                        socket.gaierror(),
                    ),
                )
            ),
            NotSentError,
            "unknown_host",
        ),
        (
            requests.exceptions.ConnectionError(urllib3.exceptions.ProtocolError("aborted", ConnectionResetError())),
            ConnectionLostError,
            "unavailable",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
@responses.activate
def test_a_failure_says_whether_anything_was_sent(
    transport: RequestsTransport, raised: Exception, kind: type[UnavailableError], code: str
) -> None:
    responses.get("https://api.parcels.example/", body=raised)
    with pytest.raises(kind) as caught:
        transport.send(HttpRequest("GET", "https://api.parcels.example/", {}), AUTH, PATIENT)
    assert caught.value.error_code == code
    assert caught.value.retryable is (code not in {"certificate", "base_url"})
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "url",
    [
        "https://a b.example",
        "https://" + "a" * 64 + ".example",
        "https://ä..example",
        "https://[::1",
        "http://127.0.0.1:99999",
        "https://☃",
    ],
)
def test_an_address_that_is_none_is_told_and_nothing_was_sent(transport: RequestsTransport, url: str) -> None:
    with pytest.raises(NotSentError) as caught:
        transport.send(HttpRequest("GET", url + "/x", {}), AUTH, PATIENT)
    assert caught.value.error_code in {"base_url", "unknown_host"}


@pytest.mark.parametrize("headers", [{"X": "a\r\nX-Evil: 1"}, {"X": "a\n"}, {"a\nb": "c"}])
def test_a_header_that_would_be_two_is_never_sent(
    transport: RequestsTransport, station: Station, headers: Mapping[str, str]
) -> None:
    with pytest.raises(UnavailableError) as caught:
        transport.send(HttpRequest("GET", station.url, headers), AUTH, PATIENT)
    assert isinstance(caught.value, NotSentError)
    assert station.seen == []


def test_no_failure_shows_the_secret(
    send: Send, station: Station, transport: RequestsTransport, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    station.replies = [cut]
    with pytest.raises(ConnectionLostError) as caught:
        send()
    assert API_KEY not in repr(caught.value) + str(caught.value.to_dict())
    assert caught.value.__suppress_context__
    assert API_KEY not in caplog.text
    assert API_KEY not in repr(transport)


@pytest.mark.parametrize(
    "lines", [b"no header 5ecret\r\nX-A: 1\r\n", b"X-A: 1\r\nno header 5ecret\r\n", b": 5ecret\r\n", b" X: 5ecret\r\n"]
)
def test_lines_of_a_response_that_are_not_headers_are_not_logged(
    send: Send, station: Station, caplog: pytest.LogCaptureFixture, lines: bytes
) -> None:
    def says(talk: Conversation) -> None:
        talk.wfile.write(b"HTTP/1.1 200 OK\r\n" + lines + b"Content-Length: 0\r\n\r\n")
        talk.hang_up()

    caplog.set_level(logging.DEBUG)
    station.replies = [says]
    assert send().status == 200
    assert caplog.text == ""


def test_a_closed_transport_opens_anew(transport: RequestsTransport, send: Send, station: Station) -> None:
    send()
    transport.close()
    send()
    assert len(station.seen) == 2


@pytest.mark.parametrize(
    ("status", "count", "found"),
    [(100, 1, 200), (102, 1, 200), (103, 19, 200), (199, 1, 200), (103, 20, None), (101, 1, 101)],
)
def test_interim_answers_are_passed_over_up_to_a_bound(
    send: Send, station: Station, status: int, count: int, found: int | None
) -> None:
    def interim(talk: Conversation) -> None:
        talk.wfile.write(b"HTTP/1.1 %d Early Hints\r\nLink: </x>\r\n\r\n" % status * count)
        talk.say(200, b"{}")

    station.replies = [interim]
    if found is not None:
        assert send().status == found
    else:
        with pytest.raises(ConnectionLostError):
            send()


def test_the_throttle_is_asked_before_the_first_byte_and_shown_the_time_after_it(
    transport: RequestsTransport, station: Station
) -> None:
    calls: list[str] = []
    options = replace(PATIENT, departing=lambda: calls.append("departing"), sent=lambda: calls.append("sent"))

    def seen(talk: Conversation) -> None:
        calls.append("arrived")
        talk.content_free()

    for _ in range(2):  # the second on the connection of the first
        station.replies.append(seen)
        transport.send(HttpRequest("POST", f"{station.url}/x", {}, {"a": "b"}), AUTH, options)
    assert [call for call in calls if call != "arrived"] == ["departing", "sent"] * 2
    assert calls.index("departing") < calls.index("arrived")


def test_a_call_whose_connection_fails_has_not_left(transport: RequestsTransport) -> None:
    calls: list[str] = []
    options = replace(PATIENT, departing=lambda: calls.append("departing"), sent=lambda: calls.append("sent"))
    with pytest.raises(NotSentError):
        transport.send(HttpRequest("GET", "http://127.0.0.1:9/x", {}), AUTH, options)
    assert calls == []
