"""Which tests run a line, by what pytest-cov has written with `--cov-context=test`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
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
        near = {name for name in named if Path(name.partition("::")[0]).parent == Path("tests", path.parent)}
        return [*_in_turn(near), *_in_turn(named - near)][:_MOST]

    def _measured(self, path: Path) -> dict[int, list[str]]:
        for name in self._data.measured_files():
            if Path(name).parts[-len(path.parts) :] == path.parts:
                return self._data.contexts_by_lineno(name)
        return {}


def _in_turn(names: set[str]) -> Iterator[str]:
    """The first test of each file, then the second of each, and so on."""
    files: dict[str, list[str]] = {}
    for name in sorted(names):
        files.setdefault(name.partition("::")[0], []).append(name)
    return (name for turn in itertools.zip_longest(*files.values()) for name in turn if name is not None)
