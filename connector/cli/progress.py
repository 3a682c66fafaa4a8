"""What a command is doing, on stderr: on a terminal its waits, pages and steps; on request all that is sent."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TextIO

import click

from connector.call.events import AttemptFailed, AttemptStarted, Event, PageRead, ResponseReceived, WaitStarted
from connector.cli import console, output
from connector.clock import Clock, SystemClock
from connector.secrets import printable

_INTERVAL = 2.0
"""Seconds between two lines about pages, and before the first."""

_SHORTEST_WAIT = 1.0
"""Seconds. A shorter wait is over before its message is read."""

_MAX_BODY = 20_000
"""Characters of a body that are printed."""


class Progress:
    """Prints the events of a run; secrets are masked in them.

    Args:
        verbose: Whether to print every request and response as well, on a terminal or not.
        clock: The clock.
    """

    def __init__(self, *, verbose: bool = False, clock: Clock | None = None) -> None:
        self._verbose = verbose
        self._clock = clock or SystemClock()
        self._started = self._last_printed = self._clock.monotonic()

    def __call__(self, event: Event) -> None:
        """Print an event, if it is worth a line."""
        if self._verbose:
            _print_whole(event)
        elif not console.is_terminal(sys.stderr):
            return
        match event:
            case WaitStarted() if event.seconds >= _SHORTEST_WAIT:
                _print(f"{event.message.rstrip('.')}: {event.seconds:.0f} s.")
            case PageRead() if event.number > 1 and self._clock.monotonic() - self._last_printed >= _INTERVAL:
                self._last_printed = self._clock.monotonic()
                seconds = self._last_printed - self._started
                _print(f"Pages read: {event.number} with {event.rows} rows ({seconds:.0f} s).")


class StatusLine:
    """One line of a terminal that says what is being done now; where there is no terminal, nothing."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self.on_terminal = console.is_terminal(self._stream)
        self._shown = False

    def show(self, text: str) -> None:
        """Replace the line, cut to the width of the terminal."""
        width = shutil.get_terminal_size().columns - 1
        self._write(f"\r\x1b[K{printable(text)[:width]}")
        self._shown = True

    def clear(self) -> None:
        """Take the line away."""
        self._write("\r\x1b[K")

    def leave(self) -> None:
        """Leave the line as it is, and go on below it."""
        if self._shown:
            self._write("\n")

    def _write(self, text: str) -> None:
        if self.on_terminal:
            self._stream.write(text)
            self._stream.flush()


def _print(text: str) -> None:
    console.message(f"{text} Press Ctrl-C to stop.", dim=True)


def _print_whole(event: Event) -> None:
    """Print a request or a response as it is on the wire, as curl does."""
    match event:
        case AttemptStarted():
            _print_message(">", f"{event.method} {event.url}", event.headers, event.body)
        case ResponseReceived():
            names = {status.value: status.phrase for status in HTTPStatus}
            status = f"{event.status} {names.get(event.status, '')}".rstrip()
            _print_message("<", f"{status} ({event.seconds:.2f} s)", event.headers, event.body)
        case AttemptFailed():
            _print_lines("<", [event.error["message"]])


def _print_message(mark: str, start: str, headers: Mapping[str, str], body: Any) -> None:
    text = body if isinstance(body, str) else "" if body is None else output.to_json(body)
    if len(text) > _MAX_BODY:
        text = f"{text[:_MAX_BODY]}\n({len(text) - _MAX_BODY} more characters)"
    lines = [start, *(f"{name}: {value}" for name, value in headers.items())]
    _print_lines(mark, [*lines, *(["", *text.split("\n")] if text else [])])


def _print_lines(mark: str, lines: list[str]) -> None:
    """Print lines that are not wrapped: what was sent is to be seen as it is."""
    text = "\n".join(f"{mark} {printable(line)}".rstrip() for line in lines)
    click.secho(text, err=True, dim=True, color=console.use_color())
