"""What people try first: the first example of every action, in a sandbox that nobody has used yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connector import Connection
from connector.catalogue.action import Action
from connector.testing import FakeClock
from sandbox import Sandbox, start
from tests.courier import courier

from .conftest import World

ACTIONS = courier().actions


@pytest.fixture(scope="module")
def service() -> Iterator[Sandbox]:
    noon = datetime(2026, 9, 21, 12, tzinfo=UTC).timestamp()
    with start(now=lambda: noon) as running:
        yield running


@pytest.fixture
def fresh(service: Sandbox) -> Iterator[World]:
    service.reset()
    clock = FakeClock()
    with courier(clock=clock, strict_outputs=True) as connector:
        yield World(connector, Connection(api_key="test-key", base_url=service.url), clock, service)


def first_example(action: Action) -> dict[str, Any]:
    return dict(next(example for example in action.definition.examples if example.error is None).inputs)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.key)
def test_the_first_example_of_an_action_succeeds_in_a_fresh_sandbox(fresh: World, action: Action) -> None:
    result = fresh.run(action.key, first_example(action))
    assert 200 <= result.meta.status < 300
    assert result.meta.warnings == ()


@pytest.mark.parametrize(
    "action", [action for action in ACTIONS if action.effects["readOnly"]], ids=lambda action: action.key
)
def test_the_first_example_of_an_action_that_reads_shows_something(fresh: World, action: Action) -> None:
    fields = fresh.run(action.key, first_example(action)).fields
    assert any(value for name, value in fields.items() if not name.startswith("paging."))
