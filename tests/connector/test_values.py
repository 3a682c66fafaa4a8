"""Values are frozen: whoever gets one cannot change it for others. Only what keeps state by design is not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

RUNTIME = Path(__file__).parents[2] / "connector"
STATE = {
    "Access",
    "BatchRunner",
    "BodyNode",
    "BulkRunner",
    "Call",
    "Draft",
    "Findings",
    "Lane",
    "LaneWorker",
    "Parameter",
    "ProblemKind",
    "Progress",
    "RowIndex",
    "Run",
    "RunTrace",
    "StoredBatch",
    "StoredConnections",
    "TimedCall",
}
"""Classes that change while they work, each for one run, one file or one way through a document."""


def _is_frozen(call: ast.Call) -> bool:
    return any(word.arg == "frozen" and ast.unparse(word.value) == "True" for word in call.keywords)


def unfrozen(text: str) -> Iterator[str]:
    """The names of dataclasses and models that can be changed."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.ClassDef):
            continue
        made = [each for each in node.decorator_list if ast.unparse(each).startswith(("dataclass", "dataclasses."))]
        made += [
            each.value
            for each in node.body
            if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "model_config"
        ]
        if any(not isinstance(each, ast.Call) or not _is_frozen(each) for each in made):
            yield node.name


def test_a_value_of_the_runtime_cannot_be_changed() -> None:
    found = {name for path in RUNTIME.rglob("*.py") for name in unfrozen(path.read_text(encoding="utf-8"))}
    assert found == STATE


def test_a_class_that_is_not_frozen_is_found() -> None:
    one, other = "@dataclass\nclass One:\n    a: int\n", "@dataclass(frozen=False)\nclass Two:\n    a: int\n"
    model = "class Three(BaseModel):\n    model_config = ConfigDict(extra='forbid')\n"
    frozen = "@dataclass(frozen=True)\nclass Four:\n    a: int\n"
    assert list(unfrozen(one + other + model + frozen)) == ["One", "Two", "Three"]
