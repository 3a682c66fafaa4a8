"""What `run` does: inputs and a connection in, a result on stdout, or a failure on stderr with its exit status."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from connector.call.curl import curl_line
from connector.call.result import Result
from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.cli import app, console, input_items, output
from connector.cli.commands.sandbox import sandbox_connection
from connector.cli.output_fields import Selection, selection
from connector.cli.progress import ToldTransport
from connector.clock import SystemClock
from connector.connections import stored
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.errors import AuthorizationError, ConnectorError, UnknownActionError
from connector.http.transport import RequestsTransport
from connector.throttle.limiter import MemoryStore


@dataclass(frozen=True)
class Settings:
    """The options of `run`, under the names of its parameters."""

    file: str | None
    in_sandbox: bool
    connection_name: str | None
    base_url: str | None
    allow_insecure: bool
    dry_run: bool
    curl: bool
    example: bool
    all_pages: bool
    max_items: int | None
    fields: str | None
    output: str | None
    raw: bool
    with_meta: bool
    timeout: float | None
    max_wait: float | None

    @property
    def only_shows(self) -> bool:
        """Whether nothing is sent."""
        return self.dry_run or self.curl

    @property
    def as_table(self) -> bool:
        """Whether the result is for a person's eyes."""
        return (self.output or ("table" if console.is_terminal(sys.stdout) else "json")) == "table"

    def check(self) -> None:
        """Refuse options that contradict each other, before anything is done.

        Raises:
            click.UsageError: They do.
        """
        pairs = [
            ("--sandbox", self.in_sandbox, "--connection", self.connection_name),
            ("--sandbox", self.in_sandbox, "--base-url", self.base_url),
            ("--raw", self.raw, "--fields", self.fields),
            ("--dry-run", self.dry_run, "--curl", self.curl),
        ]
        for one, here, other, there in pairs:
            if here and there:
                raise click.UsageError(f"{one} and {other} exclude each other.", click.get_current_context())


def execute(connector_name: str | None, action: str, given: Sequence[str], settings: Settings) -> int | None:
    """Run, or show the request; the exit status of a failure.

    Raises:
        click.UsageError: The command line is wrong; nothing was sent.
    """
    settings.check()
    try:
        _execute(app.load_bundle(connector_name), app.program(connector_name), action, given, settings)
    except ConnectorError as error:
        console.failure(error, as_json=settings.output == "json")
        return error.exit_status
    return None


def _execute(bundle: Bundle, program: str, action: str, given: Sequence[str], settings: Settings) -> None:
    try:
        with _connector(bundle, settings) as connector:
            found = connector.find(action)
            chosen = selection(found, settings.fields)
            inputs = _inputs(bundle, found, given, settings)
            if settings.only_shows:
                _preview(bundle, connector, found, inputs, settings)
            else:
                _print(_run(bundle, connector, found, inputs, settings), chosen, settings)
    except UnknownActionError as error:
        error.hint = f"All actions: {program} list"
        raise
    except AuthorizationError as error:
        without = "\nWithout an account, try it with --sandbox." if bundle.manifest.sandbox else ""
        raise stored.with_ways_to_connect(error, bundle.manifest, program, without) from None


def _connector(bundle: Bundle, settings: Settings) -> Connector:
    """The connector; for a walk over many pages one that tells how far it is."""
    options: dict[str, Any] = {}
    clock = SystemClock()
    if settings.in_sandbox:
        # Its address is another one each time: buckets in files would only pile up.
        options["store"] = MemoryStore(clock)
    if settings.all_pages or settings.max_items is not None:
        agent = f"{bundle.manifest.key}-connector/{bundle.manifest.version}"
        options["transport"] = ToldTransport(RequestsTransport(clock, agent), clock)
    return Connector(bundle, **options)


def _inputs(bundle: Bundle, found: Action, given: Sequence[str], settings: Settings) -> dict[str, Any]:
    for item in given:
        name = item.partition("=")[0].removesuffix(":")
        if name in bundle.manifest.connection.properties and name not in found.accepted_names:
            raise click.UsageError(
                f"“{name}” belongs to the connection and is never an argument, because others could see it. "
                f"Set {stored.variables(bundle.manifest)}, or store a connection: connection add NAME.",
            )
    inputs = input_items.parse(found, given, settings.file)
    if not settings.example:
        return inputs
    example = next((sample for sample in found.definition.examples if sample.error is None), None)
    if example is None:
        console.say(f"Warning: “{found.key}” has no example; only the given inputs are used.", fg="yellow")
        return inputs
    return input_items.over(found, example.inputs, inputs)


def _connection(bundle: Bundle, settings: Settings, *, with_secrets: bool = True) -> Connection:
    return stored.stored_connection(
        bundle.manifest,
        settings.connection_name,
        base_url=settings.base_url,
        allow_insecure=settings.allow_insecure,
        with_secrets=with_secrets,
    )


def _preview(bundle: Bundle, connector: Connector, found: Action, inputs: dict[str, Any], settings: Settings) -> None:
    if settings.in_sandbox:
        console.say("The sandbox has an address only while it runs; this shows the service's own address.", dim=True)
    connection = Connection() if settings.in_sandbox else _connection(bundle, settings, with_secrets=False)
    preview = connector.preview(found, inputs, connection)
    if settings.curl:
        click.echo(curl_line(bundle.manifest, preview))
    elif settings.output == "table":
        click.echo(output.as_table(preview.model_dump()))
    else:
        click.echo(output.as_json(preview.model_dump()))


def _run(bundle: Bundle, connector: Connector, found: Action, inputs: dict[str, Any], settings: Settings) -> Result:
    with contextlib.ExitStack() as stack:
        if settings.in_sandbox:
            connection = stack.enter_context(sandbox_connection(bundle))
        else:
            connection = _connection(bundle, settings)
        return connector.run(
            found,
            inputs,
            connection,
            max_wait=settings.max_wait,
            timeout=settings.timeout,
            all_pages=settings.all_pages,
            max_items=settings.max_items,
            on_wait=console.Waiting(),
        )


def _print(result: Result, chosen: Selection, settings: Settings) -> None:
    for warning in result.meta.warnings:
        console.say(f"Warning: {warning}", fg="yellow")
    what = "raw" if settings.raw else "fields"
    shown = result.raw if settings.raw else chosen(result.fields)
    # What the service itself said is JSON also for a person, unless a table is asked for.
    as_table = settings.as_table and (not settings.raw or settings.output == "table")
    if not settings.with_meta:
        click.echo(output.as_table(shown) if as_table else output.as_json(shown))
        return
    meta = result.meta.model_dump(mode="json")
    if as_table:
        click.echo(output.as_table(shown))
        click.echo()
        click.echo(output.as_table(meta))
    else:
        click.echo(output.as_json({what: shown, "meta": meta}))
