"""A text that is typed for a number or a boolean becomes one, and stays a text where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from connector.definition.field import FieldSchema
from connector.validation.text_values import as_text, typed


@pytest.mark.parametrize(
    ("kinds", "text", "value"),
    [
        ("integer", "12", 12),
        ("integer", "-7", -7),
        ("integer", "007", "007"),
        ("integer", "twelve", "twelve"),
        ("integer", "true", "true"),
        ("number", "1.5e3", 1500.0),
        ("number", "1e9999", "1e9999"),
        ("number", "9" * 18, int("9" * 18)),
        ("number", "9" * 19, "9" * 19),
        ("boolean", "True", True),
        ("boolean", "FALSE", False),
        ("boolean", "12", "12"),
        ("boolean", "yes", "yes"),
        (["boolean", "integer"], "true", True),
        (["boolean", "integer"], "1", 1),
        (["integer", "null"], "12", 12),
        (["integer", "string"], "12", "12"),
        ("string", "12", "12"),
        ("array", "12", "12"),
    ],
)
def test_a_text_becomes_what_its_field_is(kinds: str | list[str], text: str, value: Any) -> None:
    found = typed(FieldSchema.model_validate({"type": kinds}), text)
    assert (found, type(found)) == (value, type(value))


def test_a_text_for_any_value_or_for_no_field_stays_a_text() -> None:
    assert [typed(field, "12") for field in (None, FieldSchema())] == ["12", "12"]


def test_a_value_is_written_as_json_and_a_text_as_it_is() -> None:
    values = ("ü", 1.5, None, True, {"ü": [1]})
    assert [as_text(value) for value in values] == ["ü", "1.5", "null", "true", '{"ü": [1]}']
