"""The actions of a connector as files that other flow builders load.

Each format is a package in here with the same entry, `files(selection)`, which returns file contents by path, and one
line in `registry.EXPORT_FORMATS`. An export is deterministic, holds no secret, and fails with an `ExportError` that
names what the format cannot express. The modules beside the formats are shared by them; writing the files to disk is
`folder.write_files`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Literal, Protocol, TypeVar, cast

from connector.catalogue.catalogue import Catalogue
from connector.catalogue.loader import Bundle
from connector.definition.service import Publisher
from connector.export.errors import ExportError, ExportFolderError, UnknownFormatError, cannot_export
from connector.export.folder import write_files
from connector.export.keywords import require_known_keywords
from connector.export.publisher import placeholder_note, with_overrides
from connector.export.registry import EXPORT_FORMATS
from connector.export.selection import ExportSelection
from connector.validation.messages import did_you_mean

__all__ = [
    "EXPORT_FORMATS",
    "ExportError",
    "ExportFolderError",
    "ExportSelection",
    "Only",
    "UnknownFormatError",
    "export",
    "leave_out",
    "placeholder_note",
    "select",
    "with_overrides",
    "write_files",
]

Only = Literal["all", "documented"]
_T = TypeVar("_T")


class Exporter(Protocol):
    """The package of a format."""

    def files(self, selection: ExportSelection) -> dict[str, bytes]:
        """The contents of the export's files by path.

        Raises:
            ExportError: The format cannot express something; the message names it.
        """


def export(
    bundle: Bundle,
    format_name: str,
    *,
    groups: Iterable[str] = (),
    only: Only = "all",
    publisher: Publisher | None = None,
    left_out: dict[str, str] | None = None,
) -> dict[str, bytes]:
    """Export a connector.

    Args:
        bundle: The connector folder.
        format_name: A name from `EXPORT_FORMATS`.
        groups: Export only the actions of these groups; all groups if empty.
        only: `documented` leaves out actions that the documented connector does not have.
        publisher: Who publishes the export, in place of the publisher in `connector.json`.
        left_out: Leave out actions that the format cannot express; says why by key afterwards.

    Returns:
        File contents by path, sorted by path.

    Raises:
        UnknownFormatError: No format has this name.
        ExportError: The format cannot express a definition, a group does not exist, or no action is selected.
    """
    if format_name not in EXPORT_FORMATS:
        message = f"Unknown export format “{format_name}”. {did_you_mean(format_name, EXPORT_FORMATS)}".rstrip()
        raise UnknownFormatError(message, hint=f"Formats: {', '.join(EXPORT_FORMATS)}.")
    selection = select(bundle, groups, only, publisher)
    exporter = cast("Exporter", importlib.import_module(f"connector.export.{EXPORT_FORMATS[format_name].package}"))

    def write(chosen: ExportSelection) -> dict[str, bytes]:
        for action in chosen.actions:
            require_known_keywords(action)
            if action.group not in bundle.manifest.groups:
                raise cannot_export(action, f"the group “{action.group}” does not exist")
        return exporter.files(chosen)

    return dict(sorted(leave_out(selection, write, left_out)[1].items()))


def leave_out(
    selection: ExportSelection, write: Callable[[ExportSelection], _T], left_out: dict[str, str] | None
) -> tuple[ExportSelection, _T]:
    """What is written of a selection, without the actions that cannot be expressed, and the selection that is left.

    Args:
        selection: The actions.
        write: Writes them, or raises for the first that it cannot express.
        left_out: Says afterwards by key why an action was left out; None to leave none out.

    Raises:
        ExportError: Nothing would be left, or it is not a single action that cannot be expressed.
    """
    while True:
        try:
            return selection, write(selection)
        except ExportError as error:
            kept = [action for action in selection.actions if action.key != error.action]
            if left_out is None or error.action is None or not kept:
                raise
            left_out[error.action] = error.message
            selection = replace(selection, actions=kept)


def select(
    bundle: Bundle,
    groups: Iterable[str] = (),
    only: Only = "all",
    publisher: Publisher | None = None,
    *,
    read_only: bool = False,
) -> ExportSelection:
    """The actions of a connector that an export or a server offers.

    Args:
        bundle: The connector folder.
        groups: Only the actions of these groups; all groups if empty.
        only: `documented` leaves out actions that the documented connector does not have.
        publisher: As for `export`.
        read_only: Leave out actions that change something.

    Raises:
        ExportError: A group does not exist, or no action is selected.
    """
    wanted = tuple(groups)
    for group in wanted:
        if group not in bundle.manifest.groups:
            raise ExportError(f"Unknown group “{group}”. Groups: {', '.join(bundle.manifest.groups)}.")
    actions = [
        action
        for action in Catalogue(bundle)
        if action.key not in bundle.gaps
        and (not wanted or action.group in wanted)
        and (only == "all" or action.definition.documented)
        and (not read_only or action.definition.effects.read_only)
    ]
    if bundle.actions and len(bundle.gaps) == len(bundle.actions):
        raise ExportError(f"Nothing of “{bundle.manifest.title}” can run here; `import` says why.")
    if not actions:
        raise ExportError("No action matches the groups, --only and --read-only together.")
    return ExportSelection(bundle, actions, publisher)
