"""What the tests of lint share: a check with every exporter."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from connector.export import EXPORT_FORMATS, export
from connector.lint import Finding, check_folder
from connector.lint.sample_folder import write

EXPORTERS = {name: functools.partial(export, format_name=name) for name in EXPORT_FORMATS}
Check = Callable[[Mapping[str, Any]], list[Finding]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """The findings of the sample folder with changes."""
    return lambda changes: check_folder(write(tmp_path, changes), EXPORTERS)
