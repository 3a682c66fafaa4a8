"""A batch of parcels against a service in this process that does what a recipient's name says."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from connector.batch.batch import Batch
from connector.clock import SystemClock
from connector.connections.auth import Auth
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.errors import ConnectionLostError, NotSentError
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.http.transport import SendOptions
from connector.testing import response
from connector.throttle.memory_store import MemoryStore
from tests.connector.parcels import ACTIONS, API_KEY, manifest, write_folder


@dataclass
class Service:
    """Answers by the recipient: `refused`, `lost`, `down`, `locked`, `half` a character, or a parcel.

    Attributes:
        effects: How often each key, or each recipient of a call without one, had its effect.
        calls: Requests that arrived.
        on_arrival: Called with every recipient.
        before_response: Called with every recipient whose request has left whole.
    """

    effects: Counter[str] = field(default_factory=Counter)
    calls: list[str] = field(default_factory=list)
    down_for: int = 0
    on_arrival: Callable[[str], None] | None = None
    before_response: Callable[[str], None] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, request: HttpRequest, auth: Auth, options: SendOptions) -> HttpResponse:
        del auth
        recipient = (request.body or {}).get("recipient", "")
        if recipient == "unreachable":
            raise NotSentError("The service could not be reached.")
        if options.departing is not None:
            options.departing()
        if self.on_arrival is not None:
            self.on_arrival(recipient)
        if options.sent is not None:
            options.sent()
        if self.before_response is not None:
            self.before_response(recipient)
        key = next((value for name, value in request.headers.items() if name.lower() == "idempotency-key"), recipient)
        with self._lock:
            self.calls.append(recipient)
            if recipient == "refused":
                return response(400, {"message": "No."})
            if recipient == "locked":
                return response(401, {})
            if recipient == "down" or self.down_for:
                self.down_for = max(0, self.down_for - 1)
                return response(503, {})
            self.effects[key] += 1
        if recipient == "lost":
            raise ConnectionLostError("The connection broke before an answer came.")
        return response(200, {"id": "p-\ud83c" if recipient == "half" else f"p-{recipient}"})

    def close(self) -> None:
        """Nothing is held."""


@dataclass
class Desk:
    """Where tests make batches."""

    place: Path
    service: Service
    connector: Connector
    connection: Connection

    def file(self, text: str, name: str = "rows.csv") -> Path:
        path = self.place / name
        path.write_text(text, encoding="utf-8")
        return path

    def batch(self, text: str, action: str = "send_parcel", name: str = "rows.csv", **options: Any) -> Batch:
        return self.connector.batch(action, self.file(text, name), self.connection, **options)

    def result(self, outcome: str, batch: str = "rows.batch") -> list[str]:
        return (self.place / batch / f"{outcome}.csv").read_text(encoding="utf-8").splitlines()


MakeDesk = Callable[..., Desk]


@pytest.fixture
def desk(tmp_path: Path) -> MakeDesk:
    """Makes a desk; words are those of the connector's manifest."""

    def make(**words: Any) -> Desk:
        words = {"throttle": {"calls": 100_000, "renewalPeriod": 1}, "retry": {"attempts": 1}, **words}
        folder = write_folder(tmp_path / "parcels", ACTIONS, connector=manifest(**words))
        service, clock = Service(), SystemClock()
        connector = Connector.load(folder, transport=service, store=MemoryStore(clock), clock=clock)
        return Desk(tmp_path, service, connector, Connection(name="work", api_key=API_KEY))

    return make
