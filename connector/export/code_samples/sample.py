"""What a sample shows: one run, and where the copied code runs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.definition.service import ConnectorDefinition
from connector.export.examples import own_inputs
from connector.export.literals import Variable, with_file_paths, with_variables


@dataclass(frozen=True)
class Target:
    """Where the copied code runs an action.

    Attributes:
        program: The command line's program, ready for a shell; it may have options, such as `--connector`.
        connector: The name or the path under which Python loads the connector.
        connection: Name of the stored connection to use; the environment's secrets if left out.
        sandbox: Whether to run in the sandbox.
        server: The base URL of the HTTP server.
        token_variable: The environment variable with the HTTP server's token.
    """

    program: str
    connector: str
    connection: str | None = None
    sandbox: bool = False
    server: str = "http://127.0.0.1:8765"
    token_variable: str = "CONNECTOR_TOKEN"  # noqa: S105 - the name of a variable

    @classmethod
    def installed(cls, definition: ConnectorDefinition, **more: Any) -> Target:
        """The target for a connector that is installed under its own name, with a program called after it."""
        return cls(f"{definition.key.replace('_', '-')}-connector", definition.key, **more)


@dataclass(frozen=True)
class SampleRun:
    """One run of an action, its inputs under any names that it accepts."""

    bundle: Bundle
    action: Action
    given: Mapping[str, Any]
    target: Target
    all_pages: bool = False
    max_items: int | None = None

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """The inputs under their own names, without empty fields, a `Variable` for every secret, a path for a file."""
        inputs = with_variables(self.action, own_inputs(self.action, self.given))
        return with_file_paths(self.action.definition.inputs, inputs)

    @property
    def options(self) -> dict[str, bool | int]:
        """The options that say how many pages are read."""
        if self.max_items is not None:
            return {"max_items": self.max_items}
        return {"all_pages": True} if self.all_pages else {}

    @property
    def connection_variables(self) -> dict[str, Variable]:
        """The environment variable of each required connection field."""
        declared = self.bundle.manifest.connection
        required = self.bundle.manifest.kinds[0].required
        return {name: Variable((declared.environment.get(name) or [name.upper()])[0]) for name in required}
