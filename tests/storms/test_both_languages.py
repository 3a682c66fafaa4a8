"""Python and JavaScript decide and say the same in random cases; `both_languages` has the long run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.javascript.node import find_node
from tests.storms.both_languages import Languages, storm

NODE, WHY_NOT = find_node()
pytestmark = pytest.mark.skipif(NODE is None, reason=WHY_NOT)
CASES = 400
KINDS = {"inputs", "run", "form", "retry_after", "backoff", "throttle", "find", "auth", "choices"}


def test_python_and_javascript_decide_and_say_the_same() -> None:
    differences: list[str] = []
    tried, _ = storm(CASES, seed=2026, report=differences.append)
    assert differences == []
    assert set(tried) == KINDS


def test_a_case_that_one_of_them_does_not_bear_is_seen(tmp_path: Path) -> None:
    assert NODE is not None
    with Languages(NODE, tmp_path) as languages:
        assert languages.difference("find", "sample", {"name": "get_thing"}) is None
        for kind, case in (("retry_after", {"header": 7}), ("find", {})):
            assert "crash" in str(languages.difference(kind, "sample", case))
