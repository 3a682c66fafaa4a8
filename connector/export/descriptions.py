"""Sentences for descriptions: the constraints of a schema in plain English, and the first sentence of a text."""

from __future__ import annotations

import re

CONSTRAINTS = {
    "minLength": "At least {} characters.",
    "maxLength": "At most {} characters.",
    "minItems": "At least {} items.",
    "maxItems": "At most {} items.",
    "minProperties": "At least {} entries.",
    "maxProperties": "At most {} entries.",
    "minimum": "{} or more.",
    "maximum": "{} or less.",
    "exclusiveMinimum": "More than {}.",
    "exclusiveMaximum": "Less than {}.",
}
"""The keywords of JSON Schema that limit a value, each as a sentence."""

_SINGULAR = {"characters": "character", "items": "item", "entries": "entry"}


def constraint_sentence(keyword: str, value: float) -> str:
    """A constraint as a sentence: `maxLength` 80 is “At most 80 characters.”."""
    sentence = CONSTRAINTS[keyword].format(f"{value:,}")
    for plural, singular in _SINGULAR.items():
        sentence = sentence.replace(plural, singular) if value == 1 else sentence
    return sentence


def first_sentence(text: str) -> str:
    """The text up to the first full stop that a new sentence follows."""
    return re.split(r"(?<=[.!?])\s+(?=[A-Z“])", text, maxsplit=1)[0]
