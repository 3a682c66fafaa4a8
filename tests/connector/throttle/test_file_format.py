"""The bytes of a bucket's file: processes of other versions read and write the same."""

from __future__ import annotations

import math
import struct
import zlib
from pathlib import Path

import pytest

from connector.throttle import private_file
from connector.throttle.bucket import RateLimit
from connector.throttle.file_format import BucketFile

LIMIT = RateLimit("home", 3, 10.0)
BOOT, BIRTH = b"this boot       ", b"birth..."
TIMES = (7.0, 8.5, 9.0)


def content(waiting: dict[int, float], *, version: int = 4, written: float = 1_790_000_000.0) -> bytes:
    head = struct.pack("<8sId16s8s", b"bucket03", 3, 10.05, BOOT, BIRTH)
    state = struct.pack("<QIIdddd", version, 1, len(waiting), 12.0, 11.0, 0.25, written)
    line = struct.pack(f"<{len(waiting)}Q{len(waiting)}d", *waiting, *waiting.values())
    whole = head + state + struct.pack("<3d", *TIMES) + line
    return whole + struct.pack("<I", zlib.crc32(whole))


@pytest.fixture
def file(tmp_path: Path) -> BucketFile:
    made = BucketFile(LIMIT, tmp_path / "bucket")
    assert made.is_new
    return made


def lines(count: int) -> dict[int, float]:
    return {2**63 + number: 20.0 + number for number in range(count)}


@pytest.mark.parametrize("waiting", [0, 1, 31, 32, 33, 500])
@pytest.mark.parametrize("left_over", [b"", b"x" * 16, b"x" * 5_000])
def test_what_a_file_holds_is_read_whole_and_written_as_it_was(
    file: BucketFile, waiting: int, left_over: bytes
) -> None:
    private_file.write(file.handle, content(lines(waiting)) + left_over)
    stored = file.stored(file.read())
    assert stored is not None
    assert (stored.boot, stored.birth, stored.version, stored.seen) == (BOOT, BIRTH, 4, 11.0)
    assert (stored.offset, stored.written, stored.changed) == (0.25, 1_790_000_000.0, False)
    bucket = stored.bucket
    assert (list(bucket.times), bucket.oldest, bucket.paused_until) == (list(TIMES), 1, 12.0)
    assert bucket.waiting == lines(waiting)
    assert stored.packed(5.0) == content(lines(waiting), version=5, written=5.0)
    bucket.waiting = lines(2)
    assert stored.packed(6.0) == content(lines(2), version=6, written=6.0)
    bucket.waiting = {}
    assert stored.packed(7.0) == content({}, version=7, written=7.0)
    private_file.close(file.handle)


@pytest.mark.parametrize("waiting", [0, 3])
def test_a_file_that_was_cut_or_changed_anywhere_is_no_bucket(file: BucketFile, waiting: int) -> None:
    whole = content(lines(waiting))
    assert file.stored(whole) is not None
    for place in range(len(whole)):
        assert file.stored(whole[:place]) is None
        assert file.stored(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]) is None
    private_file.close(file.handle)


def test_a_new_bucket_has_made_all_its_calls_at_one_time(file: BucketFile) -> None:
    one, other = (file.made(BOOT, 30.0, 25.0) for _ in range(2))
    for made in (one, other):
        assert (made.boot, made.version, made.seen, made.offset, made.written) == (BOOT, 0, 30.0, 0.0, 0.0)
        assert (list(made.bucket.times), made.bucket.paused_until, made.bucket.waiting) == ([25.0] * 3, -math.inf, {})
    assert one.birth != other.birth
    again = file.stored(bytes(one.packed(2.0)))
    assert again is not None
    assert (again.birth, again.version, again.written) == (one.birth, 1, 2.0)
    private_file.close(file.handle)


def test_a_clock_that_was_set_back_goes_on_from_where_it_was(file: BucketFile) -> None:
    made = file.made(BOOT, 30.0, 25.0)
    assert [made.now(raw) for raw in (30.0, 32.0, 12.0, 13.0)] == [30.0, 32.0, 32.0, 33.0]
    assert (made.changed, made.offset, made.seen) == (True, 20.0, 13.0)
    private_file.close(file.handle)
