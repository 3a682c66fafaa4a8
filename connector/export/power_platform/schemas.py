"""Trees and fields as Swagger 2.0 schemas."""

from __future__ import annotations

from typing import Any

from connector.catalogue.action import Action
from connector.definition.field import FieldSchema
from connector.export.power_platform.choices import Choices
from connector.export.power_platform.nodes import Node, Side
from connector.export.vocabulary import cannot

Json = dict[str, Any]

_FORMATS = frozenset(
    {"int32", "int64", "float", "double", "byte", "binary", "date", "date-time", "password", "email", "uri"}
)
"""The formats that the platform knows."""
_UNTOLD = frozenset({"duration", "color"})
"""Formats that it does not know; the description says what such a text looks like."""
_LIMITS = {
    "string": ("pattern", "min_length", "max_length"),
    "integer": ("minimum", "maximum"),
    "number": ("minimum", "maximum"),
    "array": ("min_items", "max_items", "unique_items"),
}


class Schemas:
    """Makes the schemas of one side of an action.

    Args:
        action: The action, for messages.
        side: `input` or `output`.
        choices: Where fields get their choices from.
    """

    def __init__(self, action: Action, side: Side, choices: Choices) -> None:
        self._action = action
        self._side = side
        self._choices = choices

    def of(self, node: Node, *, titled: bool = False) -> Json:
        """The schema of a place with everything inside.

        Args:
            node: The place.
            titled: Whether an object around it has a title already (see `labels`).

        Raises:
            ExportError: A field says something that Swagger 2.0 cannot.
        """
        schema: Json = {}
        single = node.types[0] if len(node.types) == 1 else None
        if single is None and self._side == "input":
            # The service takes any of them; a box is of one type, and a text can hold each plain value.
            single = "string" if "string" in node.types else node.types[0]
        if single is not None:
            schema["type"] = single
        # Without a type the run-time check passes whatever form the service sends; the parts can still be picked.
        if node.title:
            inner = bool(node.properties) and titled and node.key
            schema["x-ms-summary" if inner else "title"] = node.title
        schema.update(self.words(node.box, node.key, single) if node.box is not None else {})
        if "description" not in schema and (single is None or (node.key and not node.properties)):
            form = ", which comes in more than one form" if single is None else ""
            schema["description"] = f"What the service calls “{node.key}”{form}." if node.key else f"One entry{form}."
        if node.hidden:
            schema["x-ms-visibility"] = "internal"
        if self._side == "output" and node.nullable and single is not None:
            # Swagger 2.0 has no null, and a list of types shows a field once per type. This is Microsoft's own word
            # for it (AutoRest); who does not know it passes over it.
            schema["x-nullable"] = True
        around = titled or (bool(node.title) and "title" in schema)
        if node.properties:
            required = [key for key, inner in node.properties.items() if inner.required]
            schema.update({"required": required} if required else {})
            schema["properties"] = {key: self.of(inner, titled=around) for key, inner in node.properties.items()}
        if node.items is not None and single in {"array", None}:
            schema["items"] = self.of(node.items, titled=around)
        if node.values is not None:
            schema["additionalProperties"] = self.of(node.values, titled=around)
        return schema

    def words(self, box: FieldSchema, name: str, kind: str | None) -> Json:
        """What a field says of itself beside its title and what is inside it.

        Raises:
            ExportError: It says something that Swagger 2.0 cannot.
        """
        said: Json = {"description": box.description} if box.description else {}
        form = "int64" if kind == "integer" and box.format is None else box.format
        if form is not None and form not in _FORMATS | _UNTOLD:
            raise cannot(
                self._action, f"{self._side} “{name}” has the format “{form}”, which this export does not know"
            )
        if form in _FORMATS and not (box.x_time and kind == "integer"):
            said["format"] = form
        if box.x_time and kind == "integer":
            said["format"] = "int64"
        if box.const is not None:
            said["enum"] = [box.const]
        elif box.enum is not None and kind is not None and self._side == "input":
            said["enum"] = [value for value in box.enum if value is not None]
        if box.default is not None and self._side == "input":
            said["default"] = box.default
        if self._side == "input":
            said.update(self._limits(box, kind))
        if box.x_ms_visibility is not None:
            said["x-ms-visibility"] = box.x_ms_visibility
        if box.x_ms_dynamic_values is not None:
            said.update(self._choices.of(self._action, name, box.x_ms_dynamic_values))
        return said

    def _limits(self, box: FieldSchema, kind: str | None) -> Json:
        """Lengths and bounds; for the answer there are none, since the service keeps them or not."""
        limits: Json = {}
        for word in _LIMITS.get(kind or "", ()):
            value = getattr(box, word)
            if value is not None:
                whole = isinstance(value, float) and value.is_integer()
                limits[type(box).model_fields[word].alias or word] = int(value) if whole else value
        for word in ("minimum", "maximum"):
            exclusive = getattr(box, f"exclusive_{word}")
            if exclusive is not None and kind in {"integer", "number"}:
                limits |= {word: exclusive, f"exclusive{word.title()}": True}
        return limits
