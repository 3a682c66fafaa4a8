from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import requests

Call = Callable[..., requests.Response]
Walk = Callable[..., list[list[Any]]]
DETAILS = {"id", "status", "enqueued", "recipient", "event", "notification"}
SEEDED = "1-66a8f1c0-5d2c8e7a4b1f9036c7d2e5"


def send(call: Call, **message: Any) -> str:
    full = {"to": {"user_id": "ada"}, "content": {"title": "T", "body": "B"}, **message}
    request_id: str = call("POST", "/send", {"message": full}).json()["requestId"]
    return request_id


def types(call: Call, message_id: str) -> list[str]:
    return [event["type"] for event in call("GET", f"/messages/{message_id}/history").json()["results"]]


def test_the_seed_shows_messages_in_many_states(walk: Walk) -> None:
    messages = [message for page in walk("/messages") for message in page]
    assert {message["status"] for message in messages} == {
        "CANCELED",
        "CLICKED",
        "DELAYED",
        "DELIVERED",
        "OPENED",
        "UNDELIVERABLE",
        "UNMAPPED",
        "UNROUTABLE",
    }
    assert all(set(message) >= DETAILS for message in messages)
    moments = [message["enqueued"] for message in messages]
    assert moments == sorted(moments, reverse=True)


@pytest.mark.parametrize("part", ["", "/history", "/output"])
def test_an_unknown_message_is_not_found(call: Call, part: str) -> None:
    response = call("GET", f"/messages/1-00000000-none{part}")
    assert response.status_code == 404
    assert response.json() == {"type": "invalid_request_error", "message": "Message 1-00000000-none not found"}


def test_history_tells_every_step_with_its_own_fields(call: Call, clock: SimpleNamespace) -> None:
    message_id = send(call, template="order-shipped", content=None, data={"order": "HB-7"})
    clock.now += 2
    events = call("GET", f"/messages/{message_id}/history").json()["results"]
    assert [event["type"] for event in events] == [
        "ENQUEUED",
        "MAPPED",
        "PROFILE_LOADED",
        "ROUTED",
        "RENDERED",
        "DELIVERING",
        "SENT",
        "DELIVERED",
    ]
    by_type = {event["type"]: event for event in events}
    assert by_type["ENQUEUED"]["data"] == {"order": "HB-7"}
    assert by_type["ENQUEUED"]["recipient"] == "ada"
    assert by_type["MAPPED"]["event_id"] == "order-shipped"
    assert by_type["MAPPED"]["notification_id"] == "HB20RDERSH1PPED0000000000002"
    assert by_type["PROFILE_LOADED"]["merged_profile"]["email"] == "ada@example.com"
    assert by_type["SENT"]["integration"]["provider"] == "sendgrid"
    assert by_type["SENT"]["channel"]["id"] == by_type["DELIVERED"]["channel"]["id"]
    assert by_type["RENDERED"]["output"]["subject"].startswith(f"/messages/{message_id}/output/")
    assert by_type["DELIVERED"]["reference"]
    assert [event["ts"] for event in events] == sorted(event["ts"] for event in events)


def test_history_has_the_same_times_after_every_send(call: Call, clock: SimpleNamespace) -> None:
    message_id = send(call, template="order-shipped", content=None)
    sent_at = int(clock.now * 1000)
    clock.now += 2
    events = call("GET", f"/messages/{message_id}/history").json()["results"]
    assert {event["type"]: event["ts"] - sent_at for event in events} == {
        "ENQUEUED": 0,
        "MAPPED": 20,
        "PROFILE_LOADED": 40,
        "ROUTED": 100,
        "RENDERED": 150,
        "DELIVERING": 200,
        "SENT": 300,
        "DELIVERED": 900,
    }


def test_history_tells_only_what_has_happened(call: Call, clock: SimpleNamespace) -> None:
    message_id = send(call)
    assert types(call, message_id) == ["ENQUEUED"]
    clock.now += 0.16
    assert types(call, message_id) == ["ENQUEUED", "PROFILE_LOADED", "ROUTED", "RENDERED"]


def test_history_can_be_asked_for_one_type(call: Call) -> None:
    events = call("GET", f"/messages/{SEEDED}03/history", params={"type": "CLICKED"}).json()["results"]
    assert [event["type"] for event in events] == ["CLICKED"]
    assert call("GET", f"/messages/{SEEDED}03/history?type=UNMAPPED").json() == {"results": []}


