"""A small private file that several processes share: opened safely, locked, read and written in one piece.

The lock is the operating system's own on an open file: it ends with the process that holds it, however that ends.
A forked child would share its parent's locks through the files that it inherits, so it closes them before it runs.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import threading
import time
from pathlib import Path

_FLAGS = os.O_RDWR
_FLAGS |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)

_SPIN = 0.001
"""Seconds for which a lock is asked for again at once: those who hold it need some ten microseconds."""

_LONGEST_PAUSE = 0.02

_opening = threading.RLock()  # the memory's cleaning may close files in the middle of anything
_open: set[int] = set()
"""Every handle of this process; changed only while `_opening` is held, so that a fork meets all or nothing."""


def open_private(path: Path) -> tuple[int, bool]:
    """An open file that only this user may use, and whether it was missing and has been created.

    Raises:
        OSError: It is a link, not a regular file, belongs to another user, or cannot be opened.
    """
    if not hasattr(os, "O_NOFOLLOW") and path.is_symlink():
        raise OSError(errno.ELOOP, _LINK, str(path))
    try:
        with _opening:
            handle, made = _opened_or_made(path)
            _open.add(handle)
    except OSError as error:
        if error.errno == errno.ELOOP or path.is_symlink():
            raise OSError(errno.ELOOP, _LINK, str(path)) from None
        raise
    try:
        _make_private(handle, path)
    except BaseException:
        close(handle)
        raise
    return handle, made


def close(handle: int) -> None:
    """Close a file, and with it give its lock back."""
    with _opening:
        if handle in _open:
            _open.remove(handle)
            os.close(handle)


def _opened_or_made(path: Path) -> tuple[int, bool]:
    try:
        return os.open(path, _FLAGS), False
    except FileNotFoundError:
        try:
            return os.open(path, _FLAGS | os.O_CREAT | os.O_EXCL, 0o600), True
        except FileExistsError:
            return os.open(path, _FLAGS), False  # another process was faster


_LINK = "it is a link"


def _make_private(handle: int, path: Path) -> None:
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    if sys.platform != "win32":
        if found.st_uid != os.getuid():
            raise OSError(errno.EPERM, "it belongs to another user", str(path))
        if stat.S_IMODE(found.st_mode) != 0o600:  # noqa: PLR2004 - the mode as everybody knows it
            os.fchmod(handle, 0o600)


def lock(handle: int, ends: float) -> None:
    """Lock the file, waiting while another process holds it.

    Raises:
        TimeoutError: Another process held it until `ends`, on `time.monotonic`.
    """
    if _try_lock(handle):
        return
    spin_until = time.monotonic() + _SPIN
    pause = _SPIN / 2
    while not _try_lock(handle):
        now = time.monotonic()
        if now >= ends:
            raise TimeoutError
        if now < spin_until:
            _let_others_run()
        else:
            time.sleep(min(pause, ends - now))
            pause = min(2 * pause, _LONGEST_PAUSE)


def _let_others_run() -> None:
    if hasattr(os, "sched_yield"):
        os.sched_yield()
    else:
        time.sleep(0)


if sys.platform == "win32":
    import msvcrt

    _PLACE = 1 << 30
    """The byte that is locked: far behind the content, as Windows refuses others to read what is locked."""

    _HELD_BY_OTHERS = {errno.EACCES, errno.EDEADLK}

    def _try_lock(handle: int) -> bool:
        os.lseek(handle, _PLACE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno not in _HELD_BY_OTHERS:
                raise
            return False
        return True

    def unlock(handle: int) -> None:
        """Unlock the file; does nothing where it was not locked."""
        os.lseek(handle, _PLACE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
        except OSError as error:
            if error.errno not in _HELD_BY_OTHERS:
                raise

    def read(handle: int, size: int) -> bytes:
        """The first `size` bytes of the file, or fewer where it has no more."""
        os.lseek(handle, 0, os.SEEK_SET)
        return os.read(handle, size)

    def write(handle: int, content: bytes | bytearray) -> None:
        """Put the content at the beginning of the file."""
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, content)

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def unlock(handle: int) -> None:
        """Unlock the file; does nothing where it was not locked."""
        fcntl.flock(handle, fcntl.LOCK_UN)

    def read(handle: int, size: int) -> bytes:
        """The first `size` bytes of the file, or fewer where it has no more."""
        return os.pread(handle, size, 0)

    def write(handle: int, content: bytes | bytearray) -> None:
        """Put the content at the beginning of the file."""
        os.pwrite(handle, content, 0)


def _close_in_child() -> None:
    """Close what a forked child has inherited: closed, not unlocked, as the lock is its parent's."""
    for handle in _open:
        with contextlib.suppress(OSError):
            os.close(handle)
    _open.clear()
    _opening.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_opening.acquire, after_in_parent=_opening.release, after_in_child=_close_in_child)
