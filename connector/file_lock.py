"""The operating system's own lock on an open file: it ends with the process that holds it, however that ends."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator

if sys.platform == "win32":
    import msvcrt

    @contextlib.contextmanager
    def locked(handle: int) -> Iterator[None]:
        """Hold the file alone; others wait. Locks a byte far behind the content, as Windows refuses reads of it."""
        import os  # noqa: PLC0415

        place = 1 << 30
        while True:
            os.lseek(handle, place, os.SEEK_SET)
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
                break
            except OSError:
                time.sleep(0.001)
        try:
            yield
        finally:
            os.lseek(handle, place, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    @contextlib.contextmanager
    def locked(handle: int) -> Iterator[None]:
        """Hold the file alone; others wait."""
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)
