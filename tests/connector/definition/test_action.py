from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from connector.definition.action import ActionDefinition, KnownError, Pagination, Throttle
from connector.definition.bulk import BulkJob
from connector.definition.field import DynamicValues, FieldSchema
from connector.definition.model import spelling
from connector.definition.service import ConnectorDefinition
from connector.http.request import collisions
from tests.connector.parcels import Json, action, body, definition, field, manifest, rows


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (rows({"a": field()}, x_map_value="a"), "x-map-value requires x-map-key"),
        (rows({"a": field()}, x_map_key="b"), "x-map-key must name a field of the list's rows"),
        (field("array", x_map_key="b"), "x-map-key must name a field of the list's rows"),
        (rows({"a": field()}, x_map_key="a", x_map_value="b"), "x-map-value must name a field of the list's rows"),
        (field("string", x_spread=True), "x-spread needs the type"),
        (field(x_pointer="a"), "begins with"),
        (field(x_in="cookie"), "Input should be"),
        (field("text"), "Input should be"),
        (field(xin="body"), "not permitted"),
        ({"type": "string", "x_in": "body"}, "not permitted"),
        ({"x-map-value": "a", "x-map-key": "a", "type": "array"}, "x-map-key must name"),
        (field("array", x_spread=True, items=field()), "x-spread needs the type"),
        (field("string", x_file=True), "x-file needs the type"),
        (field(["object", "string"], x_file=True), "x-file needs the type"),
        (field("object", x_file=True, properties={"a": field()}), "x-file needs the type"),
        ({"x-file": True, "items": field()}, "x-file needs the type"),
        (field("string", x_array_style="csv"), "x-array-style needs the type"),
        ({"x-array-style": "csv"}, "x-array-style needs the type"),
        ({"type": None}, "type must not be null"),
        (field(maxLength=None), "maxLength must not be null"),
        (field(x_in=None), "x-in must not be null"),
        (field(pattern="(a+)+"), "several ways"),
        (field(pattern="a*b"), "too many ways"),
    ],
)
def test_annotations_that_cannot_mean_anything_are_refused(words: Json, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        FieldSchema.model_validate(words)


@pytest.mark.parametrize(
    "words",
    [
        rows({"a": field(), "b": field()}, x_map_key="a", x_map_value="b"),
        rows({"a": field(), "b": field()}, x_map_key="a", x_spread=True),
        field("object", x_spread=True),
        field(["object", "null"], x_file=True),
        {"x-file": True},
        field("array", x_array_style="csv"),
        {"items": field(), "x-array-style": "pipes"},
        {"const": None, "default": None, "title": None, "description": None},
        field(pattern="a*b", maxLength=100),
    ],
)
def test_annotations_that_mean_something_are_taken(words: Json) -> None:
    assert FieldSchema.model_validate(words)


@pytest.mark.parametrize(
    ("type_", "types"), [(None, ()), ("string", ("string",)), (["string", "null"], ("string", "null"))]
)
def test_a_field_has_one_type_several_or_any(type_: Any, types: tuple[str, ...]) -> None:
    assert FieldSchema.model_validate({} if type_ is None else {"type": type_}).types == types


@pytest.mark.parametrize(
    ("words", "pointers"),
    [
        ({}, ("/filter/operator",)),
        ({"x-pointer": "/a"}, ("/a",)),
        ({"x-pointer": ""}, ("",)),
        ({"x-pointer": ["/a", "/b"]}, ("/a", "/b")),
    ],
)
def test_a_field_is_at_the_place_of_its_name_or_at_the_places_that_it_says(
    words: Json, pointers: tuple[str, ...]
) -> None:
    assert FieldSchema.model_validate(words).pointers("filter.operator") == pointers


def test_choices_depend_on_the_inputs_that_they_take_from_the_form() -> None:
    names = {"value-collection": "rows", "value-path": "id", "value-title": "name"}
    parameters = {"a": "fixed", "b": {"parameter": "kind"}, "c": {"parameter": 7}, "d": {"other": 1}, "e": 5}
    values = DynamicValues.model_validate({"operationId": "List", **names, "parameters": parameters})
    assert values.depends_on == ("kind",)
    assert values.inputs({"kind": "k", "a": "not this"}) == {**parameters, "b": "k"}
    assert values.inputs({}) == parameters


@pytest.mark.parametrize(
    ("name", "word"),
    [("x_map_key", "x-map-key"), ("min_length", "minLength"), ("ref", "$ref"), ("schema_uri", "$schema")],
)
def test_words_are_spelt_in_a_file_as_json_schema_and_microsoft_spell_them(name: str, word: str) -> None:
    assert spelling(name) == word


def test_a_definition_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        definition().key = "other"


@pytest.mark.parametrize(
    "change",
    [
        {"key": "Send"},
        {"operationId": " "},
        {"since": "1"},
        {"summary": ""},
        {"request": {"method": "TRACE", "path": "/x"}},
        {"request": {"method": "GET", "path": "x"}},
        {"throttle": {"calls": 0, "renewalPeriod": 60}},
        {"throttle": {"calls": 1, "renewalPeriod": 0}},
        {"outcome": [404]},
    ],
    ids=str,
)
def test_an_action_that_says_something_impossible_is_refused(change: Json) -> None:
    with pytest.raises(ValidationError):
        ActionDefinition.model_validate(action() | change)


@pytest.mark.parametrize(
    "change",
    [
        {"baseUrl": "http://api.parcels.example"},
        {"brandColor": "red"},
        {"retry": {"attempts": 0}},
        {"timeouts": {"total": 0}},
        {"errors": [{"status": 200, "code": "x", "sentence": "x"}]},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_connector_that_says_something_impossible_is_refused(change: Json) -> None:
    with pytest.raises(ValidationError):
        ConnectorDefinition.model_validate(manifest(**change))


@pytest.mark.parametrize(
    ("method", "repeatable"), [("GET", True), ("PUT", True), ("DELETE", True), ("POST", False), ("PATCH", False)]
)
def test_http_says_what_may_be_sent_twice(method: str, repeatable: bool) -> None:
    assert definition(method=method).repeatable is repeatable


def test_the_placeholders_of_a_path_are_told_in_its_order() -> None:
    assert definition(path="/a/{b}/c/{d}").request.placeholders == ("b", "d")


def test_the_words_beside_a_ref_win() -> None:
    made = definition({"a": {"$ref": "#/$defs/t", "title": "Mine", "x-in": "body"}}, defs={"t": field(title="Its")})
    assert (made.input("a").title, made.input("a").types) == ("Mine", ("string",))
    odd = definition({"a": {"$ref": "#/$defs/none"}})
    with pytest.raises(KeyError):
        odd.input("a")


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"name": "n", "more": {"name": "m"}}, ["more"]),
        ({"city": "c", "more": {"address": 1}}, ["more"]),
        ({"name": "n", "more": {"other": 1}}, []),
        ({"more": {"name": "m"}}, []),
        ({"name": "n"}, []),
    ],
)
def test_a_key_given_twice_once_in_a_box_and_once_in_a_free_object_is_a_problem(values: Json, shown: Any) -> None:
    made = definition(
        {
            "name": body(title="Name"),
            "city": body(x_pointer="/address/city"),
            "more": body("object", "More", x_pointer="", x_spread=True),
        }
    )
    assert [problem.field for problem in collisions(made, values)] == shown


