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
from connector.export import ExportError, export, select
from connector.export.examples import example_inputs
from connector.export.mcp.portability import ACCEPTED, problems
from connector.export.mcp.schemas import PortableSchema
from connector.export.mcp.tools import estimated_tokens, meta_tools, tool_list, tool_name, tool_names
from tests.connector.export.whole import Json, bundle, definitions, document, nodes, parcels
from tests.connector.parcels import action, body, manifest

by_action = pytest.mark.parametrize("key", sorted(definitions()))


def tools() -> list[Json]:
    return document("mcp", "tools.json")["tools"]  # type: ignore[no-any-return]


def tool(key: str) -> Json:
    return next(one for one in tools() if one["name"] == f"courier_{key}")


@cache
def whole_schema(key: str) -> Json:
    """All inputs of an action, as `describe_action` explains them."""
    names = tool_names(select(bundle()))
    return PortableSchema(Action(bundle(), key), names).schema()


@cache
def validate(key: str) -> Draft202012Validator:
    return Draft202012Validator(whole_schema(key))


def of_parcels(tmp_path: Path, *actions: Json, connector: Json | None = None) -> Json:
    """The first tool of a connector with these actions."""
    content = export(parcels(tmp_path, *actions, connector=connector), "mcp")["tools.json"]
    return json.loads(content)["tools"][0]  # type: ignore[no-any-return]


def whole_of_parcels(tmp_path: Path, *actions: Json) -> Json:
    """All inputs of the first action of a connector with these actions."""
    folder = parcels(tmp_path, *actions)
    (key, *_) = folder.actions
    return PortableSchema(Action(folder, key), {}).schema()


def test_every_action_is_a_tool_named_after_its_connector_and_one_explains_them() -> None:
    assert [one["name"] for one in tools()] == [f"courier_{key}" for key in [*bundle().actions, "describe_action"]]


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
    assert set(shown) == {"name", "title", "description", "inputSchema", "annotations"}


@by_action
def test_a_tool_has_nothing_that_a_common_host_refuses(key: str) -> None:
    whole = tool(key) | {"inputSchema": whole_schema(key)}
    for shown in (tool(key), whole):
        assert problems(shown, "courier") == []
        Draft202012Validator.check_schema(shown["inputSchema"])
        assert {word for node in nodes(shown["inputSchema"]) for word in node} <= ACCEPTED


@by_action
def test_every_field_can_be_explained_with_its_label_its_text_and_whether_it_is_required(key: str) -> None:
    schema, shown = definitions()[key].inputs, whole_schema(key)
    assert list(shown["properties"]) == list(schema.properties)
    assert shown.get("required", []) == schema.required
    for name, declared in schema.properties.items():
        field = schema.resolve(declared)
        found = shown["properties"][name]
        if "anyOf" in found:
            found = found["anyOf"][0]
        assert found["title"] == field.title
        assert found["description"].startswith(field.description or "-")


@by_action
def test_a_tool_has_the_inputs_that_are_required_or_important_and_takes_the_others(key: str) -> None:
    schema, shown = definitions()[key].inputs, tool(key)["inputSchema"]
    important = {
        name
        for name, declared in schema.properties.items()
        if schema.resolve(declared).x_ms_visibility == "important" or name in schema.required
    }
    assert shown["properties"].keys() - {"other_inputs"} == important
    assert shown.get("required", []) == schema.required
    hidden = schema.properties.keys() - important
    assert ("other_inputs" in shown["properties"]) >= bool(hidden)


def test_the_tool_that_sends_a_message_is_slim() -> None:
    shown = tool("send_message")
    assert len(json.dumps(shown, ensure_ascii=False).encode()) < 3_000
    assert "(62 more)" in shown["inputSchema"]["properties"]["other_inputs"]["description"]


