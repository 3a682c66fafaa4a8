from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import requests

Call = Callable[..., requests.Response]
Walk = Callable[..., list[list[Any]]]
SEEDED = ["ada", "bruno", "chen", "dalia", "elif", "farid", "grace@example.com", "greta", "holt"]
WITH_ADDRESS = ["ada", "bruno", "chen", "dalia", "elif", "farid", "greta"]
EQ = {"operator": "EQ", "path": "title", "value": "Engineer"}
ENGINEERS = {"operator": "AND", "filters": [EQ]}


def members(walk: Walk, name: str) -> list[str]:
    return [item["member_id"] for page in walk(f"/audiences/{name}/members") for item in page]


def test_put_makes_an_audience_and_answers_it_wrapped(call: Call) -> None:
    response = call("PUT", "/audiences/mine", {"name": "Mine", "description": "All mine", "filter": ENGINEERS})
    assert response.status_code == 200
    assert response.json() == {
        "audience": {
            "id": "mine",
            "name": "Mine",
            "description": "All mine",
            "created_at": "2026-09-21T14:13:20.000Z",
            "updated_at": "2026-09-21T14:13:20.000Z",
            "filter": ENGINEERS,
        }
    }
    assert call("GET", "/audiences/mine").json() == response.json()["audience"]


def test_put_changes_the_values_that_are_given(call: Call, clock: SimpleNamespace) -> None:
    before = call("GET", "/audiences/engineers").json()
    clock.now += 5
    after = call("PUT", "/audiences/engineers", {"name": "Builders"}).json()["audience"]
    assert after == {**before, "name": "Builders", "updated_at": "2026-09-21T14:13:25.000Z"}
    assert call("GET", "/audiences/engineers/members").json()["items"][0]["audience_version"] == 2


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [
        (EQ, ["ada", "chen", "elif"]),
        ({"operator": "EQ", "path": "$.title", "value": "Engineer"}, ["ada", "chen", "elif"]),
        ({"operator": "EQ", "path": "orders", "value": "14"}, ["ada"]),
        ({"operator": "EQ", "path": "email_verified", "value": "true"}, ["ada"]),
        ({"operator": "NEQ", "path": "plan", "value": "pro"}, ["chen", "dalia", "farid", "holt", "zoe"]),
        ({"operator": "NEQ", "path": "email_verified", "value": "false"}, [*SEEDED, "zoe"]),
        ({"operator": "GT", "path": "orders", "value": "11"}, ["ada", "chen", "greta"]),
        ({"operator": "GTE", "path": "orders", "value": "11"}, ["ada", "chen", "farid", "greta"]),
        ({"operator": "LT", "path": "orders", "value": "3"}, ["dalia", "holt"]),
        ({"operator": "LTE", "path": "orders", "value": "3"}, ["bruno", "dalia", "holt"]),
        ({"operator": "GT", "path": "name", "value": "F"}, ["farid", "greta", "holt"]),
        ({"operator": "EXISTS", "path": "address.locality"}, WITH_ADDRESS),
        ({"operator": "OMIT", "path": "address.locality"}, ["grace@example.com", "holt", "zoe"]),
        ({"operator": "INCLUDES", "path": "name", "value": "Os"}, ["chen"]),
        ({"operator": "INCLUDES", "path": "tags", "value": "vip"}, ["zoe"]),
        ({"operator": "STARTS_WITH", "path": "name", "value": "D"}, ["dalia"]),
        ({"operator": "ENDS_WITH", "path": "email", "value": "@example.org"}, ["chen", "elif", "greta"]),
        ({"operator": "IS_BEFORE", "path": "joined", "value": "2020-12-31"}, ["farid", "greta"]),
        ({"operator": "IS_AFTER", "path": "joined", "value": "2024-01-01T00:00:00Z"}, ["dalia", "holt"]),
        ({"operator": "IS_AFTER", "path": "name", "value": "2024-01-01"}, []),
    ],
)
def test_members_are_who_fits_the_comparison(call: Call, walk: Walk, comparison: Any, expected: Any) -> None:
    call("PUT", "/profiles/zoe", {"profile": {"tags": ["vip", "new"]}})
    group = {"operator": "AND", "filters": [comparison]}
    assert call("PUT", "/audiences/mine", {"name": "Mine", "filter": group}).status_code == 200
    assert members(walk, "mine") == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            {"operator": "AND", "filters": [EQ, {"operator": "EQ", "path": "plan", "value": "pro"}]},
            ["ada", "elif"],
        ),
        (
            {
                "operator": "OR",
                "filters": [
                    {"operator": "EQ", "path": "title", "value": "Sailor"},
                    {"operator": "AND", "filters": [EQ, {"operator": "GT", "path": "orders", "value": "20"}]},
                ],
            },
            ["chen", "holt"],
        ),
        ({"filters": [EQ]}, ["ada", "chen", "elif"]),
        ({"filters": [{**EQ, "filters": []}]}, ["ada", "chen", "elif"]),
        ({"operator": "AND", "filters": []}, []),
    ],
)
def test_members_are_who_fits_the_group(call: Call, walk: Walk, rule: Any, expected: Any) -> None:
    assert call("PUT", "/audiences/mine", {"name": "Mine", "filter": rule}).status_code == 200
    assert members(walk, "mine") == expected
    assert call("GET", "/audiences/mine").json()["filter"] == rule


