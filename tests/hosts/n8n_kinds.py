"""A connector with three kinds of connection in a real n8n, which signs each call as Python does.

`n8n.sh` calls it: `python -m tests.hosts.n8n_kinds write FOLDER` writes the connector of the vectors as one to export,
and `python -m tests.hosts.n8n_kinds run PROGRAM FOLDER` runs a workflow once the node is installed.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from connector import Connection, Connector
from connector.catalogue.catalogue import Catalogue
from connector.catalogue.loader import load
from connector.export import ExportSelection
from connector.export.n8n import style
from connector.export.n8n.filled_form import parameters
from connector.export.n8n.node import NodeData
from tests.hosts.n8n_flow import N8n, Step, credentials, failure, items, workflow
from tests.hosts.n8n_service import Received, Reply, Service
from tests.hosts.n8n_story import expect

_DEPOT = Path(__file__).parents[1] / "vectors/depot"
_FIELDS: dict[str, dict[str, Any]] = {
    "api_key": {"key": "k & é=1", "account": "a-1"},
    "login": {"user": "ada", "password": "p:ä%"},
    "token": {"token": "Bearer t-1", "hook": "h-1", "lang": "de"},
}
_HEADERS = ("authorization", "x-static", "x-hook", "x-account")


def write(folder: Path) -> None:
    """Write the connector without its icons, which are not there, and with the publisher and the test of
    credentials that a package needs.
    """
    shutil.copytree(_DEPOT, folder)
    file = folder / "definitions/connector.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    for each in (manifest, *manifest["groups"].values()):
        del each["icon"]
    address = "https://depot.example"
    publisher = {"name": "Depot", "email": "depot@depot.example", "url": address}
    manifest["connection"]["test"] = "list_items"
    manifest["publication"] = {"publisher": publisher, "privacyPolicy": address, "categories": ["Productivity"]}
    file.write_text(json.dumps(manifest), encoding="utf-8")


def run(program: str, folder: Path) -> None:
    """Run a workflow with credentials of each kind, and compare what arrives with what Python sends."""
    bundle = load(folder)
    node = NodeData.of(ExportSelection(bundle, list(Catalogue(bundle))))
    n8n, received = N8n(program, folder), list[Received]()

    def respond(request: Received) -> Reply:
        received.append(request)
        return Reply(200, '{"id": "i-1"}')

    with Service(respond) as service, Connector(bundle) as connector:
        for kind, fields in _FIELDS.items():
            connector.run("list_items", {}, Connection(kind=kind, base_url=service.address, **fields))
        wanted = dict(zip(_FIELDS, map(_signature, received), strict=True))
        n8n.take("credentials", [_credentials(node, kind, service.address) for kind in _FIELDS])
        action = next(action for action in node.actions if action.key == "list_items")
        steps = [Step(kind, parameters(node, action, {}), kind) for kind in _FIELDS]
        n8n.take("workflow", [workflow(node, "kinds", steps)])
        done = n8n.execute("kinds")
        for kind, signature in wanted.items():
            received_here = [each for each in map(_signature, received[len(_FIELDS) :]) if each == signature]
            expect(f"a connection of the kind {kind} is signed as in Python", len(received_here), 1)
            expect("and its result arrives", (items(done, kind), failure(done, kind)), ([{"id": "i-1"}], None))


def _credentials(node: NodeData, kind: str, address: str) -> dict[str, Any]:
    fields = {style.camel(name): text for name, text in _FIELDS[kind].items()}
    made = credentials(node, "", address, kind, allowInsecure=True)
    return {**made, "data": {**made["data"], "kind": kind, **fields}}


def _signature(request: Received) -> tuple[Any, ...]:
    return request.path, request.query, {name: request.headers.get(name) for name in _HEADERS}


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]))
    else:
        run(sys.argv[2], Path(sys.argv[3]))
