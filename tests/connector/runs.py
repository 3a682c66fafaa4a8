"""A run without an action's definition: what `Run.send` does with a script of responses and errors."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from connector.call.options import RunSettings
from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle, LoadedAction
from connector.client import Client
from connector.clock import Clock
from connector.connections.auth import Auth
from connector.connections.connection import Connection
from connector.definition.action import ActionDefinition
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.http.transport import SendOptions
from connector.run import Run
from connector.throttle.bucket import RateLimit
from connector.throttle.store import Store
from tests.connector.parcels import API_KEY, action, connector_definition, field

KEYED = HttpRequest("POST", "https://api.parcels.example/parcels", {"Idempotency-Key": "k"}, {"a": 1})


class FunctionTransport:
    """A transport that is one function."""

    def __init__(self, send_once: Callable[[HttpRequest], HttpResponse]) -> None:
        self._send_once = send_once

    def send(self, request: HttpRequest, auth: Auth, options: SendOptions) -> HttpResponse:
        del auth, options
        return self._send_once(request)

    def close(self) -> None:
        """Nothing is held."""


def make_run(
    send_once: Callable[[HttpRequest], HttpResponse],
    store: Store,
    clock: Clock,
    *,
    rate_limits: list[RateLimit],
    repeatable: bool = True,
    method: str = "POST",
    seed: int = 3,
    **settings: Any,
) -> Run:
    """A run of an action whose every status is an outcome, so that a response comes back whatever it says.

    Args:
        send_once: Sends a request.
        store: Where the buckets live.
        clock: Where time comes from.
        rate_limits: The limits.
        repeatable: Whether the call carries an idempotency key.
        method: HTTP method of the action.
        seed: For the jitter of waits.
        **settings: `deadline` and `max_wait` in seconds; others as in `RunSettings`.
    """
    document = action(
        "send_parcel",
        {"key": field(x_in="header", x_name="Idempotency-Key")},
        method=method,
        outcomes=list(range(300, 600)),
    )
    if repeatable:
        document["idempotency"] = {"input": "key"}
    connector = connector_definition()
    loaded = {"send_parcel": LoadedAction.of(ActionDefinition.model_validate(document), document)}
    found = Action(Bundle(Path(), connector, {}, loaded), "send_parcel")
    rng = random.Random(seed)  # noqa: S311 - jitter of a fake clock
    client = Client(connector, FunctionTransport(send_once), store, store, clock, lambda: "k", rng)
    deadline = settings.pop("deadline", clock.monotonic() + 300)
    max_wait = settings.pop("max_wait", 120)
    inputs = {"key": "k"} if repeatable else {}
    run = client.authenticated(found, inputs, Connection(api_key=API_KEY), RunSettings(**settings))
    return replace(run, rate_limits=rate_limits, deadline=deadline, max_wait=max_wait)
