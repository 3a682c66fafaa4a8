"""The Host header: what keeps a web page in the user's browser from reaching the sandbox under a name of its own."""

import http.client
import json
import socket
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.wire import own_authorities


def port_of(server: Sandbox) -> int:
    return int(server.url.rsplit(":", 1)[1])


def send(server: Sandbox, *lines: str) -> tuple[int, Any]:
    """Send the lines of a request as they are; gives the status and the body."""
    with socket.create_connection(("127.0.0.1", port_of(server)), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "Authorization: Bearer x", "Connection: close", "", ""]).encode())
        response = http.client.HTTPResponse(connection)
        response.begin()
        raw = response.read()
    return response.status, json.loads(raw) if raw else None


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LocalHost"])
def test_its_own_names_with_its_port_are_served(server: Sandbox, name: str) -> None:
    assert send(server, "GET /lists/news.weekly HTTP/1.1", f"Host: {name}:{port_of(server)}")[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "attacker.example:{port}",
        "localhost.attacker.example:{port}",
        "attacker.example",
        "127.0.0.1",
        "localhost",
        "127.0.0.1:1",
        "127.0.0.1:{port}0",
        "127.0.0.2:{port}",
        "[::1]:{port}",
        "user@127.0.0.1:{port}",
        "localhost.:{port}",
        "api.courier.com",
        "",
    ],
)
def test_another_host_is_refused_with_421_in_the_services_form(server: Sandbox, host: str) -> None:
    status, body = send(server, "GET /lists/news.weekly HTTP/1.1", "Host: " + host.format(port=port_of(server)))
    assert status == 421
    assert set(body) == {"type", "message"}
    assert body["type"] == "invalid_request_error"
    assert f"127.0.0.1:{port_of(server)}" in body["message"]


def test_a_request_for_another_host_changes_nothing(server: Sandbox) -> None:
    own = f"Host: 127.0.0.1:{port_of(server)}"
    assert send(server, "DELETE /lists/news.weekly HTTP/1.1", "Host: attacker.example")[0] == 421
    assert send(server, "GET /lists/news.weekly HTTP/1.1", own)[0] == 200


def test_the_host_of_an_absolute_target_counts(server: Sandbox) -> None:
    own = f"127.0.0.1:{port_of(server)}"
    assert send(server, f"GET http://{own}/lists/news.weekly HTTP/1.1", f"Host: {own}")[0] == 200
    assert send(server, "GET http://attacker.example/lists/news.weekly HTTP/1.1", f"Host: {own}")[0] == 421
    assert send(server, "GET http://[/lists/news.weekly HTTP/1.1", f"Host: {own}")[0] == 400


@pytest.mark.parametrize("lines", [[], ["Host: 127.0.0.1:{port}", "Host: attacker.example"]])
def test_a_request_with_no_host_or_with_two_is_malformed(server: Sandbox, lines: list[str]) -> None:
    sent = [line.format(port=port_of(server)) for line in lines]
    status, body = send(server, "GET /lists/news.weekly HTTP/1.1", *sent)
    assert (status, body["type"]) == (400, "invalid_request_error")


def test_on_port_80_the_port_may_be_left_out_and_an_ipv6_address_has_brackets() -> None:
    assert own_authorities("127.0.0.1", 80) == {"127.0.0.1", "127.0.0.1:80", "localhost", "localhost:80"}
    assert own_authorities("::1", 8000) == {"[::1]:8000", "localhost:8000"}


def test_a_refused_body_does_not_spoil_the_connection(server: Sandbox) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port_of(server), timeout=10)
    connection.request("PUT", "/lists/a", b'{"name": "A"}', {"Host": "attacker.example", "Authorization": "Bearer x"})
    refused = connection.getresponse()
    refused.read()
    connection.request("GET", "/lists/news.weekly", headers={"Authorization": "Bearer x"})
    served = connection.getresponse()
    served.read()
    connection.close()
    assert (refused.status, served.status) == (421, 200)
