"""`run`: its options. What they do is in `connector.cli.run_action`, which a shell that completes does without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from connector.cli.commands.completion import accepted_names, action_names

_EPILOG = """\b
Inputs:
  name=text         text; also a number, true or false where the input is one
  name:=json        anything that is not text: tags:='["a", "b"]'
  name=@file        the text of a file; name:=@file for a file of JSON
  name=a name=b     a list of plain values
  body/a/b=text     the keys of a Power Automate flow are names, too

The result goes to stdout, everything else to stderr. Secrets come from a stored connection or from the
environment, never from an argument.
"""


class _Run(click.Command):
    """Says how inputs are given to whoever writes them as options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if error.possibilities:
                raise
            name = error.option_name.lstrip("-").replace("-", "_")
            told = f"{error.format_message()} An input is written without dashes: {name}=..."
            raise click.UsageError(told, ctx) from None


@click.command(cls=_Run, epilog=_EPILOG)
@click.argument("action", shell_complete=action_names)
@click.argument("given", metavar="[NAME=VALUE]...", nargs=-1, shell_complete=accepted_names)
@click.option("--inputs", "file", metavar="FILE|-", help="A JSON file with inputs, - for stdin; arguments win.")
@click.option(
    "--sandbox", "in_sandbox", is_flag=True, help="Use the built-in local service: no account, nothing leaves."
)
@click.option("--connection", "connection_name", metavar="NAME", help="A stored connection; see: connection --help.")
@click.option("--base-url", metavar="URL", help="Another address of the service: a proxy, a region, a sandbox.")
@click.option("--allow-insecure", is_flag=True, help="Accept an http:// address that is not this machine.")
@click.option("--dry-run", is_flag=True, help="Print the request that would be sent, and send nothing.")
@click.option("--curl", is_flag=True, help="Print the request as a curl command, and send nothing.")
@click.option("--example", is_flag=True, help="Fill in the inputs of the action's example; given inputs win.")
@click.option("--all-pages", is_flag=True, help="Collect the rows of all pages.")
@click.option("--max-items", type=int, metavar="N", help="At most N rows, over as many pages as it takes.")
@click.option("--fields", metavar="A,B", help="Print only these fields; names of row fields print those rows.")
@click.option(
    "--output", type=click.Choice(["json", "table"]), help="Default: a table on a terminal, else JSON; also for errors."
)
@click.option("--raw", is_flag=True, help="Print the service's own (last) answer instead of the fields.")
@click.option("--meta", "with_meta", is_flag=True, help="Print what happened beside the fields: tries, waits, pages.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Longest time for the whole run with its waits.",
)
@click.option(
    "--max-wait", type=click.FloatRange(min=0), metavar="SECONDS", help="Longest wait for the limit of calls."
)
@click.pass_obj
def run(connector_name: str | None, /, action: str, given: Sequence[str], **options: Any) -> int | None:
    """Run ACTION with the given inputs.

    ACTION is a key, an operation id or a summary, as the commands list and show have them.
    """
    # The models and an HTTP library.
    from connector.cli import run_action  # noqa: PLC0415

    return run_action.execute(connector_name, action, given, run_action.Settings(**options))
