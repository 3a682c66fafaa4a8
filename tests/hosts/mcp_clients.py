"""The MCP server with clients of others, over both transports.

`mcp.sh` calls it: `python -m tests.hosts.mcp_clients client PYTHON`, `python -m tests.hosts.mcp inspector PROGRAM`.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

Json = dict[str, Any]
_SERVER = [sys.executable, "-m", "connector", "--connector", "courier", "mcp", "--sandbox", "--tools", "all"]
_CLIENT = Path(__file__).with_name("mcp_handshake_client.py")
_SEND = {"user_id": "ada", "title": "=1+1 {{name}}", "body": 'It\'s "quoted"\n世界'}


@contextlib.contextmanager
def served(*options: str) -> Iterator[tuple[str, str]]:
    """The server over HTTP: its URL, and the header with its token."""
    process = subprocess.Popen([*_SERVER, "--http", "--port", "0", *options], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(20)


def handshake_client(python: str) -> None:
    """The official client of the handshake era lists and calls tools, and is asked."""
    _run([python, str(_CLIENT), "stdio", *_SERVER])
    with served() as (url, header):
        _run([python, str(_CLIENT), "http", url, header])
    _say("the official Python client 1.30, over stdio and HTTP: lists, calls, errors, consent.")


def inspector(program: str) -> None:
    """The Inspector finds the list portable, and calls tools, in both eras."""
    with served() as (url, header):
        over_http = [url, "--transport", "http", "--header", header]
        state = ["-e", f"CONNECTOR_STATE_DIR={os.environ['CONNECTOR_STATE_DIR']}"]
        for server in ([*_SERVER, *state], over_http):
            for era in ([], ["--protocol-era", "modern"]):
                _inspect([program, "--cli", *server, *era])
    _say("the Inspector's command line, over stdio and HTTP, in both eras: portable tools, results, errors.")


def _inspect(command: list[str]) -> None:
    listed = json.loads(_run([*command, "--method", "tools/list", "--strict"]).stdout)
    names = {tool["name"] for tool in listed["tools"]}
    _expect("the tools are there", {"courier_send_message", "courier_describe_action"} <= names, listed)
    call = [*command, "--method", "tools/call", "--tool-name", "courier_send_message", "--tool-args-json"]
    sent = json.loads(_run([*call, json.dumps(_SEND)]).stdout)
    _expect("a message is sent", bool(sent["structuredContent"]["requestId"]), sent)
    refused = subprocess.run([*call, '{"usr_id": "ada"}'], capture_output=True, text=True, check=False, timeout=60)
    _expect("an error is one", refused.returncode == 5, refused.stdout + refused.stderr)
    _expect("with every problem", "Did you mean “user_id”" in refused.stdout, refused.stdout)


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=dict(os.environ))
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)[:300]} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done


def _expect(what: str, holds: bool, found: object) -> None:
    if not holds:
        raise SystemExit(f"NOT SO: {what}: {str(found)[:2000]}")


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


if __name__ == "__main__":
    {"client": handshake_client, "inspector": inspector}[sys.argv[1]](sys.argv[2])
