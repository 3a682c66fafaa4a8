from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connector.errors import DefinitionError, InputError, OutputError
from connector.http.response import HttpResponse
from connector.testing import response
from tests.connector.parcels import LIST, Bench, Json, MakeBench, action, body, field, manifest


def sheet(*ids: str, cursor: str | None = None, more: Any = None) -> HttpResponse:
    paging = {"cursor": cursor} if more is None else {"cursor": cursor, "more": more}
    return response(200, {"parcels": [{"id": one} for one in ids], "paging": paging})


def cursors(bench: Bench) -> list[Any]:
    return [parse_qs(urlsplit(request.url).query).get("cursor", [None])[0] for request in bench.requests]


def ids(rows: Any) -> list[str]:
    return [row["id"] for row in rows]


def test_one_page_is_read_unless_all_are_asked_for(bench: MakeBench) -> None:
    made = bench([sheet("a", "b", cursor="c2", more=True)])
    result = made.run("list_parcels")
    assert ids(result.rows("parcels")) == ["a", "b"]
    assert (result.meta.pages, result["more"]) == (1, True)


def test_all_pages_are_collected_and_the_cursor_is_passed_on(bench: MakeBench) -> None:
    made = bench([sheet("a", cursor="c2", more=True), sheet(cursor="c3", more=True), sheet("c", more=False)])
    result = made.run("list_parcels", {"state": "open"}, all_pages=True)
    assert ids(result.rows("parcels")) == ["a", "c"]
    assert cursors(made) == [None, "c2", "c3"]
    assert all("state=open" in request.url for request in made.requests)
    assert (result.meta.pages, len(result.meta.attempts), result["more"]) == (3, 3, False)
    assert result.meta.warnings == ()


def test_a_walk_begins_where_the_user_says(bench: MakeBench) -> None:
    made = bench([sheet("c", cursor="c4", more=True), sheet("d")])
    made.run("list_parcels", {"cursor": "c3"}, all_pages=True)
    assert cursors(made) == ["c3", "c4"]


@pytest.mark.parametrize(
    ("cursor", "more"), [("c2", False), (None, True), ("", True), (7, True), (None, None)], ids=str
)
def test_the_walk_ends_where_the_service_says_no_more_or_names_no_cursor(
    bench: MakeBench, cursor: Any, more: Any
) -> None:
    made = bench([sheet("a", cursor=cursor, more=more)])
    assert ids(made.run("list_parcels", all_pages=True).rows("parcels")) == ["a"]


@pytest.mark.parametrize("replies", [["c1", "c1"], ["c2", "c3", "c2"]])
def test_a_cursor_that_repeats_is_an_error_and_no_endless_walk(bench: MakeBench, replies: list[str]) -> None:
    made = bench([sheet("a", cursor=cursor, more=True) for cursor in replies])
    with pytest.raises(OutputError) as caught:
        made.run("list_parcels", {"cursor": "c0"}, all_pages=True)
    assert caught.value.error_code == "cursor_repeats"
    assert len(made.requests) == len(replies)


@pytest.mark.parametrize(
    ("bound", "found", "pages", "warned"),
    [(1, ["a"], 1, True), (2, ["a", "b"], 1, True), (3, ["a", "b", "c"], 2, False), (9, ["a", "b", "c"], 2, False)],
)
def test_a_bound_on_rows_ends_the_walk_and_says_what_was_left_out(
    bench: MakeBench, bound: int, found: list[str], pages: int, warned: bool
) -> None:
    made = bench([sheet("a", "b", cursor="c2", more=True), sheet("c", more=False)])
    result = made.run("list_parcels", max_items=bound)
    assert ids(result.rows("parcels")) == found
    assert len(made.requests) == result.meta.pages == pages
    assert bool(result.meta.warnings) == warned
    assert all(f"only {bound} " in warning for warning in result.meta.warnings)


@pytest.mark.parametrize("bound", [0, -1])
def test_a_bound_that_is_none_is_refused(bench: MakeBench, bound: int) -> None:
    with pytest.raises(InputError) as caught:
        bench().run("list_parcels", max_items=bound)
    assert caught.value.field == "max_items"
    assert caught.value.problems[0].message == f"The number of rows must be 1 or more, but it is {bound}."


