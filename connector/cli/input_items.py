"""Inputs from the command line: `name=value`, `name:=json`, `name=@file`, as HTTPie has them."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from connector.catalogue.action import Action
from connector.cli import console
from connector.definition.field import FieldSchema

_ITEM = re.compile(r"(?P<name>[^=]+?)(?P<kind>:=|=)(?P<value>.*)", re.DOTALL)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?")
_LARGEST = 20_000_000


def parse(action: Action, items: Sequence[str], file: str | None = None) -> dict[str, Any]:
    """The inputs given on a command line.

    Text stays text, unless the input is a number or a yes/no and the text is one. Naming a list of values several
    times collects them.

    Args:
        action: Says which type an input has.
        items: The arguments.
        file: A JSON file with inputs, `-` for stdin; the arguments win over it.

    Raises:
        click.UsageError: An argument has none of the forms, a file cannot be read, JSON is no JSON.
    """
    below = _from_file(file) if file else {}
    inputs: dict[str, Any] = {}
    collecting: set[str] = set()
    for item in items:
        match = _ITEM.fullmatch(item)
        if match is None:
            raise _malformed(action, item)
        name, kind, text = match["name"], match["kind"], match["value"]
        if text.startswith("@"):
            text = _read(name, text[1:], f" For a text that itself begins with @, write {name}:='\"@...\"'.")
        field = _field(action, name)
        inner = _list_item(action, field)
        if kind == "=" and inner is not None and text and name not in inputs.keys() - collecting:
            inputs.setdefault(name, []).append(_typed(inner, _single(name, text)))
            collecting.add(name)
            continue
        if name in inputs and field is not None:
            raise click.UsageError(f"“{name}” is given twice.")
        inputs[name] = _json(name, text) if kind == ":=" else _typed(field, text)
    return over(action, below, inputs)


def over(action: Action, below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both together; `above` wins, also where it calls an input by another of its names."""
    taken = {action.accepted_names.get(name, name) for name in above}
    return {name: value for name, value in below.items() if action.accepted_names.get(name, name) not in taken} | {
        **above
    }


def _malformed(action: Action, item: str) -> click.UsageError:
    if item in action.accepted_names:
        return click.UsageError(f"“{item}” needs a value: write {item}=...")
    return click.UsageError(
        f"“{item[:60]}” is not an input: write name=value, name:=json or name=@file, "
        "and put quotes around a value with blanks in it."
    )


def _from_file(file: str) -> dict[str, Any]:
    value = _json("--inputs", _stdin() if file == "-" else _read("--inputs", file))
    if not isinstance(value, dict):
        raise click.UsageError("--inputs must hold a JSON object: names and values.")
    return value


def _stdin() -> str:
    if console.is_terminal(sys.stdin):
        console.say("Type the inputs as a JSON object; Ctrl-D ends it.", dim=True)
    try:
        text = sys.stdin.read(_LARGEST + 1)
    except ValueError:
        raise click.UsageError("--inputs: what stdin gives is not text in UTF-8.") from None
    if len(text) > _LARGEST:
        raise click.UsageError(f"--inputs: stdin gives more than {_LARGEST // 1_000_000} MB.")
    return text


def _read(name: str, file: str, more: str = "") -> str:
    try:
        path = Path(file)
        if path.stat().st_size > _LARGEST:
            raise click.UsageError(f"{name}: the file {file} is larger than {_LARGEST // 1_000_000} MB.")
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise click.UsageError(f"{name}: the file “{file}” cannot be read: {reason}.{more}") from None


def _json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        where = ""
        if isinstance(error, json.JSONDecodeError):
            where = f" (line {error.lineno}, column {error.colno}: {error.msg})"
        told = f"{name}: this must be JSON, and it is not{where}."
        if name != "--inputs":
            told += f" For a plain text, write {name}=text without the colon."
        raise click.UsageError(told) from None


def _field(action: Action, name: str) -> FieldSchema | None:
    own = action.accepted_names.get(name)
    return action.definition.input(own) if own is not None else None


def _list_item(action: Action, field: FieldSchema | None) -> FieldSchema | None:
    """What a list of plain values holds; None where the field is none, or may be text itself."""
    if field is None or field.items is None or "string" in field.types:
        return None
    item = action.definition.inputs.resolve(field.items)
    plain = bool(item.types) and not {"object", "array"} & set(item.types)
    return item if plain else None


def _single(name: str, text: str) -> str:
    """One entry of a list; a whole list in JSON is a slip of the keyboard."""
    if text.startswith("["):
        try:
            json.loads(text)
        except ValueError:
            return text
        raise click.UsageError(
            f"“{name}” holds a list: write {name}:={text[:40]} with a colon, or name it once per entry."
        )
    return text


def _typed(field: FieldSchema | None, text: str) -> Any:
    """The text, or the number or truth value it spells where the input is one."""
    if field is None or "string" in field.types or not field.types:
        return text
    if "boolean" in field.types and text.casefold() in {"true", "false"}:
        return text.casefold() == "true"
    if {"integer", "number"} & set(field.types) and _NUMBER.fullmatch(text):
        return json.loads(text)
    return text
