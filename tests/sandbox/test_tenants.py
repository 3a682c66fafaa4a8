"""Tenants, preferences and device tokens decide who gets what, on which channel and in which look."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import requests

Call = Callable[..., requests.Response]
NEWS = {"preferences": {"subscription_topic_id": "topic-news"}}
CONTENT = {"title": "Hello {{profile.name}}", "body": "Good day from {{profile.company}}."}


def sent(call: Call, clock: SimpleNamespace, to: Any, **more: Any) -> dict[str, Any]:
    response = call("POST", "/send", {"message": {"to": to, "content": CONTENT, **more}})
    clock.now += 2
    found: dict[str, Any] = call("GET", f"/messages/{response.json()['requestId']}").json()
    return found


def error_of(response: requests.Response) -> tuple[int, str]:
    return response.status_code, response.json()["message"]


def test_a_page_of_tenants_says_where_the_next_one_is(call: Call) -> None:
    first = call("GET", "/tenants", params={"limit": 4}).json()
    assert (first["type"], first["has_more"], len(first["items"])) == ("list", True, 4)
    second = call("GET", first["next_url"]).json()
    assert [item["id"] for item in second["items"]] == ["lighthouse", "tidepool"]
    assert (second["has_more"], "cursor" in second, "next_url" in second) == (False, False, False)
    assert call("GET", second["url"]).json() == second


@pytest.mark.parametrize("limit", ["x", "-1", "1e3", "9" * 30])
def test_a_limit_that_is_no_number_is_refused(call: Call, limit: str) -> None:
    assert error_of(call("GET", "/tenants", params={"limit": limit})) == (400, "limit: Expected a number")


@pytest.mark.parametrize(("limit", "shown"), [("0", 1), ("1", 1), ("101", 6)])
def test_a_limit_outside_its_range_is_brought_into_it(call: Call, limit: str, shown: int) -> None:
    assert len(call("GET", "/tenants", params={"limit": limit}).json()["items"]) == shown


def test_put_replaces_a_tenant_and_keeps_its_users(call: Call) -> None:
    call("PUT", "/tenants/acme", {"name": "Acme"})
    assert call("GET", "/tenants/acme").json() == {
        "id": "acme",
        "name": "Acme",
        "parent_tenant_id": None,
        "brand_id": None,
        "properties": {},
        "user_profile": {},
        "default_preferences": {"items": []},
    }
    assert len(call("GET", "/tenants/acme/users", params={"limit": 100}).json()["items"]) == 6


@pytest.mark.parametrize(
    ("parent", "message"),
    [
        ("nobody", "parent_tenant_id: Tenant nobody not found"),
        ("acme", "parent_tenant_id: A tenant cannot be its own ancestor"),
        ("acme-oslo", "parent_tenant_id: A tenant cannot be its own ancestor"),
    ],
)
def test_a_tenant_is_not_below_itself(call: Call, parent: str, message: str) -> None:
    assert error_of(call("PUT", "/tenants/acme", {"name": "A", "parent_tenant_id": parent})) == (400, message)


def test_deleting_a_tenant_ends_its_memberships_and_keeps_its_children(call: Call) -> None:
    assert call("DELETE", "/tenants/acme").status_code == 204
    assert call("GET", "/tenants/acme/users").status_code == 404
    assert [item["tenant_id"] for item in call("GET", "/users/elif/tenants").json()["items"]] == []
    assert call("GET", "/tenants/acme-oslo").json()["parent_tenant_id"] is None
    assert call("DELETE", "/tenants/acme").status_code == 204


def test_everyone_in_a_tenant_gets_a_message_with_its_brand_and_profile(call: Call, clock: SimpleNamespace) -> None:
    message = {"to": {"tenant_id": "acme-berlin"}, "content": CONTENT}
    request_id = call("POST", "/send", {"message": message}).json()["requestId"]
    clock.now += 2
    found = call("GET", "/messages", params={"traceId": request_id}).json()["results"]
    assert sorted(each["recipient"] for each in found) == ["ada", "greta"]
    assert call("GET", f"/messages/{request_id}").status_code == 404
    (ada,) = [each["id"] for each in found if each["recipient"] == "ada"]
    loaded = call("GET", f"/messages/{ada}/history", params={"type": "PROFILE_LOADED"}).json()["results"][0]
    assert loaded["merged_profile"]["email"] == "ada@acme.example.com"
    page = call("GET", f"/messages/{ada}/output").json()["results"][0]["content"]["html"]
    assert "#1E3A8A" in page, "the color of harbour-events, the brand of the tenant"


def test_values_of_the_tenant_reach_the_template(call: Call, clock: SimpleNamespace) -> None:
    message = sent(call, clock, {"user_id": "bruno"}, context={"tenant_id": "acme"})
    content = call("GET", f"/messages/{message['id']}/output").json()["results"][0]["content"]
    assert content["text"] == "Good day from Acme Books."


@pytest.mark.parametrize(
    ("user", "tenant", "topic", "reason"),
    [
        ("chen", None, "topic-news", None),
        ("chen", "acme", "topic-news", "UNSUBSCRIBED"),
        ("chen", "acme-oslo", "topic-news", "UNSUBSCRIBED"),
        ("ada", "acme", "topic-news", None),
        ("farid", None, "topic-news", "UNSUBSCRIBED"),
        ("ada", None, "topic-offers", "UNSUBSCRIBED"),
        ("ada", "acme", "topic-offers", None),
        ("bruno", None, "topic-offers", None),
    ],
    ids=["default", "tenant", "parent", "own choice", "opted out", "topic", "in the tenant", "opted in"],
)
def test_preferences_decide_who_gets_what(
    call: Call, clock: SimpleNamespace, user: str, tenant: str | None, topic: str, reason: str | None
) -> None:
    context = {"context": {"tenant_id": tenant}} if tenant else {}
    message = sent(call, clock, {"user_id": user}, preferences={"subscription_topic_id": topic}, **context)
    assert message.get("reason") == reason


def test_a_required_topic_is_sent_whatever_was_chosen_before(call: Call, clock: SimpleNamespace) -> None:
    assert sent(call, clock, {"user_id": "farid"}, **NEWS)["reason"] == "UNSUBSCRIBED"
    call("PUT", "/tenants/harbour/default_preferences/items/topic-news", {"status": "REQUIRED"})
    assert sent(call, clock, {"user_id": "farid"}, context={"tenant_id": "harbour"}, **NEWS)["status"] == "DELIVERED"
    path, no = "/users/farid/preferences/topic-news?tenant_id=harbour", {"topic": {"status": "OPTED_OUT"}}
    assert error_of(call("PUT", path, no)) == (400, "Subscription topic topic-news is required; users cannot opt out")
    call("DELETE", "/tenants/harbour/default_preferences/items/topic-news")
    assert call("PUT", path, no).json() == {"message": "success"}


def test_custom_routing_chooses_the_channels(call: Call, clock: SimpleNamespace) -> None:
    routed = {"status": "OPTED_IN", "has_custom_routing": True, "custom_routing": ["sms"]}
    call("PUT", "/users/bruno/preferences/topic-news", {"topic": routed})
    message = sent(call, clock, {"user_id": "bruno"}, **NEWS)
    assert [entry["provider"] for entry in message["providers"]] == ["twilio"]


def test_preferences_of_several_topics_are_replaced_updated_and_reset(call: Call) -> None:
    path = "/users/ada/preferences"
    body = {"topics": [{"topic_id": "topic-orders", "status": "OPTED_OUT"}]}
    replaced = call("PUT", path, body).json()
    assert (replaced["deleted"], [item["topic_id"] for item in replaced["items"]]) == (["topic-news"], ["topic-orders"])
    status = {item["topic_id"]: item["status"] for item in call("GET", path).json()["items"]}
    assert status == {
        "topic-account": "REQUIRED",
        "topic-news": "OPTED_IN",
        "topic-offers": "OPTED_OUT",
        "topic-orders": "OPTED_OUT",
    }
    names = ["topic-9", "topic-account", "topic-offers"]
    entries = [{"topic_id": name, "status": "OPTED_OUT"} for name in names]
    updated = call("POST", path, {"topics": entries}).json()
    assert [error["topic_id"] for error in updated["errors"]] == ["topic-9", "topic-account"]
    assert [item["topic_id"] for item in updated["items"]] == ["topic-offers"]
    assert call("DELETE", f"{path}/topic-orders").status_code == 204
    assert call("GET", f"{path}/topic-orders").json()["topic"]["status"] == "OPTED_IN"


def test_a_digest_schedule_stays_until_it_is_changed(call: Call) -> None:
    path = "/users/ada/preferences/topic-news"
    call("PUT", path, {"topic": {"status": "OPTED_IN", "digest_schedule_id": "sch_1"}})
    call("PUT", path, {"topic": {"status": "OPTED_OUT"}})
    assert call("GET", path).json()["topic"]["digest_schedule_id"] == "sch_1"
    call("PUT", path, {"topic": {"status": "OPTED_OUT", "digest_schedule_id": None}})
    assert "digest_schedule_id" not in call("GET", path).json()["topic"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/users/ada/preferences/topic-9", None),
        ("PUT", "/users/ada/preferences/topic-9", {"topic": {"status": "OPTED_IN"}}),
        ("DELETE", "/users/ada/preferences/topic-9", None),
        ("PUT", "/tenants/acme/default_preferences/items/topic-9", {"status": "OPTED_IN"}),
        ("PUT", "/users/ada/preferences", {"topics": [{"topic_id": "topic-9", "status": "OPTED_IN"}]}),
    ],
)
def test_an_unknown_topic_is_not_found(call: Call, method: str, path: str, body: Any) -> None:
    assert error_of(call(method, path, body)) == (404, "Subscription topic topic-9 not found")


def test_device_tokens_get_push_notifications_until_they_expire(call: Call, clock: SimpleNamespace) -> None:
    push = {"routing": {"method": "all", "channels": ["push"]}}
    assert sent(call, clock, {"user_id": "bruno"}, **push)["reason"] == "NO_CHANNELS"
    call("PUT", "/users/bruno/tokens/t1", {"provider_key": "apn"})
    message = sent(call, clock, {"user_id": "bruno"}, **push)
    assert [entry["provider"] for entry in message["providers"]] == ["apn"]
    stored = call("GET", "/users/bruno/tokens/t1").json()
    assert (stored["status"], stored["expiry_date"]) == ("active", "2026-11-20T14:13:22.000Z")
    clock.now += 60 * 86400
    assert call("GET", "/users/bruno/tokens/t1").status_code == 404
    assert call("GET", "/users/bruno/tokens").json() == {"tokens": []}
    assert sent(call, clock, {"user_id": "bruno"}, **push)["reason"] == "NO_CHANNELS"


@pytest.mark.parametrize(
    ("expiry", "shown"),
    [(False, False), ("2027-01-31", "2027-01-31T00:00:00.000Z"), (True, "2026-11-20T14:13:20.000Z")],
)
def test_a_token_may_say_when_it_expires(call: Call, expiry: Any, shown: Any) -> None:
    call("PUT", "/users/ada/tokens", {"tokens": [{"token": "t", "provider_key": "expo", "expiry_date": expiry}]})
    assert call("GET", "/users/ada/tokens/t").json()["expiry_date"] == shown


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "provider_key: Required"),
        ({"provider_key": "fax"}, "provider_key: Expected one of firebase-fcm, apn, expo, onesignal"),
        ({"provider_key": "apn", "expiry_date": "soon"}, "expiry_date: Expected a date, or false"),
        ({"provider_key": "apn", "expiry_date": 5}, "expiry_date: Expected a date, or false"),
    ],
)
def test_a_token_that_is_none_is_refused(call: Call, body: Any, message: str) -> None:
    assert error_of(call("PUT", "/users/ada/tokens/t", body)) == (400, message)


def test_a_token_is_patched_and_stays_a_token(call: Call) -> None:
    path = "/users/greta/tokens/fcm-greta-phone"
    patch = [{"op": "replace", "path": "/device/model", "value": "6"}]
    assert call("PATCH", path, {"patch": patch}).status_code == 204
    assert call("GET", path).json()["device"]["model"] == "6"
    broken = call("PATCH", path, {"patch": [{"op": "remove", "path": "/provider_key"}]})
    assert error_of(broken) == (400, "provider_key: Required")


def test_a_patch_without_a_value_takes_the_value_away(call: Call) -> None:
    path = "/users/greta/tokens/fcm-greta-phone"
    assert call("PATCH", path, {"patch": [{"op": "replace", "path": "/expiry_date"}]}).status_code == 204
    assert call("GET", path).json()["expiry_date"] == "2026-11-20T14:13:20.000Z"
