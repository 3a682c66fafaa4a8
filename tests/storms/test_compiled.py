"""What an action was compiled into says what its definition says, whatever the inputs and the response are.

Some hundreds of cases in the ordinary run; with HYPOTHESIS_PROFILE=nightly more than 20,000, others each time.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.catalogue.action import Action
from connector.http.request import body_of
from connector.http.response import HttpResponse, flatten
from tests.actions.test_every_action import required
from tests.connector.http.interpreted_body import written_body
from tests.connector.http.interpreted_response import read_outputs
from tests.courier import BUNDLE, courier
from tests.storms.inputs import nearly_valid, valid
from tests.storms.mutants import mutants

pytestmark = pytest.mark.slow

COURIER = courier()
KEYS = [action.key for action in COURIER.actions]
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
CASES = -(-20_500 // (2 * len(KEYS))) if NIGHTLY else 3
"""Per action, of inputs and of responses."""

storm = settings(
    max_examples=CASES,
    deadline=None,
    database=None,
    derandomize=not NIGHTLY,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def interpreted(key: str) -> Action:
    """The action, with everything left to what reads the definition anew each time."""
    action = Action(BUNDLE, key)
    for validator in action._validators:
        vars(validator)["accepts"] = lambda _: False
    vars(action)["_rules_hold"] = lambda _: False
    return action


@pytest.mark.parametrize("key", KEYS)
def test_inputs_have_the_problems_and_the_body_that_the_definition_says(key: str) -> None:
    action, reference = COURIER.find(key), interpreted(key)
    least = required(action)
    examples = [example.inputs for example in action.definition.examples]

    @storm
    @given(st.one_of(mutants(examples).filter(lambda made: isinstance(made, dict)), valid(action, least),
                     nearly_valid(action, least)))  # fmt: skip
    def case(inputs: dict[str, Any]) -> None:
        values, problems = action.validate_inputs(inputs)
        assert (values, problems) == reference.validate_inputs(inputs)
        if not problems:
            assert shown(body_of(action.definition, values)) == shown(written_body(action.definition, values))

    case()


@pytest.mark.parametrize("key", KEYS)
def test_a_response_has_the_outputs_that_the_definition_reads(key: str) -> None:
    action, reference = COURIER.find(key), interpreted(key)
    outputs = action.definition.outputs
    responses = [one.response for example in action.definition.examples for one in example.interactions]

    @storm
    @given(st.sampled_from([200, 202, 409]), mutants([response.body for response in responses] or [None]))
    def case(status: int, body: Any) -> None:
        response = HttpResponse(status, {}, json.dumps(body).encode())
        found = flatten(outputs, response)
        assert shown(found) == shown(read_outputs(outputs, response))
        assert action.output_problems(found) == reference.output_problems(found)

    case()


def shown(value: Any) -> str:
    """A value with its types and its order: in Python 1 is 1.0 and true."""
    return json.dumps(value)
