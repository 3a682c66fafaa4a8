"""What common agent hosts reject in a tool, as checks.

They come from the limits that the hosts document and from reports of rejected tools; each names its host. A host that
rejects one tool often drops all tools of the server, so a limit of any common host is a check here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

MAX_NAME = 60
"""Characters of the server's name, a separator and the tool's name together (Cursor; OpenAI and Claude allow 64)."""
LONGEST_SERVER = 20
"""Characters of the name under which a user adds a server; people abbreviate a longer one."""
MAX_DESCRIPTION = 1024
"""Characters of a tool's description (OpenAI)."""
MAX_DEPTH = 10
"""Levels of nesting (OpenAI, structured outputs)."""
MAX_PROPERTIES = 5000
"""Properties in a schema (OpenAI, structured outputs)."""

ACCEPTED = frozenset({"type", "title", "description", "enum", "properties", "required", "items", "anyOf"})
"""The keywords of JSON Schema that all of them accept.

Not among them, for instance: `$ref` and `$defs` (Gemini; hosts that follow a recursive `$ref` never finish),
`oneOf`, `allOf`, `not`, `if`, `const`, `additionalProperties`, `default`, `examples` (Gemini), `pattern`, bounds such
as `maxLength` (the strict modes of OpenAI and Anthropic), `format` (OpenAI accepts nine values, Gemini others),
`$schema` (Gemini).
"""
TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object", "null"})

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_PROPERTY = re.compile(r"[a-zA-Z0-9_.-]{1,64}")


def problems(tool: Json, server: str) -> list[str]:
    """Everything about a tool that a common host rejects; `server` is the name under which a user adds the server."""
    found = [*_name(tool, server), *_description(tool)]
    schema = tool["inputSchema"]
    found += [f"inputSchema: {problem}" for problem in _root(schema)]
    for path, node, depth in _walk(schema):
        for rule in (_keywords, _type, _items, _choices, _union, _names):
            found += [f"inputSchema at {path or 'its root'}: {problem}" for problem in rule(node)]
        if depth > MAX_DEPTH:
            found.append(f"inputSchema at {path}: it is nested more than {MAX_DEPTH} levels deep (OpenAI)")
    if sum(len(node.get("properties", {})) for _, node, _ in _walk(schema)) > MAX_PROPERTIES:
        found.append(f"inputSchema: it has more than {MAX_PROPERTIES} properties (OpenAI)")
    return found


def _name(tool: Json, server: str) -> Iterator[str]:
    name = tool["name"]
    if not _NAME.fullmatch(name):
        yield f"the name “{name}” must have 1 to 64 letters, digits, _ and - (OpenAI, Anthropic)"
    if len(f"{server[:LONGEST_SERVER]}:{name}") > MAX_NAME:
        yield f"the server's name and “{name}” together have more than {MAX_NAME} characters (Cursor)"


def _description(tool: Json) -> Iterator[str]:
    length = len(tool["description"])
    if not 0 < length <= MAX_DESCRIPTION:
        yield f"the description must have 1 to {MAX_DESCRIPTION} characters and has {length} (OpenAI)"


def _root(schema: Json) -> Iterator[str]:
    if schema.get("type") != "object":
        yield "its type must be object (MCP)"
    if "properties" not in schema:
        yield "it must have properties, even if they are empty (OpenAI)"
    if "anyOf" in schema or "enum" in schema:
        yield "its root must not have anyOf or enum (Anthropic, OpenAI)"


def _keywords(node: Json) -> Iterator[str]:
    for keyword in sorted(node.keys() - ACCEPTED):
        yield f"not every host accepts the keyword “{keyword}”"


def _type(node: Json) -> Iterator[str]:
    if "anyOf" in node:
        if "type" in node:
            yield "it must not have both type and anyOf (Gemini)"
    elif not isinstance(node.get("type"), str) or node["type"] not in TYPES:
        yield "it must have exactly one type (Gemini)"


def _items(node: Json) -> Iterator[str]:
    if node.get("type") == "array" and not isinstance(node.get("items"), dict):
        yield "an array must have items (OpenAI, VS Code)"


def _choices(node: Json) -> Iterator[str]:
    choices = node.get("enum", [""])
    if not choices or not all(isinstance(choice, str) for choice in choices):
        yield "all values of its enum must be strings (Gemini)"


def _union(node: Json) -> Iterator[str]:
    if "anyOf" in node and len(node) > 1:
        yield "it must not have other keywords beside anyOf (Gemini on Vertex)"


def _names(node: Json) -> Iterator[str]:
    for name in node.get("properties", {}):
        if not _PROPERTY.fullmatch(name):
            yield f"the property “{name}” must have 1 to 64 letters, digits, _, . and - (Anthropic)"
    if "required" in node and not node["required"]:
        yield "required must not be empty (JSON Schema before draft 6)"
    for name in node.get("required", []):
        if name not in node.get("properties", {}):
            yield f"“{name}” is required but not a property (Gemini)"


def _walk(node: Json, path: str = "", depth: int = 1) -> Iterator[tuple[str, Json, int]]:
    yield path, node, depth
    for name, inner in node.get("properties", {}).items():
        yield from _walk(inner, f"{path}.{name}" if path else name, depth + 1)
    if isinstance(node.get("items"), dict):
        yield from _walk(node["items"], f"{path}[]", depth + 1)
    for branch in node.get("anyOf", []):
        yield from _walk(branch, path, depth)
