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
from connector.throttle.bucket import Bucket, RateLimit

_FORMAT = b"bucket02"
_SHAPE = struct.Struct("<8sId")  # format, calls, padded_period
_ORIGIN = struct.Struct("<16s8s")  # boot id, birth: what tells a file that was carried over from a new one
_STATE = struct.Struct("<Qdddd")  # sequence, paused_until, seen, offset, written
_TIME = struct.Struct("<d")
_CHECKSUM = struct.Struct("<I")
_STATE_AT = _SHAPE.size + _ORIGIN.size
_RING_AT = _STATE_AT + _STATE.size


class StoredBucket:
    """A bucket as the bytes of its file: the bucket, and the clock as it was last seen.

    Attributes:
        paused_until: As of a `Bucket`.
        seen: What the machine's clock showed when the bucket was last written.
        offset: Seconds by which that clock was set back, all in all.
        written: The time of day of that, in seconds.
        changed: Whether it has to be written even where nothing was taken.
    """

    __slots__ = (
        "calls",
        "changed",
        "content",
        "offset",
        "padded_period",
        "paused_until",
        "seen",
        "sequence",
        "written",
    )

    paused_until: float
    offset: float

    def __init__(self, limit: RateLimit, padded_period: float, content: bytearray) -> None:
        self.calls = limit.calls
        self.padded_period = padded_period
        self.content = content
        self.sequence, self.paused_until, self.seen, self.offset, self.written = _STATE.unpack_from(content, _STATE_AT)
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

    def next_at(self) -> float:
        """When the next token is there; see `Bucket.next`."""
        older: float = _TIME.unpack_from(self.content, _RING_AT + 8 * (self.sequence % self.calls))[0]
        return max(self.paused_until, older + self.padded_period)

    def grant(self, at: float) -> float:
        """Take the next token; see `Bucket.grant`."""
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
        _STATE.pack_into(self.content, _STATE_AT, self.sequence, self.paused_until, self.seen, self.offset, written)
        _CHECKSUM.pack_into(self.content, len(self.content) - 4, zlib.crc32(self.content[:-4]))
        return self.content

    def bucket(self, limit: RateLimit) -> Bucket:
        """The same for looking at."""
        bucket = Bucket(limit)
        bucket.times = list(struct.unpack_from(f"<{self.calls}d", self.content, _RING_AT))
        bucket.sequence, bucket.paused_until = self.sequence, self.paused_until
        return bucket


class BucketFile:
    """A bucket's open file."""

    __slots__ = ("handle", "is_new", "limit", "padded_period", "path", "place", "shape", "size")

    def __init__(self, limit: RateLimit, path: Path) -> None:
        self.limit = limit
        self.path = os.fspath(path)
        self.handle, self.is_new = private_file.open_private(path)
        self.padded_period = limit.padded_period
        self.shape = _SHAPE.pack(_FORMAT, limit.calls, self.padded_period)
        self.size = _RING_AT + 8 * limit.calls + _CHECKSUM.size
        found = os.fstat(self.handle)
        self.place = (found.st_ino, found.st_dev)

    def is_in_its_place(self) -> bool:
        """Whether others who open the path meet the same file."""
        try:
            found = os.stat(self.path, follow_symlinks=False)  # noqa: PTH116 - every call does it; a Path costs more
        except OSError:
            return False
        return (found.st_ino, found.st_dev) == self.place

    def record(self, content: bytes) -> StoredBucket | None:
        """What the content says; None where it is damaged or foreign."""
        if len(content) != self.size or not content.startswith(self.shape):
            return None
        if _CHECKSUM.unpack_from(content, self.size - 4)[0] != zlib.crc32(content[:-4]):
            return None
        return StoredBucket(self.limit, self.padded_period, bytearray(content))

    def made(self, boot: bytes, raw: float, at: float) -> StoredBucket:
        """A new record all of whose calls were made at that time."""
        calls = self.limit.calls
        state = _STATE.pack(0, -math.inf, raw, 0.0, 0.0)
        times = _TIME.pack(at) * calls
        content = self.shape + _ORIGIN.pack(boot, secrets.token_bytes(8)) + state + times + bytes(4)
        return StoredBucket(self.limit, self.padded_period, bytearray(content))
