"""The sandbox as `sandbox` and `run --sandbox` start it: with this user's data, and a hint if it cannot start."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from connector.catalogue.loader import Bundle
from connector.catalogue.sandbox import SandboxError, Service, connection_to, default_database, started
from connector.connections.connection import Connection


@contextlib.contextmanager
def running(bundle: Bundle, *, port: int = 0, database: Path | None = None, hint: str = "") -> Iterator[Service]:
    """The sandbox, running as long as the block lasts.

    Args:
        bundle: The connector folder.
        port: Port on this machine; 0 picks a free one.
        database: File for its data; this user's own if left out.
        hint: What to do if it cannot start.

    Raises:
        SandboxError: The connector has none, or it cannot start.
    """
    database = database or default_database(bundle)
    with contextlib.ExitStack() as stack:
        try:
            service = stack.enter_context(started(bundle, port=port, database=database))
        except SandboxError as error:
            if bundle.manifest.sandbox is not None:
                error.hint = hint or f"If the file {database} is damaged, move it away: it has only sandbox data."
            raise
        yield service


@contextlib.contextmanager
def connection(bundle: Bundle) -> Iterator[Connection]:
    """A connection to the sandbox, which runs as long as the block lasts.

    Raises:
        SandboxError: The connector has none, or it cannot start.
    """
    with running(bundle) as service:
        yield connection_to(bundle, service)
