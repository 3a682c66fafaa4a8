from collections.abc import Callable
from typing import Any

import pytest
import requests

Call = Callable[..., requests.Response]
SEND = {"message": {"to": {"user_id": "ada"}, "content": {"title": "T", "body": "B"}}}
WAITING = "1-66b0c0de-4f1e2d3c5b6a798897a6b501"
DELAYED = "1-66a8f1c0-5d2c8e7a4b1f9036c7d2e50c"


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "target"),
    [
        ("PUT", "/lists/x", {"name": "X"}, "list/updated", "x"),
        ("DELETE", "/lists/news.daily", None, "list/deleted", "news.daily"),
        ("PUT", "/lists/news.daily/restore", None, "list/restored", "news.daily"),
        ("POST", "/profiles/x", {"profile": {}}, "profile/merged", "x"),
        ("PATCH", "/profiles/ada", {"patch": []}, "profile/updated", "ada"),
        ("DELETE", "/profiles/ada", None, "profile/deleted", "ada"),
        ("POST", "/brands", {"id": "x", "name": "X", "settings": {}}, "brand/created", "x"),
        ("PUT", "/audiences/x", {}, "audience/updated", "x"),
        ("POST", f"/bulk/{WAITING}/run", None, "bulk-job/run", WAITING),
        ("POST", f"/messages/{DELAYED}/cancel", None, "message/canceled", DELAYED),
    ],
)
def test_a_call_that_changes_something_leaves_an_event(
    call: Call, method: str, path: str, body: Any, kind: str, target: str
) -> None:
    assert call(method, path, body).ok
    event = call("GET", "/audit-events").json()["results"][0]
    assert (event["type"], event["target"], event["source"]) == (kind, target, "api")
    assert event["timestamp"] == "2026-09-21T14:13:20.000Z"
    assert set(event) == {"auditEventId", "actor", "target", "source", "timestamp", "type"}
    assert set(event["actor"]) == {"id", "email"}
    assert call("GET", f"/audit-events/{event['auditEventId']}").json() == event


def test_a_send_leaves_an_event_about_its_request(call: Call) -> None:
    request_id = call("POST", "/send", SEND).json()["requestId"]
    assert call("GET", "/audit-events").json()["results"][0]["target"] == request_id


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/lists", None),
        ("PUT", "/lists/x", {}),
        ("DELETE", "/lists/none", None),
        ("POST", "/messages/1-66a8f1c0-5d2c8e7a4b1f9036c7d2e501/cancel", None),
    ],
)
def test_a_call_that_changes_nothing_leaves_none(call: Call, method: str, path: str, body: Any) -> None:
    before = call("GET", "/audit-events").json()
    call(method, path, body)
    assert call("GET", "/audit-events").json() == before


def test_an_unknown_event_is_not_found(call: Call) -> None:
    response = call("GET", "/audit-events/none")
    assert (response.status_code, response.json()["message"]) == (404, "Audit event none not found")