def test_a_bounce_tells_its_reason(call: Call) -> None:
    message = call("GET", f"/messages/{SEEDED}06").json()
    assert (message["status"], message["reason"]) == ("UNDELIVERABLE", "BOUNCED")
    assert message["error"] == message["providers"][0]["error"] == "The mailbox does not exist"
    assert "delivered" not in message


def test_output_is_the_content_with_data_in_it(call: Call, clock: SimpleNamespace) -> None:
    elements = [
        {"type": "meta", "title": "Hi {{name}}"},
        {"type": "text", "content": "Bold <b>&</b> {{data.name}} {{gone}}"},
        {"type": "action", "content": "Open", "href": "https://books.example.com"},
        {"type": "html", "content": "<i>only mail</i>"},
        {"type": "text", "content": "for phones", "channels": ["sms"]},
        {"type": "text", "content": "Hello", "locales": {"en": {"content": "Hello in English"}}},
    ]
    message_id = send(
        call,
        content={"version": "2022-01-01", "elements": elements},
        data={"name": "Zoe"},
        brand_id="harbour-kids",
        routing={"method": "all", "channels": ["email", "sms"]},
    )
    assert call("GET", f"/messages/{message_id}/output").json() == {"results": []}
    clock.now += 1
    mail, phone = call("GET", f"/messages/{message_id}/output").json()["results"]
    assert (mail["channel"], phone["channel"]) == ("email", "sms")
    assert mail["channel_id"] != phone["channel_id"]
    assert set(mail["content"]) == {"html", "title", "body", "subject", "text", "blocks"}
    assert mail["content"]["title"] == mail["content"]["subject"] == "Hi Zoe"
    assert mail["content"]["blocks"] == [
        {"type": "text", "text": "Bold <b>&</b> Zoe "},
        {"type": "action", "text": "Open"},
        {"type": "html", "text": "only mail"},
        {"type": "text", "text": "Hello in English"},
    ]
    assert "&lt;b&gt;&amp;&lt;/b&gt; Zoe" in mail["content"]["html"]
    assert "<i>only mail</i>" in mail["content"]["html"]
    assert "#BE123C" in mail["content"]["html"]
    assert phone["content"]["html"] == ""
    assert [block["text"] for block in phone["content"]["blocks"]] == [
        "Bold <b>&</b> Zoe ",
        "Open",
        "for phones",
        "Hello in English",
    ]


def test_output_may_differ_by_channel(call: Call, clock: SimpleNamespace) -> None:
    elements = [
        {"type": "meta", "title": "Shared"},
        {"type": "channel", "channel": "sms", "elements": [{"type": "text", "content": "Short"}]},
        {"type": "channel", "channel": "email", "raw": {"subject": "Raw", "html": "<p>Long</p>", "text": "Long"}},
    ]
    message_id = send(
        call,
        content={"version": "2022-01-01", "elements": elements},
        routing={"method": "all", "channels": ["email", "sms"]},
    )
    clock.now += 1
    mail, phone = (entry["content"] for entry in call("GET", f"/messages/{message_id}/output").json()["results"])
    assert (mail["subject"], phone["subject"]) == ("Raw", "Shared")
    assert "<p>Long</p>" in mail["html"]
    assert phone["text"] == "Short"


def test_cancel_in_time_stops_a_message_for_good(call: Call, clock: SimpleNamespace) -> None:
    message_id = send(call)
    clock.now += 0.2
    response = call("POST", f"/messages/{message_id}/cancel")
    assert response.status_code == 200
    assert response.json()["status"] == "CANCELED"
    assert response.json()["canceledAt"] == int(clock.now * 1000)
    clock.now += 60
    message = call("GET", f"/messages/{message_id}").json()
    assert message["status"] == "CANCELED"
    assert "sent" not in message
    assert types(call, message_id)[-1] == "CANCELED"
    assert call("POST", f"/messages/{message_id}/cancel").json()["canceledAt"] == response.json()["canceledAt"]


def test_cancel_too_late_answers_409_with_the_record(call: Call, clock: SimpleNamespace) -> None:
    message_id = send(call)
    clock.now += 0.35
    response = call("POST", f"/messages/{message_id}/cancel")
    assert response.status_code == 409
    assert response.json()["id"] == message_id
    assert response.json()["status"] == "SENT"
    clock.now += 1
    assert call("GET", f"/messages/{message_id}").json()["status"] == "DELIVERED"


