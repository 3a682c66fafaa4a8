"""The form of a rule: what a definition may write, and what it may not."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from connector.definition.rules import FieldRule

Json = dict[str, Any]
RULE: TypeAdapter[Any] = TypeAdapter(FieldRule)
ONE: Json = {"key": "one", "title": "One", "fields": ["a", "b"]}
TWO: Json = {"key": "two", "title": "Two", "fields": ["c"]}


def choice(*options: Json, **keywords: Any) -> Json:
    return {"kind": "choice", "key": "way", "title": "Way", "options": list(options), **keywords}


@pytest.mark.parametrize(
    "rule",
    [
        choice(ONE, TWO),
        choice({**ONE, "default": True, "required": ["b"], "atLeastOneOf": ["a", "b"]}, TWO, required=True, noun="way"),
        {"kind": "variant", "field": "a", "variants": [{"values": [None, 1, "x"]}]},
        {"kind": "requires", "fields": ["a"], "if": {"several": ["rows"]}, "hint": "Add it."},
        {"kind": "together", "fields": ["a", "b"]},
        {"kind": "same", "fields": ["a", "b"]},
        {"kind": "alike", "field": "rows", "by": "type", "values": ["channel"]},
    ],
)
def test_a_rule_says_what_it_means(rule: Json) -> None:
    assert RULE.validate_python(rule).kind == rule["kind"]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (choice(ONE), "at least 2"),
        (choice(ONE, {**TWO, "key": "one"}), "the keys of the options differ"),
        (choice({**ONE, "default": True}, {**TWO, "default": True}), "one option at most is the default"),
        (choice({**ONE, "required": ["c"]}, TWO), "“c” is required, but it is not listed"),
        (choice({**ONE, "atLeastOneOf": ["c"]}, TWO), "“c” is required, but it is not listed"),
        (choice({**ONE, "fields": []}, TWO), "an option needs “fields”"),
        (choice(ONE, TWO, key="Send To"), "pattern"),
        (choice(ONE, TWO, optons=[]), "Extra inputs"),
        ({"kind": "variant", "field": "a", "variants": [{"values": [], "fields": ["b"]}]}, "at least 1"),
        ({"kind": "variant", "field": "a", "variants": []}, "at least 1"),
        ({"kind": "requires"}, "either “fields” or “atLeastOneOf”"),
        ({"kind": "requires", "fields": ["a"], "atLeastOneOf": ["b"]}, "either “fields” or “atLeastOneOf”"),
        ({"kind": "requires", "fields": ["a"], "if": {}}, "a condition needs"),
        ({"kind": "together", "fields": ["a"]}, "at least 2"),
        ({"kind": "same", "fields": ["a"]}, "at least 2"),
        ({"kind": "alike", "field": "rows", "by": "type", "values": []}, "at least 1"),
        ({"kind": "unless", "fields": ["a"]}, "does not match any of the expected tags"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule: Json, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        RULE.validate_python(rule)
