"""What several workers do at once is decided by the database; in PostgreSQL they really do."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.batch.source import Row
from connector.connector import Connector
from connector.lanes.database_store import DatabaseStore
from connector.lanes.lane import Position
from connector.lanes.store import RowTakenError
from connector.testing import FakeClock
from connector.throttle.memory_store import MemoryStore
from tests.connector import postgres
from tests.connector.batch.conftest import Service
from tests.connector.lanes.conftest import Line
from tests.connector.parcels import ACTIONS, manifest, write_folder

pytestmark = pytest.mark.slow
WORKERS = 6


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgres.server() as url:
        yield url


@pytest.fixture
def line(url: str, tmp_path: Path) -> Iterator[Line]:
    throttle = {"calls": 100_000, "renewalPeriod": 60_000}
    folder = write_folder(tmp_path / "parcels", ACTIONS, connector=manifest(throttle=throttle))
    service, clock, store = Service(), FakeClock(), DatabaseStore(url)
    yield Line(
        tmp_path,
        clock,
        service,
        Connector.load(folder, transport=service, store=MemoryStore(clock), clock=clock),
        store,
    )
    store.close()


def test_every_row_has_its_effect_once_and_its_line_in_the_successes(line: Line) -> None:
    line.submit("recipient\n" + "".join(f"r{number}\n" for number in range(100)), name="all")
    line.run()
    assert line.store.status("all").counts["done"] == 100
    assert set(Counter(line.service.calls).values()) == {1}
    assert len(line.results("success", "all")) == 100


def test_workers_that_run_the_same_lane_at_once_send_no_row_without_a_key_twice(line: Line) -> None:
    line.submit("recipient\n" + "".join(f"r{number}\n" for number in range(60)), "post_once", "same")
    together = threading.Barrier(WORKERS)

    def work() -> None:
        worker, position = line.worker(), Position()
        together.wait(60)
        for _ in range(3):
            position = worker.turn("same", 0, position).position or position

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    line.run()
    status = line.store.status("same")
    assert status.counts["done"] + status.counts["unknown"] == 60
    assert set(Counter(line.service.calls).values()) == {1}
    assert len(line.service.calls) == 60


def test_one_of_many_workers_begins_a_row_and_one_claims_a_turn(line: Line) -> None:
    line.submit("recipient\nada\n", "post_once", "one")
    begun: list[bool] = []
    claimed: list[int | None] = []

    def begin() -> None:
        with line.store.open("one", 0, 0, (), "same") as rows:
            assert rows is not None
            together.wait(60)
            try:
                rows.started(1, 1_000.0, durable=True)
                begun.append(True)
            except RowTakenError:
                begun.append(False)
            finally:
                rows.sent(1)
        claimed.append(line.store.claim("one", 0, 1, redelivered=False))

    together = threading.Barrier(WORKERS)
    threads = [threading.Thread(target=begin) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(begun) == [False] * (WORKERS - 1) + [True]
    assert sorted(claimed, key=str) == [2] + [None] * (WORKERS - 1)


def test_two_processes_that_create_a_batch_at_once_create_one(line: Line) -> None:
    line.submit("recipient\nada\n", name="plan")
    plan = line.store.plan("plan")
    together, made = threading.Barrier(WORKERS), []

    def create() -> None:
        together.wait(60)
        made.append(line.store.create("twice", plan, [(("work", 0), Row(1, {"recipient": "ada"}))]).record.key_prefix)

    threads = [threading.Thread(target=create) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == WORKERS
    assert line.store.status("twice").rows == 1
