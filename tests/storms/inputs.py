"""Inputs made from an action's own schema: what it allows, what it nearly allows, and what nobody should send."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from connector.catalogue.action import Action
from connector.definition.field import FieldSchema, ObjectSchema

_DEEPEST = 4
_MOST_FIELDS = 4
_LONGEST = 40

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=_LONGEST)
_HEADER_TEXTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=_LONGEST)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
_SIMPLE: dict[str, SearchStrategy[Any]] = {
    "boolean": st.booleans(),
    "null": st.none(),
    "object": st.dictionaries(TEXTS, _JSON, max_size=3),
    "array": st.lists(_JSON, max_size=3),
}


@st.composite
def valid(draw: DrawFn, action: Action, least: dict[str, Any]) -> dict[str, Any]:
    """What the action's schema allows: what it cannot do without, some of the rest, now and then an id of nothing."""
    schema = action.definition.inputs
    inputs = {**_fields(draw, schema.properties, schema, 0, schema.dependent_required), **least}
    for name in inputs:
        if action.definition.input(name).x_in == "path" and draw(st.integers(0, 3)) == 0:
            inputs[name] = _value(draw, schema.properties[name], schema, 1)
    return inputs


@st.composite
def nearly_valid(draw: DrawFn, action: Action, least: dict[str, Any]) -> dict[str, Any]:
    """The same with one thing wrong, somewhere."""
    inputs = draw(valid(action, least))
    names = [*inputs, "no_such_input"]
    name = draw(st.sampled_from(names))
    way = draw(st.sampled_from(["leave out", "replace", "lengthen", "wrap", "spoil inside"]))
    if way == "leave out":
        inputs.pop(name, None)
    elif way == "lengthen":
        inputs[name] = "x" * draw(st.sampled_from([256, 1025, 2049, 9000]))
    elif way == "wrap":
        inputs[name] = [inputs.get(name)]
    elif way == "spoil inside":
        inputs[name] = _spoiled(draw, inputs.get(name))
    else:
        inputs[name] = draw(_JSON)
    return inputs


def _spoiled(draw: DrawFn, value: Any) -> Any:
    if isinstance(value, dict) and value:
        key = draw(st.sampled_from(list(value)))
        return {**value, key: _spoiled(draw, value[key]), **draw(st.dictionaries(TEXTS, _JSON, max_size=1))}
    if isinstance(value, list) and value:
        return [*value[:-1], _spoiled(draw, value[-1])]
    return draw(_JSON)


def _deep() -> Any:
    value: Any = "bottom"
    for _ in range(sys.getrecursionlimit() * 2):
        value = [value]
    return value


def _knotted() -> Any:
    knot: list[Any] = []
    knot.append(knot)
    return knot


UNSPEAKABLE: dict[str, Callable[[], Any]] = {
    "<deep>": _deep,
    "<knotted>": _knotted,
    "<of more digits than Python writes>": lambda: 10**5000,
}
"""Values that Hypothesis could not show, by the texts that stand for them until they are used."""


def real(value: Any) -> Any:
    """The value with what is unspeakable in its place."""
    if isinstance(value, str):
        return UNSPEAKABLE[value]() if value in UNSPEAKABLE else value
    if isinstance(value, dict):
        return {key: real(inner) for key, inner in value.items()}
    return [real(inner) for inner in value] if isinstance(value, list) else value


_NASTY_TEXTS = st.sampled_from(
    [
        "\ud800",
        "\x00",
        "a\r\nX-Evil: 1",
        "..",
        "../../etc/passwd",
        "%2e%2e%2f",
        "a/b?c=d#e",
        "{list_id}",
        "\u202e",
        "\ufeff",
        "\U0001d4b3" * 500,
        "x" * 100_000,
        "' OR 1=1 --",
        "{{.}}",
        "$ref",
        "__proto__",
    ]
)
_NASTY = (
    _NASTY_TEXTS
    | st.text(max_size=_LONGEST)
    | st.sampled_from([math.nan, math.inf, -math.inf, 1e308, -0.0, 10**400, -(2**64), True, None])
    | st.binary(max_size=8)
    | st.builds(object)
    | st.sampled_from(list(UNSPEAKABLE))
    | st.sets(st.integers(), max_size=2)
    | st.tuples(st.integers(), TEXTS)
    | st.complex_numbers()
    | st.datetimes()
    | st.just(len)
)
_NASTY_TREES = st.recursive(
    _NASTY | _JSON,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(TEXTS | _NASTY_TEXTS, inner, max_size=3)
        | st.dictionaries(st.integers() | st.none() | st.booleans(), inner, max_size=2)
    ),
    max_leaves=5,
)


@st.composite
def hostile(draw: DrawFn, action: Action, least: dict[str, Any]) -> dict[str, Any]:
    """Anything under the action's names and under others, none of it meant well."""
    names = st.sampled_from(list(action.accepted_names)) | _NASTY_TEXTS if action.accepted_names else _NASTY_TEXTS
    spoiled = draw(st.dictionaries(names, _NASTY_TREES, min_size=1, max_size=3))
    return {**(least if draw(st.booleans()) else {}), **spoiled}


def _fields(
    draw: DrawFn,
    properties: dict[str, FieldSchema],
    schema: ObjectSchema,
    depth: int,
    dependent: dict[str, list[str]],
    required: tuple[str, ...] = (),
) -> dict[str, Any]:
    chosen: list[str] = list(required)
    if properties and depth < _DEEPEST:
        more = st.lists(st.sampled_from(list(properties)), unique=True, max_size=_MOST_FIELDS)
        chosen += [name for name in draw(more) if name not in chosen]
        chosen += [name for given in chosen for name in dependent.get(given, []) if name not in chosen]
    return {name: _value(draw, properties[name], schema, depth + 1) for name in chosen}


def _value(draw: DrawFn, field: FieldSchema, schema: ObjectSchema, depth: int) -> Any:
    field = schema.resolve(field)
    if field.enum is not None:
        return draw(st.sampled_from(field.enum))
    if field.const is not None:
        return field.const
    kind = draw(st.sampled_from(field.types)) if field.types else "any"
    if kind == "string":
        return _text(draw, field)
    if kind in {"integer", "number"}:
        return _number(draw, field, kind)
    return _inside(draw, field, schema, depth, kind)


def _inside(draw: DrawFn, field: FieldSchema, schema: ObjectSchema, depth: int, kind: str) -> Any:
    if kind == "array" and field.items is not None:
        count = draw(st.integers(field.min_items or 0, max(field.min_items or 0, 2)))
        return [_value(draw, field.items, schema, depth) for _ in range(count)]
    if kind == "object" and field.properties:
        return _fields(draw, field.properties, schema, depth, field.dependent_required, tuple(field.required))
    return draw(_SIMPLE.get(kind, _JSON))


def _text(draw: DrawFn, field: FieldSchema) -> str:
    if field.examples and (field.pattern is not None or draw(st.booleans())):
        return str(draw(st.sampled_from(field.examples)))
    alphabet = _HEADER_TEXTS if field.x_in == "header" else TEXTS
    least, most = field.min_length or 0, field.max_length or _LONGEST
    return draw(alphabet.filter(lambda text: least <= len(text) <= most))


def _number(draw: DrawFn, field: FieldSchema, kind: str) -> float:
    least = field.minimum if field.minimum is not None else -(2**31)
    most = field.maximum if field.maximum is not None else 2**31
    if kind == "integer":
        return draw(st.integers(math.ceil(least), math.floor(most)))
    return draw(st.floats(least, most, allow_nan=False, allow_infinity=False))
