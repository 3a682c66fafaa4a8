"""Rules across fields: the neutral vectors, and what holds for any rule and any inputs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.definition.field import ObjectSchema
from connector.definition.model import Model
from connector.definition.rules import (
    Alike,
    Choice,
    Condition,
    Option,
    Requires,
    Same,
    Together,
    Variant,
    VariantRule,
)
from connector.errors import Problem
from connector.validation.form_order import in_form_order
from connector.validation.normalize import accept
from connector.validation.quick_rules import quick_rules
from connector.validation.rules import rule_problems, same
from connector.validation.validator import Validator
from tests.connector.parcels import Json, definition, field, make_bench, rows
from tests.connector.parcels import action as action_document

VECTORS = Path(__file__).parents[2] / "vectors/rules"
FILES = sorted(VECTORS.glob("*.json"))


def vectors() -> Iterator[Any]:
    for path in FILES:
        document = json.loads(path.read_text(encoding="utf-8"))
        for case in document["cases"]:
            yield pytest.param(document["schema"], case, id=f"{path.stem}: {case['name']}")


@pytest.mark.parametrize(("schema", "case"), list(vectors()))
def test_a_vector_holds(schema: Json, case: Json) -> None:
    form = ObjectSchema.model_validate_json(json.dumps(schema), strict=True)
    made = definition().model_copy(update={"inputs": form})
    values, twice = accept(made, case["inputs"])
    own = [*twice, *Validator(form, schema).problems(values, list(form.properties))]
    wrong = {problem.field for problem in own}
    assert sorted(wrong) == case.get("wrong", [])
    assert [vars(problem) for problem in rule_problems(form, values, wrong)] == case["problems"]


def test_there_are_vectors_for_every_kind_of_rule() -> None:
    texts = [path.read_text(encoding="utf-8") for path in FILES]
    for kind in ("choice", "variant", "requires", "together", "same", "alike"):
        assert any(f'"kind": "{kind}"' in text for text in texts), kind
    assert sum(len(json.loads(text)["cases"]) for text in texts) >= 120


NAMES = "abcdefgh"
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
names = st.sampled_from(NAMES)
some = st.lists(names, unique=True, max_size=4)
several = st.lists(names, unique=True, min_size=2, max_size=4)


@st.composite
def groups(draw: st.DrawFn) -> Json:
    fields = draw(st.lists(names, unique=True, min_size=1, max_size=5))
    required = draw(st.lists(st.sampled_from(fields), unique=True, max_size=2))
    any_of = draw(st.lists(st.sampled_from(fields), unique=True, max_size=3))
    return {"fields": fields, "required": required, "atLeastOneOf": any_of}


@st.composite
def choices(draw: st.DrawFn) -> Json:
    options = draw(st.lists(groups(), min_size=2, max_size=4))
    return {
        "kind": "choice",
        "key": "way",
        "title": "Way",
        "required": draw(st.booleans()),
        "options": [{"key": f"o{place}", "title": "T", **option} for place, option in enumerate(options)],
    }


@st.composite
def variants(draw: st.DrawFn) -> Json:
    made = draw(st.lists(groups(), min_size=1, max_size=3))
    return {
        "kind": "variant",
        "field": draw(names),
        "variants": [{"values": [place], **group} for place, group in enumerate(made)],
    }


def plain(kind: str, fields: st.SearchStrategy[list[str]]) -> st.SearchStrategy[Json]:
    return fields.map(lambda drawn: {"kind": kind, "fields": drawn})


@st.composite
def conditional(draw: st.DrawFn) -> Json:
    rule = draw(
        st.one_of(
            choices(),
            variants(),
            plain("together", several),
            plain("same", several),
            st.lists(names, min_size=1, max_size=3).map(lambda drawn: {"kind": "requires", "atLeastOneOf": drawn}),
        )
    )
    condition = {"filled": draw(some), "values": {draw(names): [draw(st.integers(0, 2))]}}
    return {**rule, **({"if": condition} if draw(st.booleans()) else {})}


rule_lists = st.lists(conditional(), max_size=4)
inputs = st.dictionaries(names, st.integers(0, 2) | st.booleans() | st.lists(st.integers(0, 2), max_size=2))


def form_of(rules: list[Json]) -> ObjectSchema:
    properties = {name: {"title": name.upper()} for name in NAMES}
    document = {"type": "object", "properties": properties, "additionalProperties": False, "x-rules": rules}
    return ObjectSchema.model_validate_json(json.dumps(document), strict=True)


@unhurried
@given(rule_lists, inputs, some)
def test_each_problem_is_of_a_field_told_once_and_a_sentence(rules: list[Json], values: Json, wrong: list[str]) -> None:
    found = rule_problems(form_of(rules), values, wrong)
    assert len({(problem.field, problem.rule) for problem in found}) == len(found)
    for problem in found:
        assert problem.field in NAMES
        assert problem.rule in {"required", "conflict"}
        assert (problem.rule == "required") == (problem.field not in values)
        assert problem.message.endswith(".")


@unhurried
@given(choices(), inputs)
def test_a_choice_is_content_only_with_one_whole_option(rule: Json, values: Json) -> None:
    form = form_of([rule])
    choice = form.x_rules[0]
    assert isinstance(choice, Choice)
    filled = {name for name in values if name in choice.names}

    def whole(option: Any) -> bool:
        any_of = not option.at_least_one_of or filled & set(option.at_least_one_of)
        return filled <= set(option.fields) and set(option.required) <= filled and bool(any_of)

    content = rule_problems(form, values) == []
    assert content == (any(map(whole, choice.options)) if filled else not choice.required)


@unhurried
@given(rule_lists, inputs, st.randoms())
def test_the_order_of_the_inputs_does_not_matter(rules: list[Json], values: Json, random: Any) -> None:
    shuffled = list(values.items())
    random.shuffle(shuffled)
    form = form_of(rules)
    assert rule_problems(form, dict(shuffled)) == rule_problems(form, values)


@unhurried
@given(rule_lists, inputs)
def test_a_row_has_the_problems_that_the_form_would_have(rules: list[Json], values: Json) -> None:
    row = form_of(rules).model_dump(by_alias=True, exclude_unset=True)
    document = {"type": "object", "properties": {"rows": {"type": "array", "title": "Rows", "items": row}}}
    form = ObjectSchema.model_validate_json(json.dumps({**document, "additionalProperties": False}))
    inside = [
        Problem(f"rows[0].{problem.field}", problem.rule, f"Rows, row 1: {problem.message}", problem.hint)
        for problem in rule_problems(form_of(rules), values)
    ]
    assert rule_problems(form, {"rows": [values]}) == inside


ABOUT_ROWS: list[Json] = [
    {"kind": "alike", "field": "rows", "by": "a", "values": [0, 1]},
    {"kind": "requires", "if": {"several": ["rows"]}, "fields": ["b"]},
]


@unhurried
@given(rule_lists, st.lists(inputs, min_size=1, max_size=4))
def test_rules_hold_where_nothing_is_found_however_often_they_are_asked(rules: list[Json], asked: list[Json]) -> None:
    row: Json = {"type": "object", "properties": {name: {} for name in NAMES}, "x-rules": rules}
    whole = {"type": "object", "properties": {**row["properties"], "rows": {"type": "array", "items": row}}}
    form = ObjectSchema.model_validate({**whole, "x-rules": [*rules, *ABOUT_ROWS]})
    hold = quick_rules(form)
    for values in [*asked, *({**each, "rows": asked[place:]} for place, each in enumerate(asked))]:
        assert hold(values) == (rule_problems(form, values) == [])


def test_rules_are_found_wherever_they_are() -> None:
    row = {"type": "object", "properties": {"a": {}, "b": {}}}
    ruled = {**row, "x-rules": [{"kind": "together", "fields": ["a", "b"]}]}
    inside = {"plain": {"type": "array", "items": row}, "ruled": {"type": "array", "items": ruled}}
    form = ObjectSchema.model_validate({"properties": {"one": {"type": "object", "properties": inside}}})
    hold = quick_rules(form)
    for values in ({"plain": [{"a": 1}]}, {"ruled": [{"a": 1}]}, {"ruled": [{"a": 1, "b": 2}], "plain": [{"b": 1}]}):
        assert hold({"one": values}) == (rule_problems(form, {"one": values}) == [])
    assert hold({"one": {"ruled": None}})
    assert hold({"one": None})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=6,
)


@unhurried
@given(json_values, json_values)
def test_values_are_the_same_when_their_json_is(one: Any, other: Any) -> None:
    assert same(one, other) == (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))


def test_problems_are_in_the_order_of_the_form_whoever_finds_them(tmp_path: Path) -> None:
    inputs = {
        "people": rows({"name": field(title="Name"), "age": field("integer", "Age")}, x_in="body", title="People"),
        "size": field(title="Size", x_in="body", enum=["S"]),
        "note": field(title="Note", x_in="body"),
    }
    inputs["people"]["items"]["x-rules"] = [{"kind": "together", "fields": ["name", "age"]}]
    document = action_document("pack", inputs, {})
    document["inputs"]["x-rules"] = [{"kind": "requires", "if": {"filled": ["people"]}, "fields": ["note"]}]
    handlers = (
        "from connector.call import Problem, check, send\n\n"
        "def _look(inputs):\n    yield Problem('people[1]', 'conflict', 'No.')\n"
        "    yield Problem('note', 'required', 'Told before.')\n\n\n"
        "@check(_look)\ndef pack(call):\n    return call.send()\n"
    )
    bench = make_bench(tmp_path, actions=[document], handlers=handlers)
    action = bench.connector.find("pack")
    _, found = action.validate_inputs({"size": "M", "people": [{"age": "7"}, {"name": "Bo"}, {"age": 1}]})
    assert [(problem.field, problem.rule) for problem in found] == [
        ("people[0].name", "required"),
        ("people[0].age", "type"),
        ("people[1]", "conflict"),
        ("people[1].age", "required"),
        ("people[2].name", "required"),
        ("size", "enum"),
        ("note", "required"),
    ]
    assert found[-1].message == "Note is required when People is filled in."


def test_a_field_that_is_missing_twice_is_told_once(tmp_path: Path) -> None:
    document = action_document("pack", {"a": field(x_in="body"), "b": field(x_in="body")}, {}, required=["a"])
    document["inputs"]["x-rules"] = [{"kind": "together", "fields": ["a", "b"]}]
    bench = make_bench(tmp_path, actions=[document])
    _, found = bench.connector.find("pack").validate_inputs({"b": "1"})
    assert [(problem.field, problem.rule) for problem in found] == [("a", "required")]


def test_names_that_hold_the_signs_of_a_path_keep_their_place() -> None:
    properties: Json = {"a.b": field(), "a": rows({"c": field()}), "z[0]": field()}
    form = ObjectSchema.model_validate({"properties": properties})
    paths = ["other", "z[0]", "a[1].x", "a[1].c", "a[0].c", "a.b", "a"]
    found = in_form_order([Problem(path, "type", "") for path in paths], form)
    assert [problem.field for problem in found] == ["a.b", "a", "a[0].c", "a[1].c", "a[1].x", "z[0]", "other"]


def test_many_rows_with_many_mistakes_are_checked_in_no_time() -> None:
    row = {"type": "object", "properties": {"a": {}, "b": {}}, "x-rules": [{"kind": "same", "fields": ["a", "b"]}]}
    form = ObjectSchema.model_validate({"properties": {"rows": {"type": "array", "items": row}}})
    count = 20_000
    wrong = [f"rows[{place}].a" for place in range(0, count, 2)]
    found = rule_problems(form, {"rows": [{"a": 1, "b": 2}] * count}, wrong)
    assert len(found) == count // 2


def test_the_documented_example_says_what_the_page_says() -> None:
    page = (VECTORS.parents[2] / "docs/rules.md").read_text(encoding="utf-8")
    document = json.loads(page.partition("```json\n")[2].partition("```")[0])
    titled = {name: {"title": name.replace("_", " ").title()} for name in document["properties"]}
    form = ObjectSchema.model_validate({**document, "properties": titled})
    text = " ".join(page.split())
    for values in ({"template": "t", "title": "T", "email": "a"}, {}):
        for problem in rule_problems(form, values):
            assert f"“{problem.message}”" in text


def test_every_keyword_of_a_rule_is_documented() -> None:
    page = (VECTORS.parents[2] / "docs/rules.md").read_text(encoding="utf-8")
    models: list[type[Model]] = [Alike, Choice, Condition, Option, Requires, Same, Together, Variant, VariantRule]
    for model in models:
        for name, known in model.model_fields.items():
            assert f"`{known.alias or name}`" in page, (model, name)
