"""Problems stand in the order of the form, at any depth, each once."""

from __future__ import annotations

import random

from connector.definition.field import ObjectSchema
from connector.errors import Problem
from connector.validation.form_order import in_form_order
from tests.connector.parcels import field, rows, schema

INNER = {"a": field(), "b.c": field(), "more": field("array", items={"$ref": "#/$defs/row"})}
DEFS = {"row": {"type": "object", "properties": {"x": field(), "y": field()}}}
FORM = ObjectSchema.model_validate(
    schema({"first": field(), "list": rows(INNER), "list_b": field(), "box": field("object", properties=INNER)})
    | {"$defs": DEFS}
)
ORDER = [
    *("first", "list", "list[0].a", "list[0].b.c", "list[0].more", "list[0].more[2].x", "list[0].more[2].y"),
    *("list[0].more[10].x", "list[0].zzz", "list[2].a", "list[10].a", "list_b", "box", "box.a", "box.b.c"),
    *("box.more[1].y", "zzz"),
]


def test_problems_stand_in_the_order_of_the_form() -> None:
    problems = [Problem(place, "rule", "") for place in ORDER]
    for seed in range(10):
        shuffled = problems[:]
        random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order
        assert [problem.field for problem in in_form_order(shuffled, FORM)] == ORDER


def test_a_field_has_each_rule_once_and_what_has_no_field_stands_last() -> None:
    problems = [
        Problem("zzz", "a", "1"),
        Problem("first", "a", "2"),
        Problem("first", "b", "3"),
        Problem("first", "a", "4"),
        Problem("first[3]", "a", "5"),
        Problem("firstly", "a", "6"),
    ]
    assert [problem.message for problem in in_form_order(problems, FORM)] == ["2", "3", "5", "1", "6"]
