"""What the file of a bucket holds, as bytes, and how a damaged or foreign one is recognized.

A call changes a few of the bytes in place; the checksum over all of them shows a half-written file.
"""

from __future__ import annotations

import math
import os
import secrets
import struct
import zlib
from array import array
from pathlib import Path

from connector.throttle import private_file
from connector.throttle.bucket import Bucket, RateLimit

_FORMAT = b"bucket03"
_SHAPE = struct.Struct("<8sId")  # format, calls, padded period
_ORIGIN = struct.Struct("<16s8s")  # boot id, birth: what distinguishes a file that was carried over from a new one
_STATE = struct.Struct("<QIIdddd")  # version, oldest, waiting, paused_until, seen, offset, written
_CHECKSUM = struct.Struct("<I")
_ORIGIN_AT = _SHAPE.size
_STATE_AT = _ORIGIN_AT + _ORIGIN.size
_BUCKET_AT = _STATE_AT + _STATE.size
_COUNT = struct.Struct("<I")
_COUNT_AT = _STATE_AT + 12
_WAITING = 16
"""Bytes of a call in line: its name, and the time that it was last given."""

_USUAL_WAITING = 32
"""Calls in line that are read at once; where there are more, the file is read again."""


class StoredBucket:
    """A bucket as the bytes of its file, and the machine's clock as it was last seen.

    Attributes:
        bucket: What is stored; its ring works on the bytes themselves.
        boot: The machine's boot in which it was written.
        birth: The random name that it got when it was created.
        version: How often it was written.
        seen: What the machine's clock showed when it was last written.
        offset: Seconds by which that clock was set back, all in all.
        written: The time of day of that, in seconds.
        changed: Whether it has to be written even where nothing was taken.
    """

    __slots__ = ("birth", "boot", "bucket", "changed", "content", "offset", "seen", "version", "written")

    version: int
    seen: float
    offset: float

    def __init__(self, limit: RateLimit, content: bytearray) -> None:
        self.content = content
        bucket_end = _BUCKET_AT + 8 * limit.calls
        self.boot, self.birth = _ORIGIN.unpack_from(content, _ORIGIN_AT)
        bucket = self.bucket = Bucket(limit, memoryview(content)[_BUCKET_AT:bucket_end].cast("d"))
        (self.version, bucket.oldest, waiting, bucket.paused_until, self.seen, self.offset, self.written) = (
            _STATE.unpack_from(content, _STATE_AT)
        )
        if waiting:
            names, shown = array("Q"), array("d")
            names.frombytes(content[bucket_end : bucket_end + 8 * waiting])
            shown.frombytes(content[bucket_end + 8 * waiting : bucket_end + _WAITING * waiting])
            bucket.waiting = dict(zip(names, shown, strict=True))
        self.changed = False

    def now(self, raw: float) -> float:
        """The bucket's time, which never goes back: a clock that was set back goes on from where it was."""
        if raw < self.seen:
            self.offset += self.seen - raw
            self.changed = True
        self.seen = raw
        return raw + self.offset

    def packed(self, written: float) -> bytearray:
        """The bytes to write, with the time of day and the checksum."""
        bucket, content = self.bucket, self.content
        self.version += 1
        waiting = bucket.waiting
        size = _BUCKET_AT + 8 * bucket.calls + _WAITING * len(waiting)
        if waiting or len(content) != size + _CHECKSUM.size:
            lines = (array("Q", waiting).tobytes(), array("d", waiting.values()).tobytes(), bytes(_CHECKSUM.size))
            content = bytearray(b"".join((content[: _BUCKET_AT + 8 * bucket.calls], *lines)))
        _STATE.pack_into(
            content,
            _STATE_AT,
            self.version,
            bucket.oldest,
            len(waiting),
            bucket.paused_until,
            self.seen,
            self.offset,
            written,
        )
        _CHECKSUM.pack_into(content, size, zlib.crc32(memoryview(content)[:size]))
        return content


class BucketFile:
    """A bucket's open file."""

    __slots__ = ("_base", "_usual", "handle", "is_new", "limit", "path", "place", "shape")

    def __init__(self, limit: RateLimit, path: Path) -> None:
        self.limit = limit
        self.path = os.fspath(path)
        self.handle, self.is_new = private_file.open_private(path)
        self.shape = _SHAPE.pack(_FORMAT, limit.calls, limit.padded_period)
        self._base = _BUCKET_AT + 8 * limit.calls + _CHECKSUM.size
        self._usual = self._base + _WAITING * _USUAL_WAITING
        found = os.fstat(self.handle)
        self.place = (found.st_ino, found.st_dev)

    def is_in_its_place(self) -> bool:
        """Whether others who open the path meet the same file."""
        try:
            found = os.stat(self.path, follow_symlinks=False)  # noqa: PTH116 - every call does it; a Path costs more
        except OSError:
            return False
        return (found.st_ino, found.st_dev) == self.place

    def read(self) -> bytes:
        """All that the file holds."""
        content = private_file.read(self.handle, self._usual)
        if len(content) == self._usual:
            # A damaged file may say any number.
            whole = min(self._base + _WAITING * _waiting(content), os.fstat(self.handle).st_size)
            content = private_file.read(self.handle, whole)
        return content

    def stored(self, content: bytes) -> StoredBucket | None:
        """What the content says; None where it is damaged or foreign. Bytes behind it are left from a longer line."""
        if len(content) < self._base or not content.startswith(self.shape):
            return None
        size = self._base + _WAITING * _waiting(content)
        if len(content) != size:
            if len(content) < size:
                return None
            content = content[:size]
        if _CHECKSUM.unpack_from(content, size - 4)[0] != zlib.crc32(memoryview(content)[:-4]):
            return None
        return StoredBucket(self.limit, bytearray(content))

    def made(self, boot: bytes, raw: float, at: float) -> StoredBucket:
        """A new bucket all of whose calls were made at that time."""
        state = _STATE.pack(0, 0, 0, -math.inf, raw, 0.0, 0.0)
        times = array("d", [at]) * self.limit.calls
        content = self.shape + _ORIGIN.pack(boot, secrets.token_bytes(8)) + state + times.tobytes() + bytes(4)
        return StoredBucket(self.limit, bytearray(content))


def _waiting(content: bytes) -> int:
    count: int = _COUNT.unpack_from(content, _COUNT_AT)[0]
    return count
