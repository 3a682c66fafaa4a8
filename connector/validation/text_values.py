"""What a text spells for a field: people type numbers and yes or no as text, on a command line and in a spreadsheet.

And the other way round, how a value is written where there is only text.
"""

from __future__ import annotations

import json
import re
from typing import Any

from connector.definition.field import FieldSchema
from connector.validation.json_values import is_encodable

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?")


def typed(field: FieldSchema | None, text: str) -> Any:
    """The text, or the number or boolean it spells if the field is one and takes no text."""
    if field is None or "string" in field.types or not field.types:
        return text
    if "boolean" in field.types and text.casefold() in {"true", "false"}:
        return text.casefold() == "true"
    if {"integer", "number"} & set(field.types) and _NUMBER.fullmatch(text):
        return json.loads(text)
    return text


def as_text(value: Any) -> str:
    """A text as it is, any other value as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def json_text(value: Any, **options: Any) -> str:
    """A value as JSON with readable letters; half a character, which no file or message can hold, is escaped.

    Args:
        value: A JSON value.
        **options: As for `json.dumps`.
    """
    text = json.dumps(value, ensure_ascii=False, **options)
    return text if is_encodable(text) else json.dumps(value, **options)
