"""What a tool returns: outputs as an agent reads them, and errors with every problem as text."""

from __future__ import annotations

import json
import logging
import traceback
from typing import Any

from mcp.types import CallToolResult, ImageContent, TextContent

from connector.call.result import Result
from connector.definition.file_value import CONTENT, CONTENT_TYPE
from connector.errors import ConnectorError, Problem
from connector.validation.json_values import is_encodable

_LOG = logging.getLogger(__name__)


def of_run(result: Result) -> CallToolResult:
    """The result of a run: the outputs without nulls as text, pictures among them, all as structured content."""
    files: list[ImageContent] = []
    fields = _encodable(dict(result.fields))
    outputs = _readable(fields, files)
    shown = compact(outputs) if outputs else "Done. The service returned no values."
    texts = [shown, *(f"Warning: {warning}" for warning in result.meta.warnings)]
    return CallToolResult(
        content=[*(TextContent(text=text) for text in texts), *files],
        structured_content=fields,
        _meta={"run": result.meta.model_dump(mode="json")},
    )


def _encodable(fields: dict[str, Any]) -> dict[str, Any]:
    """The outputs as a message can hold them: half a character becomes `?`."""
    text = json.dumps(fields, ensure_ascii=False)
    sendable: dict[str, Any] = fields if is_encodable(text) else json.loads(text.encode(errors="replace"))
    return sendable


def of_text(text: str) -> CallToolResult:
    """Text that an agent asked for."""
    return CallToolResult(content=[TextContent(text=text)])


def of_error(error: ConnectorError) -> CallToolResult:
    """An error as text, and in the form of `to_dict` beside it.

    It is not structured content, which clients compare with the schema of a success.
    """
    lines = [error.message]
    for problem in getattr(error, "problems", ()):
        lines.append(f"- {_with_key(problem)}{f' {problem.hint}' if problem.hint else ''}")
    lines += [text for text in (error.hint, f"Request ID: {error.request_id}" if error.request_id else "") if text]
    return CallToolResult(content=[TextContent(text="\n".join(lines))], is_error=True, _meta={"error": error.to_dict()})


def of_unexpected(error: BaseException) -> CallToolResult:
    """What a caller sees in place of an error that should not happen; where it happened is logged.

    The message of such an error may hold anything, so it is neither sent nor logged.
    """
    frame = traceback.extract_tb(error.__traceback__)[-1]
    _LOG.error("%s in %s, line %s (%s)", type(error).__name__, frame.filename, frame.lineno, frame.name)
    return of_error(ConnectorError("The server failed unexpectedly.", code="unexpected", hint="Its log says where."))


def compact(value: Any) -> str:
    """A value as JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _with_key(problem: Problem) -> str:
    return f"{problem.field}: {problem.message}" if problem.field else problem.message


def _readable(value: Any, pictures: list[ImageContent]) -> Any:
    """A value without nulls, and with the size of a file in place of its base64; its picture is added to `pictures`."""
    if isinstance(value, dict) and CONTENT in value and CONTENT_TYPE in value:
        content, kind = value[CONTENT], value[CONTENT_TYPE]
        if kind.startswith("image/"):
            pictures.append(ImageContent(data=content, mime_type=kind))
        size = len(content) * 3 // 4 - content.count("=", -2)
        return {key: item for key, item in value.items() if key != CONTENT} | {"size": size}
    if isinstance(value, dict):
        return {key: _readable(item, pictures) for key, item in value.items() if item is not None}
    return [_readable(item, pictures) for item in value] if isinstance(value, list) else value
