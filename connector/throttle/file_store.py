"""Buckets for all processes of one machine: a small file per limit, under the system's file lock.

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
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from connector.clock import Clock
from connector.errors import ConnectorError
from connector.state_dir import StateError, folder
from connector.throttle import private_file
from connector.throttle.bucket import Bucket, RateLimit
from connector.throttle.file_format import BucketFile, StoredBucket
from connector.throttle.memory_store import MemoryStore
from connector.throttle.store import Reservation, Store, throttled_error

_KEY_BYTES = 32
_TRIES = 20

_DAMAGED = "The throttle's file was damaged and was replaced; every call it may have held counts as just made."
_REMOVED = "The throttle's file was removed and made anew; every call it may have held counts as just made."
_ELSEWHERE = (
    "Another machine uses the throttle's file as well; every call it may have held counts as just made. "
    "Machines share a limit through Redis."
)


class ThrottleFileError(ConnectorError):
    """The bucket's file cannot be used."""

    code = "throttle_file"


class FileStore:
    """Buckets in files of a private folder.

    Args:
        folder: Gives the folder when a file is opened; made private by whoever gives it.
        clock: Where the time comes from; it must be the machine's, the same for every process.
        boot_id: Names the time since the machine was started; another one means another zero of the clock.
    """

    def __init__(self, folder: Callable[[], Path], clock: Clock, boot_id: str | None = None) -> None:
        self._folder = folder
        self._clock = clock
        self._boot = hashlib.sha256((machine_boot_id() if boot_id is None else boot_id).encode()).digest()[:16]
        self._lock = threading.Lock()
        self._files: dict[RateLimit, BucketFile] = {}
        self._warnings: dict[str, tuple[float, str]] = {}
        _STORES.add(self)

    def reserve(self, limits: Sequence[RateLimit], max_wait: float) -> Reservation:
        """Take a token from every bucket, in one step; see `Store.reserve`."""
        with self._held(limits) as records:
            raw = self._clock.monotonic()
            wait, paused = 0.0, False
            # Every bucket has a time of its own, so what they have in common is the wait.
            for record in records:
                due = record.next_at()
                left = due - record.now(raw)
                if left > wait:
                    wait, paused = left, due == record.paused_until
            if wait > max_wait:
                raise throttled_error(wait, max_wait)
            marks, replaced = [], []
            for record in records:
                replaced.append(record.grant(raw + record.offset + wait))
                marks.append(record.sequence)
            at = raw + records[0].offset + wait
            return Reservation(at, wait, raw, tuple(marks), tuple(replaced), paused)

    def release(self, limits: Sequence[RateLimit], reservation: Reservation) -> None:
        """Give the newest reservation back; an older one stays spent, which is safe."""
        with self._held(limits) as records:
            for record, mark, older in zip(records, reservation.marks, reservation.replaced, strict=True):
                record.undo(mark, older)

    def remaining(self, limits: Sequence[RateLimit], reservation: Reservation) -> float:
        """Seconds until the reserved time or the end of a pause; see `Store.remaining`."""
        with self._held(limits, write=False) as records:
            raw = self._clock.monotonic()
            # Never more than it was: the file may have been replaced, and its time with it.
            own = min(reservation.at - records[0].now(raw), reservation.wait)
            return max(own, *[record.paused_until - record.now(raw) for record in records])

    def pause(self, limit: RateLimit, seconds: float) -> None:
        """Let nobody on this machine call for that many seconds."""
        with self._held([limit]) as (record,):
            record.paused_until = max(record.paused_until, record.now(self._clock.monotonic()) + seconds)

    def peek(self, limit: RateLimit) -> tuple[Bucket, float]:
        """The bucket's ring as it is, and the time it is to be read at."""
        with self._held([limit], write=False) as (record,):
            return record.bucket(limit), record.now(self._clock.monotonic())

    def warnings(self) -> tuple[str, ...]:
        """What somebody should be told about the files; forgotten when it can hold up nobody any more."""
        now = self._clock.monotonic()
        return tuple(text for until, text in list(self._warnings.values()) if now <= until)

    def close(self) -> None:
        """Give the open files back."""
        with self._lock:
            self._forget()

    @contextlib.contextmanager
    def _held(self, limits: Sequence[RateLimit], *, write: bool = True) -> Iterator[list[StoredBucket]]:
        """The buckets' records while nobody else has them; written back at the end, if nothing failed."""
        with self._lock:
            records: dict[RateLimit, StoredBucket] = {}
            done = False
            try:
                # Everybody locks in the same order, or two could wait for each other.
                for limit in limits if len(limits) == 1 else sorted(limits):
                    records[limit] = self._taken(limit)
                yield [records[limit] for limit in limits]
                done = write
            except OSError as error:
                raise ThrottleFileError(f"The throttle's file cannot be used: {error.strerror}.") from None
            finally:
                self._let_go(limits, records, write=done)

    def _let_go(self, limits: Sequence[RateLimit], records: dict[RateLimit, StoredBucket], *, write: bool) -> None:
        try:
            for limit, record in records.items():
                if write or record.changed:
                    private_file.write(self._files[limit].handle, record.packed(self._clock.wall().timestamp()))
        except OSError as error:
            raise ThrottleFileError(f"The throttle's file cannot be written: {error.strerror}.") from None
        finally:
            for limit in limits:
                if limit in self._files:
                    private_file.unlock(self._files[limit].handle)

    def _taken(self, limit: RateLimit) -> StoredBucket:
        """The bucket's record, its file locked; what was in a file that somebody removed is carried over."""
        removed = b""
        for _ in range(_TRIES):
            file = self._files.get(limit)
            if file is None:
                file = self._files[limit] = self._opened(limit, removed)
            private_file.lock(file.handle)
            if file.is_in_its_place():
                return self._read(file, removed)
            removed = private_file.read(file.handle, file.size)
            os.close(self._files.pop(limit).handle)
        raise ThrottleFileError("The throttle's file is removed again and again.")

    def _opened(self, limit: RateLimit, removed: bytes) -> BucketFile:
        """The bucket's file; while one is made, the key's lock keeps others from an empty one."""
        place = self._folder()
        try:
            with _folder_key(place / "throttle.key") as (key, replaced):
                name = f"{limit.name}|{limit.calls}|{limit.period}"
                file = BucketFile(limit, place / f"throttle-{hmac.new(key, name.encode(), 'sha256').hexdigest()[:32]}")
                if file.is_new:
                    raw = self._clock.monotonic()
                    record = file.record(removed)
                    if record is None and replaced:
                        record = self._assumed(file, raw, raw, _DAMAGED)
                    record = record or file.made(self._boot, raw, -math.inf)
                    private_file.write(file.handle, record.packed(self._clock.wall().timestamp()))
                return file
        except OSError as error:
            raise ThrottleFileError(
                f"The throttle's file {error.filename} cannot be opened: {error.strerror}."
            ) from None

    def _read(self, file: BucketFile, removed: bytes) -> StoredBucket:
        """What the file says, or the safe assumption, and why it was made."""
        record, older = file.record(private_file.read(file.handle, file.size + 1)), file.record(removed)
        raw = self._clock.monotonic()
        if record is None:
            return self._assumed(file, raw, raw, _DAMAGED)
        boot, birth = record.origin
        if older is not None and older.origin[1] != birth:
            return self._assumed(file, raw, raw, _REMOVED)
        if boot == self._boot:
            return record
        if record.written < self._clock.wall().timestamp() - raw:
            # Every call in the file was made before the machine was started, where its clock had its zero.
            return self._assumed(file, raw, 0.0, "")
        return self._assumed(file, raw, raw, _ELSEWHERE)

    def _assumed(self, file: BucketFile, raw: float, at: float, reason: str) -> StoredBucket:
        if reason:
            self._warnings[file.limit.name] = (raw + 2 * file.padded_period, reason)
        os.ftruncate(file.handle, file.size)  # a longer file would be taken for damaged again and again
        record = file.made(self._boot, raw, at)
        record.changed = True
        return record

    def _forget(self) -> None:
        for file in self._files.values():
            os.close(file.handle)
        self._files.clear()

    def start_over(self) -> None:
        """For a forked child: the open files are its parent's, and so are their locks."""
        self._lock = threading.Lock()
        self._forget()


