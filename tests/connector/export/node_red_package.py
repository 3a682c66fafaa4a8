"""The exported Node-RED package in a Node.js process, asked line by line."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from connector.catalogue.loader import Bundle
from connector.export import export, write_files

Json = dict[str, Any]
HOST = Path(__file__).with_name("node_red_host.js")


class NodeRedPackage:
    """The package of a connector folder, running.

    Args:
        node: The path of Node.js.
        bundle: The connector folder.
        folder: Where the package is written.
        environment: Variables of the process beside this one's.
    """

    def __init__(self, node: str, bundle: Bundle, folder: Path, environment: dict[str, str] | None = None) -> None:
        self.folder = folder
        write_files(export(bundle, "node-red"), folder, "node-red")
        outside = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        self._process = subprocess.Popen(
            [node, str(HOST), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**outside, **(environment or {})},
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, way: str, **request: Any) -> Json:
        """The response to a request; node_red_host.js has the ways."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"way": way, **request}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())  # type: ignore[no-any-return]

    def run(self, action: str, inputs: Json, **more: Any) -> Json:
        """Run an action through the package's connector, with a call limit of its own."""
        return self.ask("run", action=action, inputs=inputs, **more)
