"""Two inputs in one place of the body, and what keeps them apart: cases of `recorded`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.lint.sample_folder import ACTION, HANDLERS
from tests.connector.lint.mistakes import HEAD, changing, example, placed

HATS = changing(a=placed("Hat", **{"x-pointer": "/hat"}), b=placed("Cap", **{"x-pointer": "/hat"}))
BOTH = {"thing_id": "t", "a": "x", "b": "y"}
OWN = "async def get_thing(call):\n    return await send(call)\n\n\n"


def hats(handlers: str, *examples: dict[str, Any], **fields: dict[str, Any]) -> dict[str, Any]:
    """A change that gives the sample two inputs in one place of the body, a module of handlers and examples."""
    properties = {name: {**HATS[ACTION]["inputs"]["properties"][name], **fields.get(name, {})} for name in "ab"}
    action = {**HATS[ACTION], "inputs": {"properties": properties}, "examples": list(examples)}
    return {ACTION: action, HANDLERS: HEAD + handlers + "list_things = page\n"}


def checked(body: str) -> str:
    """A handler of the sample with a check."""
    return (
        f"from connector.errors import Problem\n\n\ndef _check(inputs):\n    {body}\n"
        "        yield Problem('a', 'choice', 'No hats.')\n\n\nget_thing = check(_check)(send)\n"
    )


COLLISIONS: dict[str, Mapping[str, Any]] = {
    "inputs in one place that an example sends together": hats(OWN, example(BOTH, outputs={"name": "n"})),
    "inputs in one place that are refused together": hats(OWN, example(BOTH, error={"code": "refused"})),
    "inputs in one place of which an example sends one": hats(
        OWN, example({"thing_id": "t", "a": "x"}, outputs={"name": "n"})
    ),
    "inputs in one place, without a handler": hats("get_thing = send\n", example(BOTH, outputs={"name": "n"})),
    "a check of one of two inputs in one place": hats(checked("if inputs.has('a'):")),
    "a check of two inputs in one place": hats(checked("if inputs.has('a') and inputs.has('b'):")),
    "a check that fails": hats(checked("raise KeyError\n    if inputs.has('a') and inputs.has('b'):")),
    "a check after one that fails": hats(
        checked("if inputs.has('a') and inputs.has('b'):").replace(
            "check(_check)", "check(lambda inputs: 1 / 0, _check)"
        )
    ),
    "a check of values": hats(
        checked("if (inputs.get('a'), inputs.get('b')) == ('top hat', 'round'):"),
        a={"examples": ["top hat", "cap"], "enum": ["cap", "top hat"]},
        b={"enum": ["round", "flat"]},
    ),
    "a check of values of types": hats(
        checked("if (inputs.get('a'), inputs.get('b')) == (1, 'text'):"),
        a={"type": "integer"},
        b={"format": "password"},
    ),
    "inputs in one place, and handlers that cannot be imported": hats("1 / 0\n"),
}
