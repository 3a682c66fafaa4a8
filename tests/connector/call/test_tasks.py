"""The threads of tasks: how many there are, and that a forked child has none of its parent's."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from connector.call.tasks import TaskThreads, default_in_flight

_FORKS = """
import asyncio, os, signal
from connector.call.tasks import TaskThreads
from connector.clock import SystemClock, network

threads = TaskThreads(2)

async def work():
    await network()
    return 7

def complete():
    return asyncio.run(threads.complete(work(), SystemClock()))

assert complete() == 7
if not (pid := os.fork()):
    signal.alarm(20)
    os._exit(complete())
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_child_has_threads_of_its_own() -> None:
    # Python 3.12 warns of a fork beside threads, which is what is tried here.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", _FORKS]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("7\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no bound of open files")
@pytest.mark.parametrize(("files", "calls"), [(256, 128), (1_024, 512), (20_000, 1_000), (-1, 1_000), (1, 1)])
def test_calls_in_flight_leave_files_for_the_rest_of_the_process(
    monkeypatch: pytest.MonkeyPatch, files: int, calls: int
) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _: (files, files))
    monkeypatch.setattr("resource.RLIM_INFINITY", -1)
    assert default_in_flight() == TaskThreads().max_in_flight == calls
