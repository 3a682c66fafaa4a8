"""A long walk over pages tells a person at a terminal that it is still at work."""

from __future__ import annotations

import pytest

from connector.cli import console, progress
from connector.http.request import HttpRequest
from connector.http.transport import SendOptions
from connector.testing import FakeClock, ScriptedTransport, response


@pytest.mark.parametrize("on_terminal", [True, False])
def test_pages_are_counted_every_two_seconds_on_a_terminal_alone(
    on_terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeClock()
    monkeypatch.setattr(console, "is_terminal", lambda _stream: on_terminal)
    transport = progress.ToldTransport(ScriptedTransport([response(200, {}) for _ in range(6)]), clock)
    for _ in range(6):
        clock.advance(0.9)
        transport.send(HttpRequest("GET", "https://x", {}), {}, SendOptions(1, 1, 1, 1))
    transport.close()
    told = capsys.readouterr()
    lines = ["Reading pages: 3 so far, 3 s. Ctrl-C stops.", "Reading pages: 6 so far, 5 s. Ctrl-C stops."]
    assert told.err.splitlines() == (lines if on_terminal else [])
    assert told.out == ""
