"""What schemas and definitions say, in words: for formats that have no place for it but a text."""

from __future__ import annotations

import re

BOUNDS = {
    "minLength": "At least {} characters.",
    "maxLength": "At most {} characters.",
    "minItems": "At least {} entries.",
    "maxItems": "At most {} entries.",
    "minProperties": "At least {} values.",
    "maxProperties": "At most {} values.",
    "minimum": "{} or more.",
    "maximum": "{} or less.",
    "exclusiveMinimum": "More than {}.",
    "exclusiveMaximum": "Less than {}.",
}
"""The words of JSON Schema that bound a value, and how people say them."""

_ONE = {"characters": "character", "entries": "entry", "values": "value"}


def bound(word: str, value: float) -> str:
    """A bound as a sentence."""
    told = BOUNDS[word].format(value)
    for many, one in _ONE.items():
        told = told.replace(many, one) if value == 1 else told
    return told


def first_sentence(text: str) -> str:
    """The text up to the first full stop that a new sentence follows."""
    return re.split(r"(?<=[.!?])\s+(?=[A-Z“])", text, maxsplit=1)[0]
