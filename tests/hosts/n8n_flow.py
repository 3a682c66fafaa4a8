"""Workflows and credentials as n8n imports them, and what its command line prints of an execution."""

from __future__ import annotations

import itertools
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
        parameters: What its fields hold.
        credential: Id of its credentials.
        on_error: n8n's name for what happens when it fails; the workflow stops when left out.
        tries: How often n8n tries it before it has failed.
    """

    name: str
    parameters: Json
    credential: str
    on_error: str | None = None
    tries: int = 1


def credentials(node: NodeData, key: str, base_url: str, name: str, **more: Any) -> Json:
    """Credentials in the clear, as n8n takes them in; the name is their id too."""
    return {
        "id": name,
        "name": name,
        "type": node.credential_name,
        "data": {"apiKey": key, "baseUrl": base_url, **more},
    }


def workflow(node: NodeData, name: str, steps: list[Step], count: int = 0) -> Json:
    """A workflow that starts by hand; the name is its id too.

    Args:
        node: The node as it is exported.
        name: Its name.
        steps: Its nodes, beside the trigger.
        count: Items that every step gets, each with its number in `n`; the trigger's one item without numbers when 0.
    """
    trigger = {
        "id": "trigger",
        "name": _TRIGGER,
        "type": "n8n-nodes-base.manualTrigger",
        "typeVersion": 1,
        "position": [0, 0],
        "parameters": {},
    }
    numbers = _numbers(count) if count else []
    connections: Json = {}
    way = [_TRIGGER, *(each["name"] for each in numbers)]
    links = [*itertools.pairwise(way), *((way[-1], step.name) for step in steps)]
    for start, end in links:
        connections.setdefault(start, {"main": [[]]})["main"][0].append({"node": end, "type": "main", "index": 0})
    nodes = [trigger, *numbers, *(_node(node, step, place) for place, step in enumerate(steps))]
    settings = {"executionOrder": "v1"}
    return {"id": name, "name": name, "active": False, "nodes": nodes, "connections": connections, "settings": settings}


def _numbers(count: int) -> list[Json]:
    """Nodes that make that many items."""
    made: list[Json] = [
        {
            "name": "Numbers",
            "type": "n8n-nodes-base.set",
            "typeVersion": 3.4,
            "parameters": {"mode": "raw", "jsonOutput": json.dumps({"n": list(range(count))}), "options": {}},
        },
        {
            "name": "Items",
            "type": "n8n-nodes-base.splitOut",
            "typeVersion": 1,
            "parameters": {"fieldToSplitOut": "n", "options": {}},
        },
    ]
    return [{"id": each["name"], "position": [80, 0], **each} for each in made]


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


def outputs(execution: Json, name: str) -> list[list[Json]]:
    """The whole items of each output of a node: its results, and those of its error branch."""
    data = execution["data"]["resultData"]["runData"].get(name, [{}])[0].get("data", {}).get("main") or []
    return [output or [] for output in data]


def items(execution: Json, name: str) -> list[Json]:
    """The values of the items that a node gave out, whichever way."""
    return [item["json"] for output in outputs(execution, name) for item in output]


def is_failure(item: Json) -> bool:
    """Whether an item stands for the error of a node that goes on after one."""
    return isinstance(item.get("error"), str) and "itemIndex" in item.get("details", {})


def failure(execution: Json, name: str) -> Json | None:
    """The error that a node ended with, if it did."""
    found: Json | None = execution["data"]["resultData"]["runData"].get(name, [{}])[0].get("error")
    return found