@by_action
def test_what_the_definition_accepts_the_tool_accepts(key: str) -> None:
    one = Action(bundle(), key)
    slim = Draft202012Validator(tool(key)["inputSchema"])
    for example in definitions()[key].examples:
        if example.outputs is not None:
            assert validate(key).is_valid(example_inputs(one, example)), example.title
            assert slim.is_valid(example_inputs(one, example)), example.title


@by_action
def test_a_tool_still_asks_for_what_is_required_and_refuses_another_type(key: str) -> None:
    schema = definitions()[key].inputs
    for name in schema.required:
        slim = Draft202012Validator(tool(key)["inputSchema"])
        assert any(name in error.message for error in slim.iter_errors({}))
    for name, declared in schema.properties.items():
        types = set(schema.resolve(declared).types)
        wrong: Any = 1.5 if not types & {"number"} else "no"
        assert not validate(key).is_valid({name: wrong})


def test_few_tools_find_explain_and_run_all_actions() -> None:
    found = {one["name"]: one for one in meta_tools(select(bundle()))}
    kinds = ["find_actions", "describe_action", "read", "change", "destroy"]
    assert list(found) == [f"courier_{kind}" for kind in kinds]
    hints = {
        name: (one["annotations"]["readOnlyHint"], one["annotations"]["destructiveHint"]) for name, one in found.items()
    }
    harmless = dict.fromkeys(("courier_find_actions", "courier_describe_action", "courier_read"), (True, False))
    assert hints == harmless | {"courier_change": (False, False), "courier_destroy": (False, True)}
    inputs = {name: list(one["inputSchema"]["properties"]) for name, one in found.items()}
    run = {"courier_change": ["action", "inputs"], "courier_destroy": ["action", "inputs"]}
    assert inputs == run | {
        "courier_find_actions": ["query"],
        "courier_describe_action": ["action", "inputs"],
        "courier_read": ["action", "inputs", "max_items"],
    }
    assert [one["inputSchema"].get("required", []) for one in found.values()] == [[], *[["action"]] * 4]
    assert [problem for one in found.values() for problem in problems(one, "courier")] == []
    assert estimated_tokens(list(found.values())) < 800


def test_there_is_no_tool_for_a_kind_of_action_that_is_not_offered() -> None:
    names = [one["name"] for one in meta_tools(select(bundle(), read_only=True))]
    assert names == ["courier_find_actions", "courier_describe_action", "courier_read"]


def test_a_tool_per_action_is_chosen_as_long_as_the_list_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    small = select(bundle(), ["lists"])
    assert tool_list(small, "auto") == tool_list(small, "all")
    monkeypatch.setattr("connector.export.mcp.tools.MAX_TOKENS", estimated_tokens(tool_list(small)) - 1)
    assert tool_list(small, "auto") == tool_list(small, "meta") == meta_tools(small)


def test_the_estimate_of_tokens_is_not_below_what_o200k_counts() -> None:
    assert 638 <= estimated_tokens(meta_tools(select(bundle()))) < 1.2 * 638


def nested_filters(depth: int) -> Json:
    row: Json = {"operator": "EQ", "path": "plan", "value": "pro"}
    for _ in range(depth):
        row = {"operator": "AND", "filters": [row]}
    return {"audience_id": "deep", "operator": "AND", "filters": [row]}


@pytest.mark.parametrize("depth", range(6))
def test_rows_inside_themselves_are_accepted_to_any_depth(depth: int) -> None:
    assert validate("create_or_update_audience").is_valid(nested_filters(depth))


def test_rows_inside_themselves_are_written_out_twice_and_the_rest_is_told() -> None:
    row = whole_schema("create_or_update_audience")["properties"]["filters"]
    for _ in range(2):
        assert "Nested further" not in row["description"]
        row = row["items"]["properties"]["filters"]
    assert row["items"] == {"type": "object"}
    assert "Nested rows, like the rows around it." in row["description"]


def test_the_choices_of_a_field_name_the_tool_that_lists_them() -> None:
    shown = whole_schema("send_message")["properties"]["brand_id"]["description"]
    assert "For the allowed values, call courier_list_brands: “id” in “results”." in shown


