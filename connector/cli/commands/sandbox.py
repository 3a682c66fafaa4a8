"""`sandbox`: the connector's local service, in the foreground, for other programs to call."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from connector.cli import console, context, interrupts, options, sandbox_service
from connector.errors import ExitStatus
from connector.secrets import printable

_WHAT = {
    True: "delivers nothing. Open its address in a browser to see what was sent.",
    False: "responds as the examples show.",
}
"""What a sandbox does, by whether the connector folder brings it."""


@click.command(
    help="""Run the sandbox until you press Ctrl-C, for other programs to call.

    Prints its address as the first line of stdout, and each request on stderr. Any secret is accepted. Data is kept
    between runs, in a file that run --sandbox uses too. A connector that brings no sandbox has one that responds as its
    examples show, and keeps nothing. After Ctrl-C the exit status is 0.
    """
)
@options.port(8_000)
@click.option(
    "--db",
    "database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Database file to use; created if it is missing.",
)
@click.option("--reset", is_flag=True, help="Restore the original sample data, and exit.")
@click.option("--quiet", is_flag=True, help="Do not print the requests.")
@click.pass_obj
def sandbox(connector_name: str | None, port: int, database: Path | None, reset: bool, quiet: bool) -> int:
    """Run the sandbox in the foreground, or reset it."""
    bundle = context.load_bundle(connector_name)
    if reset:
        with sandbox_service.running(bundle, database=database) as service:
            service.reset()
        console.message("The sandbox has its original sample data again.")
        return ExitStatus.OK
    brought = bundle.manifest.sandbox is not None
    on_request = None if quiet else _print_request
    with sandbox_service.running(bundle, port=port, database=database, on_request=on_request) as service:
        try:
            # A program that waits for the address may act on it at once, so it is the last that is printed.
            console.message(
                f"The sandbox is running. It accepts any secret and {_WHAT[brought]} Press Ctrl-C to stop it."
            )
            click.echo(service.url)
            threading.Event().wait()
        except KeyboardInterrupt:
            interrupts.settled()
            console.message("Sandbox stopped. Its data is kept." if brought else "Sandbox stopped.")
    return ExitStatus.OK


def _print_request(entry: Mapping[str, Any]) -> None:
    """Print a request without its body, which `run -v` and the page show."""
    time = entry["time"].partition("T")[2][:8]
    line = f"{time} {entry['method']} {entry['path']} {entry['status']} ({entry['seconds'] * 1000:.0f} ms)"
    click.echo(printable(line), err=True)
