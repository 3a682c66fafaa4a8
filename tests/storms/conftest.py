"""Says how many inputs were tried."""

from __future__ import annotations

import pytest

CASES_RUN = pytest.StashKey[int]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    cases = config.stash.get(CASES_RUN, 0)
    if cases:
        terminalreporter.write_line(f"{cases} inputs were tried")
