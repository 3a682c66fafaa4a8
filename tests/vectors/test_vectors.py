"""The Python runtime does what every vector says, and the vectors cover what they must."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.vectors import python_runtime
from tests.vectors.files import HERE, KINDS, Vector, actions, bundle, vectors
from tests.vectors.make import CONNECTOR, example_files

VECTORS = [vector for vector in vectors() if vector.kind in python_runtime.RUNTIME]
LEAST = 400


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)
def test_python_does_what_the_vector_says(vector: Vector) -> None:
    made = python_runtime.RUNTIME[vector.kind](vector.connector, vector.case)
    assert python_runtime.differences(vector.case["expect"], made) == {}


def test_every_vector_has_a_name_of_its_own_and_expects_something() -> None:
    ids = Counter(vector.id for vector in vectors())
    assert [name for name, count in ids.items() if count > 1] == []
    assert [vector.id for vector in vectors() if not vector.case["expect"]] == []


def test_the_vectors_of_the_examples_are_current() -> None:
    for name, text in example_files().items():
        assert (HERE / name).read_text(encoding="utf-8") == text, f"Run python -m tests.vectors.make: {name}"


def test_there_are_many_and_of_every_kind() -> None:
    kinds = Counter(vector.kind for vector in vectors())
    assert sum(kinds.values()) >= LEAST
    assert [kind for kind in KINDS if kinds[kind] == 0] == []


def test_every_action_has_vectors_of_requests_responses_and_mistakes() -> None:
    for kind in ("normalize", "validate", "request", "response"):
        found = {vector.case["action"] for vector in vectors() if (vector.kind, vector.connector) == (kind, CONNECTOR)}
        assert found >= set(actions(CONNECTOR)), kind


def test_every_error_code_has_a_vector() -> None:
    errors = [*bundle(CONNECTOR).manifest.errors]
    errors += [error for action in actions(CONNECTOR).values() for error in action.definition.errors]
    known = {error.code for error in errors}
    own = {
        *("input", "unknown_action", "connection", "missing_secret", "secret_form", "base_url", "refused", "throttled"),
        *("unavailable", "unknown_host", "proxy", "certificate", "header", "response_size", "outcome_unknown"),
        *("output", "cursor_repeats"),
    }
    expected = [vector.case["expect"] for vector in vectors()]
    codes = {each.get("error.code") or each.get("error", {}).get("code") for each in expected}
    codes |= {failure for vector in vectors() for failure in _failures(vector)}
    assert (known | own) - codes == set()


def _failures(vector: Vector) -> list[str]:
    """Failures of the transport after which a run goes on; their code is in no error then."""
    return [interaction["failure"] for interaction in vector.case.get("interactions", []) if "failure" in interaction]
