"""What `batch --workers` does: hand the rows of a file to the workers of an engine, and look at what became of them."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import click

from connector.batch.batch import BatchOptions
from connector.cli import console, context, hints
from connector.cli.batch_run import Where, check_usable
from connector.connections import stored
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.lanes.environment import PLACE, store_at
from connector.lanes.store import LaneStore


@dataclass(frozen=True)
class To:
    """To whom rows are handed: an engine, and the name that the batch gets there."""

    engine: str
    name: str | None


def hand_over(connector_name: str | None, action: str, file: str, options: BatchOptions, where: Where, to: To) -> None:
    """Hand the rows of a file to workers. Of a batch that they have already, what has stopped goes on.

    Raises:
        ConnectorError: The file cannot be read, does not fit the action, or is another one than before.
        click.UsageError: The command line is wrong.
    """
    refused = {"--sandbox": where.in_sandbox, "--base-url": where.base_url, "--out": options.get("folder")}
    for option, given in refused.items():
        if given:
            raise click.UsageError(f"Use either --workers or {option}, not both: the workers know where to send.")
    if options.get("bulk"):
        raise click.UsageError("Use either --workers or --bulk, not both: a bulk job is a few calls from one machine.")
    path = Path(file)
    name = to.name or path.stem
    bundle = context.load_bundle(connector_name)
    with (
        hints.connection_errors(bundle.manifest, context.program_name(connector_name), offer_sandbox=False),
        Connector(bundle) as connector,
        contextlib.closing(_store()) as store,
    ):
        names = where.connection_names
        if not names:
            names = tuple(stored.known(bundle.manifest)) if options.get("connection_column") else ("",)
        # Names alone: the secrets are the workers'.
        connections = {each: Connection(name=each) for each in names}
        options |= {"timeout": where.timeout}
        batch = connector.batch(action, path, connections, **options)
        check_usable(batch)
        if to.engine == "celery":
            from connector import celery  # noqa: PLC0415 - needs the extra

            _ = celery.app  # with the broker of the environment, for a process that has no other
            celery.submit(batch, name, store)
        else:
            from connector import dbos  # noqa: PLC0415 - needs the extra

            dbos.submit(batch, name, store, dbos.database_url(os.environ))
        rows = store.plan(name).record.rows
    console.message(f"The workers have {rows:,} rows as “{name}”. See how far they are: batch status {name}")


def is_kept(name: str) -> bool:
    """Whether workers have a batch of that name, and there is no folder of it here."""
    return bool(os.environ.get(PLACE)) and not (Path(name) / "batch.json").exists()


def status(connector_name: str | None, name: str, results: str | None, *, as_json: bool) -> None:
    """Print how far a batch of the workers is, and write its results.

    Raises:
        BatchError: There is none of that name.
    """
    with contextlib.closing(_store()) as store:
        found = store.status(name)
        click.echo(json.dumps(found.to_dict()) if as_json else str(found))
        if results is None:
            return
        plan = store.plan(name)
        with Connector(context.load_bundle(connector_name)) as connector:
            columns = plan.result_columns(connector.find(plan.record.action))
        store.write_results(name, Path(results), columns)
    console.message(f"Results: {results}")


def _store() -> LaneStore:
    place = os.environ.get(PLACE)
    if not place:
        raise click.UsageError(f"Set {PLACE} to the folder, or the URL of the database, with the batches.")
    return store_at(place)
