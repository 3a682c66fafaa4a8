"""A small private file that several processes share: opened safely, held alone, read and written in one piece.

The lock is the operating system's own on an open file: it ends with the process that holds it, however that ends.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from pathlib import Path

_FLAGS = os.O_RDWR
_FLAGS |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def open_private(path: Path) -> tuple[int, bool]:
    """An open file of this user's alone, and whether it was missing and has been made.

    Raises:
        OSError: It is a link, no plain file, somebody else's, or cannot be opened.
    """
    if not hasattr(os, "O_NOFOLLOW") and path.is_symlink():
        raise OSError(errno.ELOOP, _LINK, str(path))
    try:
        handle, made = _opened_or_made(path)
    except OSError as error:
        if error.errno == errno.ELOOP or path.is_symlink():
            raise OSError(errno.ELOOP, _LINK, str(path)) from None
        raise
    try:
        _make_private(handle, path)
    except BaseException:
        os.close(handle)
        raise
    return handle, made


def _opened_or_made(path: Path) -> tuple[int, bool]:
    try:
        return os.open(path, _FLAGS), False
    except FileNotFoundError:
        try:
            return os.open(path, _FLAGS | os.O_CREAT | os.O_EXCL, 0o600), True
        except FileExistsError:
            return os.open(path, _FLAGS), False  # somebody else was faster


_LINK = "it is a link"


def _make_private(handle: int, path: Path) -> None:
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is no plain file", str(path))
    if sys.platform != "win32":
        if found.st_uid != os.getuid():
            raise OSError(errno.EPERM, "it belongs to another user", str(path))
        if stat.S_IMODE(found.st_mode) != 0o600:  # noqa: PLR2004 - the mode as everybody knows it
            os.fchmod(handle, 0o600)


if sys.platform == "win32":
    import msvcrt

    _PLACE = 1 << 30
    """The byte that is locked: far behind the content, as Windows refuses others to read what is locked."""

    _HELD_BY_OTHERS = {errno.EACCES, errno.EDEADLK}

    def lock(handle: int) -> None:
        """Hold the file alone; waits while another has it."""
        while True:
            os.lseek(handle, _PLACE, os.SEEK_SET)
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            except OSError as error:
                if error.errno not in _HELD_BY_OTHERS:
                    raise
                time.sleep(0.001)
            else:
                return

    def unlock(handle: int) -> None:
        """Let the file go; nothing happens where it was not held."""
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

    def lock(handle: int) -> None:
        """Hold the file alone; waits while another has it."""
        fcntl.flock(handle, fcntl.LOCK_EX)

    def unlock(handle: int) -> None:
        """Let the file go; nothing happens where it was not held."""
        fcntl.flock(handle, fcntl.LOCK_UN)

    def read(handle: int, size: int) -> bytes:
        """The first `size` bytes of the file, or fewer where it has no more."""
        return os.pread(handle, size, 0)

    def write(handle: int, content: bytes | bytearray) -> None:
        """Put the content at the beginning of the file."""
        os.pwrite(handle, content, 0)
