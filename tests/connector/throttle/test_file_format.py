from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from connector import state_dir
from connector.errors import ThrottledError
from connector.testing import FakeClock
from connector.throttle.bucket import RateLimit
from connector.throttle.file_store import FileStore, ThrottleFileError, default_store, machine_boot_id

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes, links and forks are POSIX")

THREE = RateLimit("home-" + "0" * 64, 3, 10.0)
ROUND = 10.0 + THREE.safety_margin


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "buckets"
    place.mkdir()
    return place


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(folder: Path, clock: FakeClock) -> Iterator[FileStore]:
    made = FileStore(lambda: folder, clock, "this boot")
    yield made
    made.close()


def another(folder: Path, clock: FakeClock, boot_id: str = "this boot") -> FileStore:
    """The store of another process."""
    return FileStore(lambda: folder, clock, boot_id)


def bucket_file(folder: Path) -> Path:
    (path,) = folder.glob("throttle-*")
    return path


def free_now(store: FileStore) -> int:
    """How many calls can be made at once; takes them."""
    count = 0
    while True:
        try:
            store.reserve([THREE], 0)
        except ThrottledError:
            return count
        count += 1


def test_another_process_draws_from_the_same_bucket(folder: Path, clock: FakeClock, store: FileStore) -> None:
    other = another(folder, clock)
    store.reserve([THREE], 0)
    other.reserve([THREE], 0)
    assert free_now(store) == 1
    assert other.reserve([THREE], 60).wait == pytest.approx(ROUND)
    other.close()


def test_a_pause_and_a_gift_back_reach_the_other_processes(folder: Path, clock: FakeClock, store: FileStore) -> None:
    other = another(folder, clock)
    mine = store.reserve([THREE], 0)
    other.release([THREE], mine)
    other.pause(THREE, 40)
    assert store.remaining([THREE], mine) == 40
    clock.advance(40)
    assert free_now(store) == 3
    other.close()


def test_what_was_taken_is_remembered_by_the_next_run(folder: Path, clock: FakeClock, store: FileStore) -> None:
    assert free_now(store) == 3
    store.close()
    assert free_now(another(folder, clock)) == 0
    clock.advance(ROUND)
    assert free_now(store) == 3


@pytest.mark.parametrize("damage", [b"", b"x", b"x" * 200], ids=["emptied", "short", "other bytes"])
def test_a_damaged_file_counts_as_all_used_and_says_so(
    folder: Path, clock: FakeClock, store: FileStore, damage: bytes
) -> None:
    store.reserve([THREE], 0)
    path = bucket_file(folder)
    path.write_bytes(damage)
    assert free_now(store) == 0
    (warning,) = store.warnings()
    assert "damaged" in warning
    clock.advance(ROUND)
    assert free_now(store) == 3


def test_one_flipped_bit_is_noticed(folder: Path, store: FileStore) -> None:
    store.reserve([THREE], 0)
    path = bucket_file(folder)
    content = bytearray(path.read_bytes())
    content[30] ^= 1
    path.write_bytes(content)
    assert free_now(store) == 0


class HourLater(FakeClock):
    """The clock of a machine that was started anew an hour after the tests' usual time."""

    def wall(self) -> datetime:
        return super().wall() + timedelta(hours=1)


def test_after_a_restart_of_the_machine_every_old_call_counts_as_made_when_it_started(
    folder: Path, store: FileStore
) -> None:
    store.reserve([THREE], 0)
    again = another(folder, HourLater(4.0), "next boot")
    assert again.reserve([THREE], 60).wait == pytest.approx(ROUND - 4)
    assert again.warnings() == ()
    again.close()


def test_a_file_that_another_machine_writes_counts_as_all_used_and_says_so(folder: Path, store: FileStore) -> None:
    store.reserve([THREE], 0)
    elsewhere = another(folder, FakeClock(4.0), "another machine")
    assert elsewhere.reserve([THREE], 60).wait == pytest.approx(ROUND)
    (warning,) = elsewhere.warnings()
    assert "Another machine" in warning
    elsewhere.close()


