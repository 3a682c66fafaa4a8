from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from sandbox import Sandbox

Call = Callable[..., requests.Response]
HOUR = 3600
SEND = {"message": {"to": {"user_id": "ada"}, "content": {"title": "T", "body": "B"}}}


def key(name: str, **more: str) -> dict[str, str]:
    return {"Idempotency-Key": name, **more}


def sent(call: Call) -> int:
    return len(call("GET", "/messages", params={"enqueued_after": "1789999999"}).json()["results"])


def test_the_same_key_gives_the_same_answer_and_no_second_message(call: Call, clock: SimpleNamespace) -> None:
    first = call("POST", "/send", SEND, headers=key("a"))
    clock.now += 24 * HOUR
    second = call("POST", "/send", SEND, headers=key("a"))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert first.status_code == 202
    assert sent(call) == 1


def test_another_key_is_another_message(call: Call) -> None:
    first = call("POST", "/send", SEND, headers=key("a")).json()
    second = call("POST", "/send", SEND, headers=key("b")).json()
    assert first != second
    assert sent(call) == 2


def test_a_key_belongs_to_its_endpoint(call: Call) -> None:
    call("POST", "/profiles/zoe", {"profile": {"a": 1}}, headers=key("a"))
    call("POST", "/profiles/yann", {"profile": {"a": 1}}, headers=key("a"))
    assert call("GET", "/profiles/yann").status_code == 200


def test_a_key_ends_after_25_hours(call: Call, clock: SimpleNamespace) -> None:
    first = call("POST", "/send", SEND, headers=key("a")).json()
    clock.now += 25 * HOUR + 1
    assert call("POST", "/send", SEND, headers=key("a")).json() != first


@pytest.mark.parametrize("form", ["seconds", "milliseconds", "iso"])
def test_a_request_may_say_how_long_its_key_lasts(call: Call, clock: SimpleNamespace, form: str) -> None:
    end = clock.now + 100 * HOUR
    written = {
        "seconds": str(int(end)),
        "milliseconds": str(int(end * 1000)),
        "iso": datetime.fromtimestamp(end, UTC).isoformat(),
    }[form]
    headers = key("a", **{"x-idempotency-expiration": written})
    first = call("POST", "/send", SEND, headers=headers).json()
    clock.now += 99 * HOUR
    assert call("POST", "/send", SEND, headers=key("a")).json() == first
    clock.now += 2 * HOUR
    assert call("POST", "/send", SEND, headers=key("a")).json() != first


@pytest.mark.parametrize("moment", ["soon", "0", "2001-01-01T00:00:00Z"])
def test_an_end_that_is_no_future_moment_is_refused(call: Call, moment: str) -> None:
    response = call("POST", "/send", SEND, headers=key("a", **{"x-idempotency-expiration": moment}))
    assert response.status_code == 400
    assert sent(call) == 0


def test_a_refused_shape_is_not_kept(call: Call) -> None:
    assert call("POST", "/send", {"message": {}}, headers=key("a")).status_code == 400
    assert call("POST", "/send", SEND, headers=key("a")).status_code == 202


def test_any_other_refusal_is_kept(call: Call) -> None:
    brand = {"id": "mine", "name": "Mine", "settings": {}}
    call("POST", "/brands", brand)
    first = call("POST", "/brands", brand, headers=key("a"))
    call("DELETE", "/brands/mine")
    second = call("POST", "/brands", brand, headers=key("a"))
    assert (first.status_code, second.status_code) == (409, 409)
    assert first.json() == second.json()
    assert call("GET", "/brands/mine").status_code == 404


def test_an_answer_without_a_body_is_kept_too(call: Call) -> None:
    recipients = {"recipients": [{"recipientId": "zoe"}]}
    assert call("POST", "/lists/x/subscriptions", recipients, headers=key("a")).status_code == 204
    call("DELETE", "/lists/x/subscriptions/zoe")
    again = call("POST", "/lists/x/subscriptions", recipients, headers=key("a"))
    assert (again.status_code, again.content) == (204, b"")
    assert call("GET", "/lists/x/subscriptions").json()["items"] == []


def test_get_put_and_delete_do_not_look_at_the_key(call: Call) -> None:
    call("PUT", "/lists/x", {"name": "One"}, headers=key("a"))
    call("PUT", "/lists/x", {"name": "Two"}, headers=key("a"))
    assert call("GET", "/lists/x", headers=key("a")).json()["name"] == "Two"
    call("DELETE", "/lists/x", headers=key("a"))
    assert call("DELETE", "/lists/x", headers=key("a")).status_code == 404
    assert call("GET", "/lists/x", headers=key("a")).status_code == 404


def test_a_repeated_call_leaves_one_audit_event(call: Call) -> None:
    before = call("GET", "/audit-events").json()["results"][0]["auditEventId"]
    call("POST", "/send", SEND, headers=key("a"))
    call("POST", "/send", SEND, headers=key("a"))
    assert call("GET", "/audit-events").json()["results"][1]["auditEventId"] == before


def test_attempts_at_the_same_time_have_one_effect(server: Sandbox, call: Call) -> None:
    headers = {"Authorization": "Bearer x", **key("same")}

    def attempt(_: int) -> tuple[int, Any]:
        response = requests.post(f"{server.url}/send", json=SEND, headers=headers, timeout=10)
        return response.status_code, response.json()["requestId"]

    with ThreadPoolExecutor(20) as pool:
        responses = set(pool.map(attempt, range(20)))
    assert len(responses) == 1
    assert responses.pop()[0] == 202
    assert sent(call) == 1
