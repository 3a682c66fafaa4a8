"""A file among the inputs or outputs of an action: bytes with a content type and a name.

As JSON it is `{"$content-type": "image/png", "$content": "<base64>", "$filename": "cat.png"}`, as in Power Automate. A
file on disk is read when it is sent, a piece at a time, and again for another attempt.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import mimetypes
import os
import re
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Self

from connector.definition.media_types import media_type_of_name
from connector.errors import ConnectionLostError
from connector.secrets import stripped

CONTENT, CONTENT_TYPE, FILENAME = "$content", "$content-type", "$filename"
OCTET_STREAM = "application/octet-stream"
_CONTENT_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+*-]+(?:\s*;[ -~]*)?")
_CHUNK = 65_536
_IN_MEMORY = 1_000_000
"""Bytes of a stream without positions, such as a pipe, that are kept in memory; more go to a temporary file."""
_SHOWN = 1_000
"""Bytes of a file that is shown whole in a preview."""


def media_type(text: str) -> str:
    """The media type that a text is; that of bytes if it is none."""
    return stripped(text) if _CONTENT_TYPE.fullmatch(stripped(text)) else OCTET_STREAM


class FileError(ValueError):
    """A value is not a file, or the file cannot be read. The message completes “Photo: …”."""


class File:
    """A file to send.

    Args:
        source: A path, the bytes, or a stream opened for reading bytes. A path or bytes may be sent any number of
            times and by several threads; a stream, one run at a time.
        content_type: Its media type; guessed from the name when left out.
        filename: The name to send it under; that of the path when left out.

    Attributes:
        path: Where it is on disk; None for bytes and streams.
    """

    def __init__(
        self,
        source: str | os.PathLike[str] | bytes | BinaryIO,
        *,
        content_type: str | None = None,
        filename: str | None = None,
    ) -> None:
        self.path: Path | None = None
        self._bytes: bytes | None = None
        self._stream: Any = None
        if isinstance(source, str | os.PathLike):
            self.path = Path(source)
        elif isinstance(source, bytes | bytearray | memoryview):
            self._bytes = bytes(source)
        else:
            self._stream = source
        self.filename = filename or (self.path.name if self.path else None)
        named = self.filename or ""
        guessed = media_type_of_name(named) or mimetypes.guess_type(named)[0]
        self.content_type = content_type or guessed or OCTET_STREAM
        self._start: int | None = None  # of the stream, once it has positions

    @property
    def in_memory(self) -> bool:
        """Whether it was made from bytes."""
        return self._bytes is not None

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """The file that a JSON value describes, such as an output of an action.

        Raises:
            FileError: It is not a file, or its content is not base64.
        """
        if not isinstance(value, Mapping) or CONTENT not in value or set(value) - {CONTENT, CONTENT_TYPE, FILENAME}:
            raise FileError("is not a file")
        for name in value:
            if not isinstance(value[name], str) and not (value[name] is None and name != CONTENT):
                raise FileError(f"{name} must be text")
            if any("\ud800" <= char <= "\udfff" for char in value[name] or ""):
                raise FileError(f"{name} contains an incomplete character")
        content_type = value.get(CONTENT_TYPE) or None
        if content_type and not _CONTENT_TYPE.fullmatch(content_type):
            raise FileError("$content-type is not a media type, such as image/png")
        try:
            text = "".join(value[CONTENT].split()).replace("\ufeff", "")
            if len(text) % 4:  # of some of these the library takes a part
                raise ValueError
            content = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise FileError("$content is not valid base64") from None
        filename = value.get(FILENAME) or None
        known = content_type or media_type_of_name(filename or "") or OCTET_STREAM
        return cls(content, content_type=known, filename=filename)

    def to_json(self) -> dict[str, str]:
        """The file as a JSON value, its content as base64.

        Raises:
            OSError: It cannot be read.
        """
        return {**self._about(), CONTENT: self.base64()}

    def summary(self) -> dict[str, Any]:
        """The file for showing: a small one whole, of a larger one its size, and its path if it has one."""
        if self._bytes is not None and len(self._bytes) <= _SHOWN:
            return self.to_json()
        return {**self._about(), **({"$path": str(self.path)} if self.path else {}), "$size": self.size()}

    def _about(self) -> dict[str, str]:
        return {CONTENT_TYPE: self.content_type} | ({FILENAME: self.filename} if self.filename else {})

    def check(self) -> None:
        """See whether it can be read; reads nothing.

        Raises:
            FileError: It cannot.
        """
        if not _CONTENT_TYPE.fullmatch(self.content_type):
            raise FileError("the content type is not a media type, such as image/png")
        try:
            if self.path is not None:
                self._check_path(self.path)
            elif not self.in_memory and not isinstance(self._stream.read(0), bytes):
                raise FileError("the file is opened as text; open it in binary mode")
        except (OSError, ValueError, AttributeError) as error:
            if isinstance(error, FileError):
                raise
            reason = getattr(error, "strerror", None) or "it is closed or is not a readable stream"
            raise FileError(f"the file cannot be read: {reason}") from None

    @staticmethod
    def _check_path(path: Path) -> None:
        if path.is_dir():
            raise FileError(f"“{path}” is a folder, not a file")
        if not path.exists():
            raise FileError(f"there is no file “{path}”")
        with path.open("rb"):
            pass

    def size(self, limit: int | None = None) -> int:
        """How many bytes it has.

        Args:
            limit: What comes through a pipe is read, to a temporary file, no further than one byte past this.

        Raises:
            OSError: It cannot be read.
        """
        if self._bytes is not None:
            return len(self._bytes)
        if self.path is not None:
            return self.path.stat().st_size
        if self._start is None:
            if not self._stream.seekable():
                self._spool(limit)
            self._start = self._stream.tell()
        size = int(self._stream.seek(0, os.SEEK_END)) - self._start
        self._stream.seek(self._start)
        return size

    def _spool(self, limit: int | None) -> None:
        """Read a stream that has no positions, so that its size is known and it can be sent again."""
        spool = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - it lives as long as this file
        weakref.finalize(self, spool.close)
        while chunk := self._stream.read(_CHUNK):
            spool.write(chunk)
            if limit is not None and spool.tell() > limit:
                break
        spool.seek(0)
        self._stream = spool

    def chunks(self, size: int | None = None) -> Iterator[bytes]:
        """The bytes from the start, a piece at a time.

        Args:
            size: How many it had when they were counted; all when left out.

        Raises:
            ConnectionLostError: The file cannot be read any more, or has another size now.
        """
        if self._bytes is not None:
            yield self._bytes
            return
        try:
            left = self.size()
            if size is not None and left != size:
                raise self._changed()
            with self._opened() as source:
                while left > 0:
                    chunk = source.read(min(_CHUNK, left))
                    if not chunk:
                        raise self._changed()
                    left -= len(chunk)
                    yield chunk
        except (OSError, ValueError):
            raise self._changed() from None

    def _opened(self) -> contextlib.AbstractContextManager[Any]:
        return contextlib.nullcontext(self._stream) if self.path is None else self.path.open("rb")

    def _changed(self) -> ConnectionLostError:
        name = f"“{self.filename}”" if self.filename else "The file"
        return ConnectionLostError(
            f"{name} changed or could not be read while it was sent, so the request was cut off.", code="file"
        )

    def read(self) -> bytes:
        """The whole content."""
        return b"".join(self.chunks())

    def base64(self) -> str:
        """The whole content as base64."""
        return base64.b64encode(self.read()).decode("ascii")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the content to a file.

        Raises:
            OSError: It cannot be written.
        """
        with Path(path).open("wb") as target:
            target.writelines(self.chunks())

    def __deepcopy__(self, _memo: object) -> Self:
        """Itself: it does not change, and a stream cannot be copied."""
        return self

    def __repr__(self) -> str:
        return f"<File {self.filename or 'without a name'}, {self.content_type}>"
