"""`sandbox`, and the sandbox of `run --sandbox`: the connector folder's own local service."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from connector import state
from connector.bundle import Bundle
from connector.cli import app, talk
from connector.errors import ConnectorError


class SandboxError(ConnectorError):
    """The local service cannot be started."""

    code = "sandbox"


@click.command(help="Run the local service until Ctrl-C, for other programs to call.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8_000, show_default=True, help="0 takes a free one.")
@click.option("--db", "file", type=click.Path(dir_okay=False, path_type=Path), help="File for its state.")
@click.option("--reset", is_flag=True, help="Begin with the fresh data set again.")
@click.pass_obj
def sandbox(connector_name: str | None, port: int, file: Path | None, reset: bool) -> None:
    """Run the sandbox in the foreground."""
    bundle = app.load_bundle(connector_name)
    with _started(bundle, port, file) as service:
        if reset:
            service.reset()
        click.echo(service.url)
        talk.say(f"The sandbox answers at {service.url} and takes any secret. Ctrl-C stops it.")
        threading.Event().wait()


@contextlib.contextmanager
def running_sandbox(bundle: Bundle) -> Iterator[str]:
    """The URL of a local service that lives as long as the block; its state stays in a file of the user's."""
    with _started(bundle, 0, None) as service:
        yield service.url


@contextlib.contextmanager
def _started(bundle: Bundle, port: int, file: Path | None) -> Iterator[Any]:
    if bundle.manifest.sandbox is None:
        raise SandboxError(f"The connector “{bundle.manifest.key}” brings no sandbox.")
    database = file or state.folder() / f"{bundle.manifest.key}-sandbox.sqlite3"
    try:
        service = bundle.module(bundle.manifest.sandbox).start(port=port, database=database)
    except OSError as error:
        raise SandboxError(f"The sandbox cannot start: {error}.", hint="Choose another --port or --db.") from None
    with service:
        yield service
