"""The lines of docs/hosts.md for the settings of hosts start the server and reach it."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from connector.cli.commands.mcp import mcp
from connector.mcp.transports import PATH
from connector.web.policy import TOKEN_VARIABLE
from tests.connector.mcp.test_transports import environment

DOCS = Path(__file__).resolve().parents[3] / "docs/hosts.md"
BLOCKS = dict(
    re.findall(r"<!-- ([a-z-]+) -->\n```(?:json|toml)\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
)
DEFAULTS = {option.name: option.default for option in mcp.params}


def settings(name: str) -> Any:
    content = BLOCKS[name]
    return tomllib.loads(content) if name.startswith("codex") else json.loads(content)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "section"), [("mcp-servers", "mcpServers"), ("vs-code", "servers")])
def test_a_host_starts_the_server_with_them(name: str, section: str, tmp_path: Path) -> None:
    server = settings(name)[section]["courier"]
    assert server["command"] == "/path/to/courier-connector"
    arguments = ["-m", "connector", "--connector", "courier", *server["args"]]
    parameters = StdioServerParameters(command=sys.executable, args=arguments, env=environment(tmp_path), cwd=tmp_path)

    async def tools() -> int:
        async with Client(parameters) as client:
            return len((await client.list_tools()).tools)

    assert asyncio.run(tools()) > 0


def test_a_host_reaches_the_server_with_them() -> None:
    cursor = settings("cursor-http")["mcpServers"]["courier"]
    code = settings("vs-code-http")
    codex = settings("codex-http")["mcp_servers"]["courier"]
    url = f"http://{DEFAULTS['address']}:{DEFAULTS['port']}{PATH}"
    assert {cursor["url"], code["servers"]["courier"]["url"], codex["url"]} == {url}
    assert cursor["headers"] == {"Authorization": "Bearer ${env:CONNECTOR_TOKEN}"}
    (asked,) = code["inputs"]
    assert code["servers"]["courier"]["headers"] == {"Authorization": f"Bearer ${{input:{asked['id']}}}"}
    assert codex["bearer_token_env_var"] == TOKEN_VARIABLE


def test_every_block_of_settings_is_tried() -> None:
    assert set(BLOCKS) == {"mcp-servers", "vs-code", "cursor-http", "vs-code-http", "codex-http"}
