"""The media types of files by the ends of their names, the same on every machine and in JavaScript."""

from __future__ import annotations

_OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES = {
    "avif": "image/avif", "bmp": "image/bmp", "css": "text/css", "csv": "text/csv", "doc": "application/msword",
    "docx": f"{_OFFICE}.wordprocessingml.document", "eml": "message/rfc822", "gif": "image/gif", "htm": "text/html",
    "html": "text/html", "ics": "text/calendar", "jpeg": "image/jpeg", "jpg": "image/jpeg", "js": "text/javascript",
    "json": "application/json", "md": "text/markdown", "mp3": "audio/mpeg", "mp4": "video/mp4",
    "pdf": "application/pdf", "png": "image/png", "ppt": "application/vnd.ms-powerpoint",
    "pptx": f"{_OFFICE}.presentationml.presentation", "svg": "image/svg+xml", "tif": "image/tiff",
    "tiff": "image/tiff", "txt": "text/plain", "wav": "audio/x-wav", "webp": "image/webp",
    "xls": "application/vnd.ms-excel", "xlsx": f"{_OFFICE}.spreadsheetml.sheet", "xml": "text/xml",
    "zip": "application/zip",
}  # fmt: skip


def media_type_of_name(name: str) -> str | None:
    """The media type of a file of that name; None where its end is not known."""
    return MEDIA_TYPES.get(name.rpartition(".")[2].lower()) if "." in name else None