_STORES: weakref.WeakSet[FileStore] = weakref.WeakSet()


def _start_over() -> None:
    for store in list(_STORES):
        store.start_over()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over)


def default_store(clock: Clock) -> Store:
    """Buckets in the user's state folder; in this process's memory, with a warning, where there is no such folder."""
    try:
        folder()
    except StateError as error:
        return _MemoryInstead(clock, error.message)
    return FileStore(folder, clock)


class _MemoryInstead(MemoryStore):
    """Memory where a file was meant; every result says so."""

    def __init__(self, clock: Clock, reason: str) -> None:
        super().__init__(clock)
        self._reason = reason

    def warnings(self) -> tuple[str, ...]:
        """Why other processes of this machine do not share the limit."""
        return (f"The limit of calls is kept by this process alone. {self._reason}",)


@contextlib.contextmanager
def _folder_key(path: Path) -> Iterator[tuple[bytes, bool]]:
    """The key that hides connections behind the names of their files, locked; and whether an older one is lost."""
    handle, _ = private_file.open_private(path)
    try:
        private_file.lock(handle)
        key, lost = private_file.read(handle, _KEY_BYTES), False
        if len(key) < _KEY_BYTES:
            key, lost = secrets.token_bytes(_KEY_BYTES), any(path.parent.glob("throttle-*"))
            private_file.write(handle, key)
        yield key, lost
    finally:
        os.close(handle)


def machine_boot_id() -> str:
    """A text that changes when the machine is started anew; empty where the system tells none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
