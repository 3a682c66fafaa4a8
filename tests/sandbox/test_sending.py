import re
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
import requests

Call = Callable[..., requests.Response]
CONTENT = {"title": "Hello {{profile.name}}", "body": "Your code is {{ code }}."}
ID = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")


def send(call: Call, to: Any, **message: Any) -> str:
    response = call("POST", "/send", {"message": {"to": to, "content": CONTENT, **message}})
    assert response.status_code == 202
    assert set(response.json()) == {"requestId"}
    request_id: str = response.json()["requestId"]
    return request_id


def traced(call: Call, request_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call("GET", "/messages", params={"traceId": request_id}).json()["results"]
    return found


def settled(call: Call, clock: SimpleNamespace, to: Any, **message: Any) -> dict[str, Any]:
    request_id = send(call, to, **message)
    clock.now += 2
    found: dict[str, Any] = call("GET", f"/messages/{request_id}").json()
    return found


def providers(message: dict[str, Any]) -> list[str]:
    return [entry["provider"] for entry in message["providers"]]


def test_one_recipient_makes_the_request_id_the_message_id(call: Call, clock: SimpleNamespace) -> None:
    request_id = send(call, {"user_id": "ada"})
    assert ID.fullmatch(request_id)
    assert int(request_id[2:10], 16) == int(clock.now)
    message = call("GET", f"/messages/{request_id}").json()
    assert message["id"] == request_id
    assert message["recipient"] == "ada"
    assert message["enqueued"] == int(clock.now * 1000)


@pytest.mark.parametrize(
    ("to", "people"),
    [
        ({"list_id": "events.oslo"}, ["chen", "elif", "farid"]),
        ({"list_pattern": "events.*"}, ["ada", "bruno", "chen", "elif", "farid"]),
        ({"audience_id": "engineers"}, ["ada", "chen", "elif"]),
        ([{"user_id": "ada"}, {"email": "new@example.com"}], ["ada", "new@example.com"]),
        ([{"list_id": "staff.editors"}], ["bruno"]),
    ],
)
def test_many_recipients_get_a_message_each_that_the_request_id_finds(call: Call, to: Any, people: list[str]) -> None:
    request_id = send(call, to)
    assert call("GET", f"/messages/{request_id}").status_code == 404
    messages = traced(call, request_id)
    assert sorted(message["recipient"] for message in messages) == people
    assert len({message["id"] for message in messages}) == len(people)
    assert all(ID.fullmatch(message["id"]) for message in messages)


def test_a_pattern_reaches_a_person_once(call: Call) -> None:
    recipients = [message["recipient"] for message in traced(call, send(call, {"list_pattern": "news.products.**"}))]
    assert sorted(recipients) == ["ada", "chen", "dalia", "elif"]
    call("PUT", "/lists/events.hamburg/subscriptions/chen")
    recipients = [message["recipient"] for message in traced(call, send(call, {"list_pattern": "events.*"}))]
    assert recipients.count("chen") == 1


@pytest.mark.parametrize("to", [{"list_id": "nobody"}, {"audience_id": "nobody"}, {"list_pattern": "no.*"}])
def test_a_list_or_audience_that_is_not_there_is_accepted_and_reaches_nobody(call: Call, to: Any) -> None:
    assert traced(call, send(call, to)) == []


def test_a_deleted_list_reaches_nobody_until_it_is_restored(call: Call) -> None:
    call("DELETE", "/lists/staff.editors")
    assert traced(call, send(call, {"list_id": "staff.editors"})) == []
    call("PUT", "/lists/staff.editors/restore")
    assert len(traced(call, send(call, {"list_id": "staff.editors"}))) == 1


def test_status_moves_on_with_the_clock(call: Call, clock: SimpleNamespace) -> None:
    path = f"/messages/{send(call, {'user_id': 'ada'})}"
    begun = int(clock.now * 1000)
    seen: dict[str, Any] = {}
    for _ in range(30):
        message = call("GET", path).json()
        seen.setdefault(message["status"], message)
        clock.now += 0.05
    assert list(seen) == ["ENQUEUED", "ROUTED", "SENT", "DELIVERED"]
    assert "sent" not in seen["ROUTED"]
    assert "delivered" not in seen["SENT"]
    delivered = seen["DELIVERED"]
    assert begun < delivered["sent"] < delivered["delivered"] < begun + 2000
    assert delivered["providers"][0]["provider"] == "sendgrid"
    assert delivered["providers"][0]["status"] == "DELIVERED"
    assert delivered["providers"][0]["sent"] == delivered["sent"]


def test_a_person_without_an_address_cannot_be_routed_to(call: Call, clock: SimpleNamespace) -> None:
    message = settled(call, clock, {"user_id": "holt"})
    assert (message["status"], message["reason"]) == ("UNROUTABLE", "NO_CHANNELS")
    assert message["providers"] == []
    assert "sent" not in message


def test_an_address_in_the_call_is_laid_over_the_stored_profile(call: Call, clock: SimpleNamespace) -> None:
    message = settled(call, clock, {"user_id": "holt", "email": "holt@example.com"})
    assert message["status"] == "DELIVERED"
    loaded = call("GET", f"/messages/{message['id']}/history?type=PROFILE_LOADED").json()["results"][0]
    assert loaded["received_profile"] == {"email": "holt@example.com"}
    assert loaded["stored_profile"]["name"] == "Holt Ames"
    assert loaded["merged_profile"] == {**loaded["stored_profile"], "email": "holt@example.com"}
    assert "email" not in call("GET", "/profiles/holt").json()["profile"]


@pytest.mark.parametrize(
    ("to", "recipient", "provider"),
    [
        ({"email": "x@example.com"}, "x@example.com", "sendgrid"),
        ({"phone_number": "+15550100099"}, "+15550100099", "twilio"),
        ({"slack": {"access_token": "t", "channel": "C1"}}, "C1", "slack"),
        (
            {"ms_teams": {"tenant_id": "t", "service_url": "u", "email": "x@example.com"}},
            "x@example.com",
            "msteams",
        ),
        ({"pagerduty": {"routing_key": "r"}}, "pagerduty", "pagerduty"),
        ({"webhook": {"url": "https://hook.example.com"}}, "https://hook.example.com", "webhook"),
    ],
)
def test_an_address_alone_is_enough(call: Call, clock: SimpleNamespace, to: Any, recipient: str, provider: str) -> None:
    message = settled(call, clock, to)
    assert (message["status"], message["recipient"]) == ("DELIVERED", recipient)
    assert providers(message) == [provider]


@pytest.mark.parametrize(
    "to",
    [
        {},
        [],
        {"user_id": None},
        {"slack": {"channel": "C1"}},
        {"webhook": {"method": "POST"}},
        {"ms_teams": {"email": "x"}},
        {"audience_id": 5},
        "ada",
        {"email": "x@example.com", "data": []},
    ],
)
def test_a_recipient_that_is_none_is_refused(call: Call, to: Any) -> None:
    assert call("POST", "/send", {"message": {"to": to, "content": CONTENT}}).status_code == 400


def test_routing_chooses_among_the_addresses(call: Call, clock: SimpleNamespace) -> None:
    single = {"method": "single", "channels": ["push", "sms", "email"]}
    every = {"method": "all", "channels": ["email", {"method": "single", "channels": ["push", "twilio"]}]}
    assert providers(settled(call, clock, {"user_id": "ada"}, routing=single)) == ["twilio"]
    assert providers(settled(call, clock, {"user_id": "elif"}, routing=single)) == ["expo"]
    assert providers(settled(call, clock, {"user_id": "ada"}, routing=every)) == ["sendgrid", "twilio"]
    inbox = {"method": "single", "channels": ["inbox"]}
    assert providers(settled(call, clock, {"user_id": "holt"}, routing=inbox)) == ["courier"]


def test_routing_to_a_channel_without_address_or_provider_says_which(call: Call, clock: SimpleNamespace) -> None:
    no_phone = settled(call, clock, {"user_id": "chen"}, routing={"method": "all", "channels": ["sms"]})
    no_provider = settled(call, clock, {"user_id": "ada"}, routing={"method": "all", "channels": ["pigeon"]})
    assert (no_phone["status"], no_phone["reason"]) == ("UNROUTABLE", "NO_CHANNELS")
    assert (no_provider["status"], no_provider["reason"]) == ("UNROUTABLE", "NO_PROVIDERS")


@pytest.mark.parametrize("name", ["welcome-email", "HB1WE1C0ME000000000000000001"])
def test_a_template_is_found_by_its_id_or_its_event(call: Call, clock: SimpleNamespace, name: str) -> None:
    message = settled(call, clock, {"user_id": "ada"}, template=name, content=None)
    assert message["status"] == "DELIVERED"
    assert (message["event"], message["notification"]) == (name, "HB1WE1C0ME000000000000000001")
    output = call("GET", f"/messages/{message['id']}/output").json()["results"][0]
    assert output["content"]["title"] == "Welcome, Ada Brandt"


def test_a_template_that_is_unknown_or_a_draft_ends_the_message(call: Call, clock: SimpleNamespace) -> None:
    unknown = settled(call, clock, {"user_id": "ada"}, template="nowhere", content=None)
    draft = settled(call, clock, {"user_id": "ada"}, template="nt_01harbour0summer000000000004", content=None)
    assert unknown["status"] == "UNMAPPED"
    assert "nowhere" in unknown["error"]
    assert unknown["event"] == "nowhere"
    assert (draft["status"], draft["reason"]) == ("UNROUTABLE", "UNPUBLISHED")


def test_who_opted_out_is_not_sent_to(call: Call, clock: SimpleNamespace) -> None:
    digest = {"template": "weekly-digest", "content": None}
    stored = settled(call, clock, {"user_id": "farid"}, **digest)
    given = settled(
        call,
        clock,
        {"user_id": "ada", "preferences": {"notifications": {"topic-9": {"status": "OPTED_OUT"}}}},
        preferences={"subscription_topic_id": "topic-9"},
    )
    willing = settled(call, clock, {"user_id": "greta"}, **digest)
    assert (stored["status"], stored["reason"]) == ("UNROUTABLE", "UNSUBSCRIBED")
    assert (given["status"], given["reason"]) == ("UNROUTABLE", "UNSUBSCRIBED")
    assert willing["status"] == "DELIVERED"


def test_a_subscription_that_opted_out_is_passed_over(call: Call, clock: SimpleNamespace) -> None:
    declined = {"notifications": {"HB1WE1C0ME000000000000000001": {"status": "OPTED_OUT"}}}
    call("PUT", "/lists/staff.editors/subscriptions/bruno", {"preferences": declined})
    request_id = send(call, {"list_id": "staff.editors"}, template="welcome-email", content=None)
    clock.now += 2
    assert [message["reason"] for message in traced(call, request_id)] == ["UNSUBSCRIBED"]


@pytest.mark.parametrize("form", ["duration", "until"])
def test_a_delay_holds_a_message_back(call: Call, clock: SimpleNamespace, form: str) -> None:
    until = datetime.fromtimestamp(clock.now + 3600, UTC).isoformat()
    delay = {"duration": 3_600_000} if form == "duration" else {"until": until}
    path = f"/messages/{send(call, {'user_id': 'ada'}, delay=delay)}"
    clock.now += 3599
    assert call("GET", path).json()["status"] == "DELAYED"
    assert call("GET", f"{path}/output").json() == {"results": []}
    clock.now += 3
    assert call("GET", path).json()["status"] == "DELIVERED"


@pytest.mark.parametrize("expires_in", [1000, "1000", "PT1S", "P0DT1S"])
def test_a_message_that_expires_before_its_delay_is_over_is_not_sent(
    call: Call, clock: SimpleNamespace, expires_in: Any
) -> None:
    late = settled(call, clock, {"user_id": "ada"}, delay={"duration": 60_000}, expiry={"expires_in": expires_in})
    assert (late["status"], late["reason"]) == ("UNDELIVERABLE", "FAILED")
    assert "expired" in late["error"]
    early = settled(call, clock, {"user_id": "ada"}, expiry={"expires_in": expires_in})
    assert early["status"] == "DELIVERED"


def test_data_of_a_recipient_is_laid_over_the_messages(call: Call, clock: SimpleNamespace) -> None:
    request_id = send(
        call,
        [{"user_id": "ada", "data": {"code": "own"}}, {"user_id": "bruno"}],
        data={"code": "shared"},
    )
    clock.now += 2
    said = {
        message["recipient"]: call("GET", f"/messages/{message['id']}/output").json()["results"][0]["content"]["body"]
        for message in traced(call, request_id)
    }
    assert said == {"ada": "Your code is own.", "bruno": "Your code is shared."}
