"""The icons of a connector folder, read for an export."""

from __future__ import annotations

import base64
from pathlib import PurePosixPath

from connector.catalogue.loader import Bundle
from connector.export import ExportError

_MEDIA_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


def icon_bytes(bundle: Bundle, path: str) -> bytes:
    """The content of an icon.

    Args:
        bundle: The connector folder.
        path: The icon's path in it, as a definition gives it.

    Raises:
        ExportError: There is no such file in the folder.
    """
    file = (bundle.folder / path).resolve()
    if not file.is_relative_to(bundle.folder.resolve()):
        raise ExportError(f"The icon “{path}” is outside the connector folder.")
    try:
        return file.read_bytes()
    except OSError as error:
        raise ExportError(f"The icon “{path}” cannot be read: {error.strerror}.") from None


def data_uri(bundle: Bundle, path: str) -> str:
    """An icon as a `data:` address, to stand in a document by itself.

    Raises:
        ExportError: There is no such file, or it is neither SVG nor PNG.
    """
    media_type = _MEDIA_TYPES.get(PurePosixPath(path).suffix)
    if media_type is None:
        raise ExportError(f"The icon “{path}” is neither SVG nor PNG.")
    return f"data:{media_type};base64,{base64.b64encode(icon_bytes(bundle, path)).decode()}"
