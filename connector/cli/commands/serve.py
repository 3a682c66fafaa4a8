"""`serve`: its options and its help. What it does is in `serve_actions`, which shell completion does not load."""

from __future__ import annotations

from typing import Any

import click

from connector.cli import completers, options

_EPILOG = """\b
The token:
  Programs send it as “Authorization: Bearer TOKEN”. Whoever has it can run
  actions with the connections that you name. It is new at each start; to
  choose one, set CONNECTOR_TOKEN.
"""


@click.command(
    short_help="Serve the actions over HTTP, with a page to try them in.",
    epilog=_EPILOG,
    help="""Serve the actions over HTTP until you press Ctrl-C, with a page to try them in.

    Prints the URL of the page, which contains a token, as the first line of stdout. Actions run in the sandbox, and
    with the connections that you name. After Ctrl-C the exit status is 0.
    """,
)
@options.port(8_765)
@options.host()
@click.option(
    "--connections",
    multiple=True,
    metavar="NAME[,NAME]...",
    shell_complete=completers.connections,
    help="Stored connections that may be used; “environment” is the one in environment variables.",
)
@click.option("--no-page", is_flag=True, help="Serve the HTTP API only.")
@click.option("--open", "open_page", is_flag=True, help="Open the page in the browser.")
@click.option("--log", is_flag=True, help="Print each request on stderr.")
@click.pass_obj
def serve(connector_name: str | None, /, **given: Any) -> int:
    """Serve the actions."""
    # The models and an HTTP library.
    from connector.cli import serve_actions  # noqa: PLC0415

    return serve_actions.execute(connector_name, serve_actions.Options(**given))
