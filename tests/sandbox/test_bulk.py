from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import requests

Call = Callable[..., requests.Response]
Walk = Callable[..., list[list[Any]]]


def create(call: Call, **message: Any) -> str:
    response = call("POST", "/bulk", {"message": message or {"event": "welcome-email"}})
    assert response.status_code == 200
    job_id: str = response.json()["jobId"]
    return job_id


def add(call: Call, job_id: str, *users: Any) -> None:
    response = call("POST", f"/bulk/{job_id}", {"users": list(users)})
    assert (response.status_code, response.content) == (204, b"")


def run(call: Call, job_id: str) -> None:
    response = call("POST", f"/bulk/{job_id}/run")
    assert (response.status_code, response.content) == (204, b"")


def job(call: Call, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = call("GET", f"/bulk/{job_id}").json()["job"]
    return found


def test_a_job_goes_from_created_over_processing_to_completed(call: Call, clock: SimpleNamespace) -> None:
    job_id = create(call, event="welcome-email", brand="harbour-kids")
    add(call, job_id, {"recipient": "ada"})
    add(call, job_id, {"recipient": "bruno"}, {"profile": {"email": "x@example.com"}})
    expected = {
        "definition": {"event": "welcome-email", "brand": "harbour-kids"},
        "enqueued": 0,
        "failures": 0,
        "received": 3,
        "status": "CREATED",
    }
    clock.now += 60
    assert job(call, job_id) == expected
    run(call, job_id)
    assert job(call, job_id) == {**expected, "enqueued": 3, "status": "PROCESSING"}
    clock.now += 1.5
    assert job(call, job_id) == {**expected, "enqueued": 3, "status": "COMPLETED"}


def test_every_user_gets_a_message(call: Call, clock: SimpleNamespace, walk: Walk) -> None:
    job_id = create(call, event="order-shipped", data={"order": "HB-1"})
    add(call, job_id, {"recipient": "ada", "data": {"order": "HB-2"}}, {"profile": {"email": "x@example.com"}})
    (users,) = walk(f"/bulk/{job_id}/users")
    assert [user["status"] for user in users] == ["PENDING", "PENDING"]
    assert "messageId" not in users[0]
    run(call, job_id)
    clock.now += 2
    (users,) = walk(f"/bulk/{job_id}/users")
    assert [user["status"] for user in users] == ["ENQUEUED", "ENQUEUED"]
    assert users[0]["recipient"] == "ada"
    messages = [call("GET", f"/messages/{user['messageId']}").json() for user in users]
    assert [message["recipient"] for message in messages] == ["ada", "x@example.com"]
    assert {message["status"] for message in messages} == {"DELIVERED"}
    titles = [
        call("GET", f"/messages/{message['id']}/output").json()["results"][0]["content"]["title"]
        for message in messages
    ]
    assert titles == ["Order HB-2 is on its way", "Order HB-1 is on its way"]
    (traced,) = walk("/messages", traceId=job_id)
    assert {message["id"] for message in traced} == {user["messageId"] for user in users}


@pytest.mark.parametrize(
    "message",
    [
        {"event": "welcome-email"},
        {"template": "welcome-email"},
        {"message": {"template": "welcome-email", "brand_id": "harbour-kids"}},
        {"event": "mine", "content": {"title": "Welcome", "body": "Hello"}},
        {"event": "mine", "message": {"template": "welcome-email", "metadata": {"tags": ["a"]}}},
    ],
)
def test_both_generations_of_a_message_are_taken(call: Call, clock: SimpleNamespace, message: Any) -> None:
    job_id = create(call, **message)
    assert job(call, job_id)["definition"]["event"] == message.get("event", "welcome-email")
    add(call, job_id, {"recipient": "ada"})
    run(call, job_id)
    clock.now += 2
    (sent,) = call("GET", "/messages", params={"traceId": job_id}).json()["results"]
    assert sent["status"] == "DELIVERED"


@pytest.mark.parametrize("message", [{}, {"brand": "b"}, {"message": {"brand_id": "b"}}, {"event": ""}])
def test_a_job_needs_an_event_or_a_template(call: Call, message: Any) -> None:
    response = call("POST", "/bulk", {"message": message})
    assert (response.status_code, response.json()["message"]) == (400, "message.event: Required")


def test_an_address_under_to_alone_does_not_route(call: Call, clock: SimpleNamespace) -> None:
    job_id = create(call)
    add(call, job_id, {"to": {"email": "x@example.com"}}, {"to": {"user_id": "holt"}}, {"to": {"user_id": "ada"}})
    run(call, job_id)
    clock.now += 2
    counts = {name: job(call, job_id)[name] for name in ("received", "enqueued", "failures", "status")}
    assert counts == {"received": 3, "enqueued": 2, "failures": 1, "status": "COMPLETED"}
    users = call("GET", f"/bulk/{job_id}/users").json()["items"]
    assert [user["status"] for user in users] == ["ERROR", "ENQUEUED", "ENQUEUED"]
    statuses = [call("GET", f"/messages/{user['messageId']}").json()["status"] for user in users[1:]]
    assert statuses == ["UNROUTABLE", "DELIVERED"]


def test_a_job_in_which_everything_fails_ends_in_error(call: Call, clock: SimpleNamespace) -> None:
    job_id = create(call)
    add(call, job_id, {"data": {"a": 1}})
    run(call, job_id)
    clock.now += 2
    assert job(call, job_id)["status"] == "ERROR"


def test_a_job_runs_once_and_takes_no_users_after(call: Call) -> None:
    job_id = create(call)
    add(call, job_id, {"recipient": "ada"})
    run(call, job_id)
    for path, body in ((f"/bulk/{job_id}/run", None), (f"/bulk/{job_id}", {"users": [{"recipient": "bruno"}]})):
        response = call("POST", path, body)
        assert (response.status_code, response.json()["type"]) == (409, "invalid_request_error")
    assert job(call, job_id)["received"] == 1
    assert len(call("GET", "/messages", params={"traceId": job_id}).json()["results"]) == 1


def test_a_job_without_users_completes_with_nothing_sent(call: Call, clock: SimpleNamespace) -> None:
    job_id = create(call)
    assert call("POST", f"/bulk/{job_id}", {"users": []}).status_code == 400
    run(call, job_id)
    clock.now += 2
    counts = {name: job(call, job_id)[name] for name in ("received", "enqueued", "failures", "status")}
    assert counts == {"received": 0, "enqueued": 0, "failures": 0, "status": "COMPLETED"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/bulk/none", None),
        ("POST", "/bulk/none", {"users": [{"recipient": "ada"}]}),
        ("POST", "/bulk/none/run", None),
        ("GET", "/bulk/none/users", None),
    ],
)
def test_an_unknown_job_is_not_found(call: Call, method: str, path: str, body: Any) -> None:
    response = call(method, path, body)
    assert (response.status_code, response.json()["message"]) == (404, "Bulk job none not found")


def test_the_seed_has_a_job_that_is_done_and_one_that_waits(call: Call) -> None:
    done = job(call, "1-66b0c0de-4f1e2d3c5b6a798897a6b502")
    waiting = job(call, "1-66b0c0de-4f1e2d3c5b6a798897a6b501")
    assert (done["status"], done["received"]) == ("COMPLETED", 6)
    assert (waiting["status"], waiting["received"]) == ("CREATED", 2)
    run(call, "1-66b0c0de-4f1e2d3c5b6a798897a6b501")
