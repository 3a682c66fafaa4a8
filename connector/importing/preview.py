"""The request of an operation before and after the policies of its package, which is what makers want to see."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connector.call.result import Preview
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.importing.package import Package
from connector.importing.sample import sample_inputs


def before_and_after(
    folder: Path, action: str, inputs: Mapping[str, Any], connection: Connection | None = None
) -> tuple[Preview, Preview]:
    """The request without the package's policies, and the request that is sent; secrets are masked.

    An input that only the description asks for, because a policy takes its place, shows as its name or a sample.

    Args:
        folder: The package.
        action: Key, operation id or summary.
        inputs: As for `Connector.run`.
        connection: As for `Connector.preview`.

    Raises:
        InputError: The inputs are wrong.
        DefinitionError: The package cannot be loaded, or the operation cannot run.
    """
    after = Connector(Package(folder).bundle)
    shown = after.preview(action, inputs, connection)
    before = Connector(Package(folder, with_policies=False).bundle)
    found = before.find(after.find(action).key)
    given = {name: value for name, value in inputs.items() if name in found.accepted_names}
    named = {found.accepted_names[name] for name in given}
    for name, sample in sample_inputs(found).items():
        if name in found.definition.inputs.required and name not in named:
            given[name] = name if sample == "text" else sample
    return before.preview(found, given, connection), shown
