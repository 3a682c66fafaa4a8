"""A run over many pages shows its progress on a terminal."""

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
    transport = progress.ProgressTransport(ScriptedTransport([response(200, {}) for _ in range(6)]), clock)
    for _ in range(6):
        clock.advance(0.9)
        transport.send(HttpRequest("GET", "https://x", {}), {}, SendOptions(1, 1, 1, 1))
    transport.close()
    ran = capsys.readouterr()
    lines = ["Pages read: 3 (3 s). Press Ctrl-C to stop.", "Pages read: 6 (5 s). Press Ctrl-C to stop."]
    assert ran.err.splitlines() == (lines if on_terminal else [])
    assert ran.out == ""
