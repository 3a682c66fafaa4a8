"""What a file leaves out, and what it then means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.definition.defaults import KEYWORDS
from connector.definition.expand import expand
from connector.definition.field import FieldSchema

Json = dict[str, Any]
FILE = Path("definitions/things/get_thing.json")


def whole(
    fields: Json | None = None, returned: Json | None = None, method: str = "GET", path: str = "/things", **words: Any
) -> Json:
    """The document of an action with these inputs and outputs, and whatever else its file says."""
    written = {
        "request": {"method": method, "path": path},
        "inputs": {"properties": fields or {}},
        "outputs": {"properties": returned or {}},
        **words,
    }
    return expand(written, FILE, since="0.1.0").document


def field(side: str, written: Json, method: str = "GET", path: str = "/things") -> Json:
    """What a single input or output becomes."""
    words: Json = {side: {"properties": {"it": written}}}
    made: Json = whole(method=method, path=path, **words)[side]["properties"]["it"]
    return made


def test_key_and_group_are_those_of_the_path_and_since_is_the_connectors() -> None:
    made = whole()
    assert (made["key"], made["group"], made["since"]) == ("get_thing", "things", "0.1.0")
    assert (
        whole(since="1.2.0", key="other", group="others").items()
        >= {
            "since": "1.2.0",
            "key": "other",
            "group": "others",
        }.items()
    )


@pytest.mark.parametrize(
    ("method", "read_only", "destructive", "idempotent"),
    [
        ("GET", True, False, True),
        ("PUT", False, True, True),
        ("DELETE", False, True, True),
        ("PATCH", False, True, False),
        ("POST", False, None, False),
    ],
)
def test_effects_follow_from_the_method_but_a_post_must_say_what_it_destroys(
    method: str, read_only: bool, destructive: bool | None, idempotent: bool
) -> None:
    effects = {"readOnly": read_only, "idempotent": idempotent}
    assert whole(method=method)["effects"] == effects | ({} if destructive is None else {"destructive": destructive})
    assert whole(method=method, effects={"destructive": False})["effects"] == {**effects, "destructive": False}


def test_inputs_and_outputs_are_closed_objects_of_the_one_dialect() -> None:
    made = whole({"a": {}, "b": {}}, {"x": {}, "y": {}})
    for side, required in (("inputs", []), ("outputs", ["x", "y"])):
        assert {word: value for word, value in made[side].items() if word != "properties"} == {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "required": required,
            "additionalProperties": False,
        }


def test_what_stands_in_the_path_is_required_before_what_is_listed() -> None:
    inputs = {"properties": {"b": {}, "no": {"x-name": "a"}, "c": {}}, "required": ["b"]}
    assert whole(path="/things/{a}/of/{c}", inputs=inputs)["inputs"]["required"] == ["no", "c", "b"]


@pytest.mark.parametrize(
    ("method", "place"), [("GET", "query"), ("DELETE", "query"), ("POST", "body"), ("PUT", "body"), ("PATCH", "body")]
)
def test_an_input_travels_where_its_method_puts_it(method: str, place: str) -> None:
    assert field("inputs", {}, method=method)["x-in"] == place
    assert field("inputs", {"x-in": "header"}, method=method)["x-in"] == "header"
    assert field("inputs", {}, method=method, path="/things/{it}")["x-in"] == "path"


def test_a_text_in_the_path_has_a_bound_and_is_encoded_once() -> None:
    path = "/things/{it}"
    assert field("inputs", {}, path=path).items() >= {"maxLength": 1024, "x-ms-url-encoding": "single"}.items()
    assert (
        field("inputs", {"maxLength": 8, "x-ms-url-encoding": "double"}, path=path).items()
        >= {
            "maxLength": 8,
            "x-ms-url-encoding": "double",
        }.items()
    )
    assert "maxLength" not in field("inputs", {"type": "integer"}, path=path)
    assert "maxLength" not in field("inputs", {})


@pytest.mark.parametrize(
    ("written", "of_input", "of_output"),
    [
        ({}, "string", ["string", "null"]),
        ({"items": {}}, "array", ["array", "null"]),
        ({"properties": {"a": {}}}, "object", ["object", "null"]),
        ({"x-from": "status"}, "string", ["integer", "null"]),
        ({"x-from": "success"}, "string", ["boolean", "null"]),
        ({"type": "number"}, "number", "number"),
    ],
)
def test_a_type_follows_from_what_is_inside(written: Json, of_input: Any, of_output: Any) -> None:
    if "x-from" not in written:
        assert field("inputs", written)["type"] == of_input
    assert field("outputs", written)["type"] == of_output


def test_the_rows_of_a_list_are_objects_and_those_of_an_input_take_no_unknown_names() -> None:
    rows: Json = {"items": {"properties": {"a": {}, "more": {"items": {"properties": {"b": {}}}}}}}
    of_input, of_output = field("inputs", rows)["items"], field("outputs", rows)["items"]
    for row in (of_input, of_input["properties"]["more"]["items"]):
        assert (row["type"], row["additionalProperties"]) == ("object", False)
    assert of_output["type"] == "object"
    assert "additionalProperties" not in of_output
    assert of_output["properties"]["a"]["type"] == ["string", "null"]
    assert field("inputs", {"items": {"properties": {}, "additionalProperties": True}})["items"]["additionalProperties"]


def test_the_visibility_of_fields_is_what_the_object_around_them_says() -> None:
    rows: Json = {"items": {"properties": {"c": {}}}}
    shown = {"items": {"x-ms-visibility": "internal", "properties": {"c": {}, "d": {"x-ms-visibility": "important"}}}}
    fields = {"a": {}, "b": {"x-ms-visibility": "advanced"}, "plain": rows, "told": shown}
    made = whole(fields)["inputs"]["properties"]
    assert [each["x-ms-visibility"] for each in made.values()] == ["important", "advanced", "important", "important"]
    assert "x-ms-visibility" not in made["plain"]["items"]["properties"]["c"]
    row = made["told"]["items"]
    assert "x-ms-visibility" not in row
    assert [each["x-ms-visibility"] for each in row["properties"].values()] == ["internal", "important"]
    handed_down = whole(outputs={"x-ms-visibility": "advanced", "properties": {"a": {}}})["outputs"]
    assert "x-ms-visibility" not in handed_down
    assert handed_down["properties"]["a"]["x-ms-visibility"] == "advanced"


def test_what_a_reference_names_needs_no_default() -> None:
    definitions = {"token": {"x-in": "header", "x-ms-visibility": "advanced"}, "other": {"$ref": "#/$defs/token"}}
    inputs = {"properties": {"it": {"$ref": "#/$defs/other"}}, "$defs": definitions}
    made = whole(inputs=inputs)["inputs"]
    assert made["properties"]["it"] == {"$ref": "#/$defs/other"}
    assert made["$defs"]["token"] == {"type": "string", "x-in": "header", "x-ms-visibility": "advanced"}


@pytest.mark.parametrize(
    ("inputs", "request_", "path"),
    [
        ({"it": "t-1"}, {}, "/things/t-1"),
        ({"it": "a/b"}, {"path": "/things/a%2Fb"}, "/things/a%2Fb"),
        ({}, {}, "/things/{it}"),
    ],
)
def test_an_example_calls_the_actions_own_path_and_succeeds(inputs: Json, request_: Json, path: str) -> None:
    calls = [{"request": request_, "response": {}}, {"response": {"status": 404}}]
    examples = [{"title": "One", "inputs": inputs, "interactions": calls}]
    made = whole({"it": {}}, path="/things/{it}", examples=examples)["examples"][0]["interactions"]
    assert made[0] == {"request": {"method": "GET", "path": path}, "response": {"status": 200}}
    assert made[1]["response"] == {"status": 404}


def test_a_whole_document_has_its_keywords_in_one_order() -> None:
    made = field("inputs", {"x-in": "path", "title": "It", "type": "string"}, path="/things/{it}")
    assert list(made) == ["type", "title", "maxLength", "x-in", "x-ms-visibility", "x-ms-url-encoding"]
    fields = [known.alias for known in FieldSchema.model_fields.values()]
    assert [word for word in KEYWORDS if word != "$defs"] == fields


@pytest.mark.parametrize("value", [None, 7, "text", [], [7], {"properties": 7}, {"properties": {"a": 7}}, {"$defs": 7}])
@pytest.mark.parametrize("word", ["request", "inputs", "outputs", "effects", "errors", "examples"])
def test_whatever_has_the_wrong_form_stays_for_the_models_to_report(word: str, value: Any) -> None:
    made = whole(**{word: value})
    assert word in made


@pytest.mark.parametrize("word", ["type", "$ref", "items", "x-in", "x-name", "x-from", "x-ms-visibility", "properties"])
@pytest.mark.parametrize("value", [None, 7, True, [], [{}], {}])
def test_a_keyword_of_the_wrong_form_ends_nothing(word: str, value: Any) -> None:
    for side in ("inputs", "outputs"):
        assert word in field(side, {word: value}, path="/things/{it}")
    made = whole(inputs={word: value, "properties": {"it": {}}}, request={"method": value, "path": value})
    assert "inputs" in made
