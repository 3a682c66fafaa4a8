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
from connector.throttle.file_store import FileStore, ThrottleFileError, default_store
from tests.connector.throttle.machine import HOME, SPAN, Process, bucket_file, posix, waits


def spoil_a_bit(content: bytes) -> bytes:
    return content[:60] + bytes([content[60] ^ 1]) + content[61:]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a bit": spoil_a_bit,
    "cut": lambda content: content[:-9],
    "emptied": lambda _: b"",
    "one byte": lambda _: b"x",
    "longer": lambda content: content + b"\0",
    "zeros": lambda content: bytes(len(content)),
    "another format": lambda content: b"bucket99" + content[8:],
    "foreign": lambda _: b"\x89PNG\r\n" * 300,
}


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
        "The throttle's file was damaged and was replaced; every call it may have held counts as just made.",
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
def test_a_file_that_was_made_anew_by_others_counts_as_used(process: Process, folder: Path) -> None:
    store = process()
    waits(store, 2)
    bucket_file(folder).unlink()
    assert waits(process(), 1) == [0.0]
    assert waits(store, 1) == [SPAN]
    assert "removed and made anew" in store.warnings()[0]


@posix
@pytest.mark.parametrize("content", [b"", b"short", None], ids=["emptied", "cut", "removed"])
def test_a_lost_key_is_replaced_and_what_it_hid_counts_as_used(
    process: Process, folder: Path, content: bytes | None
) -> None:
    waits(process(), 2)
    (folder / "throttle.key").unlink()
    if content is not None:
        (folder / "throttle.key").write_bytes(content)
    store = process()
    assert waits(store, 1) == [SPAN]
    assert "damaged" in store.warnings()[0]
    assert waits(process(), 1) == [SPAN]


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
            what, "it is no plain file."
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
    assert store.warnings()[0].startswith("The limit of calls is kept by this process alone. ")
