"""A worker as its environment describes it; no password and no secret is shown."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from connector.batch.journal import BatchError
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.errors import DefinitionError
from connector.lanes.environment import StoredConnections, store_at, worker_from
from connector.lanes.folder_store import FolderStore
from connector.testing import FakeClock
from connector.throttle.redis_store import RedisStore
from tests.connector.parcels import write_folder

PASSWORD = "secret-of-the-database"  # noqa: S105 - what must not be shown


def test_a_worker_is_made_of_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARCELS_API_KEY", "k-from-the-environment")
    folder = write_folder(tmp_path / "parcels")
    variables = {"CONNECTOR_NAME": str(folder), "CONNECTOR_BATCHES": str(tmp_path / "batches")}
    worker = worker_from(variables, throttle="redis://localhost:1/0")
    assert isinstance(worker.store, FolderStore)
    assert worker.connector.definition.key == "parcels"
    connection = worker.connection("environment")
    store = worker.connector.batch("send_parcel", "x.csv", connection).client.store
    assert isinstance(store, RedisStore)
    assert connection.reveal() == {"api_key": "k-from-the-environment"}
    store.close()


@pytest.mark.parametrize("missing", ["CONNECTOR_BATCHES", "CONNECTOR_NAME"])
def test_what_is_missing_is_named(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.lanes.environment.available", dict)
    variables = {"CONNECTOR_NAME": "none", "CONNECTOR_BATCHES": "batches"}
    del variables[missing]
    with pytest.raises(DefinitionError, match=missing):
        worker_from(variables)


def test_a_connection_is_read_again_after_a_minute(tmp_path: Path) -> None:
    clock, read = FakeClock(), []

    def find(name: str) -> Connection:
        read.append(name)
        return Connection(name=name)

    with Connector.load(write_folder(tmp_path / "parcels"), clock=clock) as connector:
        connections = StoredConnections(connector, clock, find)
        for _ in range(3):
            connections("work")
        clock.advance(61)
        connections("work")
    assert read == ["work", "work"]


@pytest.mark.parametrize(
    "url",
    [
        f"nothing+nobody://user:{PASSWORD}@localhost/x",
        f"postgresql+psycopg://user:{PASSWORD}@localhost:1/x?connect_timeout=1",
        f"postgresql://[user:{PASSWORD}",
    ],
)
def test_the_password_of_a_database_is_in_no_error(url: str) -> None:
    try:
        store_at(url).plan("b")
    except Exception:
        shown = traceback.format_exc()
    assert PASSWORD not in shown


def test_a_url_that_cannot_be_used_is_said_plainly() -> None:
    with pytest.raises(BatchError, match="database URL cannot be used"):
        store_at("nothing://here")
