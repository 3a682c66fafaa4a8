"""An exported package in a Node.js process, asked line by line; `package_process.js` is its other end."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

Json = dict[str, Any]


class PackageProcess:
    """A program that responds to each line of JSON with one.

    Args:
        command: The program and its arguments.
        environment: Variables of the process beside this one's.
    """

    def __init__(self, command: Sequence[str], environment: dict[str, str] | None = None) -> None:
        outside = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        self._process = subprocess.Popen(
            command,
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
        """The response to a request, in one of the ways that the program knows."""
        assert self._process.stdout is not None
        self._write({"way": way, **request})
        return json.loads(self._process.stdout.readline())  # type: ignore[no-any-return]

    def interrupt(self, way: str, **request: Any) -> None:
        """Ask for what has no response, while another thread waits for the one to `ask`."""
        self._write({"way": way, **request})

    def _write(self, request: Json) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()

    def run(self, action: str, inputs: Json, **more: Any) -> Json:
        """Run an action through the package's connector, with a call limit of its own."""
        return self.ask("run", action=action, inputs=inputs, **more)
