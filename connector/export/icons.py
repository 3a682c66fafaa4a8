"""Reading the icons of a connector folder."""

from __future__ import annotations

import base64
from pathlib import PurePosixPath

from connector.catalogue.loader import Bundle
from connector.export.errors import ExportError

_MEDIA_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


def read_icon(bundle: Bundle, path: str) -> bytes:
    """The content of an icon, by its path in the connector folder.

    Raises:
        ExportError: The file does not exist, cannot be read, or is outside the folder.
    """
    file = (bundle.folder / path).resolve()
    if not file.is_relative_to(bundle.folder.resolve()):
        raise ExportError(f"The icon “{path}” is outside the connector folder.")
    if file.exists() and not file.is_file():
        raise ExportError(f"The icon “{path}” is not a regular file.")
    try:
        return file.read_bytes()
    except OSError as error:
        raise ExportError(f"The icon “{path}” cannot be read: {error.strerror}.") from None


def icon_data_uri(bundle: Bundle, path: str) -> str:
    """An icon as a `data:` URI, so that a document contains it.

    Raises:
        ExportError: The file cannot be read, or is neither SVG nor PNG.
    """
    media_type = _MEDIA_TYPES.get(PurePosixPath(path).suffix)
    if media_type is None:
        raise ExportError(f"The icon “{path}” must be an SVG or a PNG file.")
    return f"data:{media_type};base64,{base64.b64encode(read_icon(bundle, path)).decode()}"
