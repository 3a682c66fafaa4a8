"""Journeys run, events trigger automations once, and runs say how far they are."""

import base64
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import requests

Call = Callable[..., requests.Response]
DELIVERED = {"type": "track", "event": "Order Delivered", "messageId": "m-1", "userId": "chen", "properties": {}}
REVIEW = "3f0c2a54-7d1e-4c57-9a40-0a6c1b1f0002"


def error_of(response: requests.Response) -> tuple[int, str]:
    return response.status_code, response.json()["message"]


def recipients(call: Call, clock: SimpleNamespace, after: float) -> list[str]:
    clock.now += 2
    query = {"enqueued_after": str(int(after * 1000) - 1)}
    return [message["recipient"] for message in call("GET", "/messages", params=query).json()["results"]]


def test_journeys_and_automations_are_listed_by_version(call: Call) -> None:
    names = [template["name"] for template in call("GET", "/journeys").json()["templates"]]
    assert names == ["Onboarding", "Win back", "Reading club", "Paused"]
    draft = call("GET", "/automations", params={"version": "draft"}).json()
    assert [template["name"] for template in draft["templates"]] == ["Gift guide"]
    assert "cursor" not in draft
    message = 'Invalid version parameter "old". Accepted values are: published (for published templates) or draft'
    for path, has_type in (("/journeys", True), ("/automations", False)):
        refused = call("GET", path, params={"version": "old"})
        assert error_of(refused) == (400, f"{message} (for draft templates)")
        assert ("type" in refused.json()) == has_type


def test_a_journey_runs_for_its_user_with_its_delays(call: Call, clock: SimpleNamespace) -> None:
    before = clock.now
    started = call("POST", "/journeys/onboarding/invoke", {"user_id": "ada"})
    assert started.status_code == 202
    clock.now += 2
    found = call("GET", "/messages", params={"enqueued_after": str(int(before * 1000) - 1)}).json()["results"]
    assert [message["status"] for message in found] == ["DELAYED", "DELIVERED"]
    canceled = call("POST", "/journeys/cancel", {"run_id": started.json()["runId"]}).json()
    assert canceled == {"run_id": started.json()["runId"], "status": "CANCELED"}
    clock.now += 2 * 86_400
    found = call("GET", "/messages", params={"enqueued_after": str(int(before * 1000) - 1)}).json()["results"]
    assert [message["status"] for message in found] == ["CANCELED", "DELIVERED"]


def test_a_run_that_has_ended_is_not_canceled(call: Call) -> None:
    run_id = call("POST", "/journeys/reading-club/invoke", {"user_id": "ada"}).json()["runId"]
    assert call("POST", "/journeys/cancel", {"run_id": run_id}).json()["status"] == "PROCESSED"
    assert call("POST", "/journeys/cancel", {"cancelation_token": "harbour"}).json() == {"cancelation_token": "harbour"}
    seeded = {"run_id": "1-66c0d1e0-7a1b2c3d4e5f60718293a4f1"}
    assert call("POST", "/journeys/cancel", seeded).json()["status"] == "CANCELED"
    assert call("POST", "/journeys/cancel", {"run_id": "1-none"}).status_code == 404
    assert call("POST", "/journeys/cancel", {}).status_code == 400


@pytest.mark.parametrize(
    ("name", "body", "status", "message"),
    [
        ("nowhere", {"user_id": "ada"}, 404, "Automation template nowhere not found"),
        ("autumn", {"user_id": "ada"}, 404, "Automation template autumn not found"),
        ("win-back", {"user_id": "ada"}, 422, "Trigger conditions not met"),
        ("summer-2024", {"user_id": "ada"}, 422, "Cannot invoke archived automation template summer-2024"),
        ("paused", {"user_id": "ada"}, 422, "Cannot invoke disabled automation template paused"),
        ("onboarding", {"user_id": 5}, 400, "user_id: Expected string"),
    ],
)
def test_a_journey_that_cannot_start_says_why(call: Call, name: str, body: Any, status: int, message: str) -> None:
    assert error_of(call("POST", f"/journeys/{name}/invoke", body)) == (status, message)


