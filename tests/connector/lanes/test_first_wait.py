"""A run that waits only before it has begun: what has begun ends, and what cannot be repeated is not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.batch.folder import BatchFolder
from connector.batch.journal import BatchRecord
from connector.batch.row_run import RowRunner
from connector.batch.source import Row, Source
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.testing import FakeClock
from connector.throttle.memory_store import MemoryStore
from tests.connector.batch.conftest import Service
from tests.connector.parcels import ACTIONS, API_KEY, manifest, write_folder

TWICE = """
from connector.call import page, send

send_parcel = get_parcel = send
list_parcels = page


async def post_once(call):
    await call.send()
    return await call.send()
"""


class Scene:
    """An action that makes two calls, one row of it, and room for one call in a minute."""

    def __init__(self, place: Path, folder: BatchFolder, calls: int) -> None:
        throttle = {"calls": calls, "renewalPeriod": 60}
        path = write_folder(place / "parcels", ACTIONS, TWICE, manifest(throttle=throttle))
        self.clock, self.service, self.folder = FakeClock(), Service(), folder
        self.connector = Connector.load(path, transport=self.service, store=MemoryStore(self.clock), clock=self.clock)
        self.connection = Connection(name="work", api_key=API_KEY)

    def runner(self, max_wait: float | None = None) -> RowRunner:
        batch = self.connector.batch("post_once", self.folder.place.with_name("rows.csv"), self.connection)
        never = threading.Event()
        return RowRunner(
            batch.client,
            batch.columns,
            self.folder,
            self.clock,
            None,
            max_wait,
            never,
            attempts=1,
            max_first_wait=0.3,
            can_stop=False,
        )


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[BatchFolder]:
    file = tmp_path / "rows.csv"
    file.write_text("recipient\nada\n")
    record = BatchRecord("parcels", "post_once", "rows.csv", Source.open(file).sha256(), 1, {}, {}, "prefix")
    with BatchFolder.open(tmp_path / "rows.batch", record, ("recipient", "_row"), "csv") as folder:
        yield folder


ROW = Row(1, {"recipient": "ada"})


def test_what_has_begun_waits_for_the_limit_and_ends(tmp_path: Path, folder: BatchFolder) -> None:
    scene = Scene(tmp_path, folder, 1)
    result = scene.runner().run(ROW, scene.connection, last=False)
    assert result.outcome == "done"
    assert scene.service.calls == ["ada", "ada"]
    assert sum(scene.clock.slept) > 59


def test_what_has_not_begun_does_not_wait(tmp_path: Path, folder: BatchFolder) -> None:
    scene = Scene(tmp_path, folder, 1)
    scene.runner().run(ROW, scene.connection, last=False)
    before = scene.clock.monotonic()
    result = scene.runner().run(Row(2, {"recipient": "grace"}), scene.connection, last=True)
    assert result.outcome is None
    assert scene.clock.monotonic() == before
    assert scene.service.calls == ["ada", "ada"]


def test_what_has_begun_and_can_neither_end_nor_be_repeated_is_unknown(tmp_path: Path, folder: BatchFolder) -> None:
    scene = Scene(tmp_path, folder, 1)
    result = scene.runner(max_wait=5.0).run(ROW, scene.connection, last=False)
    assert result.outcome == "unknown"
    assert scene.service.calls == ["ada"]
