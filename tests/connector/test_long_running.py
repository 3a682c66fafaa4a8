"""A long-running operation is sent once and polled until it is done, whatever ends the wait."""

from __future__ import annotations

import contextlib
import random
from typing import Any

import pytest

from connector.call.options import RunSettings
from connector.catalogue.action import Action
from connector.client import Client
from connector.clock import complete
from connector.connections.connection import Connection
from connector.errors import OutcomeUnknownError
from connector.http.response import HttpResponse
from connector.testing import FakeClock, ScriptedTransport, response
from connector.throttle.memory_store import MemoryStore
from tests.connector.parcels import API_KEY, Bench, Json, MakeBench, action, field

EXPORT = action("export_parcels", {}, {"id": field(["string", "null"])}, longRunning=True)
ACCEPTED, OK = response(202, location="/status"), response(200, {"id": "p1"})


class Stopped(FakeClock):
    """Somebody stops the run while it waits."""

    def sleep(self, *_: object) -> None:
        raise KeyboardInterrupt


def run(made: Bench, script: list[HttpResponse], clock: FakeClock, **settings: Any) -> tuple[list[str], Json]:
    """The methods of the requests, and the outputs."""
    transport, store = ScriptedTransport(script), MemoryStore(clock)
    rng = random.Random(1)  # noqa: S311 - jitter of a fake clock
    client = Client(made.bundle.manifest, transport, store, store, clock, lambda: "k", rng)
    settled = RunSettings(**settings)
    steps = client.run(Action(made.bundle, "export_parcels"), {}, Connection(api_key=API_KEY), settled)
    fields = complete(steps, clock).fields
    return [request.method for request in transport.requests], fields


def test_polls_are_tried_again_for_a_caller_that_repeats_requests_by_itself(bench: MakeBench) -> None:
    methods, fields = run(bench(actions=[EXPORT]), [ACCEPTED, response(503), OK], FakeClock(), attempts=1)
    assert (methods, fields) == (["POST", "GET", "GET"], {"id": "p1"})


def test_a_run_that_is_stopped_between_polls_says_that_its_call_was_sent(bench: MakeBench) -> None:
    with pytest.raises(KeyboardInterrupt) as caught:
        run(bench(actions=[EXPORT]), [ACCEPTED, OK], Stopped())
    assert caught.value.__notes__ == ["The call had been sent and may have been carried out."]


@pytest.mark.parametrize(("timeout", "requests"), [(1.0, 1), (1.25, 2)])
def test_a_poll_that_would_come_at_the_deadline_or_later_is_not_waited_for(
    bench: MakeBench, timeout: float, requests: int
) -> None:
    made = bench([ACCEPTED, OK], actions=[EXPORT])
    with contextlib.nullcontext() if requests == 2 else pytest.raises(OutcomeUnknownError, match="did not end within"):
        made.run("export_parcels", timeout=timeout)
    assert len(made.requests) == requests
    assert made.clock.slept == [1.0] * (requests - 1)


def test_polls_count_against_the_call_limit(bench: MakeBench) -> None:
    made = bench([ACCEPTED, ACCEPTED, OK], actions=[EXPORT])
    made.run("export_parcels")
    assert made.connector.throttle(made.connection)[0].used == 3