def test_the_operator_may_stand_beside_the_filter(call: Call, walk: Walk) -> None:
    rules = [{"operator": "EQ", "path": "title", "value": title} for title in ("Sailor", "Editor")]
    body = {"operator": "OR", "filter": {"filters": rules}}
    assert call("PUT", "/audiences/mine", body).json()["audience"]["operator"] == "OR"
    assert members(walk, "mine") == ["bruno", "holt"]
    call("PUT", "/audiences/mine", {"operator": "AND"})
    assert members(walk, "mine") == []


@pytest.mark.parametrize(
    "rule",
    [
        {"filters": [EQ, EQ]},
        {"operator": "AND"},
        {"operator": "EQ", "filters": [EQ]},
        {"operator": "AND", "path": "a", "filters": [EQ]},
        EQ,
        {},
        [EQ],
        *(
            {"operator": "AND", "filters": [comparison]}
            for comparison in (
                {"operator": "AND"},
                {"operator": "EQ", "path": "title"},
                {"operator": "EQ", "value": "Engineer"},
                {"operator": "EQ", "path": "orders", "value": 14},
                {"operator": "EQ", "filters": [EQ]},
                {"path": "title", "value": "Engineer"},
                {"filters": [EQ]},
                "title",
            )
        ),
    ],
)
def test_a_filter_of_no_known_form_is_refused(call: Call, rule: Any) -> None:
    response = call("PUT", "/audiences/mine", {"filter": rule})
    assert response.status_code == 400
    assert response.json()["message"].startswith("filter")
    assert call("GET", "/audiences/mine").status_code == 404


def test_every_filter_of_the_seed_is_a_group_as_the_api_describes_it(walk: Walk) -> None:
    audiences = [audience for page in walk("/audiences") for audience in page]
    assert {audience["filter"]["operator"] for audience in audiences} == {"AND", "OR"}
    assert all(audience["filter"]["filters"] for audience in audiences)


def test_membership_follows_the_profiles(call: Call, walk: Walk) -> None:
    call("PATCH", "/profiles/holt", {"patch": [{"op": "replace", "path": "/title", "value": "Engineer"}]})
    call("DELETE", "/profiles/ada")
    assert members(walk, "engineers") == ["chen", "elif", "holt"]


def test_a_member_tells_since_when_and_why(call: Call) -> None:
    member = call("GET", "/audiences/pro-newcomers/members").json()["items"][0]
    assert member == {
        "member_id": "bruno",
        "audience_id": "pro-newcomers",
        "audience_version": 1,
        "added_at": "2026-06-17T14:13:20.000Z",
        "reason": "EQ('plan', 'pro') AND IS_AFTER('joined', '2022-12-31')",
    }


def test_an_audience_without_a_filter_has_no_members(call: Call, walk: Walk) -> None:
    for body in ({}, {"filter": None}):
        audience = call("PUT", "/audiences/empty", body).json()["audience"]
        assert (audience["name"], "filter" in audience) == ("empty", False)
        assert members(walk, "empty") == []
    message = {"to": {"audience_id": "empty"}, "content": {"title": "T", "body": "B"}}
    request_id = call("POST", "/send", {"message": message}).json()["requestId"]
    assert call("GET", "/messages", params={"traceId": request_id}).json()["results"] == []


def test_delete_removes_an_audience_and_nobody_else(call: Call) -> None:
    assert call("DELETE", "/audiences/engineers").status_code == 204
    for path in ("/audiences/engineers", "/audiences/engineers/members"):
        response = call("GET", path)
        assert (response.status_code, response.json()["message"]) == (404, "Audience engineers not found")
    assert call("GET", "/profiles/ada").status_code == 200
    assert call("DELETE", "/audiences/engineers").status_code == 204
