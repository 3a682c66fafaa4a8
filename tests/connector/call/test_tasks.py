"""Tasks in a forked child: their parent's threads are not there."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

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
    done = subprocess.run([sys.executable, "-c", _FORKS], check=False, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("7\n", "")
