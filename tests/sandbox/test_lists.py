from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import requests

Call = Callable[..., requests.Response]
Walk = Callable[..., list[list[Any]]]


def subscribers(walk: Walk, name: str) -> list[str]:
    return [item["recipientId"] for page in walk(f"/lists/{name}/subscriptions") for item in page]


def test_put_makes_a_list_and_replaces_its_name(call: Call, clock: SimpleNamespace) -> None:
    response = call("PUT", "/lists/a.b", {"name": "One"})
    assert (response.status_code, response.content) == (204, b"")
    first = call("GET", "/lists/a.b").json()
    clock.now += 10
    call("PUT", "/lists/a.b", {"name": "Two"})
    second = call("GET", "/lists/a.b").json()
    assert (first["id"], first["name"], first["updated"]) == ("a.b", "One", first["created"])
    assert second == {"id": "a.b", "name": "Two", "created": first["created"], "updated": second["updated"]}
    assert first["created"] == "2026-09-21T14:13:20.000Z"
    assert second["updated"] == "2026-09-21T14:13:30.000Z"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/lists/none", None),
        ("DELETE", "/lists/none", None),
        ("PUT", "/lists/none/restore", {}),
        ("GET", "/lists/none/subscriptions", None),
        ("DELETE", "/lists/none/subscriptions/ada", None),
    ],
)
def test_an_unknown_list_is_not_found(call: Call, method: str, path: str, body: Any) -> None:
    response = call(method, path, body)
    assert response.status_code == 404
    assert response.json() == {"type": "invalid_request_error", "message": "List none not found"}


@pytest.mark.parametrize("body", [None, {}])
def test_a_deleted_list_is_hidden_and_comes_back_with_its_subscribers(call: Call, walk: Walk, body: Any) -> None:
    before = subscribers(walk, "news.weekly")
    assert len(before) == 7
    assert call("DELETE", "/lists/news.weekly").status_code == 204
    assert call("GET", "/lists/news.weekly").status_code == 404
    assert call("GET", "/lists/news.weekly/subscriptions").status_code == 404
    assert call("DELETE", "/lists/news.weekly").status_code == 404
    assert "news.weekly" not in [item["id"] for page in walk("/lists") for item in page]
    response = call("PUT", "/lists/news.weekly/restore", body)
    assert (response.status_code, response.content) == (204, b"")
    assert subscribers(walk, "news.weekly") == before
    assert call("GET", "/lists/news.weekly").json()["name"] == "Weekly newsletter"


def test_restoring_a_list_that_is_there_changes_nothing(call: Call) -> None:
    before = call("GET", "/lists/news.weekly").json()
    assert call("PUT", "/lists/news.weekly/restore").status_code == 204
    assert call("GET", "/lists/news.weekly").json() == before


def test_post_adds_subscribers_and_put_replaces_them(call: Call, walk: Walk) -> None:
    path = "/lists/staff.editors/subscriptions"
    response = call("POST", path, {"recipients": [{"recipientId": "ada"}, {"recipientId": "bruno"}]})
    assert (response.status_code, response.content) == (204, b"")
    assert subscribers(walk, "staff.editors") == ["ada", "bruno"]
    response = call("PUT", path, {"recipients": [{"recipientId": "chen"}]})
    assert (response.status_code, response.content) == (204, b"")
    assert subscribers(walk, "staff.editors") == ["chen"]
    call("PUT", path, {"recipients": []})
    assert subscribers(walk, "staff.editors") == []


def test_adding_does_not_touch_a_subscription_that_is_there(call: Call, clock: SimpleNamespace) -> None:
    path = "/lists/staff.editors/subscriptions"
    before = call("GET", path).json()["items"]
    clock.now += 60
    call("POST", path, {"recipients": [{"recipientId": "bruno"}]})
    assert call("GET", path).json()["items"] == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/lists/new.one/subscriptions", {"recipients": [{"recipientId": "ada"}]}),
        ("PUT", "/lists/new.one/subscriptions", {"recipients": [{"recipientId": "ada"}]}),
        ("PUT", "/lists/new.one/subscriptions/ada", None),
        ("PUT", "/lists/new.one/subscriptions/ada", {}),
        ("POST", "/profiles/ada/lists", {"lists": [{"listId": "new.one"}]}),
    ],
)
def test_subscribing_makes_the_list(call: Call, walk: Walk, method: str, path: str, body: Any) -> None:
    assert call(method, path, body).ok
    assert call("GET", "/lists/new.one").json()["name"] == "new.one"
    assert subscribers(walk, "new.one") == ["ada"]


def test_preferences_of_a_subscription_are_kept(call: Call) -> None:
    chosen = {"categories": {"c": {"status": "OPTED_IN", "channel_preferences": [{"channel": "email"}]}}}
    call("PUT", "/lists/staff.editors/subscriptions/ada", {"preferences": chosen})
    items = call("GET", "/lists/staff.editors/subscriptions").json()["items"]
    assert items[0]["preferences"] == chosen
    assert "preferences" not in items[1]


def test_a_user_can_be_unsubscribed_once(call: Call, walk: Walk) -> None:
    response = call("DELETE", "/lists/news.daily/subscriptions/ada")
    assert (response.status_code, response.content) == (204, b"")
    assert subscribers(walk, "news.daily") == ["greta"]
    assert call("DELETE", "/lists/news.daily/subscriptions/ada").status_code == 404


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("news.weekly", ["news.weekly"]),
        ("news.*", ["news.daily", "news.weekly"]),
        ("*.oslo", ["events.oslo"]),
        ("news.**", ["news.daily", "news.products.launches", "news.weekly"]),
        ("**.launches", ["news.products.launches"]),
        ("*.*.*", ["news.products.launches"]),
        ("news", []),
        ("newsXweekly", []),
        ("news.wee*", []),
    ],
)
def test_a_pattern_filters_the_lists(walk: Walk, pattern: str, expected: list[str]) -> None:
    assert [item["id"] for page in walk("/lists", pattern=pattern) for item in page] == expected


@pytest.mark.parametrize("reviving", ["put", "subscribe"])
def test_a_deleted_list_that_is_used_again_is_back(call: Call, walk: Walk, reviving: str) -> None:
    call("DELETE", "/lists/news.daily")
    if reviving == "put":
        call("PUT", "/lists/news.daily", {"name": "Again"})
    else:
        call("PUT", "/lists/news.daily/subscriptions/chen")
    assert call("GET", "/lists/news.daily").status_code == 200
    assert "ada" in subscribers(walk, "news.daily")
