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

from connector.errors import ThrottledError
from connector.testing import FakeClock
from connector.throttle.bucket import RateLimit
from connector.throttle.file_store import machine_boot_id
from connector.throttle.limiter import acquire
from tests.connector.throttle.machine import HOME, SPAN, Process, posix, waits
from tests.connector.throttle.worlds import FOREVER, most_in_any_window

ROOT = Path(__file__).resolve().parents[3]


def in_processes(what: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-W", "error", "-m", "tests.connector.throttle.processes", what, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@posix
def test_processes_killed_at_any_instruction_leave_the_bucket_usable_and_never_over(folder: Path) -> None:
    told = in_processes("killed", folder)
    assert len(told["grants"]) > 60
    assert most_in_any_window(told["grants"], 1.0) <= 5
    assert told["slowest"] < 5


@posix
def test_four_processes_of_four_threads_get_the_schedule_of_one(folder: Path) -> None:
    told = in_processes("shared", folder)
    assert told["statuses"] == [0] * 4
    grants = sorted(told["grants"])
    assert len(grants) == 4 * 4 * 50
    assert most_in_any_window(grants, 1.0) == 5
    # 800 calls are 160 bursts of five; none is lost between them.
    assert grants[-1] - grants[0] < 159 * 1.05 + 1.05


@posix
def test_a_process_that_forks_while_a_thread_holds_the_bucket_blocks_nobody(folder: Path) -> None:
    told = in_processes("forked", folder)
    assert (told["status"], told["ended_early"]) == (0, False)
    assert len(told["grants"]) == 20
    assert most_in_any_window(told["grants"], 1.0) <= 5


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
            assert bucket.available_at(1, now) - now == pytest.approx(SPAN, abs=1e-6)
    clock.advance(40)
    assert waits(other, 1) == [round(SPAN - 40, 3)]
    clock.advance(SPAN - 40)
    assert waits(one, 3) == [0.0] * 3


def test_who_sleeps_while_the_clock_is_set_back_waits_a_period_more_at_most(process: Process) -> None:
    class SetBack(FakeClock):
        def sleep(self, seconds: float, cancelled: Any = None) -> None:
            if not self.slept:
                self.advance(-7_200)
            super().sleep(seconds, cancelled)

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
