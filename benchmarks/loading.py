"""What loading costs, by the number of actions: `python -m benchmarks.loading`; `--json FILE` writes the figures.

`Connector.load` of this repository's folder, and of copies of it with as many actions, imports done; beside it, what
`json.loads` alone needs for the same files. Then the programs `list` and `run --sandbox`, beside Python alone.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import report
from connector import Connector
from connector.definition.files import definition_files

ROOT = Path(__file__).resolve().parents[1]
COUNTS = (43, 113, 500, 1_000)
TARGETS = {113: 100.0, 1_000: 250.0}
"""Milliseconds at most, by the number of actions."""

PROGRAMS = {"list": ["list"], "run --sandbox": ["run", "get_list", "list_id=news.weekly", "--sandbox"]}
PROGRAM_TARGETS = {"list": 100.0, "run --sandbox": 300.0}


@contextmanager
def folder_of(count: int) -> Iterator[Path]:
    """A connector folder with so many actions: this repository's, some of them under several keys."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in ("actions", "icons", "sandbox"):
            (folder / name).symlink_to(ROOT / name)
        whole = ROOT / "definitions"
        shutil.copytree(whole, folder / "definitions", ignore=lambda _, names: _actions(whole, names))
        every = itertools.cycle(definition_files(ROOT))
        for number, path in zip(range(count), every, strict=False):
            document = json.loads((ROOT / path).read_bytes())
            names = {"key": f"{path.stem}_{number}", "operationId": f"{document['operationId']}{number}"}
            written = {**document, **names, "summary": f"{document['summary']} {number}"}
            target = folder / path.with_name(f"{names['key']}.json")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(json.dumps(written, indent=2, ensure_ascii=False), encoding="utf-8")
        yield folder


def _actions(whole: Path, names: Sequence[str]) -> list[str]:
    return [name for name in names if (whole / name).is_dir()]


def milliseconds(act: Callable[[], object], now: Callable[[], float] = time.perf_counter) -> float:
    """How long something takes."""
    began = now()
    act()
    return 1_000 * (now() - began)


def load_times(count: int, rounds: int) -> dict[str, float]:
    """Milliseconds of CPU time of `Connector.load`, and of plain JSON."""
    with folder_of(count) as folder:
        files = [folder / path for path in definition_files(folder)]

        def plain() -> None:
            for path in files:
                json.loads(path.read_bytes())

        def whole() -> None:
            if len(Connector.load(folder).actions) != count:
                raise RuntimeError("the folder has other actions")

        whole()
        pairs = [
            (milliseconds(whole, time.process_time), milliseconds(plain, time.process_time)) for _ in range(rounds)
        ]
    return _figures("load", "json.loads", pairs)


def program_times(rounds: int) -> dict[str, dict[str, float]]:
    """Milliseconds of the programs, and of Python alone."""
    with tempfile.TemporaryDirectory() as state:
        environment = {**os.environ, "CONNECTOR_STATE_DIR": state}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode

        def run(*command: str) -> None:
            whole = [sys.executable, *command]
            subprocess.run(whole, env=environment, cwd=ROOT, capture_output=True, check=True)  # noqa: S603 - this program

        found = {}
        for name, arguments in PROGRAMS.items():
            program = partial(run, "-m", "connector", "--connector", "courier", *arguments)
            program()
            pairs = [(milliseconds(program), milliseconds(partial(run, "-c", ""))) for _ in range(rounds)]
            found[name] = _figures("program", "python", pairs)
    return found


def _figures(ours: str, other: str, pairs: Sequence[tuple[float, float]]) -> dict[str, float]:
    """The fastest of each, as other work on the machine only adds to it, and the median of their ratio."""
    return {
        ours: min(first for first, _ in pairs),
        other: min(second for _, second in pairs),
        f"{ours} / {other}": statistics.median(first / second for first, second in pairs),
    }


def main() -> None:
    """Measure and print."""
    parser = report.parser(__doc__, rounds=9)
    options = parser.parse_args()
    figures: dict[str, Any] = {"load": {}, "programs": {}}
    for count in COUNTS:
        figures["load"][str(count)] = found = load_times(count, options.rounds)
        bound = TARGETS.get(count)
        report.show(
            f"{count:5,} actions: {found['load']:6.1f} ms, {found['load / json.loads']:.1f} x json.loads "
            f"({found['json.loads']:.1f} ms){_verdict(found['load'], bound)}"
        )
    for name, found in program_times(options.rounds).items():
        figures["programs"][name] = found
        report.show(
            f"{name:14} {found['program']:6.0f} ms, {found['program / python']:.1f} x Python alone "
            f"({found['python']:.0f} ms){_verdict(found['program'], PROGRAM_TARGETS[name])}"
        )
    report.finish(figures, options.json)


def _verdict(figure: float, most: float | None) -> str:
    return "" if most is None else f"; {report.verdict(figure, most)}"


if __name__ == "__main__":
    main()
