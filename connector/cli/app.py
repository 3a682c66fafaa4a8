"""The program: its commands, its options, and the exit status of every outcome."""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import shlex
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click
from click.shell_completion import CompletionItem

from connector.cli import completers, console, context, interrupts
from connector.definition import files
from connector.errors import ConnectorError, DefinitionError, ExitStatus, UnknownActionError
from connector.validation.messages import did_you_mean

_COMMANDS = {
    "list": ("list", "list_actions", "List the actions by group."),
    "show": ("show", "show", "Show an action's inputs, outputs, example and errors."),
    "run": ("run", "run", "Run an action, or preview its request."),
    "docs": ("docs", "docs", "Open the reference in the browser."),
    "batch": ("batch", "batch", "Run an action once for each row of a file."),
    "connection": ("connection", "connection", "Manage connections: the accounts that actions run with."),
    "throttle": ("throttle", "throttle", "Show how much of the call limit is used."),
    "serve": ("serve", "serve", "Serve the actions over HTTP, with a page to try them in."),
    "mcp": ("mcp", "mcp", "Serve the actions to agents as MCP tools."),
    "sandbox": ("sandbox", "sandbox", "Start the sandbox for other programs to call."),
    "check": ("check", "check", "Check a connector folder for errors."),
    "init": ("init", "init", "Create a connector folder."),
    "new": ("new", "new", "Add an action to a connector folder."),
    "export": ("export", "export_command", "Export the actions as a package for another flow builder."),
    "import": ("import_package", "import_package", "Import a Power Platform package."),
    "completion": ("completion", "completion", "Print the script for shell completion."),
}
"""Command: its module, its function there, and its summary, which help shows without importing it."""

_OTHER_NAMES = {
    "actions": "list",
    "auth": "connection add NAME",
    "describe": "show ACTION",
    "info": "show ACTION",
    "limit": "throttle status",
    "limits": "throttle status",
    "lint": "check",
    "login": "connection add NAME",
    "search": "list TEXT",
    "send": "run ACTION",
    "server": "serve",
    "start": "serve --open",
    "status": "throttle status",
    "test": "connection test",
    "ui": "serve --open",
    "validate": "check",
}
"""What other programs call these commands."""

_EPILOG = """\b
Get started:
  list                            list the actions
  show ACTION                     see what an action needs and returns
  run ACTION --example --sandbox  try an action without an account

\b
Exit status:
  0  success                     5  the service rejected the request
  1  unexpected error            6  call limit reached: wait, then retry
  2  wrong command or option     7  service or network failure
  3  invalid inputs              8  unexpected response from the service
  4  connection problem          9  invalid connector definitions
  10  a batch is finished, with failed or unknown rows
  130  interrupted with Ctrl-C

\b
Environment:
  CONNECTOR_STATE_DIR  the folder for connections, call limits and the sandbox
  NO_COLOR             no colors
"""


