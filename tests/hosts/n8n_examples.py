"""Every example of every definition that reaches the service, run by n8n against a server that plays the service.

An example is known by the key in its credentials. What the node sends must be what the example says, and what it
gives out must be the example's outputs. Where the node does less than the connector's own code, the difference is
listed here, and the package's README says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from connector.catalogue.action import Action
from connector.definition.example import Example
from connector.export.n8n.filled_form import parameters
from connector.export.n8n.node import ERROR_OUTPUT, NodeData
from connector.testing import EXAMPLE_KEY
from tests.hosts.n8n_flow import Json, N8n, Step, credentials, failure, is_failure, items, workflow
from tests.hosts.n8n_service import Received, Reply, Service

OTHERWISE = {
    ("create_or_update_audience", "body"),
    ("create_or_update_audience", "outputs"),
    ("get_audience", "outputs"),
    ("list_audiences", "outputs"),
}
"""What the node does otherwise than the connector's own code: the action, and in what."""
_KEY = "idempotency-key"


@dataclass
class Sample:
    """An example, and what came of it."""

    key: str
    action: Action
    example: Example
    requests: list[Received] = field(default_factory=list)
    faults: int = 0

    def respond(self, request: Received) -> Reply:
        """The example's response to a request, in their order, after as many faults."""
        self.requests.append(request)
        place = len(self.requests) - 1 - self.faults
        if place < 0:
            return Reply(503)
        said = self.example.interactions[min(place, len(self.example.interactions) - 1)].response
        text = said.text if said.text is not None else "" if said.body is None else json.dumps(said.body)
        return Reply(said.status, text, tuple(said.headers.items()))


def samples(node: NodeData) -> list[Sample]:
    """The examples that reach the service."""
    return [
        Sample(f"{action.key}-{place}", action, example)
        for action in node.actions
        for place, example in enumerate(action.definition.examples)
        if example.interactions
    ]


def differences(node: NodeData, n8n: N8n) -> tuple[int, list[str]]:
    """How many examples were run, and a sentence for everything that was not as they say."""
    every = samples(node)
    keyed = next(sample for sample in every if sample.action.definition.idempotency and not sample.example.error)
    again = Sample("again", keyed.action, keyed.example, faults=1)
    by_key = {sample.key: sample for sample in [*every, again]}
    with Service(lambda request: by_key[request.account].respond(request)) as service:
        # The word before the key may be pasted along with it.
        pasted = [f"{'' if place % 2 else ' bearer '}{sample.key}" for place, sample in enumerate([*every, again])]
        n8n.take(
            "credentials",
            [
                credentials(node, key, service.address, sample.key)
                for key, sample in zip(pasted, [*every, again], strict=True)
            ],
        )
        steps = [
            Step(sample.key, _parameters(node, sample), sample.key, on_error="continueRegularOutput")
            for sample in every
        ]
        steps.append(Step(again.key, _parameters(node, again), again.key))
        n8n.take("workflow", [workflow(node, "examples", steps)])
        execution = n8n.execute("examples")
    compared = [(sample, what, sentence) for sample in every for what, sentence in _compare(sample, execution)]
    found = [
        f"{sample.key} ({sample.example.title}): {sentence}"
        for sample, what, sentence in compared
        if (sample.action.key, what) not in OTHERWISE
    ]
    idle = OTHERWISE - {(sample.action.key, what) for sample, what, _ in compared}
    found += [f"{key}: the {what} are as elsewhere, so OTHERWISE is wrong" for key, what in sorted(idle)]
    return len(every), found + list(_keys(every, again))


def _keys(every: list[Sample], again: Sample) -> Iterator[str]:
    """Whether the node makes idempotency keys: another for every call, the same when it tries again."""
    tries = [sent.headers.get(_KEY) for sent in again.requests]
    if len(tries) != 2 or len(set(tries)) != 1:
        yield f"the key of a second try must be that of the first, but they are {tries}"
    made = [
        sent.headers.get(_KEY)
        for sample in every
        if sample.action.definition.idempotency and not sample.example.interactions[0].request.headers
        for sent in sample.requests
    ]
    if None in made or len({*made, *tries}) != len(made) + 1:
        yield f"every call must have a key of its own, but there are {made}"


def _parameters(node: NodeData, sample: Sample) -> Json:
    more: Json = {}
    if sample.action.definition.pagination is not None:
        more = {"wholePage": True, "returnAll": sample.example.all_pages}
    return parameters(node, sample.action, sample.example.inputs, **more)


def _compare(sample: Sample, execution: Json) -> Iterator[tuple[str, str]]:
    expected = [interaction.request for interaction in sample.example.interactions]
    if len(sample.requests) != len(expected):
        yield "calls", f"{len(expected)} calls expected, {len(sample.requests)} made {failure(execution, sample.key)}"
        return
    for request, sent in zip(expected, sample.requests, strict=True):
        for what in ("method", "path", "query", "body"):
            wanted = getattr(request, what)
            wanted = unquote(wanted) if what == "path" else sorted(wanted) if what == "query" else wanted
            found = getattr(sent, what)
            if wanted != found:
                yield what, f"the {what} should be {json.dumps(wanted)}, but is {json.dumps(found)}"
        for name, value in request.headers.items():
            # A key that the runtime makes is the node's own here; `_keys` looks at those.
            if value != EXAMPLE_KEY and sent.headers.get(name.lower()) != value:
                yield "headers", f"the header {name} should be {value}, but is {sent.headers.get(name.lower())}"
    yield from _compare_results(sample, items(execution, sample.key))


def _compare_results(sample: Sample, given: list[Json]) -> Iterator[tuple[str, str]]:
    refused = bool(given) and is_failure(given[0])
    if sample.example.error is not None:
        code = given[0]["details"].get("code") if refused else None
        if code != sample.example.error.code:
            yield "error", f"it should fail with {sample.example.error.code}, but gave {json.dumps(given)[:300]}"
        return
    if refused or len(given) != 1:
        yield "outputs", f"one item expected, but there is {json.dumps(given)[:500]}"
        return
    expected = dict(sample.example.outputs or {})
    if "error" in expected:
        expected[ERROR_OUTPUT] = expected.pop("error")
    for name in {**expected, **given[0]}:
        if expected.get(name, "(absent)") != given[0].get(name, "(absent)"):
            found, wanted = given[0].get(name, "(absent)"), expected.get(name, "(absent)")
            yield "outputs", f"{name} should be {json.dumps(wanted)}, but is {json.dumps(found)}"
