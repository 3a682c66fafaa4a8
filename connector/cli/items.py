"""Inputs from the command line: `name=value`, `name:=json`, `name=@file`, as HTTPie has them."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from connector.action import Action
from connector.field import FieldSchema

_ITEM = re.compile(r"(?P<name>[^=]+?)(?P<kind>:=|=)(?P<value>.*)", re.DOTALL)
_LARGEST = 20_000_000


def parse(action: Action, items: Sequence[str], file: str | None) -> dict[str, Any]:
    """The inputs given on a command line.

    Text stays text, unless the input is a number or a yes/no and the text is one. Naming a list of texts several
    times collects them.

    Args:
        action: Says which type an input has.
        items: The arguments.
        file: A JSON file with inputs, `-` for stdin; the arguments win over it.

    Raises:
        click.UsageError: An argument has none of the forms, a file cannot be read, JSON is no JSON.
    """
    inputs: dict[str, Any] = _from_file(file) if file else {}
    collected: dict[str, list[str]] = {}
    seen: set[str] = set()
    for item in items:
        match = _ITEM.fullmatch(item)
        if match is None:
            raise click.UsageError(f"“{item[:60]}” is not an input: write name=value, name:=json or name=@file.")
        name, kind, text = match["name"], match["kind"], match["value"]
        if text.startswith("@"):
            text = _read(name, text[1:])
        field = _field(action, name)
        if kind == "=" and field is not None and _is_list_of_texts(action, field):
            collected.setdefault(name, []).append(text)
            continue
        if name in seen:
            raise click.UsageError(f"“{name}” is given twice.")
        seen.add(name)
        inputs[name] = _json(name, text) if kind == ":=" else _typed(field, text)
    return inputs | collected


def _from_file(file: str) -> dict[str, Any]:
    text = sys.stdin.read(_LARGEST) if file == "-" else _read("--inputs", file)
    value = _json("--inputs", text)
    if not isinstance(value, dict):
        raise click.UsageError("--inputs must hold a JSON object: names and values.")
    return value


def _read(name: str, file: str) -> str:
    try:
        path = Path(file)
        if path.stat().st_size > _LARGEST:
            raise click.UsageError(f"{name}: the file {file} is larger than {_LARGEST // 1_000_000} MB.")
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise click.UsageError(f"{name}: the file {file} cannot be read: {reason}.") from None


def _json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise click.UsageError(f"{name}: what follows := must be JSON, and it is not{where}.") from None


def _field(action: Action, name: str) -> FieldSchema | None:
    own = action.input_names.get(name)
    return action.definition.input(own) if own is not None else None


def _is_list_of_texts(action: Action, field: FieldSchema) -> bool:
    return field.items is not None and action.definition.inputs.resolve(field.items).types == ("string",)


def _typed(field: FieldSchema | None, text: str) -> Any:
    """The text, or the number or truth value it spells where the input is one."""
    if field is None or "string" in field.types or not field.types:
        return text
    if "boolean" in field.types and text in {"true", "false"}:
        return text == "true"
    if "integer" in field.types and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if "number" in field.types and re.fullmatch(r"-?\d{1,18}(\.\d+)?", text):
        return float(text)
    return text
