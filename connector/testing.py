"""Tools for tests: a clock that never waits, a transport with a script, and examples that prove themselves."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.definition.action import Example, Interaction
from connector.errors import ConnectorError
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.http.transport import SendOptions

EXAMPLE_KEY = "example-idempotency-key"
"""The idempotency key of every example that does not give one."""


class FakeClock:
    """A clock that moves when somebody sleeps or a test says so.

    Args:
        start: Seconds on the monotonic clock at the beginning.
    """

    def __init__(self, start: float = 1_000.0) -> None:
        self._lock = threading.Lock()
        self._now = start
        self._epoch = datetime(2026, 1, 31, 9, 30, tzinfo=UTC) - timedelta(seconds=start)
        self.slept: list[float] = []

    def monotonic(self) -> float:
        """Seconds on the fake clock."""
        with self._lock:
            return self._now

    def wall(self) -> datetime:
        """The fake time of day."""
        return self._epoch + timedelta(seconds=self.monotonic())

    def sleep(self, seconds: float, cancelled: threading.Event | None = None) -> None:
        """Move the clock; nobody waits. A set event ends the sleep before it began."""
        if cancelled is not None and cancelled.is_set():
            return
        with self._lock:
            self.slept.append(seconds)
            self._now += max(0.0, seconds)

    def advance(self, seconds: float) -> None:
        """Move the clock by hand."""
        with self._lock:
            self._now += seconds


class ScriptedTransport:
    """Answers every request with the next of the given answers, and remembers what was asked.

    Args:
        answers: Responses to return, or exceptions to raise, in order.
    """

    def __init__(self, answers: Sequence[HttpResponse | Exception]) -> None:
        self._answers = list(answers)
        self._lock = threading.Lock()
        self.requests: list[HttpRequest] = []
        self.signatures: list[Mapping[str, str]] = []

    def send(self, request: HttpRequest, secret_headers: Mapping[str, str], patience: SendOptions) -> HttpResponse:
        """The next answer.

        Raises:
            AssertionError: More was asked than the script has.
        """
        del patience  # a script is never slow
        with self._lock:
            self.requests.append(request)
            self.signatures.append(secret_headers)
            if not self._answers:
                raise AssertionError(f"The script has no answer left for {request.method} {request.url}")
            answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """Nothing is held."""

    @property
    def left(self) -> int:
        """Answers that nobody asked for."""
        return len(self._answers)


def response(status: int, body: Any = None, *, text: str | None = None, **headers: str) -> HttpResponse:
    """An answer with a JSON body, or with `text` as it stands; underscores in header names become hyphens."""
    content = b"" if body is None and text is None else (json.dumps(body) if text is None else text).encode()
    return HttpResponse(status, {name.replace("_", "-").lower(): value for name, value in headers.items()}, content)


def run_example(bundle: Bundle, action: Action, example: Example) -> list[str]:
    """Run an example of a definition through the real runtime, without a network.

    Returns:
        A sentence for every difference between what the example says and what happened; none when it holds.
    """
    answers = [_answer(exchange) for exchange in example.interactions]
    transport = ScriptedTransport(answers)
    connector = Connector(
        bundle,
        transport=transport,
        clock=FakeClock(),
        strict_outputs=True,
        new_key=lambda: EXAMPLE_KEY,
        rng=random.Random(0),  # noqa: S311 - jitter of a fake clock
    )
    values: dict[str, Any] = dict.fromkeys(bundle.manifest.connection.required, "example-secret")
    differences: list[str] = []
    try:
        result = connector.run(action, example.inputs, Connection(**values), all_pages=example.all_pages)
    except ConnectorError as error:
        differences += _compare_error(example, error)
    else:
        if example.error is not None:
            differences.append(f"it should be refused with “{example.error.code}”, but it succeeded")
        elif result.fields != example.outputs:
            differences += _compare("outputs", example.outputs, result.fields)
    for exchange, sent in zip(example.interactions, transport.requests, strict=False):
        differences += _compare_request(exchange, sent, bundle.manifest.base_url)
    if transport.left:
        differences.append(f"{transport.left} of {len(answers)} calls were not made")
    return differences


def _answer(exchange: Interaction) -> HttpResponse:
    said = exchange.response
    return response(said.status, said.body, text=said.text, **said.headers)


def _compare_error(example: Example, error: ConnectorError) -> list[str]:
    if example.error is None:
        return [f"it should succeed, but: {error}"]
    told = (error.error_code, error.field)
    expected = (example.error.code, example.error.field)
    return [] if told == expected else [f"it should be refused with {expected}, but was with {told}: {error}"]


def _compare_request(exchange: Interaction, sent: HttpRequest, base_url: str) -> list[str]:
    expected = exchange.request
    parts = urlsplit(sent.url)
    path = sent.url.removeprefix(base_url.rstrip("/")).partition("?")[0]
    differences = _compare("method", expected.method, sent.method)
    differences += _compare("path", expected.path, path)
    differences += _compare("query", expected.query, parse_qsl(parts.query, keep_blank_values=True))
    differences += _compare("body", expected.body, sent.body)
    ours = {name: value for name, value in sent.headers.items() if name not in {"Accept", "Content-Type"}}
    if expected.headers or set(ours.values()) - {EXAMPLE_KEY}:
        differences += _compare("headers", expected.headers, ours)
    return differences


def _compare(what: str, expected: Any, found: Any) -> list[str]:
    if expected == found:
        return []
    if isinstance(expected, dict) and isinstance(found, dict):
        names = [name for name in {**expected, **found} if expected.get(name, ...) != found.get(name, ...)]
        told = ", ".join(
            f"{name}: {expected.get(name, 'absent')!r} expected, {found.get(name, 'absent')!r} found" for name in names
        )
        return [f"{what} differ: {told}"]
    return [f"{what} should be {expected!r}, but is {found!r}"]
