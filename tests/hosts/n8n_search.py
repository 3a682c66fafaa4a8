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
_LISTS = 40


def main(build: str) -> None:
    """Ask the built node for every list of choices, one of which has several pages."""
    bundle = load(_HERE.parent.parent)
    node = NodeData.of(ExportSelection(bundle, list(Catalogue(bundle))))
    with start() as sandbox, Connector.load("courier") as connector:
        account = Connection(api_key="test", base_url=sandbox.url)
        for number in range(_LISTS):
            connector.run("update_list", {"list_id": f"n8n.{number:02}", "name": f"List {number}"}, account)
        script = [str(_HERE / "n8n_search.cjs"), build, sandbox.url]
        reported = json.loads(
            subprocess.run(["node", *script], capture_output=True, text=True, check=True, timeout=60).stdout
        )
        pages = []
        for name, source in node.searches.items():
            has_pages = connector.find(source["action"]).definition.pagination is not None
            result = connector.run(source["action"], {}, account, all_pages=has_pages)
            pages.append(result.meta.pages)
            wanted = [row[source["value"]] for row in result.fields[source["rows"]]]
            found = [choice["value"] for choice in reported[name]["choices"]]
            if found != wanted or reported[name]["filtered"][-1:] != wanted[-1:]:
                raise SystemExit(f"NOT SO: {name} offers {found}, and {wanted} are there")
        if max(pages) == 1:
            raise SystemExit("NOT SO: no list of choices has a second page")
    print(f"{len(reported)} lists of choices of up to {max(pages)} pages, as the runtime has them.")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
