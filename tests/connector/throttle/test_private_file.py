"""Waiting for the lock of a file: a millisecond of trying, then pauses that grow, and never beyond the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.throttle import private_file
from connector.throttle.private_file import lock, open_private, unlock


class Time:
    """Time that passes only where somebody waits; the other process lets go after so many pauses."""

    def __init__(self, holder: int, pauses: int) -> None:
        self.now, self.tries, self.pauses = 0.0, 0, list[float]()
        self._holder, self._pauses = holder, pauses

    def monotonic(self) -> float:
        return self.now

    def let_others_run(self) -> None:
        self.tries += 1
        self.now += 0.0004

    def sleep(self, seconds: float) -> None:
        self.pauses.append(round(seconds, 6))
        self.now += seconds
        if len(self.pauses) == self._pauses:
            unlock(self._holder)


@pytest.fixture
def handles(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """The same file, opened by one who holds its lock and by one who wants it."""
    path = tmp_path / "bucket"
    holder, other = open_private(path)[0], open_private(path)[0]
    lock(holder, float("inf"))
    yield holder, other
    for handle in (holder, other):
        private_file.close(handle)


def timed(monkeypatch: pytest.MonkeyPatch, holder: int, pauses: int) -> Time:
    time = Time(holder, pauses)
    monkeypatch.setattr(private_file, "time", time)
    monkeypatch.setattr(private_file, "_let_others_run", time.let_others_run)
    return time


def test_a_lock_is_tried_again_after_pauses_that_grow_to_20_milliseconds(
    handles: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    holder, other = handles
    time = timed(monkeypatch, holder, 8)
    lock(other, time.now + 5)
    assert (time.tries, time.pauses) == (3, [0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.02, 0.02])


def test_a_lock_that_is_held_until_the_end_is_given_up_then(
    handles: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    holder, other = handles
    time = timed(monkeypatch, holder, 100)
    with pytest.raises(TimeoutError):
        lock(other, 0.006)
    assert time.pauses == [0.0005, 0.001, 0.002, 0.0013]
    assert time.now == pytest.approx(0.006)
    unlock(holder)
    lock(other, 0)  # what is free takes no time
