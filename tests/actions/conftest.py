"""The Courier connector against its own sandbox, whose clock the tests move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from connector import Connection, Connector, Result
from connector.testing import FakeClock
from sandbox import Sandbox, start
from tests.courier import courier


@dataclass
class World:
    """A connector, a sandbox with small pages, and one clock for both."""

    connector: Connector
    connection: Connection
    clock: FakeClock
    service: Sandbox

    def run(self, action: str, inputs: dict[str, Any] | None = None, **options: Any) -> Result:
        return self.connector.run(action, inputs or {}, self.connection, **options)


@pytest.fixture
def world() -> Iterator[World]:
    clock = FakeClock()
    service = start(page_size=2, now=lambda: clock.wall().timestamp())
    with service, courier(clock=clock, strict_outputs=True) as connector:
        yield World(connector, Connection(api_key="test-key", base_url=service.url), clock, service)
