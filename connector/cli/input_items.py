"""Inputs as they are typed: `name=value`, `name:=json`, `name=@file`, `name@file`, like HTTPie's request items."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from connector.catalogue.action import Action
from connector.cli import console, file_items
from connector.definition.field import FieldSchema
from connector.definition.file_value import File
from connector.validation.flow_action import with_inputs
from connector.validation.text_values import typed

_ITEM = re.compile(r"(?P<name>[^=]+?)(?P<separator>:=|=)(?P<value>.*)", re.DOTALL)
_MAX_BYTES = 20_000_000
_MAX_QUOTE = 60


def parse(action: Action, items: Sequence[str], file: str | None = None) -> dict[str, Any]:
    """The inputs of a command line.

    Text stays text, unless the input is a number or a boolean and the text is one. Setting a list of plain values
    several times collects them.

    Args:
        action: Declares the types of the inputs.
        items: The arguments.
        file: A JSON file with more inputs, `-` for stdin; the arguments override it.

    Raises:
        click.UsageError: An argument is malformed, a file cannot be read, or JSON is invalid.
    """
    from_file = {} if file is None else _read_inputs(file)
    inputs: dict[str, Any] = {}
    collected: set[str] = set()
    for item in items:
        if (found := file_items.parse(action, item)) is not None:
            _add_file(action, inputs, *found)
            continue
        match = _ITEM.fullmatch(item)
        if match is None:
            raise _malformed(action, item)
        name, separator, text = match["name"], match["separator"], match["value"]
        if separator == "=" and file_items.is_file(action.definition.inputs, _field(action, name)):
            raise click.UsageError(f"“{name}” is a file. Write {name}@{text[:_MAX_QUOTE] or 'PATH'}")
        if text.startswith("@"):
            text = _read(name, text[1:], f" To send text that starts with @, write {name}:='\"@...\"'.")
        field = _field(action, name)
        list_item = _list_item(action, field)
        if separator == "=":
            _check_text(action, field, f"{name}:={match['value'][:_MAX_QUOTE]}", text)
        if separator == "=" and list_item is not None and text and name not in inputs.keys() - collected:
            inputs.setdefault(name, []).append(typed(list_item, text))
            collected.add(name)
            continue
        if name in inputs and field is not None:
            raise click.UsageError(f"“{name}” is set twice.")
        inputs[name] = _json(name, text) if separator == ":=" else typed(field, text)
    return merge(action, from_file, inputs)


def _add_file(action: Action, inputs: dict[str, Any], name: str, file: File) -> None:
    field = _field(action, name)
    if field is None or field.items is None:
        if name in inputs:
            raise click.UsageError(f"“{name}” is set twice.")
        inputs[name] = file
    else:
        inputs.setdefault(name, []).append(file)


def merge(action: Action, inputs: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Both together. An override counts even if it calls the input by another of its names."""
    return with_inputs(action.accepted_names, inputs, overrides)


def _malformed(action: Action, item: str) -> click.UsageError:
    name = item.removesuffix(":")
    before, at, path = item.partition("@")
    if at and before in action.accepted_names:
        return click.UsageError(f"“{before}” is not a file. For text from a file, write {before}=@{path}")
    if name in action.accepted_names:
        return click.UsageError(f"“{name}” has no value. Write {name}=...")
    if item.startswith("{"):
        return click.UsageError("JSON is no argument. Pipe it into --inputs - or write it into a file: --inputs FILE")
    return click.UsageError(
        f"“{item[:_MAX_QUOTE]}” is not an input. Write name=value, name:=json, name=@file or name@file, and put "
        "quotes around a value that contains spaces."
    )


def _read_inputs(file: str) -> dict[str, Any]:
    if not file:
        raise click.UsageError("--inputs: name a file, or - for stdin.")
    value = _json("--inputs", _read_stdin() if file == "-" else _read("--inputs", file))
    if not isinstance(value, dict):
        raise click.UsageError("--inputs must be a JSON object of names and values.")
    return value


def _read_stdin() -> str:
    if console.is_terminal(sys.stdin):
        console.message("Type the inputs as a JSON object, then press Ctrl-D.", dim=True)
    try:
        text = sys.stdin.read(_MAX_BYTES + 1)
    except ValueError:
        raise click.UsageError("--inputs: stdin is not UTF-8 text.") from None
    if len(text) > _MAX_BYTES:
        raise click.UsageError(f"--inputs: stdin is larger than {_MAX_BYTES // 1_000_000} MB.")
    return text.removeprefix("\ufeff")


def _read(name: str, file: str, hint: str = "") -> str:
    try:
        path = Path(file)
        if path.stat().st_size > _MAX_BYTES:
            raise click.UsageError(f"{name}: “{file}” is larger than {_MAX_BYTES // 1_000_000} MB.")
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise click.UsageError(f"{name}: cannot read “{file}”: {reason}.{hint}") from None


def _json(name: str, text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        place = ""
        if isinstance(error, json.JSONDecodeError):
            place = f" (line {error.lineno}, column {error.colno}: {error.msg})"
        elif isinstance(error, _JsonError):
            raise click.UsageError(f"{name}: {error}") from None
        hint = "" if name == "--inputs" else f" For plain text, write {name}=text without the colon."
        raise click.UsageError(f"{name}: invalid JSON{place}.{hint}") from None


class _JsonError(ValueError):
    """JSON that can be read, but not in one way only."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise _JsonError(f"“{twice[:_MAX_QUOTE]}” is in the same JSON object twice.")
    return found


def _no_number(name: str) -> None:
    raise _JsonError(f"{name} is not JSON.")


def _field(action: Action, name: str) -> FieldSchema | None:
    own_name = action.accepted_names.get(name)
    return action.definition.input(own_name) if own_name is not None else None


def _list_item(action: Action, field: FieldSchema | None) -> FieldSchema | None:
    """The items of a list of plain values; None if the field is not such a list, or may be text itself."""
    if field is None or field.items is None or "string" in field.types:
        return None
    item = action.definition.inputs.resolve(field.items)
    plain = bool(item.types) and not {"object", "array"} & set(item.types)
    return item if plain else None


def _check_text(action: Action, field: FieldSchema | None, meant: str, text: str) -> None:
    """Make sure that a text is not the JSON of a whole list or object, for which the colon is missing."""
    kinds = () if field is None or text[:1] not in {"[", "{"} else action.definition.inputs.resolve(field).types
    kind = next((kind for kind in ("array", "object") if kind in kinds), None)
    if kind is None or "string" in kinds:
        return
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return
    name, is_plain = meant.partition(":=")[0], _list_item(action, field) is not None
    raise click.UsageError(
        f"“{name}” is {'a list' if kind == 'array' else 'an object'}. Write {meant} with a colon"
        + (f", or repeat {name}=... for each value." if is_plain else ".")
    )