@pytest.mark.parametrize("options", [{"all_pages": True}, {"max_items": 5}])
def test_an_action_without_pages_has_none_to_collect(bench: MakeBench, options: Json) -> None:
    made = bench()
    with pytest.raises(InputError, match="no pages"):
        made.run("get_parcel", {"parcel_id": "a"}, **options)
    for rows in (made.connector.iterate, made.connector.aiterate):
        with pytest.raises(InputError, match="no pages"):
            rows("get_parcel", {"parcel_id": "a"}, made.connection)
    assert made.requests == []


def test_the_definitions_bound_holds_where_the_user_sets_none(bench: MakeBench) -> None:
    made = bench([sheet("a", "b", "c", cursor="c2")], connector=manifest(paging={"maxItems": 2}))
    result = made.run("list_parcels", all_pages=True)
    assert ids(result.rows("parcels")) == ["a", "b"]
    assert len(result.meta.warnings) == 1


def test_a_page_without_its_list_counts_as_empty(bench: MakeBench) -> None:
    made = bench([response(200, {"paging": {"cursor": "c2"}}), response(200, {"parcels": None})])
    assert made.run("list_parcels", all_pages=True)["parcels"] == []


def test_streaming_fetches_a_page_when_its_first_row_is_asked_for(bench: MakeBench) -> None:
    made = bench([sheet("a", "b", cursor="c2", more=True), sheet("c", more=False)])
    stream = made.connector.iterate("list_parcels", {}, made.connection)
    assert len(made.requests) == 0
    assert [next(stream)["id"], next(stream)["id"]] == ["a", "b"]
    assert len(made.requests) == 1
    assert next(stream)["id"] == "c"
    assert len(made.requests) == 2
    assert list(stream) == []


@pytest.mark.parametrize(("bound", "pages"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (9, 3)])
def test_streaming_stops_at_its_bound_without_another_call(bench: MakeBench, bound: int, pages: int) -> None:
    made = bench([sheet("a", "b", cursor="c2"), sheet("c", "d", cursor="c3"), sheet("e")])
    assert ids(made.connector.iterate("list_parcels", {}, made.connection, max_items=bound)) == [*"abcde"][:bound]
    assert len(made.requests) == pages


def test_streaming_refuses_wrong_inputs_before_the_first_row(bench: MakeBench) -> None:
    made = bench()
    with pytest.raises(InputError):
        made.connector.iterate("list_parcels", {"sate": "open"}, made.connection)


def test_every_page_takes_a_token(bench: MakeBench) -> None:
    replies = [sheet("a", cursor="c2"), sheet("b", cursor="c3"), sheet("c")]
    made = bench(replies, connector=manifest(throttle={"calls": 1, "renewalPeriod": 10}))
    result = made.run("list_parcels", all_pages=True)
    assert result.meta.waited == pytest.approx(2 * 10.05, abs=1e-3)


def test_a_cursor_may_travel_in_the_body(bench: MakeBench) -> None:
    search = action(
        "search_parcels",
        {"cursor": body(x_pointer="/page/after"), "text": body()},
        LIST["outputs"]["properties"],
        pagination={"rows": "parcels"},
    )
    made = bench([sheet("a", cursor="c2"), sheet("b")], actions=[search])
    assert ids(made.run("search_parcels", {"text": "x"}, all_pages=True).rows("parcels")) == ["a", "b"]
    assert [request.body for request in made.requests] == [{"text": "x"}, {"text": "x", "page": {"after": "c2"}}]


def test_a_page_handler_needs_an_action_with_pages(bench: MakeBench) -> None:
    odd = action("odd", {}, {"id": field("string")}, method="GET")
    handlers = "from connector.call import walk\n\nasync def odd(call):\n    return await anext(walk(call))\n"
    made = bench([], actions=[odd], handlers=handlers)
    with pytest.raises(DefinitionError, match="no pages"):
        made.run("odd")
