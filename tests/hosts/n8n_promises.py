"""What the node promises of many items and of failures, held by a real n8n against a server that enforces a limit.

The package that n8n runs here has a renewal period of `PERIOD` seconds, so that 250 items take seconds, not minutes.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from connector import Connector
from connector.catalogue.action import Action
from connector.export.n8n.filled_form import parameters
from connector.export.n8n.node import ERROR_OUTPUT, NodeData
from connector.export.n8n.selects import ANY
from tests.hosts.n8n_flow import Json, N8n, Step, credentials, failure, items, outputs, workflow
from tests.hosts.n8n_service import Received, Reply, Service
from tests.hosts.n8n_story import expect, sentence

PERIOD = 5
"""Seconds."""

_LIMIT = 100
_MANY = 250
_KEY = "idempotency-key"
_BOTH: Json = {"user_id": "ada", "recipients": [{"user_id": "grace"}], "title": "Hi", "body": "There"}
_TEXT: Json = {"user_id": "ada", "title": "=1+1 {{ $env }} }}", "body": '{{name}}\n"it\'s" 世界'}


class _Limited:
    """The service: at most `_LIMIT` calls of an account in any `PERIOD` seconds, and faults by account."""

    def __init__(self) -> None:
        self.received: dict[str, list[Received]] = defaultdict(list)
        self.refused = 0

    def respond(self, request: Received) -> Reply | None:
        earlier = self.received[request.account]
        recent = [one for one in earlier if request.at - one.at < PERIOD]
        earlier.append(request)
        if len(recent) >= _LIMIT:
            self.refused += 1
            return Reply(429, headers=(("retry-after", str(PERIOD)),))
        return getattr(self, f"_{request.account}", _accepted)(request)

    def _branch(self, request: Received) -> Reply:
        return _refused() if _user(request) == "user-3" else _accepted(request)

    def _unavailable(self, request: Received) -> Reply:
        return Reply(503) if len(self.received["unavailable"]) < 3 else _accepted(request)

    def _again(self, request: Received) -> Reply:
        tries = [one for one in self.received["again"] if _user(one) == "user-2"]
        return _refused() if _user(request) == "user-2" and len(tries) == 1 else _accepted(request)

    def _lost(self, _: Received) -> None:
        return None

    def _late(self, request: Received) -> Reply:
        return Reply(429, headers=(("retry-after", "1"),)) if len(self.received["late"]) == 1 else _accepted(request)

    def _read(self, _: Received) -> Reply:
        return Reply(200, json.dumps({"id": "1-x", "status": "UNDELIVERABLE", "error": "No address"}))


def shorten_period(package: Path) -> None:
    """Put the short renewal period into an installed package."""
    (file,) = package.glob("dist/nodes/*/definitions.json")
    definitions = json.loads(file.read_text(encoding="utf-8"))
    definitions["connector"]["throttle"]["renewalPeriod"] = PERIOD
    file.write_text(json.dumps(definitions), encoding="utf-8")


def run(node: NodeData, n8n: N8n) -> None:
    """Run the workflows and compare.

    Raises:
        SystemExit: Something is not as promised.
    """
    service = _Limited()
    with Service(service.respond) as server:
        steps = _steps(node)
        names = [*dict.fromkeys(step.credential for step in steps), "many"]
        minute = _LIMIT * 60 // PERIOD
        accounts = [credentials(node, name, server.address, name, callsPerMinute=minute) for name in names]
        closed = credentials(node, "closed", "http://127.0.0.1:9", "closed")
        slow = credentials(node, "slow", server.address, "slow", callsPerMinute=minute // 50)
        n8n.take("credentials", [*(each for each in accounts if each["id"] not in {"closed", "slow"}), closed, slow])
        send = next(action for action in node.actions if action.key == "send_message")
        many = [Step("many", _to_everyone(node, send), "many")]
        n8n.take("workflow", [workflow(node, "many", many, _MANY), workflow(node, "promises", steps, 5)])
        execution = n8n.execute("many")
        _check_limit(service, outputs(execution, "many"))
        execution = n8n.execute("promises")
    _check_errors(execution, service)
    _check_retries(execution, service)


def _to_everyone(node: NodeData, send: Action) -> Json:
    """The parameters of a message with the signs of n8n's expressions in its texts, to another user for each item."""
    return parameters(node, send, _TEXT) | {"user_id": "={{ 'user-' + $json.n }}"}


def _steps(node: NodeData) -> list[Step]:
    actions = {action.key: action for action in node.actions}
    text = _to_everyone(node, actions["send_message"])
    mixed = parameters(node, actions["send_message"], _BOTH)
    expect("a form that has everything takes User ID and Recipients", mixed["send_to"], ANY)
    job = parameters(node, actions["run_bulk_job"], {"job_id": "job-1"})
    message = parameters(node, actions["get_message"], {"message_id": "1-x"})
    goes_on, branch = "continueRegularOutput", "continueErrorOutput"
    return [
        Step("branch", text, "branch", on_error=branch),
        Step("mixed", mixed, "mixed", on_error=branch),
        Step("unavailable", text, "unavailable"),
        Step("late", text, "late"),
        Step("again", text, "again", tries=2),
        Step("lost", job, "lost", on_error=goes_on, tries=2),
        Step("closed", job, "closed", on_error=goes_on),
        Step("read", message, "read", tries=3),
        Step("slow", text, "slow"),
    ]


