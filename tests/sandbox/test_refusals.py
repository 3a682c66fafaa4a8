import http.client
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox import Sandbox, start

Call = Callable[..., requests.Response]
MESSAGE = {"to": {"user_id": "ada"}, "content": {"title": "T", "body": "B"}}


def connect(server: Sandbox) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Token abc", "abc"])
def test_a_call_without_a_token_is_refused(server: Sandbox, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = requests.get(f"{server.url}/lists", headers=headers, timeout=10)
    assert response.status_code == 401
    assert response.json()["type"] == "authorization_error"
    assert response.json()["message"]


@pytest.mark.parametrize("header", ["Bearer pk_test_1", "bearer x", "Basic YTpi"])
def test_any_token_will_do(server: Sandbox, header: str) -> None:
    assert requests.get(f"{server.url}/lists", headers={"Authorization": header}, timeout=10).status_code == 200


def test_a_refused_call_changes_nothing(server: Sandbox, call: Call) -> None:
    assert requests.put(f"{server.url}/lists/new", json={"name": "New"}, timeout=10).status_code == 401
    assert call("GET", "/lists/new").status_code == 404


def test_the_token_is_written_nowhere(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shown_once = "pk_prod_never_to_be_seen"
    file = tmp_path / "box.db"
    headers = {"Authorization": f"Bearer {shown_once}", "Idempotency-Key": "k"}
    with start(database=file) as running:
        for path, body in (("/send", {"message": MESSAGE}), ("/profiles/zoe", {"profile": {}}), ("/send", {})):
            requests.post(running.url + path, json=body, headers=headers, timeout=10)
        kept = b"".join(part.read_bytes() for part in tmp_path.iterdir())
    assert shown_once.encode() not in kept + file.read_bytes()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/nothing"),
        ("GET", "/lists/"),
        ("GET", "/lists//subscriptions"),
        ("DELETE", "/lists"),
        ("PATCH", "/lists/news.weekly"),
        ("POST", "/messages"),
        ("OPTIONS", "/lists"),
        ("GET", "/send"),
    ],
)
def test_an_unknown_operation_is_not_found(call: Call, method: str, path: str) -> None:
    response = call(method, path)
    assert response.status_code == 404
    assert response.json()["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/lists/", {"name": "Nameless"}),
        ("GET", "/lists//", None),
        ("PUT", "/lists//subscriptions/ada", {}),
        ("PUT", "/lists/news.weekly/subscriptions/", {}),
        ("POST", "/profiles/", {"profile": {}}),
        ("PUT", "/audiences/", {}),
        ("DELETE", "/audiences/", None),
    ],
)
def test_an_empty_part_of_a_path_is_no_identifier(call: Call, method: str, path: str, body: Any) -> None:
    events = call("GET", "/audit-events").json()
    response = call(method, path, body)
    assert (response.status_code, response.json()["message"]) == (404, "Not Found")
    assert call("GET", "/audit-events").json() == events


def test_a_query_of_too_many_parameters_is_refused(call: Call) -> None:
    response = call("GET", "/lists?" + "&".join(["a=1"] * 1001))
    assert response.status_code == 400
    assert response.json() == {"type": "invalid_request_error", "message": "Malformed query"}
    assert call("GET", "/lists?" + "&".join(["a=1"] * 1000)).status_code == 200


@pytest.mark.parametrize("raw", [b"", b"{", b"to=ada", b"\xff\xfe", b'{"message": NaN}', b"[" * 100_000])
def test_a_body_that_is_not_json_is_refused(call: Call, raw: bytes) -> None:
    response = call("POST", "/send", data=raw)
    assert response.status_code == 400
    assert response.json()["type"] == "invalid_request_error"


