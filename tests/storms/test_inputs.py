"""Whatever the inputs of an action are: it succeeds, or one of our own errors says what is wrong.

Some hundreds of cases in the ordinary run; with HYPOTHESIS_PROFILE=nightly more than 20,000, others each time.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from connector import Connection, Connector, InputError, RefusedError
from connector.catalogue.action import Action
from connector.testing import FakeClock
from sandbox import Sandbox, start
from tests.actions.test_every_action import known, required
from tests.courier import courier
from tests.storms.inputs import UNSPEAKABLE, hostile, nearly_valid, real, valid

pytestmark = pytest.mark.slow

COURIER = courier()
KEYS = [action.key for action in COURIER.actions]
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
CASES = -(-20_500 // (3 * len(KEYS))) if NIGHTLY else 5
"""Per action and kind of input."""

storm = settings(
    max_examples=CASES,
    deadline=None,
    database=None,
    derandomize=not NIGHTLY,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class World:
    """The connector on a clock that never waits, and a sandbox that begins anew with every case."""

    def __init__(self, service: Sandbox, connector: Connector) -> None:
        self.service = service
        self.connector = connector
        self.connection = Connection(api_key="test-key", base_url=service.url)
        self.cases = 0

    def outcome(self, action: Action, inputs: dict[str, Any]) -> str:
        """How the run ends; an error that is not for whoever gave the inputs is not caught."""
        self.cases += 1
        self.service.reset()
        if action.key == "restore_list":
            self.connector.run("delete_list", known(action), self.connection)
        try:
            self.connector.run(action, inputs, self.connection)
        except InputError:
            return "input"
        except RefusedError:
            return "refused"
        return "succeeded"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    clock = FakeClock()
    service = start(now=lambda: clock.wall().timestamp())
    with service, courier(clock=clock, strict_outputs=True) as connector:
        yield World(service, connector)


@pytest.fixture(autouse=True)
def _counted(world: World, record_property: Callable[[str, object], None]) -> Iterator[None]:
    before = world.cases
    yield
    record_property("inputs that were tried", world.cases - before)


@pytest.mark.parametrize("key", KEYS)
def test_valid_inputs_reach_the_service_and_most_succeed(world: World, key: str) -> None:
    action = COURIER.find(key)
    least = required(action)
    outcomes: Counter[str] = Counter([world.outcome(action, least)])
    schema = jsonschema.Draft202012Validator(action.inputs)

    @storm
    @given(inputs=valid(action, least))
    def case(inputs: dict[str, Any]) -> None:
        assert schema.is_valid(inputs), "the storm keeps to the schema"
        outcomes[world.outcome(action, inputs)] += 1

    case()
    assert outcomes["succeeded"]


@pytest.mark.parametrize("kind", [nearly_valid, hostile], ids=["nearly valid", "hostile"])
@pytest.mark.parametrize("key", KEYS)
def test_other_inputs_meet_only_our_own_errors(world: World, key: str, kind: Any) -> None:
    action = COURIER.find(key)

    @storm
    @given(inputs=kind(action, required(action)))
    def case(inputs: dict[str, Any]) -> None:
        world.outcome(action, real(inputs))

    case()


@pytest.mark.parametrize("text", UNSPEAKABLE)
def test_what_python_cannot_write_or_walk_is_told_like_any_other_mistake(world: World, text: str) -> None:
    assert world.outcome(COURIER.find("get_list"), {"list_id": real(text)}) == "input"
