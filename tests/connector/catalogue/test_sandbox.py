from __future__ import annotations

from pathlib import Path

import pytest

from connector.catalogue.loader import load
from connector.catalogue.sandbox import SandboxError, started
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.testing import FakeClock, ScriptedTransport, response
from tests.connector.parcels import manifest, write_folder

SANDBOX = """
import contextlib


class Service(contextlib.AbstractContextManager):
    url = "http://127.0.0.1:8080"
    stopped = 0

    def __exit__(self, *_):
        Service.stopped += 1


def start(port, database):
    if port == 1:
        raise OSError("port 1 is taken.")
    return Service()
"""


def folder(place: Path) -> Path:
    made = write_folder(place / "parcels", connector=manifest(sandbox="sandbox"))
    (made / "sandbox.py").write_text(SANDBOX)
    return made


def test_a_connector_runs_against_its_own_local_service_while_the_block_lasts(tmp_path: Path) -> None:
    transport = ScriptedTransport([response(200, {"id": "p"})])
    connector = Connector.load(folder(tmp_path), transport=transport, clock=FakeClock())
    with connector.sandbox() as connection:
        assert isinstance(connection, Connection)
        assert connector.run("get_parcel", {"parcel_id": "p"}, connection)["id"] == "p"
    assert transport.requests[0].url == "http://127.0.0.1:8080/parcels/p"
    assert connection.fields == {"api_key"}


def test_the_service_is_stopped_with_the_block_even_after_a_failure(tmp_path: Path) -> None:
    bundle = load(folder(tmp_path))
    with pytest.raises(KeyError), started(bundle):
        raise KeyError
    assert bundle.module("sandbox").Service.stopped == 1


def test_a_service_that_cannot_start_says_why(tmp_path: Path) -> None:
    bundle = load(folder(tmp_path))
    starting = started(bundle, port=1)
    with pytest.raises(SandboxError, match=r"The sandbox cannot start: port 1 is taken\.$") as caught:
        starting.__enter__()
    assert caught.value.error_code == "sandbox"
