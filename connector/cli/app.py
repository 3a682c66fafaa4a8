"""The command line as a whole: which commands there are, how failures end, what every command shares."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from connector import folder as folders
from connector.cli import talk
from connector.errors import ConnectorError, DefinitionError, ExitStatus

if TYPE_CHECKING:
    from connector.bundle import Bundle

_COMMANDS = {
    "list": ("listing", "list_actions"),
    "show": ("showing", "show"),
    "run": ("running", "run"),
    "check": ("checking", "check"),
    "new": ("scaffold", "new"),
    "connection": ("connections", "connection"),
    "sandbox": ("sandboxing", "sandbox"),
    "completion": ("completion", "completion"),
}


class _LazyGroup(click.Group):
    """Imports a command when it is used: listing actions does not pay for an HTTP library."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(f"connector.cli.{module}"), name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[Any, Any, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            from connector.sentences import nearest  # noqa: PLC0415

            close = nearest(args[0], list(_COMMANDS))
            meant = f" Did you mean “{close[0]}”?" if close else f" There are: {', '.join(_COMMANDS)}."
            raise click.UsageError(f"There is no command “{args[0]}”.{meant}", ctx)
        return super().resolve_command(ctx, args)


def _show_version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        manifest = folders.read_json(default_folder() / folders.MANIFEST)
        click.echo(f"{manifest.get('key')} {manifest.get('version')}")
        context.exit()


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Try the actions of a connector: against the built-in sandbox, or with an account.",
)
@click.option("--connector", "connector_name", metavar="NAME|PATH", help="Another connector than the one installed.")
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)
@click.pass_context
def cli(context: click.Context, connector_name: str | None) -> None:
    """The root of all commands."""
    context.obj = connector_name


def program() -> str:
    """The name under which this program was started, for commands that people can copy."""
    name = Path(sys.argv[0]).name
    return "python -m connector" if name == "__main__.py" else name


def default_folder() -> Path:
    """The folder of the connector that this program is about: the one in its name, else the only one installed.

    Raises:
        DefinitionError: There is none, or there are several.
    """
    known = folders.available()
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
    from connector.bundle import load  # noqa: PLC0415 - the models; not every command needs them

    return load(folder_of(name))


def folder_of(name: str | None) -> Path:
    """The folder of the connector that the user named, or of the one that is installed.

    Raises:
        DefinitionError: There is none.
    """
    return folders.find(name) if name else default_folder()


def main() -> NoReturn:
    """Run the command line and leave with the exit status of what happened."""
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: list[str]) -> int:
    """Run one command line; its exit status. Expected failures are told on stderr, without a traceback."""
    try:
        status = cli.main(args=arguments, standalone_mode=False)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as error:
        talk.usage(error)
        return ExitStatus.USAGE
    except (KeyboardInterrupt, click.Abort):
        talk.error_text("Stopped.")
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        # Who read our output has gone, as `head` does; there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitStatus.OK
    except ConnectorError as error:
        talk.failure(error)
        return error.exit_status
    return status if isinstance(status, int) else ExitStatus.OK
