"""Writing an example: an action is run once against a response, and what was sent and read is written down."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle, LoadedAction
from connector.definition.action import ActionDefinition
from connector.definition.expand import expand
from connector.errors import ConnectorError
from connector.examples.run import run_once
from connector.http.body import shown


def recorded(
    bundle: Bundle, document: dict[str, Any], title: str, inputs: dict[str, Any], response: dict[str, Any]
) -> dict[str, Any]:
    """An example of an action, as its file has it.

    Args:
        bundle: The connector folder.
        document: The definition of the action, as its file has it, with `key` and `group`.
        title: Title of the example.
        inputs: Its inputs.
        response: What the service responds, as the format has it.
    """
    path = Path("definitions", document["group"], f"{document['key']}.json")
    example: dict[str, Any] = {"title": title, "inputs": inputs, "interactions": [{"response": response}]}
    whole = expand({**document, "examples": [example]}, path, None, bundle.manifest.since).document
    definition = ActionDefinition.model_validate(whole)
    with_it = replace(bundle, actions={**bundle.actions, definition.key: LoadedAction.of(definition, whole)})
    action = Action(with_it, definition.key)
    outcome, transport = run_once(with_it, action, definition.examples[0])
    if isinstance(outcome, ConnectorError):
        example["error"] = {"code": outcome.error_code} | ({"field": outcome.field} if outcome.field else {})
    else:
        example["outputs"] = outcome.fields
    if transport.requests:
        sent, default = transport.requests[0], definition.examples[0].interactions[0].request
        parts = urlsplit(sent.url)
        query = parse_qsl(parts.query, keep_blank_values=True)
        request: dict[str, Any] = {"query": [list(pair) for pair in query]} if query else {}
        body = shown(sent.encoding, sent.body)
        request |= {"body": body} if body is not None else {}
        base = urlsplit(bundle.manifest.base_url).path.rstrip("/")
        request |= {"path": parts.path.removeprefix(base)} if parts.path.removeprefix(base) != default.path else {}
        if request:
            example["interactions"] = [{"request": request, "response": response}]
    else:
        del example["interactions"]
    return example
