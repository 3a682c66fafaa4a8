from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from connector.connections.endpoint import Endpoint, path_segment
from connector.http.request import HttpRequest, body_of, build, collisions, masked, secret_texts, secret_values
from connector.http.transport import RequestsTransport, SendOptions
from connector.secrets import MASK
from connector.testing import FakeClock
from tests.connector.parcels import AUTH, BASE, Json, body, definition, field, rows
from tests.connector.station import Station


def sent(inputs: Json, values: Json, **words: Any) -> HttpRequest:
    made = definition(inputs, **words)
    return build(made, values, Endpoint(BASE), body_of(made, values))


def sent_body(inputs: Json, values: Json, **words: Any) -> Any:
    return sent(inputs, values, **words).body


def test_each_input_goes_where_its_definition_says() -> None:
    request = sent(
        {
            "list_id": field(x_in="path", x_name="id"),
            "dry_run": field("boolean", x_in="query", x_name="dry-run"),
            "trace": field(x_in="header", x_name="X-Trace"),
            "name": body(),
            "primary": body(x_pointer="/settings/colors/primary"),
            "left_out": body(),
        },
        {"list_id": "a", "dry_run": True, "trace": "t", "name": "n", "primary": "#fff"},
        method="PUT",
        path="/lists/{id}/parts",
    )
    assert request.method == "PUT"
    assert request.url == f"{BASE}/lists/a/parts?dry-run=true"
    assert request.headers == {"Accept": "application/json", "X-Trace": "t", "Content-Type": "application/json"}
    assert request.body == {"name": "n", "settings": {"colors": {"primary": "#fff"}}}


def test_the_secret_is_no_part_of_a_request() -> None:
    assert set(sent({}, {}).headers) == {"Accept"}


@pytest.mark.parametrize(
    ("value", "query"),
    [
        (True, "q=true"),
        (False, "q=false"),
        (7, "q=7"),
        (1.5, "q=1.5"),
        (["a", "b c", "d&e=f"], "q=a&q=b%20c&q=d%26e%3Df"),
        ([True, 2], "q=true&q=2"),
        ("ü+/?#", "q=%C3%BC%2B%2F%3F%23"),
        ([], ""),
    ],
)
def test_query_values_are_written_as_services_read_them(value: Any, query: str) -> None:
    request = sent({"q": field([], x_in="query")} | {"q": {"x-in": "query"}}, {"q": value}, method="GET")
    assert request.url == f"{BASE}/parcels" + (f"?{query}" if query else "")


ODD_IDS = ["a/b", "a b", "...", "a.b", "?", "#", "a\nb", "ä🎁", "%2e%2e", "{other}", "a\\b", "a;b=c", "a@b:c", "+"]


@pytest.mark.parametrize("text", ODD_IDS)
def test_an_id_is_one_segment_of_the_path_on_a_real_socket(station: Station, text: str) -> None:
    made = definition({"id": field(x_in="path"), "other": field(x_in="path")}, method="GET", path="/p/{id}/q/{other}")
    request = build(made, {"id": text, "other": "o"}, Endpoint(station.url), None)
    RequestsTransport(FakeClock(), "test").send(request, AUTH, SendOptions(5, 5, 10_000, 1000))
    (seen,) = station.seen
    segments = seen.target.split("/")
    assert [*segments[:2], *segments[3:]] == ["", "p", "q", "o"]
    assert unquote(segments[2]) == text
    assert segments[2] not in {".", ".."}


@settings(derandomize=True, database=None, max_examples=100)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_is_exactly_one_segment(text: str) -> None:
    assume(text not in {".", ".."})
    segment = path_segment(text)
    assert unquote(segment) == text
    assert not set(segment) & set("/?#\\ \n\r")


@pytest.mark.parametrize("text", [".", ".."])
def test_a_dot_segment_is_never_built(text: str) -> None:
    with pytest.raises(ValueError, match="dot segment"):
        path_segment(text)


def test_the_body_is_compact_utf_8() -> None:
    request = sent({"name": body()}, {"name": "ä🎁"})
    assert request.content == '{"name":"ä🎁"}'.encode()


@pytest.mark.parametrize(
    ("inputs", "constant", "expected"),
    [
        ({}, None, None),
        ({"q": field(x_in="query")}, None, None),
        ({"name": body()}, None, {}),
        ({}, {"kind": "x"}, {"kind": "x"}),
    ],
)
def test_there_is_a_body_where_the_definition_has_one(inputs: Json, constant: Json | None, expected: Any) -> None:
    request = sent(inputs, {}, request_body=constant)
    assert request.body == expected
    assert ("Content-Type" in request.headers) == (expected is not None)


