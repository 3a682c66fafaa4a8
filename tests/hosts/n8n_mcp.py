"""n8n's own MCP Client node against the MCP server: it calls tools, and shows their errors."""

from __future__ import annotations

import json

from tests.hosts.mcp_clients import served
from tests.hosts.n8n_flow import Json, N8n, failure, items
from tests.hosts.n8n_story import expect

_NODE = "@n8n/n8n-nodes-langchain.mcpClient"
_TEXT: Json = {"user_id": "ada", "title": 'It\'s "quoted"', "body": "Line\n世界"}


def run(n8n: N8n) -> None:
    """Run the workflow and compare.

    Raises:
        SystemExit: Something is not as promised.
    """
    with served() as (url, header):
        token = header.removeprefix("Authorization: Bearer ")
        n8n.take("credentials", [{"id": "mcp", "name": "mcp", "type": "httpBearerAuth", "data": {"token": token}}])
        calls = {"send": ("courier_send_message", _TEXT), "wrong": ("courier_send_message", {"usr_id": "ada"})}
        n8n.take("workflow", [_workflow(url, calls)])
        execution = n8n.execute("mcp-client")
    (sent,) = items(execution, "send")
    expect("n8n's MCP client sends a message", bool(sent["structuredContent"]["requestId"]), True)
    shown = json.dumps([items(execution, "wrong"), failure(execution, "wrong")], ensure_ascii=False)
    expect("and shows what is wrong with inputs", "Did you mean “user_id”?" in shown, True)


def _workflow(url: str, calls: dict[str, tuple[str, Json]]) -> Json:
    start: Json = {
        "id": "start",
        "name": "Start",
        "type": "n8n-nodes-base.manualTrigger",
        "typeVersion": 1,
        "position": [0, 0],
        "parameters": {},
    }
    steps = [
        {
            "id": name,
            "name": name,
            "type": _NODE,
            "typeVersion": 1.1,
            "position": [240, 120 * place],
            "parameters": {
                "serverTransport": "httpStreamable",
                "endpointUrl": url,
                "authentication": "bearerAuth",
                "tool": {"__rl": True, "mode": "id", "value": tool},
                "inputMode": "json",
                "jsonInput": json.dumps(inputs),
            },
            "credentials": {"httpBearerAuth": {"id": "mcp", "name": "mcp"}},
            "onError": "continueRegularOutput",
        }
        for place, (name, (tool, inputs)) in enumerate(calls.items())
    ]
    links = [{"node": name, "type": "main", "index": 0} for name in calls]
    return {
        "id": "mcp-client",
        "name": "mcp-client",
        "active": False,
        "nodes": [start, *steps],
        "connections": {"Start": {"main": [links]}},
        "settings": {"executionOrder": "v1"},
    }
