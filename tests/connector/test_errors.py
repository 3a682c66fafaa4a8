from __future__ import annotations

import inspect
import json

import pytest

from connector import errors
from connector.errors import ConnectorError, InputError, Problem, ThrottledError

KINDS = sorted(
    (kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, ConnectorError)),
    key=lambda kind: kind.__name__,
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_a_value_that_json_can_carry(kind: type[ConnectorError]) -> None:
    shown = json.loads(json.dumps(kind("It failed.").to_dict()))
    assert (shown["code"], shown["message"], shown["retryable"]) == (kind.code, "It failed.", kind.retryable)
    assert kind.exit_status > 0


def test_a_failure_of_each_kind_of_person_has_an_exit_status_of_its_own() -> None:
    kinds: list[type[ConnectorError]] = [
        errors.DefinitionError,
        errors.InputError,
        errors.AuthorizationError,
        errors.RefusedError,
        errors.ThrottledError,
        errors.UnavailableError,
        errors.OutputError,
    ]
    assert len({kind.exit_status for kind in kinds}) == len(kinds)
    assert errors.OutcomeUnknownError.retryable is False


def test_several_problems_are_all_in_the_text_and_no_single_field_is_named() -> None:
    error = InputError("Two.", [Problem("a", "type", "A is wrong."), Problem("b", "type", "B is wrong.", "Mend it.")])
    assert str(error) == "Two.\n- A is wrong.\n- B is wrong."
    assert error.field is None
    assert error.to_dict() == {
        "code": "input",
        "message": "Two.",
        "retryable": False,
        "problems": [
            {"field": "a", "rule": "type", "message": "A is wrong.", "hint": ""},
            {"field": "b", "rule": "type", "message": "B is wrong.", "hint": "Mend it."},
        ],
    }


def test_a_throttled_run_says_how_long() -> None:
    assert ThrottledError("Wait.", wait=1.5).to_dict()["wait"] == 1.5
