"""Whether a file follows the definition format: pydantic validates it, and the messages are written here.

Files are validated strictly, as JSON: a text that looks like a number is a text, as in JSON Schema.
"""

from __future__ import annotations

import json
import types
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from connector import json_pointer
from connector.definition.model import BaseUrl, ConnectionTemplate, Template, WebAddress
from connector.lint.rule import LintRule
from connector.lint.sample_folder import ACTION, with_inputs, with_outputs
from connector.validation.messages import did_you_mean, show

_M = TypeVar("_M", bound=BaseModel)


class FormatProblem(NamedTuple):
    """A place where a file does not follow the format."""

    rule: LintRule
    pointer: str
    message: str


UNKNOWN_KEYWORD = LintRule(
    "D010",
    "A file has only keywords of the format.",
    "Remove the keyword, or correct its spelling; docs/format lists the keywords.",
    good={ACTION: {"deprecated": True}},
    bad={ACTION: {"depricated": False}},
    reason="A misspelled keyword would have no effect.",
)
MISSING_KEYWORD = LintRule(
    "D011",
    "A file has every required keyword.",
    "Add the keyword.",
    good={ACTION: {"since": "1.0.0"}},
    bad={ACTION: {"since": None}},
    reason="A connector with an incomplete file does not load.",
)
WRONG_TYPE = LintRule(
    "D012",
    "A value has the type that the format requires.",
    "Use a value of that type: text in quotes; numbers, true and false without.",
    good={ACTION: {"deprecated": True}},
    bad={ACTION: {"deprecated": "yes"}},
    reason="A value of another type is rejected when the connector loads.",
)
WRONG_VALUE = LintRule(
    "D013",
    "A value is one that the format allows.",
    "Use a value that the format allows.",
    good={ACTION: {"visibility": "advanced"}},
    bad={ACTION: {"visibility": "hidden"}},
    reason="A value outside the format is rejected when the connector loads.",
)
CONTRADICTION = LintRule(
    "D014",
    "The keywords of a field fit together.",
    "Add the keyword that is missing, or remove this one.",
    good=with_outputs(name={"x-pointer": ["/name", "/label"]}),
    bad=with_outputs(name={"x-map-value": "id"}),
    reason="Some keywords have a meaning only beside another one.",
)
UNSAFE_PATTERN = LintRule(
    "D015",
    "A regular expression uses the subset that Python and JavaScript share, and always finishes quickly.",
    "Use literals, classes, groups, alternatives and greedy quantifiers; do not nest quantifiers, and set maxLength "
    "beside a pattern with several.",
    good=with_inputs(thing_id={"pattern": "^t-[0-9]+(\\.[0-9]{1,3}){0,2}$", "maxLength": 80}),
    bad=with_inputs(thing_id={"pattern": "^(t-?)+$"}),
    reason="Exports run patterns in JavaScript, and text from a user or the service can make a pattern such as (a+)+ "
    "run for hours.",
)

_TYPES = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "tuple_type": "a list of two text values",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}

_BOUNDS = {
    "string_too_short": "must not be empty",
    "greater_than": "must be more than {gt:,.10g}",
    "greater_than_equal": "must be at least {ge:,.10g}",
    "less_than": "must be less than {lt:,.10g}",
    "less_than_equal": "must be at most {le:,.10g}",
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
}

_PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "must be lowercase letters, digits and underscores, such as get_thing",
    r"\S": "must not be blank",
    r"^\d+\.\d+\.\d+$": "must be a version with three numbers, such as 1.0.0",
    r"^/": "must start with “/”",
    get_args(WebAddress)[1].pattern: "must be a URL that starts with https://",
    get_args(Template)[1].pattern: "must be text with names in braces, such as {thing_id} or {connection.account}",
    get_args(ConnectionTemplate)[1].pattern: "can only have fields of the connection in braces, such as "
    "{connection.api_key}",
    get_args(BaseUrl)[1].pattern: "must be a URL such as https://api.example.com or https://{connection.host}/v1",
    r"^#[0-9a-f]{6}$": "must be a color with six lowercase hexadecimal digits, such as #336699",
}


