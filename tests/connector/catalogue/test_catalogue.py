from __future__ import annotations

import pytest

from connector.errors import UnknownActionError
from tests.connector.parcels import GET, MakeBench, whole


@pytest.mark.parametrize(
    "name", ["get_parcel", "GetParcelOp", "Get parcel", "GET_PARCEL", " get parcel ", "getparcelop"]
)
def test_an_action_is_found_by_key_operation_id_and_summary(bench: MakeBench, name: str) -> None:
    assert bench().connector.find(name).key == "get_parcel"


def test_an_action_that_was_found_is_found_again(bench: MakeBench) -> None:
    connector = bench().connector
    found = connector.find("get_parcel")
    assert connector.find(found) is found
    assert repr(found) == "<Action get_parcel: Get parcel>"


@pytest.mark.parametrize(
    ("name", "proposed"),
    [
        ("get_parcle", "get_parcel"),
        ("get parcels", "get_parcel"),
        ("ListParcelOp", "list_parcels"),
        ("send", "send_parcel"),
        ("Sned parcel", "send_parcel"),
    ],
)
def test_a_mistyped_action_gets_proposals(bench: MakeBench, name: str, proposed: str) -> None:
    with pytest.raises(UnknownActionError) as caught:
        bench().connector.find(name)
    assert caught.value.error_code == "unknown_action"
    assert f"Did you mean “{proposed}”" in caught.value.message


def test_a_name_like_none_gets_no_proposal_and_is_cut(bench: MakeBench) -> None:
    with pytest.raises(UnknownActionError) as caught:
        bench().connector.find("Q" * 500)
    assert caught.value.message == f"There is no action “{'Q' * 80}”."


def test_an_action_tells_a_host_what_to_draw(bench: MakeBench) -> None:
    action = bench().connector.find("get_parcel")
    assert (action.operation_id, action.summary, action.group) == ("GetParcelOp", "Get parcel", "parcels")
    assert action.effects == {"readOnly": True, "destructive": False, "idempotent": True}
    assert (action.inputs, action.outputs) == (whole(GET)["inputs"], whole(GET)["outputs"])
    assert action.description == "Does it."


def test_what_a_host_does_to_a_description_reaches_no_run(bench: MakeBench) -> None:
    action = bench().connector.find("get_parcel")
    action.inputs.clear()
    action.effects.clear()
    assert action.inputs == whole(GET)["inputs"]
    assert action.effects == whole(GET)["effects"]
