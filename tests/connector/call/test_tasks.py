"""The threads of tasks: how many there are, and that a forked child has none of its parent's."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading

import pytest

from connector.call.tasks import TaskThreads, default_in_flight
from connector.clock import SystemClock, network, pause

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


def test_closing_waits_for_no_call_and_what_goes_on_gets_new_threads() -> None:
    began, closed, names = threading.Event(), threading.Event(), list[str]()

    async def work() -> bool:
        await network()
        began.set()
        in_time = closed.wait(30)
        await pause(0)
        names.append(threading.current_thread().name)
        return in_time

    async def main() -> bool:
        threads = TaskThreads(1)
        task = asyncio.create_task(threads.complete(work(), SystemClock()))
        while not began.is_set():
            await asyncio.sleep(0.001)
        threads.close()
        closed.set()
        return await task

    assert asyncio.run(main())
    assert names[0].startswith("connector-step")


def test_calls_have_as_many_threads_as_may_be_in_flight_and_the_steps_between_them_four() -> None:
    entered: dict[str, int] = {"call": 0, "step": 0}
    lock, release = threading.Lock(), threading.Event()

    async def work(kind: str) -> None:
        if kind == "call":
            await network()
        with lock:
            entered[kind] += 1
        release.wait(30)

    async def main(kind: str, threads: TaskThreads, expected: int) -> None:
        release.clear()
        tasks = [asyncio.create_task(threads.complete(work(kind), SystemClock())) for _ in range(expected + 2)]
        while entered[kind] < expected:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.01)
        assert entered[kind] == expected
        release.set()
        await asyncio.gather(*tasks)
        threads.close()

    asyncio.run(main("call", TaskThreads(3), 3))
    asyncio.run(main("step", TaskThreads(3), 4))
