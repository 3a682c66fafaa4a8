"""docs/embedding.md names every event with its fields, and its examples run."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from connector.call import events

PAGE = (Path(__file__).resolve().parents[2] / "docs/embedding.md").read_text(encoding="utf-8")
EVENTS = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, events.Event)]
KINDS = [kind for kind in EVENTS if kind is not events.Event]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_event_is_there_with_its_type_and_all_its_fields(kind: type[events.Event]) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{kind.type}` | `{kind.__name__}` |")]
    named = {field.name for field in fields(kind) if not field.name.startswith("_")}
    named |= {"body"} if kind in {events.AttemptStarted, events.ResponseReceived} else set()
    assert named <= set(re.findall(r"`(\w+)`", row))


def test_its_examples_run(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(code, names)  # noqa: S102 - this repository's own page
    names["courier"].close()
    assert re.fullmatch(r"POST http://127\.0\.0\.1:\d+/send \(attempt 1\)\n", capsys.readouterr().out)
    assert len({result["requestId"] for result in names["results"]}) == 3
