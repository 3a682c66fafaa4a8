"""Do the tests notice? Random one-place changes of source files, each followed by the tests.

    python -m tests.mutate PATHS --tests COMMAND --seed 1 --count 40

Python (.py) and JavaScript (.js) files are changed in a copy of the checkout, where the command runs: nothing here is
touched. Comments, texts and assertions are left alone, and no change makes a file that cannot be read. In a command,
`{importing}` is the test files beside the changed module's that import it; where there are none, the command is left
out. `{covering}` is the tests that run the changed line, of any folder, by what this has written:

    python -m pytest --cov=connector --cov=actions --cov-context=test --cov-report=

A change after which every command passes survived: each needs a look, for it may change nothing that can be observed.
"""

from __future__ import annotations

import argparse
import contextlib
import io
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
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.covering import Coverage
from tests.javascript.node import find_node

_IMPORTING, _COVERING = "{importing}", "{covering}"
_OPERATORS = {
    **{"===": "!==", "!==": "===", "==": "!=", "!=": "==", "<=": "<", ">=": ">", "<": "<=", ">": ">="},
    **{"&&": "||", "||": "&&", "??": "&&", "+": "-", "-": "+", "*": "/", "/": "*", "//": "*", "%": "*", "**": "*"},
    **{"+=": "-=", "-=": "+=", "!": ""},
}
_WORDS = {
    **{"and": "or", "or": "and", "not": "", "True": "False", "False": "True", "true": "false", "false": "true"},
    **{"min": "max", "max": "min", "some": "every", "every": "some", "any": "all", "all": "any"},
    **{"break": "continue", "continue": "break", "shift": "pop", "null": "undefined"},
}
_JAVASCRIPT = re.compile(
    r"""(?P<skip>//[^\n]*|/\*[\s\S]*?\*/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`"""
    r"""|(?<=[(,=:!&|?\[]\s)/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+/[a-z]*"""
    r"""|(?<=[(,=:!&|?\[])/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+/[a-z]*"""
    r"""|=>|\.\.\.|\+\+|--)"""
    r"""|(?P<token>\d[\d_]*(?:\.\d+)?|[A-Za-z_$][\w$]*|===|!==|[<>=!]=|&&|\|\||\?\?|\*\*|[+\-]=|[-+*/%<>!])""",
)
_TOKENS_OF_PYTHON = {tokenize.NAME, tokenize.NUMBER, tokenize.OP}


@dataclass(frozen=True)
class Change:
    """Another text in one place of a file."""

    path: Path
    start: int
    before: str
    after: str

    def applied(self, content: str) -> str:
        """The file's content with it."""
        return content[: self.start] + self.after + content[self.start + len(self.before) :]

    def described(self, content: str) -> str:
        """Where it is, and what it does to its line."""
        number = content.count("\n", 0, self.start) + 1
        begins = content.rfind("\n", 0, self.start) + 1
        line = content[begins:].partition("\n")[0]
        place = self.start - begins
        changed = line[:place] + self.after + line[place + len(self.before) :]
        return f"{self.path}:{number}\n    - {line.strip()}\n    + {changed.strip()}"


def changes(path: Path, content: str) -> Iterator[Change]:
    """Every change of a file that this program knows."""
    elsewhere = _of_another_system(content) if path.suffix == ".py" else range(0)
    tokens = _python(content) if path.suffix == ".py" else _javascript(content)
    found = [Change(path, start, token, after) for start, token in tokens for after in _instead(token)]
    for change in (*found, *_without_a_line(path, content)):
        if content.count("\n", 0, change.start) not in elsewhere:
            yield change


def _of_another_system(content: str) -> range:
    """The lines that only run on Windows, or none of them there."""
    found = re.search(r'^if sys\.platform == "win32":\n((?: .*)?\n)+', content, re.MULTILINE)
    if found is None or sys.platform == "win32":
        return range(0)
    return range(content.count("\n", 0, found.start()), content.count("\n", 0, found.end()))


def _instead(token: str) -> Iterator[str]:
    if re.fullmatch(r"\d[\d_]*(\.\d+)?", token):
        yield str(float(token) + 1 if "." in token else int(token.replace("_", "")) + 1)
    elif token in _OPERATORS:
        yield _OPERATORS[token]
    elif token in _WORDS:
        yield _WORDS[token]


def _javascript(content: str) -> Iterator[tuple[int, str]]:
    for found in _JAVASCRIPT.finditer(content):
        if found["token"]:
            yield found.start(), found["token"]


def _python(content: str) -> Iterator[tuple[int, str]]:
    starts = [0]
    for line in content.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    tokens = list(tokenize.generate_tokens(io.StringIO(content).readline))
    for token, following in itertools.pairwise(tokens):
        is_mark = token.string == "*" and following.string == ","  # of parameters that have to be named
        before = token.line[: token.start[1]]
        is_assertion = before.endswith("(frozen=") or (before.endswith("strict=") and "zip(" in token.line)
        if token.type in _TOKENS_OF_PYTHON and not is_mark and not is_assertion:
            yield starts[token.start[0] - 1] + token.start[1], token.string


def _texts(content: str) -> list[tuple[int, int]]:
    """Where the texts of more than one line begin and end."""
    found = re.finditer(r'"""[\s\S]*?"""', content)
    return [(text.start(), text.end()) for text in found]


def _without_a_line(path: Path, content: str) -> Iterator[Change]:
    """Leave out a statement that is a line by itself."""
    whole = r"^[ ]+(?!return|const|let|import|from|module)[\w.]+(?:\(.*\)| \+?= .*);$" if path.suffix == ".js" else (
        r"^[ ]+(?!return|raise|import|from|yield|assert|pass)[\w.]+(?:\(.*\)| \+?= [^(\[{\n]*)$"
    )  # fmt: skip
    in_texts = _texts(content) if path.suffix == ".py" else []
    for found in re.finditer(whole, content, re.MULTILINE):
        indent = len(found[0]) - len(found[0].lstrip())
        if any(start < found.start() + indent < end for start, end in in_texts):
            continue
        yield Change(path, found.start() + indent, found[0][indent:], ";" if path.suffix == ".js" else "pass")


def _readable(change: Change, content: str) -> bool:
    """Whether the language can read the file with the change; if not, any test notices, and shows nothing by it."""
    if change.path.suffix == ".py":
        with contextlib.suppress(SyntaxError):
            compile(change.applied(content), str(change.path), "exec")
            return True
        return False
    node, _ = find_node()
    with tempfile.NamedTemporaryFile("w", suffix=".js", encoding="utf-8") as file:
        file.write(change.applied(content))
        file.flush()
        return (
            node is None
            or subprocess.run([node, "--check", file.name], capture_output=True, check=False).returncode == 0
        )


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
    files = [file for path in asked.paths for file in (sorted(path.rglob("*.[jp][sy]")) if path.is_dir() else [path])]
    contents = {file: file.read_text(encoding="utf-8") for file in files}
    possible = [change for file, content in contents.items() for change in changes(file, content)]
    random.Random(asked.seed).shuffle(possible)  # noqa: S311
    readable = (change for change in possible if _readable(change, contents[change.path]))
    chosen = {
        change: list(tests.of(change, contents[change.path])) for change in itertools.islice(readable, asked.count)
    }
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
