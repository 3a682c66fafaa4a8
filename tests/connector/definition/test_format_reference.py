"""The reference of the format: made from the schemas, complete, and up to date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.definition.format_reference import reference
from connector.definition.json_schema import NAMES, format_schema

PAGE = Path(__file__).resolve().parents[3] / "docs/format/reference.md"


def parts(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    schema = format_schema(name)
    yield name, schema
    yield from schema["$defs"].items()


@pytest.mark.parametrize("name", NAMES)
def test_every_keyword_of_the_format_is_described(name: str) -> None:
    undescribed = [
        f"{part}: {word}"
        for part, schema in parts(name)
        for word, field in schema.get("properties", {}).items()
        if not field.get("description")
    ]
    assert undescribed == [], "say what it means under Attributes of its model"
    assert [part for part, schema in parts(name) if not schema.get("description")] == []


def test_the_page_is_what_the_schemas_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), (
        "python -m connector.definition.format_reference docs/format/reference.md"
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_keyword_is_on_the_page_with_what_it_means(name: str) -> None:
    lines = reference().splitlines()
    for _, schema in parts(name):
        for word, field in schema.get("properties", {}).items():
            meaning = field["description"].replace("|", "\\|")
            assert any(line.startswith(f"| `{word}` |") and line.endswith(f"| {meaning} |") for line in lines), word


def test_every_link_leads_to_a_heading() -> None:
    page = reference()
    headings = {
        re.sub(r"[^\w -]", "", re.sub(r"&lt;|&gt;", "", title)).lower().replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= headings
