"""Workflows and credentials as n8n imports them, and what its command line prints of an execution."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.export.n8n.node import NodeData

Json = dict[str, Any]
_TRIGGER = "When run"


@dataclass(frozen=True)
class Step:
    """One node of a workflow.

    Attributes:
        name: Its name.
        parameters: What its boxes hold.
        credential: Id of its credentials.
        after: The node whose items it gets; the trigger when left out.
        on_error: n8n's word for what happens when it fails; the workflow stops when left out.
        tries: How often n8n tries it before it has failed.
    """

    name: str
    parameters: Json
    credential: str
    after: str = _TRIGGER
    on_error: str | None = None
    tries: int = 1


def credentials(node: NodeData, key: str, base_url: str, name: str) -> Json:
    """Credentials in the clear, as n8n takes them in; the name is their id too."""
    return {
        "id": name,
        "name": name,
        "type": node.credential_name,
        "data": {"apiKey": key, "baseUrl": base_url},
    }


def workflow(node: NodeData, name: str, steps: list[Step]) -> Json:
    """A workflow that starts by hand; the name is its id too."""
    trigger = {
        "id": "trigger",
        "name": _TRIGGER,
        "type": "n8n-nodes-base.manualTrigger",
        "typeVersion": 1,
        "position": [0, 0],
        "parameters": {},
    }
    connections: Json = {}
    for step in steps:
        main = connections.setdefault(step.after, {"main": [[]]})["main"]
        main[0].append({"node": step.name, "type": "main", "index": 0})
    nodes = [trigger, *(_node(node, step, place) for place, step in enumerate(steps))]
    settings = {"executionOrder": "v1"}
    return {"id": name, "name": name, "active": False, "nodes": nodes, "connections": connections, "settings": settings}


def _node(node: NodeData, step: Step, place: int) -> Json:
    made: Json = {
        "id": f"node-{place}",
        "name": step.name,
        "type": f"{node.package_name}.{node.node_name}",
        "typeVersion": 1,
        "position": [240, 120 * place],
        "parameters": step.parameters,
        "credentials": {node.credential_name: {"id": step.credential, "name": step.credential}},
    }
    if step.on_error:
        made["onError"] = step.on_error
    if step.tries > 1:
        made |= {"retryOnFail": True, "maxTries": step.tries, "waitBetweenTries": 10}
    return made


class N8n:
    """n8n's command line.

    Args:
        program: Path of `n8n`.
        folder: For the files that it reads.
    """

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder

    def take(self, kind: str, document: Any) -> None:
        """Import credentials or workflows."""
        file = self._folder / f"{kind}.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        self._run(f"import:{kind}", f"--input={file}", check=True)

    def execute(self, name: str) -> Json:
        """Run a workflow and return what n8n tells of the execution."""
        done = self._run("execute", f"--id={name}", "--rawOutput")
        start = re.search(r"^{$", done.stdout, re.MULTILINE)
        if start is None:
            raise AssertionError(f"n8n printed no result:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        found: Json = json.JSONDecoder().raw_decode(done.stdout[start.start() :])[0]
        return found

    def _run(self, *arguments: str, check: bool = False) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._program, *arguments], capture_output=True, text=True, check=check, timeout=300, env=dict(os.environ)
        )


def items(execution: Json, name: str) -> list[Json]:
    """The items that a node of the workflow gave out, whichever way."""
    data = execution["data"]["resultData"]["runData"].get(name, [{}])[0].get("data", {}).get("main") or []
    return [item["json"] | _failure(item) for output in data if output for item in output]


def _failure(item: Json) -> Json:
    return {"error": item["error"]} if "error" in item else {}


def is_failure(item: Json) -> bool:
    """Whether an item stands for the error of a node that goes on after one."""
    error = item.get("error")
    return isinstance(error, dict) and str(error.get("name", "")).startswith("Node")


def failure(execution: Json, name: str) -> Json | None:
    """The error that a node ended with, if it did."""
    found: Json | None = execution["data"]["resultData"]["runData"].get(name, [{}])[0].get("error")
    return found
