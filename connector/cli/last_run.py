"""The last run that failed without being refused, kept so that `run --again` repeats it under the same idempotency key.

Kept are the action, the inputs without those that are secret, the key and the name of the connection, in a private
file of the state folder. A run that reads is not kept: it can be typed again without harm.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from connector import state_dir
from connector.catalogue.action import Action
from connector.cli.file_items import can_keep, from_kept, kept
from connector.clock import Clock
from connector.connections.auth import identity_of
from connector.connections.connection import Connection
from connector.definition.service import ConnectorDefinition
from connector.errors import ConnectorError, ThrottledError, UnavailableError
from connector.http.request import masked


@dataclass(frozen=True)
class LastRun:
    """A run to repeat.

    Attributes:
        action: Key of the action.
        inputs: The inputs without those that are secret.
        secret: Names of the inputs that are not kept: secrets, and files that are nowhere on disk.
        key: The idempotency key, if the action has one.
        where: The options that said where it ran.
        started: When, in ISO 8601.
        repeatable: Whether running it again has the effect of once.
        account: Identifies the connection without anything of its secret; empty for a sandbox.
    """

    action: str
    inputs: dict[str, Any]
    secret: list[str]
    key: str | None
    where: dict[str, Any]
    started: str
    repeatable: bool
    account: str = ""

    @classmethod
    def of(cls, action: Action, given: Mapping[str, Any], clock: Clock, where: dict[str, Any]) -> LastRun:
        """The run that begins now, under a key that is made here if the inputs have none."""
        inputs, _ = action.validate_inputs(given)
        known = {name: value for name, value in inputs.items() if name in action.definition.inputs.properties}
        shown = masked(action.definition, known)
        keep = {name for name, value in known.items() if shown[name] == value and can_keep(value)}
        key_input = action.definition.idempotency.input if action.definition.idempotency else None
        return cls(
            action=action.key,
            inputs={name: value for name, value in known.items() if name in keep},
            secret=[name for name, value in known.items() if name not in keep],
            key=str(inputs.get(key_input) or uuid.uuid4()) if key_input else None,
            where=where,
            started=clock.wall().isoformat(),
            repeatable=action.definition.repeatable or key_input is not None,
        )

    def inputs_again(self, action: Action, more: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs of the run, with those that are secret and were not kept.

        Raises:
            click.UsageError: One of them is missing, or an input would be another than before.
        """
        named = {action.accepted_names.get(name, name) for name in more}
        if others := sorted(named - set(self.secret)):
            raise click.UsageError(f"--again repeats a run as it was. Leave out {', '.join(others)}.")
        if missing := [name for name in self.secret if name not in named]:
            raise click.UsageError(f"--again: these inputs are not kept. Add {' '.join(f'{n}=...' for n in missing)}")
        key = {action.definition.idempotency.input: self.key} if action.definition.idempotency else {}
        return {**self.inputs, **more, **key}

    def check_account(self, definition: ConnectorDefinition, connection: Connection) -> None:
        """Make sure that the run is repeated with the account that it began with.

        Raises:
            click.UsageError: It is another one, where the key means nothing.
        """
        salt, _, _ = self.account.partition(":")
        if self.account and self.account != _account(definition, connection, salt):
            raise click.UsageError(
                f"--again: the last run of {self.action} used another account or API key. Use that one."
            )


@contextlib.contextmanager
def kept_on_failure(
    definition: ConnectorDefinition, run: LastRun, connection: Connection, program: str
) -> Iterator[None]:
    """Keep a run that fails and may be repeated; forget the one that was kept once it has succeeded.

    Raises:
        ConnectorError: The one that was raised, with `run --again` in its hint.
    """
    try:
        yield
    except (UnavailableError, ThrottledError) as error:
        safe = run.repeatable or error.retryable
        _keep(definition, replace(run, repeatable=safe), connection)
        if safe:
            error.hint = f"{error.hint}\n{_again(run, program)}".lstrip()
        raise
    except KeyboardInterrupt as stopped:
        _keep(definition, run, connection)
        if run.repeatable:
            stopped.add_note(_again(run, program))
        raise
    else:
        found = _read(definition)
        if found is not None and (found.action, found.key) == (run.action, run.key):
            _file(definition).unlink(missing_ok=True)


def load(definition: ConnectorDefinition, clock: Clock) -> LastRun:
    """The run to repeat.

    Raises:
        click.UsageError: There is none, or repeating it could do it twice.
    """
    run = _read(definition)
    if run is None:
        raise click.UsageError("--again: there is no failed run to repeat.")
    if not run.repeatable:
        raise click.UsageError(
            f"--again: whether the last run of {run.action} was carried out is unknown, and the action has no "
            "idempotency key. Check, then run it with its inputs if it was not."
        )
    hours = definition.idempotency.hours if run.key and definition.idempotency else None
    if hours is not None and clock.wall() - datetime.fromisoformat(run.started) > timedelta(hours=hours):
        raise click.UsageError(
            f"--again: the last run of {run.action} began more than {hours:g} hours ago, and the service has forgotten "
            "its key. Check whether it was carried out, then run it with its inputs if it was not."
        )
    return run


def _again(run: LastRun, program: str) -> str:
    return f"To run it again{' under the same key' if run.key else ''}:\n  {program} run --again"


def _keep(definition: ConnectorDefinition, run: LastRun, connection: Connection) -> None:
    account = "" if connection.ephemeral else _account(definition, connection, secrets.token_hex(16))
    run = replace(run, account=account, inputs=run.inputs if run.repeatable else {})
    with contextlib.suppress(OSError, ConnectorError):  # the failure itself is what must be reported
        state_dir.write_private(_file(definition), json.dumps(asdict(run), default=kept).encode())


def _account(definition: ConnectorDefinition, connection: Connection, salt: str) -> str:
    """The salt, and a hash of the account that is slow to guess from."""
    identity = identity_of(definition, connection).encode()
    return f"{salt}:{hashlib.scrypt(identity, salt=salt.encode(), n=2**14, r=8, p=1).hex()}"


def _read(definition: ConnectorDefinition) -> LastRun | None:
    try:
        return LastRun(**json.loads(_file(definition).read_text(encoding="utf-8"), object_hook=from_kept))
    except (OSError, ValueError, RecursionError, TypeError, ConnectorError):
        return None


def _file(definition: ConnectorDefinition) -> Path:
    return state_dir.folder() / f"{definition.key}-last-run.json"
