"""The sandbox of a connector: started in this process, on loopback, and stopped again.

A folder may bring a local service of its own. Every other connector has one that is made of its examples.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from connector import state_dir
from connector.catalogue.loader import Bundle
from connector.connections.connection import Connection
from connector.connections.sample import sample_connection
from connector.errors import ConnectorError


class SandboxError(ConnectorError):
    """The local service cannot be started."""

    code = "sandbox"


class Service(Protocol):
    """A running local service."""

    url: str

    def reset(self) -> None:
        """Begin again with the fresh data set."""


class ObservableService(Service, Protocol):
    """A local service that also shows what it received; both lists are newest first and hold no secret."""

    def messages(self) -> list[dict[str, Any]]:
        """What was sent, as its receivers see it, an entry per channel.

        Each has `id`, `time` (ISO 8601), `status`, `recipient`, `channel` (`email`, `sms`, `push` or another), `to`,
        `title`, `text`, `html` and `reason` (why it was not sent); null where there is none.
        """

    def requests(self) -> list[dict[str, Any]]:
        """The last requests.

        Each has `time` (ISO 8601), `method`, `path`, `status`, `seconds`, and the JSON bodies `request` and `response`,
        null where there is none.
        """


@contextlib.contextmanager
def started(
    bundle: Bundle,
    *,
    port: int = 0,
    database: Path | None = None,
    on_request: Callable[[dict[str, Any]], None] | None = None,
) -> Iterator[Service]:
    """The connector's local service, for as long as the block lasts.

    Args:
        bundle: The connector folder.
        port: TCP port on loopback; 0 takes a free one.
        database: File for its state; private to this block when left out. A sandbox of examples keeps none.
        on_request: Called after each request, as `ObservableService.requests` shows it, if the service can do that.

    Raises:
        SandboxError: The port is taken, or the file is not its database.
    """
    try:
        if bundle.manifest.sandbox is None:
            from connector.catalogue.example_sandbox import ExampleSandbox  # noqa: PLC0415 - it listens; a run does not

            service = ExampleSandbox(bundle, port, on_request)
        else:
            start = bundle.module(bundle.manifest.sandbox).start
            can_tell = on_request is not None and "on_request" in inspect.signature(start).parameters
            service = start(port=port, database=database, **({"on_request": on_request} if can_tell else {}))
    except OSError as error:
        reason = (error.strerror or str(error)).rstrip(".")
        raise SandboxError(f"The sandbox cannot start: {reason}.", hint="Choose another port or file.") from None
    with service:
        yield service


def default_database(bundle: Bundle) -> Path:
    """The file in which this user's sandbox keeps its data between runs.

    Raises:
        StateError: The state folder cannot be used.
    """
    return state_dir.folder() / f"{bundle.manifest.key}-sandbox.sqlite3"


def connection_to(bundle: Bundle, service: Service) -> Connection:
    """A connection to the local service, which takes any secret."""
    return sample_connection(bundle.manifest, "sandbox-key", base_url=service.url, name="sandbox", ephemeral=True)
