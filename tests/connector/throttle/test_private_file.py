"""A private file: who may have it, and waiting for its lock with pauses that grow, never beyond the end."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.throttle import private_file
from connector.throttle.private_file import lock, open_private, unlock
from tests.connector.throttle.machine import posix


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


@posix
def test_a_file_of_another_user_is_refused_and_not_left_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bucket"
    private_file.close(open_private(path)[0])
    user, closed = os.getuid(), list[int]()
    monkeypatch.setattr(os, "getuid", lambda: user + 1)
    close = private_file.close

    def noted(handle: int) -> None:
        closed.append(handle)
        close(handle)

    monkeypatch.setattr(private_file, "close", noted)
    with pytest.raises(PermissionError, match="it belongs to another user") as caught:
        open_private(path)
    assert caught.value.filename == str(path)
    assert len(closed) == 1


@posix
def test_a_file_is_created_once_and_for_this_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bucket"
    before = os.umask(0)
    try:
        first, second = open_private(path), open_private(path)
    finally:
        os.umask(before)
    assert [first[1], second[1]] == [True, False]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not any(os.get_inheritable(handle) for handle, _ in (first, second))
    changed: list[int] = []
    monkeypatch.setattr(os, "fchmod", lambda _handle, mode: changed.append(mode))
    third = open_private(path)
    assert changed == []
    path.chmod(0o640)
    fourth = open_private(path)
    assert changed == [0o600]
    for handle, _ in (first, second, third, fourth):
        private_file.close(handle)
        private_file.close(handle)  # and nothing is closed that another has opened since


@posix
def test_whoever_is_second_to_create_a_file_opens_that_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bucket"
    opening = os.open

    def slow(name: Path, flags: int, mode: int = 0o777) -> int:
        if not path.exists():
            path.write_bytes(b"of the first")
            raise FileNotFoundError
        return opening(name, flags, mode)

    with monkeypatch.context() as patch:  # what takes the folder away opens files, too
        patch.setattr(os, "open", slow)
        handle, is_new = open_private(path)
    assert (is_new, private_file.read(handle, 100)) == (False, b"of the first")
    private_file.close(handle)


def test_what_is_written_begins_at_the_start_and_leaves_what_is_behind_it(tmp_path: Path) -> None:
    handle, _ = open_private(tmp_path / "bucket")
    private_file.write(handle, b"abcdef")
    private_file.write(handle, bytearray(b"AB"))
    assert [private_file.read(handle, size) for size in (3, 100)] == [b"ABc", b"ABcdef"]
    private_file.close(handle)


def test_a_forked_child_closes_what_it_inherits_and_forgets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, inherited = os.pipe()
    monkeypatch.setattr(private_file, "_open", {inherited, 1_000_000})
    private_file._opening.acquire()  # as before a fork
    private_file._close_in_child()
    assert os.read(reading, 1) == b""  # nobody has the other end
    assert private_file._open == set()
    os.close(reading)
