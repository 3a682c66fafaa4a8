"""Batches of parcels on workers that a queue in this process drives, with a clock that never waits."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from connector.connections.connection import Connection
from connector.connector import Connector
from connector.lanes.environment import store_at
from connector.lanes.lane import LaneWorker, Position, Turn
from connector.lanes.store import LaneStore
from connector.lanes.submit import submit
from connector.testing import FakeClock
from connector.throttle.memory_store import MemoryStore
from tests.connector.batch.conftest import Service
from tests.connector.parcels import ACTIONS, API_KEY, manifest, write_folder


@dataclass
class Line:
    """Workers, and a queue in this process that delivers turns when their time has come."""

    place: Path
    clock: FakeClock
    service: Service
    connector: Connector
    store: LaneStore
    keys: dict[str, str] = field(default_factory=dict)
    queued: list[tuple[float, int, str, int, int, Position]] = field(default_factory=list)
    turns: list[tuple[int, Turn]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=itertools.count)

    def connection(self, name: str) -> Connection:
        return Connection(name=name, api_key=self.keys.get(name, API_KEY + name))

    def worker(self) -> LaneWorker:
        """Another worker: it remembers nothing of what the others did."""
        return LaneWorker(self.connector, self.connection, self.store, random.Random(5))  # noqa: S311 - spreads waits

    def submit(self, text: str, action: str = "send_parcel", name: str = "b", **options: Any) -> None:
        path = self.place / "rows.csv"
        path.write_text(text, encoding="utf-8")
        names = {line.split(",")[0] for line in text.splitlines()[1:]} if "connection_column" in options else {"work"}
        connections = {each: Connection(name=each) for each in names}
        batch = self.connector.batch(action, path, connections, **options)
        submit(batch, name, self.store, lambda name, lane, turn: self.put(0.0, name, lane, turn, Position()))

    def put(self, delay: float, name: str, lane: int, turn: int, position: Position) -> None:
        at = self.clock.monotonic() + delay
        heapq.heappush(self.queued, (at, next(self._order), name, lane, turn, position))

    def give_turn(self, *, redelivered: bool = False) -> None:
        """Give the next turn of the queue to a worker."""
        at, _, name, lane, turn, position = heapq.heappop(self.queued)
        self.clock.advance(max(0.0, at - self.clock.monotonic()))
        following = self.store.claim(name, lane, turn, redelivered=redelivered)
        if following is None:
            return
        found = self.worker().turn(name, lane, position)
        self.turns.append((lane, found))
        if found.position is not None:
            self.put(found.delay, name, lane, following, found.position)

    def run(self, most: int = 10_000) -> None:
        """Deliver until nothing is queued."""
        for _ in range(most):
            if not self.queued:
                return
            self.give_turn()
        raise AssertionError("The lanes do not end.")

    def results(self, outcome: str, name: str = "b") -> list[str]:
        """The lines of a result file without its header."""
        worker = self.worker()
        plan = worker.store.plan(name)
        columns = plan.result_columns(self.connector.find(plan.record.action))
        self.store.write_results(name, self.place / "results", columns)
        return (self.place / f"results/{outcome}.csv").read_text(encoding="utf-8").splitlines()[1:]


MakeLine = Callable[..., Line]


@pytest.fixture(params=["folder", "sqlite"])
def line(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeLine]:
    """Makes a line; words are those of the connector's manifest. Every promise holds wherever batches are kept."""
    opened: list[LaneStore] = []

    def make(**words: Any) -> Line:
        words = {"throttle": {"calls": 100_000, "renewalPeriod": 60_000}, **words}
        folder = write_folder(tmp_path / "parcels", ACTIONS, connector=manifest(**words))
        service, clock = Service(), FakeClock()
        place = tmp_path / "batches" if request.param == "folder" else f"sqlite:///{tmp_path / 'batches.sqlite'}"
        opened.append(store_at(place))
        connector = Connector.load(folder, transport=service, store=MemoryStore(clock), clock=clock)
        return Line(tmp_path, clock, service, connector, opened[-1])

    yield make
    for store in opened:
        store.close()
