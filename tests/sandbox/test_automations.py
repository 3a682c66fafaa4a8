from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import requests

Call = Callable[..., requests.Response]
WELCOME = {"action": "send", "template": "welcome-email"}


def invoke(call: Call, *steps: Any, cancelation: str | None = None, **context: Any) -> str:
    automation = {"steps": list(steps), "cancelation_token": cancelation}
    response = call("POST", "/automations/invoke", {"automation": automation, **context})
    assert response.status_code == 200
    assert set(response.json()) == {"runId"}
    run_id: str = response.json()["runId"]
    return run_id


def sent(call: Call) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = call("GET", "/messages?enqueued_after=1789999999").json()["results"]
    return messages


def test_every_run_has_an_id_of_its_own(call: Call) -> None:
    assert invoke(call) != invoke(call)


def test_a_send_step_sends(call: Call, clock: SimpleNamespace) -> None:
    invoke(call, {**WELCOME, "recipient": "ada", "brand": "harbour-kids"})
    clock.now += 2
    (message,) = sent(call)
    assert (message["recipient"], message["event"], message["status"]) == ("ada", "welcome-email", "DELIVERED")
    html = call("GET", f"/messages/{message['id']}/output").json()["results"][0]["content"]["html"]
    assert "#BE123C" in html


def test_a_step_takes_what_it_lacks_from_the_call(call: Call, clock: SimpleNamespace) -> None:
    invoke(
        call,
        {"action": "send", "data": {"order": "HB-9"}},
        recipient="bruno",
        template="order-shipped",
        data={"order": "HB-8", "x": 1},
        profile={"email": "other@example.com"},
    )
    clock.now += 2
    (message,) = sent(call)
    events = call("GET", f"/messages/{message['id']}/history").json()["results"]
    assert message["recipient"] == "bruno"
    assert events[0]["data"] == {"order": "HB-9", "x": 1}
    assert events[2]["merged_profile"]["email"] == "other@example.com"


@pytest.mark.parametrize(
    "context", [{"profile": {"user_id": "ada"}}, {"data": {"userId": "ada"}}, {"profile": {"anonymousId": "ada"}}]
)
def test_the_user_may_stand_in_the_profile_or_the_data(call: Call, context: Any) -> None:
    invoke(call, WELCOME, **context)
    assert [message["recipient"] for message in sent(call)] == ["ada"]


def test_a_send_list_step_reaches_every_subscriber(call: Call) -> None:
    invoke(call, {"action": "send-list", "list": "events.oslo"}, template="weekly-digest")
    assert sorted(message["recipient"] for message in sent(call)) == ["chen", "elif", "farid"]


@pytest.mark.parametrize(
    ("merge", "expected"),
    [
        ("replace", {"b": 3, "c": 4}),
        ("overwrite", {"a": 1, "b": 3, "c": 4}),
        ("soft-merge", {"a": 1, "b": 2, "c": 4}),
        ("none", {"a": 1, "b": 2}),
        (None, {"a": 1, "b": 3, "c": 4}),
    ],
)
def test_an_update_profile_step_merges_as_it_says(call: Call, merge: str | None, expected: Any) -> None:
    call("PUT", "/profiles/zoe", {"profile": {"a": 1, "b": 2}})
    step = {"action": "update-profile", "recipient_id": "zoe", "merge": merge, "profile": {"b": 3, "c": 4}}
    invoke(call, step)
    assert call("GET", "/profiles/zoe").json()["profile"] == expected


def test_a_delay_step_holds_back_what_follows(call: Call, clock: SimpleNamespace) -> None:
    invoke(call, WELCOME, {"action": "delay", "duration": "2 days"}, WELCOME, recipient="ada")
    clock.now += 2
    assert sorted(message["status"] for message in sent(call)) == ["DELAYED", "DELIVERED"]
    clock.now += 2 * 86_400
    assert {message["status"] for message in sent(call)} == {"DELIVERED"}


def test_a_delay_may_end_at_a_moment(call: Call, clock: SimpleNamespace) -> None:
    invoke(call, {"action": "delay", "until": "2026-09-22T14:13:20Z"}, WELCOME, recipient="ada")
    clock.now += 86_399
    assert [message["status"] for message in sent(call)] == ["DELAYED"]
    clock.now += 3
    assert [message["status"] for message in sent(call)] == ["DELIVERED"]


def test_a_cancel_step_stops_other_runs_with_the_token(call: Call) -> None:
    delay = {"action": "delay", "duration": "1 hour"}
    invoke(call, delay, WELCOME, recipient="ada", cancelation="order-1")
    invoke(call, delay, WELCOME, recipient="bruno", cancelation="order-2")
    invoke(call, {"action": "cancel", "cancelation_token": "order-1"})
    assert {message["recipient"]: message["status"] for message in sent(call)} == {
        "ada": "CANCELED",
        "bruno": "DELAYED",
    }


def test_an_invoke_step_runs_a_stored_automation(call: Call) -> None:
    invoke(call, {"action": "invoke", "template": "ask-for-review"}, recipient="chen")
    assert call("GET", "/profiles/chen").json()["profile"]["asked_for_review"] is True
    assert [message["recipient"] for message in sent(call)] == ["chen"]


def test_a_fetch_data_step_calls_nobody(call: Call) -> None:
    hook = {"url": "http://127.0.0.1:9/never", "method": "GET"}
    invoke(call, {"action": "fetch-data", "webhook": hook}, WELCOME, recipient="ada")
    assert len(sent(call)) == 1


@pytest.mark.parametrize("name", ["welcome-series", "3f0c2a54-7d1e-4c57-9a40-0a6c1b1f0001"])
def test_a_stored_automation_is_found_by_id_or_alias(call: Call, name: str) -> None:
    response = call("POST", f"/automations/{name}/invoke", {"recipient": "ada"})
    assert response.status_code == 200
    assert set(response.json()) == {"runId"}
    assert [message["event"] for message in sent(call)] == ["nt_01kmrbq6ypf25tsge12qek41r0", "welcome-email"]


def test_an_unknown_automation_is_not_found(call: Call) -> None:
    response = call("POST", "/automations/none/invoke", {"recipient": "ada"})
    assert (response.status_code, response.json()["message"]) == (404, "Automation template none not found")


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({}, "automation.steps[0].action: Required"),
        ({"action": "update-profile"}, "automation.steps[0].profile: Required"),
        ({"action": "cancel"}, "automation.steps[0].cancelation_token: Required"),
        ({"action": "invoke"}, "automation.steps[0].template: Required"),
        (
            {"action": "fetch-data", "webhook": {"url": "u"}},
            "automation.steps[0].webhook.method: Required",
        ),
        ({"action": "delay", "duration": 5}, "automation.steps[0].duration: Expected string"),
        ("send", "automation.steps[0]: Expected object"),
    ],
)
def test_a_step_that_lacks_something_is_refused(call: Call, step: Any, message: str) -> None:
    response = call("POST", "/automations/invoke", {"automation": {"steps": [step]}})
    assert (response.status_code, response.json()["message"]) == (400, message)


def test_an_unknown_action_is_refused_and_no_step_is_run(call: Call) -> None:
    steps = [{**WELCOME, "recipient": "ada"}, {"action": "dance"}]
    assert call("POST", "/automations/invoke", {"automation": {"steps": steps}}).status_code == 400
    assert sent(call) == []
