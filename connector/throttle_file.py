"""Buckets for all processes of one machine: a small file per bucket, under the system's file lock.

A process that is killed at any instruction leaves the files usable: the lock dies with it, and a half-written
file is known by its checksum. What is not known is taken as just used.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import math
import os
import secrets
import stat
import struct
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connector.clock import Clock
from connector.errors import ConnectorError
from connector.file_lock import locked
from connector.state import StateError, folder
from connector.throttle import Bucket, MemoryStore, Reservation, Ring, Store, refusal

_HEADER = struct.Struct("<8s16sIQdddd")
_CHECKSUM = struct.Struct("<I")
_MAGIC = b"bucket01"
_KEY_BYTES = 32


class ThrottleFileError(ConnectorError):
    """The bucket's file cannot be used."""

    code = "throttle_file"


@dataclass
class _State:
    """What a file holds: the ring, and the clock as it was last seen."""

    ring: Ring
    seen: float
    offset: float


class FileStore:
    """Buckets in files of a private folder.

    Args:
        folder: Gives the folder when a bucket is first used; made private by whoever gives it.
        clock: Where the time comes from; it must be the machine's, the same for every process.
        boot_id: Names the time since the machine was started; another one means another zero of the clock.
    """

    def __init__(self, folder: Callable[[], Path], clock: Clock, boot_id: str | None = None) -> None:
        self._folder = folder
        self._clock = clock
        self._boot = hashlib.sha256((machine_boot_id() if boot_id is None else boot_id).encode()).digest()[:16]
        self._lock = threading.Lock()
        self._handles: dict[str, int] = {}
        self._owner = os.getpid()
        self._key: bytes | None = None
        self._warnings: dict[str, str] = {}

    def reserve(self, buckets: Sequence[Bucket], max_wait: float) -> Reservation:
        """Take a token from every bucket, in one step; see `Store.reserve`."""
        with self._held(buckets) as states:
            now = self._now(states)
            at = max(now, *(state.ring.next() for state in states))
            if at - now > max_wait:
                raise refusal(at - now, max_wait)
            replaced = tuple(state.ring.grant(at) for state in states)
            return Reservation(at, at - now, tuple(state.ring.sequence for state in states), replaced)

    def release(self, buckets: Sequence[Bucket], reservation: Reservation) -> None:
        """Give the newest reservation back; an older one stays spent, which is safe."""
        with self._held(buckets) as states:
            for state, mark, older in zip(states, reservation.marks, reservation.replaced, strict=True):
                state.ring.undo(mark, older)

    def remaining(self, buckets: Sequence[Bucket], reservation: Reservation) -> float:
        """Seconds until the reserved time or the end of a pause; see `Store.remaining`."""
        with self._held(buckets, write=False) as states:
            return max(reservation.at, *(state.ring.floor for state in states)) - self._now(states)

    def pause(self, bucket: Bucket, seconds: float) -> None:
        """Let nobody on this machine call for that many seconds."""
        with self._held([bucket]) as states:
            states[0].ring.floor = max(states[0].ring.floor, self._now(states) + seconds)

    def look(self, bucket: Bucket) -> tuple[Ring, float]:
        """The bucket's ring as it is, and the time it is to be read at."""
        with self._held([bucket], write=False) as states:
            return states[0].ring, self._now(states)

    def warnings(self) -> tuple[str, ...]:
        """What somebody should be told about the files."""
        return tuple(self._warnings.values())

    def close(self) -> None:
        """Give the open files back."""
        with self._lock:
            self._forget()

    def _now(self, states: Sequence[_State]) -> float:
        """The time that never goes back: a clock that was set back goes on from where it was."""
        raw = self._clock.monotonic()
        now = -math.inf
        for state in states:
            if raw < state.seen:
                state.offset += state.seen - raw
            state.seen = raw
            now = max(now, raw + state.offset)
        return now

    @contextlib.contextmanager
    def _held(self, buckets: Sequence[Bucket], *, write: bool = True) -> Iterator[list[_State]]:
        """The buckets' states while nobody else has them; written back at the end, if nothing failed."""
        with self._lock, contextlib.ExitStack() as stack:
            if self._owner != os.getpid():
                # A forked child shares its parent's open files, and with them the parent's locks.
                self._forget()
                self._owner = os.getpid()
            handles = {}
            for bucket in sorted(buckets, key=lambda bucket: bucket.name):
                handles[bucket.name] = self._locked_handle(bucket, stack)
            states = [self._read(bucket, handles[bucket.name]) for bucket in buckets]
            yield states
            if write:
                for bucket, state in zip(buckets, states, strict=True):
                    os.pwrite(handles[bucket.name], self._packed(state), 0)

    def _locked_handle(self, bucket: Bucket, stack: contextlib.ExitStack) -> int:
        while True:
            handle = self._handles.get(bucket.name)
            if handle is None:
                handle = self._handles[bucket.name] = self._open(self._path(bucket))
            lock = locked(handle)
            lock.__enter__()
            if os.fstat(handle).st_nlink:
                stack.push(lock)
                return handle
            # Somebody removed the file: what we hold is nobody else's bucket.
            lock.__exit__(None, None, None)
            os.close(self._handles.pop(bucket.name))

    def _path(self, bucket: Bucket) -> Path:
        folder = self._folder()
        if self._key is None:
            self._key = _folder_key(folder / "throttle.key")
        name = f"{bucket.name}|{bucket.calls}|{bucket.period}"
        return folder / f"throttle-{hmac.new(self._key, name.encode(), 'sha256').hexdigest()[:32]}"

    def _open(self, path: Path) -> int:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | _SAFELY, 0o600)
        except OSError as error:
            raise ThrottleFileError(f"The throttle's file {path} cannot be opened: {error.strerror}.") from None
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or (hasattr(os, "getuid") and found.st_uid != os.getuid()):
            os.close(handle)
            raise ThrottleFileError(f"The throttle's file {path} is not a plain file of this user.")
        return handle

    def _read(self, bucket: Bucket, handle: int) -> _State:
        size = _HEADER.size + 8 * bucket.calls + _CHECKSUM.size
        content = os.pread(handle, size + 1, 0)
        ring = Ring(bucket)
        if not content:
            return _State(ring, self._clock.monotonic(), 0.0)
        state = self._unpacked(content, ring, size)
        if state is None:
            self._warnings[bucket.name] = (
                "The throttle's file was damaged and was replaced; every call it may have held counts as just made."
            )
            now = self._clock.monotonic()
            ring.times = [now] * bucket.calls
            return _State(ring, now, 0.0)
        return state

    def _unpacked(self, content: bytes, ring: Ring, size: int) -> _State | None:
        """The state in the file; None when it is damaged."""
        body, checksum = content[: -_CHECKSUM.size], content[-_CHECKSUM.size :]
        if len(content) != size or _CHECKSUM.unpack(checksum)[0] != zlib.crc32(body):
            return None
        magic, boot, calls, sequence, floor, span, seen, offset = _HEADER.unpack_from(body)
        if magic != _MAGIC or calls != ring.calls or not math.isclose(span, ring.span):
            return None
        if boot != self._boot:
            # Every call in the file was made before the machine was started, where its clock had its zero.
            ring.times = [0.0] * ring.calls
            return _State(ring, self._clock.monotonic(), 0.0)
        ring.times = list(struct.unpack_from(f"<{calls}d", body, _HEADER.size))
        ring.sequence = sequence
        ring.floor = floor
        return _State(ring, seen, offset)

    def _packed(self, state: _State) -> bytes:
        ring = state.ring
        header = _HEADER.pack(
            _MAGIC, self._boot, ring.calls, ring.sequence, ring.floor, ring.span, state.seen, state.offset
        )
        body = header + struct.pack(f"<{ring.calls}d", *ring.times)
        return body + _CHECKSUM.pack(zlib.crc32(body))

    def _forget(self) -> None:
        for handle in self._handles.values():
            os.close(handle)
        self._handles.clear()