def validated(model: type[_M], document: Mapping[str, Any]) -> tuple[_M | None, list[FormatProblem]]:
    """The document as the model, or everything that is wrong with its format."""
    try:
        return model.model_validate_json(json.dumps(document), strict=True), []
    except ValidationError as error:
        details = error.errors()
    grouped: dict[tuple[str | int, ...], list[Any]] = defaultdict(list)
    for detail in details:
        grouped[_steps(document, detail["loc"], missing=detail["type"] == "missing")].append(detail)
    problems = []
    for steps, found in grouped.items():
        inside = any(other[: len(steps)] == steps for other in grouped if other != steps)
        # Of a value that may be one thing or another, only the alternative that was tried is reported.
        own = [detail for detail in found if not (inside and detail["type"] in {*_TYPES, "literal_error"})]
        if own:
            problems.append(_problem(model, document, steps, own))
    return None, problems


def _steps(document: Any, location: Sequence[str | int], *, missing: bool) -> tuple[str | int, ...]:
    """The way to a problem in the document, without pydantic's own marks for the branches of a union."""
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


def _problem(model: type[BaseModel], document: Any, steps: tuple[str | int, ...], details: list[Any]) -> FormatProblem:
    place = json_pointer.join(steps)
    name = _name(steps)
    kind, context = details[0]["type"], details[0].get("ctx", {})
    if kind == "extra_forbidden":
        meant = did_you_mean(str(steps[-1]), _keywords(model, steps[:-1]))
        return FormatProblem(UNKNOWN_KEYWORD, place, f"{name} is not a keyword here. {meant}".rstrip())
    if kind in {"missing", "union_tag_not_found"}:
        name = name if kind == "missing" else f"“kind” of {name}"
        return FormatProblem(MISSING_KEYWORD, place, f"{name} is required.")
    if kind in {"value_error", "unsafe_pattern"}:
        return _problem_of_model(kind, place, name, context)
    value = json_pointer.get(document, place)
    if kind in {"string_pattern_mismatch", "invalid_url"}:
        pattern = context.get("pattern")
        requirement = _PATTERNS.get(pattern, f"must match {pattern}") if pattern else "must be a valid URL"
        value = str(steps[-1]) if details[0]["loc"][-1:] == ("[key]",) else value
        return FormatProblem(WRONG_VALUE, place, f"{name} {requirement}, but it is {show(value)}.")
    if kind in _BOUNDS:
        return FormatProblem(WRONG_VALUE, place, f"{name} {_BOUNDS[kind].format(**context)}.")
    expected = " or ".join(dict.fromkeys(map(_expected, details)))
    rule = WRONG_VALUE if kind in {"literal_error", "union_tag_invalid"} else WRONG_TYPE
    shown = f"the number {value}" if isinstance(value, float) else show(value)  # 400.0 as the file has it
    return FormatProblem(rule, place, f"{name} must be {expected}, but it is {shown}.")


def _problem_of_model(kind: str, place: str, name: str, context: Mapping[str, Any]) -> FormatProblem:
    """A problem that a model's own validator reports: keywords that do not fit together, or an unsafe pattern."""
    if kind == "value_error":
        return FormatProblem(CONTRADICTION, place, f"{name}: {context['error']}.")
    keyword = "kinds" if place == "/errorBody" else "pattern"
    return FormatProblem(UNSAFE_PATTERN, f"{place}/{keyword}", f"“{keyword}”: {context['reason']}.")


def _name(steps: Sequence[str | int]) -> str:
    """What a sentence calls a place."""
    if not steps:
        return "The file"
    last = steps[-1]
    return f"“{last[:80]}”" if isinstance(last, str) else f"Item {last + 1} of {_name(steps[:-1])}"


def _expected(detail: Any) -> str:
    if detail["type"] == "literal_error":
        choices = str(detail["ctx"]["expected"]).replace("'", "")
        return f"one of {choices}" if " or " in choices else {"False": "false", "True": "true"}.get(choices, choices)
    if detail["type"] == "union_tag_invalid":
        return f"of the kind {detail['ctx']['expected_tags']}".replace("'", "").replace(", ", " or ")
    return _TYPES.get(detail["type"], "a value that the format allows")


def _keywords(model: Any, steps: Sequence[str | int]) -> list[str]:
    """The keywords that the format has at a place of the document."""
    for step in steps:
        model = _inner(model, step)
    return [str(field.alias or name) for name, field in model.model_fields.items()] if _is_model(model) else []


def _inner(annotation: Any, step: str | int) -> Any:
    """The annotation one step below a value of this annotation; None where there is no single one."""
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
