"""The icons of a connector folder, and a plain one where it brings none."""

from __future__ import annotations

import base64
from pathlib import PurePosixPath

from connector.catalogue.loader import Bundle
from connector.export.errors import ExportError
from connector.export.letter_icon import letter_png, letter_svg

_PNG = b"\x89PNG"
_MEDIA_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


def icon(bundle: Bundle, group: str | None = None) -> tuple[str, bytes]:
    """The path and the content of the connector's icon, or of a group's.

    A group without one has the connector's; a connector without one, the first letter of its title.

    Raises:
        ExportError: The file cannot be read, or is neither SVG nor PNG.
    """
    manifest = bundle.manifest
    path = (manifest.groups[group].icon if group is not None else None) or manifest.icon
    if path is not None and PurePosixPath(path).suffix not in _MEDIA_TYPES:
        raise ExportError(f"The icon “{path}” must be an SVG or a PNG file.")
    if path is not None:
        return path, read_icon(bundle, path)
    title = manifest.title if group is None else manifest.groups[group].title
    return f"default/{group or 'connector'}.svg", letter_svg(title, manifest.brand_color)


def svg_icon(bundle: Bundle, group: str | None = None) -> bytes:
    """The icon as an SVG, for hosts that take no other; a PNG is wrapped into one.

    Raises:
        ExportError: The file cannot be read.
    """
    content = icon(bundle, group)[1]
    if not content.startswith(_PNG):
        return content
    data = base64.b64encode(content).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">'
        f'<image width="64" height="64" href="data:image/png;base64,{data}"/></svg>\n'
    ).encode()


def png_icon(bundle: Bundle) -> bytes:
    """The connector's icon as a PNG on its colour: the one of the publication, or the one beside the SVG.

    Raises:
        ExportError: The file cannot be read.
    """
    manifest, publication = bundle.manifest, bundle.manifest.publication
    path = publication.icon if publication is not None else None
    if path is None and manifest.icon is not None:
        path = str(PurePosixPath(manifest.icon).with_suffix(".png"))
    color = (publication.brand_color if publication is not None else None) or manifest.brand_color
    return read_icon(bundle, path) if path is not None else letter_png(manifest.title, color)


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


def icon_data_uri(path: str, content: bytes) -> str:
    """An icon as a `data:` URI, so that a document contains it."""
    return f"data:{_MEDIA_TYPES[PurePosixPath(path).suffix]};base64,{base64.b64encode(content).decode()}"
