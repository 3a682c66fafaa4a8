"""Telling a person at a terminal that a run over many pages is still at work."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from connector.cli import console
from connector.clock import Clock
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.http.transport import SendOptions, Transport

_EVERY = 2.0
"""Seconds between two lines of progress, and before the first."""


class ToldTransport:
    """A transport that says from time to time how many answers have come.

    Args:
        transport: What really sends.
        clock: Where the time comes from.
    """

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._started = self._told = clock.monotonic()
        self._answers = 0

    def send(self, request: HttpRequest, secret_headers: Mapping[str, str], patience: SendOptions) -> HttpResponse:
        """Send once, and count."""
        answer = self._transport.send(request, secret_headers, patience)
        self._answers += 1
        now = self._clock.monotonic()
        if now - self._told >= _EVERY and console.is_terminal(sys.stderr):
            self._told = now
            console.say(f"Reading pages: {self._answers} so far, {now - self._started:.0f} s. Ctrl-C stops.", dim=True)
        return answer

    def close(self) -> None:
        """Close the transport inside."""
        self._transport.close()
