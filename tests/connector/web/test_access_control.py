"""Who may call a server: each line of the policy is attacked through a socket."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import socket
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from connector.web.access_control import AccessControl, AccessLog, Message
from connector.web.policy import AccessPolicy, host_names
from connector.web.serve import listen
from tests.connector.web.serving import Site, serving

LIMIT = 100_000
METHODS = ["GET", "POST", "OPTIONS"]
seen: list[str] = []
"""What the application behind the policy was asked."""


async def echo(request: Request) -> JSONResponse:
    seen.append(request.url.path)
    return JSONResponse({"bytes": len(await request.body())})


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    routes = [Route(path, echo, methods=METHODS) for path in ("/", "/echo", "/healthz")]
    with serving(Starlette(routes=routes), max_body=LIMIT) as running:
        yield running


@pytest.fixture(autouse=True)
def _nothing_seen() -> None:
    seen.clear()


def status_of(received: bytes) -> int:
    return int(received.split(b" ", 2)[1])


def cookie_of(site: Site) -> str:
    return site.get(f"/?token={site.access.token.reveal()}", token=False).headers["set-cookie"].partition(";")[0]


# DNS rebinding: a page makes its own name resolve to 127.0.0.1, and the Host header still has the page's name.


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost", "127.0.0.1:1", "evil.example:{port}", ""])
def test_another_host_name_is_not_this_server(site: Site, host: str) -> None:
    reply = site.get("/echo", Host=host.format(port=site.access.port))
    assert (reply.status, reply.body["code"], seen) == (421, "host", [])


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_its_own_names_are(site: Site, name: str) -> None:
    assert site.get("/echo", Host=f"{name}:{site.access.port}").status == 200


def test_even_the_check_of_its_health_and_the_token_in_the_url_want_the_right_host(site: Site) -> None:
    assert site.get("/healthz", Host="evil.example").status == 421
    reply = site.get(f"/?token={site.access.token.reveal()}", token=False, Host="evil.example")
    assert (reply.status, "set-cookie" in reply.headers) == (421, False)


def test_a_request_without_a_host_or_with_two_is_refused(site: Site) -> None:
    bearer = f"Authorization: {site.bearer['Authorization']}"
    assert status_of(site.raw("GET /echo HTTP/1.0", bearer)) == 421
    assert status_of(site.raw("GET /echo HTTP/1.1", bearer)) == 400
    assert status_of(site.raw("GET /echo HTTP/1.1", f"Host: {site.host}", "Host: evil.example", bearer)) == 400
    assert seen == []


# Other websites: a form that posts here, a script that fetches, a picture, a link, another port of this machine.


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://127.0.0.1", "http://127.0.0.1:1", "http://localhost:{port}", "null", ""],
)
def test_a_request_of_another_origin_is_refused(site: Site, origin: str) -> None:
    reply = site.post("/echo", {}, Origin=origin.format(port=site.access.port))
    assert (reply.status, reply.body["code"], seen) == (403, "cross_site", [])


@pytest.mark.parametrize("fetched_from", ["cross-site", "same-site", "something-new"])
def test_a_request_that_the_browser_calls_foreign_is_refused(site: Site, fetched_from: str) -> None:
    assert site.get("/echo", Sec_Fetch_Site=fetched_from).status == 403
    assert seen == []


@pytest.mark.parametrize("fetched_from", ["same-origin", "none"])
def test_the_page_itself_and_an_address_that_was_typed_are_not(site: Site, fetched_from: str) -> None:
    assert site.post("/echo", {}, Origin=site.url, Sec_Fetch_Site=fetched_from).status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "{own}"])
def test_a_preflight_is_refused_and_allows_nothing(site: Site, origin: str) -> None:
    reply = site.send(
        "OPTIONS", "/echo", token=False, Origin=origin.format(own=site.url), Access_Control_Request_Method="POST"
    )
    assert reply.status == 403
    assert not any(name.startswith("access-control") for name in reply.headers)


def test_the_cookie_alone_does_not_let_another_site_in(site: Site) -> None:
    cookie = cookie_of(site)
    assert site.post("/echo", {}, token=False, Cookie=cookie).status == 200
    assert site.post("/echo", {}, token=False, Cookie=cookie, Origin="http://127.0.0.1:1").status == 403


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", ""],
)
def test_a_body_that_is_not_json_is_refused(site: Site, media_type: str) -> None:
    # What a form or a script of another site may send without a preflight.
    reply = site.post("/echo", b'{"a": 1}', Content_Type=media_type)
    assert (reply.status, reply.body["code"], seen) == (415, "content_type", [])


@pytest.mark.parametrize("media_type", ["application/json", 'Application/JSON; charset="UTF-8"'])
def test_a_body_that_is_json_is_not(site: Site, media_type: str) -> None:
    assert site.post("/echo", b"{}", Content_Type=media_type).body == {"bytes": 2}


def test_a_web_socket_is_refused(site: Site) -> None:
    upgrade = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAA"]
    received = site.raw("GET /echo HTTP/1.1", f"Host: {site.host}", "Origin: https://evil.example", *upgrade)
    assert status_of(received) == 403


# Other users of this machine: they can open the port, and read the arguments of programs.


def test_without_the_token_nothing_is_served(site: Site) -> None:
    reply = site.get("/echo", token=False)
    assert (reply.status, reply.body["code"], reply.headers["www-authenticate"], seen) == (401, "token", "Bearer", [])


@pytest.mark.parametrize(
    "header", ["Bearer wrong", "Bearer ", "Bearer", "Basic {token}", "{token}", "Bearer {token}x", "é"]
)
def test_a_wrong_token_is_none(site: Site, header: str) -> None:
    token = site.access.token.reveal()
    assert site.get("/echo", token=False, Authorization=header.format(token=token)).status == 401
    assert seen == []


@pytest.mark.parametrize("cookie", ["wrong", "{token}", "", '"'])
def test_a_wrong_cookie_is_none(site: Site, cookie: str) -> None:
    # The token itself is not accepted as a cookie: cookies are sent to every port of a host.
    value = cookie.format(token=site.access.token.reveal())
    assert site.get("/echo", token=False, Cookie=f"connector_{site.access.port}={value}").status == 401


@pytest.mark.parametrize("other", ['a={"b": [1, 2]}', "a b=c", "=", "é=ü", 'a="', "connector_1=x"])
def test_cookies_of_other_servers_on_this_host_do_no_harm(site: Site, other: str) -> None:
    for cookies in (f"{other}; {cookie_of(site)}", f"{cookie_of(site)}; {other}"):
        assert site.get("/echo", token=False, Cookie=cookies.encode().decode("latin-1")).status == 200


def test_the_session_is_not_a_token(site: Site) -> None:
    session = cookie_of(site).partition("=")[2]
    assert session != site.access.token.reveal()
    assert site.get("/echo", token=False, Authorization=f"Bearer {session}").status == 401


def test_the_token_in_the_url_becomes_a_cookie_that_no_script_and_no_other_site_has(site: Site) -> None:
    reply = site.get(f"/?token={site.access.token.reveal()}", token=False, Sec_Fetch_Site="cross-site")
    name, _, attributes = reply.headers["set-cookie"].partition("=")
    assert (reply.status, name) == (200, f"connector_{site.access.port}")
    assert set(attributes.split("; ")[1:]) == {"HttpOnly", "SameSite=Strict", "Path=/"}
    # On to the page, from this origin: a redirect would count as a step of the site that had the link.
    assert b'http-equiv="refresh" content="0; url=/"' in reply.content
    assert site.access.token.reveal().encode() not in reply.content
    assert site.get("/echo", token=False, Cookie=reply.headers["set-cookie"].partition(";")[0]).status == 200


@pytest.mark.parametrize(
    "target", ["/?token=wrong", "/?token=", "/?token={token}&token={token}", "/echo?token={token}"]
)
def test_the_token_is_taken_from_the_url_only_once_and_only_at_the_entrance(site: Site, target: str) -> None:
    reply = site.get(target.format(token=site.access.token.reveal()), token=False)
    assert (reply.status, "set-cookie" in reply.headers) == (401, False)


def test_the_token_in_the_url_lets_nobody_post(site: Site) -> None:
    assert site.post(f"/?token={site.access.token.reveal()}", {}, token=False).status == 401


def test_a_person_without_the_token_is_asked_for_it(site: Site) -> None:
    reply = site.get("/", token=False, Accept="text/html,*/*")
    assert (reply.status, reply.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert b'<input name="token" type="password"' in reply.content


def test_each_launch_has_a_token_of_its_own() -> None:
    tokens = {AccessPolicy(frozenset(), 1).token.reveal() for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) >= 43 for token in tokens)


def test_the_policy_shows_no_secret() -> None:
    policy = AccessPolicy(frozenset(), 1)
    assert policy.token.reveal() not in repr(policy)
    assert policy.session.reveal() not in repr(policy)


def test_the_health_needs_no_token(site: Site) -> None:
    assert site.get("/healthz", token=False).status == 200


def test_the_log_of_requests_has_no_token() -> None:
    lines: list[str] = []
    with serving(Starlette(routes=[Route("/", echo)]), wrap=lambda app: AccessLog(app, lines.append)) as site:
        site.get(f"/?token={site.access.token.reveal()}", token=False)
        site.get("/nothing%0aHTTP?token=x", token=False)
    assert [re.sub(r"\d+ ms", "N ms", line) for line in lines] == ["GET / 200 N ms", "GET /nothing\\nHTTP 401 N ms"]


# Large bodies, however they arrive.


def test_a_body_up_to_the_limit_is_read(site: Site) -> None:
    assert site.post("/echo", b" " * LIMIT).body == {"bytes": LIMIT}


@pytest.mark.parametrize("size", [LIMIT + 1, 20 * LIMIT])
def test_a_larger_one_is_refused(site: Site, size: int) -> None:
    reply = site.post("/echo", b" " * size)
    assert (reply.status, reply.body["code"]) == (413, "too_large")


def test_a_declared_length_is_enough_to_refuse(site: Site) -> None:
    received = site.raw(
        "POST /echo HTTP/1.1",
        f"Host: {site.host}",
        f"Authorization: {site.bearer['Authorization']}",
        "Content-Type: application/json",
        f"Content-Length: {10**12}",
        body=b"{",
        end=True,
    )
    assert (status_of(received), seen) == (413, [])


def test_streamed_bytes_are_counted(site: Site) -> None:
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(40):
            sent += 10_000
            yield b" " * 10_000

    connection = http.client.HTTPConnection("127.0.0.1", site.access.port, timeout=20)
    headers = {**site.bearer, "Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    connection.request("POST", "/echo", pieces(), headers, encode_chunked=True)
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())["code"]) == (413, "too_large")
    assert sent > LIMIT
    connection.close()


def test_a_client_that_goes_away_in_the_middle_of_a_body_leaves_a_server_that_serves(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.access.port)) as wire:
        head = f"POST /echo HTTP/1.1\r\nHost: {site.host}\r\nAuthorization: {site.bearer['Authorization']}\r\n"
        wire.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{".encode())
    assert site.get("/echo").status == 200


# What every response says to the browser.


@pytest.mark.parametrize("target", ["/echo", "/nothing", "/healthz"])
@pytest.mark.parametrize("token", [True, False])
def test_every_response_tells_the_browser_what_it_may_not_do(site: Site, target: str, token: bool) -> None:
    headers = site.get(target, token=token).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers
    assert not any(name.startswith("access-control") for name in headers)


def test_an_error_shows_what_was_sent_as_text_alone(site: Site) -> None:
    reply = site.get("/%3Cscript%3E", Host="<script>", Accept="text/html")
    assert b"<script>" not in reply.content


# Names.


@pytest.mark.parametrize(
    ("address", "names", "hosts"),
    [
        ("127.0.0.1", (), {"127.0.0.1:8", "localhost:8"}),
        ("localhost", (), {"127.0.0.1:8", "localhost:8"}),
        ("::1", (), {"[::1]:8", "localhost:8"}),
        ("0.0.0.0", ("Box.example", "box.example:9"), {"box.example:8", "box.example:9"}),  # noqa: S104 - no listening
    ],
)
def test_the_hosts_of_a_server(address: str, names: tuple[str, ...], hosts: set[str]) -> None:
    assert host_names(address, 8, names) == hosts


def test_on_the_port_of_http_the_port_may_be_left_out() -> None:
    assert host_names("127.0.0.1", 80) == {"127.0.0.1:80", "127.0.0.1", "localhost:80", "localhost"}


def test_a_web_socket_that_a_server_supports_is_closed() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    asyncio.run(AccessControl(Starlette(), AccessPolicy(frozenset(), 1))({"type": "websocket"}, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_a_response_in_two_pieces_is_not_held_back() -> None:
    # Otherwise the second waits 40 ms for the client's acknowledgement of the first.
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