def test_the_constant_body_stands_under_the_inputs_and_is_never_changed() -> None:
    made = definition({"name": body(x_pointer="/a/name")}, request_body={"a": {"kind": "x"}, "list": [1]})
    first = body_of(made, {"name": "n"})
    first["list"].append(2)
    assert body_of(made, {}) == {"a": {"kind": "x"}, "list": [1]}
    assert first == {"a": {"kind": "x", "name": "n"}, "list": [1, 2]}


ROWS = rows({"email": field(), "name": field(x_pointer="/profile/name"), "city": field(x_pointer="/profile/city")})


def test_rows_get_their_nesting_back() -> None:
    value = [{"email": "a", "name": "Ada", "city": "x"}, {"email": "b"}]
    assert sent_body({"people": {**ROWS, "x-in": "body"}}, {"people": value}) == {
        "people": [{"email": "a", "profile": {"name": "Ada", "city": "x"}}, {"email": "b"}]
    }


def test_rows_inside_rows_are_nested_as_well() -> None:
    inner = rows({"x": field(x_pointer="/deep/x")})
    assert sent_body({"a": {**rows({"b": inner}), "x-in": "body"}}, {"a": [{"b": [{"x": "1"}]}]}) == {
        "a": [{"b": [{"deep": {"x": "1"}}]}]
    }


def test_keyed_rows_become_an_object_without_repeating_the_key() -> None:
    declared = rows({"id": field(), "status": field(x_pointer="/s")}, x_in="body", x_map_key="id")
    assert sent_body({"p": declared}, {"p": [{"id": "n1", "status": "IN"}, {"id": "n2"}]}) == {
        "p": {"n1": {"s": "IN"}, "n2": {}}
    }


def test_keyed_values_become_an_object_of_values() -> None:
    declared = rows({"k": field(), "v": field()}, x_in="body", x_map_key="k", x_map_value="v")
    assert sent_body({"p": declared}, {"p": [{"k": "a", "v": "1"}]}) == {"p": {"a": "1"}}


@pytest.mark.parametrize("place", ["", "/data"])
def test_spread_keys_stand_beside_the_others_and_never_replace_them(place: str) -> None:
    inputs = {"name": body(x_pointer=f"{place}/name"), "more": body("object", x_pointer=place, x_spread=True)}
    inner = {"name": "n", "x": 1}
    expected = inner if place == "" else {"data": inner}
    assert sent_body(inputs, {"name": "n", "more": {"x": 1, "name": "other"}}) == expected


def test_spread_alone_makes_its_own_place() -> None:
    inputs = {"more": body("object", x_pointer="/data", x_spread=True)}
    values = {"more": {"x": 1}}
    assert sent_body(inputs, values) == {"data": {"x": 1}}
    assert values == {"more": {"x": 1}}


SPREAD: Json = {
    "name": body(title="Name"),
    "primary": body(title="Primary", x_pointer="/settings/colors/primary"),
    "left_out": body(title="Left out", x_pointer="/left"),
    "more": body("object", "More", x_spread=True, x_pointer=""),
    "colors": body("object", x_spread=True, x_pointer="/settings/colors"),
    "pairs": rows({"key": field(), "value": field()}, x_in="body", x_spread=True, x_pointer="/settings",
                  x_map_key="key", x_map_value="value"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({"more": {"name": "b"}}, [("more", "More names “name”, which is also filled in under Name.")]),
        ({"more": {"settings": 1}}, [("more", "More names “settings”, which is also filled in under Primary.")]),
        ({"colors": {"primary": 1}}, [("colors", "colors names “primary”, which is also filled in under Primary.")]),
        ({"pairs": [{"key": "a", "value": "1"}, {"key": "colors", "value": "2"}]},
         [("pairs", "pairs names “colors”, which is also filled in under Primary.")]),
        ({"more": {"left": 1, "primary": 1, "nam": 1, "name/x": 1}, "colors": {"name": 1, "second": 2},
          "pairs": [{"key": "primary", "value": "1"}]}, []),
        ({"more": {"name": 1, "settings": 2}, "colors": {"primary": 3}},
         [("more", "More names “name”, which is also filled in under Name."),
          ("more", "More names “settings”, which is also filled in under Primary."),
          ("colors", "colors names “primary”, which is also filled in under Primary.")]),
    ],
)  # fmt: skip
def test_a_key_of_a_free_form_object_that_another_field_fills_is_a_problem(
    values: Json, problems: list[tuple[str, str]]
) -> None:
    found = collisions(definition(SPREAD), {"name": "a", "primary": "#fff", **values})
    assert [(problem.field, problem.message) for problem in found] == problems
    assert {(problem.rule, problem.hint) for problem in found} <= {("twice", "Fill in one of the two.")}
    assert collisions(definition(SPREAD), values) == []


