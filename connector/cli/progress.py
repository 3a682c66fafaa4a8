"""What a run is doing, on a terminal only: what it waits for, and how many pages it has read."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from connector.call.events import Event, WaitStarted
from connector.cli import console
from connector.clock import Clock
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.http.transport import SendOptions, Transport

_INTERVAL = 2.0
"""Seconds between two lines about pages, and before the first."""

_SHORTEST_WAIT = 1.0
"""Seconds. A shorter wait is over before its message is read."""

_FIRST_ERROR_STATUS = 400


def show_event(event: Event) -> None:
    """Print what the run waits for, and how many seconds."""
    if isinstance(event, WaitStarted) and event.seconds >= _SHORTEST_WAIT and console.is_terminal(sys.stderr):
        console.message(f"{event.message.rstrip('.')}: {event.seconds:.0f} s. Press Ctrl-C to stop.", dim=True)


class ProgressTransport:
    """A transport that prints from time to time how many pages it has read.

    Args:
        transport: Sends the requests.
        clock: Tells the time.
    """

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._started = self._last_printed = clock.monotonic()
        self._pages = 0

    def send(self, request: HttpRequest, secret_headers: Mapping[str, str], options: SendOptions) -> HttpResponse:
        """Send a request once."""
        response = self._transport.send(request, secret_headers, options)
        self._pages += response.status < _FIRST_ERROR_STATUS
        now = self._clock.monotonic()
        if now - self._last_printed >= _INTERVAL and console.is_terminal(sys.stderr):
            self._last_printed = now
            console.message(f"Pages read: {self._pages} ({now - self._started:.0f} s). Press Ctrl-C to stop.", dim=True)
        return response

    def close(self) -> None:
        """Close the transport that sends the requests."""
        self._transport.close()
