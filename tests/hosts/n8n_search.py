"""The lists of choices that the built node offers, compared with the connector's own on the same sandbox."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from connector import Connection, Connector
from connector.catalogue.catalogue import Catalogue
from connector.catalogue.loader import load
from connector.export import ExportSelection
from connector.export.n8n.node import NodeData
from sandbox import start

_HERE = Path(__file__).parent


def main(build: str) -> None:
    """Ask the built node for every list of choices."""
    bundle = load(_HERE.parent.parent)
    node = NodeData.of(ExportSelection(bundle, list(Catalogue(bundle))))
    with start() as sandbox, Connector.load("courier") as connector:
        account = Connection(api_key="test", base_url=sandbox.url)
        script = [str(_HERE / "n8n_search.cjs"), build, sandbox.url]
        told = json.loads(
            subprocess.run(["node", *script], capture_output=True, text=True, check=True, timeout=60).stdout
        )
        for name, source in node.searches.items():
            wanted_call = (source["shape"]["method"], source["shape"]["path"])
            action = next(
                action
                for action in node.sources.values()
                if (action.definition.request.method, action.definition.request.path) == wanted_call
            )
            rows = connector.run(action.key, {}, account, all_pages=True).fields[source["rows"]]
            wanted = [row[source["value"]] for row in rows]
            found = [choice["value"] for choice in told[name]["choices"]]
            if found != wanted or told[name]["filtered"][:1] != wanted[:1]:
                raise SystemExit(f"NOT SO: {name} offers {found}, and {wanted} are there")
    print(f"{len(told)} lists of choices, as the runtime has them.")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
