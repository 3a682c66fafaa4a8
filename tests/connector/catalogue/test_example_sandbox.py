"""The sandbox of a connector that brings none: what its examples show, for any program to call."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from connector.catalogue.example_responses import ExampleResponses, Received
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
