"""The definition format as JSON Schema, for editors and for other languages; made from the models, never by hand."""

from __future__ import annotations

import inspect
import json
import re
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from connector.definition import action, common, connection, example, field, rules, service
from connector.definition.action import ActionDefinition
from connector.definition.common import CommonDefinitions
from connector.definition.model import LeftOut
from connector.definition.service import ConnectorDefinition

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_POINTER = "^(/.*)?$"
_MODELS: dict[str, tuple[type[BaseModel], str]] = {
    "action": (ActionDefinition, "An action of a connector: definitions/<group>/<key>.json"),
    "connector": (ConnectorDefinition, "A connector: definitions/connector.json"),
    "common": (CommonDefinitions, "What the actions of a connector share: definitions/common.json"),
}
_IS_OBJECT = {
    "anyOf": [
        {
            "properties": {
                "type": {"anyOf": [{"const": "object"}, {"type": "array", "contains": {"const": "object"}}]}
            },
            "required": ["type"],
        },
        {"required": ["properties"], "not": {"anyOf": [{"required": ["type"]}, {"required": ["items"]}]}},
    ]
}
_RULES_OF_A_FIELD: dict[str, Any] = {
    "dependentRequired": {"x-map-value": ["x-map-key"], "x-map-key": ["items"]},
    "if": {"properties": {"x-spread": {"const": True}}, "required": ["x-spread"]},
    "then": {"anyOf": [_IS_OBJECT, {"required": ["x-map-key"], "properties": {"x-map-key": {"type": "string"}}}]},
}
"""What the model checks across the keywords of one field, as far as JSON Schema can express it."""
_EITHER: dict[str, Any] = {
    "oneOf": [{"required": [name], "properties": {name: {"minItems": 1}}} for name in ("fields", "atLeastOneOf")]
}
_RULES_ACROSS_FIELDS: dict[str, dict[str, Any]] = {
    "FieldSchema": _RULES_OF_A_FIELD,
    "Requires": _EITHER,
    "Option": {"required": ["key", "title", "fields"], "properties": {"fields": {"minItems": 1}}},
    "Condition": {
        "anyOf": [
            {"required": ["filled"], "properties": {"filled": {"minItems": 1}}},
            {"required": ["values"], "properties": {"values": {"minProperties": 1}}},
            {"required": ["several"], "properties": {"several": {"minItems": 1}}},
        ]
    },
}
"""What the models check across their keywords, as far as JSON Schema can say it, by model."""
_INSECURE_BASE_URL: dict[str, Any] = {
    "if": {
        "properties": {
            "baseUrl": {"pattern": r"^http://(?!(\[::1\]|localhost|127(\.[0-9]+){3}|[^/]*\.localhost)(:|/|$))"}
        }
    },
    "then": {"required": ["insecure"], "properties": {"insecure": {"const": True}}},
}
"""What the model checks of the base URL."""
_FIELD_NAMES: dict[str, Any] = {"pattern": "^[^{}]*$", "not": {"enum": sorted(connection.RESERVED)}}
"""What the model checks of the names of a connection's fields."""
_DESCRIPTIONS = {
    "$schema": "The JSON Schema of this file, as a path from it, for editors.",
    "kind": "The kind of the rule.",
    "title": "The label in forms.",
    "description": "The help text in forms and in the reference.",
    "format": "How a text is written, such as `date-time`, `date`, `email`, `uri` or `uuid`.",
    "enum": "The values to choose from.",
    "const": "The only value.",
    "examples": "Values that could be typed; forms show the first one.",
    "minLength": "Characters that a text has at least.",
    "minimum": "The smallest number.",
    "maximum": "The largest number.",
    "exclusiveMinimum": "A number must be larger than this.",
    "exclusiveMaximum": "A number must be smaller than this.",
    "items": "What a list consists of.",
    "minItems": "Items that a list has at least.",
    "maxItems": "Items that a list has at most.",
    "uniqueItems": "Whether no two items of a list are the same.",
    "properties": "The fields of an object or a row, in screen order.",
    "required": "Names of the required fields.",
    "dependentRequired": "Fields that are required as soon as another one is filled in, by the name of that one.",
    "minProperties": "Fields that an object has at least.",
    "maxProperties": "Fields that an object has at most.",
    "writeOnly": "Whether the value is a secret, which is masked in everything that is shown.",
    "deprecated": "Whether it should not be used any more.",
    "x-ms-dynamic-values": "Where the choices come from, if another action lists them.",
}
"""What the docstrings do not say of a keyword: those of JSON Schema mean the same everywhere."""
NAMES = tuple(_MODELS)
"""The files that have a schema: `action`, `connector` and `common`."""