def test_a_clock_that_is_set_back_never_gives_a_token_early(clock: FakeClock, store: FileStore) -> None:
    assert free_now(store) == 3
    clock.advance(-500)
    wait = store.reserve([THREE], 60).wait
    assert wait == pytest.approx(ROUND)


def test_who_is_refused_after_the_clock_was_set_back_is_not_refused_for_ever(
    clock: FakeClock, store: FileStore
) -> None:
    assert free_now(store) == 3
    clock.advance(-500)
    assert free_now(store) == 0
    clock.advance(ROUND)
    assert free_now(store) == 3


def test_a_bucket_whose_file_was_removed_is_carried_over(folder: Path, clock: FakeClock, store: FileStore) -> None:
    other = another(folder, clock)
    assert free_now(other) == 3
    assert free_now(store) == 0
    bucket_file(folder).unlink()
    assert free_now(store) == 0
    assert free_now(other) == 0
    clock.advance(ROUND)
    assert free_now(other) == 3
    other.close()


def test_a_bucket_that_somebody_made_anew_counts_as_all_used_for_who_knows_more(
    folder: Path, clock: FakeClock, store: FileStore
) -> None:
    store.reserve([THREE], 0)
    bucket_file(folder).unlink()
    newcomer = another(folder, clock)
    newcomer.reserve([THREE], 0)
    assert free_now(store) == 0
    (warning,) = store.warnings()
    assert "was removed and made anew" in warning
    clock.advance(ROUND)
    assert free_now(newcomer) == 3
    newcomer.close()


def test_the_files_are_private_and_their_names_tell_nothing(folder: Path, store: FileStore) -> None:
    store.reserve([THREE], 0)
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert THREE.name not in path.name
        assert THREE.name.encode() not in path.read_bytes()


def test_no_link_is_followed(folder: Path, tmp_path: Path, store: FileStore) -> None:
    store.reserve([THREE], 0)
    path = bucket_file(folder)
    store.close()
    path.unlink()
    victim = tmp_path / "victim"
    victim.write_text("keep me")
    path.symlink_to(victim)
    with pytest.raises(ThrottleFileError):
        store.reserve([THREE], 0)
    assert victim.read_text() == "keep me"


def test_what_is_no_file_is_refused(folder: Path, store: FileStore) -> None:
    store.reserve([THREE], 0)
    path = bucket_file(folder)
    store.close()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(ThrottleFileError, match="no plain file"):
        store.reserve([THREE], 0)


def test_without_a_state_folder_memory_serves_and_every_result_says_so(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(state_dir.OVERRIDE, str(tmp_path / "file/state"))
    store = default_store(clock)
    assert store.reserve([THREE], 0).wait == 0
    (warning,) = store.warnings()
    assert "by this process alone" in warning


def test_the_default_is_a_file_of_this_user(clock: FakeClock) -> None:
    store = default_store(clock)
    assert isinstance(store, FileStore)
    store.reserve([THREE], 0)
    assert len(list(state_dir.folder().glob("throttle-*"))) == 1
    store.close()
    assert machine_boot_id() == machine_boot_id()


WORKER = """
import sys
from pathlib import Path
from connector.clock import SystemClock
from connector.throttle.bucket import RateLimit
from connector.throttle.file_store import FileStore

store = FileStore(lambda: Path(sys.argv[1]), SystemClock())
sys.stdin.readline()
for _ in range(40):
    print(store.reserve([RateLimit("home", 10, 60.0)], 1e9).at)
"""


def test_processes_at_once_are_never_granted_more_than_the_limit(folder: Path) -> None:
    root = Path(state_dir.__file__).parent.parent
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
        )
        for _ in range(3)
    ]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("\n")
        worker.stdin.flush()
    each = [[float(line) for line in worker.communicate(timeout=60)[0].split()] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert all(mine == sorted(mine) for mine in each)
    grants = sorted(at for mine in each for at in mine)
    assert len(grants) == 120
    assert all(later - earlier >= 60.25 - 1e-6 for earlier, later in zip(grants, grants[10:], strict=False))
