"""Bodies and fields as Swagger 2.0 schemas."""

from __future__ import annotations

from typing import Any

from connector.catalogue.action import Action
from connector.definition.field import FieldSchema
from connector.export.errors import cannot_export
from connector.export.power_platform.body_nodes import BodyNode, Side
from connector.export.power_platform.dynamic_values import DynamicChoices

Json = dict[str, Any]

_FORMATS = frozenset(
    {"int32", "int64", "float", "double", "byte", "binary", "date", "date-time", "password", "email", "uri"}
)
"""The formats that the platform knows."""
_DROPPED = frozenset({"duration", "color"})
"""Formats that it does not know; the description of the field says what a value looks like."""
_LIMITS = {
    "string": ("pattern", "min_length", "max_length"),
    "integer": ("minimum", "maximum"),
    "number": ("minimum", "maximum"),
    "array": ("min_items", "max_items", "unique_items"),
}


class Schemas:
    """Makes the schemas of one side of an action."""

    def __init__(self, action: Action, side: Side, choices: DynamicChoices) -> None:
        self._action = action
        self._side = side
        self._choices = choices

    def of(self, node: BodyNode, *, titled: bool = False) -> Json:
        """The schema of a part of a body; `titled` if an object around it has a title (see `labels`)."""
        schema: Json = {}
        single = node.types[0] if len(node.types) == 1 else None
        if single is None and self._side == "input":
            # The service accepts any of them; a field has one type, and a string can hold every plain value.
            single = "string" if "string" in node.types else node.types[0]
        if single is not None:
            schema["type"] = single
        # Without a type, the type check of a run passes every form of the value; the parts are still offered.
        if node.title:
            inner = bool(node.properties) and titled and node.key
            schema["x-ms-summary" if inner else "title"] = node.title
        schema.update(self.keywords(node.schema, node.key, single) if node.schema is not None else {})
        if "description" not in schema and (single is None or (node.key and not node.properties)):
            several = " Its type varies." if single is None else ""
            schema["description"] = (f"The service calls it “{node.key}”." if node.key else "One item.") + several
        if node.hidden:
            schema["x-ms-visibility"] = "internal"
        if self._side == "output" and node.nullable and single is not None:
            # Swagger 2.0 has no null, and a list of types shows a field once per type. This is Microsoft's own keyword
            # for it (AutoRest); others ignore it.
            schema["x-nullable"] = True
        around = titled or "title" in schema
        if node.properties:
            required = [key for key, inner in node.properties.items() if inner.required]
            schema.update({"required": required} if required else {})
            schema["properties"] = {key: self.of(inner, titled=around) for key, inner in node.properties.items()}
        if node.items is not None and single in {"array", None}:
            schema["items"] = self.of(node.items, titled=around)
        if node.values is not None:
            schema["additionalProperties"] = self.of(node.values, titled=around)
        return schema

    def keywords(self, field: FieldSchema, name: str, kind: str | None) -> Json:
        """The keywords of a field, without its title and its parts.

        Raises:
            ExportError: Swagger 2.0 cannot express one.
        """
        keywords: Json = {"description": _description(field)} if field.description or field.deprecated else {}
        form = "int64" if kind == "integer" and field.format is None else field.format
        if form is not None and form not in _FORMATS | _DROPPED:
            raise cannot_export(
                self._action, f"{self._side} “{name}” has the format “{form}”, which the platform does not know"
            )
        if form in _FORMATS and not (field.x_time and kind == "integer"):
            keywords["format"] = form
        if field.x_time and kind == "integer":
            keywords["format"] = "int64"
        if field.const is not None:
            keywords["enum"] = [field.const]
        elif field.enum is not None and kind is not None and self._side == "input":
            keywords["enum"] = [value for value in field.enum if value is not None]
        if field.default is not None and self._side == "input":
            keywords["default"] = field.default
        if self._side == "input":
            keywords.update(self._limits(field, kind))
        if field.x_ms_visibility is not None:
            keywords["x-ms-visibility"] = field.x_ms_visibility
        if field.x_ms_dynamic_values is not None:
            keywords.update(self._choices.of(self._action, name, field.x_ms_dynamic_values))
        return keywords

    def _limits(self, field: FieldSchema, kind: str | None) -> Json:
        """Lengths and bounds; only for requests, because the service's responses need not keep them."""
        limits: Json = {}
        for name in _LIMITS.get(kind or "", ()):
            value = getattr(field, name)
            if value is not None:
                whole = isinstance(value, float) and value.is_integer()
                limits[type(field).model_fields[name].alias or name] = int(value) if whole else value
        for keyword in ("minimum", "maximum"):
            exclusive = getattr(field, f"exclusive_{keyword}")
            if exclusive is not None and kind in {"integer", "number"}:
                limits |= {keyword: exclusive, f"exclusive{keyword.title()}": True}
        return limits


def _description(field: FieldSchema) -> str:
    """The description; Swagger 2.0 has no `deprecated` for fields."""
    return " ".join(filter(None, (field.description, "Deprecated." if field.deprecated else "")))
