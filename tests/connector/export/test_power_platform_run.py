"""The Power Platform package by itself is enough to call the service: no definition and no handler helps."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest
from jsonschema import Draft4Validator

from sandbox import Sandbox, start
from tests.connector.export.power_platform import as_checked
from tests.connector.export.power_platform_package import PackagedOperation, operations
from tests.connector.export.whole import Json


@pytest.fixture(scope="module")
def service() -> Iterator[Sandbox]:
    with start() as running:
        yield running


def call(service: Sandbox, operation_id: str, parameters: Mapping[str, Any]) -> tuple[int, Any]:
    """Call an operation with the parameters of a flow's action, as the cloud does."""
    operation = operations()[operation_id]
    path, headers = operation.path, {"Authorization": "Bearer any"}
    body: Json = {}
    places = {each["name"]: each["in"] for each in operation.beside_the_body}
    for key, value in parameters.items():
        if key.startswith("body/"):
            assert tuple(key.split("/")[1:]) in operation.inputs()
            put(body, key.split("/")[1:], value)
        elif places[key] == "path":
            path = path.replace(f"{{{key}}}", quote(value, safe=""))
        elif places[key] == "header":
            headers[key] = value
        else:
            path += f"?{key}={quote(value)}"
    content = json.dumps(body).encode() if body else None
    headers |= {"Content-Type": "application/json"} if body else {}
    request = urllib.request.Request(service.url + path, content, headers, method=operation.method)  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310 - the sandbox of this test
        text = reply.read().decode()
        return reply.status, checked(operation, json.loads(text) if text else None)


def checked(operation: PackagedOperation, reply: Any) -> Any:
    """The answer, if the run-time's type check lets it through."""
    schema = operation.replies()
    if schema is not None and reply is not None:
        assert [error.message for error in Draft4Validator(as_checked(schema)).iter_errors(reply)] == []
    return reply


def put(body: Json, steps: list[str], value: Any) -> None:
    for step in steps[:-1]:
        body = body.setdefault(step, {})
    body[steps[-1]] = value


def choice(service: Sandbox, entry: Json, filled: Json) -> str:
    """The first value that a designer would offer for a field, with what is filled in before it."""
    listed = entry["x-ms-dynamic-list"]
    asked = {name: filled[each["parameterReference"]] for name, each in listed.get("parameters", {}).items()}
    _, reply = call(service, listed["operationId"], asked)
    row = reply[listed["itemsPath"]][0]
    assert row[listed["itemTitlePath"]]
    return str(row[listed["itemValuePath"]])


def test_every_list_can_be_read_and_every_id_with_choices_leads_to_something(service: Sandbox) -> None:
    read: set[str] = set()
    for operation_id, operation in operations().items():
        in_path = [each for each in operation.beside_the_body if each["in"] == "path"]
        if operation.method != "GET" or not all("x-ms-dynamic-list" in each for each in in_path):
            continue
        filled: Json = {}
        for each in in_path:
            filled[each["name"]] = choice(service, each, filled)
        status, reply = call(service, operation_id, filled)
        assert (status, bool(reply)) == (200, True)
        read.add(operation_id)
    assert {
        "ListsGet",
        "ListGet",
        "AudienceGet",
        "AuditEventGet",
        "BrandsGet",
        "NotificationsGet",
        "MessagesGet",
    } <= read


def test_a_flow_built_on_the_documented_connector_sends_its_message_once(service: Sandbox) -> None:
    flow = {
        "Idempotency-Key": "run-1",
        "body/message/to/user_id": "ada",
        "body/message/content/title": "Hi",
        "body/message/content/body": "There",
    }
    status, first = call(service, "MessageSendPost", flow)
    assert status == 202
    assert first["requestId"]
    assert call(service, "MessageSendPost", flow)[1] == first


def test_what_the_runtime_completes_can_be_filled_in_by_hand(service: Sandbox) -> None:
    elements = [{"type": "text", "content": "There"}]
    flow = {
        "body/message/to/user_id": "ada",
        "body/message/content/elements": elements,
        "body/message/content/version": "2022-01-01",
    }
    assert call(service, "MessageSendPost", flow)[0] == 202


def test_the_envelope_of_a_patch_and_the_keys_that_moved_reach_the_profile(service: Sandbox) -> None:
    call(service, "ProfilePost", {"recipient_id": "new", "body/profile/discord/user_id": "d-1"})
    changes = [{"op": "add", "path": "/locale", "value": "de-DE"}]
    call(service, "ProfilePatch", {"recipient_id": "new", "body/patch": changes})
    _, reply = call(service, "ProfileGet", {"recipient_id": "new"})
    assert reply["profile"]["discord"] == {"user_id": "d-1"}
    assert reply["profile"]["locale"] == "de-DE"


def test_pages_follow_one_another_by_the_cursor(service: Sandbox) -> None:
    _, first = call(service, "MessagesGet", {})
    assert first["paging"]["more"]
    _, second = call(service, "MessagesGet", {"cursor": first["paging"]["cursor"]})
    assert {row["id"] for row in first["results"]}.isdisjoint(row["id"] for row in second["results"])
