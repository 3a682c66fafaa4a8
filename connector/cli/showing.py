"""`show`: everything about one action."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any

import click

from connector.action import Action
from connector.catalogue import Catalogue
from connector.cli import app, render, talk
from connector.cli.completion import action_names
from connector.field import FieldSchema, ObjectSchema


@click.command(help="Show the inputs, outputs, an example and the known errors of ACTION.")
@click.argument("action", shell_complete=action_names)
@click.option("--json", "as_json", is_flag=True, help="Print the whole definition as JSON.")
@click.pass_obj
def show(connector_name: str | None, action: str, as_json: bool) -> None:
    """Show one action."""
    bundle = app.load_bundle(connector_name)
    found = Catalogue(bundle).find(action)
    if as_json:
        click.echo(json.dumps(found.document, ensure_ascii=False, indent=2))
        return
    definition = found.definition
    click.secho(found.summary, bold=True, color=talk.colour())
    click.echo(f"{found.key}  {found.operation_id}  {definition.request.method} {definition.request.path}")
    click.echo()
    click.echo(render.wrap(found.description))
    _section("Inputs", "Name Key Required Type Description", _input_rows(definition.inputs))
    _section("Outputs", "Name Path Type Description", _output_rows(definition.outputs))
    errors = [[str(error.status), error.code, error.sentence, error.hint] for error in definition.errors]
    _section("Errors", "Status Code Meaning Hint", errors)
    _example(found)


def _section(title: str, columns: str, rows: list[list[str]]) -> None:
    if rows:
        click.echo()
        click.secho(title, bold=True, color=talk.colour())
        click.echo(render.grid(columns.split(), rows))


def _input_rows(schema: ObjectSchema) -> list[list[str]]:
    return [
        [field.title or key, key, "yes" if required else "", _type_name(schema, field), field.description or ""]
        for key, field, required in walk(schema)
    ]


def _output_rows(schema: ObjectSchema) -> list[list[str]]:
    return [
        [field.title or key, key, _type_name(schema, field), field.description or ""] for key, field, _ in walk(schema)
    ]


def walk(schema: ObjectSchema) -> Iterator[tuple[str, FieldSchema, bool]]:
    """Every field with its key, the fields of rows after their list; a row inside itself is not entered twice."""

    def below(
        fields: dict[str, FieldSchema], required: list[str], before: str, seen: tuple[str, ...]
    ) -> Iterator[tuple[str, FieldSchema, bool]]:
        for name, declared in fields.items():
            field = schema.resolve(declared)
            yield before + name, field, name in required
            if field.items is None:
                continue
            item = schema.resolve(field.items)
            reference = declared.ref or field.items.ref
            if item.properties and reference not in seen:
                inner = (*seen, reference) if reference else seen
                yield from below(item.properties, item.required, f"{before}{name}[].", inner)

    yield from below(schema.properties, schema.required, "", ())


def _type_name(schema: ObjectSchema, field: FieldSchema) -> str:
    kinds = [kind for kind in field.types if kind != "null"]
    if field.items is not None:
        item = schema.resolve(field.items)
        inner = [kind for kind in item.types if kind != "null"]
        return f"list of {'rows' if item.properties else ' or '.join(inner) or 'anything'}"
    if field.enum:
        return " | ".join(str(choice) for choice in field.enum)
    return " or ".join(kinds) or "anything"


def _example(action: Action) -> None:
    example = next((example for example in action.definition.examples if example.outputs is not None), None)
    if example is None:
        return
    click.echo()
    click.secho(f"Example: {example.title}", bold=True, color=talk.colour())
    click.echo(" ".join(["run", action.key, *(_item(name, value) for name, value in example.inputs.items())]))
    click.echo(json.dumps(example.outputs, ensure_ascii=False, indent=2))


def _item(name: str, value: Any) -> str:
    if isinstance(value, str) and not value.startswith("@"):
        return shlex.quote(f"{name}={value}")
    return shlex.quote(f"{name}:={json.dumps(value, ensure_ascii=False)}")
