"""The tools say what the definitions say, in the words that every common agent host takes."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from connector.catalogue.action import Action
from connector.export import ExportError, export
from connector.export.examples import example_inputs
from connector.export.mcp.portability import ACCEPTED, problems
from tests.connector.export.whole import Json, bundle, definitions, document, nodes, parcels
from tests.connector.parcels import action, body, manifest
from tests.connector.parcels import field as plain_field

by_action = pytest.mark.parametrize("key", sorted(definitions()))


def tools() -> list[Json]:
    return document("mcp", "tools.json")["tools"]  # type: ignore[no-any-return]


def tool(key: str) -> Json:
    return next(one for one in tools() if one["name"] == f"courier_{key}")


@cache
def validate(key: str, side: str) -> Draft202012Validator:
    return Draft202012Validator(tool(key)[side])


def of_parcels(tmp_path: Path, *actions: Json, connector: Json | None = None) -> Json:
    """The first tool of a connector with these actions."""
    content = export(parcels(tmp_path, *actions, connector=connector), "mcp")["tools.json"]
    return json.loads(content)["tools"][0]  # type: ignore[no-any-return]


def test_every_action_is_a_tool_named_after_its_connector() -> None:
    assert [one["name"] for one in tools()] == [f"courier_{key}" for key in bundle().actions]


@by_action
def test_a_tool_has_the_texts_and_the_effects_of_its_action(key: str) -> None:
    definition, shown = definitions()[key], tool(key)
    assert shown["title"] == definition.summary
    assert shown["description"].startswith(definition.description)
    assert shown["annotations"] == {
        "title": definition.summary,
        "readOnlyHint": definition.effects.read_only,
        "destructiveHint": definition.effects.destructive,
        "idempotentHint": definition.effects.idempotent,
        "openWorldHint": True,
    }
    assert set(shown) == {"name", "title", "description", "inputSchema", "outputSchema", "annotations"}


@by_action
def test_a_tool_has_nothing_that_a_common_host_refuses(key: str) -> None:
    assert problems(tool(key), "courier") == []
    for side in ("inputSchema", "outputSchema"):
        Draft202012Validator.check_schema(tool(key)[side])
        assert {word for node in nodes(tool(key)[side]) for word in node} <= ACCEPTED


@by_action
def test_every_field_is_there_with_its_label_its_text_and_whether_it_is_required(key: str) -> None:
    definition = definitions()[key]
    for side, schema in (("inputSchema", definition.inputs), ("outputSchema", definition.outputs)):
        shown = tool(key)[side]
        assert list(shown["properties"]) == list(schema.properties)
        assert shown.get("required", []) == schema.required
        for name, declared in schema.properties.items():
            field = schema.resolve(declared)
            found = shown["properties"][name]
            if side == "inputSchema" and "anyOf" in found:
                found = found["anyOf"][0]
            assert found["title"] == field.title
            assert found["description"].startswith(field.description or "-")


@by_action
def test_what_the_definition_accepts_the_tool_accepts(key: str) -> None:
    one = Action(bundle(), key)
    for example in definitions()[key].examples:
        if example.outputs is not None:
            assert validate(key, "inputSchema").is_valid(example_inputs(one, example)), example.title
            assert validate(key, "outputSchema").is_valid(example.outputs), example.title


@by_action
def test_a_tool_still_asks_for_what_is_required_and_refuses_another_type(key: str) -> None:
    schema = definitions()[key].inputs
    for name in schema.required:
        assert any(name in error.message for error in validate(key, "inputSchema").iter_errors({}))
    for name, declared in schema.properties.items():
        types = set(schema.resolve(declared).types)
        wrong: Any = 1.5 if not types & {"number"} else "no"
        assert not validate(key, "inputSchema").is_valid({name: wrong})


def nested_filters(depth: int) -> Json:
    row: Json = {"operator": "EQ", "path": "plan", "value": "pro"}
    for _ in range(depth):
        row = {"operator": "AND", "filters": [row]}
    return {"audience_id": "deep", "operator": "AND", "filters": [row]}


@pytest.mark.parametrize("depth", range(6))
def test_rows_inside_themselves_are_accepted_to_any_depth(depth: int) -> None:
    assert validate("create_or_update_audience", "inputSchema").is_valid(nested_filters(depth))


def test_rows_inside_themselves_are_written_out_twice_and_the_rest_is_told() -> None:
    row = tool("create_or_update_audience")["inputSchema"]["properties"]["filters"]
    for _ in range(2):
        assert "Nested further" not in row["description"]
        row = row["items"]["properties"]["filters"]
    assert row["items"] == {"type": "object"}
    assert "Nested rows, like the rows around it." in row["description"]


def test_the_choices_of_a_field_name_the_tool_that_lists_them() -> None:
    shown = tool("send_message")["inputSchema"]["properties"]["brand_id"]["description"]
    assert "For the allowed values, call courier_list_brands: “id” in “results”." in shown


def test_a_secret_has_no_example_and_is_called_one() -> None:
    shown = tool("create_profile")["inputSchema"]["properties"]["password"]["description"]
    assert shown.endswith("Secret.")


BODIES: dict[str, tuple[Json, str]] = {
    "minLength": (body(minLength=1), "At least 1 character."),
    "maxLength": (body(maxLength=20), "At most 20 characters."),
    "pattern": (body(pattern="^[a-z]+$"), "Pattern: ^[a-z]+$"),
    "format": (body(format="uri"), "Format: uri."),
    "default": (body(default="red"), "Default: red."),
    "const": (body("integer", const=7), "Allowed values: 7."),
    "enum": (body("integer", enum=[1, 2]), "Allowed values: 1, 2."),
    "minimum": (body("number", minimum=0.5), "0.5 or more."),
    "exclusiveMaximum": (body("integer", exclusiveMaximum=10), "Less than 10."),
    "minItems": (body("array", items={"type": "string"}, minItems=2), "At least 2 items."),
    "uniqueItems": (body("array", items={"type": "string"}, uniqueItems=True), "No duplicates."),
    "additionalProperties": (
        body("object", additionalProperties={"type": "integer"}),
        "Each value is of type integer.",
    ),
    "deprecated": (body(deprecated=True), "Deprecated."),
    "writeOnly": (body(writeOnly=True), "Secret."),
    "examples": (body(examples=["blue"]), "Example: blue"),
}


@pytest.mark.parametrize("word", BODIES)
def test_a_word_that_not_every_host_takes_is_told_in_the_description(word: str, tmp_path: Path) -> None:
    one, sentence = BODIES[word]
    shown = of_parcels(tmp_path, action(inputs={"size": one}))["inputSchema"]["properties"]["size"]
    assert word not in shown
    assert shown["description"] == sentence


def test_choices_of_texts_and_a_fixed_text_stay_choices(tmp_path: Path) -> None:
    fields = {"size": body(enum=["S", "L"]), "kind": body(const="box")}
    shown = of_parcels(tmp_path, action(inputs=fields))["inputSchema"]["properties"]
    assert (shown["size"]["enum"], shown["kind"]["enum"]) == (["S", "L"], ["box"])


def test_a_field_of_two_types_has_alternatives_with_nothing_beside_them(tmp_path: Path) -> None:
    union = body(["string", "integer"], "Size", description="How big.")
    made = of_parcels(
        tmp_path, action(inputs={"size": union}, outputs={"size": plain_field(["string", "null"], "Size")})
    )
    words = {"title": "Size", "description": "How big."}
    alternatives = [{"type": "string", **words}, {"type": "integer", **words}]
    assert made["inputSchema"]["properties"]["size"] == {"anyOf": alternatives}
    assert made["outputSchema"]["properties"]["size"]["anyOf"] == [{"type": "string"}, {"type": "null"}]


def test_an_action_without_inputs_has_none(tmp_path: Path) -> None:
    assert of_parcels(tmp_path, action())["inputSchema"] == {"type": "object", "properties": {}}


LISTS = {"lists": {"type": "array", "items": {"$ref": "#/$defs/lists"}}}
INEXPRESSIBLE: dict[str, tuple[Json, Json | None, str]] = {
    "a list of anything": (body("array"), None, "items of “size” have no type"),
    "a map of rows": (
        body("object", additionalProperties={"type": "object", "properties": {"a": {"type": "string"}}}),
        None,
        "values of “size” are not plain",
    ),
    "lists without end": ({"$ref": "#/$defs/lists", "x-in": "body"}, LISTS, "is nested without end"),
}


@pytest.mark.parametrize("case", INEXPRESSIBLE)
def test_what_hosts_have_no_words_for_is_refused_by_name(case: str, tmp_path: Path) -> None:
    one, defs, complaint = INEXPRESSIBLE[case]
    with pytest.raises(ExportError, match=f"“send_parcel”.*{complaint}"):
        of_parcels(tmp_path, action(inputs={"size": one}, defs=defs))


def test_an_action_that_a_host_would_refuse_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"“send_parcel”.*1 to 1024 characters and has 1200 \(OpenAI\)"):
        of_parcels(tmp_path, action(description="Long. " * 200))
    with pytest.raises(ExportError, match="have more than 60 characters"):
        of_parcels(tmp_path / "other", action("send_" + "very_" * 8 + "long"))


GOOD: Json = {
    "name": "parcels_send",
    "description": "Sends.",
    "inputSchema": {
        "type": "object",
        "properties": {
            "size": {"type": "string", "title": "Size", "description": "How big.", "enum": ["S", "L"]},
            "rows": {
                "type": "array",
                "items": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
            },
            "either": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        },
        "required": ["size"],
    },
    "outputSchema": {
        "type": "object",
        "properties": {"id": {"title": "ID", "anyOf": [{"type": "string"}, {"type": "null"}]}},
    },
}


def deep(levels: int) -> Json:
    schema: Json = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "array", "items": schema}
    return schema


Change = Callable[[Json, Json], None]
REFUSED: dict[str, Change] = {
    "the name “send parcel” must have 1 to 64 letters": lambda tool, _: tool.update(name="send parcel"),
    "together have more than 60": lambda tool, _: tool.update(name="s" * 60),
    "must have 1 to 1024 characters and has 0": lambda tool, _: tool.update(description=""),
    "must have 1 to 1024 characters and has 1025": lambda tool, _: tool.update(description="x" * 1025),
    "its type must be object": lambda tool, _: tool["inputSchema"].update(type="array", items={"type": "string"}),
    "it must have properties": lambda tool, _: tool.update(inputSchema={"type": "object"}),
    "its root must not have anyOf or enum": lambda tool, _: tool["inputSchema"].update(anyOf=[{"type": "object"}]),
    "accepts the keyword “oneOf”": lambda tool, _: tool["inputSchema"].update(oneOf=[]),
    "accepts the keyword “\\$ref”": lambda _, fields: fields.update(size={"$ref": "#/$defs/size"}),
    "accepts the keyword “\\$defs”": lambda tool, _: tool["inputSchema"].update({"$defs": {}}),
    "keyword “additionalProperties”": lambda tool, _: tool["inputSchema"].update(additionalProperties=False),
    "accepts the keyword “maxLength”": lambda _, fields: fields["size"].update(maxLength=3),
    "accepts the keyword “format”": lambda _, fields: fields["size"].update(format="uri"),
    "accepts the keyword “default”": lambda _, fields: fields["size"].update(default="S"),
    "accepts the keyword “x-in”": lambda _, fields: fields["size"].update({"x-in": "body"}),
    "exactly one type": lambda _, fields: fields.update(size={"type": ["string", "null"]}),
    "at size: it must have exactly one type": lambda _, fields: fields.update(size={"title": "Anything"}),
    "both type and anyOf": lambda _, fields: fields["either"].update(type="string"),
    "an array must have items": lambda _, fields: fields.update(rows={"type": "array"}),
    "all values of its enum must be strings": lambda _, fields: fields.update(size={"type": "integer", "enum": [1]}),
    "must not have other keywords beside anyOf": lambda _, fields: fields["either"].update(title="Either"),
    "the property “a b”": lambda _, fields: fields.update({"a b": {"type": "string"}}),
    f"the property “{'x' * 65}”": lambda _, fields: fields.update({"x" * 65: {"type": "string"}}),
    "required must not be empty": lambda tool, _: tool["inputSchema"].update(required=[]),
    "“none” is required but not a property": lambda tool, _: tool["inputSchema"].update(required=["none"]),
    "nested more than 10 levels": lambda _, fields: fields.update(rows=deep(11)),
    "more than 5000 properties": lambda _, fields: fields.update({f"f{n}": {"type": "string"} for n in range(5000)}),
    "outputSchema: its type must be object": lambda tool, _: tool["outputSchema"].update(type="string"),
}


def test_a_portable_tool_has_no_problem() -> None:
    assert problems(GOOD, "parcels") == []


@pytest.mark.parametrize("complaint", REFUSED)
def test_each_rule_has_a_tool_that_breaks_it(complaint: str) -> None:
    broken = json.loads(json.dumps(GOOD))
    REFUSED[complaint](broken, broken["inputSchema"]["properties"])
    assert re.search(complaint, "\n".join(problems(broken, "parcels")))


def test_every_rule_names_a_host_that_has_it() -> None:
    def broken() -> Iterator[str]:
        for change in REFUSED.values():
            one = json.loads(json.dumps(GOOD))
            change(one, one["inputSchema"]["properties"])
            yield from problems(one, "parcels")

    unnamed = [shown for shown in broken() if not shown.endswith(")") and "not every host accepts" not in shown]
    assert unnamed == []


def test_the_name_of_the_connector_counts(tmp_path: Path) -> None:
    assert of_parcels(tmp_path, action(), connector=manifest(key="post"))["name"] == "post_send_parcel"
