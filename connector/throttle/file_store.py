"""Buckets for all processes of one machine: a small file per bucket, under the system's file lock.

A process that is killed at any instruction leaves the files usable: the lock ends with it, and a half-written file is
recognized by its checksum. Whatever is unknown counts as just used.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from connector.clock import Clock
from connector.errors import ConnectorError
from connector.throttle import bucket as rule
from connector.throttle import folder_key, private_file
from connector.throttle.bucket import Bucket, RateLimit, Reservation
from connector.throttle.file_format import BucketFile, StoredBucket
from connector.throttle.fork import renew_in_child
from connector.throttle.store import STORE_TIMEOUT, ThrottleStoreError, throttled_error

_OPEN_FILES = 64
"""Files that a store keeps open; those used longest ago are closed."""

_TRIES = 20

_DAMAGED = "The call limit's state file was damaged and has been replaced. All its calls count as just made."
_REMOVED = "The call limit's state file was removed or replaced. All its calls count as just made."
_ELSEWHERE = (
    "Another machine uses the call limit's state file as well. All its calls count as just made. "
    "To share a limit between machines, use Redis."
)


class ThrottleFileError(ConnectorError):
    """A state file of the call limit cannot be used."""

    code = "throttle_file"


class FileStore:
    """Buckets in files of a private folder.

    Args:
        folder: Returns the folder when a file is opened, and makes it private.
        clock: Where the time comes from; it must be the machine's, the same for every process.
        boot_id: Names the machine's boot; another one means another zero of the clock.
    """

    def __init__(self, folder: Callable[[], Path], clock: Clock, boot_id: str | None = None) -> None:
        self._folder = folder
        self._clock = clock
        self._boot = hashlib.sha256((machine_boot_id() if boot_id is None else boot_id).encode()).digest()[:16]
        self._lock = threading.Lock()
        self._files: OrderedDict[RateLimit, BucketFile] = OrderedDict()
        self._known: dict[RateLimit, tuple[bytes, int, float]] = {}
        self._warnings: dict[str, tuple[float, str]] = {}
        self._forget_known_at = 2 * _OPEN_FILES
        renew_in_child(self)
        weakref.finalize(self, _close_all, self._files)

    def reserve(self, limits: Sequence[RateLimit], max_wait: float, timeout: float = STORE_TIMEOUT) -> Reservation:
        """Take a token from every bucket, or a place in every line; see `Store.reserve`."""
        with self._held(limits, timeout) as stored:
            raw = self._clock.monotonic()
            wait, paused = 0.0, False
            # Every bucket has a time of its own, so what they have in common is the wait.
            for each in stored:
                now, bucket = each.now(raw), each.bucket
                due = bucket.ready_at(bucket.in_line(now) if bucket.waiting else 0, now)
                if due - now > wait:
                    wait, paused = due - now, due == bucket.paused_until
            if wait > max_wait:
                raise throttled_error(wait, max_wait)
            if wait <= 0:
                for each in stored:
                    each.bucket.grant(raw + each.offset)
                return Reservation(0.0, raw, [raw + each.offset for each in stored])
            name = int.from_bytes(os.urandom(8), "little")
            for each in stored:
                each.bucket.waiting[name] = raw + each.offset + wait
            return Reservation(wait, raw, (), name, paused)

    def claim(self, limits: Sequence[RateLimit], reservation: Reservation, timeout: float = STORE_TIMEOUT) -> float:
        """Let a waiting call leave if its time has come; see `Store.claim`."""
        with self._held(limits, timeout) as stored:
            raw = self._clock.monotonic()
            return rule.claim([(each.bucket, each.now(raw)) for each in stored], reservation, raw)

    def depart(self, limits: Sequence[RateLimit], reservation: Reservation, timeout: float = STORE_TIMEOUT) -> bool:
        """Count a granted call from now; see `Store.depart`."""
        with self._held(limits, timeout) as stored:
            raw = self._clock.monotonic()
            return rule.move([(each.bucket, each.now(raw)) for each in stored], reservation, raw)

    def stamp(self, limits: Sequence[RateLimit], reservation: Reservation, timeout: float = STORE_TIMEOUT) -> None:
        """Count a call from now that has left; see `Store.stamp`."""
        with self._held(limits, timeout) as stored:
            raw = self._clock.monotonic()
            rule.stamp([(each.bucket, each.now(raw)) for each in stored], reservation, raw)

    def release(self, limits: Sequence[RateLimit], reservation: Reservation, timeout: float = STORE_TIMEOUT) -> None:
        """Give a reservation back whose call was not made."""
        with self._held(limits, timeout) as stored:
            raw = self._clock.monotonic()
            rule.leave_line([(each.bucket, each.now(raw)) for each in stored], reservation)

    def pause(self, limit: RateLimit, seconds: float, timeout: float = STORE_TIMEOUT) -> None:
        """Let nobody on this machine call for that many seconds."""
        with self._held([limit], timeout) as (stored,):
            until = stored.now(self._clock.monotonic()) + seconds
            stored.bucket.paused_until = max(stored.bucket.paused_until, until)

    def peek(self, limit: RateLimit, timeout: float = STORE_TIMEOUT) -> tuple[Bucket, float]:
        """A copy of the bucket, and the time now on its clock."""
        with self._held([limit], timeout, write=False) as (stored,):
            return stored.bucket.copy(), stored.now(self._clock.monotonic())

    def warnings(self) -> tuple[str, ...]:
        """What the user should know about the files; forgotten when it can delay nobody any more."""
        now = self._clock.monotonic()
        return tuple(text for until, text in list(self._warnings.values()) if now <= until)

    def close(self) -> None:
        """Close the open files."""
        with self._lock:
            _close_all(self._files)

    @contextlib.contextmanager
    def _held(self, limits: Sequence[RateLimit], timeout: float, *, write: bool = True) -> Iterator[list[StoredBucket]]:
        """The buckets while nobody else has them; written back at the end, if nothing failed."""
        ends = time.monotonic() + timeout
        if not self._lock.acquire(blocking=False) and not self._lock.acquire(timeout=max(0.0, timeout)):
            raise _busy(timeout)
        try:
            held: dict[RateLimit, StoredBucket] = {}
            done = False
            try:
                # Everybody locks in the same order, or two could wait for each other.
                for limit in limits if len(limits) == 1 else sorted(limits):
                    held[limit] = self._taken(limit, ends)
                yield [held[limit] for limit in limits]
                done = write
            except TimeoutError:
                raise _busy(timeout) from None
            except OSError as error:
                raise ThrottleFileError(f"The call limit's state file cannot be used: {error.strerror}.") from None
            finally:
                self._let_go(limits, held, write=done)
        finally:
            self._lock.release()

    def _let_go(self, limits: Sequence[RateLimit], held: dict[RateLimit, StoredBucket], *, write: bool) -> None:
        try:
            for limit, stored in held.items():
                if write or stored.changed:
                    private_file.write(self._files[limit].handle, stored.packed(self._clock.wall().timestamp()))
                self._known[limit] = (stored.birth, stored.version, stored.seen)
        except OSError as error:
            raise ThrottleFileError(f"The call limit's state file cannot be written: {error.strerror}.") from None
        finally:
            for limit in limits:
                if limit in self._files:
                    private_file.unlock(self._files[limit].handle)

    def _taken(self, limit: RateLimit, ends: float) -> StoredBucket:
        """The bucket, its file locked; what was in a file that was removed is carried over."""
        removed = b""
        for _ in range(_TRIES):
            file = self._files.get(limit)
            if file is None:
                file = self._files[limit] = self._opened(limit, removed, ends)
                self._close_oldest()
            else:
                self._files.move_to_end(limit)
            private_file.lock(file.handle, ends)
            if file.is_in_its_place():
                return self._read(file)
            removed = file.read()
            private_file.close(self._files.pop(limit).handle)
        raise ThrottleFileError("The call limit's state file is removed again and again.")

    def _close_oldest(self) -> None:
        while len(self._files) > _OPEN_FILES:
            private_file.close(self._files.popitem(last=False)[1].handle)
        if len(self._known) > self._forget_known_at:
            now = self._clock.monotonic()
            for limit, (_, _, seen) in list(self._known.items()):
                if seen + limit.padded_period < now and limit not in self._files:
                    del self._known[limit]
            self._forget_known_at = max(2 * _OPEN_FILES, 2 * len(self._known))

    def _opened(self, limit: RateLimit, removed: bytes, ends: float) -> BucketFile:
        """The bucket's file; while it is created, the key's lock keeps others from an empty one."""
        place = self._folder()
        try:
            raw = self._clock.monotonic()
            with folder_key.opened(place, self._boot, raw, ends) as key:
                file = BucketFile(limit, key.path(limit))
                if file.is_new:
                    used, stored = key.last_used(limit, raw), file.stored(removed)
                    if stored is None and used is not None:
                        stored = self._assumed(file, raw, used, _REMOVED)
                    stored = stored or file.made(self._boot, raw, -math.inf)
                    private_file.write(file.handle, stored.packed(self._clock.wall().timestamp()))
                return file
        except TimeoutError:
            raise
        except OSError as error:
            raise ThrottleFileError(
                f"The call limit's state file {error.filename or place} cannot be opened: {error.strerror}."
            ) from None

    def _read(self, file: BucketFile) -> StoredBucket:
        """What the file says, or the safe assumption, and why it was made."""
        stored, known = file.stored(file.read()), self._known.get(file.limit)
        raw = self._clock.monotonic()
        if stored is None:
            return self._assumed(file, raw, raw, _DAMAGED)
        if known is not None and known[2] + file.limit.padded_period > raw:
            birth, version, _ = known
            if stored.birth != birth or stored.version < version:
                return self._assumed(file, raw, raw, _REMOVED)
        if stored.boot == self._boot:
            return stored
        if stored.written < self._clock.wall().timestamp() - raw:
            # Every call in the file was made before the machine was started, where its clock had its zero.
            return self._assumed(file, raw, 0.0, "")
        return self._assumed(file, raw, raw, _ELSEWHERE)

    def _assumed(self, file: BucketFile, raw: float, at: float, reason: str) -> StoredBucket:
        if reason:
            self._warnings[file.limit.name] = (raw + 2 * file.limit.padded_period, reason)
        stored = file.made(self._boot, raw, at)
        stored.changed = True
        return stored

    def start_over(self) -> None:
        """For a forked child: the open files were its parent's, and are closed already."""
        self._lock = threading.Lock()
        self._files.clear()


def _close_all(files: OrderedDict[RateLimit, BucketFile]) -> None:
    while files:
        private_file.close(files.popitem()[1].handle)


def _busy(timeout: float) -> ThrottleStoreError:
    return ThrottleStoreError(
        f"Another process holds the call limit's state file; it was not released within {timeout:.1f} seconds.",
        hint="Run it again. No call was made.",
    )


def machine_boot_id() -> str:
    """A text that changes when the machine is started anew; empty where the system has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
