"""Stand-ins for what a test must not wait for or reach: a clock and a transport."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.connections.auth import Auth
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.http.transport import SendOptions


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

    def sleep(self, seconds: float) -> None:
        """Move the clock; nobody waits."""
        with self._lock:
            self.slept.append(seconds)
            self._now += max(0.0, seconds)

    async def asleep(self, seconds: float) -> None:
        """Move the clock, and let the event loop go on."""
        self.sleep(seconds)
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        """Move the clock by hand."""
        with self._lock:
            self._now += seconds


class ScriptedTransport:
    """Returns the next of the responses for each request, and records the requests.

    Args:
        replies: Responses to return, or exceptions to raise, in order.
    """

    def __init__(self, replies: Sequence[HttpResponse | Exception]) -> None:
        self._replies = list(replies)
        self._lock = threading.Lock()
        self.requests: list[HttpRequest] = []
        self.sent: list[tuple[str, Mapping[str, str]]] = []

    def send(self, request: HttpRequest, auth: Auth, options: SendOptions) -> HttpResponse:
        """The next response.

        Raises:
            AssertionError: More requests were made than the script has.
        """
        del options  # a script is never slow
        with self._lock:
            self.requests.append(request)
            self.sent.append(auth.sign(request))
            if not self._replies:
                raise AssertionError(f"The script has no response left for {request.method} {request.url}")
            reply = self._replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def close(self) -> None:
        """Nothing is held."""

    @property
    def left(self) -> int:
        """Responses that were not used."""
        return len(self._replies)


def response(status: int, body: Any = None, *, text: str | None = None, **headers: str) -> HttpResponse:
    """A response with a JSON body, or with `text` as it is; underscores in header names become hyphens."""
    content = b"" if body is None and text is None else (json.dumps(body) if text is None else text).encode()
    return HttpResponse(status, {name.replace("_", "-").lower(): value for name, value in headers.items()}, content)
