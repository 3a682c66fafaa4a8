"""From the value of a body to bytes: JSON, a form, multipart, text or a file. Files on disk are read as they leave."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus

from connector.definition.action import Encoding, RequestTemplate
from connector.definition.file_value import CONTENT, CONTENT_TYPE, OCTET_STREAM, File
from connector.errors import InputError, Problem
from connector.http.value_text import json_of, text_of

CONTENT_TYPES: dict[Encoding, str] = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "multipart": "multipart/form-data",
    "text": "text/plain; charset=utf-8",
    "binary": OCTET_STREAM,
}
_IN_HEADER = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


class StreamedBody:
    """A body with files in it. It can be read any number of times, for it is read anew by each attempt."""

    def __init__(self, parts: list[bytes | File]) -> None:
        self._parts = [(part, len(part) if isinstance(part, bytes) else part.size()) for part in parts]
        self._size = sum(size for _, size in self._parts)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        for part, size in self._parts:
            if isinstance(part, bytes):
                yield part
            else:
                yield from part.chunks(size)


def content_type_of(template: RequestTemplate, body: Any) -> str:
    """The Content-Type of a body. In multipart, it names the line between the parts, a new one each time."""
    if template.encoding == "binary" and template.content_type is None and isinstance(body, File):
        return body.content_type
    declared = template.content_type or CONTENT_TYPES[template.encoding]
    return f"{declared}; boundary={secrets.token_hex(16)}" if template.encoding == "multipart" else declared


def encoded(encoding: Encoding, content_type: str, body: Any) -> bytes | StreamedBody | None:
    """The bytes of a body; None for no body.

    Args:
        encoding: How it is written.
        content_type: The Content-Type that it goes with.
        body: A JSON value, in which there may be files.

    Raises:
        ConnectionLostError: A file cannot be read any more.
    """
    if body is None:
        return None
    if encoding == "json":
        return json_of(body).encode()
    if encoding == "form":
        pairs = (f"{quote_plus(name)}={quote_plus(text_of(value))}" for name, value in form_fields(body))
        return "&".join(pairs).encode()
    if encoding == "multipart":
        return _joined(list(_multipart(body, content_type.rpartition("boundary=")[2])))
    return _joined([body if isinstance(body, File) else text_of(body).encode()])


def shown(encoding: Encoding, body: Any) -> Any:
    """The body as a JSON value for showing: as it is sent, but files outside JSON by name and size."""
    if isinstance(body, File):
        return body.base64() if encoding == "json" else body.summary()
    if isinstance(body, Mapping):
        return {name: shown(encoding, value) for name, value in body.items()}
    return [shown(encoding, value) for value in body] if isinstance(body, list) else body


def is_shown_file(value: Any) -> bool:
    """Whether a part of a shown body is a file."""
    return isinstance(value, dict) and CONTENT_TYPE in value and bool(value.keys() & {CONTENT, "$size"})


def form_fields(body: Any) -> Iterator[tuple[str, Any]]:
    """The names and values of a form; a name that has a list comes once for each of its values."""
    for name, value in body.items():
        for one in value if isinstance(value, list) else [value]:
            yield name, one


def require_size(body: Any, limit: int) -> None:
    """Refuse a body whose files alone are larger than the service accepts, before any of them is read.

    Raises:
        InputError: They are.
    """
    if sum(file.size(limit) for file in _files(body)) > limit:
        raise too_large(limit)


def too_large(limit: int) -> InputError:
    """The error of a body with more than `limit` bytes."""
    problem = Problem("", "size", f"The inputs make a request of more than {limit // 1_000_000} MB.")
    return InputError("The inputs are too large.", [problem])


def _files(body: Any) -> Iterator[File]:
    if isinstance(body, File):
        yield body
    elif isinstance(body, dict | list):
        for value in body.values() if isinstance(body, dict) else body:
            yield from _files(value)


def _multipart(body: Any, boundary: str) -> Iterator[bytes | File]:
    """The parts of a form (RFC 7578); names are escaped as browsers do (WHATWG HTML, 4.10.21.8)."""
    for name, value in form_fields(body):
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name.translate(_IN_HEADER)}"'
        if isinstance(value, File):
            filename = (value.filename or "file").translate(_IN_HEADER)
            head += f'; filename="{filename}"\r\nContent-Type: {value.content_type}'
        elif isinstance(value, dict | list):
            head += "\r\nContent-Type: application/json"
        yield f"{head}\r\n\r\n".encode(errors="replace")  # a path may have bytes that are not a character
        yield value if isinstance(value, File) else text_of(value).encode()
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _joined(parts: list[bytes | File]) -> bytes | StreamedBody:
    """The parts as bytes, or as a stream if one of them is on disk."""
    if all(isinstance(part, bytes) or part.in_memory for part in parts):
        return b"".join(part if isinstance(part, bytes) else part.read() for part in parts)
    return StreamedBody(parts)
