"""Which tests run a line, by what pytest-cov has written with `--cov-context=test`."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

_MOST = 400
"""Tests of one line that are named."""

_LONGEST_STATEMENT = 12
"""Lines up from one that no test is known to run to the beginning of its statement."""


class Coverage:
    """What was measured in this checkout, or in another of the same commit.

    Args:
        path: The data file.
    """

    def __init__(self, path: Path) -> None:
        import coverage  # noqa: PLC0415 - only where it is asked for

        self._data = coverage.CoverageData(str(path))
        self._data.read()
        self._tests: dict[Path, dict[int, list[str]]] = {}

    def of(self, path: Path, number: int) -> list[str]:
        """The tests that run a line, or the file of one that runs at import: those beside it, then others in turn."""
        if path not in self._tests:
            self._tests[path] = self._measured(path)
        tests = self._tests[path]
        begins = range(number, max(0, number - _LONGEST_STATEMENT), -1)
        found = next((names for line in begins if any(names := tests.get(line, []))), None)
        named = {name.rpartition("|")[0] for name in found or itertools.chain(*tests.values())} - {""}
        near, others = _by_file(named, lambda file: file.parent == Path("tests", path.parent))
        return list(filter(None, (*near, *others)))[:_MOST]

    def _measured(self, path: Path) -> dict[int, list[str]]:
        for name in self._data.measured_files():
            if Path(name).parts[-len(path.parts) :] == path.parts:
                return self._data.contexts_by_lineno(name)
        return {}


def _by_file(names: set[str], is_near: Callable[[Path], bool]) -> tuple[Iterator[str | None], Iterator[str | None]]:
    """The tests of near files and those of the others: of each file the first, then of each the second, and so on."""
    files: dict[str, list[str]] = {}
    for name in sorted(names):
        files.setdefault(name.partition("::")[0], []).append(name)
    near = [tests for file, tests in files.items() if is_near(Path(file))]
    others = [tests for file, tests in files.items() if not is_near(Path(file))]
    return itertools.chain(*itertools.zip_longest(*near)), itertools.chain(*itertools.zip_longest(*others))
