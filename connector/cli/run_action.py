"""What `run` does: the inputs and the connection of a command line, a result on stdout or an error on stderr."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import click

from connector.call.curl import curl_command
from connector.call.result import Result
from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.cli import (
    console,
    context,
    file_items,
    hints,
    input_items,
    last_run,
    output,
    policy_preview,
    progress,
    sandbox_service,
    wait_until,
)
from connector.cli.result_view import ResultView
from connector.clock import SystemClock
from connector.connections import stored
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.throttle.memory_store import MemoryStore

_WHERE = ("in_sandbox", "connection_name", "base_url", "allow_insecure")
"""The options that say where an action runs: a run that is repeated runs there again."""


@dataclass(frozen=True)
class Options:
    """The options of `run`, under the names of its parameters."""

    file: str | None
    in_sandbox: bool
    connection_name: str | None
    base_url: str | None
    allow_insecure: bool
    dry_run: bool
    policies: bool
    curl: bool
    language: str | None
    example: bool
    again: bool
    all_pages: bool
    max_items: int | None
    wait_until: tuple[str, ...]
    watch: bool
    interval: float
    fields: str | None
    query: str | None
    no_empty: bool
    output: str | None
    download: str | None
    raw: bool
    with_meta: bool
    verbose: bool
    timeout: float | None
    max_wait: float | None

    def check(self) -> None:
        """Make sure that the options can be used together.

        Raises:
            click.UsageError: They cannot.
        """
        pairs = [
            ("--sandbox", self.in_sandbox, "--connection", self.connection_name),
            ("--sandbox", self.in_sandbox, "--base-url", self.base_url),
            ("--raw", self.raw, "--fields", self.fields),
            ("--raw", self.raw, "--download", self.download),
            ("--watch", self.watch, "--download", self.download),
            ("--query", self.query, "--fields", self.fields),
            ("--dry-run", self.dry_run, "--curl", self.curl),
            ("--policies", self.policies, "--curl", self.curl),
            ("--policies", self.policies, "--code", self.language),
            ("--dry-run", self.dry_run, "--code", self.language),
            ("--curl", self.curl, "--code", self.language),
            *(("--again", self.again, name, has) for name, has in self._first_run.items()),
        ]
        for one, has_one, other, has_other in pairs:
            if has_one and has_other:
                raise click.UsageError(f"Use either {one} or {other}, not both.")

    @property
    def _first_run(self) -> dict[str, Any]:
        """What a run that is repeated takes from the first one."""
        return {
            "--inputs": self.file,
            "--example": self.example,
            "--sandbox": self.in_sandbox,
            "--connection": self.connection_name,
            "--base-url": self.base_url,
        }


@dataclass(frozen=True)
class Command:
    """One command line: what to run, where, and how."""

    bundle: Bundle
    program: str
    connector: Connector
    action: Action
    options: Options
    inputs: dict[str, Any]
    first: last_run.LastRun | None = None

    def preview(self) -> None:
        """Print the request instead of sending it."""
        if self.options.in_sandbox:
            console.message(
                "The sandbox has an address only while it runs, so this shows the service's address.", dim=True
            )
        connection = Connection() if self.options.in_sandbox else self.stored_connection(with_secrets=False)
        preview = self.connector.preview(self.action, self.inputs, connection)
        if self.options.curl:
            click.echo(curl_command(self.bundle.manifest, preview))
        else:
            print_as = output.to_table if self.options.output == "table" else output.to_json
            click.echo(print_as(preview.model_dump()))

    def print_code(self, connector_name: str) -> None:
        """Print the run as code instead of running it.

        Raises:
            InputError: The inputs are wrong.
            click.UsageError: The language cannot express the run.
        """
        from connector.export.code_samples import Target, code_samples  # noqa: PLC0415 - the exporters

        options = self.options
        self.connector.preview(self.action, self.inputs)
        target = Target(self.program, connector_name, options.connection_name, options.in_sandbox)
        (sample,) = code_samples(
            self.bundle,
            self.action,
            self.inputs,
            target,
            all_pages=options.all_pages,
            max_items=options.max_items,
            languages=[str(options.language)],
        )
        if sample.reason:
            raise click.UsageError(f"--code {options.language}: {sample.reason}")
        click.echo(sample.code, nl=False)

    def run(self) -> Result:
        """The result of the run, which is kept for `--again` if it changes something and fails."""
        with self._connection() as connection:
            if self.action.definition.effects.read_only:
                return self._run(self.inputs, connection, self.options.timeout)
            if self.first is not None:
                self.first.check_account(self.bundle.manifest, connection)
            run = last_run.LastRun.of(
                self.action, self.inputs, SystemClock(), {name: getattr(self.options, name) for name in _WHERE}
            )
            with last_run.kept_on_failure(self.bundle.manifest, run, connection, self.program):
                return self._run(self.inputs, connection, self.options.timeout, idempotency_key=run.key)

    def watch(self, view: ResultView) -> None:
        """Print the result whenever it has changed, or only the one that is waited for."""
        if not self.action.definition.effects.read_only:
            raise click.UsageError(f"--watch and --wait-until repeat the run, and {self.action.key} changes data.")
        typed = self.options.wait_until
        condition = wait_until.Condition.of(self.action, typed) if typed else None
        result, printed = None, None
        with self._connection() as connection:

            def read(seconds: float) -> Result:
                return self._run(self.inputs, connection, None if math.isinf(seconds) else seconds)

            for result in wait_until.results(
                read, SystemClock(), self.options.interval, self.options.timeout, condition
            ):
                if self.options.watch and result.fields != printed:
                    view.print(result)
                    printed = result.fields
        if result is not None and not self.options.watch:
            view.print(result)

    def _run(self, inputs: dict[str, Any], connection: Connection, timeout: float | None, **more: Any) -> Result:
        return self.connector.run(
            self.action,
            inputs,
            connection,
            max_wait=self.options.max_wait,
            timeout=timeout,
            all_pages=self.options.all_pages,
            max_items=self.options.max_items,
            on_event=progress.Progress(verbose=self.options.verbose),
            **more,
        )

    @contextlib.contextmanager
    def _connection(self) -> Iterator[Connection]:
        if self.options.in_sandbox:
            with sandbox_service.connection(self.bundle) as connection:
                yield connection
        else:
            yield self.stored_connection()

    def stored_connection(self, *, with_secrets: bool = True) -> Connection:
        """The connection that was chosen."""
        return stored.stored_connection(
            self.bundle.manifest,
            self.options.connection_name,
            base_url=self.options.base_url,
            allow_insecure=self.options.allow_insecure,
            with_secrets=with_secrets,
        )


def execute(ctx: click.Context, name: str | None, items: Sequence[str], options: Options) -> None:
    """Run an action or preview its request.

    Raises:
        ConnectorError: The run failed.
        click.UsageError: The command line is wrong. Nothing was sent.
    """
    ctx.meta[console.ERRORS_AS_JSON] = options.output == "json"
    options.check()
    bundle, program = context.load_bundle(ctx.obj), context.program_name(ctx.obj)
    first = last_run.load(bundle.manifest, SystemClock()) if options.again else None
    if first is not None:
        items = items if name in {None, first.action} else [str(name), *items]
        options, name = replace(options, **first.where), first.action
    if name is None:
        raise click.UsageError(f"ACTION is required. To list all actions: {program} list")
    # The sandbox has a new address for each run: files of its call limits would only pile up.
    settings: dict[str, Any] = {"store": MemoryStore(SystemClock())} if options.in_sandbox else {}
    with (
        hints.connection_errors(bundle.manifest, program, offer_sandbox=True),
        Connector(bundle, **settings) as connector,
    ):
        action = connector.find(name)
        if options.download and not file_items.has_files(action.definition.outputs):
            raise click.UsageError(f"--download: {action.key} returns no file.")
        if (options.all_pages or options.max_items) and action.definition.pagination is None:
            option = "--all-pages" if options.all_pages else "--max-items"
            raise click.UsageError(f"{option}: {action.key} has no pages to read.")
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
        if first is not None:
            inputs = first.inputs_again(action, inputs)
            console.message(f"Running {name} again{f' with the key {first.key}' if first.key else ''}.", dim=True)
        command = Command(bundle, program, connector, action, options, inputs, first)
        if options.language:
            command.print_code(ctx.obj or bundle.manifest.key)
        elif options.policies:
            account = None if options.in_sandbox else command.stored_connection(with_secrets=False)
            policy_preview.show(bundle, action, inputs, account)
        elif options.dry_run or options.curl:
            command.preview()
        elif options.watch or options.wait_until:
            command.watch(view)
        else:
            view.print(file_items.downloaded(action, command.run(), options.download))


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
