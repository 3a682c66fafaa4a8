from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from sandbox import Sandbox, start

BEGINNING = 1_790_000_000.0


@pytest.fixture(scope="session")
def shared() -> Iterator[SimpleNamespace]:
    """One sandbox in memory for all tests, its clock, and whether it must be reset before the next one."""
    clock = SimpleNamespace(now=BEGINNING)
    with start(now=lambda: clock.now) as running, requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = "Bearer sandbox-token"
        yield SimpleNamespace(server=running, clock=clock, session=session, used=False)


@pytest.fixture
def fresh(shared: SimpleNamespace) -> SimpleNamespace:
    """The shared sandbox as on its first day."""
    shared.clock.now = BEGINNING
    if shared.used:
        shared.server.reset()
        shared.used = False
    return shared


@pytest.fixture
def clock(fresh: SimpleNamespace) -> SimpleNamespace:
    """The sandbox's clock: ``clock.now`` in epoch seconds, moved by hand."""
    found: SimpleNamespace = fresh.clock
    return found


@pytest.fixture
def server(fresh: SimpleNamespace) -> Sandbox:
    """A fresh sandbox in memory, on the clock."""
    fresh.used = True
    found: Sandbox = fresh.server
    return found


@pytest.fixture
def call(fresh: SimpleNamespace) -> Callable[..., requests.Response]:
    """Calls the sandbox: method, path, JSON body."""

    def request(method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        fresh.used = fresh.used or method != "GET"
        response: requests.Response = fresh.session.request(
            method, fresh.server.url + path, json=body, timeout=10, **options
        )
        return response

    return request


@pytest.fixture
def walk(call: Callable[..., requests.Response]) -> Callable[..., list[list[Any]]]:
    """Reads a collection to its end and gives its pages."""

    def pages(path: str, **query: Any) -> list[list[Any]]:
        found = []
        cursor: dict[str, str] = {}
        while True:
            body = call("GET", path, params={**query, **cursor}).json()
            found.append(body["items"] if "items" in body else body["results"])
            if not body["paging"]["more"]:
                return found
            cursor = {"cursor": body["paging"]["cursor"]}

    return pages
