"""What is kept with a connection follows its changes, and a sandbox's connection leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector import Connection, Connector
from connector.testing import ScriptedTransport, response
from tests.connector.parcels import API_KEY, MakeBench

OK = response(200, {"id": "p1"})


def test_a_connection_whose_base_url_changes_calls_there(bench: MakeBench) -> None:
    made = bench([OK, OK, OK])
    for url in (None, "https://eu.parcels.example", "https://us.parcels.example"):
        made.connection.base_url = url
        made.run("get_parcel", {"parcel_id": "a"})
    assert [request.url.partition("/parcels/")[0] for request in made.requests][1:] == [
        "https://eu.parcels.example",
        "https://us.parcels.example",
    ]


def test_one_connection_serves_two_connectors_in_turn(bench: MakeBench) -> None:
    made, other = bench([OK, OK]), bench([OK, OK])
    for _ in range(2):
        made.run("get_parcel", {"parcel_id": "a"})
        other.connector.run("get_parcel", {"parcel_id": "a"}, made.connection)
    assert len(made.requests) == len(other.requests) == 2
    assert made.connector.throttle(made.connection)[0].used == other.connector.throttle(made.connection)[0].used == 2


@pytest.mark.parametrize("ephemeral", [True, False])
def test_only_the_call_limit_of_a_service_that_lasts_is_kept_in_a_file(
    bench: MakeBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ephemeral: bool
) -> None:
    state = tmp_path / "state"
    monkeypatch.setenv("CONNECTOR_STATE_DIR", str(state))
    with Connector(bench().bundle, transport=ScriptedTransport([OK])) as connector:
        connector.run("get_parcel", {"parcel_id": "a"}, Connection(api_key=API_KEY, ephemeral=ephemeral))
    assert bool(list(state.rglob("throttle-*"))) is not ephemeral
