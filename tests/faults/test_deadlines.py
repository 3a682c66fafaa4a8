"""A run's deadline covers what no answer of a service shows: the search for a name, connecting, and sending."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from connector import Connector, OutcomeUnknownError, UnavailableError
from tests.faults.scene import HOST, Scene, connector
from tests.faults.server import Talk
from tests.secrets.canary import CANARY

LARGE = {"user_id": "ada", "title": "Hi", "body": "x" * 5_000_000}
DEADLINE = 0.3
LATE = 2.0
"""Seconds by which a busy machine may notice a deadline late; what knows of none waits much longer."""


def seconds(call: Callable[[], Any], error: type[UnavailableError] = UnavailableError) -> float:
    started = time.monotonic()
    with pytest.raises(error):
        call()
    return time.monotonic() - started


def get(running: Connector, stage: Scene, **options: Any) -> Any:
    return running.run("get_list", {"list_id": "news.weekly"}, stage.connection, **options)


def resolve(stage: Scene, addresses: list[Any]) -> None:
    """Let the service's name lead there; an address leads to itself."""
    truly = socket.getaddrinfo
    stage.patch.setattr(
        socket, "getaddrinfo", lambda host, *a, **o: addresses if host == HOST else truly(host, *a, **o)
    )


def test_a_search_for_the_name_that_does_not_end_is_given_up(stage: Scene) -> None:
    over = threading.Event()
    stage.patch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(5) and [])
    try:
        with connector() as running:
            assert seconds(lambda: get(running, stage, timeout=DEADLINE)) < DEADLINE + LATE
    finally:
        over.set()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux drops a connection that its queue has no place for")
def test_many_addresses_that_do_not_answer_do_not_add_up(stage: Scene) -> None:
    with socket.socket() as deaf, socket.socket() as first:
        deaf.bind(("0.0.0.0", 0))  # noqa: S104 - one address of loopback after the other
        deaf.listen(0)
        first.connect(("127.0.0.1", deaf.getsockname()[1]))
        address = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        many = [(*address, (f"127.0.0.{last}", deaf.getsockname()[1])) for last in range(1, 20)]
        resolve(stage, many)
        with connector() as running:
            assert seconds(lambda: get(running, stage, timeout=DEADLINE)) < DEADLINE + LATE


def test_the_second_address_serves_where_the_first_refuses(stage: Scene) -> None:
    stage.listen()
    address = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    found = [(*address, (host, stage.server.port)) for host in ("127.0.0.9", "127.0.0.1")]
    resolve(stage, found)
    with connector() as running:
        assert get(running, stage)["id"] == "news.weekly"


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("warm", [False, True], ids=["new connection", "kept connection"])
def test_a_service_that_does_not_take_the_request_is_given_up(stage: Scene, tls: bool, warm: bool) -> None:
    stage.server.tls = stage.certificates.right if tls else None
    stage.listen()
    with connector() as running:
        if warm:
            get(running, stage)
        stage.server.hears = False
        taken = seconds(lambda: running.run("send_message", LARGE, stage.connection, timeout=DEADLINE))
        assert taken < DEADLINE + LATE
        stage.server.hears = True
        assert get(running, stage)["id"] == "news.weekly"


def test_bytes_after_an_answer_are_no_part_of_the_next(stage: Scene) -> None:
    def twice(talk: Talk) -> None:
        whole = b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"id": "first"}'
        talk.send(whole + whole.replace(b"first", b"other"))

    stage.listen()
    stage.server.does = twice
    with connector() as running:
        assert get(running, stage)["id"] == "first"
        stage.mend()
        for _ in range(2):
            assert get(running, stage)["id"] == "news.weekly"
    assert stage.server.accepted == 2


@pytest.mark.parametrize("name", ["http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_what_runs_on_this_machine_is_not_reached_through_a_proxy(stage: Scene, name: str) -> None:
    stage.listen()
    stage.patch.setenv(name, f"http://127.0.0.1:{stage.elsewhere.port}")
    with connector() as running:
        assert get(running, stage)["id"] == "news.weekly"
    assert stage.elsewhere.accepted == 0
    assert any(CANARY in heard.headers["authorization"] for heard in stage.server.heard)


def test_closing_gives_back_every_connection_at_once(stage: Scene) -> None:
    stage.listen()
    running = connector()
    get(running, stage)
    assert stage.server.open == 1
    running.close()
    ends = time.monotonic() + 10
    while stage.server.open and time.monotonic() < ends:
        time.sleep(0.002)
    assert stage.server.open == 0


def test_what_was_half_sent_without_a_key_has_an_unknown_outcome(stage: Scene) -> None:
    stage.listen()
    large = {"job_id": "job-1", "users": [{"recipient": "x" * 1_000_000} for _ in range(5)]}
    with connector() as running:
        action = running.find("add_users_to_bulk_job")
        assert action.definition.idempotency is None
        started = time.monotonic()
        running.run(action, large, stage.connection)
        # Enough to come as far as sending, however busy the machine is.
        deadline = max(DEADLINE, 5 * (time.monotonic() - started))
        stage.server.hears = False
        waited = seconds(lambda: running.run(action, large, stage.connection, timeout=deadline), OutcomeUnknownError)
    assert waited < deadline + LATE
