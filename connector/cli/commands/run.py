"""`run`: its options and its help. What it does is in `run_action`, which shell completion does not load."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

import click

from connector.cli import completers, console, context, options
from connector.errors import ConnectorError

_EPILOG = """\b
How to write inputs:
  name=text         text, or a number, true or false if the input is one
  name:=json        any JSON value: tags:='["a", "b"]'
  name=@file        text from a file; name:=@file for JSON from a file
  name@file         a file, for an input that is one; name@- for stdin
  name=a name=b     several values of a list
  body/a/b=text     the keys of a Power Automate flow work as names, too

For the inputs of an action, add --help after its name: run ACTION --help

The result goes to stdout, everything else to stderr. Secrets come from a stored connection or from environment
variables, never from arguments.
"""


_SECTIONS = {
    "Inputs": ["--inputs", "--example", "--again"],
    "Where to run": ["--sandbox", "--connection", "--base-url", "--allow-insecure"],
    "Look before sending": ["--dry-run", "--policies", "--curl", "--code"],
    "Pages": ["--all-pages", "--max-items"],
    "Waiting": ["--timeout", "--max-wait", "--wait-until", "--watch", "--interval"],
    "Output": ["--output", "--download", "--fields", "--query", "--no-empty", "--raw", "--meta", "--verbose"],
}
"""The options in the help, by what they are for. One that is not here is shown under “Other options”."""

_ALIKE = 0.8
"""How like an option, from 0 to 1, a word must be to be only that, mistyped."""


def _inputs_of(ctx: click.Context, args: Sequence[str]) -> Sequence[str]:
    """The inputs of the action that is named first on a command line."""
    names = [arg for arg in args if not arg.startswith("-")]
    with contextlib.suppress(ConnectorError, click.UsageError):
        from connector.catalogue.catalogue import Catalogue  # noqa: PLC0415 - the models

        return list(Catalogue(context.load_bundle(ctx.obj)).find(names[0] if names else "").accepted_names)
    return ()


class _RunCommand(click.Command):
    """Shows the inputs of an action in its help, and explains inputs that are written as options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing and (action := self._action_to_explain(ctx, args)):
            click.echo(self._help_of(ctx, action), color=console.use_color())
            ctx.exit()
        words = list(args)  # parsing takes them out
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            name = error.option_name.lstrip("-").replace("-", "_")
            hint = f"Write inputs without dashes: {name}=..."
            if name in _inputs_of(ctx, words):
                raise click.UsageError(f"Unknown option “{error.option_name}”. {hint}", ctx) from None
            likeness = [SequenceMatcher(None, error.option_name, each).ratio() for each in error.possibilities or ()]
            if error.option_name.startswith("--") and max(likeness, default=0.0) < _ALIKE:
                ctx.meta[console.OPTION_HINT] = hint
            raise

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options in sections."""
        shown = [each for each in self.get_params(ctx) if isinstance(each, click.Option)]
        left = {max(each.opts, key=len): each.get_help_record(ctx) or ("", "") for each in shown}
        for title, names in _SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([left.pop(name) for name in names])
        with formatter.section("Other options"):
            formatter.write_dl(list(left.values()))

    def _action_to_explain(self, ctx: click.Context, args: list[str]) -> str | None:
        """The action on the command line, if there is one and its help is wanted."""
        try:
            values, _, _ = self.make_parser(ctx).parse_args(list(args))
        except click.UsageError:
            return None
        option = self.get_help_option(ctx)
        wanted = option is not None and values.get(option.name or "") is True
        action = values.get("action")
        return action if wanted and isinstance(action, str) else None

    def _help_of(self, ctx: click.Context, name: str) -> str:
        from connector.catalogue.catalogue import Catalogue  # noqa: PLC0415 - the models
        from connector.cli import action_help  # noqa: PLC0415

        action = Catalogue(context.load_bundle(ctx.obj)).find(name)
        formatter = ctx.make_formatter()
        formatter.write_usage(ctx.command_path, f"[OPTIONS] {action.key} [NAME=VALUE]...")
        formatter.write_paragraph()
        formatter.write("\n".join(action_help.inputs(action, context.program_name(ctx.obj))) + "\n")
        self.format_options(ctx, formatter)
        self.format_epilog(ctx, formatter)
        return formatter.getvalue().rstrip("\n")


@click.command(cls=_RunCommand, epilog=_EPILOG)
@click.argument("action", metavar="ACTION", required=False, shell_complete=completers.actions)
@click.argument("items", metavar="[NAME=VALUE]...", nargs=-1, shell_complete=completers.inputs)
@click.option(
    "--inputs",
    "file",
    type=click.Path(allow_dash=True),
    metavar="FILE|-",
    help="Read inputs from a JSON file (- for stdin). Arguments override them.",
)
@options.in_sandbox
@options.connection
@options.base_url
@options.allow_insecure
@click.option("--dry-run", is_flag=True, help="Print the request instead of sending it.")
@click.option(
    "--policies",
    is_flag=True,
    help="Print the request before and after the policies of a Power Platform package instead of sending it.",
)
@click.option("--curl", is_flag=True, help="Print the request as a curl command instead of sending it.")
@click.option(
    "--code",
    "language",
    type=click.Choice(["python", "command-line", "power-automate", "n8n", "http"]),
    help="Print the run as code to copy instead of running it.",
)
@click.option("--example", is_flag=True, help="Use the inputs of the action's example. Other inputs override them.")
@click.option("--again", is_flag=True, help="Repeat the last run that failed, under the same idempotency key.")
@click.option("--all-pages", is_flag=True, help="Read all pages and return their rows together.")
@click.option(
    "--max-items",
    type=options.number(1, whole=True),
    metavar="N",
    help="Return at most N rows, from as many pages as it takes.",
)
@click.option(
    "--wait-until",
    multiple=True,
    metavar="FIELD=VALUE",
    shell_complete=completers.conditions,
    help="Run again until this field has this value, at most --timeout seconds (300 by default). Can be repeated for "
    "other values.",
)
@click.option("--watch", is_flag=True, help="Run again and again, and print the result whenever it changes.")
@click.option(
    "--interval",
    type=options.number(0, above=True),
    default=2,
    show_default=True,
    metavar="SECONDS",
    help="Seconds between two runs of --watch and --wait-until.",
)
@click.option(
    "--fields",
    metavar="A,B",
    shell_complete=completers.output_fields,
    help="Print only these fields of the result, or of the rows in one of its lists.",
)
@click.option(
    "--query",
    metavar="JMESPATH",
    help="Print what this expression selects, such as \"results[?status=='SENT'].id\". Needs jmespath.",
)
@click.option("--no-empty", is_flag=True, help="Leave out empty fields.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["json", "jsonl", "csv", "text", "table"]),
    metavar="FORMAT",
    help="json, jsonl, csv, text or table. Defaults to table on a terminal, otherwise json. With json, errors are "
    "JSON too; jsonl, csv and text print the rows of a list alone.",
)
@click.option(
    "--download",
    type=click.Path(),
    metavar="PATH",
    help="Save the files of the result: in this folder, or the only one as this file.",
)
@click.option("--raw", is_flag=True, help="Print the service's last response instead of the fields.")
@click.option("--meta", "with_meta", is_flag=True, help="Also print what happened: attempts, waits, pages.")
@options.verbose
@click.option(
    "--timeout",
    type=options.number(0, above=True),
    metavar="SECONDS",
    help="Time limit for the whole run, including waits.",
)
@click.option("--max-wait", type=options.number(0), metavar="SECONDS", help="Longest time to wait for the call limit.")
@click.pass_context
def run(ctx: click.Context, /, action: str | None, items: Sequence[str], **given: Any) -> None:
    """Run ACTION with inputs.

    ACTION is a key, operation ID or summary, as shown by list and show.
    """
    # The models and an HTTP library.
    from connector.cli import run_action  # noqa: PLC0415

    run_action.execute(ctx, action, items, run_action.Options(**given))
