"""The keywords that the exporters know.

The definition format may grow. An exporter that met a new keyword would drop it silently; instead, the export fails
with an error that names the action, the field and the keyword.
"""

from __future__ import annotations

from connector.catalogue.action import Action
from connector.export.errors import cannot_export
from connector.export.schema_walk import types_of, walk

TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object", "null"})
STANDARD = frozenset(
    {
        *("$schema", "$ref", "$defs", "type", "title", "description", "format", "enum", "const", "default", "examples"),
        *("pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
        *("items", "minItems", "maxItems", "uniqueItems", "properties", "required", "additionalProperties"),
        "dependentRequired",
        *("minProperties", "maxProperties", "writeOnly", "deprecated"),
    }
)
"""The keywords of JSON Schema that a definition may use."""
WIRE = frozenset(
    {
        *("x-in", "x-name", "x-pointer", "x-path", "x-map-key", "x-map-value", "x-spread", "x-from", "x-time"),
        *("x-text-for", "x-array-style", "x-ms-url-encoding"),
    }
)
"""Annotations for the place of a value on the wire; only code that builds or reads the request needs them."""
FORM = frozenset({"x-aliases", "x-keep-empty", "x-file", "x-ms-visibility", "x-ms-dynamic-values", "x-rules"})
"""Annotations for code that draws a form or fills it in."""

_KNOWN = STANDARD | WIRE | FORM


def require_known_keywords(action: Action) -> None:
    """Check that the exporters know every keyword and every type in the schemas of an action.

    Raises:
        ExportError: A keyword or type is unknown; the message names the action, the field and the keyword.
    """
    for side, schema in (("input", action.inputs), ("output", action.outputs)):
        for name, field in walk(schema):
            if unknown := sorted(set(field) - _KNOWN):
                raise cannot_export(action, f"the {side} “{name}” uses the unknown keyword “{unknown[0]}”")
            if unknown := sorted(set(types_of(field)) - TYPES):
                raise cannot_export(action, f"the {side} “{name}” has the unknown type “{unknown[0]}”")