def test_a_secret_has_no_example_and_is_called_one() -> None:
    shown = whole_schema("create_profile")["properties"]["password"]["description"]
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
    shown = whole_of_parcels(tmp_path, action(inputs={"size": one}))["properties"]["size"]
    assert word not in shown
    assert shown["description"] == sentence


def test_choices_of_texts_and_a_fixed_text_stay_choices(tmp_path: Path) -> None:
    fields = {"size": body(enum=["S", "L"]), "kind": body(const="box")}
    shown = of_parcels(tmp_path, action(inputs=fields))["inputSchema"]["properties"]
    assert (shown["size"]["enum"], shown["kind"]["enum"]) == (["S", "L"], ["box"])


def test_a_field_of_two_types_has_alternatives_with_nothing_beside_them(tmp_path: Path) -> None:
    union = body(["string", "integer"], "Size", description="How big.")
    made = whole_of_parcels(tmp_path, action(inputs={"size": union}))
    words = {"title": "Size", "description": "How big."}
    alternatives = [{"type": "string", **words}, {"type": "integer", **words}]
    assert made["properties"]["size"] == {"anyOf": alternatives}


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


@pytest.mark.parametrize(
    ("server", "key", "expected"),
    [
        ("courier", "get_list", "courier_get_list"),
        ("share_by_northwind_traders", "get_recipient_of_parcel", "share_by_northw_get_recipient_of_parcel"),
        ("parcels", "send_" + "very_" * 10 + "long", "send_" + "very_" * 8 + "_[0-9a-f]{6}"),
        ("p" * 80, "send_" + "very_" * 13 + "long", "send_" + "very_" * 5 + "ve_[0-9a-f]{6}"),
    ],
)
def test_a_name_that_hosts_reject_is_abbreviated(tmp_path: Path, server: str, key: str, expected: str) -> None:
    name = of_parcels(tmp_path, action(key), connector={**manifest(), "key": server})["name"]
    assert re.fullmatch(expected, name)
    assert tool_name(server, f"{key}2") != name


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
}


def test_a_portable_tool_has_no_problem() -> None:
    assert problems(GOOD, "parcels") == []


@pytest.mark.parametrize("complaint", REFUSED)
def test_each_rule_has_a_tool_that_breaks_it(complaint: str) -> None:
    broken = json.loads(json.dumps(GOOD))
    REFUSED[complaint](broken, broken["inputSchema"]["properties"])
    assert re.search(complaint, "\n".join(problems(broken, "parcels")))


def with_property(name: str, schema: Json) -> Json:
    return GOOD | {"inputSchema": {"type": "object", "properties": {name: schema}}}


TEXT: Json = {"type": "string"}
LIMITS: dict[str, Callable[[int], Json]] = {
    "52 characters of a name": lambda size: GOOD | {"name": "n" * size},
    "1024 characters of a description": lambda size: GOOD | {"description": "d" * size},
    "64 characters of a property": lambda size: with_property("p" * size, TEXT),
    "10 levels": lambda size: with_property("rows", deep(size - 2)),
    "5000 properties": lambda size: (
        GOOD | {"inputSchema": {"type": "object", "properties": {f"f{number}": TEXT for number in range(size)}}}
    ),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_a_tool_may_be_as_large_as_the_strictest_host_accepts_and_no_larger(limit: str) -> None:
    most = int(limit.partition(" ")[0])
    assert problems(LIMITS[limit](most), "parcels") == []
    assert len(problems(LIMITS[limit](most + 1), "parcels")) == 1


def test_a_long_name_of_a_server_counts_as_the_20_characters_that_people_keep() -> None:
    assert problems(GOOD | {"name": "n" * 39}, "s" * 30) == []
    assert len(problems(GOOD | {"name": "n" * 40}, "s" * 30)) == 1


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
