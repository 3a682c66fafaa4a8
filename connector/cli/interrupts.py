"""Ctrl-C that always ends the program.

Python raises `KeyboardInterrupt` wherever the main thread happens to be. In a weak reference's callback or a `__del__`
it is swallowed; between taking a lock and entering its block it leaves the lock held, and cleaning up waits for ever.
So it is raised again until somebody has caught it.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from typing import NoReturn

_AGAIN_AFTER = 2.0
"""Seconds; longer than it takes to give back what a run holds."""


@contextlib.contextmanager
def repeated(after: float = _AGAIN_AFTER) -> Iterator[None]:
    """Inside the block Ctrl-C is raised every `after` seconds, until `settled` is called.

    A program that was started to ignore it goes on ignoring it. Windows has no timer for this.
    """
    usual = signal.getsignal(signal.SIGINT)
    if usual is not signal.default_int_handler or not hasattr(signal, "setitimer"):
        yield
        return

    def interrupt(*_: object) -> NoReturn:
        signal.setitimer(signal.ITIMER_REAL, after, after)
        raise KeyboardInterrupt

    alarm = signal.signal(signal.SIGALRM, interrupt)
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        settled()
        signal.signal(signal.SIGINT, usual)
        signal.signal(signal.SIGALRM, alarm)


def settled() -> None:
    """Called by whoever has caught the interrupt: it is not raised again."""
    if getattr(signal.getsignal(signal.SIGINT), "__module__", "") == __name__:
        signal.setitimer(signal.ITIMER_REAL, 0)
