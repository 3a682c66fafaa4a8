"""The sandbox as `sandbox` and `run --sandbox` start it: with this user's data, and a hint if it cannot start."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from connector.catalogue.loader import Bundle
from connector.catalogue.sandbox import SandboxError, Service, connection_to, default_database, started
from connector.connections.connection import Connection


@contextlib.contextmanager
def running(
    bundle: Bundle,
    *,
    port: int = 0,
    database: Path | None = None,
    on_request: Callable[[dict[str, Any]], None] | None = None,
) -> Iterator[Service]:
    """The sandbox, running as long as the block lasts, with this user's own data if no database is named.

    Raises:
        SandboxError: It cannot start.
        click.UsageError: What was chosen cannot be used.
    """
    chosen = port != 0 or database is not None
    if bundle.manifest.sandbox is not None:
        database = database or default_database(bundle)
    elif database is not None:
        raise click.UsageError("This sandbox is made of the examples and keeps no data, so it takes no --db.")
    with contextlib.ExitStack() as stack:
        try:
            service = stack.enter_context(started(bundle, port=port, database=database, on_request=on_request))
        except SandboxError as error:
            if chosen:
                other = ", or another --db." if bundle.manifest.sandbox is not None else "."
                hint = f"Choose another --port (0 picks a free one){other}"
                raise click.UsageError(f"{error.message} {hint}") from None
            error.hint = f"If the file {database} is damaged, move it away: it has only sandbox data."
            raise
        yield service


@contextlib.contextmanager
def connection(bundle: Bundle) -> Iterator[Connection]:
    """A connection to the sandbox, which runs as long as the block lasts.

    Raises:
        SandboxError: It cannot start.
    """
    with running(bundle) as service:
        yield connection_to(bundle, service)
