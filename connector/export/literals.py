"""Values as they are written in code, with environment variables in place of secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.catalogue.action import Action
from connector.definition.field import ObjectSchema
from connector.definition.file_value import File, FileError
from connector.http.request import masked
from connector.validation.file_values import with_files

_INDENT = "    "
_SHORT_FILE = 1_000
"""Bytes of a file that is written out in code."""


@dataclass(frozen=True)
class Variable:
    """The environment variable that a secret is read from."""

    name: str


@dataclass(frozen=True)
class FilePath:
    """A file that code reads from disk: its path, or the name that it had."""

    path: str
    content_type: str


def with_file_paths(schema: ObjectSchema, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with a path in place of each file; a short one without a name keeps its JSON value."""
    return with_files(schema, inputs, _path_of)


def _path_of(value: Any) -> Any:
    if isinstance(value, File):
        if value.in_memory and not value.filename and value.size() <= _SHORT_FILE:
            return value.to_json()
        return FilePath(str(value.path or value.filename or "FILE"), value.content_type)
    try:
        return _path_of(File.from_json(value))
    except FileError:
        return value


def with_variables(action: Action, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with a variable for every secret, named after its place: `WEBHOOK_HEADERS_1_VALUE`."""
    return masked(action.definition, inputs, _variable)


def _variable(place: str) -> Variable:
    numbered = re.sub(r"\[(\d+)\]", lambda index: f"_{int(index[1]) + 1}", place)
    return Variable(re.sub(r"[^A-Za-z0-9]+", "_", numbered).upper())


def paths_in(value: Any) -> list[FilePath]:
    """Every file in a value, in order."""
    if isinstance(value, FilePath):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [path for item in inner for path in paths_in(item)]


def variables_in(value: Any) -> list[Variable]:
    """Every variable in a value, in order."""
    if isinstance(value, Variable):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [variable for item in inner for variable in variables_in(item)]


def json_text(text: str) -> str:
    """A text as JSON, which is also a Python literal. Half of a surrogate pair, which UTF-8 lacks, is escaped."""
    whole = json.dumps(text, ensure_ascii=False)
    return re.sub(r"[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", whole)


@dataclass(frozen=True)
class Notation:
    """How a language writes values.

    Attributes:
        variable: Writes the variable that a secret is read from.
        text: Writes a text.
        file: Writes a file.
        constants: The words for true, false and null.
        trailing_comma: Whether the last of several lines ends with a comma.
    """

    variable: Callable[[Variable], str]
    text: Callable[[str], str] = json_text
    file: Callable[[FilePath], str] = lambda file: json_text(file.path)
    constants: tuple[str, str, str] = ("true", "false", "null")
    trailing_comma: bool = False

    def write(self, value: Any, indent: str = "", *, width: int = 88) -> str:
        """The value on one line if it fits into the width, in characters; otherwise an entry per line."""
        line = self.line(value)
        if len(line) <= width or not value or not isinstance(value, dict | list):
            return line
        inner, left = indent + _INDENT, width - len(_INDENT)
        if isinstance(value, dict):
            entries = {self.text(key) + ": ": item for key, item in value.items()}
            parts = [key + self.write(item, inner, width=left - len(key)) for key, item in entries.items()]
        else:
            parts = [self.write(item, inner, width=left) for item in value]
        lines = f",\n{inner}".join(parts) + ("," if self.trailing_comma else "")
        start, end = "{}" if isinstance(value, dict) else "[]"
        return f"{start}\n{inner}{lines}\n{indent}{end}"

    def line(self, value: Any) -> str:
        """The value on one line."""
        match value:
            case Variable():
                return self.variable(value)
            case FilePath() | str():
                return self.text(value) if isinstance(value, str) else self.file(value)
            case bool() | None:
                return self.constants[(True, False, None).index(value)]
            case dict():
                return f"{{{', '.join(f'{self.text(key)}: {self.line(item)}' for key, item in value.items())}}}"
            case list() | tuple():
                return f"[{', '.join(map(self.line, value))}]"
            case _:
                return json.dumps(value)
