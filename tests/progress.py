"""Says what the tests are at, also where several processes run them: a line per folder, and failures as they happen.

On a terminal the last line names the test that has been running the longest. With `-v` pytest speaks for itself.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Sequence
from typing import Any

import pytest

_REDRAW_SECONDS = 0.1
_STATUS = tuple[str, str, Any]


def folder_of(test: str) -> str:
    """The folder of a test by its id: `tests/connector/cli` of `tests/connector/cli/test_run.py::test_x`."""
    file = test.partition("::")[0]
    folder = file.rpartition("/")[0]
    return folder if "/" in folder else file


class Progress:
    """A pytest plugin; `install` adds it to a run."""

    def __init__(self, reporter: pytest.TerminalReporter) -> None:
        self._reporter = reporter
        self._left: Counter[str] = Counter()
        self._total = 0
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._counted: Counter[str] = Counter()
        self._outcomes: dict[str, Counter[str]] = {}
        self._running: dict[str, None] = {}
        self._drawn = 0.0
        self._speaking = True

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._expect(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        if not self._total:  # every process says the same
            self._expect(ids)

    def _expect(self, tests: Iterable[str]) -> None:
        self._left.update(map(folder_of, tests))
        self._total = self._left.total()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._running[nodeid] = None
        if self._reporter.isatty and time.monotonic() - self._drawn > _REDRAW_SECONDS:
            self._drawn = time.monotonic()
            width = self._reporter._tw.fullwidth - 1
            self._reporter.rewrite(f"{self._done} {next(iter(self._running))}"[:width], erase=True)

    @property
    def _done(self) -> str:
        done = self._total - self._left.total()
        return f"{100 * done // max(1, self._total):3d}% "

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self) -> Generator[None, _STATUS, _STATUS]:
        category, letter, word = yield
        return (category, "", "") if self._speaking else (category, letter, word)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        folder = folder_of(report.nodeid)
        self._seconds[folder] += report.duration
        if report.when == "call" or not report.passed:
            outcome = "xfailed" if report.skipped and hasattr(report, "wasxfail") else report.outcome
            self._outcomes.setdefault(folder, Counter())[outcome] += 1
        if report.when == "teardown":
            self._counted.update({name: value for name, value in report.user_properties if isinstance(value, int)})
        if report.failed:
            self._say(f"FAILED  {report.nodeid}", red=True)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._running.pop(nodeid, None)
        folder = folder_of(nodeid)
        self._left[folder] -= 1
        if not self._left[folder]:
            found = self._outcomes.get(folder, Counter())
            counts = ", ".join(f"{count} {outcome}" for outcome, count in found.items())
            self._say(f"{self._done} {folder:<32} {counts}, {self._seconds[folder]:.1f} s")

    def _say(self, line: str, **markup: bool) -> None:
        if self._reporter.isatty:
            self._reporter.rewrite("", erase=True)
            self._reporter.rewrite("")
        self._reporter.write_line(line, **markup)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        self._speaking = False

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """What tests have counted with `record_property`, over all processes."""
        for name, count in self._counted.items():
            terminalreporter.write_line(f"{name}: {count}")


def install(config: pytest.Config) -> None:
    """Add the plugin to a run that has a terminal reporter and no `-v`."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and config.get_verbosity() <= 0:
        config.pluginmanager.register(Progress(reporter), "progress")
