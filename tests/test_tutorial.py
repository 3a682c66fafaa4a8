"""Everything that docs/tutorial.md shows works: its files are saved, its commands run, and their output compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"<!-- ([^>]+) -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
_ADDRESS = "http://127.0.0.1:8080"
_END = "-- end of a block --"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="the commands are for a POSIX shell"),
]


@contextmanager
def service(folder: Path) -> Iterator[str]:
    """The to-do service of the page on a free port, and its address."""
    (folder / "todo_service.py").write_text(dict(BLOCKS)["file: todo_service.py"], encoding="utf-8")
    command = [sys.executable, "todo_service.py", "0"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def steps(address: str) -> Iterator[tuple[str, str]]:
    """The files, commands and outputs of the page, in order, with the service's address in them."""
    for kind, text in BLOCKS:
        if kind.startswith("file: ") or kind in {"run", "output"}:
            yield kind, text.replace(_ADDRESS, address)


def script(address: str) -> tuple[str, list[str]]:
    """The page as one script, and what each of its blocks of commands prints; None where the page does not say."""
    lines: list[str] = ["home=$PWD"]
    outputs: list[str] = []
    for kind, text in steps(address):
        if kind == "output":
            outputs[-1] = text
        elif kind == "run":
            lines += [text, f"echo '{_END}'"]
            outputs.append("")
        else:
            path = kind.removeprefix("file: ")
            lines += [f'mkdir -p "$(dirname "$home/{path}")"', f"cat > \"$home/{path}\" <<'THE_END'", f"{text}THE_END"]
    return "\n".join(lines), outputs


def environment(folder: Path) -> dict[str, str]:
    """The environment of the page's commands: this Python, and nothing of this user."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]),
        "HOME": str(folder),
        "CONNECTOR_STATE_DIR": str(folder / "state"),
        "LANG": "C.UTF-8",
        "COLUMNS": "100",
    }


def test_every_command_of_the_page_prints_what_the_page_shows(tmp_path: Path) -> None:
    with service(tmp_path) as address:
        commands, outputs = script(address)
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=tmp_path,
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    printed = ran.stdout.split(f"{_END}\n")[:-1]
    assert [each.strip() for each in printed] == [each.strip() for each in outputs]
    assert "Traceback" not in ran.stderr
    assert ran.stderr.count("No problems found.") == 3


def test_what_the_page_shows_and_does_not_run_is_little() -> None:
    fenced = len(re.findall(r"^```\w+$", PAGE, re.MULTILINE))
    assert fenced == len(BLOCKS)
    assert {kind for kind, _ in BLOCKS if kind not in {"run", "output"} and not kind.startswith("file: ")} == {
        "install",
        "service",
        "n8n",
    }


def test_what_is_installed_is_what_the_package_offers() -> None:
    extras = re.search(r"courier-connector\[([^]]+)\]", dict(BLOCKS)["install"])
    assert extras is not None
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert all(re.search(rf"^{extra} = \[", project, re.MULTILINE) for extra in extras[1].split(","))


def test_every_other_page_that_is_linked_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", PAGE)
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
