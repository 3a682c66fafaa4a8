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

from connector.definition import action, field, service
from connector.definition.action import ActionDefinition
from connector.definition.service import ConnectorDefinition

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_POINTER = "^(/.*)?$"
_MODELS: dict[str, tuple[type[BaseModel], str]] = {
    "action": (ActionDefinition, "An action of a connector: definitions/<group>/<key>.json"),
    "connector": (ConnectorDefinition, "A connector: definitions/connector.json"),
}
_IS_OBJECT = {
    "properties": {"type": {"anyOf": [{"const": "object"}, {"type": "array", "contains": {"const": "object"}}]}},
    "required": ["type"],
}
_RULES_OF_A_FIELD: dict[str, Any] = {
    "dependentRequired": {"x-map-value": ["x-map-key"], "x-map-key": ["items"]},
    "if": {"properties": {"x-spread": {"const": True}}, "required": ["x-spread"]},
    "then": {"anyOf": [_IS_OBJECT, {"required": ["x-map-key"], "properties": {"x-map-key": {"type": "string"}}}]},
}
"""What the model checks across the words of one field, as far as JSON Schema can say it."""
NAMES = tuple(_MODELS)
"""The files that have a schema: `action` and `connector`."""


def format_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a definition file.

    Args:
        name: `action` or `connector`.

    Raises:
        KeyError: There is no such file.
    """
    model, title = _MODELS[name]
    schema = model.model_json_schema(by_alias=True, schema_generator=_Generator)
    _describe(schema)
    schema["$defs"]["FieldSchema"].update(_RULES_OF_A_FIELD)
    return {"$schema": _DIALECT, **schema, "title": title}


def write(folder: Path) -> None:
    """Write `action.schema.json` and `connector.schema.json` into a folder."""
    for name in NAMES:
        text = json.dumps(format_schema(name), indent=2, ensure_ascii=False) + "\n"
        (folder / f"{name}.schema.json").write_text(text, encoding="utf-8")


class _Generator(GenerateJsonSchema):
    """Says in JSON Schema what the models say in Python."""

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        made = super().function_after_schema(schema)
        # The only check on a text that is a function: a pointer is empty or begins with a slash.
        return {**made, "pattern": _POINTER} if made.get("type") == "string" else made

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        made = super().dict_schema(schema)
        return {**made, "additionalProperties": False} if "patternProperties" in made else made

    def field_title_should_be_set(self, _schema: Any) -> bool:
        return False


def _describe(schema: dict[str, Any]) -> None:
    """Move what a model's docstring says of its attributes to the properties."""
    models = {
        name: model
        for module in (field, action, service)
        for name, model in inspect.getmembers(module, inspect.isclass)
        if issubclass(model, BaseModel)
    }
    parts = {**schema.get("$defs", {}), schema["title"]: schema}
    for name, part in parts.items():
        text = inspect.getdoc(models[name]) or ""
        about, _, attributes = text.partition("\n\nAttributes:\n")
        part["description"] = " ".join(about.split())
        for attribute, words in re.findall(r"^    (\w+): (.+(?:\n {8}.+)*)", attributes, re.MULTILINE):
            known = models[name].model_fields.get(attribute)
            if known is not None:
                word = known.alias or attribute
                part["properties"][word] = {**part["properties"][word], "description": " ".join(words.split())}


if __name__ == "__main__":
    write(Path(sys.argv[1]))
