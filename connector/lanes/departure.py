"""Rows that cannot be sent twice leave one at a time.

One that was begun and not yet sent when its process is killed is unknown for nothing. So a process has at most one.
"""

from __future__ import annotations

import threading

_leaving = threading.Lock()


class Departure:
    """The row of some rows of a lane that is about to leave."""

    def __init__(self) -> None:
        self._row: int | None = None

    def begin(self, row: int) -> None:
        """Wait until no other row of this process is about to leave."""
        _leaving.acquire()
        self._row = row

    def end(self, row: int) -> None:
        """Let the next one leave, if it is this row that was about to."""
        if self._row == row:
            self._row = None
            _leaving.release()
