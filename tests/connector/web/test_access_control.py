"""Who may call a server: each line is attacked through a socket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.connector.web.serving import Site, serving

LIMIT = 100_000


async def echo(request: Request) -> JSONResponse:
    return JSONResponse({"bytes": len(await request.body())})


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    routes = [Route(path, echo, methods=["GET", "POST", "OPTIONS"]) for path in ("/", "/echo", "/healthz")]
    with serving(Starlette(routes=routes), max_body=LIMIT) as running:
        yield running


def status_of(received: bytes) -> int:
    return int(received.split(b" ", 2)[1])


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost", "127.0.0.1:1", "evil.example:{port}", ""])
def test_another_host_name_is_not_this_server(site: Site, host: str) -> None:
    # A page can make its own name resolve to 127.0.0.1; the Host header still has the page's name.
    reply = site.get("/echo", Host=host.format(port=site.access.port))
    assert (reply.status, reply.body["code"]) == (421, "host")


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_its_own_names_are(site: Site, name: str) -> None:
    assert site.get("/echo", Host=f"{name}:{site.access.port}").status == 200
