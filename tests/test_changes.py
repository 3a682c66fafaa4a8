"""What `python -m tests.mutate` may change in a file: code, never types, and nothing that leaves it unreadable."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.changes import Change, changes, readable
from tests.javascript.node import TYPESCRIPT, find_node

NODE, WHY_NOT = find_node(TYPESCRIPT)

SOURCE = """\
const rows = new Map<string, Array<number | null>>();
export function add(name: string, count?: number): boolean {
\t// Not true < false.
\trows.set(name, [...(rows.get(name) ?? []), count! as number]);
\treturn (count as number | null) !== null;
}
"""


@pytest.mark.skipif(NODE is None, reason=WHY_NOT)
def test_the_code_of_typescript_is_changed_and_its_types_are_not() -> None:
    path = Path("rows.ts")
    found = [(change.before, change.after) for change in changes(path, SOURCE)]
    whole = "rows.set(name, [...(rows.get(name) ?? []), count! as number]);"
    assert found == [("??", "&&"), ("!==", "==="), ("null", "undefined"), (whole, ";")]
    assert all(readable(change, SOURCE) for change in changes(path, SOURCE))
    assert not readable(Change(path, SOURCE.index("new Map"), "new Map", "new ="), SOURCE)
    assert not readable(Change(path, SOURCE.index("!=="), "!==", "?? 1 ||"), SOURCE)


@pytest.mark.skipif(NODE is None, reason=WHY_NOT)
def test_a_template_of_typescript_is_left_alone() -> None:
    assert list(changes(Path("node_template.ts"), "class $name { $methods }\nconst a = ;")) == []


def test_python_keeps_its_texts_comments_and_named_parameters() -> None:
    source = 'def add(*, count: int = 1) -> bool:\n    """Not True."""\n    return count > 0  # or False\n'
    found = [(change.before, change.after) for change in changes(Path("a.py"), source)]
    assert found == [("1", "2"), (">", ">="), ("0", "1")]