def test_each_value_of_a_list_can_have_an_object_of_its_own() -> None:
    inputs = {"channels": body("array", items=field(x_pointer="/channel/name"))}
    assert sent_body(inputs, {"channels": ["a", "b"]}) == {
        "channels": [{"channel": {"name": "a"}}, {"channel": {"name": "b"}}]
    }


def test_a_ref_is_followed_on_the_way_to_the_wire() -> None:
    inputs = {"size": {"$ref": "#/$defs/size", "x-in": "body"}}
    assert sent_body(inputs, {"size": 1}, defs={"size": field("integer", x_pointer="/s/z")}) == {"s": {"z": 1}}


def test_secrets_are_hidden_at_any_depth_of_what_is_shown() -> None:
    made = definition(
        {
            "pin": body(writeOnly=True),
            "keys": body("array", items=field(writeOnly=True)),
            "doors": rows({"code": field(writeOnly=True), "name": field()}, x_in="body"),
            "home": body("object", properties={"code": field(writeOnly=True)}),
            "shared": {"$ref": "#/$defs/key", "x-in": "body"},
            "name": body(),
        },
        defs={"key": field(writeOnly=True)},
    )
    values = {
        "pin": "hunter2",
        "keys": ["hunter2"],
        "doors": [{"code": "hunter2", "name": "front"}],
        "home": {"code": "hunter2"},
        "shared": "hunter2",
        "name": "Ada",
    }
    assert masked(made, values) == {
        "pin": MASK,
        "keys": [MASK],
        "doors": [{"code": MASK, "name": "front"}],
        "home": {"code": MASK},
        "shared": MASK,
        "name": "Ada",
    }
    assert json.dumps(values).count("hunter2") == 5
    assert secret_texts(made, values) == ["hunter2"] * 5
    assert secret_texts(made, {"pin": "a", "doors": [{"code": {"b": ["c", 1]}}, {"name": "d"}]}) == ["a", "c"]
    assert secret_values(made, {"pin": 7, "keys": [["a"]], "name": "d"}) == [7, ["a"]]


def test_an_input_that_has_no_secret_in_it_is_not_searched_for_one() -> None:
    class Unread(list[Any]):
        def __iter__(self) -> Any:
            raise AssertionError("searched")

    row = {"a": field(), "b": field("array", items=field("integer"))}
    made = definition({"plain": rows(row, x_in="body"), "pin": body(writeOnly=True)})
    assert secret_texts(made, {"plain": Unread([{"a": "1"}]), "pin": "hunter2"}) == ["hunter2"]


def test_rows_in_rows_of_their_own_kind_are_searched_for_secrets() -> None:
    node = {"type": "object", "properties": {"inner": {"$ref": "#/$defs/nodes"}, "code": field(writeOnly=True)}}
    made = definition({"nodes": {"$ref": "#/$defs/nodes", "x-in": "body"}}, defs={"nodes": field("array", items=node)})
    assert secret_texts(made, {"nodes": [{"inner": [{"inner": [{"code": "hunter2"}]}]}]}) == ["hunter2"]


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ({"x-in": "body"}, [1, {"a": []}]),
        (body(["string", "array"], items=field(x_pointer="/id")), "ab"),
    ],
    ids=["a list in a field of any type", "a text where a list may be"],
)
def test_a_value_without_the_shape_of_its_rows_is_sent_as_it_is(declared: Json, value: Any) -> None:
    assert sent_body({"value": declared}, {"value": value}) == {"value": value}
    assert masked(definition({"value": declared}), {"value": value}) == {"value": value}


def test_a_body_that_is_no_json_makes_no_request() -> None:
    with pytest.raises(ValueError, match="JSON"):
        assert HttpRequest("POST", BASE, {}, {"a": float("nan")}).content


def test_a_value_in_the_way_of_another_is_not_written_over() -> None:
    made = definition({"whole": body(x_pointer="/a"), "part": body(x_pointer="/a/b")})
    with pytest.raises(ValueError, match="not an object"):
        body_of(made, {"whole": "text", "part": "x"})
