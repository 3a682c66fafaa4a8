"""The table of documented actions is the face, the service's API is the wire: the definitions honour both."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from connector.definition.action import ActionDefinition
from tests.definitions import gaps
from tests.definitions.loaded import actions
from tests.definitions.places import documented_inputs, documented_outputs
from tests.definitions.wire import FACTS

OPERATIONS = sorted(gaps.WIRE.operations)
by_operation = pytest.mark.parametrize("operation", OPERATIONS)
by_action = pytest.mark.parametrize("operation_id", sorted(gaps.TABLE))


def the(word: str, value: str) -> ActionDefinition:
    """The action of an operation, or with an operation id."""
    for view in actions():
        if value in {gaps.operation(view.definition), view.definition.operation_id}:
            return view.definition
    pytest.fail(f"No action has the {word} {value}, or its file is broken.")


def listed(found: Iterator[str]) -> str:
    return "\n".join(["", *found])


@by_operation
def test_every_place_is_one_the_service_has(operation: str) -> None:
    found = list(gaps.unknown_places(the("operation", operation)))
    assert not found, listed(iter(found))


@by_operation
def test_everything_the_service_takes_and_returns_is_there(operation: str) -> None:
    found = list(gaps.unreached(the("operation", operation)))
    assert not found, listed(iter(found))


@by_action
def test_every_documented_name_type_label_and_duty_is_honoured(operation_id: str) -> None:
    found = list(gaps.undocumented(the("operation id", operation_id)))
    assert not found, listed(iter(found))


def test_all_documented_actions_parameters_and_outputs_are_accounted_for() -> None:
    found = [0, 0, 0]
    for view in actions():
        row = gaps.TABLE.get(view.definition.operation_id)
        if row is not None:
            inputs = {path for path, _, _ in documented_inputs(view.definition)}
            outputs = dict(documented_outputs(view.definition))
            found[0] += 1
            found[1] += sum(path in inputs for _, _, path, *_ in row["parameters"])
            found[2] += sum(path in outputs for path, *_ in row["returns"])
    assert found == [36, 155, 197]


def test_actions_beyond_the_table_say_so() -> None:
    documented = {view.definition.operation_id for view in actions() if view.definition.documented}
    assert documented == set(gaps.TABLE)


def test_no_two_actions_do_the_same() -> None:
    done = [gaps.operation(view.definition) for view in actions()]
    assert sorted(done) == OPERATIONS


def test_every_exception_is_still_needed() -> None:
    gaps.USED.clear()
    for view in actions():
        for look in (gaps.unknown_places, gaps.unreached, gaps.undocumented):
            list(look(view.definition))
    idle = [entry for entries in gaps.EXCEPTIONS.values() for entry in entries if entry not in gaps.USED]
    assert idle == []


def test_every_exception_says_why() -> None:
    beyond = json.loads((FACTS / "beyond.json").read_text(encoding="utf-8"))
    entries = [entry for entries in (*gaps.EXCEPTIONS.values(), *beyond["operations"].values()) for entry in entries]
    assert all(entry["why"].endswith(".") for entry in entries)


@pytest.mark.parametrize("name", ["api.json", "table.json"])
def test_the_facts_hold_no_prose(name: str) -> None:
    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for key, item in value.items():
                yield key
                yield from texts(item)
        elif isinstance(value, list):
            for item in value:
                yield from texts(item)
        elif isinstance(value, str):
            yield value

    facts = json.loads((FACTS / name).read_text(encoding="utf-8"))
    assert [text for text in texts(facts) if len(re.findall(r"\s", text)) > 6 or text.endswith(".")] == []
