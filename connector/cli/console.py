"""Messages to a person, on stderr: wrapped and in colour on a terminal, never with a control character."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import Any, TextIO

import click

from connector.cli import layout, output
from connector.errors import AuthorizationError, ConnectorError, DefinitionError, InputError, OutputError, Problem
from connector.secrets import printable

ERRORS_AS_JSON = "connector.errors_as_json"
ACTION = "connector.action"
OPTION_HINT = "connector.option_hint"
"""Keys of click's `Context.meta`: whether errors are printed as JSON, the action that the command line names, and what
an unknown option may have been meant for."""

_ONE_DASH = re.compile(r"-[a-z][a-z-]+")
_OTHER_NAMES = {
    "--format": "--output",
    "--json": "--output json",
    "--csv": "--output csv",
    "--limit": "--max-items",
    "--data": "--inputs",
    "--file": "--inputs",
    "--debug": "--verbose",
    "--profile": "--connection",
    "--url": "--base-url",
}
"""What other programs call these options."""


def use_color() -> bool | None:
    """Whether to use colours: False if `NO_COLOR` is set, otherwise None, for click to ask the terminal."""
    return False if os.environ.get("NO_COLOR") else None


def is_terminal(stream: TextIO | None) -> bool:
    """Whether the stream is a terminal, with a person in front of it."""
    return stream is not None and stream.isatty()


def message(text: str, *, bullet: str = "", **style: Any) -> None:
    """Print a message.

    Args:
        text: What to print. On a terminal it is wrapped, except for indented lines: they hold commands to copy.
        bullet: Comes before the first line; the other lines are indented as far.
        **style: How click styles it: `fg`, `dim`, `bold`.
    """
    lines = printable(text).split("\n")
    if is_terminal(sys.stderr):
        width = layout.prose_width(sys.stderr) - len(bullet)
        lines = [part for line in lines for part in ([line] if line.startswith(" ") else layout.wrap(line, width))]
    lines = [f"{' ' * len(bullet) if number else bullet}{line}" for number, line in enumerate(lines)]
    click.secho("\n".join(lines), err=True, color=use_color(), **style)


def warning(text: str) -> None:
    """Print a warning: the command goes on."""
    message(f"Warning: {text}", fg="yellow")


def error(text: str) -> None:
    """Print what went wrong."""
    message(text, fg="red")


def usage_error(failure: click.ClickException, arguments: Sequence[str] = ()) -> None:
    """Print what is wrong with the command line, and how to get help on the command."""
    error(_usage_message(failure, arguments))
    if isinstance(failure, click.UsageError) and failure.ctx is not None:
        action = failure.ctx.meta.get(ACTION)
        command = failure.ctx.command_path.rstrip()
        message(f"For help: {command}{f' {action}' if action else ''} --help")


def _usage_message(failure: click.ClickException, arguments: Sequence[str]) -> str:
    """The message, in sentences like those of the other errors instead of click's."""
    match failure:
        case click.NoSuchOption():
            with_one_dash = (f"-{word}" for word in arguments if _ONE_DASH.fullmatch(word))
            known = (
                {"--help", *(name for each in failure.ctx.command.params for name in each.opts)} if failure.ctx else ()
            )
            guesses = [_OTHER_NAMES.get(failure.option_name, ""), *with_one_dash]
            meant = [guess for guess in guesses if guess.partition(" ")[0] in known] + (failure.possibilities or [])
            close = f" Did you mean “{meant[0]}”?" if meant else ""
            hint = failure.ctx.meta.get(OPTION_HINT, "") if failure.ctx else ""
            return f"Unknown option “{failure.option_name}”.{close} {hint}".rstrip()
        case click.BadParameter(param=click.Parameter() as parameter):
            name = (
                max(parameter.opts, key=len)
                if isinstance(parameter, click.Option)
                else parameter.metavar or (parameter.name or "").upper()
            )
            choices = ", ".join(parameter.type.choices) if isinstance(parameter.type, click.Choice) else ""
            if isinstance(failure, click.MissingParameter):
                return f"{name} is required{f': {choices}' if choices else ''}."
            if choices:
                return f"{name}: choose one of {choices}."
            return f"{name}{'' if failure.message.startswith('must') else ':'} {failure.message}"
    return re.sub(r"^Got unexpected extra arguments? \((.*)\)$", r"Unexpected argument “\1”.", failure.format_message())


def connector_error(failure: ConnectorError, *, as_json: bool = False) -> None:
    """Print an error with all its problems and hints."""
    if as_json:
        click.echo(output.to_json(failure.to_dict()), err=True)
        return
    error(failure.message)
    for problem in getattr(failure, "problems", ()):
        names_key = isinstance(failure, InputError | OutputError)
        message(_with_key(problem) if names_key else problem.message, bullet="  - ")
        if problem.hint:
            message(problem.hint, bullet="    ", dim=True)
    if failure.hint:
        message(failure.hint)
    if failure.field and not isinstance(failure, InputError | AuthorizationError | DefinitionError):
        message(f"Input: {failure.field}", dim=True)
    if failure.request_id:
        message(f"Request ID: {failure.request_id}", dim=True)


def _with_key(problem: Problem) -> str:
    """The problem under the key to type, as its sentence names the label in a form."""
    if not problem.field or f"“{problem.field}”" in problem.message:
        return problem.message
    return f"{problem.field}: {problem.message}"
