"""Options that several commands have, and numbers that say in plain words what they must be."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from connector.cli import completers


def number(least: int, most: int | None = None, *, whole: bool = False, above: bool = False) -> Callable[[Any], float]:
    """The type of an option that is a number from `least` to `most`; with `above`, `least` itself is too small."""

    def convert(typed: Any) -> float:
        try:
            value = int(typed) if whole else float(typed)
        except ValueError:
            value = math.nan
        fits = value > least if above else value >= least
        if fits and value <= (math.inf if most is None else most) and value < math.inf:
            return value
        bounds = f"above {least}" if above else f"of {least} or more" if most is None else f"from {least} to {most}"
        raise click.BadParameter(f"must be a{' whole' if whole else ''} number {bounds}, not “{typed}”.")

    return convert


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def port(default: int, purpose: str = "Port to listen on") -> Decorator:
    """The option `--port` of a command that listens; `purpose` is what the port is for."""
    return click.option(
        "--port",
        type=number(0, 65_535, whole=True),
        metavar="PORT",
        default=default,
        show_default=True,
        help=f"{purpose}; 0 picks a free one.",
    )


connection: Decorator = click.option(
    "--connection",
    "connection_name",
    metavar="NAME",
    shell_complete=completers.connections,
    help="Use this stored connection.",
)
base_url: Decorator = click.option(
    "--base-url", metavar="URL", help="Send requests to this address, such as a proxy or another region."
)
allow_insecure: Decorator = click.option(
    "--allow-insecure", is_flag=True, help="Allow an http:// address on another machine."
)
as_json: Decorator = click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
verbose: Decorator = click.option(
    "-v", "--verbose", is_flag=True, help="Print every request and response, with secrets masked."
)


in_sandbox: Decorator = click.option(
    "--sandbox", "in_sandbox", is_flag=True, help="Run in the local sandbox. Needs no account."
)


def selection(verb: str) -> Decorator:
    """The options `--group` and `--only`; `verb` is what the command does with the actions, such as “offer”."""
    group = click.option(
        "--group",
        "groups",
        multiple=True,
        metavar="GROUP",
        shell_complete=completers.groups,
        help=f"{verb.capitalize()} only the actions of this group. Can be repeated.",
    )
    choices, text = click.Choice(["all", "documented"]), f"Which actions to {verb}."
    only = click.option("--only", type=choices, default="all", show_default=True, help=text)
    return lambda command: group(only(command))


def host(purpose: str = "Address to listen on.") -> Decorator:
    """The options `--host` and `--host-name` of a command that listens; `purpose` is the help of the address."""
    address = click.option("--host", "address", metavar="ADDRESS", default="127.0.0.1", show_default=True, help=purpose)
    names = click.option(
        "--host-name",
        "host_names",
        multiple=True,
        metavar="NAME[:PORT]",
        help="Name by which clients reach this server. Required if ADDRESS is not loopback. Can be repeated.",
    )
    return lambda command: address(names(command))


def description(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options `--from`, `--operation` and `--all`: operations of a description of an API."""
    source = click.option(
        "--from",
        "description",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Description of the API: OpenAPI 3 or Swagger 2, in JSON or YAML.",
    )
    operation = click.option(
        "--operation",
        "operations",
        multiple=True,
        metavar="ID",
        help="Operation of the description: its ID, or “GET /path”. Can be repeated.",
    )
    every = click.option("--all", "every", is_flag=True, help="All operations of the description.")
    return source(operation(every(command)))