def test_a_known_error_is_an_error() -> None:
    assert KnownError.model_validate({"status": 404, "code": "x", "sentence": "X."}).hint == ""


def error(**words: Any) -> Json:
    return {"status": 400, "code": "x", "sentence": "X.", **words}


@pytest.mark.parametrize(
    ("model", "right", "wrong"),
    [
        (Throttle, {"calls": 1, "renewalPeriod": 1}, {"calls": 0, "renewalPeriod": 1}),
        (Throttle, {"calls": 100_000, "renewalPeriod": 1}, {"calls": 100_001, "renewalPeriod": 1}),
        (Throttle, {"calls": 1, "renewalPeriod": 0.5}, {"calls": 1, "renewalPeriod": 0}),
        (Throttle, {"calls": 1, "renewalPeriod": 2_678_400}, {"calls": 1, "renewalPeriod": 2_678_400.5}),
        (KnownError, error(status=400), error(status=399)),
        (KnownError, error(status=599), error(status=600)),
        # What a message of 501 characters can match in ten million ways.
        (KnownError, error(pattern="a{1,50}b{1,399}"), error(pattern="a{1,50}b{1,400}")),
        (Pagination, {"rows": "a", "follow": True, "nextUrl": "/n"}, {"rows": "a", "follow": True}),
        (
            Pagination,
            {"rows": "a", "offset": True, "nextUrl": "/n"},
            {"rows": "a", "offset": True, "nextUrl": "/n", "follow": True},
        ),
    ],
)
def test_a_value_may_be_at_its_bound_and_not_beyond_it(model: type[BaseModel], right: Json, wrong: Json) -> None:
    assert model.model_validate(right)
    with pytest.raises(ValidationError):
        model.model_validate(wrong)


def test_what_an_action_leaves_out_is_what_the_reference_says() -> None:
    made = definition()
    assert (made.visibility, made.deprecated, made.documented, made.long_running) == ("important", False, True, False)
    assert (made.request.encoding, made.request.optional_body) == ("json", False)
    pages = Pagination.model_validate({"rows": "list"}).model_dump()
    assert pages == {
        **{"rows": "list", "input": "cursor", "cursor": "/paging/cursor", "more": "/paging/more"},
        **{"next_url": None, "follow": False, "offset": False},
    }
    switches = FieldSchema().model_dump(include={"write_only", "deprecated", "x_spread", "x_keep_empty", "x_file"})
    assert list(switches.values()) == [False] * 5
    job = dict.fromkeys(("create", "add", "run", "get", "results", "id", "input", "rows", "status", "outcome"), "x")
    lists = {word: ["x"] for word in ("created", "ended", "succeeded", "failed")}
    bulk = {**job, **lists, "same": {}, "own": {}, "matches": {}}
    assert BulkJob.model_validate(bulk).most == 1_000
    assert BulkJob.model_validate({**bulk, "most": 1}).most == 1
    with pytest.raises(ValidationError):
        BulkJob.model_validate({**bulk, "most": 0})
