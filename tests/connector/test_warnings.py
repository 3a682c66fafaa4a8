"""What did not fail a run and should be known is a warning in its result."""

from __future__ import annotations

import pytest

from connector.errors import OutputError
from connector.testing import response
from tests.connector.parcels import GET, LIST, SEND, MakeBench


def test_a_field_emptied_on_purpose_is_named_for_nothing_is_cleared(bench: MakeBench) -> None:
    made = bench([response(200, {"id": "p"})], actions=[SEND])
    result = made.run("send_parcel", {"recipient": "ada", "pin": "", "weight": None})
    assert result.meta.warnings == ("Empty fields are not sent, so they change nothing: PIN.",)
    assert made.requests[0].body == {"recipient": "ada"}


@pytest.mark.parametrize("all_pages", [False, True])
def test_a_page_without_its_list_of_rows_is_pointed_out(bench: MakeBench, all_pages: bool) -> None:
    made = bench([response(200, {"things": []})], actions=[LIST])
    result = made.run("list_parcels", {}, all_pages=all_pages)
    assert result.meta.warnings[0] == "The response has no list “parcels”, so no rows are shown."


def test_an_output_of_the_wrong_type_is_pointed_out_without_its_value(bench: MakeBench) -> None:
    made = bench([response(200, {"id": "1", "note": ["k-5ec7e7-0123456789"]})], actions=[GET])
    warnings = made.run("get_parcel", {"parcel_id": "1"}).meta.warnings
    assert warnings == ("note must be text, not a list.",)


def test_a_secret_that_the_service_repeats_as_request_id_is_masked(bench: MakeBench) -> None:
    made = bench([response(200, {"id": "1"}, x_request_id="id-k-5ec7e7-0123456789")], actions=[GET])
    assert made.run("get_parcel", {"parcel_id": "1"}).meta.request_id == "id-••••••"


@pytest.mark.parametrize(("wrong", "count"), [(999, 1), (1_000, 0)])
def test_the_types_of_the_first_thousand_rows_are_checked(bench: MakeBench, wrong: int, count: int) -> None:
    rows = [{"id": 7 if place == wrong else "a"} for place in range(1_001)]
    made = bench([response(200, {"parcels": rows, "paging": {"more": False}})], actions=[LIST])
    assert len(made.run("list_parcels", {}).meta.warnings) == count


def test_the_types_of_all_rows_are_checked_where_they_have_to_fit(bench: MakeBench) -> None:
    rows = [{"id": 7 if place == 1_000 else "a"} for place in range(1_001)]
    made = bench([response(200, {"parcels": rows})], actions=[LIST], strict_outputs=True)
    with pytest.raises(OutputError) as caught:
        made.run("list_parcels", {})
    assert [problem.field for problem in caught.value.problems] == ["parcels[1000].id"]


def test_warnings_of_the_inputs_come_first_then_those_of_the_call_and_of_the_outputs(bench: MakeBench) -> None:
    made = bench([response(200, {"paging": {"more": 7}})], actions=[LIST])
    assert made.run("list_parcels", {"state": ""}).meta.warnings == (
        "Empty fields are not sent, so they change nothing: State.",
        "The response has no list “parcels”, so no rows are shown.",
        "more must be true or false, not a whole number.",
    )
