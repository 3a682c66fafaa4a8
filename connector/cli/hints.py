"""What to type next after an error: commands of this program, which the layers below do not know."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import click

from connector.connections import environment, stored
from connector.definition.service import ConnectorDefinition
from connector.errors import AuthorizationError


def ways_to_connect(definition: ConnectorDefinition, program: str) -> str:
    """How to provide the secrets of a connection."""
    names = environment.variables(definition)
    hint = f"{f'Set {names}, or store' if names else 'Store'} a connection:\n  {program} connection add NAME"
    if known := stored.known(definition):
        hint += f"\nOr name a stored connection with --connection: {', '.join(sorted(known))}."
    if environment.file_is_unread():
        hint += f"\nThe file {environment.FILE} was not read. To read it, install python-dotenv."
    return hint


@contextlib.contextmanager
def connection_errors(definition: ConnectorDefinition, program: str, *, offer_sandbox: bool = False) -> Iterator[None]:
    """Say what to type if a secret is missing, and report a wrong `--base-url` as a wrong option.

    Raises:
        AuthorizationError: The one that was raised, with its hint.
        click.UsageError: In place of one about the base URL.
    """
    try:
        yield
    except AuthorizationError as error:
        if error.error_code == "base_url" and error.field is None:
            insecure = "unencrypted" in error.message
            hint = "Use https://, or add --allow-insecure." if insecure else error.hint
            raise click.UsageError(f"--base-url: {error.message} {hint}".rstrip()) from None
        if error.error_code == "missing_secret":
            sandbox = "\nTo try it without an account, add --sandbox." if offer_sandbox else ""
            error.hint = ways_to_connect(definition, program) + sandbox
        raise
