"""Ctrl-C ends the program wherever it strikes."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from connector.cli import interrupts
from tests.connector.cli.conftest import child_environment

PROGRAM = """
import signal, threading, time
from connector.cli import interrupts
{strike}
try:
    with interrupts.repeated(0.05):
        strike()
        time.sleep({seconds})
        print("went on")
except KeyboardInterrupt:
    print("ended")
"""
SWALLOWED = """
class Thing:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)
strike = Thing
"""
LOCKED = """
def strike():
    lock = threading.Lock()
    try:
        lock.acquire()
        signal.raise_signal(signal.SIGINT)
    finally:
        lock.acquire()
"""
CAUGHT = """
def strike():
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        interrupts.settled()
"""

posix = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no timer for this")


@posix
@pytest.mark.parametrize(
    ("strike", "seconds", "printed"),
    [
        pytest.param(SWALLOWED, 60, "ended", id="in a destructor, which swallows it"),
        pytest.param(LOCKED, 60, "ended", id="between a lock and its block"),
        pytest.param(CAUGHT, 0.3, "went on", id="caught"),
    ],
)
def test_an_interrupt_is_raised_until_it_is_caught(strike: str, seconds: float, printed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(strike=strike, seconds=seconds)],
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert (done.returncode, done.stdout) == (0, f"{printed}\n"), done.stderr


@posix
def test_a_program_that_ignores_interrupts_goes_on_ignoring_them() -> None:
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupts.repeated():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, usual)


@posix
def test_the_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)
    with interrupts.repeated():
        assert signal.getsignal(signal.SIGINT) is not before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)) == before
