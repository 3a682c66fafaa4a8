"""What `batch` does: the file, the connections and the folder of a command line; progress, and a report at the end."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import click

from connector.batch.batch import Batch, BatchOptions
from connector.batch.report import BatchProgress, BatchReport
from connector.batch.retries import BatchStatus, next_retry
from connector.catalogue.loader import Bundle
from connector.cli import console, context, hints, sandbox_service
from connector.cli.progress import StatusLine
from connector.clock import Clock, SystemClock
from connector.connections import stored
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.errors import InputError
from connector.throttle.memory_store import MemoryStore

_LINE_EVERY = 10.0
"""Seconds between two lines of progress where stderr is not a terminal."""


@dataclass(frozen=True)
class Where:
    """The options that say with which account and how fast rows run, under the names of their parameters."""

    in_sandbox: bool
    connection_names: tuple[str, ...]
    base_url: str | None
    allow_insecure: bool
    progress: str
    timeout: float | None
    concurrency: int


def execute(
    connector_name: str | None, action: str, file: str, options: BatchOptions, where: Where, *, dry_run: bool = False
) -> None:
    """Run an action over a file, or validate its rows.

    Raises:
        ConnectorError: The batch cannot run.
        click.UsageError: The command line is wrong.
        click.exceptions.Exit: With the exit status of the outcome.
    """
    path = _stdin_as_file(options) if file == "-" else Path(file)
    if where.in_sandbox and (where.connection_names or where.base_url):
        other = "--connection" if where.connection_names else "--base-url"
        raise click.UsageError(f"Use either --sandbox or {other}, not both.")
    bundle, program = context.load_bundle(connector_name), context.program_name(connector_name)
    settings: dict[str, Any] = {"store": MemoryStore(SystemClock())} if where.in_sandbox else {}
    with (
        hints.connection_errors(bundle.manifest, program, offer_sandbox=True),
        Connector(bundle, **settings) as connector,
        _connections(bundle, where, with_secrets=not dry_run) as connections,
    ):
        options |= {"concurrency": where.concurrency, "timeout": where.timeout}
        batch = connector.batch(action, path, connections, **options)
        check_usable(batch)
        if dry_run:
            checked = batch.dry_run()
            as_json = where.progress == "json"
            click.echo(json.dumps(checked.to_dict(), ensure_ascii=False) if as_json else str(checked))
            raise click.exceptions.Exit(checked.exit_status)
        try:
            with reported(where.progress) as report_progress:
                report = batch.run(report_progress)
        except KeyboardInterrupt:
            console.message(f"The results so far are in {batch.place}. Run the same command again to go on.")
            raise
        _print_report(report, where.progress, program)
    raise click.exceptions.Exit(report.exit_status)


def check_usable(batch: Batch) -> None:
    """Report a file that cannot be opened, and a bulk job that the action does not have, as a wrong command line.

    Raises:
        click.UsageError: One of them.
        InputError: The columns of the file do not fit the action.
    """
    if batch.bulk and batch.action.definition.bulk is None:
        raise click.UsageError(f"--bulk: {batch.action.key} has no bulk job.")
    try:
        _ = batch.source
    except InputError as error:
        raise click.UsageError(" ".join(["FILE:", *(problem.message for problem in error.problems)])) from None
    try:
        _ = batch.columns
    except InputError as error:
        error.hint = "To choose the input of a column, add --map COLUMN=INPUT. To ignore a column, add --map COLUMN=."
        raise


def retry(connector_name: str | None, folder: str, where: Where) -> None:
    """Run the failed rows of a batch once more, in a folder inside its own.

    Raises:
        ConnectorError: The batch cannot run, or none of its rows failed.
    """
    path, action, options = next_retry(Path(folder))
    execute(connector_name, action, str(path), options, where)


def status(folder: str, *, as_json: bool) -> None:
    """Print how far a batch is.

    Raises:
        BatchError: The folder is not a batch's.
    """
    found = BatchStatus.of(Path(folder))
    click.echo(json.dumps(found.to_dict()) if as_json else str(found))


@contextlib.contextmanager
def _connections(bundle: Bundle, where: Where, *, with_secrets: bool) -> Iterator[dict[str, Connection]]:
    """The accounts by name; the sandbox runs as long as the block lasts."""
    if where.in_sandbox:
        with sandbox_service.connection(bundle) as connection:
            yield {"sandbox": connection}
        return
    names: Sequence[str | None] = where.connection_names or [None]
    found = [
        stored.stored_connection(
            bundle.manifest,
            name,
            base_url=where.base_url,
            allow_insecure=where.allow_insecure,
            with_secrets=with_secrets,
        )
        for name in names
    ]
    yield {name or connection.name or "": connection for name, connection in zip(names, found, strict=True)}


@contextlib.contextmanager
def reported(
    how: str, stream: TextIO | None = None, clock: Clock | None = None
) -> Iterator[Callable[[BatchProgress], None]]:
    """A function that prints progress as `text`, `json` or not at all (`none`); on a terminal, text is one line."""
    line, clock = StatusLine(stream), clock or SystemClock()
    printed = clock.monotonic() - _LINE_EVERY

    def text(progress: BatchProgress) -> None:
        nonlocal printed
        if line.on_terminal:
            line.show(str(progress))
        elif clock.monotonic() - printed >= _LINE_EVERY:
            printed = clock.monotonic()
            console.message(str(progress))

    def as_json(progress: BatchProgress) -> None:
        click.echo(json.dumps(progress.to_dict()))

    def nothing(_: BatchProgress) -> None:
        return

    try:
        yield {"text": text, "json": as_json}.get(how, nothing)
    finally:
        if how == "text":
            line.leave()


def _print_report(report: BatchReport, how: str, program: str) -> None:
    if how == "json":
        click.echo(json.dumps(report.to_dict()))
        return
    lines = [f"{report.done:,} of {report.rows:,} rows done, {report.failed:,} failed, {report.unknown:,} unknown."]
    lines.append(f"Results: {report.folder}")
    if report.failed:
        lines.append(f"Correct the failed rows there, then run: {program} batch retry {report.folder}")
    if report.unknown:
        lines.append("Check the unknown rows in the service: they may have been carried out.")
    if report.stopped is not None:
        console.connector_error(report.stopped)
    if report.left:
        lines.append(f"{report.left:,} rows are left. Run the same command again to go on.")
    console.message("\n".join(lines))


def pair(option: str, text: str) -> tuple[str, str]:
    """The name and the value of `NAME=VALUE`.

    Raises:
        click.UsageError: It is written differently.
    """
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise click.UsageError(f"{option}: write NAME=VALUE, not “{text[:80]}”.")
    return name, value


def _stdin_as_file(options: BatchOptions) -> Path:
    """Standard input in a file beside the folder, so that the batch can be resumed."""
    place, file_format = options.get("folder"), options.get("file_format")
    if place is None or file_format is None:
        raise click.UsageError("Rows from stdin need --out FOLDER and --format.")
    place.parent.mkdir(parents=True, exist_ok=True)
    path = place.with_name(f"{place.name}.rows.{file_format}")
    with path.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return path
