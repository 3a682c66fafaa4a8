"""What is found out once for an origin changes nothing of what is sent, and is looked up again when it may change."""

from __future__ import annotations

import http.client
import itertools
import string
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.clock import SystemClock
from connector.errors import NotSentError
from connector.http.network_settings import NetworkSettings
from connector.http.request import HttpRequest
from connector.http.transport import RequestsTransport, SendOptions
from tests.connector.station import Station

NO_AUTH: Any = SimpleNamespace(sign=lambda request: (request.url, request.headers))
ORIGIN = "https://api.parcels.example"


@pytest.fixture
def transport() -> Iterator[RequestsTransport]:
    made = RequestsTransport(SystemClock(), "parcels-connector/1")
    yield made
    made.close()


def send(transport: RequestsTransport, request: HttpRequest) -> int:
    options = SendOptions(5, 5, SystemClock().monotonic() + 10, 1_000)
    return transport.send(request, NO_AUTH, options).status


@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
    path=st.text(string.ascii_letters + string.digits + "/%?&=.~+;:@'\"\\", max_size=30),
    headers=st.dictionaries(
        st.sampled_from(["Accept", "accept", "User-Agent", "X-Tag", "content-length", "connection"]),
        st.text(string.printable, max_size=8) | st.just("plain"),
    ),
    body=st.none() | st.just({}) | st.dictionaries(st.text(max_size=3), st.text(max_size=5), max_size=3),
)
def test_a_later_request_to_an_origin_is_prepared_as_the_first_one_is(
    method: str, path: str, headers: Mapping[str, str], body: Any
) -> None:
    known, new = (RequestsTransport(SystemClock(), "parcels-connector/1") for _ in range(2))
    known._prepared(HttpRequest("GET", f"{ORIGIN}/", {}), f"{ORIGIN}/", {}, ORIGIN)
    request = HttpRequest(method, f"{ORIGIN}/{path}", headers, body)
    assert prepared(known, request) == prepared(new, request)


def prepared(transport: RequestsTransport, request: HttpRequest) -> tuple[Any, ...]:
    try:
        made = transport._prepared(request, request.url, {**transport._headers, **request.headers}, ORIGIN)
    except Exception as error:
        return (type(error),)
    headers = {name.lower(): value for name, value in made.headers.items()}
    return made.method, made.url, headers, made.body, made.origin


def test_headers_are_found_in_any_case_in_the_first_request_and_later_ones() -> None:
    transport = RequestsTransport(SystemClock(), "parcels-connector/1")
    for _ in range(2):
        headers = transport._prepared(
            HttpRequest("GET", f"{ORIGIN}/", {}), f"{ORIGIN}/", {"X-Tag": "a"}, ORIGIN
        ).headers
        assert (headers["x-tag"], headers.get("X-TAG"), "x-Tag" in headers) == ("a", "a", True)
        assert ("y" in headers, headers.get("y"), headers.get("y", "b")) == (False, None, "b")
        with pytest.raises(KeyError):
            headers["y"]


