"""The server: its tools, and what each of them does when it is called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mcp import types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolRequestParams, CallToolResult, InputRequiredResult, ListToolsResult

from connector.catalogue.action import Action
from connector.errors import ConnectorError, InputError, Problem, UnknownActionError
from connector.export.mcp.tools import DESCRIBE, FIND, OTHER_INPUTS, kind_of, tool_list, tool_name
from connector.mcp import explain, results
from connector.mcp.runs import run_action
from connector.mcp.settings import McpSettings
from connector.validation.messages import did_you_mean


def create_server(settings: McpSettings) -> Server[Any]:
    """The server of one connector, for any transport.

    Raises:
        ExportError: A tool has something that common hosts reject.
    """
    tool_calls = ToolCalls(settings)
    definition = settings.selection.manifest
    server: Server[Any] = Server(
        definition.key,
        version=definition.version,
        title=definition.title,
        description=definition.description,
        website_url=definition.website,
        on_list_tools=tool_calls.list_tools,
        on_call_tool=tool_calls.call_tool,
        get_tool_input_schema=tool_calls.input_schema,
    )
    server.middleware.append(RequestStateBoundary(RequestStateSecurity.ephemeral(), default_audience=definition.key))
    return server


class ToolCalls:
    """The handlers of the server."""

    def __init__(self, settings: McpSettings) -> None:
        self._settings = settings
        self._selection = settings.selection
        self._key = settings.selection.manifest.key
        documents = tool_list(settings.selection, settings.tools)
        self._tools = {document["name"]: types.Tool.model_validate(document) for document in documents}
        self._actions = {tool_name(self._key, action.key): action for action in self._selection.actions}
        self._one_tool_each = tool_name(self._key, FIND) not in self._tools

    def input_schema(self, name: str) -> Mapping[str, Any] | None:
        """The input schema of a tool, if there is one of that name."""
        tool = self._tools.get(name)
        return tool.input_schema if tool is not None else None

    async def list_tools(
        self, _context: ServerRequestContext[Any], _params: types.PaginatedRequestParams | None
    ) -> ListToolsResult:
        """All tools, on one page."""
        return ListToolsResult(tools=list(self._tools.values()))

    async def call_tool(
        self, context: ServerRequestContext[Any], params: CallToolRequestParams
    ) -> CallToolResult | InputRequiredResult:
        """The result of a call; an error too is a result, which the agent reads.

        Raises:
            MCPError: There is no tool of that name.
        """
        if params.name not in self._tools:
            message = f"There is no tool “{params.name[:80]}”. {did_you_mean(params.name, self._tools)}".rstrip()
            raise MCPError(types.INVALID_PARAMS, message)
        try:
            return await self._called(context, params, params.arguments or {})
        except ConnectorError as error:
            return results.of_error(error)
        except MCPError:
            raise
        except Exception as error:
            return results.of_unexpected(error)

    async def _called(
        self, context: ServerRequestContext[Any], params: CallToolRequestParams, arguments: Mapping[str, Any]
    ) -> CallToolResult | InputRequiredResult:
        name = params.name.removeprefix(f"{self._key}_")
        if name == DESCRIBE:
            return results.of_text(self._description(arguments))
        if self._one_tool_each:
            others = _object(arguments.get(OTHER_INPUTS), OTHER_INPUTS)
            own = {key: value for key, value in arguments.items() if key != OTHER_INPUTS}
            return await run_action(context, params, self._settings, self._actions[params.name], {**others, **own})
        if name == FIND:
            return results.of_text(explain.found_actions(self._selection, str(arguments.get("query") or "")))
        action = self._find(arguments)
        if kind_of(action) != name:
            raise InputError(f"“{action.key}” is not an action to {name}. Use {tool_name(self._key, kind_of(action))}.")
        inputs = _object(arguments.get("inputs"), "inputs")
        max_items = arguments.get("max_items")
        if max_items is not None and (not isinstance(max_items, int) or isinstance(max_items, bool) or max_items < 1):
            raise _wrong("max_items", "max_items must be a whole number of 1 or more.")
        return await run_action(context, params, self._settings, action, inputs, max_items)

    def _description(self, arguments: Mapping[str, Any]) -> str:
        names = arguments.get("inputs") or []
        if not isinstance(names, list):
            names = [names]
        return explain.description_of(
            self._selection, self._find(arguments), [str(name) for name in names], one_tool_each=self._one_tool_each
        )

    def _find(self, arguments: Mapping[str, Any]) -> Action:
        """The action that a call names by key, operation id, summary or the name of its tool.

        Raises:
            InputError: It names none, or one that this server does not offer.
        """
        name = arguments.get("action")
        if not isinstance(name, str) or not name.strip():
            raise _wrong("action", "action is required: the key of an action.")
        action = self._actions.get(name) or self._settings.connector.find(name)
        if action.key not in {offered.key for offered in self._selection.actions}:
            raise UnknownActionError(f"This server does not offer the action “{action.key}”.")
        return action


def _object(value: Any, name: str) -> Mapping[str, Any]:
    """The value of an argument that is an object, which some models send as JSON text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise _wrong(name, f"{name} must be an object.") from None
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _wrong(name, f"{name} must be an object.")
    return value


def _wrong(argument: str, message: str) -> InputError:
    return InputError("The arguments of the tool are not valid.", [Problem(argument, "argument", message)])
