"""The sandbox of a connector that brings none: what its examples show, for any program to call."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from connector.catalogue.example_responses import ExampleResponses, Received
from connector.catalogue.example_sandbox import ExampleSandbox
from connector.catalogue.loader import load
from connector.catalogue.sandbox import SandboxError, started
from connector.connector import Connector
from connector.errors import RefusedError
from connector.scaffold import create_connector
from tests.connector.parcels import GET, TEXT, action, body, field, manifest, write_folder

ID = field(title="ID", x_in="path")


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connector]:
    """The connector that `init` makes, ready to run."""
    folder = tmp_path_factory.mktemp("items") / "my-connector"
    create_connector(folder)
    with Connector.load(folder, strict_outputs=True) as connector:
        yield connector


def folder(place: Path, *actions: dict[str, Any], **words: Any) -> Path:
    test = {"connection": {**manifest()["connection"], "test": actions[0]["key"]}}
    return write_folder(place / "parcels", actions, connector=manifest(**test, **words))


def test_a_request_of_an_example_gets_its_response(items: Connector) -> None:
    with items.sandbox() as connection:
        assert items.run("get_item", {"item_id": "i-1"}, connection)["name"] == "Chair"
        with pytest.raises(RefusedError) as caught:
            items.run("create_item", {"name": "Chair"}, connection)
    assert caught.value.error_code == "name_taken"


def test_another_request_gets_the_response_of_the_most_similar_success(items: Connector) -> None:
    with items.sandbox() as connection:
        assert items.run("create_item", {"name": "Sofa"}, connection)["id"] == "i-3"
        assert items.run("get_item", {"item_id": "i-7"}, connection)["id"] == "i-1"


def test_pages_follow_one_another(items: Connector) -> None:
    with items.sandbox() as connection:
        rows = items.run("list_items", {}, connection, all_pages=True).rows("items")
        assert [row["id"] for row in rows] == ["i-2", "i-1"]
        assert [row["id"] for row in items.iterate("list_items", {}, connection)] == ["i-2", "i-1"]


def test_an_action_without_examples_gets_values_made_of_its_outputs(tmp_path: Path) -> None:
    row = {"type": "object", "properties": {"at": field(["integer", "null"]), "kind": field(enum=["a", "b"])}}
    outputs = {
        "name": field(["string", "null"], examples=["Ada"]),
        "size.width": field(["number", "null"]),
        "list": field(["array", "null"], items=row),
        "status": field(["integer", "null"], x_from="status"),
    }
    made = action("get_it", {"it": ID}, outputs, method="GET", path="/its/{it}", required=["it"])
    with Connector.load(folder(tmp_path, made), strict_outputs=True) as connector, connector.sandbox() as connection:
        assert connector.run("get_it", {"it": "1"}, connection).fields == {
            "name": "Ada",
            "size.width": 1.5,
            "list": [{"at": 1, "kind": "a"}],
            "status": 200,
        }


def test_an_address_of_the_service_in_a_response_becomes_the_sandboxes(tmp_path: Path) -> None:
    link = "https://api.parcels.example/parcels?page=2"
    response = {"body": {"id": "p", "note": link}, "headers": {"Link": f"<{link}>"}}
    example = {"title": "One", "inputs": {"parcel_id": "p"}, "interactions": [{"response": response}], "outputs": {}}
    with started(load(folder(tmp_path, GET | {"examples": [example]}))) as service:
        reply = requests.get(f"{service.url}/parcels/p", timeout=30)
    assert reply.json()["note"] == f"{service.url}/parcels?page=2"
    assert reply.headers["Link"] == f"<{service.url}/parcels?page=2>"


def test_a_request_of_no_action_is_refused_with_a_sentence(items: Connector) -> None:
    with items.sandbox() as connection:
        reply = requests.delete(f"{connection.base_url}/items/1", timeout=30)
    assert (reply.status_code, reply.json()) == (404, {"message": "No action sends DELETE /items/1."})


def test_it_shows_the_last_requests_without_a_secret(tmp_path: Path) -> None:
    inputs = {"name": body(), "pin": body(writeOnly=True), "page": field(x_in="query")}
    made = action("add_it", inputs, {"id": TEXT}, path="/its")
    seen: list[dict[str, Any]] = []
    with started(load(folder(tmp_path, made)), on_request=seen.append) as service:
        sent = {"name": "Ada", "pin": "0000-pin"}
        requests.post(f"{service.url}/its?page=2&key=the-api-key", json=sent, timeout=30)
        shown = service.requests()  # type: ignore[attr-defined]
        service.reset()
        assert service.requests() == []  # type: ignore[attr-defined]
    assert shown == seen
    assert "the-api-key" not in str(shown)
    assert "0000-pin" not in str(shown)
    assert (shown[0]["method"], shown[0]["request"]["name"], shown[0]["status"]) == ("POST", "Ada", 200)
    assert shown[0]["path"].startswith("/its?page=2&key=")


def test_a_body_in_chunks_is_read(items: Connector) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"name": '
        yield b'"Chair"}'

    with items.sandbox() as connection:
        reply = requests.post(f"{connection.base_url}/items", data=chunks(), timeout=30)
        assert (reply.status_code, reply.json()) == (409, {"message": "This name is taken"})


def test_a_form_is_recognized_by_its_fields(items: Connector) -> None:
    with items.sandbox() as connection:
        reply = requests.post(f"{connection.base_url}/items", data={"name": "Chair"}, timeout=30)
        assert (reply.status_code, reply.json()) == (409, {"message": "This name is taken"})
    received = Received.of("POST", "/", b"a=1&b=x&b=y", "application/x-www-form-urlencoded; charset=utf-8")
    assert received.has_body({"a": 1, "b": ["x", "y"]})
    assert not received.has_body({"a": 1, "b": ["x"]})


def test_a_head_request_has_no_body(items: Connector) -> None:
    with items.sandbox() as connection, requests.Session() as session:
        assert session.head(f"{connection.base_url}/items", timeout=30).content == b""
        assert session.get(f"{connection.base_url}/items", timeout=30).status_code == 200


def test_a_literal_path_comes_before_one_with_placeholders(tmp_path: Path) -> None:
    one = action("get_one", {"it": ID}, {"one": TEXT}, method="GET", path="/its/{it}", required=["it"])
    newest = action("get_newest", {}, {"newest": TEXT}, method="GET", path="/its/newest")
    responses = ExampleResponses(load(folder(tmp_path, one, newest)))
    assert responses.response_to(Received.of("GET", "/its/newest", b"")).body == {"newest": "text"}
    assert responses.response_to(Received.of("GET", "/its/1", b"")).body == {"one": "text"}


def test_a_taken_port_is_explained(items: Connector) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match="cannot start"), started(items._bundle, port=port):
            pass


def responding(place: Path, response: dict[str, Any], **limits: Any) -> ExampleSandbox:
    """A sandbox with one action, `POST /its`, that has one response."""
    example = {"title": "One", "inputs": {}, "interactions": [{"response": response}], "outputs": {}}
    made = action("add_it", {"name": body()}, {"id": TEXT}, path="/its", examples=[example])
    return ExampleSandbox(load(folder(place, made, **limits)))


@pytest.mark.parametrize(
    ("response", "status", "headers", "content"),
    [
        ({"body": {"id": "ä"}}, 200, {"Content-Type": "application/json"}, '{"id": "ä"}'),
        ({"body": []}, 200, {"Content-Type": "application/json"}, "[]"),
        ({"status": 201}, 201, {"Content-Type": "application/json"}, ""),
        ({"text": "hi"}, 200, {"Content-Type": "text/plain; charset=utf-8"}, "hi"),
        ({"text": ""}, 200, {"Content-Type": "text/plain; charset=utf-8"}, ""),
        (
            {"text": "<x>", "headers": {"Content-Type": "text/xml", "X-A": "b"}},
            200,
            {"Content-Type": "text/xml", "X-A": "b"},
            "<x>",
        ),
    ],
)
def test_a_response_is_sent_as_the_example_has_it(
    response: dict[str, Any], status: int, headers: dict[str, str], content: str, tmp_path: Path
) -> None:
    with responding(tmp_path, response) as service:
        assert service.respond("POST", "/its", b"{}") == (status, headers, content.encode())


@pytest.mark.parametrize(("size", "status"), [(20, 200), (21, 413)])
def test_a_request_larger_than_the_service_accepts_is_refused(size: int, status: int, tmp_path: Path) -> None:
    with responding(tmp_path, {"body": {"id": "1"}}, limits={"requestBytes": 20}) as service:
        found, _, content = service.respond("POST", "/its", b'"' + b"x" * (size - 2) + b'"')
        (entry,) = service.requests()
    assert (found, entry["status"], entry["request"]) == (status, status, None)
    assert (b"The request is too large." in content) is (status == 413)


def test_the_last_hundred_requests_are_shown_newest_first(tmp_path: Path) -> None:
    with responding(tmp_path, {"body": {"id": "1"}}) as service:
        for number in range(101):
            service.respond("POST", f"/its?n={number}", b"[1]" if number % 2 else b'{"name": "a"}')
        shown = service.requests()
        service.reset()
        assert service.requests() == []
    assert len(shown) == 100
    assert [entry["request"] for entry in shown[:2]] == [{"name": "a"}, [1]]
    assert {(entry["method"], entry["status"], str(entry["response"])) for entry in shown} == {
        ("POST", 200, "{'id': '1'}")
    }
    assert all(entry["time"].endswith("+00:00") and entry["seconds"] >= 0 for entry in shown)


def spoken(service: ExampleSandbox, *requests_: bytes) -> bytes:
    """What comes back on one connection, to its end."""
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(b"".join(requests_))
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65_536), b""))


def request(method: bytes, *headers: bytes, content: bytes = b"") -> bytes:
    return b"\r\n".join([method + b" /its HTTP/1.1", b"Host: it", *headers, b"", content])


@pytest.mark.parametrize("method", [b"GET", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"])
def test_a_connection_carries_one_request_after_another(method: bytes, tmp_path: Path) -> None:
    with responding(tmp_path, {"body": {"id": "1"}, "headers": {"content-length": "99", "X-A": "b"}}) as service:
        whole = request(method, b"Content-Length: 2", content=b"{}")
        in_chunks = request(
            method, b"Transfer-Encoding: Chunked", content=b"1;x=y\r\n{\r\n01\r\n}\r\n0\r\nTrailer: a\r\n\r\n"
        )
        replies = spoken(service, whole, in_chunks, request(method))
        seen = [(entry["method"], entry["request"]) for entry in service.requests()]
    assert seen == [(method.decode(), None), (method.decode(), {}), (method.decode(), {})]
    assert replies.count(b"HTTP/1.1 200" if method == b"POST" else b"HTTP/1.1 404") == 3
    assert replies.lower().count(b"content-length") == 3
    if method == b"POST":
        assert replies.count(b'Content-Length: 11\r\n\r\n{"id": "1"}') == 3
        assert replies.count(b"X-A: b\r\n") == 3


@pytest.mark.parametrize("status", [204, 304])
def test_a_response_that_has_no_body_has_no_length(status: int, tmp_path: Path) -> None:
    with responding(tmp_path, {"status": status, "body": {"id": "1"}}) as service:
        reply = spoken(service, request(b"POST"))
    assert reply.startswith(f"HTTP/1.1 {status}".encode())
    assert reply.endswith(b"\r\n\r\n")
    assert b"content-length" not in reply.lower()


def test_a_head_request_has_the_length_of_what_a_get_would_have(tmp_path: Path) -> None:
    with responding(tmp_path, {"body": {"id": "1"}}) as service:
        reply = spoken(service, request(b"HEAD"))
    message = b'{"message": "No action sends HEAD /its."}'
    assert reply.endswith(b"Content-Length: %d\r\n\r\n" % len(message))
