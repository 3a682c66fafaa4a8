"""The page of an action: what it does, what it needs, what it gives, an example, how it is refused."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import click

from connector.catalogue.action import Action
from connector.cli import columns, console, output
from connector.definition.action import ActionDefinition, Effects
from connector.definition.field import FieldSchema, ObjectSchema

_INDENT = 2
_MOST_CHOICES = 12
_LONGEST_SAMPLE = 40
_KINDS = {"string": "text", "object": "JSON object", "integer": "whole number", "boolean": "true or false"}


@dataclass(frozen=True)
class Entry:
    """A field on the page: its name as it is typed, and how deep in lists of rows it stands."""

    name: str
    field: FieldSchema
    required: bool
    depth: int = 0


def show(action: Action, program: str) -> None:
    """Print the page to stdout."""
    definition = action.definition
    _heading(action.summary)
    click.echo(f"{action.key} · {action.operation_id} · {definition.request.method} {definition.request.path}")
    click.echo(_effects(definition.effects) + ("  Deprecated." if definition.deprecated else ""))
    click.echo()
    _prose(action.description, 0)
    entries = list(walk(definition.inputs))
    important = _with_rows(entries, lambda field: field.x_ms_visibility != "advanced")
    _fields("Inputs", definition.inputs, important)
    _fields("More inputs", definition.inputs, [entry for entry in entries if entry not in important])
    if not entries:
        click.echo("\nIt needs no inputs.")
    _fields("Outputs", definition.outputs, list(walk(definition.outputs)))
    _errors(definition)
    _example(action, program)


def _heading(text: str) -> None:
    click.secho(text, bold=True, color=console.colour())


def _prose(text: str, depth: int) -> None:
    for line in columns.indented(text, depth):
        click.echo(line)


def _effects(effects: Effects) -> str:
    if effects.read_only:
        return "Only reads; changes nothing."
    again = "running it twice does no more than once" if effects.idempotent else "running it twice does it twice"
    if effects.destructive:
        return f"May destroy something that cannot be brought back; {again}."
    return f"Changes something; {again}."


def walk(schema: ObjectSchema) -> Iterator[Entry]:
    """Every field, the fields of rows after their list; a row inside itself is not entered twice."""

    def below(
        fields: dict[str, FieldSchema], required: list[str], before: tuple[str, ...], seen: tuple[str, ...]
    ) -> Iterator[Entry]:
        for name, declared in fields.items():
            field = schema.resolve(declared)
            yield Entry("".join(before) + name, field, name in required, len(before))
            if field.items is None:
                continue
            item = schema.resolve(field.items)
            reference = declared.ref or field.items.ref
            if item.properties and reference not in seen:
                inner = (*seen, reference) if reference else seen
                yield from below(item.properties, item.required, (*before, f"{name}[]."), inner)

    yield from below(schema.properties, schema.required, (), ())


def _with_rows(entries: list[Entry], wanted: Any) -> list[Entry]:
    """The wanted fields at the top, each with the fields of its rows."""
    chosen: list[Entry] = []
    keep = False
    for entry in entries:
        if entry.depth == 0:
            keep = entry.required or wanted(entry.field)
        if keep:
            chosen.append(entry)
    return chosen


def _fields(title: str, schema: ObjectSchema, entries: list[Entry]) -> None:
    if not entries:
        return
    click.echo()
    _heading(title)
    for entry in entries:
        own = _INDENT * (1 + entry.depth)
        facts = [_type_name(schema, entry.field)]
        facts += ["required"] if entry.required and title != "Outputs" else []
        facts += [f"default {json.dumps(entry.field.default, ensure_ascii=False)}"] * (entry.field.default is not None)
        label = f"{entry.field.title or ''}  ({', '.join(facts)})".strip()
        click.secho(" " * own + entry.name, nl=False, fg="cyan", color=console.colour())
        if own + columns.columns(f"{entry.name}  {label}") <= columns.width():
            click.echo(f"  {label}")
        else:
            click.echo()
            _prose(label, own + 2 * _INDENT)
        words = [entry.field.description or "", _sample(entry.field) if title != "Outputs" else ""]
        if any(words):
            _prose(" ".join(filter(None, words)), own + 2 * _INDENT)
        if entry.field.enum and len(_choices(entry.field)) > _MOST_CHOICES:
            _prose(f"One of: {', '.join(_choices(entry.field))}", own + 2 * _INDENT)


def _sample(field: FieldSchema) -> str:
    """A value that would do, where it is short and not one of the choices anyway."""
    value = (field.examples or [None])[0]
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    shown = value is not None and not field.enum and not field.write_only and columns.columns(text) <= _LONGEST_SAMPLE
    return f"For example: {text}" if shown else ""


def _choices(field: FieldSchema) -> list[str]:
    return [str(choice) for choice in field.enum or [] if choice is not None]


def _type_name(schema: ObjectSchema, field: FieldSchema) -> str:
    kinds = [_KINDS.get(kind, kind) for kind in field.types if kind != "null"]
    if field.items is not None:
        item = schema.resolve(field.items)
        return "list of rows" if item.properties else f"list of {_type_name(schema, item)}"
    if field.enum and len(_choices(field)) <= _MOST_CHOICES:
        return " | ".join(_choices(field))
    return " or ".join(kinds) or "anything"


def _errors(definition: ActionDefinition) -> None:
    if not definition.errors:
        return
    click.echo()
    _heading("Errors")
    for error in definition.errors:
        click.echo(f"  {error.status} {error.code}")
        _prose(" ".join(filter(None, [error.sentence, error.hint])), 3 * _INDENT)


def _example(action: Action, program: str) -> None:
    example = next((example for example in action.definition.examples if example.outputs is not None), None)
    if example is None:
        return
    click.echo()
    _heading(f"Example: {example.title}")
    items = [_item(name, value) for name, value in example.inputs.items()]
    pages = ["--all-pages"] if example.all_pages else []
    click.echo(" ".join([program, "run", action.key, *items, *pages]))
    click.echo(output.as_json(example.outputs))


def _item(name: str, value: Any) -> str:
    if isinstance(value, str) and not value.startswith("@"):
        return shlex.quote(f"{name}={value}")
    return shlex.quote(f"{name}:={json.dumps(value, ensure_ascii=False)}")