class HelpfulGroup(click.Group):
    """Prints its help when no command is named, and for the word `help`; proposes a command for an unknown one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; there must be at least one, because without one nothing was done."""
        if not args and not ctx.resilient_parsing:
            console.message(ctx.get_help())
            ctx.exit(ExitStatus.USAGE)
        if args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names."""
        name, commands = args[0], self.list_commands(ctx)
        if name not in commands and not ctx.resilient_parsing and not name.startswith("-"):
            raise click.UsageError(f"Unknown command “{name}”. {self.proposal(ctx, name, commands)}", ctx)
        return super().resolve_command(ctx, args)

    def proposal(self, ctx: click.Context, name: str, commands: list[str]) -> str:  # noqa: ARG002
        """What to type instead of an unknown command."""
        return did_you_mean(name, commands, f"Commands: {', '.join(commands)}.")


class _LazyGroup(HelpfulGroup):
    """Imports a command when it is used: neither `list` nor help waits for an HTTP library to load."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; `--connector` may also follow the command."""
        return super().parse_args(ctx, _with_connector_first(args))

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, name, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(f"connector.cli.commands.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, _, summary) in _COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        commands = [
            CompletionItem(name, help=summary)
            for name, (_, _, summary) in _COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return commands + click.Command.shell_complete(self, ctx, incomplete)

    def proposal(self, ctx: click.Context, name: str, commands: list[str]) -> str:
        """What to type instead; an action needs `run` before it."""
        connector = ctx.params.get("connector_name")  # the object of the context is not set yet
        if context.is_action(connector, name):
            return f"It is an action. To run it:\n  {context.program_name(connector)} run {shlex.quote(name)}"
        if name in _OTHER_NAMES:
            return f"Did you mean “{_OTHER_NAMES[name]}”?"
        return super().proposal(ctx, name, commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # The reader of our output is gone, as with `| head`: nobody is left to report it to.
            _discard_output()
            return ExitStatus.OK
        except ConnectorError as error:
            if isinstance(error, UnknownActionError):
                error.hint = f"To list all actions: {context.program_name(ctx.obj)} list"
            console.connector_error(error, as_json=ctx.meta.get(console.ERRORS_AS_JSON, False))
            return error.exit_status


def _with_connector_first(args: list[str]) -> list[str]:
    for place, text in enumerate(args):
        if text == "--":
            break
        if text == "--connector" or text.startswith("--connector="):
            end = place + (1 if "=" in text else 2)
            return [*args[place:end], *args[:place], *args[end:]]
    return args


def _show_version(ctx: click.Context, _parameter: click.Parameter, requested: bool) -> None:
    if requested and not ctx.resilient_parsing:
        try:
            manifest = files.read_json(context.connector_folder(ctx.params.get("connector_name")) / files.MANIFEST)
        except (ValueError, OSError) as error:
            raise DefinitionError(f"Cannot read {files.MANIFEST.as_posix()}: {error}.") from None
        click.echo(f"{manifest.get('key')} {manifest.get('version')}")
        ctx.exit()


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Run a connector's actions from the terminal, in the built-in sandbox or with your account.",
    epilog=_EPILOG,
)
@click.option(
    "--connector",
    "connector_name",
    metavar="NAME|PATH",
    is_eager=True,  # for the version of that connector
    shell_complete=completers.connectors,
    help="Use this connector instead of the installed one.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
@click.pass_context
def cli(ctx: click.Context, connector_name: str | None) -> None:
    """The root of all commands."""
    ctx.obj = connector_name


def _discard_output() -> None:
    """Send stdout nowhere, so that Python does not try again at exit to write what could not be written."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> NoReturn:
    """Run the command line and exit with its status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A table with a letter that the terminal's encoding lacks is better than none.
        sys.stdout.reconfigure(errors="replace")
    # Starting makes objects that stay; looking for garbage among them takes a fifth of the time of a short command.
    gc.set_threshold(50_000, 20, 20)
    with interrupts.repeated():
        status = run_command(sys.argv[1:])
    gc.freeze()  # and neither is there anything to look for at the end
    sys.exit(status)


def run_command(arguments: list[str]) -> int:
    """Run one command line and return its exit status. Expected failures are printed, without a traceback."""
    try:
        status = cli.main(args=arguments, prog_name=context.program_name(), standalone_mode=False)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except (click.ClickException, click.Abort, KeyboardInterrupt, ConnectorError, OSError) as error:
        interrupts.settled()
        return _report(error, arguments)
    return status if isinstance(status, int) else ExitStatus.OK


def _report(error: BaseException, arguments: Sequence[str]) -> int:
    """Print what went wrong; the exit status of its kind."""
    match error:
        case click.ClickException():
            console.usage_error(error, arguments)
            return ExitStatus.USAGE
        case ConnectorError():
            console.connector_error(error)
            return error.exit_status
        case OSError():
            _discard_output()
            place = error.filename or "Reading or writing failed"
            console.error(f"{place}: {error.strerror or error}.")
            return ExitStatus.UNEXPECTED
    console.error("Interrupted.")
    # click wraps the interrupt, whose notes say whether a request may have been carried out.
    for note in getattr(error.__cause__ or error, "__notes__", ()):
        console.message(note)
    return ExitStatus.INTERRUPTED
