"""How late a busy machine lets a thread go on, for tests that read a clock."""

from __future__ import annotations

import threading
import time
from typing import Self

_NAP = 0.002


class Lag:
    """The longest that a thread of this process was late while the block ran.

    Attributes:
        worst: Seconds.
    """

    def __init__(self) -> None:
        self.worst = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.is_set():
            before = time.monotonic()
            self._over.wait(_NAP)
            self.worst = max(self.worst, time.monotonic() - before - _NAP)
