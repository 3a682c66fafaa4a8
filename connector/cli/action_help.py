"""The help of an action: what it does, its inputs and outputs, its errors and an example."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import click

from connector.catalogue.action import Action
from connector.cli import layout, output
from connector.definition.action import ActionDefinition, Effects
from connector.definition.field import FieldSchema, ObjectSchema
from connector.definition.file_value import FILENAME
from connector.definition.rules import Choice
from connector.validation.rule_messages import listed
from connector.validation.text_values import as_text

_INDENT = 2
_MAX_CHOICES_AS_TYPE = 12
_MAX_EXAMPLE = 40
_MAX_DESCRIBED = 12
"""Fields in a list, or outputs, that are all described without being asked."""
_TYPES = {"string": "text", "object": "JSON object", "integer": "whole number", "boolean": "true or false"}
_PLURAL_TYPES = {"integer": "whole numbers", "number": "numbers", "boolean": "true or false", "object": "JSON objects"}


@dataclass(frozen=True)
class Entry:
    """A field of an action: its name with the lists around it, `recipients[].email`, and how many they are."""

    name: str
    field: FieldSchema
    required: bool
    depth: int = 0


def page(action: Action, program: str, *, everything: bool = False) -> list[str]:
    """The lines about an action; the example is a command of `program`.

    Args:
        action: The action.
        program: What to type to start the program.
        everything: Whether to describe advanced inputs and each of many outputs, too, and not only name them.
    """
    definition = action.definition
    return [
        *_introduction(action),
        *_inputs(action, program, everything=everything),
        *_outputs(definition.outputs, everything=everything),
        *_errors(definition),
        *_example(action, program),
    ]


def inputs(action: Action, program: str) -> list[str]:
    """The lines of what one must know to run an action: what it does, its inputs, and a command that works."""
    command = [*_example(action, program)][:3]  # without its outputs
    return [*_introduction(action), *_inputs(action, program, everything=False), *command]


def _introduction(action: Action) -> Iterator[str]:
    definition = action.definition
    yield _heading(action.summary)
    yield f"{action.key} · {action.operation_id} · {definition.request.method} {definition.request.path}"
    yield _effects(definition.effects) + (" Deprecated." if definition.deprecated else "")
    yield ""
    yield from layout.wrap(action.description)


def _heading(text: str) -> str:
    return click.style(text, bold=True)


def _effects(effects: Effects) -> str:
    if effects.read_only:
        return "Read-only."
    again = "Safe to run twice." if effects.idempotent else "Running it twice does it twice."
    return f"{'May overwrite or delete data permanently.' if effects.destructive else 'Changes data.'} {again}"


def _inputs(action: Action, program: str, *, everything: bool) -> Iterator[str]:
    """What is required and what to choose from, then the other inputs, then the names of the advanced ones."""
    schema, outputs = action.definition.inputs, action.definition.outputs
    every = _blocks(schema)
    if not every:
        yield from ["", "No inputs."]
    required = [block for block in every if block[0].required]
    advanced = [block for block in every if block[0].field.x_ms_visibility == "advanced" and block not in required]
    others = [block for block in every if block not in required and block not in advanced]
    yield from _described("Required inputs", schema, required, everything=everything)
    for rule in schema.x_rules:
        if isinstance(rule, Choice) and rule.condition is None:
            yield from _choice(rule)
    yield from _described("Other inputs" if required else "Inputs", schema, others, everything=everything)
    if everything:
        yield from _described("Advanced inputs", schema, advanced, everything=True)
    elif advanced:
        yield from ["", _heading("Advanced inputs"), *_names([block[0] for block in advanced])]
    if not everything and (advanced or any(map(_is_long, [*every, list(entries(outputs))]))):
        yield from ["", f"To describe all fields: {program} show {action.key} --all"]


def _blocks(schema: ObjectSchema) -> list[list[Entry]]:
    """The fields at the top, each with the fields of its rows."""
    blocks: list[list[Entry]] = []
    for entry in entries(schema):
        if entry.depth == 0:
            blocks.append([])
        blocks[-1].append(entry)
    return blocks


def _is_long(block: list[Entry]) -> bool:
    return len(block) > _MAX_DESCRIBED


def _described(title: str, schema: ObjectSchema, blocks: list[list[Entry]], *, everything: bool) -> Iterator[str]:
    """Fields with what their rows need; of rows with many fields, the others are named."""
    if blocks:
        yield from ["", _heading(title)]
    for block in blocks:
        whole = everything or not _is_long(block)
        for entry in block if whole else [block[0], *(entry for entry in block if entry.depth == 1 and entry.required)]:
            yield from _field(schema, entry, is_output=False)
        if not whole:
            names = [entry.name for entry in block if entry.depth == 1 and not entry.required]
            named = ", ".join(name.removeprefix(f"{block[0].name}[].") for name in names)
            yield from layout.indent(f"Other fields of a row: {named}", 2 * _INDENT)


def _choice(choice: Choice) -> Iterator[str]:
    """The options of a choice, and the inputs that each asks for."""
    yield ""
    yield _heading(f"{choice.title} (choose one{'' if choice.required else ' or none'})")
    rows = [(option.title, listed(option.asked, "or") if option.asked else "") for option in choice.options]
    yield from (f"  {line}" for line in layout.name_value_lines(rows, layout.terminal_width() - _INDENT))


def _names(named: list[Entry]) -> Iterator[str]:
    """The names of fields in lines; those whose titles begin alike, such as “Slack: Channel”, in lines of their own."""
    groups: dict[str, list[str]] = {}
    for entry in named:
        start, colon, _ = (entry.field.title or "").partition(": ")
        groups.setdefault(start if colon else "", []).append(entry.name)
    for start, names in groups.items():
        text, hanging = (f"{start}: {', '.join(names)}", _INDENT) if start else (", ".join(names), 0)
        first, *rest = layout.indent(text, _INDENT + hanging)
        yield from [first[hanging:], *rest]


def _outputs(schema: ObjectSchema, *, everything: bool) -> Iterator[str]:
    every = list(entries(schema))
    if every:
        yield from ["", _heading("Outputs")]
    for entry in every:
        lines = _field(schema, entry, is_output=True)
        yield from lines if everything or not _is_long(every) else [next(lines)]


def entries(schema: ObjectSchema) -> Iterator[Entry]:
    """Every field, with the fields of rows after their list. A row that contains itself is listed once."""

    def inside(
        fields: dict[str, FieldSchema], required: list[str], lists: tuple[str, ...], seen: tuple[str, ...]
    ) -> Iterator[Entry]:
        for name, declared in fields.items():
            field = schema.resolve(declared)
            yield Entry("".join(lists) + name, field, name in required, len(lists))
            if field.items is None:
                continue
            item = schema.resolve(field.items)
            reference = declared.ref or field.items.ref
            if item.properties and reference not in seen:
                outer = (*seen, reference) if reference else seen
                yield from inside(item.properties, item.required, (*lists, f"{name}[]."), outer)

    yield from inside(schema.properties, schema.required, (), ())


def _field(schema: ObjectSchema, entry: Entry, *, is_output: bool) -> Iterator[str]:
    field = entry.field
    indent = _INDENT * (1 + entry.depth)
    facts = [_type_name(schema, field)]
    facts += ["required"] if entry.required and not is_output else []
    facts += [f"default {json.dumps(field.default, ensure_ascii=False)}"] if field.default is not None else []
    label = f"{field.title or ''}  ({', '.join(facts)})".strip()
    name = " " * indent + click.style(entry.name, fg="cyan")
    if indent + layout.display_width(f"{entry.name}  {label}") <= layout.terminal_width():
        yield f"{name}  {label}"
    else:
        yield name
        yield from layout.indent(label, indent + 2 * _INDENT)
    texts = [field.description or "", "" if is_output else _example_value(field)]
    if any(texts):
        yield from layout.indent(" ".join(filter(None, texts)), indent + 2 * _INDENT)
    if len(_choices(field)) > _MAX_CHOICES_AS_TYPE:
        yield from layout.indent(f"One of: {', '.join(_choices(field))}", indent + 2 * _INDENT)


def _example_value(field: FieldSchema) -> str:
    """An example of the value, if it is short and no choice or secret."""
    value = (field.examples or [None])[0]
    text = as_text(value)
    shown = value is not None and not field.enum and not field.write_only and layout.display_width(text) <= _MAX_EXAMPLE
    return f"Example: {text}" if shown else ""


def _choices(field: FieldSchema) -> list[str]:
    return [str(choice) for choice in field.enum or [] if choice is not None]


def _type_name(schema: ObjectSchema, field: FieldSchema) -> str:
    if field.x_file:
        return "file"
    if field.items is not None:
        return f"list of {_item_type_name(schema, schema.resolve(field.items))}"
    if field.enum and len(_choices(field)) <= _MAX_CHOICES_AS_TYPE:
        return " | ".join(_choices(field))
    return " or ".join(_TYPES.get(kind, kind) for kind in field.types if kind != "null") or "any value"


def _item_type_name(schema: ObjectSchema, item: FieldSchema) -> str:
    if item.properties:
        return "rows"
    if item.x_file:
        return "files"
    kinds = [kind for kind in item.types if kind != "null"]
    plural = None if item.enum or len(kinds) != 1 else _PLURAL_TYPES.get(kinds[0])
    return plural or _type_name(schema, item)


def _errors(definition: ActionDefinition) -> Iterator[str]:
    if not definition.errors:
        return
    yield ""
    yield _heading("Errors")
    for error in definition.errors:
        yield f"  {error.status} {error.code}"
        yield from layout.indent(" ".join(filter(None, [error.sentence, error.hint])), 3 * _INDENT)


def _example(action: Action, program: str) -> Iterator[str]:
    example = next((example for example in action.definition.examples if example.outputs is not None), None)
    if example is None:
        return
    items = [_item(action, name, value) for name, value in example.inputs.items()]
    pages = ["--all-pages"] if example.all_pages else []
    yield ""
    yield _heading(f"Example: {example.title}")
    yield " ".join([program, "run", action.key, *items, *pages])
    yield output.to_json(example.outputs)


def _item(action: Action, name: str, value: Any) -> str:
    own_name = action.accepted_names.get(name, name)
    if own_name in action.definition.inputs.properties and action.definition.input(own_name).x_file:
        return shlex.quote(f"{name}@{value.get(FILENAME) or 'FILE'}")
    if isinstance(value, str) and not value.startswith("@"):
        return shlex.quote(f"{name}={value}")
    return shlex.quote(f"{name}:={json.dumps(value, ensure_ascii=False)}")
