"""What the checker finds in rules across fields, place by place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.lint import check_folder
from connector.lint.sample_folder import ACTION, write

Json = dict[str, Any]
FIELD: Json = {"type": "string", "description": "What it shall be called.", "x-in": "query"}
FIELDS: Json = {name: {**FIELD, "title": name.title(), "examples": [name]} for name in ("short", "long", "note")}
SIZE: Json = {**FIELD, "title": "Size", "examples": ["S"], "enum": ["S", "L"]}
SWITCH: Json = {**FIELD, "title": "Bold", "type": "boolean", "examples": [True]}
ROW: Json = {"type": "object", "additionalProperties": False, "properties": {"size": {**SIZE}}}
ROWS: Json = {**FIELD, "title": "Rows", "type": "array", "items": ROW, "x-in": "body", "examples": [[{"size": "S"}]]}
ROW["properties"]["size"].pop("x-in")


def option(key: str, *fields: str, **keywords: Any) -> Json:
    return {"key": key, "title": key.title(), "fields": list(fields), **keywords}


def choice(*options: Json, key: str = "way", **keywords: Any) -> Json:
    return {"kind": "choice", "key": key, "title": "Way", "options": list(options), **keywords}


def violations(folder: Path, *rules: Json, inputs: Json | None = None, **keywords: Any) -> list[tuple[str, str]]:
    properties = {**FIELDS, "size": SIZE, "bold": SWITCH, **(inputs or {})}
    change = {ACTION: {"inputs": {"properties": properties, "x-rules": list(rules), **keywords}}}
    codes = ("D90", "D010")
    found = check_folder(write(folder, change))
    return [(finding.rule, finding.pointer) for finding in found if finding.rule.startswith(codes)]


ONE, TWO = option("one", "short"), option("two", "long")
AT = "/inputs/x-rules/0"


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (choice(ONE, TWO), []),
        (choice(ONE, option("two", "lnog")), [("D901", AT)]),
        ({"kind": "together", "fields": ["short", "lnog"]}, [("D901", AT)]),
        ({"kind": "same", "fields": ["short", "lnog"]}, [("D901", AT)]),
        ({"kind": "requires", "atLeastOneOf": ["short", "lnog"]}, [("D901", AT)]),
        ({"kind": "requires", "if": {"several": ["rwos"]}, "fields": ["short"]}, [("D901", AT)]),
        ({"kind": "requires", "if": {"values": {"szie": ["S"]}}, "fields": ["short"]}, [("D901", AT)]),
        ({"kind": "alike", "field": "rows", "by": "size", "values": ["S"]}, []),
        ({"kind": "alike", "field": "rows", "by": "szie", "values": ["S"]}, [("D901", AT)]),
        ({"kind": "alike", "field": "rows", "by": "size", "values": ["M"]}, [("D905", f"{AT}/values")]),
        ({"kind": "alike", "field": "rwos", "by": "size", "values": ["S"]}, [("D901", AT)]),
        ({"kind": "alike", "field": "note", "by": "size", "values": ["S"]}, [("D901", AT)]),
        ({"kind": "requires", "atLeastOneOf": ["short", "long"]}, []),
        ({"kind": "requires", "fields": ["short"], "hint": "So that it fits."}, []),
        ({"kind": "requires", "if": {"filled": ["long"], "several": ["rows"]}, "fields": ["short"]}, []),
        ({"kind": "requires", "if": {"several": ["rows"]}, "fields": ["short"]}, []),
        ({"kind": "requires", "if": {"values": {"szie": ["M"]}}, "fields": ["short"]}, [("D901", AT)]),
        ({"kind": "variant", "field": "szie", "variants": [{"values": ["S"], "fields": ["short"]}]}, [("D901", AT)]),
        (
            {"kind": "variant", "field": "note", "variants": [{"values": ["any"], "fields": ["short"]}]},
            [],
        ),
        (
            {"kind": "variant", "field": "size", "variants": [{"values": ["S", "L", "M"], "fields": ["short"]}]},
            [("D905", f"{AT}/variants/0/values")],
        ),
        (choice(ONE, TWO, key="short"), [("D904", f"{AT}/key")]),
        (choice(ONE, option("two", "short", "long")), [("D904", f"{AT}/options/1")]),
        (choice(ONE, option("two", "short", "long", required=["long"])), []),
        (choice(ONE, option("three", "short", "note", atLeastOneOf=["note"]), TWO), []),
        (choice(ONE, TWO, option("three", "note", "short")), [("D904", f"{AT}/options/2")]),
        (choice(option("one", "thing_id"), TWO), [("D902", AT)]),
        (choice(ONE, option("three", "lnog"), TWO), [("D901", AT)]),
        ({"kind": "requires", "fields": ["short"]}, [("D907", AT)]),
        ({"kind": "requires", "if": {"filled": ["long"]}, "fields": ["short"]}, [("D907", AT)]),
        ({"kind": "requires", "if": {"filled": ["long", "note"]}, "fields": ["short"]}, []),
        ({"kind": "requires", "if": {"filled": ["long"]}, "fields": ["short"], "hint": "So that it fits."}, []),
        ({"kind": "requires", "if": {"values": {"size": ["S"]}}, "fields": ["short"]}, []),
        (
            {"kind": "requires", "if": {"values": {"size": ["M"]}}, "fields": ["short"]},
            [("D905", f"{AT}/if/values/size")],
        ),
        ({"kind": "requires", "if": {"values": {"bold": [True]}}, "fields": ["short"]}, []),
        (
            {"kind": "requires", "if": {"values": {"bold": [1]}}, "fields": ["short"]},
            [("D905", f"{AT}/if/values/bold")],
        ),
        ({"kind": "requires", "if": {"values": {"note": ["any text"]}}, "fields": ["short"]}, []),
        (
            {"kind": "variant", "field": "bold", "variants": [{"values": [True], "fields": ["short"]}]},
            [("D905", AT)],
        ),
        (
            {"kind": "variant", "field": "size", "variants": [{"values": ["S", "L"]}, {"values": ["L"]}]},
            [("D905", AT)],
        ),
        (
            {"kind": "variant", "field": "size", "variants": [{"values": ["S", "L"], "fields": ["thing_id"]}]},
            [("D902", AT)],
        ),
    ],
)
def test_a_rule_that_cannot_work_is_found_where_it_stands(tmp_path: Path, rule: Json, found: list[Any]) -> None:
    assert violations(tmp_path, rule, inputs={"rows": ROWS}) == found


def test_two_choices_do_not_share_a_key(tmp_path: Path) -> None:
    other = choice(option("three", "note"), option("four", "size"))
    assert violations(tmp_path, choice(ONE, TWO), other) == [("D904", f"{AT}/key"), ("D904", "/inputs/x-rules/1/key")]


def test_a_rule_is_looked_at_after_one_of_another_kind(tmp_path: Path) -> None:
    rules = [
        {"kind": "together", "fields": ["short", "long"]},
        choice(option("one", "thing_id"), TWO),
        {"kind": "requires", "fields": ["note"]},
    ]
    found = [("D902", "/inputs/x-rules/1"), ("D907", "/inputs/x-rules/2")]
    assert violations(tmp_path, *rules) == found


@pytest.mark.parametrize(("name", "other"), [("lnog", "short"), ("short", "lnog")])
def test_dependent_required_names_fields(tmp_path: Path, name: str, other: str) -> None:
    assert violations(tmp_path, dependentRequired={name: [other]}) == [("D901", "/inputs/dependentRequired")]


def test_rules_of_a_row_are_about_the_row(tmp_path: Path) -> None:
    row = {**ROW, "x-rules": [{"kind": "together", "fields": ["size", "short"]}]}
    place = "/inputs/properties/rows/items/x-rules/0"
    assert violations(tmp_path, inputs={"rows": {**ROWS, "items": row}}) == [("D901", place)]


def test_a_field_beside_those_of_an_option_in_a_row_belongs_to_one(tmp_path: Path) -> None:
    names = {"a": "/slack/a", "b": "/slack/b", "c": "/slack/c", "d": "/d"}
    fields = {name: {"type": "string", "title": name, "x-pointer": at} for name, at in names.items()}
    row = {**ROW, "properties": fields, "x-rules": [choice(option("one", "a"), option("two", "b"))]}
    place = "/inputs/properties/rows/items/x-rules/0"
    assert violations(tmp_path, inputs={"rows": {**ROWS, "items": row, "examples": None}}) == [("D903", place)]


@pytest.mark.parametrize(
    ("rule", "names", "found"),
    [
        (choice(ONE, TWO), {"short": "/a/b/short", "long": "/a/b/long", "note": "/a/b/note"}, [("D903", AT)]),
        ({**choice(ONE, TWO), "if": {"filled": ["note"]}}, {"short": "/a/s", "long": "/a/l", "note": "/a/n"}, []),
        (choice(ONE, TWO), {"short": "/a/short", "long": "/a/long", "note": "/b/note"}, []),
        (choice(ONE, TWO), {"short": "/a/short", "long": "/b/long", "note": "/a/b/note"}, []),
        (choice(ONE, TWO), {"short": "/short", "long": "/long", "note": "/note"}, []),
        (choice(ONE, TWO), {"short": "/a/short", "long": "/a/long"}, []),
    ],
)
def test_what_is_beside_the_fields_of_options_in_the_body_is_in_one(
    rule: Json, names: Json, found: list[Any], tmp_path: Path
) -> None:
    moved = {name: {**FIELDS[name], "x-in": "body", "x-pointer": place} for name, place in names.items()}
    assert violations(tmp_path, rule, inputs=moved) == found


def test_a_field_of_a_header_is_beside_none_of_the_body(tmp_path: Path) -> None:
    moved = {name: {**FIELDS[name], "x-in": "body", "x-pointer": f"/X/{name}"} for name in ("short", "long")}
    header = {**FIELDS["note"], "x-in": "header", "x-name": "X/note"}
    assert violations(tmp_path, choice(ONE, TWO), inputs={**moved, "note": header}) == []


def test_half_of_the_fields_of_an_object_are_not_most(tmp_path: Path) -> None:
    names = {"a": "/slack/a", "b": "/slack/b", "c": "/slack/c", "d": "/slack/d"}
    fields = {name: {"type": "string", "title": name, "x-pointer": at} for name, at in names.items()}
    row = {**ROW, "properties": fields, "x-rules": [choice(option("one", "a"), option("two", "b"))]}
    assert violations(tmp_path, inputs={"rows": {**ROWS, "items": row, "examples": None}}) == []


def test_rules_of_outputs_are_found(tmp_path: Path) -> None:
    rule = {"kind": "together", "fields": ["name", "id"]}
    thing = {"type": ["object", "null"], "title": "Thing", "description": "All of it.", "x-rules": [rule]}
    outputs = {"x-rules": [rule], "properties": {"thing": thing}}
    found = [found for found in check_folder(write(tmp_path, {ACTION: {"outputs": outputs}})) if found.rule == "D908"]
    assert [violation.pointer for violation in found] == ["/outputs", "/outputs/properties/thing"]


@pytest.mark.parametrize(
    ("secret", "found"), [("note", [("D906", f"{AT}/if/values/note")]), ("short", []), ("long", [])]
)
def test_a_secret_may_be_filled_in_but_its_value_decides_nothing(secret: str, found: list[Any], tmp_path: Path) -> None:
    rule = {"kind": "requires", "if": {"filled": ["long"], "values": {"note": ["x"]}}, "fields": ["short"]}
    assert violations(tmp_path, rule, inputs={secret: {**FIELDS[secret], "writeOnly": True}}) == found


@pytest.mark.parametrize("part", ["inputs", "outputs"])
@pytest.mark.parametrize("keywords", [{"dependentRequired": {"name": ["id"]}}, {"x-rules": [choice(ONE, TWO)]}])
def test_rules_where_there_are_no_fields_are_found(part: str, keywords: Json, tmp_path: Path) -> None:
    note = {**FIELD, "type": ["string", "null"], "title": "Note", **keywords}
    found = check_folder(write(tmp_path, {ACTION: {part: {"properties": {"note": note}}}}))
    place = f"/{part}/properties/note"
    assert [violation.pointer for violation in found if violation.rule == "D908"] == [place]


def test_dependent_fields_of_outputs_are_found(tmp_path: Path) -> None:
    outputs = {"dependentRequired": {"name": ["name"]}}
    found = [found for found in check_folder(write(tmp_path, {ACTION: {"outputs": outputs}})) if found.rule == "D908"]
    assert [violation.pointer for violation in found] == ["/outputs"]
