"""The last step of docs/tutorial.md: the tutorial's own connector as a node that a real n8n runs against its service.

`n8n.sh` calls it: `python -m tests.hosts.n8n_tutorial write FOLDER` follows the page up to the export, and
`python -m tests.hosts.n8n_tutorial run PROGRAM FOLDER` runs a workflow once the node is installed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from connector import Connection, Connector
from connector.catalogue.catalogue import Catalogue
from connector.catalogue.loader import load
from connector.export import ExportSelection
from connector.export.n8n.filled_form import parameters
from connector.export.n8n.node import NodeData
from tests.hosts.n8n_flow import N8n, Step, credentials, items, workflow
from tests.hosts.n8n_story import expect
from tests.test_tutorial import environment, script, service

_TITLE = "Run a workflow"


def write(folder: Path) -> None:
    """Follow the page: save its files, run its commands."""
    folder.mkdir(parents=True, exist_ok=True)
    with service(folder) as address:
        commands, _ = script(address)
        subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=folder,
            env=environment(folder),
            stdout=subprocess.DEVNULL,
            check=True,
        )


def run(program: str, folder: Path) -> None:
    """Run a workflow with the node, and end with an error where something is not as promised."""
    bundle = load(folder / "todo-connector")
    node = NodeData.of(ExportSelection(bundle, list(Catalogue(bundle))))
    n8n = N8n(program, folder)
    with service(folder) as address, Connector(bundle) as connector:
        n8n.take("credentials", [credentials(node, "secret", address, "todo")])
        actions = {action.key: action for action in node.actions}
        steps = [
            Step("create", parameters(node, actions["create_todo"], {"title": _TITLE}), "todo"),
            Step("complete", parameters(node, actions["complete_todo"], {"todo_id": "t-2"}), "todo"),
        ]
        n8n.take("workflow", [workflow(node, "tutorial", steps)])
        done = n8n.execute("tutorial")
        expect("a to-do is created", items(done, "create")[0]["title"], _TITLE)
        expect("another is completed", items(done, "complete")[0]["id"], "t-2")
        n8n.take("workflow", [workflow(node, "list", [_listing(node)])])
        here = connector.run("list_todos", {}, Connection(base_url=address, api_key="secret"), all_pages=True)
        expect("all pages are read as here", items(n8n.execute("list"), "list"), here.rows("todos"))


def _listing(node: NodeData) -> Step:
    action = next(action for action in node.actions if action.key == "list_todos")
    return Step("list", parameters(node, action, {}, returnAll=True), "todo")


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]))
    else:
        run(sys.argv[2], Path(sys.argv[3]))
