"""docs/performance.md says what was measured, and shows the plots that were made of it."""

from __future__ import annotations

import importlib.util
import json
import re

import pytest

from benchmarks import page

FIGURES = json.loads(page.FIGURES.read_bytes())


def test_the_page_is_made_of_the_figures() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(FIGURES), "python -m benchmarks.page --draw"


def test_every_plot_of_the_page_is_there() -> None:
    plots = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.PAGE.read_text(encoding="utf-8"))
    assert plots
    assert [plot for plot in plots if not (page.PAGE.parent / plot).is_file()] == []


@pytest.mark.parametrize("name", page.SECTIONS)
def test_every_measurement_has_a_command_and_a_section(name: str) -> None:
    assert importlib.util.find_spec(f"benchmarks.{name}") is not None
    assert f"`python -m benchmarks.{name}`" in page.page({"machine": "here", name: FIGURES[name]})