def format_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a definition file.

    Args:
        name: One of `NAMES`.

    Raises:
        KeyError: There is no such file.
    """
    model, title = _MODELS[name]
    schema = model.model_json_schema(by_alias=True, schema_generator=_Generator)
    _describe(schema)
    for model_name, rules_of_it in _RULES_ACROSS_FIELDS.items():
        part = schema["$defs"][model_name]
        for keyword, value in rules_of_it.items():
            part[keyword] = _merged(part[keyword], value) if keyword == "properties" else value
    for part in [schema, *schema["$defs"].values()]:
        if rules_across := part.get("properties", {}).get("x-rules"):
            rules_across["items"] = {"anyOf": [{"type": "string"}, rules_across["items"]]}
    if name == "action":
        errors = schema["properties"]["errors"]
        errors["items"] = {"anyOf": [{"type": "string"}, errors["items"]]}
    if name == "connector":
        schema.update(_INSECURE_BASE_URL)
        schema["$defs"]["ConnectionSchema"]["properties"]["properties"]["propertyNames"] = _FIELD_NAMES
    if name == "common":
        schema["$defs"]["KnownError"]["required"].remove("code")
    return {"$schema": _DIALECT, **schema, "title": title}


def write(folder: Path) -> None:
    """Write `action.schema.json` and the others into a folder."""
    for name in NAMES:
        (folder / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8")


def schema_text(name: str) -> str:
    """The schema of a definition file as the text of a file; raises as `format_schema` does."""
    return json.dumps(format_schema(name), indent=2, ensure_ascii=False) + "\n"


def _merged(properties: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    return {name: {**schema, **more.get(name, {})} for name, schema in properties.items()}


class _Generator(GenerateJsonSchema):
    """Says in JSON Schema what the models say in Python."""

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        made = super().function_after_schema(schema)
        # Of texts without a pattern only pointers are checked by a function: empty, or with a slash in front.
        return {"pattern": _POINTER, **made} if made.get("type") == "string" else made

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        made = super().dict_schema(schema)
        return {**made, "additionalProperties": False} if "patternProperties" in made else made

    def field_title_should_be_set(self, _schema: Any) -> bool:
        return False


def _describe(schema: dict[str, Any]) -> None:
    """Move what a model's docstring says of its attributes to the properties, and ask for none that may be left out."""
    models = {
        name: model
        for module in (rules, field, example, action, connection, service, common)
        for name, model in inspect.getmembers(module, inspect.isclass)
        if issubclass(model, BaseModel)
    }
    parts = {**schema.get("$defs", {}), schema["title"]: schema}
    for name, part in parts.items():
        part["description"] = " ".join((inspect.getdoc(models[name]) or "").partition("\n\nAttributes:\n")[0].split())
        described = _DESCRIPTIONS | _attributes(models[name])
        for word, schema_of_it in part.get("properties", {}).items():
            if word in described:
                part["properties"][word] = {**schema_of_it, "description": described[word]}
        left_out = {known.alias for known in models[name].model_fields.values() if LeftOut in known.metadata}
        if left_out:
            needed = [word for word in part.pop("required") if word not in left_out]
            part.update({"required": needed} if needed else {})


def _attributes(model: type[BaseModel]) -> dict[str, str]:
    """What the docstrings of a model and of those that it extends say of its attributes, by keyword."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        _, _, attributes = (inspect.getdoc(each) or "").partition("\n\nAttributes:\n")
        for attribute, words in re.findall(r"^    (\w+): (.+(?:\n {8}.+)*)", attributes, re.MULTILINE):
            known = model.model_fields.get(attribute)
            if known is not None:
                found[known.alias or attribute] = " ".join(words.split())
    return found


if __name__ == "__main__":
    write(Path(sys.argv[1]))
