"""What forms say of a field, in sentences: its description, what its values are called, and what it is filled with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connector.importing.swagger import Json, as_list, as_object, as_text
from connector.validation.text_values import as_text as written

_MOST_VALUES, _LONGEST_VALUE = 50, 120


def sentences(*texts: str) -> str:
    """The texts that are not empty, each with a mark at its end."""
    return " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in texts if text)


def description_of(schema: Json, item: Json) -> str:
    """The description of a field or a list, with the names of its values where they say more than the values do."""
    text = as_text(schema.get("description"))
    named = [f"{value}: {name}" for each in (schema, item) for value, name in _names(each) if value != name]
    shown = [*named[:_MOST_VALUES], "…"] if len(named) > _MOST_VALUES else named
    return sentences(text, "; ".join(shown)) if shown else text


def with_suggestion(made: Json, value: Any) -> Json:
    """A field of a form with what Power Automate fills in, which here is only sent if it is typed."""
    hidden = made.get("x-ms-visibility") == "internal" or "x-file" in made or "default" in made
    if hidden or value in (None, "", [], {}) or value not in made.get("enum", [value]):
        return made
    text = " ".join(written(value).split())
    shown = text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
    filled = f"Power Automate fills in {f'“{shown}”' if isinstance(value, str) else shown}"
    return {**made, "description": sentences(as_text(made.get("description")), filled)}


def _names(schema: Json) -> Iterator[tuple[str, str]]:
    """The values that a maker chooses from and what they are called there."""
    options = as_object(schema.get("x-ms-editor-options")).get("items")
    for each in map(as_object, as_list(schema.get("x-ms-enum-values")) or as_list(options)):
        name = as_text(each.get("displayName")) or as_text(each.get("title"))
        if name and each.get("value") is not None:
            yield written(each["value"]), name
