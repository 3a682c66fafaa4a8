"""The comparison with the facts sees what it is for."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from connector.definition.action import ActionDefinition
from tests.definitions import gaps
from tests.definitions.loaded import actions

Change = Callable[[dict[str, Any]], object]


def changed(operation_id: str, change: Change) -> list[str]:
    """What is found after a change of an action that was not found before."""
    (view,) = (view for view in actions() if view.definition.operation_id == operation_id)
    document = copy.deepcopy(view.document)
    document["examples"] = []
    before = found(ActionDefinition.model_validate(document))
    change(document)
    return [text for text in found(ActionDefinition.model_validate(document)) if text not in before]


def found(definition: ActionDefinition) -> list[str]:
    looks = (gaps.undocumented, gaps.unknown_places, gaps.unreached)
    return [text for look in looks for text in look(definition)]


def inputs(document: dict[str, Any]) -> Any:
    return document["inputs"]["properties"]


def outputs(document: dict[str, Any]) -> Any:
    return document["outputs"]["properties"]


CHANGES: dict[str, tuple[str, Change, str]] = {
    "another path": (
        "ListGet",
        lambda document: document["request"].update(path="/list/{list_id}"),
        "the request is GET /lists/{list_id}",
    ),
    "another summary": ("ListGet", lambda document: document.update(summary="Read a list"), "the summary is"),
    "an input gone": ("ListPut", lambda document: inputs(document).pop("name"), "no input is documented as name"),
    "an undocumented input gone": ("ListsGet", lambda document: inputs(document).pop("pattern"), "query pattern has"),
    "another query name": (
        "ListsGet",
        lambda document: inputs(document)["pattern"].update({"x-name": "patern"}),
        "no query parameter patern",
    ),
    "another header": (
        "MessageSendPost",
        lambda document: inputs(document)["idempotency"].update({"x-name": "X-Key"}),
        "the service reads no header X-Key",
    ),
    "another pointer": (
        "ListPut",
        lambda document: inputs(document)["name"].update({"x-pointer": "/title"}),
        "the service has nothing at /title",
    ),
    "another type": (
        "ListPut",
        lambda document: inputs(document)["name"].update(type="integer"),
        "name is documented as string, not integer",
    ),
    "another label": (
        "ListPut",
        lambda document: inputs(document)["name"].update(title="Label"),
        "has the title “Name”",
    ),
    "no longer required": (
        "ListGet",
        lambda document: document["inputs"].update(required=[]),
        "list_id must be required",
    ),
    "an output gone": ("ListGet", lambda document: outputs(document).pop("updated"), "no output updated"),
    "an output read elsewhere": (
        "ListGet",
        lambda document: outputs(document)["updated"].update({"x-pointer": "/changed"}),
        "the service has nothing at /changed",
    ),
    "no response": ("ListDelete", lambda document: outputs(document).pop("response"), "no output response (string)"),
    "an array for a text": (
        "ListGet",
        lambda document: outputs(document)["name"].update(type=["array", "null"], items={"type": "string"}),
        "name is documented as string, not array",
    ),
    "choices that are not the service's": (
        "BrandPost",
        lambda document: inputs(document)["placement"].update(enum=["top", "middle"]),
        "offers ['middle', 'top']; the service has ['bottom', 'left', 'right', 'top']",
    ),
    "another operation": (
        "ListGet",
        lambda document: document["request"].update(method="POST"),
        "the service has no operation POST /lists/{}",
    ),
}


@pytest.mark.parametrize(("operation_id", "change", "message"), CHANGES.values(), ids=CHANGES.keys())
def test_a_difference_is_reported(operation_id: str, change: Change, message: str) -> None:
    assert message in "\n".join(changed(operation_id, change))
