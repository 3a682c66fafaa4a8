"""A package of the Power Platform that is read back sends what the connector itself sends."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from connector import Connection, Connector
from connector.testing import FakeClock, ScriptedTransport, response
from tests.connector.export.test_authorization import SHAPES, elsewhere, exported, folder
from tests.connector.export.test_n8n import PUBLICATION
from tests.connector.parcels import GET, LIST, Json, manifest

VALUES: Mapping[str, Json] = {
    "query": {"key": "k-1"},
    "query-prefix": {"key": "k-1"},
    "header": {"key": "k-1"},
    "basic": {"user": "zoe", "word": "w-1"},
    "two-headers": {"user": "zoe", "word": "w-1"},
    "none": {},
    "host": {"key": "k-1", "region": "eu"},
}
RENAMED = {"basic": {"user": "username", "word": "password"}}


def sent(place: Path, operation: str, inputs: Json, values: Json) -> tuple[str, Json]:
    """The URL and the headers of an action's request."""
    transport = ScriptedTransport([response(200, {"id": "1", "parcels": []})])
    with Connector.load(place, transport=transport, clock=FakeClock()) as connector:
        connector.run(operation, inputs, Connection(**values))
    url, headers = transport.sent[0]
    return str(url), {name.lower(): value for name, value in headers.items()}


def written(place: Path, files: Mapping[str, bytes]) -> Path:
    place.mkdir()
    for name, content in files.items():
        (place / name).write_bytes(content)
    return place


def package_and_folder(shape: str, place: Path, *actions: Json) -> tuple[Path, Path]:
    package = written(place / "package", exported(shape, place / "exported", "power-platform", *actions))
    connection: Any = {**SHAPES[shape]["connection"], "test": "list_parcels"}
    document = manifest(publication=PUBLICATION, **{**SHAPES[shape], "connection": connection})
    return package, folder(place / "own", document, *actions).folder


@pytest.mark.parametrize("shape", VALUES)
def test_every_way_to_authenticate_comes_back(shape: str, tmp_path: Path) -> None:
    package, own = package_and_folder(shape, tmp_path, GET, LIST)
    names = RENAMED.get(shape, {})
    values = {names.get(name, name): value for name, value in VALUES[shape].items()}
    inputs = {"parcel_id": "a b"}
    assert sent(package, "GetParcelOp", inputs, values) == sent(own, "GetParcelOp", inputs, VALUES[shape])


def test_the_templates_of_an_action_come_back(tmp_path: Path) -> None:
    action = elsewhere(
        path="/r/{connection.region}/parcels/{parcel_id}", baseUrl="https://files.example", headers={"X-Lang": "{lang}"}
    )
    package, own = package_and_folder("host", tmp_path, action, LIST)
    inputs, values = {"parcel_id": "7", "lang": "de"}, VALUES["host"]
    url, headers = sent(own, "GetParcelOp", inputs, values)
    assert url == "https://files.example/r/eu/parcels/7?expand=eu"
    keys = {"parcel_id": "7", "X-Lang": "de"}
    assert sent(package, "GetParcelOp", keys, values) == (url, headers)
