"""Templates have a draft and versions; what is published decides what sending renders."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import requests

Call = Callable[..., requests.Response]
LAUNCH = "/notifications/nt_01kmrbq6ypf25tsge12qek41r0"
DRAFT = "/notifications/nt_01harbour0summer000000000004"
OLDER = "/notifications/HB1WE1C0ME000000000000000001"
CHECKS = f"{DRAFT}/sub_01harbour0summer/checks"
STRATEGY = {"name": "S", "routing": {"method": "single", "channels": ["sms"]}}


def template(text: str, **more: Any) -> dict[str, Any]:
    nodes = [{"type": "meta", "title": "Hi"}, {"type": "text", "content": text}]
    empty: dict[str, Any] = {"tags": [], "brand": None, "subscription": None, "routing": None}
    return {"name": "T", **empty, "content": {"version": "2022-01-01", "elements": nodes}, **more}


def error_of(response: requests.Response) -> tuple[int, str]:
    return response.status_code, response.json()["message"]


def text_sent(call: Call, clock: SimpleNamespace, name: str, user: str = "ada") -> str:
    message = {"to": {"user_id": user}, "template": name}
    message_id = call("POST", "/send", {"message": message}).json()["requestId"]
    clock.now += 2
    outputs = call("GET", f"/messages/{message_id}/output").json()["results"]
    return str(outputs[0]["content"]["text"]) if outputs else call("GET", f"/messages/{message_id}").json()["status"]


def versions(call: Call, path: str) -> list[str]:
    return [entry["version"] for entry in call("GET", f"{path}/versions").json()["versions"]]


def test_a_new_template_is_a_draft_that_nothing_is_sent_with(call: Call, clock: SimpleNamespace) -> None:
    made = call("POST", "/notifications", {"notification": template("One")})
    assert (made.status_code, made.json()["state"]) == (201, "DRAFT")
    path = f"/notifications/{made.json()['id']}"
    assert call("GET", path).status_code == 404
    assert call("GET", path, params={"version": "draft"}).json() == made.json()
    assert text_sent(call, clock, made.json()["id"]) == "UNROUTABLE"
    assert versions(call, path) == ["draft"]


def test_publishing_changes_what_sending_renders(call: Call, clock: SimpleNamespace) -> None:
    made = call("POST", "/notifications", {"notification": template("One"), "state": "published"}).json()
    path = f"/notifications/{made['id']}"
    call("PUT", path, {"notification": template("Two")})
    assert text_sent(call, clock, made["id"]) == "One"
    draft = call("GET", f"{path}/versions").json()["versions"][0]
    assert (draft["version"], draft["has_changes"]) == ("draft", True)
    assert call("POST", f"{path}/publish").status_code == 204
    assert text_sent(call, clock, made["id"]) == "Two"
    assert versions(call, path) == ["draft", "published:v002", "v001"]
    call("POST", f"{path}/publish", {})
    assert versions(call, path) == ["draft", "published:v002", "v001"], "without changes nothing is published"
    call("POST", f"{path}/publish", {"version": "v001"})
    assert text_sent(call, clock, made["id"]) == "One"
    assert versions(call, path) == ["draft", "v002", "published:v001"]
    assert call("GET", path).json()["content"]["elements"][1]["content"] == "One"


def test_versions_come_in_pages(call: Call) -> None:
    first = call("GET", f"{LAUNCH}/versions", params={"limit": 3}).json()
    assert [entry["version"] for entry in first["versions"]] == ["draft", "published:v003", "v002"]
    rest = call("GET", f"{LAUNCH}/versions", params={"limit": 3, "cursor": first["paging"]["cursor"]}).json()
    assert ([entry["version"] for entry in rest["versions"]], rest["paging"]) == (["v001"], {"more": False})
    assert len(call("GET", f"{LAUNCH}/versions", params={"limit": 11}).json()["versions"]) == 4


@pytest.mark.parametrize(
    ("version", "status", "message"),
    [
        ("newest", 400, 'version: Expected "draft", "published" or a version such as "v001"'),
        ("v009", 404, "Version v009 of notification template nt_01kmrbq6ypf25tsge12qek41r0 not found"),
    ],
)
def test_a_version_that_is_none_is_refused(call: Call, version: str, status: int, message: str) -> None:
    for path in (LAUNCH, f"{LAUNCH}/content"):
        assert error_of(call("GET", path, params={"version": version})) == (status, message)


def test_a_version_to_publish_has_a_number(call: Call) -> None:
    refused = call("POST", f"{LAUNCH}/publish", {"version": "draft"})
    assert error_of(refused) == (400, "version: Expected format: v001, v002, etc.")
    assert call("POST", f"{LAUNCH}/publish", {"version": "v009"}).status_code == 404


def test_an_alias_is_an_event_and_belongs_to_one_template(call: Call, clock: SimpleNamespace) -> None:
    body = {"notification": template("Alias", alias="hello"), "state": "PUBLISHED"}
    path = f"/notifications/{call('POST', '/notifications', body).json()['id']}"
    assert text_sent(call, clock, "hello") == "Alias"
    assert call("POST", "/notifications", body).status_code == 409
    call("PUT", path, {"notification": template("Kept"), "state": "PUBLISHED"})
    assert text_sent(call, clock, "hello") == "Kept"
    call("PUT", path, {"notification": template("Gone", alias=None), "state": "PUBLISHED"})
    assert text_sent(call, clock, "hello") == "UNMAPPED"
    forbidden = {"notification": template("A", alias="tenant/a")}
    assert error_of(call("POST", "/notifications", forbidden))[0] == 400


def test_brand_topic_and_routing_of_a_template_are_used(call: Call, clock: SimpleNamespace) -> None:
    own = {
        "brand": {"id": "harbour-kids"},
        "subscription": {"topic_id": "topic-news"},
        "routing": {"strategy_id": "rs_harbour_phone"},
    }
    body = {"notification": template("Own", **own), "state": "PUBLISHED"}
    template_id = call("POST", "/notifications", body).json()["id"]
    assert text_sent(call, clock, template_id, "farid") == "UNROUTABLE"
    message = {"to": {"user_id": "bruno"}, "template": template_id}
    message_id = call("POST", "/send", {"message": message}).json()["requestId"]
    clock.now += 2
    assert call("GET", f"/messages/{message_id}").json()["providers"][0]["provider"] == "twilio"
    call(
        "PUT", "/routing-strategies/rs_harbour_phone", {**STRATEGY, "routing": {"method": "all", "channels": ["email"]}}
    )
    message_id = call("POST", "/send", {"message": message}).json()["requestId"]
    clock.now += 2
    assert "#BE123C" in call("GET", f"/messages/{message_id}/output").json()["results"][0]["content"]["html"]


def test_the_elements_keep_their_ids_and_are_changed_one_by_one(call: Call, clock: SimpleNamespace) -> None:
    content = call("GET", f"{LAUNCH}/content").json()
    assert [element["id"] for element in content["elements"]] == ["elem_1", "elem_2"]
    changed = call("PUT", f"{LAUNCH}/elements/elem_2", {"type": "text", "data": {"content": "New"}}).json()
    before = {element["id"]: element["checksum"] for element in content["elements"]}
    after = {element["id"]: element["checksum"] for element in changed["elements"]}
    assert (after["elem_1"] == before["elem_1"], after["elem_2"] == before["elem_2"]) == (True, False)
    call("PUT", f"{LAUNCH}/locales/de", {"elements": [{"id": "elem_2", "content": "Neu"}], "state": "PUBLISHED"})
    assert text_sent(call, clock, "nt_01kmrbq6ypf25tsge12qek41r0", "bruno") == "Neu"
    assert text_sent(call, clock, "nt_01kmrbq6ypf25tsge12qek41r0", "ada") == "New"
    shown = call("GET", f"{LAUNCH}/content").json()["elements"][1]
    assert list(shown["locales"]) == ["de"]


def test_an_element_without_a_type_is_a_text(call: Call) -> None:
    call("PUT", f"{DRAFT}/content", {"content": {"elements": [{"content": "There"}]}})
    found = call("GET", f"{DRAFT}/content", params={"version": "draft"}).json()["elements"]
    assert [(element["type"], element["content"]) for element in found] == [("text", "There")]


def test_new_elements_get_new_ids(call: Call) -> None:
    inner = [{"type": "text", "content": "A"}, {"type": "text", "content": "B"}]
    body = {"content": {"elements": [{"type": "channel", "channel": "email", "elements": inner}]}}
    made = call("PUT", f"{DRAFT}/content", body).json()
    assert [element["id"] for element in made["elements"]] == ["elem_1", "elem_2", "elem_3"]
    assert made["version"] == "2022-01-01"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", f"{LAUNCH}/elements/elem_9", {"type": "text"}),
        ("PUT", f"{LAUNCH}/locales/es", {"elements": [{"id": "elem_9"}]}),
    ],
)
def test_an_unknown_element_is_not_found(call: Call, method: str, path: str, body: Any) -> None:
    expected = (404, "Element elem_9 not found in template nt_01kmrbq6ypf25tsge12qek41r0")
    assert error_of(call(method, path, body)) == expected


def test_content_of_the_older_generation_is_read_and_not_changed(call: Call) -> None:
    content = call("GET", f"{OLDER}/content").json()
    assert [block["content"] for block in content["blocks"]] == ["Good to have you aboard."]
    assert content["channels"][0]["content"] == {"subject": "Welcome, {{profile.name}}"}
    expected = (400, "Only supported for V2 (elemental) templates")
    assert error_of(call("PUT", f"{OLDER}/content", {"content": {"elements": []}})) == expected
    assert error_of(call("POST", f"{OLDER}/publish")) == expected
    shown = call("GET", OLDER).json()
    assert (shown["name"], shown["alias"], shown["state"]) == ("Welcome", ["welcome-email"], "PUBLISHED")
    assert versions(call, OLDER) == ["published:v001"]


def test_an_archived_template_is_gone(call: Call, clock: SimpleNamespace) -> None:
    assert call("DELETE", LAUNCH).status_code == 204
    for method, path in (("GET", LAUNCH), ("GET", f"{LAUNCH}/content"), ("DELETE", LAUNCH)):
        assert error_of(call(method, path)) == (404, "Notification template nt_01kmrbq6ypf25tsge12qek41r0 not found")
    assert text_sent(call, clock, "nt_01kmrbq6ypf25tsge12qek41r0") == "UNMAPPED"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": ""}, "notification.name: Expected a string that is not empty"),
        ({"routing": {"strategy_id": "rs_none"}}, "Routing strategy rs_none not found"),
        ({"tags": None}, "notification.tags: Expected array"),
    ],
)
def test_a_template_that_is_none_is_refused(call: Call, change: Any, message: str) -> None:
    assert error_of(call("POST", "/notifications", {"notification": template("A", **change)})) == (400, message)


def test_what_a_template_lacks_is_told_at_once(call: Call) -> None:
    lacking = error_of(call("POST", "/notifications", {"notification": {"tags": [], "brand": None, "routing": None}}))
    wanted = ("name", "subscription", "content")
    assert lacking == (400, "; ".join(f"notification.{name}: Required" for name in wanted))


def test_checks_of_a_submission_are_replaced_until_it_is_canceled(call: Call) -> None:
    check = {"id": "tone", "status": "PENDING", "type": "custom"}
    replaced = call("PUT", CHECKS, {"checks": [check]}).json()["checks"]
    assert [(entry["id"], "updated" in entry) for entry in replaced] == [("tone", True)]
    assert call("GET", CHECKS).json()["checks"] == replaced
    assert call("DELETE", CHECKS).status_code == 204
    for method, body in (("GET", None), ("PUT", {"checks": [check]}), ("DELETE", None)):
        assert call(method, CHECKS, body).status_code == 404


def test_a_strategy_that_a_template_uses_is_not_archived(call: Call) -> None:
    made = call("POST", "/routing-strategies", STRATEGY)
    assert (made.status_code, made.json()["channels"], made.json()["updated"]) == (201, {}, None)
    path = f"/routing-strategies/{made.json()['id']}"
    body = {"notification": template("A", routing={"strategy_id": made.json()["id"]})}
    template_id = call("POST", "/notifications", body).json()["id"]
    assert [item["id"] for item in call("GET", f"{path}/notifications").json()["results"]] == [template_id]
    assert error_of(call("DELETE", path)) == (
        409,
        f"Routing strategy {made.json()['id']} has associated templates and cannot be archived",
    )
    call("PUT", f"/notifications/{template_id}", {"notification": template("A")})
    assert call("DELETE", path).status_code == 204
    assert call("GET", path).status_code == 404