def test_a_delayed_message_can_be_canceled_and_a_failed_one_cannot(call: Call) -> None:
    assert call("POST", f"/messages/{SEEDED}0c/cancel").status_code == 200
    assert call("POST", f"/messages/{SEEDED}05/cancel").status_code == 409
    assert call("POST", "/messages/none/cancel").status_code == 404


def test_archive_hides_all_messages_of_a_request(call: Call, walk: Walk) -> None:
    request_id = call(
        "POST",
        "/send",
        {"message": {"to": {"list_id": "events.oslo"}, "content": {"title": "T", "body": "B"}}},
    ).json()["requestId"]
    message = call("GET", "/messages", params={"traceId": request_id}).json()["results"][0]
    assert call("PUT", f"/requests/{message['id']}/archive").status_code == 404
    response = call("PUT", f"/requests/{request_id}/archive")
    assert (response.status_code, response.content) == (204, b"")
    assert walk("/messages", traceId=request_id) == [[]]
    assert len(walk("/messages", traceId=request_id, archived="true")[0]) == 3
    assert call("GET", f"/messages/{message['id']}").json()["archivedAt"]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"recipient": "dalia"}, ["04"]),
        ({"event": "order-shipped"}, ["05", "04", "03"]),
        ({"notification": "HB1WE1C0ME000000000000000001"}, ["01"]),
        ({"notification": "HB1WE1C0ME000000000000000001", "archived": "true"}, ["02", "01"]),
        ({"messageId": f"{SEEDED}07"}, ["07"]),
        ({"status": "UNROUTABLE"}, ["08", "05"]),
        ({"status": ["CLICKED", "OPENED"]}, ["03", "01"]),
        ({"status": "CLICKED,UNMAPPED"}, ["07", "03"]),
        ({"provider": "twilio"}, ["04"]),
        ({"provider": ["twilio", "expo"]}, ["0a", "04"]),
        ({"tag": "events"}, ["0c"]),
        ({"tag": ["events", "weekly"]}, ["0c", "09", "08"]),
        ({"tags": "events,weekly"}, ["0c", "09", "08"]),
        ({"traceId": "campaign-tides"}, ["09", "08"]),
        ({"traceId": f"{SEEDED}07"}, ["07"]),
        ({"enqueued_after": "2026-09-20T00:00:00Z"}, ["0c", "0b"]),
        ({"enqueued_after": "1789862400000"}, ["0c", "0b"]),
        ({"list": "news.weekly"}, []),
        ({"recipient": "ada", "status": "DELAYED"}, ["0c"]),
    ],
)
def test_the_list_can_be_filtered(walk: Walk, query: dict[str, Any], numbers: list[str]) -> None:
    found = [message["id"] for page in walk("/messages", **query) for message in page]
    assert [name[-2:] for name in found if name.startswith(SEEDED)] == numbers


def test_a_tag_may_hold_a_comma_and_only_tags_is_a_list(call: Call) -> None:
    message_id = send(call, metadata={"tags": ["orders, urgent"]})

    def found(query: dict[str, Any]) -> bool:
        results = call("GET", "/messages", params={"recipient": "ada", **query}).json()["results"]
        return message_id in [message["id"] for message in results]

    assert found({"tag": "orders, urgent"})
    assert found({"tag": ["none", "orders, urgent"]})
    assert not found({"tag": "orders"})
    assert not found({"tag": " urgent"})
    assert not found({"tags": "orders, urgent"})


def test_messages_are_found_by_list_and_tenant(call: Call) -> None:
    send(call, to={"list_id": "staff.editors"})
    send(call, context={"tenant_id": "pier"})
    send(call, to={"user_id": "bruno", "tenant_id": "pier"})
    by_list = call("GET", "/messages", params={"list": "staff.editors"}).json()["results"]
    by_tenant = call("GET", "/messages", params={"tenant_id": "pier"}).json()["results"]
    assert [message["recipient"] for message in by_list] == ["bruno"]
    assert [message["recipient"] for message in by_tenant] == ["bruno", "ada"]


@pytest.mark.parametrize("query", [{"archived": "perhaps"}, {"enqueued_after": "yesterday"}])
def test_a_filter_of_the_wrong_type_is_refused(call: Call, query: dict[str, str]) -> None:
    response = call("GET", "/messages", params=query)
    assert response.status_code == 400
    assert response.json()["message"].startswith(next(iter(query)))
