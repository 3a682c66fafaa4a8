"""What `run` does: the inputs and the connection of a command line, a result on stdout or an error on stderr."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from connector.call.curl import curl_command
from connector.call.result import Result
from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.cli import console, context, hints, input_items, output, progress, sandbox_service
from connector.cli.result_view import ResultView
from connector.clock import SystemClock
from connector.connections import stored
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.http.transport import RequestsTransport
from connector.throttle.memory_store import MemoryStore


@dataclass(frozen=True)
class Options:
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
    query: str | None
    no_empty: bool
    output: str | None
    raw: bool
    with_meta: bool
    timeout: float | None
    max_wait: float | None

    @property
    def preview_only(self) -> bool:
        """Whether the request is shown instead of sent."""
        return self.dry_run or self.curl

    def check(self) -> None:
        """Make sure that the options can be used together.

        Raises:
            click.UsageError: They cannot.
        """
        pairs = [
            ("--sandbox", self.in_sandbox, "--connection", self.connection_name),
            ("--sandbox", self.in_sandbox, "--base-url", self.base_url),
            ("--raw", self.raw, "--fields", self.fields),
            ("--query", self.query, "--fields", self.fields),
            ("--dry-run", self.dry_run, "--curl", self.curl),
        ]
        for one, has_one, other, has_other in pairs:
            if has_one and has_other:
                raise click.UsageError(f"Use either {one} or {other}, not both.")


def execute(ctx: click.Context, name: str, items: Sequence[str], options: Options) -> None:
    """Run an action or preview its request.

    Raises:
        ConnectorError: The run failed.
        click.UsageError: The command line is wrong. Nothing was sent.
    """
    ctx.meta[console.ERRORS_AS_JSON] = options.output == "json"
    options.check()
    bundle, program = context.load_bundle(ctx.obj), context.program_name(ctx.obj)
    has_sandbox = bundle.manifest.sandbox is not None
    with (
        hints.connection_errors(bundle.manifest, program, offer_sandbox=has_sandbox),
        _connector(bundle, options) as connector,
    ):
        action = connector.find(name)
        ctx.meta[console.ACTION] = action.key
        view = ResultView.of(
            action,
            format_name=options.output,
            fields=options.fields,
            query=options.query,
            raw=options.raw,
            with_meta=options.with_meta,
            no_empty=options.no_empty,
        )
        inputs = _inputs(bundle, program, action, items, options)
        if options.preview_only:
            _print_preview(bundle, connector, action, inputs, options)
        else:
            view.print(_run(bundle, connector, action, inputs, options))


def _connector(bundle: Bundle, options: Options) -> Connector:
    """The connector; one that prints its progress if it reads many pages."""
    clock = SystemClock()
    settings: dict[str, Any] = {}
    if options.in_sandbox:
        # The sandbox has a new address for each run: files of its call limits would only pile up.
        settings["store"] = MemoryStore(clock)
    if options.all_pages or options.max_items is not None:
        agent = f"{bundle.manifest.key}-connector/{bundle.manifest.version}"
        settings["transport"] = progress.ProgressTransport(RequestsTransport(clock, agent), clock)
    return Connector(bundle, **settings)


def _inputs(bundle: Bundle, program: str, action: Action, items: Sequence[str], options: Options) -> dict[str, Any]:
    for item in items:
        name = item.partition("=")[0].removesuffix(":")
        if name in bundle.manifest.connection.properties and name not in action.accepted_names:
            raise click.UsageError(
                f"“{name}” cannot be an argument, because other programs can read arguments. "
                f"{hints.ways_to_connect(bundle.manifest, program)}"
            )
    inputs = input_items.parse(action, items, options.file)
    if not options.example:
        return inputs
    example = next((example for example in action.definition.examples if example.error is None), None)
    if example is None:
        console.warning(f"“{action.key}” has no example. Only your own inputs are used.")
        return inputs
    return input_items.merge(action, example.inputs, inputs)


def _connection(bundle: Bundle, options: Options, *, with_secrets: bool = True) -> Connection:
    return stored.stored_connection(
        bundle.manifest,
        options.connection_name,
        base_url=options.base_url,
        allow_insecure=options.allow_insecure,
        with_secrets=with_secrets,
    )


def _print_preview(
    bundle: Bundle, connector: Connector, action: Action, inputs: dict[str, Any], options: Options
) -> None:
    if options.in_sandbox:
        console.message("The sandbox has an address only while it runs, so this shows the service's address.", dim=True)
    connection = Connection() if options.in_sandbox else _connection(bundle, options, with_secrets=False)
    preview = connector.preview(action, inputs, connection)
    if options.curl:
        click.echo(curl_command(bundle.manifest, preview))
    elif options.output == "table":
        click.echo(output.to_table(preview.model_dump()))
    else:
        click.echo(output.to_json(preview.model_dump()))


def _run(bundle: Bundle, connector: Connector, action: Action, inputs: dict[str, Any], options: Options) -> Result:
    with contextlib.ExitStack() as stack:
        if options.in_sandbox:
            connection = stack.enter_context(sandbox_service.connection(bundle))
        else:
            connection = _connection(bundle, options)
        return connector.run(
            action,
            inputs,
            connection,
            max_wait=options.max_wait,
            timeout=options.timeout,
            all_pages=options.all_pages,
            max_items=options.max_items,
            on_event=progress.show_event,
        )
