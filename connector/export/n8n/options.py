"""The allowed values of a field as the options of a select."""

from __future__ import annotations

from collections import Counter
from typing import Any

from connector.definition.field import FieldSchema
from connector.export.n8n import style
from connector.export.n8n.expressions import option_value

Property = dict[str, Any]


def select(field: FieldSchema, *, empty: bool) -> Property:
    """The type of a field with allowed values, of which none need be chosen where it may stay empty."""
    choices = [*([{"name": "(Not Set)", "value": ""}] if empty else []), *options(field)]
    default = option_value(field.default) if field.default is not None else choices[0]["value"]
    return {"type": "options", "options": style.in_order(choices, "name"), "default": default}


def options(field: FieldSchema) -> list[Property]:
    """The allowed values, each under a name of its own."""
    # Null is “not set”.
    values = [value for value in field.enum or () if value is not None]
    made = [
        {"name": style.title(str(value).replace("_", " ").replace("-", " ")), "value": option_value(value)}
        for value in values
    ]
    if len({option["name"] for option in made}) < len(made):
        made = [{"name": style.title(str(value)), "value": option_value(value)} for value in values]
    seen = Counter(option["name"] for option in made)
    for number, option in enumerate(made, start=1):
        option["name"] += f" ({number})" if seen[option["name"]] > 1 else ""
    return made
