"""Files of the throttle that somebody has meddled with, and who may see them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.clock import SystemClock
from connector.errors import ThrottledError
from connector.testing import FakeClock
from connector.throttle.bucket import RateLimit
from connector.throttle.default_store import default_store
from connector.throttle.file_format import BucketFile
from connector.throttle.file_store import FileStore, ThrottleFileError
from tests.connector.throttle.machine import HOME, SPAN, Process, bucket_file, posix, waits
from tests.connector.throttle.worlds import FOREVER


def spoil_a_bit(content: bytes) -> bytes:
    return content[:60] + bytes([content[60] ^ 1]) + content[61:]


REMOVED = "The call limit's state file was removed or replaced. All its calls count as just made."

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a bit": spoil_a_bit,
    "cut": lambda content: content[:-9],
    "emptied": lambda _: b"",
    "one byte": lambda _: b"x",
    "zeros": lambda content: bytes(len(content)),
    "another format": lambda content: b"bucket99" + content[8:],
    "a line without end": lambda content: content[:56] + b"\xff" * 5_000,
    "foreign": lambda _: b"\x89PNG\r\n" * 300,
}


def test_a_damage_is_said_for_two_periods(process: Process, clock: FakeClock, folder: Path) -> None:
    store = process()
    waits(store, 1)
    bucket_file(folder).write_bytes(b"x")
    waits(store, 1)
    for seconds, said in ((0, 1), (2 * SPAN - 0.01, 1), (0.02, 0)):
        clock.advance(seconds)
        assert len(store.warnings()) == said


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
@pytest.mark.parametrize("opened", [True, False], ids=["open", "closed"])
def test_a_damaged_file_is_replaced_with_the_safe_assumption_and_said(
    process: Process, clock: FakeClock, folder: Path, damage: Callable[[bytes], bytes], opened: bool
) -> None:
    store = process()
    waits(store, 1)
    path = bucket_file(folder)
    path.write_bytes(damage(path.read_bytes()))
    clock.advance(3)
    store = store if opened else process()
    with pytest.raises(ThrottledError) as caught:
        store.reserve([HOME], 5)
    assert caught.value.wait == pytest.approx(SPAN)
    assert store.warnings() == (
        "The call limit's state file was damaged and has been replaced. All its calls count as just made.",
    )
    # It is replaced for good: others find a sound file, and nobody waits longer than a period.
    clock.advance(20)
    after = process()
    assert (waits(after, 1), after.warnings()) == ([round(SPAN - 20, 3)], ())
    clock.advance(3 * SPAN)
    assert store.warnings() == ()


@posix
@pytest.mark.parametrize("how", ["removed", "moved", "with its folder"])
def test_a_file_that_is_removed_while_it_is_open_is_carried_over(process: Process, folder: Path, how: str) -> None:
    def place() -> Path:
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    one, other = process(place=place), process(place=place)
    assert waits(one, 2) + waits(other, 1) == [0.0] * 3
    match how:
        case "removed":
            bucket_file(folder).unlink()
        case "moved":
            bucket_file(folder).rename(folder.with_name("elsewhere"))
        case "with its folder":
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()
    assert waits(one, 2) == [0.0, SPAN]
    assert waits(other, 1) == [SPAN]
    assert one.warnings() == other.warnings() == ()


@posix
def test_a_file_that_is_gone_counts_as_used_for_whoever_comes_first(process: Process, folder: Path) -> None:
    store = process()
    waits(store, 2)
    bucket_file(folder).unlink()
    newcomer = process()
    assert waits(newcomer, 1) == [SPAN]
    assert newcomer.warnings() == (REMOVED,)
    assert waits(store, 1) == [SPAN]


@posix
def test_a_folder_that_was_emptied_and_used_by_others_counts_as_used_for_whoever_knows_more(
    process: Process, folder: Path
) -> None:
    store = process()
    waits(store, 2)
    for path in folder.iterdir():
        path.unlink()
    assert waits(process(), 1) == [0.0]
    assert waits(store, 1) == [SPAN]
    assert store.warnings() == (REMOVED,)


@posix
def test_an_old_copy_that_was_restored_counts_as_used(process: Process, folder: Path, clock: FakeClock) -> None:
    one, other = process(), process()
    waits(one, 1)
    old = bucket_file(folder).read_bytes()
    assert waits(other, 2) + waits(one, 1) == [0.0] * 3
    clock.advance(20)
    bucket_file(folder).write_bytes(old)
    assert waits(one, 1) == [SPAN]
    assert one.warnings() == (REMOVED,)
    assert waits(other, 1) == [SPAN]


def flip(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :]


KEYS: dict[str, Callable[[bytes], bytes | None]] = {
    "emptied": lambda _: b"",
    "cut": lambda content: content[:50],
    "another format": lambda _: b"k" * 32,
    "a bit of its format": lambda content: flip(content, 3),
    "a bit of the key": lambda content: flip(content, 20),
    "a bit of the checksum": lambda content: flip(content, 66),
    "removed": lambda _: None,
}


@posix
@pytest.mark.parametrize("damage", KEYS.values(), ids=KEYS.keys())
def test_a_lost_key_is_replaced_and_what_it_hid_counts_as_used(
    process: Process, folder: Path, clock: FakeClock, damage: Callable[[bytes], bytes | None]
) -> None:
    running = process()
    waits(running, 2)
    key = folder / "throttle.key"
    content = damage(key.read_bytes())
    if content is None:
        key.unlink()
    else:
        key.write_bytes(content)
    clock.advance(5)
    store = process()
    assert waits(store, 1) == [SPAN]
    assert store.warnings() == (REMOVED,)
    # Whoever has the old file open notices; and so does any other connection of the folder.
    assert waits(running, 1) == [SPAN]
    clock.advance(20)
    assert process().reserve([HOME._replace(name="other")], FOREVER).wait == pytest.approx(SPAN - 20)
    clock.advance(SPAN)
    assert process().reserve([HOME._replace(name="a third")], FOREVER).wait == 0


@posix
def test_a_name_that_was_written_in_part_hides_no_other(process: Process, folder: Path) -> None:
    waits(process(), 1)
    key = folder / "throttle.key"
    key.write_bytes(key.read_bytes() + b"12345")
    process().reserve([HOME._replace(name="other")], 0)
    for path in folder.glob("throttle-*"):
        path.unlink()
    for name in (HOME.name, "other"):
        assert process().reserve([HOME._replace(name=name)], FOREVER).wait == SPAN


def test_a_long_line_that_has_ended_leaves_bytes_behind_that_nobody_reads(process: Process, folder: Path) -> None:
    one, other = process(), process()
    waits(one, 4)
    line = [one.reserve([HOME], FOREVER) for _ in range(100)]
    assert len(other.peek(HOME)[0].waiting) == 100
    long = bucket_file(folder).stat().st_size
    for waiting in line:
        other.release([HOME], waiting)
    assert bucket_file(folder).stat().st_size == long
    assert waits(process(), 1) == [SPAN]
    assert one.warnings() == other.warnings() == ()


@posix
@pytest.mark.parametrize("what", ["link", "dangling link", "folder", "pipe"])
@pytest.mark.parametrize("name", ["throttle.key", "bucket"])
def test_what_is_no_plain_file_is_refused(process: Process, folder: Path, tmp_path: Path, what: str, name: str) -> None:
    waits(process(), 1)
    victim = tmp_path / "victim"
    path = folder / name if name == "throttle.key" else bucket_file(folder)
    path.unlink()
    match what:
        case "link":
            victim.write_bytes(b"mine")
            path.symlink_to(victim)
        case "dangling link":
            path.symlink_to(victim)
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
    with pytest.raises(ThrottleFileError) as caught:
        process().reserve([HOME], 5)
    assert str(path) in caught.value.message
    assert caught.value.message.endswith(
        {"link": "it is a link.", "dangling link": "it is a link.", "folder": "Is a directory."}.get(
            what, "it is not a regular file."
        )
    )
    assert victim.exists() is (what == "link")
    assert what != "link" or victim.read_bytes() == b"mine"


@posix
def test_the_files_are_private_and_their_names_tell_nothing(process: Process, folder: Path) -> None:
    store = process()
    waits(store, 1)
    store.reserve([RateLimit("https://api.example/secret", 4, 60.0)], 0)
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert HOME.name not in path.name
        assert "example" not in path.name
        assert b"example" not in path.read_bytes()
        assert HOME.name.encode() not in path.read_bytes()
    # Another user's key gives the same bucket another name.
    names = {path.name for path in folder.iterdir()}
    elsewhere = folder.with_name("elsewhere")
    elsewhere.mkdir()
    waits(process(place=lambda: elsewhere), 1)
    assert {path.name for path in elsewhere.iterdir()} & names == {"throttle.key"}


@posix
def test_a_file_that_others_could_read_is_made_private(process: Process, folder: Path) -> None:
    waits(process(), 1)
    path = bucket_file(folder)
    path.chmod(0o666)
    assert waits(process(), 1) == [0.0]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_name_with_another_limit_is_another_bucket(process: Process) -> None:
    store = process()
    assert waits(store, 4) == [0.0] * 4
    assert store.reserve([HOME._replace(calls=2)], 0).wait == 0
    assert store.reserve([HOME._replace(period=30.0)], 0).wait == 0


def test_a_disk_that_cannot_be_written_makes_no_call(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    store = process()
    waits(store, 1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("connector.throttle.private_file.write", full)
        with pytest.raises(ThrottleFileError, match="No space left"):
            store.reserve([HOME], 5)
    assert waits(store, 1) == [0.0]


@posix
def test_who_gives_no_store_shares_the_users_private_folder(tmp_path: Path) -> None:
    one, other = default_store(SystemClock()), default_store(SystemClock())
    for store in (one, other, one, other):
        assert store.reserve([HOME], 0).wait == 0
    with pytest.raises(ThrottledError):
        other.reserve([HOME], 5)
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert one.warnings() == ()
    for store in (one, other):
        assert isinstance(store, FileStore)
        store.close()


def test_without_a_folder_memory_stands_in_and_every_result_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CONNECTOR_STATE_DIR", str(tmp_path / "file"))
    store = default_store(SystemClock())
    assert store.reserve([HOME], 0).wait == 0
    assert store.warnings()[0].startswith("Other processes do not share this call limit. ")


@posix
def test_a_file_that_is_removed_whenever_it_is_opened_ends_in_an_error(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = process()
    waits(store, 1)
    tries: list[int] = []

    def removed(file: BucketFile) -> bool:
        tries.append(file.handle)
        return False

    with monkeypatch.context() as patch:
        patch.setattr(BucketFile, "is_in_its_place", removed)
        with pytest.raises(ThrottleFileError, match="removed again and again"):
            store.reserve([HOME], 5)
    assert 5 <= len(tries) <= 100
    assert waits(store, 4) == [0.0, 0.0, 0.0, SPAN]


def test_a_missing_folder_is_an_error_that_names_the_file(process: Process, folder: Path) -> None:
    store = process(place=lambda: folder / "nowhere")
    with pytest.raises(ThrottleFileError) as caught:
        store.reserve([HOME], 5)
    assert caught.value.message == (
        f"The call limit's state file {folder / 'nowhere/throttle.key'} cannot be opened: No such file or directory."
    )
    assert caught.value.error_code == "throttle_file"
