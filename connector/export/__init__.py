"""The catalogue as files that other people's flow builders load.

Each format is a module here with one function, `files`, that turns a selection of actions into file contents.
The same definitions give the same bytes; nothing secret is ever in them; what a format cannot express is an error
that names it.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal, Protocol, cast

from connector.catalogue.action import Action
from connector.catalogue.catalogue import Catalogue
from connector.catalogue.loader import Bundle
from connector.errors import ConnectorError, DefinitionError, ExitStatus
from connector.validation.messages import nearest

Only = Literal["all", "documented"]


class ExportError(DefinitionError):
    """A definition says something that the format cannot express."""

    code = "export"


class UnknownFormatError(ConnectorError):
    """There is no such format."""

    code = "unknown_format"
    exit_status = ExitStatus.USAGE


class ExportFolderError(ConnectorError):
    """The files cannot be written to the folder: for the person who runs the export."""

    code = "export_folder"
    exit_status = ExitStatus.USAGE


@dataclass(frozen=True)
class Selection:
    """What is exported.

    Attributes:
        bundle: The connector folder, for its own title, throttle, connection and icons.
        actions: The chosen actions, in catalogue order.
    """

    bundle: Bundle
    actions: Sequence[Action]


class Writer(Protocol):
    """A format's module."""

    def files(self, selection: Selection) -> dict[str, bytes]:
        """The files of the export: path inside it, content.

        Raises:
            ExportError: Something cannot be expressed; it is named.
        """


FORMATS: Mapping[str, tuple[str, str]] = {
    "catalogue": ("catalogue", "JSON for a flow builder in any language: everything needed to draw the actions"),
    "power-platform": ("power_platform", "a custom connector package for Power Automate, Power Apps and Logic Apps"),
    "openapi": ("openapi", "an OpenAPI 3.1 document with one operation per action"),
    "n8n": ("n8n", "an n8n community node package"),
    "node-red": ("node_red", "a Node-RED package"),
    "docs": ("docs", "reference pages in Markdown"),
    "mcp": ("mcp", "the tool list for agent hosts (Model Context Protocol)"),
}
"""Format name: its module here, and what it is for."""


def export(bundle: Bundle, format_name: str, *, groups: Iterable[str] = (), only: Only = "all") -> dict[str, bytes]:
    """The files of an export.

    Args:
        bundle: The connector folder.
        format_name: One of `FORMATS`.
        groups: Only actions of these groups; all when empty.
        only: `documented` leaves out the actions that the documented connector does not have.

    Returns:
        Contents by path inside the export, in a fixed order.

    Raises:
        UnknownFormatError: There is no such format.
        ExportError: A definition cannot be expressed in it, a group does not exist, or nothing is left to export.
    """
    if format_name not in FORMATS:
        close = nearest(format_name, list(FORMATS))
        meant = f" Did you mean “{close[0]}”?" if close else ""
        raise UnknownFormatError(
            f"There is no export format “{format_name}”.{meant}", hint=f"There are: {', '.join(FORMATS)}."
        )
    writer = cast("Writer", importlib.import_module(f"connector.export.{FORMATS[format_name][0]}"))
    return dict(sorted(writer.files(_selected(bundle, tuple(groups), only)).items()))


def _selected(bundle: Bundle, groups: Sequence[str], only: Only) -> Selection:
    for group in groups:
        if group not in bundle.manifest.groups:
            raise ExportError(f"There is no group “{group}”. The groups are: {', '.join(bundle.manifest.groups)}.")
    actions = [
        action
        for action in Catalogue(bundle)
        if (not groups or action.group in groups) and (only == "all" or action.definition.documented)
    ]
    if not actions:
        raise ExportError("No action is left to export: the groups and --only together leave none.")
    return Selection(bundle, actions)


def save(files: Mapping[str, bytes], folder: Path) -> list[Path]:
    """Write an export's files into a folder, which is made if need be.

    Returns:
        The paths written, in order.

    Raises:
        ExportError: A path leads out of the folder.
        ExportFolderError: A file cannot be written.
    """
    written = []
    for name, content in files.items():
        parts = PurePosixPath(name).parts
        if PurePosixPath(name).is_absolute() or ".." in parts:
            raise ExportError(f"The export names the file “{name}”, which is outside its folder.")
        path = folder.joinpath(*parts)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise ExportFolderError(f"{path} cannot be written: {error.strerror}.") from None
        written.append(path)
    return written
