"""Many threads and several connections on one connector: no answer, token or idempotency key goes astray."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from connector import Connection, Connector
from connector.clock import SystemClock
from connector.connections.auth import Auth
from connector.definition.action import Throttle
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.http.transport import SendOptions
from connector.throttle.memory_store import MemoryStore
from tests.courier import BUNDLE

THREADS = 10
RUNS = 1_000
CONNECTIONS = [Connection(api_key=f"key-{number}", name=str(number)) for number in range(3)]
LIMIT = 2 * THREADS * RUNS


class Echo:
    """Responds at once with what it was asked, by whom and under which key; the secret, which runs mask, backwards."""

    def __init__(self) -> None:
        self.keys: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self._lock = threading.Lock()

    def send(self, request: HttpRequest, auth: Auth, options: SendOptions) -> HttpResponse:
        del options  # an echo is never slow
        secret = auth.sign(request)[1]["Authorization"].removeprefix("Bearer ")
        key = request.headers.get("Idempotency-Key")
        with self._lock:
            self.calls[secret] += 1
            if key is not None:
                self.keys[key] += 1
        asked = request.url.rsplit("/", 1)[1]
        title = request.body["message"]["content"]["title"] if request.body else None
        reply = {"id": asked, "name": secret, "requestId": f"{title} {secret} {key}"}
        return HttpResponse(200, {"x-request-id": f"{asked} {secret[::-1]}"}, json.dumps(reply).encode())

    def close(self) -> None:
        """Nothing is held."""


@pytest.mark.slow
def test_ten_threads_of_a_thousand_runs_each_get_what_is_theirs() -> None:
    limit = Throttle.model_validate({"calls": LIMIT, "renewalPeriod": 600})
    bundle = dataclasses.replace(BUNDLE, manifest=BUNDLE.manifest.model_copy(update={"throttle": limit}))
    echo, clock = Echo(), SystemClock()
    connector = Connector(bundle, transport=echo, clock=clock, store=MemoryStore(clock))
    together = threading.Barrier(THREADS)
    runs: Counter[str] = Counter()

    def work(thread: int) -> tuple[Counter[str], list[str]]:
        mine: Counter[str] = Counter()
        astray: list[str] = []
        together.wait()
        for number in range(RUNS):
            connection = CONNECTIONS[(thread + number) % len(CONNECTIONS)]
            secret, name = f"key-{connection.name}", f"{thread}-{number}"
            mine[secret] += 1
            if number % 4:
                result = connector.run("get_list", {"list_id": name}, connection)
                expected, found = [name, secret], [result["id"], result["name"]]
            else:
                given = name if number % 8 else None
                message = {"user_id": "ada", "title": name, "body": "There"}
                result = connector.run("send_message", message, connection, idempotency_key=given)
                key = result.meta.idempotency_key
                expected, found = [f"{name} {secret} {given or key}"], [result["requestId"]]
            if found != expected or (result.meta.request_id or "").split()[-1] != secret[::-1]:
                astray.append(f"{expected} became {found}")
        return mine, astray

    with connector, ThreadPoolExecutor(THREADS) as pool:
        for mine, astray in pool.map(work, range(THREADS)):
            assert astray == []
            runs += mine
        used = {f"key-{connection.name}": connector.throttle(connection)[0].used for connection in CONNECTIONS}
    assert runs.total() == THREADS * RUNS
    assert echo.calls == runs
    assert used == dict(runs)
    assert len(echo.keys) == THREADS * RUNS // 4
    assert set(echo.keys.values()) == {1}
