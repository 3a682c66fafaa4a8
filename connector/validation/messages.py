"""The messages about a wrong value, for people who do not know JSON."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from connector.definition.file_value import File
from connector.definition.number_text import number_text, with_number_texts
from connector.errors import Problem
from connector.secrets import printable
from connector.validation.formats import FORMATS

_LONGEST_QUOTE = 40
_MOST_NAMES = 12

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "empty",
}


@dataclass(frozen=True)
class Subject:
    """The field a sentence is about.

    Attributes:
        key: Its way in the inputs, `recipients[1].email`.
        label: What the form calls it.
        where: The lists and rows around it, `Recipients, row 2`; empty at the top.
        secret: Its value may not be shown.
        example: A value that would do, if the definition has one.
    """

    key: str
    label: str
    where: str = ""
    secret: bool = False
    example: Any = None

    @property
    def name(self) -> str:
        """The label with what surrounds it."""
        return f"{self.where}, {self.label}" if self.where else self.label


def sentence(rule: str, subject: Subject, expected: Any, value: Any) -> Problem:
    """The problem of a value that breaks `rule`.

    `rule` is a JSON Schema keyword, or one of `unknown`, `encoding`, `finite`, `header`, `path`, `json`, `expression`;
    `expected` is what it asks for, for `unknown` the names that exist.
    """
    say = _SENTENCES.get(rule, _not_as_declared)
    message, hint = say(subject, expected, value)
    return Problem(subject.key, rule, message, hint)


def show(value: Any, *, secret: bool = False) -> str:
    """A value as it appears in a sentence: quoted, short, without control characters, never a secret."""
    if secret:
        return _TYPES.get(_type_of(value), "another value")
    if isinstance(value, str):
        text = printable(value)
        short = text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
        return f"the text “{short}”"
    if isinstance(value, bool) or value is None:
        return "empty" if value is None else str(value).lower()
    if isinstance(value, int | float):
        return f"the number {number_text(value)}" if abs(value) < 10**_LONGEST_QUOTE else "a very long number"
    if isinstance(value, File):
        return "a file"
    return "a list" if isinstance(value, list) else "an object"


def _type_of(value: Any) -> str:
    """The JSON type of a value."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, float) and value.is_integer():
        return "integer"
    kinds = ((str, "string"), (int, "integer"), (float, "number"), (list, "array"), (dict, "object"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")


def nearest(name: str, names: Sequence[str], count: int = 1) -> list[str]:
    """The names most like a mistyped one, without regard to case; none when nothing is like it."""
    by_fold = {other.lower().replace("-", "_"): other for other in reversed(names)}
    matches = difflib.get_close_matches(name.lower().replace("-", "_"), list(by_fold), n=count, cutoff=0.6)
    return [by_fold[match] for match in matches]


def did_you_mean(name: str, names: Iterable[str], otherwise: str = "") -> str:
    """The question that proposes the name most like a mistyped one; what to say otherwise where none is like it."""
    close = nearest(name, list(names))
    return f"Did you mean “{close[0]}”?" if close else otherwise


def _example(subject: Subject) -> str:
    if subject.example is None or subject.secret:
        return ""
    text = _as_text(subject.example)
    return f"For example: {text}"


def _as_text(value: Any) -> str:
    """A value of a definition: a text as it is, any other value as JSON."""
    return value if isinstance(value, str) else with_number_texts(json.dumps(value, ensure_ascii=False))


def _wrong_type(subject: Subject, expected: Any, value: Any) -> tuple[str, str]:
    kinds = [_TYPES[kind] for kind in ([expected] if isinstance(expected, str) else expected) if kind != "null"]
    shown = show(value, secret=subject.secret)
    return f"{subject.name} must be {' or '.join(kinds)}, not {shown}.", _example(subject)


def _unknown(subject: Subject, expected: Any, _value: Any) -> tuple[str, str]:
    inside = f" in {subject.where}" if subject.where else ""
    close = nearest(subject.label, expected)
    name = show(subject.label).removeprefix("the text ")
    meant = f" Did you mean “{close[0]}”?" if close else ""
    return f"Unknown field {name}{inside}.{meant}", "" if close else f"Available fields: {_some(expected)}."


def _some(names: Sequence[str]) -> str:
    """The first names of a list that may be too long to read."""
    if len(names) <= _MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:_MOST_NAMES])} and {len(names) - _MOST_NAMES} more"


def _not_listed(subject: Subject, expected: Any, value: Any) -> tuple[str, str]:
    choices = ", ".join(_as_text(choice) for choice in expected if choice is not None)
    close = nearest(value, [_as_text(choice) for choice in expected]) if isinstance(value, str) else []
    shown = show(value, secret=subject.secret)
    return f"{subject.name} must be one of {choices}, not {shown}.", f"Did you mean {close[0]}?" if close else ""


def _wrong_format(subject: Subject, expected: Any, value: Any) -> tuple[str, str]:
    return f"{subject.name} must be {FORMATS[expected][1]}, not {show(value, secret=subject.secret)}.", ""


def _bound(words: str) -> Callable[[Subject, Any, Any], tuple[str, str]]:
    def say(subject: Subject, expected: Any, value: Any) -> tuple[str, str]:
        size = len(value) if isinstance(value, str | list | dict) else None
        actual = f"it has {size}" if size is not None else f"it is {show(value, secret=subject.secret)}"
        return f"{subject.name} must {words.format(number_text(expected))}; {actual}.", _example(subject)

    return say


def _not_as_declared(subject: Subject, _expected: Any, value: Any) -> tuple[str, str]:
    return f"{subject.name} does not have the expected format: {show(value, secret=subject.secret)}.", _example(subject)


def _fixed(words: str, hint: str = "") -> Callable[[Subject, Any, Any], tuple[str, str]]:
    return lambda subject, _expected, _value: (f"{subject.name} {words}.", hint)


_SENTENCES: dict[str, Callable[[Subject, Any, Any], tuple[str, str]]] = {
    "required": lambda subject, _expected, _value: (f"{subject.name} is required.", _example(subject)),
    "type": _wrong_type,
    "unknown": _unknown,
    "enum": _not_listed,
    "const": lambda subject, expected, value: _not_listed(subject, [expected], value),
    "format": _wrong_format,
    "minLength": _bound("have at least {} characters"),
    "maxLength": _bound("have at most {} characters"),
    "minItems": _bound("have at least {} entries"),
    "maxItems": _bound("have at most {} entries"),
    "minProperties": _bound("have at least {} values"),
    "maxProperties": _bound("have at most {} values"),
    "minimum": _bound("be {} or more"),
    "maximum": _bound("be {} or less"),
    "exclusiveMinimum": _bound("be more than {}"),
    "exclusiveMaximum": _bound("be less than {}"),
    "uniqueItems": _fixed("contains the same entry more than once"),
    "encoding": _fixed("contains an incomplete character (a lone surrogate) that cannot be sent"),
    "finite": _fixed("must be a finite number; infinity and NaN cannot be sent"),
    "header": _fixed(
        "can contain only plain letters, digits, spaces and punctuation, no line breaks or accents",
        "It is sent in a request header.",
    ),
    "path": _fixed("cannot be “.” or “..”", "Servers read these as parts of the URL."),
    "json": _fixed("contains a value that is not JSON and cannot be sent"),
    "expression": _fixed("contains an expression that only works inside a flow", "Replace it with a value."),
}
