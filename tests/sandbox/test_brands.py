from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import requests

Call = Callable[..., requests.Response]
SETTINGS = {
    "colors": {"primary": "#111111", "secondary": "#222222", "tertiary": "#333333"},
    "email": {
        "header": {"barColor": "#444444", "logo": {"href": "https://example.com", "image": "https://example.com/i"}},
        "footer": {"markdown": "Bye", "social": {"facebook": {"url": "https://facebook.example.com"}}},
    },
    "inapp": {"placement": "top"},
}
SNIPPETS = {"items": [{"format": "handlebars", "name": "n", "value": "v"}]}


def test_a_brand_is_answered_whole_when_it_is_made(call: Call, clock: SimpleNamespace) -> None:
    response = call("POST", "/brands", {"id": "mine", "name": "Mine", "settings": SETTINGS, "snippets": SNIPPETS})
    now = int(clock.now * 1000)
    assert response.status_code == 200
    assert response.json() == {
        "id": "mine",
        "name": "Mine",
        "created": now,
        "updated": now,
        "published": now,
        "version": "2026-09-21T14:13:20.000Z",
        "settings": SETTINGS,
        "snippets": SNIPPETS,
    }
    assert call("GET", "/brands/mine").json() == response.json()


def test_a_brand_without_an_id_gets_one(call: Call) -> None:
    names = [call("POST", "/brands", {"name": "Mine", "settings": {}}).json()["id"] for _ in range(2)]
    assert names[0] != names[1]
    assert call("GET", f"/brands/{names[0]}").json()["name"] == "Mine"


def test_an_id_that_is_taken_is_a_conflict(call: Call) -> None:
    response = call("POST", "/brands", {"id": "harbour-kids", "name": "Mine", "settings": {}})
    assert response.status_code == 409
    assert response.json()["type"] == "invalid_request_error"
    assert call("GET", "/brands/harbour-kids").json()["name"] == "Harbour Kids"


def test_put_replaces_a_brand(call: Call, clock: SimpleNamespace) -> None:
    before = call("GET", "/brands/harbour-kids").json()
    response = call("PUT", "/brands/harbour-kids", {"name": "Small Harbour"})
    assert response.status_code == 200
    after = response.json()
    assert after == call("GET", "/brands/harbour-kids").json()
    assert (after["name"], after["settings"], after["snippets"]) == ("Small Harbour", {}, {"items": []})
    assert (after["created"], after["updated"]) == (before["created"], int(clock.now * 1000))


def test_the_default_brand_cannot_be_deleted(call: Call) -> None:
    response = call("DELETE", "/brands/harbour-books")
    assert (response.status_code, response.json()["message"]) == (409, "Cannot delete default brand")
    assert call("DELETE", "/brands/harbour-kids").status_code == 204
    assert call("GET", "/brands/harbour-kids").status_code == 404


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PUT", {"name": "N"})])
def test_an_unknown_brand_is_not_found(call: Call, method: str, body: Any) -> None:
    response = call(method, "/brands/none", body)
    assert (response.status_code, response.json()["message"]) == (404, "Brand none not found")


def test_replacing_the_default_brand_leaves_it_the_default(call: Call) -> None:
    call("PUT", "/brands/harbour-books", {"name": "Harbour"})
    assert call("DELETE", "/brands/harbour-books").status_code == 409
