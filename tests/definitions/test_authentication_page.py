"""docs/authentication.md: every example is a valid part of a definition."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from connector.definition.service import ConnectorDefinition
from connector.definition.templates import connection_fields
from connector.lint.sample_folder import CONNECTOR, FILES, merged

PAGE = (Path(__file__).parents[2] / "docs/authentication.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.+?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_part_of_a_connector(example: str) -> None:
    written = json.loads(example)
    fields = {name: {"type": "string", "title": name} for name in connection_fields(example)}
    whole = merged({**FILES[CONNECTOR], "authorization": {}}, {"connection": {"properties": fields}})
    ConnectorDefinition.model_validate({**whole, **written} if "connection" in written else merged(whole, written))


def test_there_are_examples_of_every_place() -> None:
    assert len(EXAMPLES) == 5
    for word in ("headers", "query", "basic", "kinds", "baseUrl", "strip"):
        assert any(f'"{word}"' in example for example in EXAMPLES)
