"""What was released is for ever: no later state breaks a flow that was made before."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.definitions.loaded import actions
from tests.facts.release import FILE, Snapshot, broken, missing, snapshot

RELEASED = json.loads(FILE.read_text(encoding="utf-8"))

SAMPLE: Snapshot = {
    "send_it": {
        "operationId": "Send",
        "inputs": {
            "to": {"type": "string", "required": True},
            "size": {"type": "integer|string", "maximum": 9},
            "kind": {"type": "string", "enum": ["a", "b"]},
            "rows": {"type": "array"},
            "rows[].id": {"type": "string"},
        },
        "outputs": {"id": "string", "count": "integer"},
    }
}


def test_no_released_name_or_type_was_taken_back() -> None:
    found = list(broken(RELEASED, snapshot(view.definition for view in actions())))
    assert not found, (
        "\n"
        + "\n".join(found)
        + "\nFlows rely on these. Keep the old name as an alias, or let the old type stand beside the new one."
        + "\nOnly before a first release, or for a new major version: python -m tests.facts.release --breaking"
    )


def test_every_name_is_in_the_snapshot() -> None:
    found = list(missing(RELEASED, snapshot(view.definition for view in actions())))
    assert not found, (
        "\n"
        + "\n".join(found)
        + "\nOnce these names are right for ever, add them to the snapshot: python -m tests.facts.release"
    )


CHANGES: dict[str, tuple[Callable[[Any], object], str]] = {
    "an action goes": (lambda now: now.pop("send_it"), "the action send_it is gone"),
    "an operation id changes": (lambda now: now["send_it"].update(operationId="Sent"), "the operation id was Send"),
    "an input goes": (lambda now: now["send_it"]["inputs"].pop("kind"), "the input kind is gone"),
    "a field of a row goes": (lambda now: now["send_it"]["inputs"].pop("rows[].id"), "the input rows[].id is gone"),
    "an output goes": (lambda now: now["send_it"]["outputs"].pop("count"), "the output count is gone"),
    "an input takes less": (
        lambda now: now["send_it"]["inputs"]["size"].update(type="string"),
        "the input size took integer|string, and takes string",
    ),
    "a choice goes": (
        lambda now: now["send_it"]["inputs"]["kind"].update(enum=["a"]),
        "the input kind is bound by enum ['a'], which was ['a', 'b']",
    ),
    "a bound tightens": (
        lambda now: now["send_it"]["inputs"]["size"].update(maximum=8),
        "the input size is bound by maximum 8, which was 9",
    ),
    "a bound is new": (
        lambda now: now["send_it"]["inputs"]["to"].update(maxLength=8),
        "the input to is bound by maxLength 8, which was free",
    ),
    "an output's type changes": (
        lambda now: now["send_it"]["outputs"].update(count="string"),
        "the output count was integer, and is string",
    ),
    "an input becomes required": (
        lambda now: now["send_it"]["inputs"]["size"].update(required=True),
        "the input size was optional",
    ),
    "a required input is new": (
        lambda now: now["send_it"]["inputs"].update(why={"type": "string", "required": True}),
        "the input why is new and required",
    ),
    "a required field of released rows is new": (
        lambda now: now["send_it"]["inputs"].update({"rows[].why": {"type": "string", "required": True}}),
        "the input rows[].why is new and required",
    ),
}


@pytest.mark.parametrize(("change", "message"), CHANGES.values(), ids=CHANGES.keys())
def test_what_breaks_a_flow_is_reported(change: Callable[[Any], object], message: str) -> None:
    now = copy.deepcopy(SAMPLE)
    change(now)
    found = [text.removeprefix("send_it: ") for text in broken(SAMPLE, now)]
    assert found == [message]


HARMLESS: dict[str, Callable[[Any], object]] = {
    "an optional input is new": lambda now: now["send_it"]["inputs"].update(why={"type": "string"}),
    "a list with required fields is new": lambda now: now["send_it"]["inputs"].update(
        {"more": {"type": "array"}, "more[].id": {"type": "string", "required": True}}
    ),
    "an input takes more": lambda now: now["send_it"]["inputs"]["to"].update(type="array|string"),
    "a choice is new": lambda now: now["send_it"]["inputs"]["kind"].update(enum=["a", "b", "c"]),
    "a bound is loosened": lambda now: now["send_it"]["inputs"]["size"].update(maximum=10),
    "a bound goes": lambda now: now["send_it"]["inputs"]["size"].pop("maximum"),
    "an input is no longer required": lambda now: now["send_it"]["inputs"]["to"].pop("required"),
    "an output is new": lambda now: now["send_it"]["outputs"].update(more="string"),
    "an action is new": lambda now: now.update(get_it=SAMPLE["send_it"]),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_breaks_no_flow_is_allowed(change: Callable[[Any], object]) -> None:
    now = copy.deepcopy(SAMPLE)
    change(now)
    assert list(broken(SAMPLE, now)) == []
