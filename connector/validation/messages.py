"""What is wrong with a value, said so that someone who has never seen JSON understands it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

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
    "object": "an object with named values",
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

    Args:
        rule: A JSON Schema keyword, or one of our own: `unknown`, `encoding`, `finite`, `header`, `path`, `json`.
        subject: The field it is about.
        expected: What the keyword asks for; for `unknown` the names that exist.
        value: What was given.
    """
    say = _SENTENCES.get(rule, _not_as_declared)
    message, hint = say(subject, expected, value)
    return Problem(subject.key, rule, message, hint)


def show(value: Any, *, secret: bool = False) -> str:
    """A value as it appears in a sentence: quoted, short, without control characters, never a secret."""
    if secret:
        return _TYPES.get(_type_of(value), "another value")
    if isinstance(value, str):
        text = printable(value).encode("utf-8", "replace").decode()
        short = text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
        return f"the text “{short}”"
    if isinstance(value, bool) or value is None:
        return "empty" if value is None else str(value).lower()
    if isinstance(value, int | float):
        return f"the number {value}" if abs(value) < 10**_LONGEST_QUOTE else "a very long number"
    return "a list" if isinstance(value, list) else "an object"


def _type_of(value: Any) -> str:
    """The JSON type of a value."""
    if isinstance(value, bool):
        return "boolean"
    kinds = ((str, "string"), (int, "integer"), (float, "number"), (list, "array"), (dict, "object"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")


def nearest(name: str, names: Sequence[str], count: int = 1) -> list[str]:
    """The names most like a mistyped one, without regard to case; none when nothing is like it."""
    by_fold = {other.casefold().replace("-", "_"): other for other in reversed(names)}
    matches = difflib.get_close_matches(name.casefold().replace("-", "_"), list(by_fold), n=count, cutoff=0.6)
    return [by_fold[match] for match in matches]


def _example(subject: Subject) -> str:
    if subject.example is None or subject.secret:
        return ""
    text = subject.example if isinstance(subject.example, str) else json.dumps(subject.example, ensure_ascii=False)
    return f"For example: {text}"


def _missing(subject: Subject, _expected: Any, _value: Any) -> tuple[str, str]:
    return f"{subject.name} is missing: it must be filled in.", _example(subject)


def _wrong_type(subject: Subject, expected: Any, value: Any) -> tuple[str, str]:
    kinds = [_TYPES[kind] for kind in ([expected] if isinstance(expected, str) else expected) if kind != "null"]
    return (
        f"{subject.name} must be {' or '.join(kinds)}, but it is {show(value, secret=subject.secret)}.",
        _example(subject),
    )


def _unknown(subject: Subject, expected: Any, _value: Any) -> tuple[str, str]:
    inside = f" in {subject.where}" if subject.where else ""
    close = nearest(subject.label, expected)
    name = show(subject.label).removeprefix("the text ")
    meant = f" Did you mean “{close[0]}”?" if close else ""
    return (
        f"There is no field {name}{inside}.{meant}",
        "" if close else f"The fields are: {_some(expected)}.",
    )


def _some(names: Sequence[str]) -> str:
    """The first names of a list that may be too long to read."""
    if len(names) <= _MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:_MOST_NAMES])} and {len(names) - _MOST_NAMES} more"


def _not_listed(subject: Subject, expected: Any, value: Any) -> tuple[str, str]:
    choices = ", ".join(str(choice) for choice in expected if choice is not None)
    close = nearest(value, [str(choice) for choice in expected]) if isinstance(value, str) else []
    shown = show(value, secret=subject.secret)
    return (
        f"{subject.name} must be one of {choices}, but it is {shown}.",
        f"Did you mean {close[0]}?" if close else "",
    )


def _wrong_format(subject: Subject, expected: Any, value: Any) -> tuple[str, str]:
    return (
        f"{subject.name} must be {FORMATS[expected][1]}, but it is {show(value, secret=subject.secret)}.",
        "",
    )


def _bound(words: str) -> Callable[[Subject, Any, Any], tuple[str, str]]:
    def say(subject: Subject, expected: Any, value: Any) -> tuple[str, str]:
        size = len(value) if isinstance(value, str | list | dict) else None
        given = f"has {size}" if size is not None else f"is {show(value, secret=subject.secret)}"
        return f"{subject.name} {words.format(expected)}, but it {given}.", _example(subject)

    return say


def _not_as_declared(subject: Subject, _expected: Any, value: Any) -> tuple[str, str]:
    return f"{subject.name} is not in the form it must have: {show(value, secret=subject.secret)}.", _example(subject)


def _repeated(subject: Subject, _expected: Any, _value: Any) -> tuple[str, str]:
    return f"{subject.name} has the same entry more than once.", ""


def _half_characters(subject: Subject, _expected: Any, _value: Any) -> tuple[str, str]:
    return f"{subject.name} contains half a character (a lone surrogate), which cannot be sent.", ""


def _endless(subject: Subject, _expected: Any, _value: Any) -> tuple[str, str]:
    return f"{subject.name} must be a number that ends; infinity and “not a number” cannot be sent.", ""


def _no_json(subject: Subject, _expected: Any, _value: Any) -> tuple[str, str]:
    return f"{subject.name} holds something that is no JSON value, which cannot be sent.", ""


def _not_for_header(subject: Subject, _expected: Any, _value: Any) -> tuple[str, str]:
    return (
        f"{subject.name} may contain only plain letters, digits, blanks and punctuation, no line breaks or accents.",
        "It travels in a header of the request.",
    )


def _not_for_path(subject: Subject, _expected: Any, _value: Any) -> tuple[str, str]:
    return f"{subject.name} cannot be “.” or “..”.", "Servers read these as parts of the URL."


_SENTENCES: dict[str, Callable[[Subject, Any, Any], tuple[str, str]]] = {
    "required": _missing,
    "type": _wrong_type,
    "unknown": _unknown,
    "enum": _not_listed,
    "const": lambda subject, expected, value: _not_listed(subject, [expected], value),
    "format": _wrong_format,
    "minLength": _bound("must have at least {} characters"),
    "maxLength": _bound("may have at most {} characters"),
    "minItems": _bound("needs at least {} entries"),
    "maxItems": _bound("may have at most {} entries"),
    "minProperties": _bound("needs at least {} values"),
    "maxProperties": _bound("may have at most {} values"),
    "minimum": _bound("must be {} or more"),
    "maximum": _bound("must be {} or less"),
    "exclusiveMinimum": _bound("must be more than {}"),
    "exclusiveMaximum": _bound("must be less than {}"),
    "uniqueItems": _repeated,
    "encoding": _half_characters,
    "finite": _endless,
    "header": _not_for_header,
    "path": _not_for_path,
    "json": _no_json,
}
