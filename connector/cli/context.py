"""What every command needs to know: the program's name, the connector to work on, and its groups."""

from __future__ import annotations

import contextlib
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from connector.definition import files
from connector.errors import ConnectorError, DefinitionError, ExitStatus
from connector.validation.messages import nearest

if TYPE_CHECKING:
    from connector.catalogue.loader import Bundle

_NAMES = ("key", "operationId", "summary")


def program_name(connector_name: str | None = None) -> str:
    """How this program was started, for commands that people copy."""
    name = Path(sys.argv[0]).name
    started = "python -m connector" if name == "__main__.py" else name
    return started if connector_name is None else f"{started} --connector {shlex.quote(connector_name)}"


def connector_folder(name: str | None) -> Path:
    """The folder of the named connector; without a name, of the one the program is called after.

    A program that is called after none works on the connector folder it is started in, or on the only installed one.

    Raises:
        click.UsageError: No connector has that name, or there are several to choose from.
        DefinitionError: No connector is installed.
    """
    if name is not None:
        try:
            return files.find(name)
        except DefinitionError as error:
            raise click.UsageError(f"--connector: {error.message}") from None
    installed = files.available()
    own = Path(sys.argv[0]).stem.removesuffix("-connector")
    if own in installed:
        return installed[own]
    if (Path() / files.MANIFEST).is_file() or files.importer_of(Path()) is not None:
        return Path.cwd()
    if len(installed) == 1:
        return next(iter(installed.values()))
    if not installed:
        raise DefinitionError("No connector is installed. Choose a connector folder with --connector.")
    raise click.UsageError(f"Choose a connector with --connector. Installed: {', '.join(sorted(installed))}.")


def load_bundle(name: str | None, *, whole: bool = False) -> Bundle:
    """Load a connector, chosen as `connector_folder` does.

    Args:
        name: Its name or folder.
        whole: Validate every action now, not each when it is first used.

    Raises:
        DefinitionError: It does not exist, or its definitions are wrong.
    """
    from connector.catalogue import loader  # noqa: PLC0415 - the models; not every command needs them

    return (loader.load if whole else loader.read)(connector_folder(name))


def is_action(connector_name: str | None, name: str) -> bool:
    """Whether the connector has an action of this key, operation ID or summary. A broken connector has none."""
    from connector.definition.outline import outline  # noqa: PLC0415

    with contextlib.suppress(ConnectorError, click.UsageError):
        found = outline(connector_folder(connector_name))
        names = [action[each] for action in found.actions.values() for each in _NAMES] if found else []
        return name.casefold() in map(str.casefold, names)
    return False


def group_key(groups: Mapping[str, str], name: str) -> str:
    """The key of a group that was named by key or title.

    Raises:
        click.UsageError: No group has that name.
    """
    keys = {title.casefold(): key for key, title in groups.items()} | {key: key for key in groups}
    key = keys.get(name.casefold())
    if key is not None:
        return key
    close = nearest(name, list(keys))
    hint = f"Did you mean “{keys[close[0]]}”?" if close else f"Groups: {', '.join(groups)}."
    raise click.UsageError(f"--group: unknown group “{name}”. {hint}")


def chosen_group(bundle: Bundle, name: str | None) -> str:
    """The key of the group that was named by key or title; without a name, of the only one there is.

    Raises:
        click.UsageError: No group has that name, or there are several to choose from.
    """
    titles = {key: group.title for key, group in bundle.manifest.groups.items()}
    if name is not None:
        return group_key(titles, name)
    if len(titles) == 1:
        return next(iter(titles))
    raise click.UsageError(f"Choose a group with --group: {', '.join(titles)}.")


def check_host(address: str, names: Sequence[str]) -> None:
    """Make sure that a server that other machines can reach has a name.

    Raises:
        click.UsageError: It has none.
    """
    from connector.definition.base_url import is_loopback  # noqa: PLC0415 - only for commands that listen

    if not is_loopback(address) and not names:
        raise click.UsageError(
            f"--host {address}: also name the server with --host-name, so that it answers to no other name."
        )


@contextlib.contextmanager
def usage_errors(option: str = "") -> Iterator[None]:
    """Report a wrong argument as click does: with the help of the command, after the option's name if there is one.

    Raises:
        click.UsageError: In place of an error whose exit status is that of a wrong command line.
    """
    try:
        yield
    except ConnectorError as error:
        if error.exit_status is not ExitStatus.USAGE:
            raise
        text = " ".join(filter(None, [error.message, error.hint]))
        raise click.UsageError(f"{option}: {text}" if option else text) from None
