"""Every field with choices offers some in a fresh sandbox, those that depend on other inputs too."""

from __future__ import annotations

import pytest

from connector import InputError
from tests.courier import courier

from .conftest import World
from .test_every_action import known

COURIER = courier()
FIELDS = [
    (action.key, name)
    for action in COURIER.actions
    for name in action.definition.inputs.properties
    if action.definition.input(name).x_ms_dynamic_values is not None
]


@pytest.mark.parametrize(("key", "name"), FIELDS)
def test_a_field_with_choices_offers_some(world: World, key: str, name: str) -> None:
    found = world.connector.choices(key, name, world.connection, known(COURIER.find(key)))
    assert found
    assert all(choice.value and choice.label for choice in found)


def test_choices_wait_for_the_input_that_they_depend_on(world: World) -> None:
    offered = world.connector.choices("get_user_preference", "topic_id", world.connection, {"user_id": "ada"})
    assert ("topic-news", "News") in {(choice.value, choice.label) for choice in offered}
    for inputs in (None, {}, {"user_id": ""}):
        with pytest.raises(InputError, match="depend on User ID") as caught:
            world.connector.choices("get_user_preference", "topic_id", world.connection, inputs)
        assert [(problem.field, problem.message) for problem in caught.value.problems] == [
            ("user_id", "User ID is required.")
        ]
