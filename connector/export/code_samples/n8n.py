"""A run as a node of an n8n workflow: JSON to paste on the canvas, for the node of our n8n package."""

from __future__ import annotations

import json
from typing import Any

from connector.export.code_samples.sample import SampleRun
from connector.export.n8n.filled_form import parameters
from connector.export.n8n.node import NodeData
from connector.export.selection import ExportSelection
from connector.validation.file_values import with_files

_BINARY_FIELD = "data"
"""The name under which most nodes of n8n keep a file."""


def n8n(run: SampleRun) -> str:
    """The workflow with the one node. After pasting it, choose the credentials.

    Raises:
        ExportError: The node has no field for an input.
    """
    inputs = with_files(run.action.definition.inputs, run.inputs, lambda _: _BINARY_FIELD)
    node = NodeData.of(ExportSelection(run.bundle, [run.action]))
    paging: dict[str, Any] = {}
    if run.action.definition.pagination is not None and run.options:
        paging = {"returnAll": run.max_items is None} | ({"limit": run.max_items} if run.max_items else {})
    step = {
        "parameters": parameters(node, run.action, inputs, **paging),
        "name": run.action.summary,
        "type": f"{node.package_name}.{node.node_name}",
        "typeVersion": 1,
        "position": [0, 0],
    }
    return json.dumps({"nodes": [step], "connections": {}}, ensure_ascii=False, indent=2) + "\n"
