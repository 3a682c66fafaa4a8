"""The key of a folder: which buckets were created under it, and since when it is in use if another one was lost."""

from __future__ import annotations

import math
import struct
import zlib
from pathlib import Path

import pytest

from connector.throttle import folder_key
from tests.connector.throttle.machine import HOME, SPAN

BOOT, OTHER_BOOT = b"this boot       ", b"the next boot   "
THIRD = HOME._replace(name="a third")
OTHER = HOME._replace(name="another")


def last_used(folder: Path, raw: float, boot: bytes = BOOT) -> float | None:
    """When a bucket whose file has just been created may last have been used."""
    with folder_key.opened(folder, boot, raw, math.inf) as key:
        return key.last_used(HOME, raw)


def path_of(folder: Path, limit: object = HOME) -> Path:
    with folder_key.opened(folder, BOOT, 0.0, math.inf) as key:
        return key.path(limit)  # type: ignore[arg-type]


def head(since: float, boot: bytes = BOOT) -> bytes:
    """The beginning of a key's file."""
    content = struct.pack("<8s32s16sd", b"throkey1", b"k" * 32, boot, since)
    return content + struct.pack("<I", zlib.crc32(content))


def test_a_bucket_of_a_new_folder_was_never_used_and_of_a_known_name_just_now(folder: Path) -> None:
    assert last_used(folder, 100.0) is None
    assert last_used(folder, 105.0) == 105.0
    with folder_key.opened(folder, BOOT, 105.0, math.inf) as key:
        assert [key.last_used(limit, 105.0) for limit in (OTHER, THIRD, OTHER, HOME)] == [None, None, 105.0, 105.0]
    content = (folder / "throttle.key").read_bytes()
    assert len(content) == 68 + 3 * 16
    assert content.startswith(b"throkey1")


@pytest.mark.parametrize(
    ("after", "used"), [(0.0, 100.0), (1.0, 100.0), (SPAN - 0.01, 100.0), (SPAN, None), (1_000.0, None)]
)
def test_for_one_period_after_a_key_was_lost_every_bucket_counts_as_used_then(
    after: float, used: float | None, folder: Path
) -> None:
    (folder / "throttle.key").write_bytes(b"damaged")
    (folder / "throttle-old").write_bytes(b"x")
    (folder / "other").write_bytes(b"x")
    path_of_folder = folder / "throttle.key"
    with folder_key.opened(folder, BOOT, 100.0, math.inf):
        pass
    assert sorted(path.name for path in folder.iterdir()) == ["other", "throttle.key"]
    assert len(path_of_folder.read_bytes()) == 68
    assert last_used(folder, 100.0 + after) == used


@pytest.mark.parametrize(("content", "files", "used"), [(b"", 0, None), (b"x", 0, 100.0), (b"", 1, 100.0)])
def test_a_key_was_lost_where_its_file_or_its_buckets_are_left(
    content: bytes, files: int, used: float | None, folder: Path
) -> None:
    if content:
        (folder / "throttle.key").write_bytes(content)
    for number in range(files):
        (folder / f"throttle-{number}").write_bytes(b"x")
    assert last_used(folder, 100.0) == used


@pytest.mark.parametrize(
    ("since", "boot", "raw", "used"),
    [
        (50.0, BOOT, 60.0, 50.0),
        (50.0, OTHER_BOOT, 60.0, 0.0),
        (50.0, OTHER_BOOT, 61.0, None),
        (-5.0, OTHER_BOOT, 10.0, -5.0),
        (-math.inf, BOOT, 10.0, None),
        (-math.inf, OTHER_BOOT, 10.0, None),
    ],
)
def test_what_was_lost_before_the_machine_was_started_counts_from_its_start(
    since: float, boot: bytes, raw: float, used: float | None, folder: Path
) -> None:
    (folder / "throttle.key").write_bytes(head(since, boot))
    assert last_used(folder, raw) == used


def test_a_name_is_known_only_at_a_place_of_a_name(folder: Path) -> None:
    key = folder / "throttle.key"
    key.write_bytes(head(-math.inf))
    name = bytes.fromhex(path_of(folder).name.removeprefix("throttle-"))
    key.write_bytes(head(-math.inf) + b"x" * 8 + name + b"x" * 8)
    assert last_used(folder, 100.0) is None
    assert key.read_bytes() == head(-math.inf) + b"x" * 8 + name + b"x" * 8 + name
    assert last_used(folder, 100.0) == 100.0
    key.write_bytes(head(-math.inf) + b"cut")
    assert last_used(folder, 100.0) is None
    assert key.read_bytes() == head(-math.inf) + name
    assert last_used(folder, 100.0) == 100.0


@pytest.mark.parametrize("place", [0, 8, 40, 56, 64, 67])
def test_a_key_that_was_cut_or_changed_is_replaced(place: int, folder: Path) -> None:
    key = folder / "throttle.key"
    for content in (head(1.0)[:place], head(1.0)[:place] + b"\xfe" + head(1.0)[place + 1 :]):
        key.write_bytes(content)
        path_of(folder)
        replaced = key.read_bytes()
        assert len(replaced) == 68
        assert replaced[8:40] != b"k" * 32
    key.write_bytes(head(1.0))
    path_of(folder)
    assert key.read_bytes() == head(1.0)


def test_each_limit_has_a_file_of_its_own_whose_name_only_the_key_tells(folder: Path, tmp_path: Path) -> None:
    limits = [HOME, OTHER, HOME._replace(calls=5), HOME._replace(period=61.0)]
    names = [path_of(folder, limit).name for limit in limits]
    assert len(set(names)) == 4
    assert {len(name) for name in names} == {len("throttle-") + 32}
    assert path_of(folder) == folder / names[0]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert path_of(elsewhere).name != names[0]


def test_the_key_is_locked_as_long_as_it_is_in_use(folder: Path) -> None:
    second = folder_key.opened(folder, BOOT, 0.0, 0.0)
    with folder_key.opened(folder, BOOT, 0.0, math.inf), pytest.raises(TimeoutError):
        second.__enter__()
    with folder_key.opened(folder, BOOT, 0.0, 0.0) as key:
        assert key.path(HOME).parent == folder
