"""What the file of a bucket holds, as bytes, and how a damaged or foreign one is known.

A grant changes a few of the bytes in place; the checksum over all of them makes a half-written file known.
"""

from __future__ import annotations

import math
import os
import secrets
import struct
import zlib
from pathlib import Path

from connector.throttle import private_file
from connector.throttle.limiter import Bucket, Ring

_FORMAT = b"bucket02"
_SHAPE = struct.Struct("<8sId")  # format, calls, span
_ORIGIN = struct.Struct("<16s8s")  # boot id, birth: what tells a file that was carried over from a new one
_STATE = struct.Struct("<Qdddd")  # sequence, floor, seen, offset, written
_TIME = struct.Struct("<d")
_CHECKSUM = struct.Struct("<I")
_STATE_AT = _SHAPE.size + _ORIGIN.size
_RING_AT = _STATE_AT + _STATE.size


class Record:
    """A bucket as the bytes of its file: the ring, and the clock as it was last seen.

    Attributes:
        floor: As of a `Ring`.
        seen: What the machine's clock showed when the bucket was last written.
        offset: Seconds by which that clock was set back, all in all.
        written: The time of day of that, in seconds.
        changed: Whether it has to be written even where nothing was taken.
    """

    __slots__ = ("calls", "changed", "content", "floor", "offset", "seen", "sequence", "span", "written")

    floor: float
    offset: float

    def __init__(self, bucket: Bucket, span: float, content: bytearray) -> None:
        self.calls = bucket.calls
        self.span = span
        self.content = content
        self.sequence, self.floor, self.seen, self.offset, self.written = _STATE.unpack_from(content, _STATE_AT)
        self.changed = False

    @property
    def origin(self) -> tuple[bytes, bytes]:
        """The boot in which the file was written, and the name it got when it was made."""
        boot, birth = _ORIGIN.unpack_from(self.content, _SHAPE.size)
        return boot, birth

    def now(self, raw: float) -> float:
        """The bucket's time, which never goes back: a clock that was set back goes on from where it was."""
        if raw < self.seen:
            self.offset += self.seen - raw
            self.changed = True
        self.seen = raw
        return raw + self.offset

    def next(self) -> float:
        """When the next token is there; see `Ring.next`."""
        older: float = _TIME.unpack_from(self.content, _RING_AT + 8 * (self.sequence % self.calls))[0]
        return max(self.floor, older + self.span)

    def grant(self, at: float) -> float:
        """Take the next token; see `Ring.grant`."""
        place = _RING_AT + 8 * (self.sequence % self.calls)
        older: float = _TIME.unpack_from(self.content, place)[0]
        _TIME.pack_into(self.content, place, at)
        self.sequence += 1
        return older

    def undo(self, mark: int, older: float) -> None:
        """Give a grant back, if no other came after it."""
        if self.sequence == mark:
            self.sequence -= 1
            _TIME.pack_into(self.content, _RING_AT + 8 * (self.sequence % self.calls), older)

    def packed(self, written: float) -> bytearray:
        """The bytes to write, with the time of day and the checksum."""
        _STATE.pack_into(self.content, _STATE_AT, self.sequence, self.floor, self.seen, self.offset, written)
        _CHECKSUM.pack_into(self.content, len(self.content) - 4, zlib.crc32(self.content[:-4]))
        return self.content

    def ring(self, bucket: Bucket) -> Ring:
        """The same for looking at."""
        ring = Ring(bucket)
        ring.times = list(struct.unpack_from(f"<{self.calls}d", self.content, _RING_AT))
        ring.sequence, ring.floor = self.sequence, self.floor
        return ring


class BucketFile:
    """A bucket's open file."""

    __slots__ = ("bucket", "handle", "is_new", "path", "place", "shape", "size", "span")

    def __init__(self, bucket: Bucket, path: Path) -> None:
        self.bucket = bucket
        self.path = os.fspath(path)
        self.handle, self.is_new = private_file.open_private(path)
        self.span = bucket.span
        self.shape = _SHAPE.pack(_FORMAT, bucket.calls, self.span)
        self.size = _RING_AT + 8 * bucket.calls + _CHECKSUM.size
        found = os.fstat(self.handle)
        self.place = (found.st_ino, found.st_dev)

    def is_in_its_place(self) -> bool:
        """Whether others who open the path meet the same file."""
        try:
            found = os.stat(self.path, follow_symlinks=False)  # noqa: PTH116 - every call does it; a Path costs more
        except OSError:
            return False
        return (found.st_ino, found.st_dev) == self.place

    def record(self, content: bytes) -> Record | None:
        """What the content says; None where it is damaged or foreign."""
        if len(content) != self.size or not content.startswith(self.shape):
            return None
        if _CHECKSUM.unpack_from(content, self.size - 4)[0] != zlib.crc32(content[:-4]):
            return None
        return Record(self.bucket, self.span, bytearray(content))

    def made(self, boot: bytes, raw: float, at: float) -> Record:
        """A new record all of whose calls were made at that time."""
        calls = self.bucket.calls
        state = _STATE.pack(0, -math.inf, raw, 0.0, 0.0)
        times = _TIME.pack(at) * calls
        content = self.shape + _ORIGIN.pack(boot, secrets.token_bytes(8)) + state + times + bytes(4)
        return Record(self.bucket, self.span, bytearray(content))
