"""The meta-schema in one piece accepts exactly what the published one does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from connector.lint.meta_schema import in_one_piece, schema_error

_SCHEMA: Any = in_one_piece().schema
_KEYWORDS = sorted(_SCHEMA["properties"])
_VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, "", "string", "#/$defs/a", "no anchor!"),
    *([], ["string"], ["a", "a"], [1], [{}], [{"type": "text"}], {}, {"a": {}}, {"a": ["b"]}, {"a": ["b", "b"]}),
    *({"a": {"type": 7}}, {"type": "object", "properties": {"a": {"minLength": -1}}}, {"$defs": {"a": {"items": 3}}}),
)


def test_every_keyword_is_in_it() -> None:
    assert {"$ref", "items", "unevaluatedItems", "minLength", "title", "format", "contentSchema"} < set(_KEYWORDS)
    assert not any('"$dynamicRef": ' in json.dumps(part) for part in _SCHEMA["properties"].values())


@pytest.mark.parametrize("keyword", _KEYWORDS)
def test_a_value_of_a_keyword_is_accepted_by_both_or_neither(keyword: str) -> None:
    for value in _VALUES:
        for schema in (
            {keyword: value},
            {"properties": {"a": {keyword: value}}},
            {"allOf": [{"not": {keyword: value}}]},
        ):
            text = json.dumps(schema)
            assert in_one_piece().is_valid(schema) == Draft202012Validator(Draft202012Validator.META_SCHEMA).is_valid(
                schema
            ), text


def test_what_is_wrong_is_said_by_the_published_one() -> None:
    assert schema_error('{"properties": {"a": {"minLength": 1}}}') is None
    place, message = schema_error('{"properties": {"a": {"minLength": -1}}}') or ("", "")
    assert place == "/properties/a/minLength"
    assert message == "The value is not valid JSON Schema 2020-12: it fails “minimum” of the meta-schema."
