"""The form of a file: pydantic judges it, and what people read is written here.

Files are judged as JSON and strictly: a text that looks like a number is a text, as in JSON Schema.
"""

from __future__ import annotations

import json
import types
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from connector import json_pointer
from connector.lint.rule import Rule
from connector.lint.sample_folder import ACTION
from connector.validation.messages import nearest, show

_M = TypeVar("_M", bound=BaseModel)


class Flaw(NamedTuple):
    """A place where a file's form is wrong."""

    rule: Rule
    pointer: str
    message: str


UNKNOWN_WORD = Rule(
    "D010",
    "A file holds only the words of the format.",
    "Take the word out, or spell it as the format does; docs/format lists the words.",
    good={ACTION: {"deprecated": True}},
    bad={ACTION: {"depricated": False}},
)
MISSING_WORD = Rule(
    "D011",
    "A file holds every word that the format asks for.",
    "Add the word.",
    good={ACTION: {"since": "1.0.0"}},
    bad={ACTION: {"since": None}},
)
WRONG_KIND = Rule(
    "D012",
    "A value is of the kind the format asks for.",
    "Write a value of that kind: texts in quotes, numbers and true or false without.",
    good={ACTION: {"deprecated": True}},
    bad={ACTION: {"deprecated": "yes"}},
)
WRONG_VALUE = Rule(
    "D013",
    "A value is one that the format knows.",
    "Write a value that fits.",
    good={ACTION: {"visibility": "advanced"}},
    bad={ACTION: {"visibility": "hidden"}},
)
CONTRADICTION = Rule(
    "D014",
    "The words of one field do not contradict each other.",
    "Add the word that is missing beside it, or take this one out.",
    good={ACTION: {"outputs": {"properties": {"name": {"x-pointer": ["/name", "/label"]}}}}},
    bad={ACTION: {"outputs": {"properties": {"name": {"x-map-value": "id"}}}}},
)

_KINDS = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "tuple_type": "a list of two texts",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}

_BOUNDS = {
    "string_too_short": "may not be empty",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be {le:g} or less",
    "too_short": "needs at least {min_length} entries",
    "too_long": "may have at most {max_length} entries",
}

_PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "must be small letters, digits and underscores, beginning with a letter, such as get_thing",
    r"^[A-Z][A-Za-z0-9]*$": "must be letters and digits, beginning with a capital letter, such as ThingGet",
    r"^\d+\.\d+\.\d+$": "must be a version of three numbers, such as 1.0.0",
    r"^/": "must begin with “/”",
    r"^https://[^/]+": "must be a web address that begins with https://",
    r"^#[0-9a-f]{6}$": "must be a colour of six small hexadecimal digits, such as #336699",
}


def validated(model: type[_M], document: Mapping[str, Any]) -> tuple[_M | None, list[Flaw]]:
    """The document as the model, or everything that is wrong with its form."""
    try:
        return model.model_validate_json(json.dumps(document), strict=True), []
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    grouped: dict[tuple[str | int, ...], list[Any]] = defaultdict(list)
    for detail in details:
        grouped[_steps(document, detail["loc"], missing=detail["type"] == "missing")].append(detail)
    flaws = []
    for steps, found in grouped.items():
        inside = any(other[: len(steps)] == steps for other in grouped if other != steps)
        # Of a value that may be one thing or another, only the alternative that was tried is told about.
        told = [detail for detail in found if not (inside and detail["type"] in {*_KINDS, "literal_error"})]
        if told:
            flaws.append(_flaw(model, document, steps, told))
    return None, flaws


def _steps(document: Any, location: Sequence[str | int], *, missing: bool) -> tuple[str | int, ...]:
    """The way to a flaw in the document; pydantic's own marks for the branches of a union are left out."""
    steps: list[str | int] = []
    value = document
    for index, step in enumerate(location):
        if isinstance(value, dict) and step in value:
            value = value[str(step)]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        elif not (missing and index == len(location) - 1):
            continue
        steps.append(step)
    return tuple(steps)


def _flaw(model: type[BaseModel], document: Any, steps: tuple[str | int, ...], details: list[Any]) -> Flaw:
    place = json_pointer.join(steps)
    name = _name(steps)
    kind, context = details[0]["type"], details[0].get("ctx", {})
    if kind == "extra_forbidden":
        close = nearest(str(steps[-1]), _words(model, steps[:-1]))
        meant = f" Did you mean “{close[0]}”?" if close else ""
        return Flaw(UNKNOWN_WORD, place, f"{name} is no word of the format here.{meant}")
    if kind in {"missing", "union_tag_not_found"}:
        name = name if kind == "missing" else f"“kind” of {name}"
        return Flaw(MISSING_WORD, place, f"{name} is missing.")
    if kind == "value_error":
        return Flaw(CONTRADICTION, place, f"{name}: {context['error']}.")
    if kind == "string_pattern_mismatch":
        pattern = context["pattern"]
        words = _PATTERNS.get(pattern, f"must match {pattern}")
        given = str(steps[-1]) if details[0]["loc"][-1:] == ("[key]",) else json_pointer.get(document, place)
        return Flaw(WRONG_VALUE, place, f"{name} {words}, but it is {show(given)}.")
    if kind in _BOUNDS:
        return Flaw(WRONG_VALUE, place, f"{name} {_BOUNDS[kind].format(**context)}.")
    expected = " or ".join(dict.fromkeys(map(_expected, details)))
    rule = WRONG_VALUE if kind in {"literal_error", "union_tag_invalid"} else WRONG_KIND
    return Flaw(rule, place, f"{name} must be {expected}, but it is {show(json_pointer.get(document, place))}.")


def _name(steps: Sequence[str | int]) -> str:
    """What a sentence calls a place."""
    if not steps:
        return "The file"
    last = steps[-1]
    return f"“{last[:80]}”" if isinstance(last, str) else f"Entry {last + 1} of {_name(steps[:-1])}"


def _expected(detail: Any) -> str:
    if detail["type"] == "literal_error":
        choices = str(detail["ctx"]["expected"]).replace("'", "")
        return f"one of {choices}" if " or " in choices else {"False": "false", "True": "true"}.get(choices, choices)
    if detail["type"] == "union_tag_invalid":
        return f"of the kind {detail['ctx']['expected_tags']}".replace("'", "").replace(", ", " or ")
    return _KINDS.get(detail["type"], "in the form that the format asks for")


def _words(model: Any, steps: Sequence[str | int]) -> list[str]:
    """The words that the format has at a place of the document."""
    for step in steps:
        model = _inner(model, step)
    return [str(field.alias or name) for name, field in model.model_fields.items()] if _is_model(model) else []


def _inner(annotation: Any, step: str | int) -> Any:
    """What stands at a step below a value of this annotation; None where that cannot be told."""
    if _is_model(annotation):
        fields = {field.alias or name: field.annotation for name, field in annotation.model_fields.items()}
        return _plain(fields.get(str(step)))
    arguments = get_args(annotation)
    return _plain(arguments[-1]) if get_origin(annotation) in {list, dict} else None


def _plain(annotation: Any) -> Any:
    """The annotation without its wrapping: of several alternatives the one with something inside."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        options = [_plain(option) for option in get_args(annotation)]
        return next((option for option in options if _is_model(option) or get_origin(option)), None)
    return annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