def _check_limit(service: _Limited, given: list[list[Json]]) -> None:
    received = service.received["many"]
    expect("250 items in one go all succeed", [len(output) for output in given], [_MANY])
    expect("without a 429", service.refused, 0)
    expect("each with a call of its own", len({_user(one) for one in received}), _MANY)
    expect("and a key of its own", len({one.headers[_KEY] for one in received}), _MANY)
    contents = [one.body["message"]["content"] for one in received]
    expect("texts arrive as they were filled in", contents, [{name: _TEXT[name] for name in ("title", "body")}] * _MANY)
    expect("its result is paired with its item", [_paired(item) for item in given[0]], list(range(_MANY)))
    took = received[-1].at - received[0].at
    expect("all calls that the limit allows are used", 2 * PERIOD <= took < 3 * PERIOD, True)
    agents = {one.headers["user-agent"].split("/")[0] for one in received}
    expect("the service sees who calls", agents, {"n8n-nodes-courier-actions"})


def _check_errors(execution: Json, service: _Limited) -> None:
    good, bad = outputs(execution, "branch")
    expect("a refused item does not stop the others", [item["json"]["requestId"] for item in good], _users(0, 1, 2, 4))
    expect("it is in the error branch", len(bad), 1)
    expect("with its input", bad[0]["json"]["n"], 3)
    expect("paired with it", _paired(bad[0]), 3)
    expect("and says what the service said", "Not this one" in bad[0]["json"]["error"], True)
    details = bad[0]["json"]["details"]
    expect(
        "with its index and status", (details["itemIndex"], details["status"], details["retryable"]), (3, 400, False)
    )

    with Connector.load("courier") as connector:
        wanted = sentence(connector, "send_message", _BOTH)
    _, mixed = outputs(execution, "mixed")
    expect("User ID with Recipients is refused as in Python", {item["json"]["error"] for item in mixed}, {wanted})
    expect("every item of them", [_paired(item) for item in mixed], list(range(5)))
    expect("and nothing is sent", service.received["mixed"], [])

    lost = items(execution, "lost")
    expect("a write without a key is made once, although n8n retries it", len(service.received["lost"]), 5)
    expect("and its outcome is unknown", {item["details"]["code"] for item in lost}, {"outcome_unknown"})
    closed = items(execution, "closed")
    expect("what never left is to be tried later", {item["details"]["code"] for item in closed}, {"unavailable"})
    expect(
        "as Python says it", {item["error"].split("\n")[0] for item in closed}, {"The service could not be reached."}
    )

    expect(
        "a message's error is not n8n's", [item[ERROR_OUTPUT] for item in items(execution, "read")], ["No address"] * 5
    )
    expect("so it is read once", len(service.received["read"]), 5)


def _check_retries(execution: Json, service: _Limited) -> None:
    for name in ("unavailable", "late"):
        expect(f"{name}: a retry succeeds", [item["requestId"] for item in items(execution, name)], _users(*range(5)))
        keys = Counter(one.headers[_KEY] for one in service.received[name])
        expect(f"{name}: with the same key", max(keys.values()), len(service.received[name]) - 4)
        expect(f"{name}: and one per item", len(keys), 5)
    pause = service.received["late"][1].at - service.received["late"][0].at
    expect("Retry-After is waited for", pause >= 1, True)

    expect("n8n's own retry succeeds", [item["requestId"] for item in items(execution, "again")], _users(*range(5)))
    calls = [_user(one) for one in service.received["again"]]
    expect("and repeats nothing that succeeded", calls, _users(0, 1, 2, 2, 3, 4))
    tried = {one.headers[_KEY] for one in service.received["again"] if _user(one) == "user-2"}
    expect("with the key of the first try", len(tried), 1)
    expect("no item failed in the end", failure(execution, "again"), None)

    times = [one.at for one in service.received["slow"]]
    share = _LIMIT // 50
    gaps = [later - earlier for earlier, later in zip(times, times[share:], strict=False)]
    expect("Calls per Minute is kept to", min(gaps) >= PERIOD, True)


def _accepted(request: Received) -> Reply:
    return Reply(202, json.dumps({"requestId": _user(request)}))


def _refused() -> Reply:
    return Reply(400, json.dumps({"type": "invalid_request_error", "message": "Not this one"}))


def _user(request: Received) -> str:
    message: Any = (request.body or {}).get("message", {})
    return str(message.get("to", {}).get("user_id", ""))


def _users(*numbers: int) -> list[str]:
    return [f"user-{number}" for number in numbers]


def _paired(item: Json) -> int:
    paired = item["pairedItem"]
    return int(paired["item"] if isinstance(paired, dict) else paired)
