"""What can go wrong in an export, by who must act."""

from __future__ import annotations

from connector.catalogue.action import Action
from connector.errors import ConnectorError, DefinitionError, ExitStatus


class ExportError(DefinitionError):
    """A definition uses something that the format cannot express.

    Attributes:
        action: The key of the action that does, if it is a single one.
    """

    code = "export"
    action: str | None = None


class UnknownFormatError(ConnectorError):
    """No export format has this name."""

    code = "unknown_format"
    exit_status = ExitStatus.USAGE


class ExportFolderError(ConnectorError):
    """The files cannot be written to the folder: for the person who runs the export."""

    code = "export_folder"
    exit_status = ExitStatus.USAGE


class PublisherError(ConnectorError):
    """A value given for the publisher is invalid, or one is missing: for the person who runs the export."""

    code = "publisher"
    exit_status = ExitStatus.USAGE


def cannot_export(action: Action, reason: str) -> ExportError:
    """The error for an action that a format cannot express; the reason has no full stop."""
    error = ExportError(f"The action “{action.key}” cannot be exported: {reason}.")
    error.action = action.key
    return error
