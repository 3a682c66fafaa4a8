"""A destructive action asks a person first, in both eras of the protocol."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult, InputRequiredResult

from connector.testing import response
from tests.connector.mcp.clients import Era, call, server_of, talk, text_of
from tests.connector.parcels import Json, MakeBench, action, body, field

DELETE = action(
    "delete_parcel",
    {"parcel_id": field(title="Parcel ID", x_in="path"), "pin": body(title="PIN", writeOnly=True)},
    method="DELETE",
    path="/parcels/{parcel_id}",
    required=["parcel_id"],
    effects={"readOnly": False, "destructive": True, "idempotent": True},
)
INPUTS: Json = {"parcel_id": "a", "pin": "99887766"}


class Person:
    """Answers questions, and remembers them."""

    def __init__(self, action: Literal["accept", "decline", "cancel"]) -> None:
        self.action = action
        self.asked: list[str] = []

    async def __call__(self, _context: Any, params: ElicitRequestParams) -> ElicitResult:
        self.asked.append(params.message)
        return ElicitResult(action=self.action, content={} if self.action == "accept" else None)


def test_with_consent_it_runs_once(bench: MakeBench, era: Era) -> None:
    made, person = bench([response(204)], actions=[DELETE]), Person("accept")
    result = call(server_of(made), era, "parcels_delete_parcel", INPUTS, elicitation_callback=person)
    assert not result.is_error
    assert text_of(result) == "Done. The service returned no values."
    assert len(made.requests) == 1
    (question,) = person.asked
    assert question.startswith('Run “Delete parcel” with {"parcel_id":"a","pin":"••••••"}?')


@pytest.mark.parametrize("says", ["decline", "cancel"])
def test_without_consent_nothing_is_sent(bench: MakeBench, era: Era, says: Literal["decline", "cancel"]) -> None:
    made, person = bench(actions=[DELETE]), Person(says)
    result = call(server_of(made), era, "parcels_delete_parcel", INPUTS, elicitation_callback=person)
    assert result.is_error
    assert text_of(result) == "“Delete parcel” was declined.\nNothing was done."
    assert made.requests == []


def test_nobody_is_asked_about_inputs_with_problems(bench: MakeBench, era: Era) -> None:
    person = Person("accept")
    server = server_of(bench(actions=[DELETE]))
    result = call(server, era, "parcels_delete_parcel", {"parcel": "a"}, elicitation_callback=person)
    assert "Parcel ID is required." in text_of(result)
    assert person.asked == []


def test_nobody_is_asked_before_another_action_or_where_nobody_should_be(bench: MakeBench, era: Era) -> None:
    made, person = bench([response(200, {"id": "p1"}), response(204)]), Person("decline")
    assert not call(
        server_of(made), era, "parcels_send_parcel", {"recipient": "Ada"}, elicitation_callback=person
    ).is_error
    other = bench([response(204)], actions=[DELETE])
    server = server_of(other, confirm="never")
    assert not call(server, era, "parcels_delete_parcel", INPUTS, elicitation_callback=person).is_error
    assert person.asked == []


def test_a_client_that_cannot_ask_runs_it_unless_consent_is_required(bench: MakeBench, era: Era) -> None:
    made = bench([response(204)], actions=[DELETE])
    assert not call(server_of(made), era, "parcels_delete_parcel", INPUTS).is_error
    refused = call(server_of(made, confirm="always"), era, "parcels_delete_parcel", INPUTS)
    assert refused.is_error
    assert "this client cannot ask for it" in text_of(refused)
    assert len(made.requests) == 1


def test_the_tool_for_all_destructive_actions_asks_too(bench: MakeBench, era: Era) -> None:
    made, person = bench([response(204)], actions=[DELETE]), Person("accept")
    arguments = {"action": "delete_parcel", "inputs": INPUTS}
    server = server_of(made, tools="meta")
    assert not call(server, era, "parcels_destroy", arguments, elicitation_callback=person).is_error
    assert len(person.asked) == 1


def test_consent_to_one_call_is_none_to_another(bench: MakeBench) -> None:
    """A client of 2026-07-28 brings the answer itself; the sealed state fits only the arguments it was given for."""
    made = bench([response(204)], actions=[DELETE])
    yes = {"confirm": ElicitResult(action="accept", content={})}

    async def say(client: Client) -> list[CallToolResult | InputRequiredResult]:
        async def ask(arguments: Json, **more: Any) -> CallToolResult | InputRequiredResult:
            result: CallToolResult | InputRequiredResult = await client.session.call_tool(
                "parcels_delete_parcel", arguments, allow_input_required=True, **more
            )
            return result

        question = await ask({"parcel_id": "a"})
        assert isinstance(question, InputRequiredResult)
        without_state = await ask({"parcel_id": "a"}, input_responses=yes)
        assert isinstance(without_state, InputRequiredResult)
        for arguments, state in (({"parcel_id": "b"}, question.request_state), ({"parcel_id": "a"}, "delete_parcel")):
            with pytest.raises(MCPError, match="Invalid or expired requestState"):
                await ask(arguments, input_responses=yes, request_state=state)
        assert made.requests == []
        return [await ask({"parcel_id": "a"}, input_responses=yes, request_state=question.request_state)]

    (result,) = talk(server_of(made), "2026-07-28", say, elicitation_callback=Person("accept"))
    assert isinstance(result, CallToolResult)
    assert not result.is_error
    assert len(made.requests) == 1
