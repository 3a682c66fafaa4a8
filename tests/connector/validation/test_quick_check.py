"""The quick check accepts nothing that the validator would not, and what people usually send needs no other."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.definition.action import ActionDefinition
from connector.definition.field import FieldSchema, ObjectSchema
from connector.validation.quick_check import KNOWN
from connector.validation.validator import Validator
from tests.connector.parcels import Json, action, body, field, rows

ROW: Json = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "rows": {"type": "array", "items": {"$ref": "#/$defs/row"}}},
    "required": ["name"],
    "additionalProperties": False,
}
FORM: Json = {
    "text": body(minLength=1, maxLength=3),
    "code": body(pattern="^[a-c]+$", maxLength=4),
    "free": body(["string", "null"]),
    "when": body(format="date"),
    "size": body(["string", "integer"], enum=["S", "M", 1, True, None]),
    "fixed": body("any", const=1) | {"type": ["integer", "boolean", "string"]},
    "count": body("integer", minimum=0, exclusiveMaximum=10),
    "weight": body("number", exclusiveMinimum=0, maximum=1.5),
    "done": body("boolean"),
    "tags": body("array", items=field(maxLength=2), minItems=1, maxItems=2, uniqueItems=True),
    "rows": {"$ref": "#/$defs/rows", "x-in": "body", "maxItems": 2},
    "people": rows({"a": field(), "b": field("integer")}, ["a"], x_in="body"),
    "map": body("object", additionalProperties={"type": "integer"}, minProperties=1, maxProperties=2),
    "data": {"x-in": "body"},
    "trace": field(x_in="header"),
    "id": field(x_in="path"),
}
DEFS = {"row": ROW, "rows": {"type": "array", "items": {"$ref": "#/$defs/row"}}}
DOCUMENT = action(inputs=FORM, path="/p/{id}", defs=DEFS)
MADE = ActionDefinition.model_validate(DOCUMENT)
VALIDATOR = Validator(MADE.inputs, DOCUMENT["inputs"])

TEXTS = ["", "a", "ab", "abcd", "ü", "\ud800", ".", "..", "a\nb", "2026-01-31", "2026-02-31", "S"]
NUMBERS = [0, 1, 9, 10, -1, 2**2_000, 0.5, 1.0, 1.5, 2.5, 0.0, math.inf, -math.inf, math.nan]
scalars = st.sampled_from([*TEXTS, *NUMBERS, None, True, False, b"a", {1: 2}, {"\udfff": 1}, (1,)])
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "rows", "a", "b", "c"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([*FORM, "other", "\udfff"]), values, max_size=3))
def test_what_is_accepted_has_no_problem(given: Json) -> None:
    found = VALIDATOR.all_problems(given)
    assert not (VALIDATOR.accepts(given) and found)
    assert VALIDATOR.problems(given) == found


RIGHT: Json = {
    "text": ["a", "abc", "üß"],
    "code": ["abca"],
    "free": ["", "ü", None, "x" * 5_000],
    "when": ["2026-01-31"],
    "size": ["S", 1],
    "fixed": [1],
    "count": [0, 9],
    "weight": [1, 0.5],
    "done": [True, False],
    "tags": [["a"], ["a", "b"]],
    "rows": [[], [{"name": "a", "rows": [{"name": "b", "rows": [{"name": "c"}]}]}]],
    "people": [[{"a": "x", "b": 1}, {"a": "y"}]],
    "map": [{"a": 1}],
    "data": [None, {"a": [1, {"b": "c"}]}, [], "x", 1.5],
    "trace": ["", "a ~"],
    "id": ["...", "a/b"],
}
WRONG: Json = {
    "text": ["", "abcd", "\ud800", None],
    "code": ["d", "abcab"],
    "free": [1],
    "when": ["2026-02-31", "soon"],
    "size": ["X", True, None, 2],
    "fixed": [True, 2, "1"],
    "count": [-1, 10, True, 1.5],
    "weight": [0, 1.6, math.inf, math.nan, False],
    "done": [1, "true"],
    "tags": [[], ["a", "b", "c"], ["abc"], ["a", "a"], "a"],
    "rows": [[{"name": "a"}] * 3, [{}], [{"name": "a", "x": 1}], [{"name": "a", "rows": [{"rows": []}]}]],
    "people": [[{"b": 1}], [{"a": "x", "c": 1}], [7]],
    "map": [{}, {"a": "x"}, {"a": 1, "b": 2, "c": 3}],
    "data": [b"x", {"\ud800": 1}, [math.nan], {"a": [10**5_000]}],
    "trace": ["ü", "a\nb", "a\x7f"],
    "id": [".", ".."],
    "other": [1],
}


@pytest.mark.parametrize("name", FORM)
def test_right_values_are_accepted(name: str) -> None:
    for value in RIGHT[name]:
        assert VALIDATOR.accepts({name: value}), value
        assert VALIDATOR.all_problems({name: value}) == [], value


@pytest.mark.parametrize("name", WRONG)
def test_wrong_values_are_not(name: str) -> None:
    for value in WRONG[name]:
        assert not VALIDATOR.accepts({name: value}), value
        assert VALIDATOR.problems({name: value}) != [], value


def test_a_required_value_that_is_missing_is_not_accepted() -> None:
    document = action(inputs={"a": body()}, required=["a"])
    validator = Validator(ActionDefinition.model_validate(document).inputs, document["inputs"])
    assert validator.accepts({"a": "x"})
    assert not validator.accepts({})


def test_values_deeper_than_a_form_ever_is_are_left_to_the_validator() -> None:
    deep: Any = "bottom"
    for _ in range(60):
        deep = [deep]
    assert not VALIDATOR.accepts({"data": deep})
    assert VALIDATOR.problems({"data": deep}) == []


def test_a_keyword_that_is_not_known_is_left_to_the_validator() -> None:
    inputs = {"a": body()}
    document = action(inputs=inputs)
    strange = {**document["inputs"], "properties": {"a": {"type": "string", "not": {"const": "b"}}}}
    validator = Validator(ActionDefinition.model_validate(document).inputs, strange)
    assert [validator.accepts({"a": text}) for text in ("a", "b")] == [False, False]
    assert [len(validator.problems({"a": text})) for text in ("a", "b")] == [0, 1]


def test_every_keyword_of_the_format_is_known() -> None:
    aliases = {str(field.alias) for model in (FieldSchema, ObjectSchema) for field in model.model_fields.values()}
    assert {alias for alias in aliases if not alias.startswith("x-")} <= KNOWN


def test_right_values_do_not_import_the_schema_library() -> None:
    program = (
        "import sys\n"
        "from connector.definition.field import ObjectSchema\n"
        "from connector.validation.validator import Validator\n"
        "document = {'type': 'object', 'properties': {'a': {'type': 'string'}}, 'additionalProperties': False}\n"
        "validator = Validator(ObjectSchema.model_validate(document), document)\n"
        "assert validator.problems({'a': 'x'}) == []\n"
        "assert 'jsonschema' not in sys.modules\n"
        "assert len(validator.problems({'a': 1})) == 1\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
