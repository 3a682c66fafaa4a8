"""ARCHITECTURE.md names files that exist and every package of the runtime."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
CHANGES = re.findall(r"^\| (?!to add|---)([^|]+) \| [^|]+ \| ([^|]+) \|$", TEXT, re.MULTILINE)


def test_at_least_ten_changes_have_their_files() -> None:
    assert len(CHANGES) >= 10


@pytest.mark.parametrize(("change", "files"), CHANGES, ids=[change for change, _ in CHANGES])
def test_the_files_of_a_change_exist(change: str, files: str) -> None:
    paths = [path.replace("<group>", "lists").replace("<key>", "get_list") for path in re.findall(r"`([^`]+)`", files)]
    assert paths, change
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_package_of_the_runtime_is_in_the_drawing() -> None:
    drawing = TEXT.split("```")[1]
    names = [path.name for path in (ROOT / "connector").iterdir() if (path / "__init__.py").is_file()]
    modules = [path.stem for path in (ROOT / "connector").glob("[a-z]*.py")]
    assert [name for name in [*names, *modules] if not re.search(rf"\b{name}\b", drawing)] == []
