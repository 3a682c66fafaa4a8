"""Runs that wait: reported while they do, cancelled with their client, and many at a time without a thread each."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connector.connections.connection import Connection
from connector.connector import Connector
from connector.testing import FakeClock, ScriptedTransport, response
from connector.web import serve
from tests.connector.parcels import API_KEY, Echo
from tests.connector.server.parcels import parcels_site
from tests.connector.server.test_runs import events
from tests.connector.web.serving import Site

GET = "/actions/get_parcel/run"
ONE_CALL = {"calls": 1, "renewalPeriod": 60}
TENANTS = 10
RUNS = 200


def until(condition: Callable[[], bool]) -> None:
    """Wait until something that another thread does has happened; 20 seconds at most."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def waiting(connector: Connector, name: str = "home") -> float:
    """Seconds until the next call of the connection could be made, behind those that wait."""
    return connector.throttle(Connection(api_key=API_KEY, name=name))[0].asked_in


def opened(site: Site, parcel: str, **headers: str) -> socket.socket:
    """A connection on which a run was asked for."""
    body = json.dumps({"parcel_id": parcel}).encode()
    lines = [f"POST {GET} HTTP/1.1", f"Host: {site.host}", f"Authorization: {site.bearer['Authorization']}"]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    wire = socket.create_connection(("127.0.0.1", site.access.port), timeout=20)
    wire.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    return wire


def test_a_wait_is_reported_before_it_is_over(tmp_path: Path) -> None:
    with parcels_site(tmp_path, Echo(), throttle=ONE_CALL) as (site, _):
        site.post(GET, {"parcel_id": "a"})
        with opened(site, "b", Accept="text/event-stream") as wire:
            received = b""
            while b'"type":"wait"' not in received or not received.endswith(b"\n\n\r\n"):
                received += wire.recv(65_536)
    event = next(line for line in received.decode().split("\n") if '"type":"wait"' in line)
    reported = json.loads(event.removeprefix("data: "))
    assert (reported["reason"], 59 < reported["seconds"] <= 60.25) == ("throttle", True)


@pytest.mark.parametrize("accept", ["text/event-stream", "application/json"])
def test_a_client_that_goes_away_gives_its_place_back(tmp_path: Path, accept: str) -> None:
    with parcels_site(tmp_path, Echo(), throttle=ONE_CALL) as (site, connector):
        site.post(GET, {"parcel_id": "a"})
        with opened(site, "b", Accept=accept):
            until(lambda: waiting(connector) > 100)
        until(lambda: waiting(connector) < 61)


def test_attempts_and_pages_are_reported_too(tmp_path: Path) -> None:
    replies = [response(503), response(200, {"parcels": [{"id": "p"}], "paging": {"more": False}})]
    with parcels_site(tmp_path, ScriptedTransport(replies), clock=FakeClock()) as (site, _):
        reply = site.post("/actions/list_parcels/run?all_pages=1", {}, Accept="text/event-stream")
    reported = events(reply.content)
    assert [name for name, _ in reported] == [
        "started",
        "attempt",
        "response",
        "wait",
        "attempt",
        "response",
        "page",
        "result",
    ]
    assert [data["type"] for _, data in reported] == [name for name, _ in reported]
    assert reported[-1][1]["meta"]["attempts"][0]["status"] == 503  # type: ignore[index]


async def ask(site: Site, number: int) -> tuple[int, Any]:
    """One run over a connection of its own, for one of the tenants."""
    body = json.dumps({"parcel_id": f"p{number}"}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", site.access.port)
    head = [
        f"POST {GET} HTTP/1.1",
        f"Host: {site.host}",
        f"Authorization: {site.bearer['Authorization']}",
        f"X-Connection: tenant-{number % TENANTS}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    writer.write("\r\n".join([*head, "", ""]).encode() + body)
    received = await reader.read()
    writer.close()
    return int(received.split(b" ", 2)[1]), json.loads(received.partition(b"\r\n\r\n")[2])


async def ask_all(site: Site) -> list[tuple[int, Any]]:
    return await asyncio.gather(*(ask(site, number) for number in range(RUNS)))


def test_two_hundred_runs_of_ten_tenants_at_once_wait_without_threads_and_none_is_mixed_up(tmp_path: Path) -> None:
    # Ten calls of each tenant can be made at once, the other ten wait for a second.
    names = tuple(f"tenant-{number}" for number in range(TENANTS))
    ten_calls = {"calls": 10, "renewalPeriod": 1}
    most = 0

    def count(done: threading.Event) -> None:
        nonlocal most
        while not done.wait(0.02):
            most = max(most, threading.active_count())

    with parcels_site(tmp_path, Echo(), names=names, throttle=ten_calls, max_in_flight=4) as (site, _):
        done = threading.Event()
        before = threading.active_count()
        counting = threading.Thread(target=count, args=(done,))
        counting.start()
        started = time.monotonic()
        replies = asyncio.run(ask_all(site))
        took = time.monotonic() - started
        done.set()
        counting.join()
    assert [status for status, _ in replies] == [200] * RUNS
    assert [body["id"] for _, body in replies] == [f"p{number}" for number in range(RUNS)]
    assert {body["note"] for _, body in replies} == {f"Bearer key-of-{name}" for name in names}
    assert [body["note"] for _, body in replies] == [f"Bearer key-of-tenant-{number % 10}" for number in range(RUNS)]
    assert took > 1
    # The counting thread and the calls in flight; a thread for each run that waits would be a hundred.
    assert most <= before + 1 + 4 + 8


@pytest.mark.parametrize("accept", ["text/event-stream", "application/json"])
def test_a_run_that_is_cut_off_by_the_end_of_the_server_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    monkeypatch.setattr(serve, "_GRACE_SECONDS", 0.1)
    with parcels_site(tmp_path, Echo(), throttle=ONE_CALL) as (site, connector):
        site.post(GET, {"parcel_id": "a"})
        wire = opened(site, "b", Accept=accept)
        until(lambda: waiting(connector) > 100)
    received = b""
    with wire:
        while piece := wire.recv(65_536):
            received += piece
    assert b'"code":"stopped"' in received
    assert received.startswith(b"HTTP/1.1 200" if accept == "text/event-stream" else b"HTTP/1.1 504")
