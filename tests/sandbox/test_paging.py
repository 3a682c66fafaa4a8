import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from sandbox import Sandbox, start

Call = Callable[..., requests.Response]
Walk = Callable[..., list[list[Any]]]

JOB = "1-66b0c0de-4f1e2d3c5b6a798897a6b502"
COLLECTIONS = [
    ("/lists", "items", 7),
    ("/lists/news.weekly/subscriptions", "items", 7),
    ("/brands", "results", 6),
    ("/audiences", "items", 6),
    ("/audiences/with-email/members", "items", 7),
    ("/audit-events", "results", 9),
    ("/notifications", "results", 8),
    ("/messages?notification=HB4W33K7D1G3ST00000000000004", "results", 8),
    (f"/bulk/{JOB}/users", "items", 6),
]


@pytest.mark.parametrize(("path", "key", "count"), COLLECTIONS)
def test_every_collection_of_the_seed_has_a_second_page(call: Call, path: str, key: str, count: int) -> None:
    first = call("GET", path).json()
    assert set(first) == {"paging", key}
    assert len(first[key]) == 5
    assert first["paging"]["more"] is True
    joint = "&" if "?" in path else "?"
    second = call("GET", f"{path}{joint}cursor={first['paging']['cursor']}").json()
    assert len(second[key]) == count - 5
    assert second["paging"] == {"more": False}
    assert not [item for item in second[key] if item in first[key]]


def test_a_person_with_many_lists_has_pages_too(call: Call, walk: Walk) -> None:
    call("POST", "/profiles/ada/lists", {"lists": [{"listId": f"extra.{number}"} for number in range(8)]})
    pages = walk("/profiles/ada/lists")
    assert [len(page) for page in pages] == [5, 5, 2]
    assert len({item["id"] for page in pages for item in page}) == 12


def test_a_collection_that_just_fills_a_page_says_that_there_is_no_more(call: Call) -> None:
    call("PUT", "/lists/five/subscriptions", {"recipients": [{"recipientId": str(n)} for n in range(5)]})
    assert call("GET", "/lists/five/subscriptions").json()["paging"] == {"more": False}


@pytest.mark.parametrize("path", [path for path, _, _ in COLLECTIONS])
@pytest.mark.parametrize("cursor", ["nonsense", "e30", "MTIz", "é", "bnVsbA", "W10", "WzEsMl0"])
def test_a_cursor_of_its_own_making_is_refused(call: Call, path: str, cursor: str) -> None:
    joint = "&" if "?" in path else "?"
    response = call("GET", f"{path}{joint}cursor={cursor}")
    assert response.status_code == 400
    assert response.json() == {"type": "invalid_request_error", "message": "Invalid cursor format"}


def documented(key: str) -> str:
    return base64.b64encode(f"1589495258687,{key}".encode()).decode()


@pytest.mark.parametrize("padding", ["=", ""])
def test_a_cursor_in_the_form_of_the_documentation_goes_on_behind_its_key(call: Call, padding: str) -> None:
    def after(path: str, key: str) -> dict[str, Any]:
        cursor = documented(key).rstrip("=") if not padding else documented(key)
        found: dict[str, Any] = call("GET", path, params={"cursor": cursor}).json()
        return found

    assert [item["id"] for item in after("/lists", "news.weekly")["items"]] == ["orders.updates", "staff.editors"]
    assert [item["recipient"] for item in after(f"/bulk/{JOB}/users", "5")["items"]] == ["ines"]
    assert after("/messages", "1")["results"] == []


@pytest.mark.parametrize("key", ["1-5ebdc5da-10866eaac1df21013c3b4f5a0", "9" * 30, "9" * 5000])
def test_a_documented_cursor_with_a_key_of_the_wrong_type_is_refused(call: Call, key: str) -> None:
    assert call("GET", "/messages", params={"cursor": documented(key)}).status_code == 400


@pytest.mark.parametrize("key", [10**30, -1, 1.0, True, "1", None])
def test_a_forged_key_is_refused(call: Call, key: Any) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(['["messages"]', key]).encode()).decode()
    assert call("GET", "/messages", params={"cursor": cursor}).status_code == 400


def test_a_cursor_of_another_collection_is_refused(call: Call) -> None:
    cursor = call("GET", "/lists").json()["paging"]["cursor"]
    assert call("GET", "/brands", params={"cursor": cursor}).status_code == 400
    assert call("GET", "/lists", params={"cursor": cursor}).status_code == 200


def test_a_cursor_is_opaque(call: Call) -> None:
    cursor = call("GET", "/lists").json()["paging"]["cursor"]
    assert "news" not in cursor
    assert base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


def test_an_empty_cursor_means_the_first_page(call: Call) -> None:
    assert call("GET", "/lists?cursor=").json() == call("GET", "/lists").json()


def test_what_is_added_meanwhile_neither_shifts_nor_repeats_anything(call: Call) -> None:
    first = call("GET", "/messages").json()
    for _ in range(7):
        call("POST", "/send", {"message": {"to": {"user_id": "ada"}, "content": {"title": "T", "body": "B"}}})
    second = call("GET", "/messages", params={"cursor": first["paging"]["cursor"]}).json()
    shown = [item["id"] for item in first["results"] + second["results"]]
    assert len(shown) == len(set(shown)) == 10
    assert shown[5].endswith("07")

    first = call("GET", "/lists").json()
    call("PUT", "/lists/aaa", {"name": "Before the cursor"})
    call("DELETE", f"/lists/{first['items'][-1]['id']}")
    second = call("GET", "/lists", params={"cursor": first["paging"]["cursor"]}).json()
    assert [item["id"] for item in second["items"]] == ["orders.updates", "staff.editors"]


def test_a_filter_goes_over_the_whole_collection_not_over_a_page(call: Call, walk: Walk) -> None:
    recipients = [{"user_id": "holt" if number % 50 == 0 else "ada"} for number in range(200)]
    call("POST", "/send", {"message": {"to": recipients, "content": {"title": "T", "body": "B"}}})
    found = walk("/messages", recipient="holt")
    assert [len(page) for page in found] == [5]


def test_the_page_size_is_the_callers() -> None:
    with start(page_size=2) as running:
        response = requests.get(f"{running.url}/lists", headers={"Authorization": "Bearer x"}, timeout=10)
        assert len(response.json()["items"]) == 2


def test_pages_do_not_depend_on_who_asks(server: Sandbox, call: Call) -> None:
    cursor = call("GET", "/brands").json()["paging"]["cursor"]
    response = requests.get(
        f"{server.url}/brands", params={"cursor": cursor}, headers={"Authorization": "Bearer other"}, timeout=10
    )
    assert [item["id"] for item in response.json()["results"]] == ["harbour-staff"]
