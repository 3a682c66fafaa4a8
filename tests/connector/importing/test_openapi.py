"""What OpenAPI says in words that Swagger does not have becomes what Swagger says."""

from __future__ import annotations

from typing import Any

import pytest

from connector.importing.openapi import _plain

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("schema", "plain"),
    [
        ({"type": ["null", "integer"]}, {"type": "integer"}),
        ({"type": ["null"]}, {"type": "string"}),
        ({"type": "string", "examples": ["a", "b"]}, {"type": "string", "examples": ["a", "b"], "example": "a"}),
        ({"example": "c", "examples": ["a"]}, {"example": "c", "examples": ["a"]}),
        ({"examples": []}, {"examples": []}),
        ({"const": 3}, {"const": 3, "enum": [3]}),
        ({"const": 3, "enum": [3, 4]}, {"const": 3, "enum": [3, 4]}),
        (
            {"oneOf": [{"type": "string", "maxLength": 3}], "title": "A"},
            {"type": "string", "maxLength": 3, "title": "A"},
        ),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}, {"type": "string"}]}, {"type": "integer"}),
        ({"oneOf": [{"type": "string", "title": "B"}], "title": "A"}, {"type": "string", "title": "A"}),
        ({"anyOf": [{"type": "null"}]}, {"anyOf": [{"type": "null"}]}),
        ({"items": {"oneOf": [{"type": "boolean"}, {"type": "string"}]}}, {"items": {"type": "boolean"}}),
    ],
)
def test_a_schema_is_the_first_kind_of_value_that_it_allows(schema: Json, plain: Json) -> None:
    assert _plain(schema) == plain
