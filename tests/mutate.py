"""Do the tests notice? Random one-place changes of source files, each followed by the tests.

    python -m tests.mutate PATHS --tests COMMAND --seed 1 --count 40

Python (.py), JavaScript (.js) and TypeScript (.ts) files are changed in a copy of the checkout, where the command runs:
nothing here is touched. Comments, texts, types and assertions are left alone, and no change makes a file that cannot be
read. In a command, `{importing}` is the test files beside the changed module's that import it; where there are none,
the command is left out. `{covering}` is the tests that run the changed line, of any folder, by what this has written:

    python -m pytest --cov=connector --cov=actions --cov-context=test --cov-report=

A change after which every command passes survived: each needs a look, for it may change nothing that can be observed.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.changes import SUFFIXES, Change, changes, readable
from tests.covering import Coverage

_IMPORTING, _COVERING = "{importing}", "{covering}"


def _importing(path: Path) -> list[str]:
    """The test files that import a module, or else its package, of the nearest folder of tests that there is for it."""
    package, module = ".".join(path.parent.parts), path.stem
    folder = next(place for each in path.parents if (place := Path("tests", each)).is_dir())
    texts = {str(file): file.read_text("utf-8") for file in sorted(folder.glob("test_*.py"))}
    for says, name in (
        (rf"(?:from|import) {package}\.{module}\b|from {package} import .*\b{module}\b", f"test_{module}"),
        (rf"(?:from|import) {package}\b", f"test_{path.parent.name}"),
    ):
        if found := [file for file, text in texts.items() if name in file or re.search(says, text)]:
            return found
    return []


def _copied(folder: Path) -> None:
    """The checkout as it is now, without what git ignores."""
    listed = subprocess.run(
        [shutil.which("git") or "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if Path(name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, folder / name)


def _passes(command: Sequence[str], folder: Path, seconds: float) -> bool:
    """Whether the tests pass; what does not end does not pass, and is ended with all that it started."""
    running = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},  # for what tests start elsewhere, too
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return running.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


@dataclass(frozen=True)
class _Tests:
    """The commands that may notice a change, and what is filled in for each."""

    commands: Sequence[str]
    coverage: Coverage | None

    def of(self, change: Change, content: str) -> Iterator[tuple[str, list[str]]]:
        """Each command that is for this change, with its test files or tests."""
        for command in self.commands:
            tests: list[str] = []
            if _IMPORTING in command:
                tests = _importing(change.path)
            elif _COVERING in command and self.coverage is not None:
                tests = self.coverage.of(change.path, content.count("\n", 0, change.start) + 1)
            if tests or not (_IMPORTING in command or _COVERING in command):
                yield command, tests


def _command(text: str, tests: Sequence[str], folder: Path) -> list[str]:
    """A command as it is run; the names of tests stand in a file, for there may be many."""
    listed = folder / "tests.txt"
    listed.write_text("".join(f"{name}\n" for name in tests), encoding="utf-8")
    program, *arguments = shlex.split(re.sub(rf"{_IMPORTING}|{_COVERING}", f"@{listed}", text))
    return [str(Path(program).absolute()) if "/" in program else program, *arguments]


def main() -> None:
    """Make the changes one by one, and say which of them no test noticed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path, help="files, or folders with them")
    parser.add_argument("--tests", required=True, help="the command that runs the tests")
    parser.add_argument("--then", action="append", default=[], help="a slower command, for what those before pass over")
    parser.add_argument("--coverage", type=Path, default=Path(".coverage"), help="what pytest-cov has written")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=40)
    asked = parser.parse_args()
    commands = [asked.tests, *asked.then]
    uses_coverage = any(_COVERING in command for command in commands)
    tests = _Tests(commands, Coverage(asked.coverage) if uses_coverage else None)
    found = [file for path in asked.paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    files = [file for file in found if file.suffix in SUFFIXES]
    contents = {file: file.read_text(encoding="utf-8") for file in files}
    possible = [change for file, content in contents.items() for change in changes(file, content)]
    random.Random(asked.seed).shuffle(possible)  # noqa: S311
    every = (change for change in possible if readable(change, contents[change.path]))
    chosen = {change: list(tests.of(change, contents[change.path])) for change in itertools.islice(every, asked.count)}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        _copied(folder)
        limits = _limits([each for todo in chosen.values() for each in todo], folder)
        survived = []
        for number, (change, todo) in enumerate(chosen.items(), 1):
            content = contents[change.path]
            (folder / change.path).write_text(change.applied(content), encoding="utf-8")
            if all(
                _passes(_command(command, names, folder), folder, 20 + limits[command] * max(1, len(names)))
                for command, names in todo
            ):
                survived.append(change)
                print(f"survived: {change.described(content)}", flush=True)  # noqa: T201
            (folder / change.path).write_text(content, encoding="utf-8")
            print(f"{number} of {len(chosen)}", file=sys.stderr, end="\r")  # noqa: T201
    killed = len(chosen) - len(survived)
    share = 100 * killed / len(chosen)
    print(f"{killed} of {len(chosen)} noticed ({share:.0f} %), of {len(possible)} possible; seed {asked.seed}")  # noqa: T201


def _limits(todo: Sequence[tuple[str, list[str]]], folder: Path) -> dict[str, float]:
    """Seconds that each command may take for each of its tests: by what it takes, without a change, for all of them."""
    limits = {}
    for command in dict.fromkeys(each for each, _ in todo):
        names = sorted({name for each, names in todo if each == command for name in names})
        started = time.monotonic()
        if not _passes(_command(command, names, folder), folder, 3600):
            sys.exit(f"The tests fail without any change: {command}")
        limits[command] = 5 * (time.monotonic() - started) / max(1, len(names))
    return limits


if __name__ == "__main__":
    main()