@pytest.mark.parametrize(
    ("body", "recipient"),
    [
        ({"profile": {"userId": "bruno"}}, "bruno"),
        ({"data": {"anonymousId": "holt", "lapsed": True}}, "holt"),
        ({"profile": {"email": "x@example.com"}}, "x@example.com"),
        ({}, None),
        ({"profile": {"name": "X"}}, None),
    ],
)
def test_the_user_of_a_journey_may_be_in_profile_or_data(
    call: Call, clock: SimpleNamespace, body: Any, recipient: str | None
) -> None:
    before = clock.now
    started = call("POST", "/journeys/onboarding/invoke", body)
    assert started.status_code == (202 if recipient else 400)
    assert recipients(call, clock, before) == ([recipient, recipient] if recipient else [])


def test_an_event_triggers_its_automations_once(call: Call, clock: SimpleNamespace) -> None:
    before = clock.now
    tracked = call("POST", "/inbound/courier", DELIVERED)
    assert (tracked.status_code, tracked.json()["messageId"] != "m-1") == (202, True)
    assert recipients(call, clock, before) == ["chen"]
    assert call("GET", "/profiles/chen").json()["profile"]["asked_for_review"] is True
    assert error_of(call("POST", "/inbound/courier", DELIVERED)) == (409, "Message m-1 was already received")
    assert recipients(call, clock, before) == ["chen"]
    other = {**DELIVERED, "event": "Nothing waits for it", "messageId": "m-2"}
    assert call("POST", "/inbound/courier", other).status_code == 202
    assert recipients(call, clock, before) == ["chen"]


@pytest.mark.parametrize("change", [{"type": "identify"}, {"messageId": ""}, {"properties": None}, {"event": 5}])
def test_an_event_that_is_none_is_refused(call: Call, change: Any) -> None:
    assert call("POST", "/inbound/courier", {**DELIVERED, **change}).status_code == 400


def test_runs_are_found_by_state_template_and_time(call: Call, clock: SimpleNamespace) -> None:
    run_id = call("POST", f"/automations/{REVIEW}/invoke", {"recipient": "ada"}).json()["runId"]
    clock.now += 1
    found = call("GET", "/automations/runs", params={"template_id": REVIEW, "limit": "1"}).json()
    assert [(run["run_id"], run["status"], run["source"]) for run in found["runs"]] == [
        (run_id, "PROCESSED", [f"invoke/{REVIEW}"])
    ]
    rest = call("GET", "/automations/runs", params={"template_id": REVIEW, "cursor": found["next_cursor"]}).json()
    assert (len(rest["runs"]), "next_cursor" in rest) == (1, False)
    waiting = call("GET", "/automations/runs", params={"status": "WAITING,ERROR"}).json()["runs"]
    assert [run["run_id"][-2:] for run in waiting] == ["04"]
    early = call("GET", "/automations/runs", params={"end_date": "2026-09-10", "start_date": "2026-08-01"}).json()
    assert [run["run_id"][-2:] for run in early["runs"]] == ["02", "01"]
    refused = call("GET", "/automations/runs", params={"start_date": "1790000000"})
    assert error_of(refused) == (400, "start_date: Expected an ISO 8601 date or timestamp")


@pytest.mark.parametrize(("limit", "shown"), [("0", 1), ("2", 2), ("500", 4), ("many", 4)])
def test_a_limit_of_runs_is_bounded_and_never_refused(call: Call, limit: str, shown: int) -> None:
    assert len(call("GET", "/automations/runs", params={"limit": limit}).json()["runs"]) == shown


def test_steps_of_a_run_say_how_far_it_is(call: Call, clock: SimpleNamespace) -> None:
    path = "/automations/runs/1-66c0d1e0-7a1b2c3d4e5f60718293a404/steps"
    steps = call("GET", path).json()["steps"]
    assert [(step["action"], step["status"]) for step in steps] == [
        ("send", "PROCESSED"),
        ("delay", "WAITING"),
        ("send", "NOT PROCESSED"),
    ]
    assert call("GET", f"/messages/{steps[0]['message_id']}").status_code == 200
    clock.now += 2 * 86_400
    assert {step["status"] for step in call("GET", path).json()["steps"]} == {"PROCESSED"}
    clock.now += 95 * 86_400
    assert call("GET", path).status_code == 404
    assert call("GET", "/automations/runs").json() == {"runs": []}


def test_a_message_is_sent_again_under_a_new_id(call: Call, clock: SimpleNamespace) -> None:
    first = "1-66a8f1c0-5d2c8e7a4b1f9036c7d2e501"
    message_id = call("POST", f"/messages/{first}/resend").json()["messageId"]
    assert call("GET", f"/messages/{message_id}").json()["status"] == "ENQUEUED"
    clock.now += 2
    again, before = call("GET", f"/messages/{message_id}").json(), call("GET", f"/messages/{first}").json()
    assert (again["status"], before["status"]) == ("DELIVERED", "OPENED")
    assert again["recipient"] == before["recipient"]
    assert call("GET", f"/messages/{message_id}/output").json() == call("GET", f"/messages/{first}/output").json()
    assert call("POST", "/messages/none/resend").status_code == 404


