"""What the runner says to a person: on stderr, in colour only where it is wanted, never a control character."""

from __future__ import annotations

import os
import sys
from typing import Any, TextIO

import click

from connector.cli import output
from connector.errors import AuthorizationError, ConnectorError, InputError
from connector.secrets import printable


def colour() -> bool | None:
    """Whether to use colours: no where `NO_COLOR` says so, otherwise as the terminal can."""
    return False if os.environ.get("NO_COLOR") else None


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person is at the other end of the stream."""
    return stream is not None and stream.isatty()


def say(text: str, **style: Any) -> None:
    """A line of talk."""
    click.secho(printable(text), err=True, color=colour(), **style)


def error_text(text: str) -> None:
    """A line that says what went wrong."""
    say(text, fg="red")


def usage(error: click.ClickException) -> None:
    """What is wrong with the command itself, and where to read how it goes."""
    error_text(error.format_message())
    if isinstance(error, click.UsageError) and error.ctx is not None:
        say(f"See: {error.ctx.command_path} --help")


def failure(error: ConnectorError, *, as_json: bool = False) -> None:
    """An error, with every problem and every hint."""
    if as_json:
        click.echo(output.as_json(error.to_dict()), err=True)
        return
    error_text(error.message)
    for problem in getattr(error, "problems", ()):
        say(f"  - {problem.message}")
        if problem.hint:
            say(f"    {problem.hint}", dim=True)
    if error.hint:
        say(error.hint)
    if error.field and not isinstance(error, InputError | AuthorizationError):
        say(f"Field: {error.field}", dim=True)
    if error.request_id:
        say(f"Request id: {error.request_id}", dim=True)


class Waiting:
    """Tells a person at a terminal what the run waits for, how long, and how to stop."""

    def __init__(self) -> None:
        self._shown = is_terminal(sys.stderr)

    def __call__(self, reason: str, seconds: float) -> None:
        """Told before each wait."""
        if self._shown and seconds >= 1:
            say(f"{reason[:1].upper()}{reason[1:]}: {seconds:.0f} s. Ctrl-C stops.", dim=True)
