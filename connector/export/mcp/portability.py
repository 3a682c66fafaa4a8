"""What common agent hosts refuse in a tool, as rules.

Gathered from the hosts' own limits and from reports of tools they refused; each rule says whose it is. A host that
refuses one tool often drops all tools of the server, so a rule that any common host has is a rule here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]
Rule = Callable[[Json], Iterator[str]]

LONGEST_NAME = 60
"""Characters of the server's name, a separator and the tool's name together (Cursor; OpenAI and Claude take 64)."""
LONGEST_DESCRIPTION = 1024
"""Characters of a tool's description (OpenAI)."""
DEEPEST = 10
"""Levels of nesting (OpenAI, structured outputs)."""
MOST_PROPERTIES = 5000
"""Properties in a schema (OpenAI, structured outputs)."""

TAKEN = frozenset({"type", "title", "description", "enum", "properties", "required", "items", "anyOf"})
"""The words of JSON Schema that all of them take.

Not among them, for instance: `$ref` and `$defs` (Gemini; hosts that follow a `$ref` into itself never come back),
`oneOf`, `allOf`, `not`, `if`, `const`, `additionalProperties`, `default`, `examples` (Gemini), `pattern`, bounds such
as `maxLength` (the strict modes of OpenAI and Anthropic), `format` (OpenAI takes nine of them, Gemini others),
`$schema` (Gemini).
"""
TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object", "null"})

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_PROPERTY = re.compile(r"[a-zA-Z0-9_.-]{1,64}")


def problems(tool: Json, server: str) -> list[str]:
    """Everything about a tool that a common host refuses.

    Args:
        tool: An entry of the tool list.
        server: The name under which a user adds the server.
    """
    found = [*_name(tool, server), *_description(tool)]
    for side in ("inputSchema", "outputSchema"):
        schema = tool[side]
        found += [f"{side}: {problem}" for problem in _root(schema)]
        for path, node, depth in _walk(schema):
            for rule in (_words, _type, _items, _choices, _union, _names):
                if rule is _union and side == "outputSchema":
                    continue
                found += [f"{side} at {path or 'its root'}: {problem}" for problem in rule(node)]
            if depth > DEEPEST:
                found.append(f"{side} at {path}: it is nested more than {DEEPEST} levels deep (OpenAI)")
        if sum(len(node.get("properties", {})) for _, node, _ in _walk(schema)) > MOST_PROPERTIES:
            found.append(f"{side}: it has more than {MOST_PROPERTIES} properties (OpenAI)")
    return found


def _name(tool: Json, server: str) -> Iterator[str]:
    name = tool["name"]
    if not _NAME.fullmatch(name):
        yield f"the name “{name}” is not made of 1 to 64 letters, digits, _ and - (OpenAI, Anthropic)"
    if len(f"{server}:{name}") > LONGEST_NAME:
        yield f"the server's name and “{name}” together are longer than {LONGEST_NAME} characters (Cursor)"


def _description(tool: Json) -> Iterator[str]:
    length = len(tool["description"])
    if not 0 < length <= LONGEST_DESCRIPTION:
        yield f"the description has {length} characters, not 1 to {LONGEST_DESCRIPTION} (OpenAI)"


def _root(schema: Json) -> Iterator[str]:
    if schema.get("type") != "object":
        yield "its type is not object (MCP)"
    if "properties" not in schema:
        yield "it has no properties, not even none (OpenAI)"
    if "anyOf" in schema or "enum" in schema:
        yield "it has alternatives at its root (Anthropic, OpenAI)"


def _words(node: Json) -> Iterator[str]:
    for word in sorted(node.keys() - TAKEN):
        yield f"not every host takes “{word}”"


def _type(node: Json) -> Iterator[str]:
    if "anyOf" in node:
        if "type" in node:
            yield "it has a type beside anyOf (Gemini)"
    elif not isinstance(node.get("type"), str) or node["type"] not in TYPES:
        yield "its type is not one single type (Gemini)"


def _items(node: Json) -> Iterator[str]:
    if node.get("type") == "array" and not isinstance(node.get("items"), dict):
        yield "a list says nothing of its entries (OpenAI, VS Code)"


def _choices(node: Json) -> Iterator[str]:
    choices = node.get("enum", [""])
    if not choices or not all(isinstance(choice, str) for choice in choices):
        yield "its choices are not all texts (Gemini)"


def _union(node: Json) -> Iterator[str]:
    if "anyOf" in node and len(node) > 1:
        yield "something stands beside anyOf (Gemini on Vertex)"


def _names(node: Json) -> Iterator[str]:
    for name in node.get("properties", {}):
        if not _PROPERTY.fullmatch(name):
            yield f"the property “{name}” is not made of 1 to 64 letters, digits, _, . and - (Anthropic)"
    if "required" in node and not node["required"]:
        yield "the list of what is required is empty (JSON Schema before draft 6)"
    for name in node.get("required", []):
        if name not in node.get("properties", {}):
            yield f"“{name}” is required, but no property (Gemini)"


def _walk(node: Json, path: str = "", depth: int = 1) -> Iterator[tuple[str, Json, int]]:
    yield path, node, depth
    for name, inner in node.get("properties", {}).items():
        yield from _walk(inner, f"{path}.{name}" if path else name, depth + 1)
    if isinstance(node.get("items"), dict):
        yield from _walk(node["items"], f"{path}[]", depth + 1)
    for branch in node.get("anyOf", []):
        yield from _walk(branch, path, depth)
