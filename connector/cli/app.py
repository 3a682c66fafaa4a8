"""The command line as a whole: which commands there are, how failures end, what every command shares."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
from click.shell_completion import CompletionItem

from connector.cli import console
from connector.definition import files
from connector.errors import ConnectorError, DefinitionError, ExitStatus

if TYPE_CHECKING:
    from connector.catalogue.loader import Bundle

_COMMANDS = {
    "list": ("list", "list_actions", "List the actions by group."),
    "show": ("show", "show", "Show the inputs, outputs, an example and the errors of an action."),
    "run": ("run", "run", "Run an action, or show what would be sent."),
    "connection": ("connection", "connection", "Keep accounts to run actions with."),
    "throttle": ("throttle", "throttle", "See how much of the limit of calls is used."),
    "sandbox": ("sandbox", "sandbox", "Run the local practice service for other programs."),
    "check": ("check", "check", "Check the files of a connector folder."),
    "new": ("new", "new", "Scaffold a new action."),
    "export": ("export", "export_command", "Write the catalogue as a package for another flow builder."),
    "completion": ("completion", "completion", "Print the completion script for a shell."),
}

_EPILOG = """\b
Begin with:
  list                            which actions there are
  show ACTION                     what an action needs and gives
  run ACTION --example --sandbox  try it, without an account

\b
Exit status:
  0  done                        5  the service refused it
  1  something unexpected        6  no room for the call now: wait
  2  the command is wrong        7  service or network failed: try later
  3  the inputs are wrong        8  the answer is not as declared
  4  the connection is wrong     9  the definitions are wrong
  130  stopped with Ctrl-C
"""


class HelpfulGroup(click.Group):
    """Shows its help where no command is given: on stderr and as a failure, for nothing was done."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments, of which there must be one."""
        if not args and not ctx.resilient_parsing:
            console.say(ctx.get_help())
            ctx.exit(ExitStatus.USAGE)
        return super().parse_args(ctx, args)


class _LazyGroup(HelpfulGroup):
    """Imports a command when it is used: listing actions does not pay for an HTTP library, nor does this help."""

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

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Who read our output has gone, as `head` does; there is nobody to tell.
            _forget_output()
            return ExitStatus.OK

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[Any, Any, list[str]]:
        unknown = args[0] not in _COMMANDS and not args[0].startswith("-")
        if unknown and not ctx.resilient_parsing:
            from connector.validation.messages import nearest  # noqa: PLC0415

            close = nearest(args[0], list(_COMMANDS))
            meant = f" Did you mean “{close[0]}”?" if close else f" There are: {', '.join(_COMMANDS)}."
            raise click.UsageError(f"There is no command “{args[0]}”.{meant}", ctx)
        return super().resolve_command(ctx, args)


def _show_version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        try:
            manifest = files.read_json(default_folder() / files.MANIFEST)
        except (ValueError, OSError) as error:
            raise DefinitionError(f"{files.MANIFEST.as_posix()} cannot be read: {error}.") from None
        click.echo(f"{manifest.get('key')} {manifest.get('version')}")
        context.exit()


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Try the actions of a connector: against the built-in sandbox, or with an account.",
    epilog=_EPILOG,
)
@click.option("--connector", "connector_name", metavar="NAME|PATH", help="Another connector than the one installed.")
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)
@click.pass_context
def cli(context: click.Context, connector_name: str | None) -> None:
    """The root of all commands."""
    context.obj = connector_name


def program(connector_name: str | None = None) -> str:
    """How this program was started, for commands that people can copy."""
    name = Path(sys.argv[0]).name
    started = "python -m connector" if name == "__main__.py" else name
    return started if connector_name is None else f"{started} --connector {shlex.quote(connector_name)}"


def default_folder() -> Path:
    """The folder of the connector that this program is about: the one in its name, else the only one installed.

    Raises:
        DefinitionError: There is none, or there are several.
    """
    known = files.available()
    own = Path(sys.argv[0]).stem.removesuffix("-connector")
    if own in known:
        return known[own]
    if len(known) == 1:
        return next(iter(known.values()))
    names = ", ".join(sorted(known)) or "none"
    raise DefinitionError(f"Say which connector you mean with --connector (installed: {names}).")


def load_bundle(name: str | None) -> Bundle:
    """The connector that the user named, or the one that is installed.

    Raises:
        DefinitionError: There is none, or it cannot be loaded.
    """
    from connector.catalogue.loader import load  # noqa: PLC0415 - the models; not every command needs them

    return load(folder_of(name))


def folder_of(name: str | None) -> Path:
    """The folder of the connector that the user named, or of the one that is installed.

    Raises:
        DefinitionError: There is none.
    """
    return files.find(name) if name else default_folder()


def _forget_output() -> None:
    """Let nobody try to write again what could not be written, as Python does when it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> NoReturn:
    """Run the command line and leave with the exit status of what happened."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A table with a letter that the terminal's encoding lacks is better than none.
        sys.stdout.reconfigure(errors="replace")
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: list[str]) -> int:
    """Run one command line; its exit status. Expected failures are told on stderr, without a traceback."""
    try:
        status = cli.main(args=arguments, prog_name=program(), standalone_mode=False)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except (click.ClickException, click.Abort, KeyboardInterrupt, ConnectorError, OSError) as error:
        return _told(error)
    return status if isinstance(status, int) else ExitStatus.OK


def _told(error: BaseException) -> int:
    """Say what went wrong; the exit status of its kind."""
    match error:
        case click.ClickException():
            console.usage(error)
            return ExitStatus.USAGE
        case ConnectorError():
            console.failure(error)
            return error.exit_status
        case OSError():
            _forget_output()
            where = f"{error.filename}: " if error.filename else "Reading or writing failed: "
            console.error_text(f"{where}{error.strerror or error}.")
            return ExitStatus.UNEXPECTED
    console.error_text("Stopped.")
    return ExitStatus.INTERRUPTED
