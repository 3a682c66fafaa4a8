"""The page's modules pass their own tests in Node.js, keep to the policy they are served under, and are small."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from connector.catalogue.loader import load
from connector.export import export
from tests.javascript.node import find_node

PAGE = Path(__file__).parents[2] / "connector" / "server" / "page"
OWN = sorted(path for path in PAGE.iterdir() if path.suffix in {".js", ".css", ".html"})
NODE, WHY_NOT = find_node()
LONGEST = 300
LONGEST_STYLE = 500
by_file = pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)


@pytest.mark.skipif(NODE is None, reason=WHY_NOT)
def test_the_logic_passes_in_node(tmp_path: Path) -> None:
    shutil.copytree(PAGE, tmp_path / "page")
    shutil.copy(Path(__file__).parent / "logic.test.js", tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (tmp_path / "catalogue.json").write_bytes(export(load(Path(__file__).parents[2]), "catalogue")["catalogue.json"])
    done = subprocess.run(
        [str(NODE), "--test", "--test-reporter=tap", "logic.test.js"],
        cwd=tmp_path,
        env={**os.environ, "CATALOGUE": str(tmp_path / "catalogue.json")},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    failed = "".join(re.findall(r"^not ok .*\n(?: .*\n)*", done.stdout, re.MULTILINE))
    assert done.returncode == 0, failed or done.stderr[-2000:]
    assert int(re.findall(r"^# pass (\d+)$", done.stdout, re.MULTILINE)[-1]) > 20


@by_file
def test_a_file_is_small(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= (LONGEST_STYLE if path.suffix == ".css" else LONGEST)


@by_file
def test_nothing_is_loaded_from_elsewhere_and_nothing_needs_a_looser_policy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href|from|import|url)\s*[=(]?\s*["'](?:https?:)?//""", text)
    assert not re.findall(r"\b(?:eval|Function)\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write", text)
    if path.suffix == ".html":
        assert not re.findall(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", text)
    if path.suffix == ".js":
        assert not re.findall(r"""[^-\w]style=["'$]""", text)


@by_file
def test_each_import_is_a_file_of_the_page(path: Path) -> None:
    for name in re.findall(r'from "([^"]+)"', path.read_text(encoding="utf-8")):
        assert (PAGE / name).is_file(), name


def test_the_vendored_file_comes_with_its_licences() -> None:
    assert {path.name for path in (PAGE / "vendor").iterdir()} == {
        "preact-htm.js",
        "LICENSE-htm.txt",
        "LICENSE-preact.txt",
        "README.md",
    }
    assert "Apache License" in (PAGE / "vendor" / "LICENSE-htm.txt").read_text(encoding="utf-8")
    assert "MIT License" in (PAGE / "vendor" / "LICENSE-preact.txt").read_text(encoding="utf-8")


def test_the_pictures_are_small_and_shown_in_the_documentation() -> None:
    docs = Path(__file__).parents[2] / "docs"
    pictures = sorted(docs.glob("pictures/*.png"))
    shown = re.findall(r"\]\(pictures/([\w-]+\.png)\)", (docs / "page.md").read_text(encoding="utf-8"))
    assert [path.name for path in pictures] == sorted(shown)
    assert [path.name for path in pictures if path.stat().st_size > 150_000] == []
