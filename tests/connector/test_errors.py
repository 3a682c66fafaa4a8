from __future__ import annotations

import inspect
import json

import pytest

from connector import errors
from connector.errors import ConnectorError, ExitStatus, InputError, OutcomeUnknownError, Problem, ThrottledError

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


def test_exit_statuses_never_change() -> None:
    assert {status.name: int(status) for status in ExitStatus} == {
        "OK": 0, "UNEXPECTED": 1, "USAGE": 2, "INPUT": 3, "CONNECTION": 4, "REFUSED": 5, "WAIT": 6, "LATER": 7,
        "OUTPUT": 8, "DEFINITION": 9, "INTERRUPTED": 130,
    }  # fmt: skip
    assert {kind.__name__: int(kind.exit_status) for kind in KINDS} == {
        "ConnectorError": 1, "DefinitionError": 9, "InputError": 3, "UnknownActionError": 3, "AuthorizationError": 4,
        "RefusedError": 5, "ThrottledError": 6, "UnavailableError": 7, "NotSentError": 7, "ConnectionLostError": 7,
        "OutcomeUnknownError": 7, "OutputError": 8, "_ProblemsError": 1,
    }  # fmt: skip


def test_the_codes_of_errors_never_change() -> None:
    assert {kind.__name__: kind("It failed.").error_code for kind in KINDS if not kind.__name__.startswith("_")} == {
        "ConnectorError": "error", "DefinitionError": "definition", "InputError": "input",
        "UnknownActionError": "unknown_action", "AuthorizationError": "connection", "RefusedError": "refused",
        "ThrottledError": "throttled", "UnavailableError": "unavailable", "NotSentError": "unavailable",
        "ConnectionLostError": "unavailable", "OutcomeUnknownError": "outcome_unknown", "OutputError": "output",
    }  # fmt: skip


def test_only_what_may_go_well_later_is_retryable() -> None:
    assert {kind.__name__ for kind in KINDS if kind("It failed.").retryable} == {
        "ThrottledError", "UnavailableError", "NotSentError", "ConnectionLostError",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "retryable"),
    [
        *((code, False) for code in ("certificate", "base_url", "header", "response_size", "file")),
        *((code, True) for code in (None, "proxy", "unknown_host")),
    ],
)
def test_what_the_same_call_meets_again_is_not_retryable(code: str | None, retryable: bool) -> None:
    assert errors.NotSentError("It failed.", code=code).retryable is retryable
    assert OutcomeUnknownError("It failed.", code=code).retryable is False


def test_an_error_shows_what_is_known_and_leaves_out_the_rest() -> None:
    full = ConnectorError("No.", code="odd", hint="Do it.", status=404, request_id="r1", field="id")
    full.idempotency_key = "k1"
    assert full.to_dict() == {
        "code": "odd", "message": "No.", "hint": "Do it.", "field": "id", "status": 404, "request_id": "r1",
        "idempotency_key": "k1", "retryable": False,
    }  # fmt: skip
    assert str(full) == "No."
    assert ConnectorError("No.").to_dict() == {"code": "error", "message": "No.", "retryable": False}


def test_the_field_of_a_single_problem_is_that_of_the_error() -> None:
    assert InputError("One.", [Problem("a", "type", "A is wrong.")]).to_dict()["field"] == "a"
    assert "field" not in InputError("None.").to_dict()


def test_an_unknown_outcome_keeps_what_is_known_of_the_failure() -> None:
    failure = errors.UnavailableError("Broken.", status=503, request_id="r1", field="id", hint="Wait.", code="odd")
    assert OutcomeUnknownError.after(failure).to_dict() == {
        "code": "outcome_unknown",
        "message": "Broken. The service may have carried it out, so it was not sent again.",
        "hint": "Check whether it happened before you run it again.",
        "field": "id",
        "status": 503,
        "request_id": "r1",
        "retryable": False,
    }
