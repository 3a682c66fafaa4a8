"""Rules across fields as exports say them in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from connector.catalogue.action import Action
from connector.catalogue.loader import load
from connector.definition.field import ObjectSchema
from connector.export import export
from connector.export.rule_texts import checks_across_fields, rule_texts
from tests.connector.parcels import Json, action, body, field, manifest, rows, write_folder

ROOT = Path(__file__).parents[3]

CHOICE: Json = {
    "kind": "choice",
    "key": "send_to",
    "title": "Send to",
    "required": True,
    "options": [
        {"key": "person", "title": "P", "fields": ["user", "email"], "atLeastOneOf": ["user", "email"]},
        {"key": "many", "title": "M", "fields": ["people"], "required": ["people"]},
    ],
}
STEP: Json = {
    "kind": "variant",
    "field": "size",
    "variants": [
        {"values": ["S", "M"], "fields": ["a", "b", "c"], "required": ["a"], "atLeastOneOf": ["b", "c"]},
        {"values": ["L"], "fields": ["a", "c"], "atLeastOneOf": ["c"]},
        {"values": ["XL"]},
    ],
}


def texts(properties: Json, *rules: Json, **keywords: Any) -> list[str]:
    document = {"type": "object", "properties": properties, "x-rules": list(rules), **keywords}
    return list(rule_texts(ObjectSchema.model_validate_json(json.dumps(document))))


def test_each_kind_of_rule_has_a_sentence() -> None:
    fields = {name: field(title=name.title()) for name in ("user", "email", "people", "size", "a", "b", "c")}
    assert texts(
        {**fields, "list": rows({"kind": field(title="Kind")}, title="List")},
        CHOICE,
        {**CHOICE, "required": False, "if": {"filled": ["a", "b"], "several": ["list"]}},
        STEP,
        {"kind": "requires", "atLeastOneOf": ["a", "b"]},
        {"kind": "requires", "if": {"values": {"size": ["S", "M"]}}, "fields": ["a", "b"]},
        {"kind": "together", "fields": ["a", "b", "c"]},
        {"kind": "same", "if": {"filled": ["user"]}, "fields": ["a", "b"]},
        {"kind": "alike", "field": "list", "by": "kind", "values": ["x", "y"]},
        dependentRequired={"a": ["b", "c"]},
    ) == [
        "B and C is required when A is filled in.",
        "Send to: fill in User, Email or People.",
        "Send to (when A or B is filled in or List has more than one row): fill in at most one of"
        " User, Email or People.",
        "Size S or M: A (required), B or C (at least one). Size L: C (required), A. Size XL: nothing more.",
        "Fill in A or B.",
        "A and B is required when Size is S or M.",
        "Fill in A, B and C together.",
        "A and B must be the same when User is filled in.",
        "Either every row of List has Kind x or y, or none has.",
    ]


def test_rows_have_their_rules_after_the_form_once_each() -> None:
    rule = {"kind": "together", "fields": ["a", "b"]}
    row: Json = {"type": "object", "properties": {"a": field(), "b": field(), "more": {"$ref": "#/$defs/rows"}}}
    defs = {"row": {**row, "x-rules": [rule]}, "rows": {"type": "array", "items": {"$ref": "#/$defs/row"}}}
    properties = {"first": {"$ref": "#/$defs/rows", "title": "First"}, "second": {"$ref": "#/$defs/rows"}}
    assert texts(properties, {"kind": "same", "fields": ["first", "second"]}, **{"$defs": defs}) == [
        "First and second must be the same.",
        "In each row of First: Fill in a and b together.",
        "In each row of second: Fill in a and b together.",
    ]


def test_formats_for_readers_and_agents_say_what_a_form_asks_for(tmp_path: Path) -> None:
    inputs = {"user": body(title="User"), "email": body(title="Email"), "people": body(title="People")}
    document = action("send_parcel", inputs, {})
    document["inputs"]["x-rules"] = [CHOICE]
    publisher = {"url": "https://parcels.example", "email": "help@parcels.example", "name": "Parcels"}
    publication = {"publisher": publisher, "privacyPolicy": "https://parcels.example", "categories": ["Other"]}
    folder = write_folder(tmp_path, [document], connector=manifest(publication=publication))
    for name in ("connector", "parcels", "publication"):
        for suffix in ("svg", "png"):
            icon = folder / f"icons/{name}.{suffix}"
            icon.parent.mkdir(exist_ok=True)
            icon.write_bytes((ROOT / f"icons/connector.{suffix}").read_bytes())
    bundle = load(folder)
    sentence = "Send to: fill in User, Email or People."
    assert f"- {sentence}" in export(bundle, "docs")["parcels.md"].decode()
    shown = {"openapi": "openapi.json", "mcp": "tools.json", "power-platform": "apiDefinition.swagger.json"}
    for name, file in shown.items():
        files = export(bundle, name)
        assert f"Does it. {sentence}" in files[file].decode(), name
    catalogue = b"".join(export(bundle, "catalogue").values()).decode()
    assert '"x-rules"' in catalogue


def test_rules_in_rows_are_counted_like_those_of_the_form(tmp_path: Path) -> None:
    requires = {"kind": "requires", "atLeastOneOf": ["a", "b"]}
    people = rows({name: field(title=name) for name in ("a", "b")}, title="People")
    people["items"] |= {"x-rules": [requires], "dependentRequired": {"a": ["b"]}}
    made = action("send_all", {"people": people, "a": body(title="A"), "b": body(title="B")})
    found = []
    for rules in ([], [requires]):
        made["inputs"]["x-rules"] = rules
        folder = write_folder(tmp_path / f"parcels-{len(rules)}", [made])
        found.append(checks_across_fields(Action(load(folder), "send_all")))
    assert found == [2, 3]