@pytest.mark.parametrize("size", [0, 10, 60_000])
def test_the_head_and_a_small_body_leave_in_one_write(
    transport: RequestsTransport, station: Station, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    written: list[bytes] = []
    plain = http.client.HTTPConnection.send

    def noted(self: http.client.HTTPConnection, data: Any) -> None:
        written.append(bytes(data))
        plain(self, data)

    monkeypatch.setattr(http.client.HTTPConnection, "send", noted)
    send(transport, HttpRequest("POST", f"{station.url}/parcels", {}, {"name": "x" * size}))
    assert len(written) == 1
    assert written[0].endswith(b"\r\n\r\n" + station.seen[0].body)


def test_a_large_body_leaves_whole_and_in_pieces(
    transport: RequestsTransport, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    plain = http.client.HTTPConnection.send

    def noted(self: http.client.HTTPConnection, data: Any) -> None:
        written.append(len(data))
        plain(self, data)

    monkeypatch.setattr(http.client.HTTPConnection, "send", noted)
    send(transport, HttpRequest("POST", f"{station.url}/parcels", {}, {"name": "x" * 300_000}))
    assert max(written) <= 65_536
    assert len(station.seen[0].body) == 300_000 + len('{"name":""}')


def test_a_request_that_was_refused_leaves_nothing_behind_for_the_next(
    transport: RequestsTransport, station: Station
) -> None:
    with pytest.raises(NotSentError):
        send(transport, HttpRequest("GET", f"{station.url}/a", {"X": "a\r\nb: c"}))
    assert send(transport, HttpRequest("GET", f"{station.url}/b", {})) == 200
    with pytest.raises(NotSentError):
        send(transport, HttpRequest("GET", f"{station.url}/c", {"X": "a\r\nb: c"}))
    assert [seen.target for seen in station.seen] == ["/b"]


def test_an_origin_whose_pool_the_library_has_closed_gets_another(
    transport: RequestsTransport, station: Station
) -> None:
    request = HttpRequest("GET", f"{station.url}/x", {})
    send(transport, request)
    transport._session.get_adapter(station.url).poolmanager.clear()  # type: ignore[attr-defined]
    assert send(transport, request) == 200


def test_a_proxy_that_the_environment_names_later_is_used(
    transport: RequestsTransport, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    seconds = itertools.count()
    transport._settings._now = lambda: float(next(seconds))
    request = HttpRequest("GET", "http://service.invalid/x", {})
    with pytest.raises(NotSentError) as caught:
        send(transport, request)
    assert caught.value.error_code == "unknown_host"
    monkeypatch.setenv("http_proxy", station.url)
    assert send(transport, request) == 200
    monkeypatch.setenv("no_proxy", "service.invalid")
    with pytest.raises(NotSentError):
        send(transport, request)
    assert [seen.target for seen in station.seen] == ["http://service.invalid/x"]


def test_settings_are_looked_up_again_after_a_while_and_for_every_origin() -> None:
    looked: list[str] = []
    now = [0.0]
    settings = NetworkSettings(lambda url: looked.append(url) or len(looked), lambda: now[0])  # type: ignore[func-returns-value]
    assert [settings.of("a", "a/1"), settings.of("a", "a/2"), settings.of("b", "b/1")] == [1, 1, 2]
    now[0] = 60.0
    assert settings.of("a", "a/3") == 3
    assert looked == ["a/1", "b/1", "a/3"]


def test_settings_are_kept_for_five_seconds_and_the_environment_for_a_tenth(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    now = [0.0]
    settings = NetworkSettings(looked.append, lambda: now[0])
    for moment, count in ((0.0, 1), (4.999, 1), (5.0, 2), (9.999, 2), (10.0, 3), (10.2, 3)):
        now[0] = moment
        settings.of("a", "a/1")
        assert len(looked) == count
    for name in ("HTTPS_PROXY", "all_proxy", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        before = len(looked)
        monkeypatch.setenv(name, "changed")
        now[0] += 0.099
        settings.of("a", "a/1")
        assert len(looked) == before
        now[0] += 0.001001
        settings.of("a", "a/1")
        assert len(looked) == before + 1


def test_a_thousand_origins_are_remembered() -> None:
    looked: list[str] = []
    settings = NetworkSettings(looked.append, lambda: 0.0)
    for number in [*range(1_000), 0, 999, 1_000, 0]:
        settings.of(str(number), str(number))
    assert looked == [str(number) for number in [*range(1_001), 0]]


def test_settings_are_looked_up_again_when_the_environment_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    now = [0.0]
    settings = NetworkSettings(lambda url: looked.append(url) or len(looked), lambda: now[0])  # type: ignore[func-returns-value]
    monkeypatch.delenv("https_proxy", raising=False)
    assert [settings.of("a", "a/1"), settings.of("b", "b/1")] == [1, 2]
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    now[0] = 0.2
    assert [settings.of("a", "a/2"), settings.of("b", "b/2"), settings.of("a", "a/3")] == [3, 4, 3]


def test_settings_of_any_number_of_origins_take_bounded_memory() -> None:
    settings = NetworkSettings(lambda url: url)
    for number in range(5_000):
        settings.of(f"https://{number}", "")
    assert len(settings._known) <= 1_000


@pytest.mark.parametrize(
    ("end", "target"), [("", "/"), ("?page=2", "/?page=2"), ("/a#top", "/a"), ("/a?b=1#top", "/a?b=1")]
)
def test_the_request_line_has_path_and_query_whatever_the_url_looks_like(
    transport: RequestsTransport, station: Station, end: str, target: str
) -> None:
    for _ in range(2):
        send(transport, HttpRequest("GET", station.url + end, {}))
    assert [seen.target for seen in station.seen] == [target, target]


@pytest.mark.parametrize(("connections", "kept"), [(1, 100), (100, 100), (101, 101), (400, 400)])
def test_as_many_connections_are_kept_as_are_asked_for_and_at_least_a_burst_of_calls(
    connections: int, kept: int
) -> None:
    transport = RequestsTransport(SystemClock(), "parcels-connector/1", connections)
    adapter: Any = transport._session.get_adapter(ORIGIN)
    assert adapter.poolmanager.connection_from_url(ORIGIN).pool.maxsize == kept


def test_as_many_origins_as_are_kept_are_found_again_and_more_take_no_more_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("transport", "deadline"):
        monkeypatch.setattr(f"connector.http.{module}._ORIGINS", 3)
    transport = RequestsTransport(SystemClock(), "parcels-connector/1")
    adapter: Any = transport._session.get_adapter(ORIGIN)
    known: list[tuple[int, int]] = []
    for number in (0, 1, 2, 0, 3, 4):
        origin = f"https://a{number}.example"
        request = transport._prepared(HttpRequest("GET", f"{origin}/", {}), f"{origin}/", {}, origin)
        adapter.get_connection_with_tls_context(request, True)
        known.append((len(transport._sound_origins), len(adapter._origin_pools)))
    assert known == [(1, 1), (2, 2), (3, 3), (3, 3), (1, 1), (2, 2)]


def test_an_origin_has_one_pool_and_another_for_other_certificates() -> None:
    transport = RequestsTransport(SystemClock(), "parcels-connector/1")
    adapter: Any = transport._session.get_adapter(ORIGIN)
    request = transport._prepared(HttpRequest("GET", f"{ORIGIN}/", {}), f"{ORIGIN}/", {}, ORIGIN)
    first = adapter.get_connection_with_tls_context(request, True)
    assert adapter.get_connection_with_tls_context(request, True) is first
    assert adapter.get_connection_with_tls_context(request, False) is not first
