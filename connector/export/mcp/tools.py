"""The tools: one per action, or a few for all of them where one per action would fill an agent's context."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

from connector.catalogue.action import Action
from connector.export.errors import cannot_export
from connector.export.mcp.portability import LONGEST_SERVER, MAX_NAME, problems
from connector.export.mcp.schemas import PortableSchema
from connector.export.rule_texts import description_with_rules
from connector.export.selection import ExportSelection

Json = dict[str, Any]
ToolMode = Literal["auto", "all", "meta"]
"""One tool per action; a few tools for all actions; or the first as long as its list is small."""

MAX_TOKENS = 15_000
"""Size of the largest list of one tool per action that `auto` chooses."""
_CHARACTERS_PER_TOKEN = 4
"""Of tool lists in o200k: 4.2 to 4.5."""

OTHER_INPUTS = "other_inputs"
ALL = "all"
FIND, DESCRIBE, READ, CHANGE, DESTROY = "find_actions", "describe_action", "read", "change", "destroy"


def tool_list(selection: ExportSelection, mode: ToolMode = "all") -> list[Json]:
    """The tools of a connector, in catalogue order.

    Raises:
        ExportError: A tool has something that common hosts reject.
    """
    if mode == "meta":
        return meta_tools(selection)
    made = action_tools(selection)
    return meta_tools(selection) if mode == "auto" and estimated_tokens(made) > MAX_TOKENS else made


def estimated_tokens(tools: list[Json]) -> int:
    """About how many tokens a list of tools takes in an agent's context."""
    return len(json.dumps(tools, ensure_ascii=False, separators=(",", ":"))) // _CHARACTERS_PER_TOKEN


def tool_name(server: str, action: str) -> str:
    """The name of a tool: the connector's key, then the action's, abbreviated where hosts would reject the whole."""
    longest = MAX_NAME - len(f"{server[:LONGEST_SERVER]}:")
    left = longest - len(f"_{action}")
    if left > 0:
        return f"{server[:left].rstrip('_')}_{action}"
    return f"{action[: longest - 7]}_{hashlib.sha256(action.encode()).hexdigest()[:6]}"


def kind_of(action: Action) -> str:
    """The tool that runs an action where a few tools run all: `read`, `change` or `destroy`."""
    effects = action.definition.effects
    return READ if effects.read_only else DESTROY if effects.destructive else CHANGE


def action_tools(selection: ExportSelection) -> list[Json]:
    """One tool per action, and one that explains an action where a tool does not have all its inputs.

    Raises:
        ExportError: A tool has something that common hosts reject.
    """
    server = selection.manifest.key
    names = tool_names(selection)
    made = []
    for action in selection.actions:
        tool = _tool(action, server, names)
        if rejected := problems(tool, server):
            raise cannot_export(action, f"common hosts reject the tool, because {rejected[0]}")
        if action.key == DESCRIBE:
            raise cannot_export(action, f"“{DESCRIBE}” is a tool of every server")
        made.append(tool)
    leaves_out = any(OTHER_INPUTS in tool["inputSchema"]["properties"] for tool in made)
    return [*made, _describe_tool(selection)] if leaves_out else made


def tool_names(selection: ExportSelection) -> dict[str, str]:
    """The names of the tools by operation id."""
    return {action.operation_id: tool_name(selection.manifest.key, action.key) for action in selection.actions}


def meta_tools(selection: ExportSelection) -> list[Json]:
    """A few tools that find, explain and run all actions, one per kind of effect that the actions have."""
    server, title = selection.manifest.key, selection.manifest.title
    found = f"Find actions of {title} with {tool_name(server, FIND)}, explain their inputs with"
    ways = f"{found} {tool_name(server, DESCRIBE)}."
    texts = {
        READ: f"Run an action of {title} that only reads. {ways}",
        CHANGE: f"Run an action of {title} that sends, creates or changes something. {ways}",
        DESTROY: f"Run an action of {title} that may delete or overwrite something for good. {ways}",
    }
    kinds = {kind_of(action) for action in selection.actions}
    return [
        _find_tool(selection),
        _describe_tool(selection),
        *(_run_tool(selection, kind, text) for kind, text in texts.items() if kind in kinds),
    ]


def _tool(action: Action, server: str, names: Mapping[str, str]) -> Json:
    effects = action.definition.effects
    schema = PortableSchema(action, names, only_important=True)
    inputs = schema.schema()
    if schema.left_out:
        if OTHER_INPUTS in action.definition.inputs.properties:
            raise cannot_export(action, f"“{OTHER_INPUTS}” is an input of its tool already")
        text = f"Further inputs by name, as {tool_name(server, DESCRIBE)} lists them ({len(schema.left_out)} more)."
        inputs["properties"][OTHER_INPUTS] = {"type": "object", "description": text}
    deprecated = "Deprecated. " if action.definition.deprecated else ""
    return {
        "name": names[action.operation_id],
        "title": action.summary,
        "description": f"{deprecated}{description_with_rules(action)}",
        "inputSchema": inputs,
        "annotations": _annotations(
            action.summary, read_only=effects.read_only, destructive=effects.destructive, idempotent=effects.idempotent
        ),
    }


def _find_tool(selection: ExportSelection) -> Json:
    title = selection.manifest.title
    text = f"Find actions of {title} by words, such as “list subscribers”. Without words, lists all of them."
    properties = {"query": {"type": "string", "description": "Words of what the action does."}}
    return _meta(selection, FIND, f"Find {title} actions", text, properties, [])


def _describe_tool(selection: ExportSelection) -> Json:
    title = selection.manifest.title
    text = f"Explain an action of {title}: its inputs, an example and its outputs."
    properties = {
        "action": {"type": "string", "description": "The key of the action, such as " + _example(selection) + "."},
        "inputs": {
            "type": "array",
            "items": {"type": "string"},
            "description": f"Names of the inputs to explain; “{ALL}” for all of them. The important ones if left out.",
        },
    }
    return _meta(selection, DESCRIBE, f"Describe a {title} action", text, properties, ["action"])


def _run_tool(selection: ExportSelection, kind: str, text: str) -> Json:
    properties: Json = {
        "action": {"type": "string", "description": "The key of the action."},
        "inputs": {"type": "object", "description": "Its inputs by name."},
    }
    if kind == READ:
        text_of_rows = "For a list: at most this many rows, from as many pages as it takes. One page if left out."
        properties["max_items"] = {"type": "integer", "description": text_of_rows}
    title = f"{kind.capitalize()} in {selection.manifest.title}"
    return _meta(selection, kind, title, text, properties, ["action"])


def _meta(selection: ExportSelection, name: str, title: str, text: str, properties: Json, required: list[str]) -> Json:
    schema: Json = {"type": "object", "properties": properties} | ({"required": required} if required else {})
    kinds = [action.definition.effects for action in selection.actions if kind_of(action) == name]
    return {
        "name": tool_name(selection.manifest.key, name),
        "title": title,
        "description": text,
        "inputSchema": schema,
        "annotations": _annotations(
            title,
            read_only=name not in {CHANGE, DESTROY},
            destructive=name == DESTROY,
            idempotent=all(effects.idempotent for effects in kinds),
            open_world=name not in {FIND, DESCRIBE},
        ),
    }


def _annotations(title: str, *, read_only: bool, destructive: bool, idempotent: bool, open_world: bool = True) -> Json:
    return {
        "title": title,
        "readOnlyHint": read_only,
        "destructiveHint": destructive,
        "idempotentHint": idempotent,
        "openWorldHint": open_world,
    }


def _example(selection: ExportSelection) -> str:
    return next(action.key for action in selection.actions)
