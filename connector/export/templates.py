"""Texts of exported packages: files beside an exporter's modules, with `$name` for each value."""

from __future__ import annotations

from pathlib import Path
from string import Template

LICENSE = Path(__file__).with_name("mit_license.txt")
"""The MIT License, with its title; `$holder` is the copyright holder."""


def filled(template: Path, /, **values: object) -> str:
    """The text of a template with the values filled in; `$$` is a dollar sign."""
    return Template(template.read_text(encoding="utf-8")).substitute(values)
