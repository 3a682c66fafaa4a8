"""What a real n8n does with the exported node: a workflow against the sandbox, every example, the promises; and MCP.

`n8n.sh` calls it: `python -m tests.hosts.n8n PROGRAM FOLDER PACKAGE`, with n8n's settings in the environment.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from connector.catalogue.catalogue import Catalogue
from connector.catalogue.loader import load
from connector.export import ExportSelection
from connector.export.n8n.node import NodeData
from tests.hosts import n8n_examples, n8n_mcp, n8n_promises, n8n_story
from tests.hosts.n8n_flow import N8n

_ROOT = Path(__file__).parent.parent.parent


def main(program: str, folder: Path, package: Path) -> None:
    """Run all, and end with an error where something is not as promised."""
    bundle = load(_ROOT)
    node = NodeData.of(ExportSelection(bundle, list(Catalogue(bundle))))
    n8n = N8n(program, folder)
    n8n_promises.shorten_period(package)
    started = time.monotonic()
    steps = n8n_story.run(node, n8n)
    say(f"{steps} steps against the sandbox, {time.monotonic() - started:.1f} s; n8n agrees with the runtime.")
    started = time.monotonic()
    n8n_promises.run(node, n8n)
    say(f"250 items at once, error branches, retries: {time.monotonic() - started:.1f} s; as promised.")
    started = time.monotonic()
    n8n_mcp.run(n8n)
    say(f"n8n's own MCP client, over HTTP: {time.monotonic() - started:.1f} s; as promised.")
    started = time.monotonic()
    count, found = n8n_examples.differences(node, n8n)
    if found:
        raise SystemExit("NOT SO:\n  " + "\n  ".join(found))
    took = f"{time.monotonic() - started:.1f} s"
    say(f"{count} examples of {len(node.actions)} actions, {took}: sent and read as they say.")


def say(words: str) -> None:
    """Report how it went."""
    print(words, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
