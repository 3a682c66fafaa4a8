"""The sentences about rules across fields, made of titles; docs/rules.md defines each, for every language the same."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from connector.definition.number_text import with_number_texts

MOST_ITEMS = 5
"""How many items a message names before it says “another”."""


def listed(items: Sequence[Sequence[str]], word: str) -> str:
    """Items in a sentence: `A, B or C`, and `A, or B and C` when an item has several titles."""
    texts = [listed([[title] for title in item], "and") if len(item) > 1 else item[0] for item in items]
    if len(texts) == 1:
        return texts[0]
    comma = "," if any(len(item) > 1 for item in items) else ""
    return f"{', '.join(texts[:-1])}{comma} {word} {texts[-1]}"


def shown(value: Any) -> str:
    """A value of a definition in a sentence: a text as it is, everything else as JSON without blanks."""
    if isinstance(value, str):
        return value
    return with_number_texts(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def is_filled(title: str) -> str:
    """The trigger that a field is filled in."""
    return f"{title} is filled in"


def has_value(title: str, value: Any) -> str:
    """The trigger that a field has a value."""
    return f"{title} is {shown(value)}"


def has_several(title: str) -> str:
    """The trigger that a list has two rows or more."""
    return f"{title} has more than one row"


def required(asked: Sequence[Sequence[str]], when: str, *, noun: str = "", boolean: bool = False) -> str:
    """That something must be filled in.

    Args:
        asked: Titles: one of the items is needed, and of an item all.
        when: The trigger; empty when it is always needed.
        noun: What is missing, where nothing of it is filled in.
        boolean: Whether the only item is a field whose value is true or false.
    """
    names = listed(asked, "or")
    if noun:
        return f"No {noun}: fill in {names}."
    if not when:
        return f"Fill in {names}."
    if boolean:
        return f"{names} must be set to true or false when {when}."
    return f"{names} is required when {when}."


def not_both(options: Sequence[Sequence[str]]) -> str:
    """That fields of several options are filled in."""
    names = listed(options, "or")
    return f"Use either {names}, not both." if len(options) == 2 else f"Use only one of {names}."  # noqa: PLR2004


def cannot_be_used_with(title: str, others: Sequence[str]) -> str:
    """That a field belongs to another option than the one filled in."""
    return f"{title} cannot be used with {listed([[other] for other in others], 'and')}."


def not_used(title: str, when: str) -> str:
    """That a variant ignores a field."""
    return f"{title} is not used when {when}."


def must_be_same(title: str, other: str) -> str:
    """That two fields disagree."""
    return f"{title} and {other} must be the same."


def as_in_row(title: str, values: Sequence[Any], row: int) -> str:
    """That a row differs from others; rows are counted from 1."""
    return f"{title} must be {listed([[shown(value)] for value in values], 'or')}, as in row {row}."


def place(steps: Sequence[str]) -> str:
    """What a message inside rows begins with: `Recipients, row 2: `."""
    return f"{', '.join(steps)}: " if steps else ""
