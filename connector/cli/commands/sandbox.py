"""`sandbox`, and the sandbox of `run --sandbox`: the connector folder's own local service."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import click

from connector import state_dir
from connector.catalogue.loader import Bundle
from connector.catalogue.sandbox import SandboxError, Service, connection_to, started
from connector.cli import app, console
from connector.connections.connection import Connection
from connector.errors import ExitStatus

_OPTIONS = "Choose another --port (0 takes a free one); for a damaged file, move it away or choose another --db."


@click.command(
    help="""Run the local service until Ctrl-C, for other programs to call.

    The first line of stdout is its address; it takes any secret. Its state is kept between runs, in a file that
    run --sandbox uses too. Ctrl-C is the way to end it: the exit status is then 0.
    """
)
@click.option("--port", type=click.IntRange(0, 65_535), default=8_000, show_default=True, help="0 takes a free one.")
@click.option(
    "--db",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Another file for its state; made where it is missing.",
)
@click.option("--reset", is_flag=True, help="Begin with the fresh data set again.")
@click.pass_obj
def sandbox(connector_name: str | None, port: int, file: Path | None, reset: bool) -> int:
    """Run the sandbox in the foreground."""
    bundle = app.load_bundle(connector_name)
    with _service(bundle, port, file, _OPTIONS) as service:
        if reset:
            service.reset()
        try:
            click.echo(service.url)
            console.say(
                "The sandbox runs at this address. It accepts any secret and sends nothing. Press Ctrl-C to stop it."
            )
            threading.Event().wait()
        except KeyboardInterrupt:
            console.say("The sandbox has stopped; its state is kept.")
    return ExitStatus.OK


@contextlib.contextmanager
def sandbox_connection(bundle: Bundle) -> Iterator[Connection]:
    """A connection to a local service that lives as long as the block; its state stays in a file of the user's."""
    with _service(bundle, 0, None, "") as service:
        yield connection_to(bundle, service)


@contextlib.contextmanager
def _service(bundle: Bundle, port: int, file: Path | None, options: str) -> Iterator[Service]:
    """The service, started; where it cannot be, `options` says what to choose instead."""
    database = file or state_dir.folder() / f"{bundle.manifest.key}-sandbox.sqlite3"
    with contextlib.ExitStack() as stack:
        try:
            service = stack.enter_context(started(bundle, port=port, database=database))
        except SandboxError as error:
            if bundle.manifest.sandbox is not None:
                error.hint = options or f"If the file {database} is damaged, move it away: it holds only practice data."
            raise
        yield service
