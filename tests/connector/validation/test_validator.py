from __future__ import annotations

import math
from typing import Any

import pytest

from connector.errors import Problem
from connector.validation.validator import Validator
from tests.connector.parcels import Json, action, body, definition, field, rows


def problems(inputs: Json, values: Json, **words: Any) -> list[Problem]:
    made = definition(inputs, **words)
    validate = Validator(made.inputs, action(inputs=inputs, **words)["inputs"])
    return validate.problems(values, list(made.inputs.properties))


def shown(inputs: Json, values: Json, **words: Any) -> list[tuple[str, str]]:
    return [(problem.field, problem.rule) for problem in problems(inputs, values, **words)]


PEOPLE = rows(
    {"email": field(title="E-mail", format="email"), "age": field("integer", "Age", minimum=0)},
    ["email"],
    title="People",
    x_in="body",
)
FORM: Json = {
    "name": body(title="Name", maxLength=5),
    "size": body(title="Size", enum=["small", "big"]),
    "people": PEOPLE,
    "weight": body("number", "Weight", maximum=10),
    "trace": field(title="Trace", x_in="header"),
    "data": body("object", "Data"),
}


def test_right_values_have_no_problem() -> None:
    values = {
        "name": "Ada",
        "size": "big",
        "people": [{"email": "a@example.com", "age": 0}],
        "weight": 1.5,
        "trace": "a-b c~1",
        "data": {"a": [None, {"b": True}]},
    }
    assert problems(FORM, values, required=["name"]) == []


def test_every_mistake_is_told_at_once_in_the_order_of_the_form() -> None:
    values = {
        "nmae": "x",
        "weight": 11,
        "people": [{"email": "a@example.com"}, {"email": "ada", "age": 1.5}],
        "size": "medium",
        "name": "Adalbert",
    }
    assert shown(FORM, values, required=["trace"]) == [
        ("name", "maxLength"),
        ("size", "enum"),
        ("people[1].email", "format"),
        ("people[1].age", "type"),
        ("weight", "maximum"),
        ("trace", "required"),
        ("nmae", "unknown"),
    ]


def test_two_missing_fields_are_two_problems() -> None:
    assert shown(FORM, {}, required=["name", "size", "data"]) == [
        ("name", "required"),
        ("size", "required"),
        ("data", "required"),
    ]
    assert shown({"people": rows({"a": field(), "b": field()}, ["a", "b"], x_in="body")}, {"people": [{}, {}]}) == [
        ("people[0].a", "required"),
        ("people[0].b", "required"),
        ("people[1].a", "required"),
        ("people[1].b", "required"),
    ]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"nmae": "x"}, "Unknown field “nmae”. Did you mean “name”?"),
        (
            {"people": [{"email": "a@b.co"}, {"email": "a@b.co", "agee": 1}]},
            "Unknown field “agee” in People, row 2. Did you mean “age”?",
        ),
        ({"people": [{"age": 1}]}, "People, row 1, E-mail is required."),
        ({"people": "ada"}, "People must be a list, not the text “ada”."),
        ({"name": 7}, "Name must be text, not the number 7."),
        ({"name": "Adalbert"}, "Name must have at most 5 characters; it has 8."),
        ({"size": "Big"}, "Size must be one of small, big, not the text “Big”."),
        ({"weight": True}, "Weight must be a number, not true."),
    ],
)
def test_a_mistake_is_told_under_the_label_that_the_form_shows(values: Json, message: str) -> None:
    assert [problem.message for problem in problems(FORM, values)] == [message]


def test_a_list_of_values_is_counted_as_people_count() -> None:
    inputs = {"tags": body("array", "Tags", items=field())}
    assert problems(inputs, {"tags": ["a", 7]})[0].message == "Tags, item 2 must be text, not the number 7."


@pytest.mark.parametrize(
    ("values", "place", "rule"),
    [
        ({"weight": math.nan}, "weight", "finite"),
        ({"weight": -math.inf}, "weight", "finite"),
        ({"data": {"a": [1.0, math.nan]}}, "data.a[1]", "finite"),
        ({"data": {"a": "\ud800"}}, "data.a", "encoding"),
        ({"data": {"\udfff": 1}}, "data", "encoding"),
        ({"trace": "a\r\nX-Evil: 1"}, "trace", "header"),
        ({"trace": "ä"}, "trace", "header"),
        ({"trace": "a\x00"}, "trace", "header"),
    ],
)
def test_what_no_wire_can_carry_is_a_problem(values: Json, place: str, rule: str) -> None:
    found = problems(FORM, values)
    assert (place, rule) in [(problem.field, problem.rule) for problem in found]
    for problem in found:
        problem.message.encode()


@pytest.mark.parametrize(
    "value", [{1, 2}, b"bytes", object(), {"a": 1j}, [b"x"], (b"x",), {(1, 2): 1}, pytest.param(10**5000, id="endless")]
)
def test_what_is_no_json_is_a_problem_and_not_a_crash(value: Any) -> None:
    found = shown(FORM, {"data": {"a": value}})
    assert len(found) == 1
    assert found[0][0].startswith("data.a")


