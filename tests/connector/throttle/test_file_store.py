"""What only the file store promises: processes that come and go, and clocks that are set."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.counting import most_in_any_window
from connector.errors import ThrottledError
from connector.testing import FakeClock
from connector.throttle.bucket import RateLimit
from connector.throttle.file_store import machine_boot_id
from connector.throttle.limiter import acquire
from tests.connector.throttle.machine import HOME, SPAN, Process, bucket_file, posix, waits
from tests.connector.throttle.processes import LIMIT
from tests.connector.throttle.worlds import FOREVER

ROOT = Path(__file__).resolve().parents[3]


def in_processes(what: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-W", "error", "-m", "tests.connector.throttle.processes", what, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


@posix
def test_processes_killed_at_any_instruction_leave_the_bucket_usable_and_never_over(folder: Path) -> None:
    shown = in_processes("killed", folder)
    assert len(shown["times"]) > 40
    assert most_in_any_window(shown["times"], LIMIT.period) <= LIMIT.calls
    assert shown["slowest"] < 5


@posix
def test_four_processes_of_four_threads_are_never_over_and_lose_no_period(folder: Path) -> None:
    shown = in_processes("shared", folder)
    assert shown["statuses"] == [0] * 4
    times = sorted(shown["times"])
    assert len(times) == 4 * 4 * 25
    assert most_in_any_window(times, LIMIT.period) == LIMIT.calls
    # 400 calls are 20 bursts; a busy machine wakes late now and then.
    assert times[-1] - times[0] < 2 * 20 * LIMIT.padded_period


@posix
def test_a_process_that_forks_while_a_thread_holds_the_bucket_blocks_nobody(folder: Path) -> None:
    shown = in_processes("forked", folder)
    assert (shown["status"], shown["ended_early"]) == (0, False)
    assert len(shown["times"]) == 20
    assert most_in_any_window(shown["times"], LIMIT.period) <= LIMIT.calls


@posix
def test_a_child_forked_while_a_thread_holds_a_store_in_memory_can_use_it(folder: Path) -> None:
    assert in_processes("forked_in_memory", folder) == {"status": 0}


@posix
def test_a_child_forked_while_a_thread_opens_a_bucket_keeps_no_lock(folder: Path) -> None:
    shown = in_processes("forked_while_opening", folder)
    assert shown["status"] == 0
    assert shown["waited"] < 4


@posix
def test_a_lock_that_another_process_holds_ends_the_wait_at_the_deadline(folder: Path) -> None:
    shown = in_processes("held", folder)
    for seconds, message in (shown["open"], shown["new"]):
        assert 0.25 < seconds < 3
        assert message.startswith("Another process holds the call limit's state file; it was not released within 0.")
    assert shown["after"] == 0


@posix
def test_a_thousand_connections_and_a_thousand_stores_need_few_descriptors(folder: Path) -> None:
    shown = in_processes("descriptors", folder)
    assert shown["again"] == [0.0, pytest.approx(60.25, abs=60)]
    assert shown["most"] < 100
    assert shown["left"] < 20


def test_what_was_taken_is_remembered_by_the_next_run(process: Process, clock: FakeClock) -> None:
    store = process()
    assert waits(store, 4) == [0.0] * 4
    store.close()
    assert waits(process(), 1) == [SPAN]
    clock.advance(SPAN)
    assert waits(store, 3) == [0.0] * 3


def test_a_look_at_a_bucket_leaves_its_file_alone(process: Process, clock: FakeClock, folder: Path) -> None:
    store = process()
    waits(store, 2)
    kept = bucket_file(folder).read_bytes()
    clock.advance(7)
    assert len(store.peek(HOME)[0].times) == HOME.calls
    assert bucket_file(folder).read_bytes() == kept


@pytest.mark.parametrize("hours", [-0.01, -1, -30, -5_000])
def test_a_machine_clock_that_is_set_back_neither_blocks_nor_lets_a_burst_through(
    process: Process, clock: FakeClock, hours: float
) -> None:
    one, other = process(), process()
    assert waits(one, 4) == [0.0] * 4
    clock.advance(3600 * hours)
    for _ in range(2):
        for store in (one, other):
            # A throttled_error and a look, too, let the time go on.
            with pytest.raises(ThrottledError) as caught:
                store.reserve([HOME], 5)
            assert caught.value.wait == pytest.approx(SPAN, abs=1e-6)
            bucket, now = store.peek(HOME)
            assert bucket.ready_at(0, now) - now == pytest.approx(SPAN, abs=1e-6)
    clock.advance(40)
    assert waits(other, 1) == [round(SPAN - 40, 3)]
    clock.advance(SPAN - 40)
    assert waits(one, 3) == [0.0] * 3


def test_who_sleeps_while_the_clock_is_set_back_waits_a_period_more_at_most(process: Process) -> None:
    class SetBack(FakeClock):
        def sleep(self, seconds: float) -> None:
            if not self.slept:
                self.advance(-7_200)
            super().sleep(seconds)

    clock = SetBack(1e5)
    store = process(clock=clock)
    waits(store, 4)
    acquire(store, clock, [HOME], FOREVER)
    assert sum(clock.slept) <= 2 * SPAN


@pytest.mark.parametrize("hours", [-10, 10])
def test_the_time_of_day_may_be_set_at_will(process: Process, hours: int) -> None:
    class Moved(FakeClock):
        def wall(self) -> datetime:
            return super().wall() + timedelta(hours=hours)

    assert waits(process(), 4) == [0.0] * 4
    assert waits(process(clock=Moved()), 1) == [SPAN]


def test_two_limits_stay_in_step_where_only_one_has_seen_the_clock_set_back(process: Process, clock: FakeClock) -> None:
    store = process()
    slow = RateLimit(f"{HOME.name}/slow", 2, 10.0)
    waits(store, 1)
    clock.advance(-3_600)
    # The new bucket was never there before the step; the older one goes on from where it was.
    assert [store.reserve([HOME, slow], FOREVER).wait for _ in range(2)] == [0, 0]
    assert store.reserve([slow, HOME], FOREVER).wait == pytest.approx(slow.padded_period)
    assert store.reserve([slow], FOREVER).wait < 2 * slow.padded_period


@pytest.mark.parametrize(("uptime", "wait"), [(5.0, SPAN - 5), (59.0, SPAN - 59), (3600.0, 0.0)])
def test_after_a_restart_of_the_machine_what_was_before_it_counts_as_made_at_its_start(
    process: Process, clock: FakeClock, uptime: float, wait: float
) -> None:
    class Restarted(FakeClock):
        """The time of day has gone on; the clock has a new zero."""

        def wall(self) -> datetime:
            return clock.wall() + timedelta(seconds=20 + uptime)

    assert waits(process(), 4) == [0.0] * 4
    store = process("the next boot", Restarted(uptime))
    assert waits(store, 1) == [pytest.approx(wait)]
    assert store.warnings() == ()


def test_a_folder_that_two_machines_share_gives_neither_of_them_a_burst(process: Process) -> None:
    here, there = process("one machine"), process("another", FakeClock(500.0))
    assert waits(here, 3) == [0.0] * 3
    assert waits(there, 1) == [SPAN]
    assert "Another machine" in there.warnings()[0]
    assert waits(here, 1) == [SPAN]


@pytest.mark.skipif(sys.platform != "linux", reason="where Linux tells the boot")
def test_the_boot_has_a_name() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(machine_boot_id()) == 36
