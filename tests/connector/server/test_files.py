"""Files over HTTP: their JSON value goes in and comes out, and no path of this machine is read."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from connector.connections.connection import Connection
from connector.connector import Connector
from connector.http.response import HttpResponse
from connector.server import ServedConnector, create_app
from connector.testing import FakeClock, ScriptedTransport, response
from tests.connector.web.serving import Site, serving
from tests.vectors.files import bundle

BYTES = bytes(range(256))
FILE = {"$content-type": "image/x", "$content": base64.b64encode(BYTES).decode(), "$filename": "a.x"}


@pytest.fixture
def transport() -> ScriptedTransport:
    disposition = {"content-type": "image/x", "content-disposition": 'inline; filename="a.x"'}
    return ScriptedTransport([response(200), HttpResponse(200, disposition, BYTES)])


@pytest.fixture
def site(transport: ScriptedTransport) -> Iterator[Site]:
    with Connector(bundle("archive"), transport=transport, clock=FakeClock()) as connector:
        served = ServedConnector(bundle("archive"), connector, {"home": Connection(api_key="k", name="home")})
        with serving(create_app(served)) as opened:
            yield opened


def test_a_file_goes_in_and_comes_out(site: Site, transport: ScriptedTransport) -> None:
    assert site.post("/actions/put_content/run", {"id": "d", "content": FILE}).body == {"status": 200}
    assert site.post("/actions/get_content/run", {"id": "d"}).body == {"content": FILE, "status": 200}
    assert transport.requests[0].content == BYTES


@pytest.mark.parametrize(
    "value", ["/etc/passwd", {"$path": "/etc/passwd"}, {"$content": "", "$path": "/etc/passwd"}, "@x"]
)
def test_a_path_is_not_a_file(value: object, site: Site, transport: ScriptedTransport) -> None:
    refused = site.post("/actions/put_content/run", {"id": "d", "content": value})
    assert (refused.status, [each["field"] for each in refused.body["problems"]]) == (422, ["content"])
    assert transport.requests == []


def test_a_check_shows_the_request_without_the_content_of_a_large_file(site: Site) -> None:
    large = {"$content": base64.b64encode(bytes(1_500)).decode(), "$filename": "large.bin"}
    shown = site.post("/actions/put_content/check", {"id": "d", "content": large}).body
    assert shown["request"]["body"] == {
        "$content-type": "application/octet-stream",
        "$filename": "large.bin",
        "$size": 1_500,
    }
    assert "--data-binary @large.bin" in shown["curl"]
