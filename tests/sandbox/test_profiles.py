from collections.abc import Callable
from typing import Any

import pytest
import requests

Call = Callable[..., requests.Response]


def profile(call: Call, name: str) -> Any:
    return call("GET", f"/profiles/{name}").json()["profile"]


def test_post_makes_a_profile_and_merges_into_it(call: Call) -> None:
    response = call("POST", "/profiles/zoe", {"profile": {"email": "z@example.com", "address": {"a": 1, "b": [1]}}})
    assert (response.status_code, response.json()) == (200, {"status": "SUCCESS"})
    call("POST", "/profiles/zoe", {"profile": {"phone_number": "1", "address": {"b": [2], "c": None}}})
    assert profile(call, "zoe") == {
        "email": "z@example.com",
        "phone_number": "1",
        "address": {"a": 1, "b": [2], "c": None},
    }


def test_put_replaces_the_whole_profile(call: Call) -> None:
    response = call("PUT", "/profiles/ada", {"profile": {"email": "new@example.com"}})
    assert (response.status_code, response.json()) == (200, {"status": "SUCCESS"})
    assert profile(call, "ada") == {"email": "new@example.com"}
    call("PUT", "/profiles/ada", {"profile": {}})
    assert profile(call, "ada") == {}


def test_an_unknown_profile_is_not_found(call: Call) -> None:
    expected = {"type": "invalid_request_error", "message": "Profile nobody not found"}
    response = call("GET", "/profiles/nobody")
    assert (response.status_code, response.json()) == (404, expected)


def test_delete_removes_the_profile_and_leaves_its_subscriptions(call: Call) -> None:
    response = call("DELETE", "/profiles/bruno")
    assert (response.status_code, response.content) == (204, b"")
    assert call("GET", "/profiles/bruno").status_code == 404
    subscribed = call("GET", "/lists/staff.editors/subscriptions").json()["items"]
    assert [item["recipientId"] for item in subscribed] == ["bruno"]
    assert call("DELETE", "/profiles/bruno").status_code == 204


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "add", "path": "/c", "value": 3}, {"a": {"b": [1, 2]}, "c": 3}),
        ({"op": "add", "path": "/a/b/0", "value": 0}, {"a": {"b": [0, 1, 2]}}),
        ({"op": "add", "path": "/a/b/-", "value": 3}, {"a": {"b": [1, 2, 3]}}),
        ({"op": "add", "path": "/x~1y~0z", "value": 1}, {"a": {"b": [1, 2]}, "x/y~z": 1}),
        ({"op": "remove", "path": "/a/b/0"}, {"a": {"b": [2]}}),
        ({"op": "remove", "path": "/a", "value": "ignored"}, {}),
        ({"op": "replace", "path": "/a/b", "value": "x"}, {"a": {"b": "x"}}),
        ({"op": "replace", "path": "", "value": {"n": 1}}, {"n": 1}),
        ({"op": "move", "from": "/a/b", "path": "/c"}, {"a": {}, "c": [1, 2]}),
        ({"op": "copy", "from": "/a/b", "path": "/c"}, {"a": {"b": [1, 2]}, "c": [1, 2]}),
        ({"op": "test", "path": "/a/b/1", "value": 2}, {"a": {"b": [1, 2]}}),
    ],
)
def test_patch_applies_each_operation_of_json_patch(call: Call, operation: Any, expected: Any) -> None:
    call("PUT", "/profiles/p", {"profile": {"a": {"b": [1, 2]}}})
    response = call("PATCH", "/profiles/p", {"patch": [operation]})
    assert (response.status_code, response.content) == (204, b"")
    assert profile(call, "p") == expected


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/gone"},
        {"op": "replace", "path": "/gone", "value": 1},
        {"op": "add", "path": "/gone/deeper", "value": 1},
        {"op": "add", "path": "/a/b/3", "value": 1},
        {"op": "add", "path": "/a/b/01", "value": 1},
        {"op": "add", "path": "/a/b/²", "value": 1},
        {"op": "remove", "path": "/a/b/-"},
        {"op": "add", "path": "a", "value": 1},
        {"op": "move", "from": "/gone", "path": "/c"},
        {"op": "move", "from": "/a", "path": "/a/b"},
        {"op": "test", "path": "/a/b/0", "value": 2},
        {"op": "test", "path": "/a/b/0", "value": True},
        {"op": "replace", "path": "", "value": "text"},
        {"op": "remove", "path": ""},
    ],
)
def test_patch_that_does_not_fit_is_refused_whole(call: Call, operation: Any) -> None:
    call("PUT", "/profiles/p", {"profile": {"a": {"b": [1, 2]}}})
    response = call("PATCH", "/profiles/p", {"patch": [{"op": "add", "path": "/c", "value": 1}, operation]})
    assert response.status_code == 400
    assert response.json()["type"] == "invalid_request_error"
    assert profile(call, "p") == {"a": {"b": [1, 2]}}


def test_patch_makes_a_profile_that_is_missing(call: Call) -> None:
    operation = {"op": "add", "path": "/email", "value": "zoe@example.com"}
    response = call("PATCH", "/profiles/zoe", {"patch": [operation]})
    assert (response.status_code, response.content) == (204, b"")
    assert profile(call, "zoe") == {"email": "zoe@example.com"}


def test_patch_that_does_not_fit_makes_no_profile(call: Call) -> None:
    operation = {"op": "replace", "path": "/email", "value": "zoe@example.com"}
    assert call("PATCH", "/profiles/zoe", {"patch": [operation]}).status_code == 400
    assert call("GET", "/profiles/zoe").status_code == 404


def test_an_empty_patch_succeeds(call: Call) -> None:
    assert call("PATCH", "/profiles/ada", {"patch": []}).status_code == 204


def test_preferences_come_with_the_profile(call: Call) -> None:
    assert call("GET", "/profiles/ada").json()["preferences"] == {}
    stored = call("GET", "/profiles/farid").json()["preferences"]
    assert stored["notifications"]["HB4W33K7D1G3ST00000000000004"]["status"] == "OPTED_OUT"


def test_a_person_can_be_subscribed_to_lists_and_freed_of_all(call: Call) -> None:
    chosen = {"notifications": {"t": {"status": "OPTED_IN"}}}
    lists = {"lists": [{"listId": "brand.new", "preferences": chosen}, {"listId": "staff.editors"}]}
    response = call("POST", "/profiles/holt/lists", lists)
    assert (response.status_code, response.json()) == (200, {"status": "SUCCESS"})
    results = call("GET", "/profiles/holt/lists").json()["results"]
    assert [(item["id"], item["name"]) for item in results] == [
        ("brand.new", "brand.new"),
        ("orders.updates", "Order updates"),
        ("staff.editors", "Editors"),
    ]
    assert results[0]["preferences"] == chosen
    assert "preferences" not in results[1]
    assert results[0]["created"].endswith("Z")
    assert call("GET", "/lists/brand.new").status_code == 200
    response = call("DELETE", "/profiles/holt/lists")
    assert (response.status_code, response.json()) == (200, {"status": "SUCCESS"})
    assert call("GET", "/profiles/holt/lists").json() == {"paging": {"more": False}, "results": []}


def test_a_deleted_list_is_not_among_a_persons_lists(call: Call) -> None:
    call("DELETE", "/lists/staff.editors")
    shown = [item["id"] for item in call("GET", "/profiles/bruno/lists").json()["results"]]
    assert shown == ["events.hamburg", "news.weekly"]
