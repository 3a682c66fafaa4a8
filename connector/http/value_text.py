"""Values as text, in a URL, a header or a form: outside JSON there are no types and no lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from connector.connections.endpoint import path_segment
from connector.definition.field import FieldSchema
from connector.definition.file_value import File
from connector.definition.number_text import with_number_texts

SEPARATORS = {"csv": ",", "ssv": " ", "pipes": "|"}
"""What is between the values of a list that is written as one text."""


def text_of(value: Any) -> str:
    """A value as text: a text as it is, a file as its base64, anything else as JSON."""
    if isinstance(value, File):
        return value.base64()
    return value if isinstance(value, str) else json_of(value)


def json_of(value: Any) -> str:
    """A value as JSON without blanks, a file in it as its base64.

    Raises:
        ValueError: A number is infinite.
    """
    return with_number_texts(_ENCODER.encode(value))


def path_text(field: FieldSchema, value: Any) -> str:
    """A value as one segment of a path, encoded."""
    return _again(field, joined_text(field, value, path_segment))


def query_pairs(name: str, field: FieldSchema, value: Any) -> list[str]:
    """Encoded pairs: one for each value of a list, unless they are joined."""
    if isinstance(value, list) and field.x_array_style not in SEPARATORS:
        texts = [_quoted(text_of(one)) for one in value]
    else:
        texts = [joined_text(field, value, _quoted)]
    return [f"{_quoted(name)}={_again(field, text)}" for text in texts]


def joined_text(field: FieldSchema, value: Any, encode: Callable[[str], str]) -> str:
    """A value as one text; those of a list are encoded one by one, so that a separator in them stays theirs."""
    if not isinstance(value, list):
        return encode(text_of(value))
    separator = SEPARATORS.get(field.x_array_style or "", ",")
    return (separator if separator == "," else encode(separator)).join(encode(text_of(one)) for one in value)


def _again(field: FieldSchema, text: str) -> str:
    """An encoded text, encoded once more where the service decodes it twice."""
    return _quoted(text) if field.x_ms_url_encoding == "double" else text


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _base64(value: Any) -> str:
    if not isinstance(value, File):
        raise TypeError(f"{type(value).__name__} is not JSON")
    return value.base64()


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_base64)