@pytest.mark.parametrize("body", [[], "text", 7, [{"message": MESSAGE}]])
def test_a_body_that_is_no_object_is_refused(call: Call, body: Any) -> None:
    response = call("POST", "/send", body)
    assert response.status_code == 400
    assert response.json()["message"] == "body: Expected object"


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        ("POST", "/send", {}, "message: Required"),
        ("POST", "/send", {"message": {"content": MESSAGE["content"]}}, "message.to: Required"),
        (
            "POST",
            "/send",
            {"message": {"to": {"user_id": "ada"}}},
            "message.content: Required, unless there is a template",
        ),
        (
            "POST",
            "/send",
            {"message": {**MESSAGE, "routing": {"method": "some"}}},
            "message.routing.method: Expected one of all, single; message.routing.channels: Required",
        ),
        ("POST", "/send", {"message": {**MESSAGE, "content": {"title": "T"}}}, "message.content.body: Required"),
        (
            "POST",
            "/send",
            {"message": {**MESSAGE, "content": {"version": "2022-01-01", "elements": [{"type": "text"}]}}},
            "message.content.elements[0].content: Required",
        ),
        (
            "POST",
            "/send",
            {"message": {**MESSAGE, "to": [{"email": 7}]}},
            "message.to[0].email: Expected string",
        ),
        (
            "POST",
            "/send",
            {"message": {**MESSAGE, "expiry": {"expires_at": "2030-01-01"}}},
            "message.expiry.expires_in: Required",
        ),
        ("PUT", "/lists/x", {}, "name: Required"),
        ("PUT", "/lists/x", {"name": 1}, "name: Expected string"),
        ("POST", "/lists/x/subscriptions", [{"recipientId": "ada"}], "body: Expected object"),
        ("POST", "/lists/x/subscriptions", {"recipients": ["ada"]}, "recipients[0]: Expected object"),
        ("PUT", "/lists/x/subscriptions", {"recipients": [{}]}, "recipients[0].recipientId: Required"),
        ("POST", "/profiles/x", {"email": "x@example.com"}, "profile: Required"),
        ("PUT", "/profiles/x", {"profile": "x"}, "profile: Expected object"),
        ("PATCH", "/profiles/ada", [{"op": "add", "path": "/a", "value": "b"}], "body: Expected object"),
        ("PATCH", "/profiles/ada", {"patch": [{"op": "add", "path": "/a"}]}, "patch[0].value: Required"),
        ("PATCH", "/profiles/ada", {"patch": [{"op": "set", "path": "/a"}]}, None),
        ("POST", "/profiles/x/lists", {"lists": [{"id": "a"}]}, "lists[0].listId: Required"),
        ("POST", "/brands", {"name": "B"}, "settings: Required"),
        ("POST", "/brands", {"settings": {}}, "name: Required"),
        (
            "POST",
            "/brands",
            {"name": "B", "settings": {"email": {"header": {"logo": {}, "inheritDefault": "yes"}}}},
            "settings.email.header.inheritDefault: Expected boolean",
        ),
        (
            "POST",
            "/brands",
            {"name": "B", "settings": {}, "snippets": {"items": ["hello"]}},
            "snippets.items[0]: Expected object",
        ),
        ("PUT", "/audiences/x", {"filter": {"operator": "EQ", "path": "a", "value": "b"}}, "filter.filters: Required"),
        ("PUT", "/audiences/x", {"filter": {"filters": [{"operator": "LIKE", "path": "a", "value": "b"}]}}, None),
        (
            "PUT",
            "/audiences/x",
            {"filter": {"filters": [{"operator": "EQ", "path": "a"}]}},
            "filter.filters[0].value: Required",
        ),
        ("POST", "/automations/invoke", {"recipient": "ada"}, "automation: Required"),
        (
            "POST",
            "/automations/invoke",
            {"automation": {"steps": [{"action": "send-list"}]}},
            "automation.steps[0].list: Required",
        ),
        ("POST", "/automations/welcome-series/invoke", {}, "recipient: Required"),
        ("POST", "/bulk", {"message": {"brand": "b"}}, "message.event: Required"),
        ("POST", "/bulk/x", {"users": [{"recipient": 5}]}, "users[0].recipient: Expected string"),
    ],
)
def test_a_wrong_shape_is_refused_with_its_place(
    call: Call, method: str, path: str, body: Any, message: str | None
) -> None:
    response = call(method, path, body)
    assert response.status_code == 400
    assert response.json()["type"] == "invalid_request_error"
    if message is not None:
        assert response.json()["message"] == message


