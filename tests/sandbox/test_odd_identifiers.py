import http.client
import json
from typing import Any
from urllib.parse import quote

import pytest

from sandbox import Sandbox

ODD = [
    "a/b",
    "..",
    ".",
    "two words",
    "a?b=c",
    "a#b",
    "line\nbreak",
    "percent%2Fsign",
    "grüße",
    "日本語",
    "a+b",
    "nul\0byte",
    "invoke",
    "'; DROP TABLE lists; --",
]


def request(server: Sandbox, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
    connection.request(method, path, None if body is None else json.dumps(body), headers={"Authorization": "Bearer x"})
    response = connection.getresponse()
    raw = response.read()
    connection.close()
    return response.status, json.loads(raw) if raw else None


@pytest.mark.parametrize("name", ODD)
def test_an_identifier_arrives_as_it_was_meant(server: Sandbox, name: str) -> None:
    coded = quote(name, safe="")
    assert request(server, "PUT", f"/lists/{coded}", {"name": "Odd"}) == (204, None)
    assert request(server, "GET", f"/lists/{coded}")[1]["id"] == name
    assert request(server, "PUT", f"/lists/{coded}/subscriptions/{coded}") == (204, None)
    assert request(server, "GET", f"/lists/{coded}/subscriptions")[1]["items"][0]["recipientId"] == name
    assert request(server, "GET", f"/profiles/{coded}/lists")[1]["results"][0]["id"] == name
    assert request(server, "DELETE", f"/lists/{coded}/subscriptions/{coded}") == (204, None)


def test_a_slash_that_is_not_coded_separates(server: Sandbox) -> None:
    assert request(server, "PUT", "/lists/a/b", {"name": "Odd"})[0] == 404