@pytest.mark.parametrize("keywords", [{"maximum": 5}, {"enum": [1, 2]}, {"type": "string"}])
def test_a_number_of_more_digits_than_python_writes_is_one_problem_whatever_it_breaks(keywords: Json) -> None:
    inputs = {"count": body(**{"type": "integer", "title": "Count", **keywords})}
    assert [problem.field for problem in problems(inputs, {"count": 10**5000})] == ["count"]
    inputs["trace"] = FORM["trace"]
    assert shown(inputs, {"count": 10**5000, "trace": "ä"}) == [("count", "json"), ("trace", "header")]


def test_no_sentence_holds_a_secret_whatever_is_wrong_with_it() -> None:
    inputs: Json = {
        "pin": body(title="PIN", writeOnly=True, maxLength=4, format="date", pattern="^a$", enum=["a"]),
        "keys": body("array", "Keys", items=field(writeOnly=True, format="date")),
        "door": body("integer", "Door", writeOnly=True),
        "shared": {"$ref": "#/$defs/key", "x-in": "body"},
        "doors": rows({"code": field("integer", "Code", writeOnly=True)}, x_in="body"),
    }
    values = {
        "pin": "hunter2",
        "keys": ["hunter2"],
        "door": "hunter2",
        "shared": "hunter2",
        "doors": [{"code": "hunter2"}],
    }
    found = problems(inputs, values, defs={"key": field("integer", writeOnly=True)})
    assert {problem.field for problem in found} == {"pin", "keys[0]", "door", "shared", "doors[0].code"}
    assert "hunter2" not in repr(found)


def test_a_ref_is_followed_to_its_label() -> None:
    inputs = {"sizes": {"$ref": "#/$defs/sizes", "x-in": "body"}}
    defs = {"sizes": field("array", "Sizes", items={"$ref": "#/$defs/size"}), "size": field("integer", "Size")}
    assert [problem.message for problem in problems(inputs, {"sizes": [1, "x"]}, defs=defs)] == [
        "Sizes, item 2 must be a whole number, not the text “x”."
    ]


def test_a_text_that_is_too_long_is_reported_for_its_length_and_not_searched_for_the_pattern() -> None:
    form = {"code": body(title="Code", pattern="^[a-z]*-[a-z]*$", maxLength=10)}
    assert shown(form, {"code": "x" * 11}) == [("code", "maxLength")]
    assert shown(form, {"code": "x" * 10}) == [("code", "pattern")]
    assert shown(form, {"code": "xx-xx"}) == []


def test_the_end_of_a_pattern_is_the_end_of_the_text() -> None:
    assert shown({"code": body(title="Code", pattern="^a$")}, {"code": "a\n"}) == [("code", "pattern")]


@pytest.mark.parametrize(("value", "rules"), [(2**14_000 - 1, []), (2**14_000, ["json"]), (-(2**14_000), ["json"])])
def test_a_whole_number_may_have_as_many_digits_as_python_writes(value: int, rules: list[str]) -> None:
    assert [rule for _, rule in shown(FORM, {"data": {"a": value}})] == rules


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"trace": " ~", "id": "..."}, []),
        ({"trace": "\x1f"}, [("trace", "header")]),
        ({"trace": "\x7f"}, [("trace", "header")]),
        ({"id": "."}, [("id", "path")]),
        ({"id": ".."}, [("id", "path")]),
        ({"name": ".", "data": {"a": "..", "b": "ä"}}, []),
    ],
)
def test_only_what_travels_in_a_header_or_the_path_has_its_rules(values: Json, found: list[tuple[str, str]]) -> None:
    assert shown({**FORM, "id": field(x_in="path")}, values) == found


def test_what_comes_from_a_flow_holds_no_expression() -> None:
    made = definition(FORM)
    validator = Validator(made.inputs, action(inputs=FORM)["inputs"])
    values = {"size": "@{x}", "data": {"a": ["b", "@utcNow()"]}, "name": "a@b.c"}
    found = validator.problems(values, from_flow=True)
    assert [(problem.field, problem.rule) for problem in found] == [("size", "expression"), ("data.a[1]", "expression")]
    assert [(problem.field, problem.rule) for problem in validator.problems(values)] == [("size", "enum")]


def test_an_unknown_name_in_rows_is_told_by_the_names_of_the_row() -> None:
    (found,) = problems(FORM, {"people": [{"email": "a@b.co", "zzz": 1}]})
    assert (found.field, found.hint) == ("people[0].zzz", "Available fields: email, age.")
    (found,) = problems(FORM, {"zzz": 1})
    assert found.hint == f"Available fields: {', '.join(FORM)}."


def test_an_output_is_never_quoted() -> None:
    made = definition(FORM)
    validator = Validator(made.inputs, action(inputs=FORM)["inputs"], quotes=False)
    (found,) = validator.problems({"size": "hunter2"})
    assert found.message == "Size must be one of small, big, not text."


def test_an_example_helps_where_it_is_declared() -> None:
    inputs = {"rows": rows({"a": field("integer", "A", examples=[7])}, x_in="body"), "b": body(examples=["x"])}
    found = problems(inputs, {"rows": [{"a": "x"}], "b": 7})
    assert [problem.hint for problem in found] == ["For example: 7", "For example: x"]
