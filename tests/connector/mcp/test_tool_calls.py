"""What tools return to an agent: outputs, errors with every problem, and no secret."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from connector.export import select
from connector.export.mcp.tools import tool_list
from connector.testing import response
from tests.connector.mcp.clients import Era, call, server_of, talk, text_of
from tests.connector.parcels import API_KEY, LIST, SEND, Json, MakeBench, action, body

OK = response(200, {"id": "p1", "note": None})
PAGES = [
    response(200, {"parcels": [{"id": "1"}, {"id": "2"}], "paging": {"more": True, "cursor": "c2"}}),
    response(200, {"parcels": [{"id": "3"}], "paging": {"more": False}}),
]
WIDE = SEND | {"inputs": {**SEND["inputs"], "properties": {**SEND["inputs"]["properties"]}}}
WIDE["inputs"]["properties"]["weight"] = body("number", "Weight", **{"x-ms-visibility": "advanced"})


def test_the_tools_are_those_of_the_export_with_their_hints(bench: MakeBench, era: Era) -> None:
    made = bench()

    async def listed(client: Client) -> list[Json]:
        tools = (await client.list_tools()).tools
        return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]

    assert talk(server_of(made), era, listed) == tool_list(select(made.bundle), "all")
    assert talk(server_of(made, tools="meta"), era, listed) == tool_list(select(made.bundle), "meta")
    assert talk(server_of(made, tools="auto"), era, listed) == tool_list(select(made.bundle), "all")


def test_a_success_is_text_without_nulls_and_whole_structured_content(bench: MakeBench, era: Era) -> None:
    result = call(server_of(bench([OK])), era, "parcels_get_parcel", {"parcel_id": "a"})
    assert not result.is_error
    assert text_of(result) == '{"id":"p1"}'
    assert result.structured_content == {"id": "p1", "note": None}
    assert result.meta is not None
    assert (result.meta["run"]["status"], len(result.meta["run"]["attempts"])) == (200, 1)


def test_a_warning_is_text_of_its_own(bench: MakeBench, era: Era) -> None:
    result = call(server_of(bench([response(200, {"id": 7})])), era, "parcels_get_parcel", {"parcel_id": "a"})
    assert [part.text.split(":")[0] for part in result.content if part.type == "text"] == ['{"id"', "Warning"]


def test_wrong_inputs_are_an_error_with_every_problem_and_send_nothing(bench: MakeBench, era: Era) -> None:
    made = bench()
    result = call(server_of(made), era, "parcels_send_parcel", {"weight": "heavy", "recipent": "Ada"})
    assert result.is_error
    assert text_of(result).splitlines() == [
        "Send parcel: 3 problems with the inputs. Nothing was sent.",
        "- recipient: Recipient is required.",
        "- weight: Weight must be a number, not the text “heavy”.",
        "- recipent: Unknown field “recipent”. Did you mean “recipient”?",
    ]
    assert result.structured_content is None
    assert result.meta is not None
    error = result.meta["error"]
    assert (error["code"], [problem["field"] for problem in error["problems"]]) == (
        "input",
        ["recipient", "weight", "recipent"],
    )
    assert made.requests == []


def nested(depth: int) -> Json:
    return {"recipient": nested(depth - 1)} if depth else {}


@pytest.mark.parametrize("inputs", [nested(90), {"recipient": "Ada", "weight": [[[]] * 9] * 9}, {"": None}])
def test_inputs_of_any_shape_are_an_error_in_words(bench: MakeBench, era: Era, inputs: Json) -> None:
    result = call(server_of(bench()), era, "parcels_send_parcel", inputs)
    assert result.is_error
    assert "with the inputs. Nothing was sent." in text_of(result)


def test_the_error_of_the_service_says_what_to_do_and_its_request_id(bench: MakeBench, era: Era) -> None:
    server = server_of(bench([response(404, {"message": "gone"}, x_request_id="r-9")]))
    result = call(server, era, "parcels_get_parcel", {"parcel_id": "a"})
    assert result.is_error
    assert text_of(result) == "There is no parcel “a”. Parcels says: gone.\nLook at the list.\nRequest ID: r-9"
    assert result.meta is not None
    assert (result.meta["error"]["code"], result.meta["error"]["field"]) == ("parcel_not_found", "parcel_id")


def test_no_secret_is_in_a_result(bench: MakeBench, era: Era) -> None:
    replies = [response(400, {"message": f"{API_KEY} and 99887766"}), response(401, {"message": API_KEY})]
    server = server_of(bench(replies))
    for _ in replies:
        result = call(server, era, "parcels_send_parcel", {"recipient": "Ada", "pin": "99887766"})
        assert result.is_error
        assert API_KEY not in result.model_dump_json()
        assert "99887766" not in result.model_dump_json()


def test_a_defect_is_reported_without_its_message(bench: MakeBench, era: Era, caplog: pytest.LogCaptureFixture) -> None:
    handlers = f"def send_parcel(call):\n    raise RuntimeError('{API_KEY}')\n"
    server = server_of(bench(actions=[SEND], handlers=handlers))
    with caplog.at_level(logging.ERROR):
        result = call(server, era, "parcels_send_parcel", {"recipient": "Ada"})
    assert text_of(result) == "The server failed unexpectedly.\nIts log says where."
    assert "RuntimeError" in caplog.text
    assert API_KEY not in caplog.text + result.model_dump_json()


def test_an_unknown_tool_is_an_error_of_the_protocol_with_the_nearest_name(bench: MakeBench, era: Era) -> None:
    with pytest.raises(MCPError, match=r"no tool “parcels_get_parcels”. Did you mean “parcels_get_parcel”\?"):
        call(server_of(bench()), era, "parcels_get_parcels", {})


def test_other_inputs_are_passed_by_name(bench: MakeBench, era: Era) -> None:
    made = bench([OK, OK], actions=[WIDE])
    for others in ({"weight": 2}, '{"weight": 2}'):
        result = call(server_of(made), era, "parcels_send_parcel", {"recipient": "Ada", "other_inputs": others})
        assert not result.is_error
    assert [request.body for request in made.requests] == [{"recipient": "Ada", "weight": 2}] * 2


@pytest.mark.parametrize("others", ["{", "[1]", 7, [1]])
def test_other_inputs_that_are_no_object_are_an_error(bench: MakeBench, others: Any) -> None:
    server = server_of(bench(actions=[WIDE]))
    result = call(server, "legacy", "parcels_send_parcel", {"recipient": "Ada", "other_inputs": others})
    assert "other_inputs must be an object." in text_of(result)


def test_an_action_is_explained_with_the_inputs_that_are_asked_for(bench: MakeBench, era: Era) -> None:
    server = server_of(bench(actions=[WIDE]))
    important = text_of(call(server, era, "parcels_describe_action", {"action": "send_parcel"}))
    assert "Tool: parcels_send_parcel\n" in important
    assert '"recipient":{' in important
    assert '"weight":{' not in important
    assert "Ask for more inputs by name: weight" in important
    one = text_of(call(server, era, "parcels_describe_action", {"action": "parcels_send_parcel", "inputs": ["weight"]}))
    assert '"weight":{' in one
    assert '"recipient":{' not in one
    whole = text_of(call(server, era, "parcels_describe_action", {"action": "Send parcel", "inputs": "all"}))
    assert '"weight":{' in whole
    assert '"recipient":{' in whole
    wrong = call(server, era, "parcels_describe_action", {"action": "send_parcel", "inputs": ["wight"]})
    assert "wight: Unknown input. Did you mean “weight”?" in text_of(wrong)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({}, "action is required: the key of an action."),
        ({"action": 7}, "action is required: the key of an action."),
        ({"action": "send_parcle"}, "There is no action “send_parcle”. Did you mean “send_parcel”"),
    ],
)
def test_an_action_that_is_not_named_is_an_error(bench: MakeBench, arguments: Json, complaint: str) -> None:
    for name in ("parcels_describe_action", "parcels_change"):
        result = call(server_of(bench(), tools="meta"), "legacy", name, arguments)
        assert result.is_error
        assert complaint in text_of(result)


def test_few_tools_run_every_action(bench: MakeBench, era: Era) -> None:
    made = bench([OK, *PAGES])
    server = server_of(made, tools="meta")
    sent = call(server, era, "parcels_change", {"action": "send_parcel", "inputs": {"recipient": "Ada"}})
    assert text_of(sent) == '{"id":"p1"}'
    rows = call(server, era, "parcels_read", {"action": "list_parcels", "max_items": 3})
    assert text_of(rows) == '{"parcels":[{"id":"1"},{"id":"2"},{"id":"3"}],"more":false}'


def test_an_action_of_another_kind_is_refused_with_its_tool(bench: MakeBench, era: Era) -> None:
    made = bench()
    server = server_of(made, tools="meta")
    result = call(server, era, "parcels_read", {"action": "send_parcel", "inputs": {"recipient": "Ada"}})
    assert text_of(result) == "“send_parcel” is not an action to read. Use parcels_change."
    assert made.requests == []


@pytest.mark.parametrize("count", [0, True, "3", 1.5])
def test_a_number_of_rows_that_is_none_is_an_error(bench: MakeBench, count: Any) -> None:
    server = server_of(bench(), tools="meta")
    result = call(server, "legacy", "parcels_read", {"action": "list_parcels", "max_items": count})
    assert "max_items must be a whole number of 1 or more." in text_of(result)


def test_an_action_that_is_not_offered_cannot_be_run(bench: MakeBench, era: Era) -> None:
    server = server_of(bench(), tools="meta", read_only=True)
    result = call(server, era, "parcels_read", {"action": "send_parcel", "inputs": {"recipient": "Ada"}})
    assert text_of(result) == "This server does not offer the action “send_parcel”."
    with pytest.raises(MCPError, match="no tool “parcels_send_parcel”"):
        call(server_of(bench(), read_only=True), era, "parcels_send_parcel", {"recipient": "Ada"})


def test_actions_are_found_by_words_and_listed_without(bench: MakeBench, era: Era) -> None:
    server = server_of(bench(), tools="meta")
    every = text_of(call(server, era, "parcels_find_actions", {}))
    assert every.splitlines() == [
        "get_parcel (read): Get parcel",
        "list_parcels (read): List parcels",
        "post_once (change): Post once",
        "send_parcel (change): Send parcel",
    ]
    found = text_of(call(server, era, "parcels_find_actions", {"query": "send parcels"})).splitlines()
    assert found[0].startswith("send_parcel (change)")
    assert "No action has these words" in text_of(call(server, era, "parcels_find_actions", {"query": "xyzzy"}))


def test_a_result_that_drifted_from_the_definition_still_reaches_the_agent(bench: MakeBench, era: Era) -> None:
    reply = response(200, {"parcels": [{"id": 1, "note": {"new": True}}], "paging": {"more": "yes"}})
    result = call(server_of(bench([reply], actions=[LIST])), era, "parcels_list_parcels", {})
    assert not result.is_error
    assert "Warning: " in text_of(result)


def test_an_action_called_as_a_tool_of_every_server_is_refused(bench: MakeBench) -> None:
    made = bench(actions=[action("describe_action")])
    with pytest.raises(Exception, match="“describe_action” is a tool of every server"):
        server_of(made)


def test_half_a_character_in_a_response_reaches_the_agent_as_a_question_mark(bench: MakeBench, era: Era) -> None:
    reply = response(200, {"id": "p-\ud83c", "note": None})
    result = call(server_of(bench([reply])), era, "parcels_get_parcel", {"parcel_id": "a"})
    assert not result.is_error
    assert result.structured_content == {"id": "p-?", "note": None}
