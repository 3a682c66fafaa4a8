"""The keyword arguments of a run."""

from __future__ import annotations

from typing import Any

import pytest

from connector.call.options import RunSettings
from tests.connector.parcels import MakeBench

NAMES = ["max_wait", "timeout", "all_pages", "max_items", "idempotency_key", "on_event"]


def test_what_is_left_out_is_as_the_definition_says() -> None:
    assert RunSettings.of("run", {}) == RunSettings()
    assert {getattr(RunSettings(), name) for name in NAMES if name != "all_pages"} == {None}


@pytest.mark.parametrize(
    ("options", "walks"),
    [({}, False), ({"all_pages": True}, True), ({"max_items": 5}, True), ({"all_pages": False, "max_items": 0}, True)],
)
def test_a_number_of_rows_asks_for_all_pages(options: dict[str, Any], walks: bool) -> None:
    assert RunSettings.of("run", options).walks_pages is walks


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("timeuot", "Did you mean “timeout”?"),
        ("xyzzy", f"The options are: {', '.join(NAMES)}."),
        *((name, None) for name in ("on_departure", "on_sent", "attempts", "max_first_wait")),
    ],
)
def test_an_option_that_does_not_exist_is_an_error_with_those_that_do(name: str, meant: str | None) -> None:
    with pytest.raises(TypeError) as caught:
        RunSettings.of("arun", {"timeout": 1, name: 1})
    assert str(caught.value).startswith(f"arun() has no option “{name}”. ")
    if meant is not None:
        assert str(caught.value).endswith(f"”. {meant}")


def test_each_way_to_run_says_its_own_name(bench: MakeBench) -> None:
    made = bench()
    for name in ("run", "iterate", "aiterate"):
        with pytest.raises(TypeError, match=rf"^{name}\(\) has no option “xyzzy”"):
            getattr(made.connector, name)("list_parcels", {}, made.connection, xyzzy=1)
