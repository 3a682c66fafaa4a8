"""`mcp`: its options and its help. What it does is in `serve_tools`, which shell completion does not load."""

from __future__ import annotations

from typing import Any

import click

from connector.cli import options

_EPILOG = """\b
The token of --http:
  Clients send it as “Authorization: Bearer TOKEN”. It is new at each start;
  to choose one that stays in the settings of a client, set CONNECTOR_TOKEN.
"""


@click.command(
    short_help="Serve the actions to agents as MCP tools.",
    epilog=_EPILOG,
    help="""Serve the actions to an agent host as tools of the Model Context Protocol.

    Speaks stdio: the host starts this command, and ends it. With --http it listens instead, and prints its URL and the
    header with its token. All actions run with one connection: no tool takes its secret.
    """,
)
@options.in_sandbox
@options.connection
@click.option(
    "--tools",
    type=click.Choice(["auto", "all", "meta"]),
    default="auto",
    show_default=True,
    help="all: one tool per action. meta: five tools that find, explain and run actions. auto: all, unless the list "
    "would take more than 15,000 tokens.",
)
@options.selection("offer")
@click.option("--read-only", is_flag=True, help="Offer only actions that change nothing.")
@click.option(
    "--confirm",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Ask before a destructive action. auto: if the client can ask. always: refuse it if the client cannot.",
)
@click.option("--http", "over_http", is_flag=True, help="Speak streamable HTTP instead of stdio.")
@options.port(8_766, "Port for --http")
@options.host("Address to listen on with --http.")
@click.pass_obj
def mcp(connector_name: str | None, /, **given: Any) -> int:
    """Serve the actions over MCP."""
    # The models and an HTTP library.
    from connector.cli import serve_tools  # noqa: PLC0415

    return serve_tools.execute(connector_name, serve_tools.Options(**given))
