"""What a server serves: one connector, the connections that callers may name, and the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.requests import Request

from connector.call.events import EventCallback
from connector.call.options import RunOptions
from connector.call.result import Result
from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.catalogue.sandbox import Service
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.export.code_samples import Target
from connector.export.selection import ExportSelection
from connector.server.batches import Batches
from connector.server.choices_cache import ChoicesCache
from connector.validation.messages import did_you_mean
from connector.web.errors import HttpError

SANDBOX = "sandbox"
"""The name of the connection to the sandbox."""
ENVIRONMENT = "environment"
"""The name of the connection whose secrets are in environment variables."""


@dataclass(frozen=True)
class ServedConnector:
    """One connector and the connections that callers may name.

    Attributes:
        bundle: The connector folder.
        connector: Runs its actions.
        connections: By name; the names are all that callers see of them.
        sandbox: The running sandbox, if the connector has one.
        target: Where copied code finds the connector; under its own name when left out.
        batch_folder: Where batches are kept; in the state folder when left out.
    """

    bundle: Bundle
    connector: Connector
    connections: Mapping[str, Connection]
    sandbox: Service | None = None
    target: Target | None = None
    batch_folder: Path | None = None

    @cached_property
    def batches(self) -> Batches:
        """Files of rows that were sent, and their runs."""
        return Batches(self.connector, self.batch_folder, self.choices.forget)

    @cached_property
    def choices(self) -> ChoicesCache:
        """The choices of fields that were read."""
        return ChoicesCache(self.connector)

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """The actions that can run."""
        return tuple(action for action in self.connector.actions if action.key not in self.connector.gaps)

    @cached_property
    def selection(self) -> ExportSelection:
        """All actions, as exporters take them."""
        return ExportSelection(self.bundle, self.actions)

    @property
    def default_connection(self) -> str | None:
        """The connection of a request that names none: the only one there is."""
        return next(iter(self.connections)) if len(self.connections) == 1 else None

    def action(self, request: Request) -> Action:
        """The action in the path of a request.

        Raises:
            UnknownActionError: There is none of that name.
        """
        return self.connector.find(request.path_params["key"])

    def connection_name(self, request: Request) -> str:
        """The connection that a request names in `X-Connection`.

        Raises:
            HttpError: It does not exist, or the request names none and there are several.
        """
        name = request.headers.get("x-connection") or self.default_connection
        if name is None:
            raise self._wrong("Name a connection in the header X-Connection.")
        self.named(name)
        return name

    def connection(self, request: Request) -> Connection:
        """The connection that a request names.

        Raises:
            HttpError: As `connection_name` does.
        """
        return self.connections[self.connection_name(request)]

    def named(self, name: str) -> Connection:
        """The connection of a name.

        Raises:
            HttpError: It does not exist.
        """
        if name in self.connections:
            return self.connections[name]
        raise self._wrong(f"This server has no connection “{name[:80]}”.", did_you_mean(name, self.connections))

    async def run(
        self,
        action: Action,
        inputs: dict[str, Any],
        name: str,
        options: RunOptions,
        on_event: EventCallback | None = None,
    ) -> Result:
        """Run an action with a named connection, as `Connector.arun`; the choices it may have changed are forgotten."""
        options = {**options, "on_event": on_event}
        try:
            return await self.connector.arun(action, inputs, self.connections[name], **options)
        finally:
            if not action.definition.effects.read_only:
                self.choices.forget(name)

    def _wrong(self, message: str, hint: str = "") -> HttpError:
        known = f"Connections: {', '.join(self.connections)}."
        return HttpError(message, code="unknown_connection", hint=hint or known, http_status=HTTPStatus.BAD_REQUEST)