def test_translations_apply_to_who_speaks_the_language(call: Call, clock: SimpleNamespace) -> None:
    def text(user: str) -> str:
        message = {"to": {"user_id": user}, "content": {"title": "Welcome", "body": 'Say "hi", {{profile.name}}'}}
        message_id = call("POST", "/send", {"message": message}).json()["requestId"]
        clock.now += 2
        content = call("GET", f"/messages/{message_id}/output").json()["results"][0]["content"]
        return f"{content['title']}: {content['text']}"

    po = (
        'msgid "Welcome"\nmsgstr ""\n"Will"\n"kommen"\n\n'
        'msgid "Say \\"hi\\", {{profile.name}}"\nmsgstr "Hallo {{profile.name}}"\n'
    )
    assert text("bruno") == 'Welcome: Say "hi", Bruno Tal'
    assert call("PUT", "/translations/default/de", po).status_code == 204
    assert call("GET", "/translations/default/de").json() == po
    assert (text("bruno"), text("ada")) == ("Willkommen: Hallo Bruno Tal", 'Welcome: Say "hi", Ada Brandt')
    assert call("PUT", "/translations/default/de", {"a": 1}).status_code == 400
    assert call("PUT", "/translations/shop/de", po).status_code == 404
    assert call("GET", "/translations/default/fi").status_code == 404


def test_a_token_says_what_it_allows_and_how_long(call: Call) -> None:
    body = {"scope": "user_id:ada inbox:read:messages read:brands:harbour-kids", "expires_in": "2.5 hrs"}
    claims = call("POST", "/auth/issue-token", body).json()["token"].split(".")[1]
    found = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert (found["scope"], found["exp"] - found["iat"]) == (body["scope"], 9000)
    for change in ({"scope": "read:everything"}, {"scope": " "}, {"expires_in": "soon"}, {"expires_in": None}):
        assert call("POST", "/auth/issue-token", {**body, **change}).status_code == 400


def test_metrics_count_messages_by_period_channel_and_provider(call: Call, clock: SimpleNamespace) -> None:
    path = "/notifications/HB1WE1C0ME000000000000000001/metrics"
    call("POST", "/send", {"message": {"to": {"user_id": "ada"}, "template": "welcome-email"}})
    clock.now += 2
    found = call("GET", path, params={"lookback": "P1D", "granularity": "HOUR"}).json()
    assert len(found["series"]) == 25
    assert found["series"][0]["data"] == []
    assert found["series"][-1]["data"] == [
        {
            "provider": "sendgrid",
            "channel": "email",
            "sent": 1,
            "delivered": 1,
            "opened": 0,
            "clicked": 0,
            "errors": 0,
            "undeliverable": 0,
        }
    ]
    weeks = call(
        "GET", path, params={"start": "2026-09-02T10:00:00Z", "end": "2026-09-20T00:00:00Z", "granularity": "WEEK"}
    )
    assert [entry["period"][:10] for entry in weeks.json()["series"]] == ["2026-08-30", "2026-09-06", "2026-09-13"]
    assert weeks.json()["end"] == "2026-09-20T00:00:00Z"


def test_a_template_that_does_not_exist_has_no_metrics(call: Call) -> None:
    found = call("GET", "/notifications/nothing/metrics", params={"lookback": "P2D"}).json()
    assert [bucket["data"] for bucket in found["series"]] == [[], [], []]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"lookback": "P8D", "granularity": "HOUR"}, "granularity: HOUR spans at most 7 days"),
        ({"lookback": "P91D"}, "granularity: DAY spans at most 90 days"),
        ({"lookback": "30 days"}, "lookback: Expected a positive ISO 8601 duration"),
        ({"start": "2026-09-01T00:00:00Z"}, "start: Must be supplied together with end"),
        ({"granularity": "YEAR"}, "granularity: Expected one of HOUR, DAY, WEEK, MONTH"),
    ],
)
def test_a_window_that_is_none_is_refused(call: Call, query: Any, message: str) -> None:
    assert error_of(call("GET", "/notifications/HB1WE1C0ME000000000000000001/metrics", params=query)) == (400, message)
