"""Types and values of a package: what a schema is of, also where it does not say, and values written as texts."""

from __future__ import annotations

import re
from typing import Any

from connector.definition.field import PYTHON_TYPES
from connector.importing.swagger import Json, as_list, as_object

DYNAMIC_SCHEMAS = ("x-ms-dynamic-schema", "x-ms-dynamic-properties")
_EXPRESSION = re.compile(r"@\{|^@\w+\(")
_TYPES = {"string", "integer", "number", "boolean", "array", "object"}


def kind_of(schema: Json) -> str | None:
    """The type of a schema, also where only its other keywords say it; None for any value."""
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), None)
    if isinstance(kind, str) and kind in _TYPES:
        return kind
    if as_object(schema.get("properties")) or any(word in schema for word in DYNAMIC_SCHEMAS):
        return "object"
    if isinstance(schema.get("items"), dict):
        return "array"
    if kind == "file" or as_list(schema.get("enum")) or isinstance(schema.get("format"), str):
        return "string"
    return None


def fits(value: Any, kind: str | None) -> bool:
    """Whether a value of a package has the type."""
    if isinstance(value, bool):
        return kind in {"boolean", None}
    return kind is None or isinstance(value, PYTHON_TYPES[kind])


def constant(schema: Json) -> Any:
    """The default of a schema in the schema's own type; None where there is none that fits, or a flow evaluates it."""
    value = schema.get("default")
    is_expression = isinstance(value, str) and _EXPRESSION.search(value) is not None
    return None if is_expression else typed(value, kind_of(schema))


def typed(value: Any, kind: str | None) -> Any:
    """A value that was written as a text, too, in a type; None if it is not one."""
    if isinstance(value, str) and kind == "boolean" and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    if isinstance(value, str) and kind in {"integer", "number"}:
        try:
            return int(value) if kind == "integer" else float(value)
        except ValueError:
            return None
    if kind == "string" and isinstance(value, int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value if fits(value, kind) else None
