"""The request of an imported action before and after the policies of its package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.cli import output
from connector.connections.connection import Connection
from connector.definition.files import importer_of


def show(bundle: Bundle, action: Action, inputs: Mapping[str, Any], connection: Connection | None) -> None:
    """Print both requests.

    Raises:
        click.UsageError: The connector is not a package.
        InputError: The inputs are wrong.
    """
    if importer_of(bundle.folder) is None:
        raise click.UsageError("--policies: only a Power Platform package has policies.")
    from connector.importing.preview import before_and_after  # noqa: PLC0415 - only for a package

    before, after = before_and_after(bundle.folder, action.key, inputs, connection)
    click.echo(output.to_json({"before": before.model_dump(), "after": after.model_dump()}))