def test_all_problems_are_told_at_once(call: Call) -> None:
    response = call("POST", "/send", {"message": {"to": {"email": 1}, "template": 2, "data": []}})
    assert response.json()["message"].split("; ") == [
        "message.to.email: Expected string",
        "message.template: Expected string",
        "message.data: Expected object",
    ]


def test_keys_that_the_api_does_not_know_are_let_through(call: Call) -> None:
    assert call("PUT", "/lists/x", {"name": "X", "colour": "blue"}).status_code == 204


def test_text_that_is_no_unicode_is_refused(call: Call) -> None:
    assert call("POST", "/lists/x/subscriptions", {"recipients": [{"recipientId": "\ud800"}]}).status_code == 400
    assert call("GET", "/lists/%ff").status_code == 400


def test_a_declared_body_over_six_megabytes_is_refused_and_the_answer_arrives(server: Sandbox) -> None:
    body = json.dumps({"profile": {"x": "y" * 6_400_000}})
    response = requests.post(f"{server.url}/profiles/big", data=body, headers={"Authorization": "Bearer x"}, timeout=10)
    assert response.status_code == 413
    assert response.json()["type"] == "invalid_request_error"


def test_a_body_of_just_under_six_megabytes_is_taken(call: Call) -> None:
    assert call("POST", "/profiles/big", {"profile": {"x": "y" * 6_000_000}}).status_code == 200


def test_a_body_sent_in_chunks_is_read_and_limited_too(server: Sandbox) -> None:
    def pieces(count: int) -> Any:
        yield b'{"profile": {"x": "'
        for _ in range(count):
            yield b"y" * 100_000
        yield b'"}}'

    headers = {"Authorization": "Bearer x"}
    small = requests.post(f"{server.url}/profiles/chunked", data=pieces(2), headers=headers, timeout=10)
    large = requests.post(f"{server.url}/profiles/chunked", data=pieces(70), headers=headers, timeout=10)
    assert (small.status_code, large.status_code) == (200, 413)


def test_a_length_that_is_no_number_ends_the_connection(server: Sandbox) -> None:
    connection = connect(server)
    connection.putrequest("POST", "/send")
    connection.putheader("Content-Length", "many")
    connection.endheaders()
    response = connection.getresponse()
    assert response.status == 400
    assert json.loads(response.read())["type"] == "invalid_request_error"
    connection.close()


def test_a_connection_carries_many_calls(server: Sandbox) -> None:
    connection = connect(server)
    for _ in range(5):
        connection.request("GET", "/lists/news.weekly", headers={"Authorization": "Bearer x"})
        response = connection.getresponse()
        assert response.status == 200
        response.read()
        connection.request("PUT", "/lists/a", body='{"name": "A"}', headers={"Authorization": "Bearer x"})
        response = connection.getresponse()
        assert response.status == 204
        assert response.read() == b""
    connection.close()


def test_a_connection_stays_open_unless_the_request_cannot_be_read(server: Sandbox) -> None:
    connection = connect(server)
    connection.request("GET", "/lists/news.weekly", headers={"Authorization": "Bearer x"})
    response = connection.getresponse()
    response.read()
    assert response.getheader("Connection") is None
    assert connection.sock is not None
    connection.putrequest("POST", "/send")
    connection.putheader("Content-Length", "many")
    connection.endheaders()
    response = connection.getresponse()
    response.read()
    assert response.getheader("Connection") == "close"
    connection.close()


def test_a_fault_of_the_sandbox_is_an_answer_too(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("sandbox.lists.load", fail)
    response = call("GET", "/lists/news.weekly")
    assert response.status_code == 500
    assert "disk I/O error" in response.json()["message"]
