"""`sandbox`: the connector's local service, in the foreground, for other programs to call."""

from __future__ import annotations

import threading
from pathlib import Path

import click

from connector.cli import console, context, interrupts, options, sandbox_service
from connector.errors import ExitStatus


@click.command(
    help="""Run the sandbox until you press Ctrl-C, for other programs to call.

    Prints its address as the first line of stdout. Any secret is accepted. Data is kept between runs, in a file that
    run --sandbox uses too. After Ctrl-C the exit status is 0.
    """
)
@click.option(
    "--port",
    type=options.number(0, 65_535, whole=True),
    metavar="PORT",
    default=8_000,
    show_default=True,
    help="Port to listen on; 0 picks a free one.",
)
@click.option(
    "--db",
    "database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Database file to use; created if it is missing.",
)
@click.option("--reset", is_flag=True, help="Start again with the original sample data.")
@click.pass_obj
def sandbox(connector_name: str | None, port: int, database: Path | None, reset: bool) -> int:
    """Run the sandbox in the foreground."""
    bundle = context.load_bundle(connector_name)
    hint = "Choose another --port (0 picks a free one). If the file is damaged, move it away or choose another --db."
    with sandbox_service.running(bundle, port=port, database=database, hint=hint) as service:
        if reset:
            service.reset()
        try:
            click.echo(service.url)
            console.message(
                "The sandbox is running. It accepts any secret and delivers nothing. Press Ctrl-C to stop it."
            )
            threading.Event().wait()
        except KeyboardInterrupt:
            interrupts.settled()
            console.message("Sandbox stopped. Its data is kept.")
    return ExitStatus.OK
