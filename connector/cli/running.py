"""`run`: run an action, or show what would be sent."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from typing import Any

import click

from connector.action import Action
from connector.bundle import Bundle
from connector.cli import app, items, render, talk
from connector.cli.accounts import sandbox_connection, stored_connection
from connector.cli.completion import action_names, input_names
from connector.cli.curl import curl_line
from connector.cli.sandboxing import running_sandbox
from connector.connection import Connection
from connector.errors import ConnectorError
from connector.result import Result
from connector.runtime import Connector


@click.command(context_settings={"ignore_unknown_options": False})
@click.argument("action", shell_complete=action_names)
@click.argument("given", metavar="[name=value | name:=json | name=@file]...", nargs=-1, shell_complete=input_names)
@click.option("--inputs", "file", metavar="FILE|-", help="A JSON file with inputs; - reads stdin.")
@click.option(
    "--sandbox", "in_sandbox", is_flag=True, help="Use the built-in local service: no account, nothing leaves."
)
@click.option(
    "--connection", "connection_name", metavar="NAME", help="A stored connection; see the command connection."
)
@click.option("--base-url", metavar="URL", help="Another address of the service: a proxy, a region, a sandbox.")
@click.option("--allow-insecure", is_flag=True, help="Accept an http:// address that is not this machine.")
@click.option("--dry-run", is_flag=True, help="Print the request that would be sent, and send nothing.")
@click.option("--curl", is_flag=True, help="Print the request as a curl command, and send nothing.")
@click.option("--example", is_flag=True, help="Fill in the inputs of the action's example; given inputs win.")
@click.option("--all-pages", is_flag=True, help="Collect the rows of all pages.")
@click.option("--max-items", type=int, metavar="N", help="At most N rows, over as many pages as it takes.")
@click.option("--fields", metavar="A,B", help="Print only these fields; names of row fields print those rows.")
@click.option("--output", type=click.Choice(["json", "table"]), help="Default: a table on a terminal, else JSON.")
@click.option("--raw", is_flag=True, help="Print the service's own answer instead of the fields.")
@click.option("--meta", "with_meta", is_flag=True, help="Print what happened beside the fields: tries, waits, pages.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="For the whole run.")
@click.option(
    "--max-wait", type=click.FloatRange(min=0), metavar="SECONDS", help="Longest wait for the limit of calls."
)
@click.pass_obj
def run(connector_name: str | None, /, action: str, given: Sequence[str], **options: Any) -> int | None:
    """Run ACTION with the given inputs.

    Text goes as name=value, anything else as name:=json, a file's content as name=@file.
    """
    try:
        bundle = app.load_bundle(connector_name)
        with Connector(bundle) as connector:
            found = connector.find(action)
            inputs = _inputs(found, given, options)
            if options["dry_run"] or options["curl"]:
                _preview(bundle, connector, found, inputs, options)
            else:
                _print(found, _run(bundle, connector, found, inputs, options), options)
    except ConnectorError as error:
        talk.failure(error, as_json=options["output"] == "json")
        return error.exit_status
    return None


def _inputs(found: Action, given: Sequence[str], options: dict[str, Any]) -> dict[str, Any]:
    inputs = items.parse(found, given, options["file"])
    if options["example"]:
        example = next((sample for sample in found.definition.examples if sample.error is None), None)
        sample = dict(example.inputs) if example else {}
        return {name: value for name, value in sample.items() if name not in inputs} | inputs
    return inputs


def _connection(bundle: Bundle, options: dict[str, Any]) -> Connection:
    return stored_connection(
        bundle,
        options["connection_name"],
        base_url=options["base_url"],
        allow_insecure=options["allow_insecure"],
    )


def _preview(
    bundle: Bundle, connector: Connector, found: Action, inputs: dict[str, Any], options: dict[str, Any]
) -> None:
    connection = None
    if options["base_url"] or options["connection_name"]:
        connection = _connection(bundle, options)
    preview = connector.preview(found, inputs, connection)
    if options["curl"]:
        click.echo(curl_line(bundle.manifest, preview))
    else:
        click.echo(render.as_json(preview.model_dump()))


def _run(
    bundle: Bundle, connector: Connector, found: Action, inputs: dict[str, Any], options: dict[str, Any]
) -> Result:
    with contextlib.ExitStack() as stack:
        if options["in_sandbox"]:
            if options["connection_name"] or options["base_url"]:
                raise click.UsageError("--sandbox goes with neither --connection nor --base-url.")
            connection = sandbox_connection(bundle, stack.enter_context(running_sandbox(bundle)))
        else:
            connection = _connection(bundle, options)
        return connector.run(
            found,
            inputs,
            connection,
            max_wait=options["max_wait"],
            timeout=options["timeout"],
            all_pages=options["all_pages"],
            max_items=options["max_items"],
            on_wait=talk.Waiting(),
        )


def _print(found: Action, result: Result, options: dict[str, Any]) -> None:
    for warning in result.meta.warnings:
        talk.say(f"Warning: {warning}", fg="yellow")
    shown = result.raw if options["raw"] else _chosen(found, result.fields, options["fields"])
    table = (options["output"] or ("table" if sys.stdout.isatty() else "json")) == "table"
    if options["with_meta"]:
        shown = {"fields": shown, "meta": result.meta.model_dump(mode="json")}
    if table and options["with_meta"]:
        click.echo(render.as_table(shown["fields"]))
        click.echo()
        click.echo(render.as_table(shown["meta"]))
    else:
        click.echo(render.as_table(shown) if table else render.as_json(shown))


def _chosen(found: Action, fields: dict[str, Any], wanted: str | None) -> Any:
    """The fields asked for; where they are all fields of the rows, those rows."""
    if wanted is None:
        return fields
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    outputs = found.definition.outputs
    if names and all(name in fields for name in names):
        return {name: fields[name] for name in names}
    for key, field in outputs.properties.items():
        if not field.is_rows or field.items is None:
            continue
        columns = [name.removeprefix(f"{key}.") for name in names]
        if names and all(name in field.items.properties for name in columns):
            return [{name: row[name] for name in columns} for row in fields[key] or []]
    raise click.UsageError(
        f"--fields: not all of these are fields of the result. It has: {', '.join(outputs.properties)}."
    )
