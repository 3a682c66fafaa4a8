"""Celery workers that are killed at any moment lose no row, send none twice, and starve no connection."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from tests.connector.batch.test_kills import Counting
from tests.connector.celery.scene import scene
from tests.connector.throttle.server import RedisServer

ROWS, KILLS = 100, 2
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("action", "kept_in"), [("send_parcel", "folder"), ("post_once", "sqlite")])
def test_a_killed_worker_loses_no_row_and_sends_none_twice(
    action: str, kept_in: str, tmp_path: Path, own_server: RedisServer, counting: Counting
) -> None:
    place = str(tmp_path / "batches") if kept_in == "folder" else f"sqlite:///{tmp_path / 'batches.sqlite'}"
    with scene(tmp_path, own_server, counting, place) as made:
        made.submit("recipient\n" + "".join(f"r{number}\n" for number in range(ROWS)), action, "b")
        for _ in range(KILLS):
            counting.reached.clear()
            counting.until = counting.calls.total() + 15
            worker = made.start()
            assert counting.reached.wait(120)
            made.kill(worker)
        made.start()
        status = made.finished("b")
        done, unknown = made.results("b", action, "success"), made.results("b", action, "unknown")
    assert status.counts["done"] + status.counts["unknown"] == ROWS
    assert (len(done), len(unknown)) == (status.counts["done"], status.counts["unknown"])
    if action == "send_parcel":
        assert len(counting.calls) == ROWS
        assert status.counts["unknown"] == 0
    else:
        assert max(counting.calls.values()) == 1
        never_sent = [line for line in unknown if line.partition(",")[0] not in counting.calls]
        assert len(never_sent) <= KILLS


def test_a_turn_that_the_broker_has_lost_is_queued_again(
    tmp_path: Path, own_server: RedisServer, counting: Counting
) -> None:
    with scene(tmp_path, own_server, counting, str(tmp_path / "batches"), visibility=1.0) as made:
        made.submit("recipient\nada\ngrace\n", "send_parcel", "b")
        with contextlib.closing(own_server.client()) as client:
            assert client.delete("celery") == 1
        made.start()
        assert made.finished("b").counts["done"] == 2
    assert len(counting.calls) == 2