def default_store(clock: Clock) -> Store:
    """Buckets in the user's state folder; in this process's memory, with a warning, where there is no such folder."""
    try:
        place = folder()
    except StateError as error:
        return _MemoryInstead(clock, error.message)
    return FileStore(lambda: place, clock)


class _MemoryInstead(MemoryStore):
    """Memory where a file was meant; every result says so."""

    def __init__(self, clock: Clock, reason: str) -> None:
        super().__init__(clock)
        self._reason = reason

    def warnings(self) -> tuple[str, ...]:
        """Why other processes of this machine do not share the limit."""
        return (f"The limit of calls is kept by this process alone. {self._reason}",)


_SAFELY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def _folder_key(path: Path) -> bytes:
    """The key that hides connections behind the names of their files; made once per folder."""
    with contextlib.suppress(FileExistsError):
        made = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFELY, 0o600)
        try:
            os.write(handle, secrets.token_bytes(_KEY_BYTES))
        finally:
            os.close(handle)
        try:
            os.link(made, path)  # whole or not at all, and the first one wins
        finally:
            made.unlink()
    handle = os.open(path, os.O_RDONLY | _SAFELY)
    try:
        return os.read(handle, _KEY_BYTES)
    finally:
        os.close(handle)


def machine_boot_id() -> str:
    """A text that changes when the machine is started anew; empty where the system tells none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
