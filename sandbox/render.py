"""Render a message for a channel: Elemental content with variables filled in."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .channels import Integration
from .protocol import JsonObject

_VARIABLE = re.compile(r"\{\{\s*([\w$.-]+)\s*\}\}")
_TEXT_KEY = {"text": "content", "quote": "content", "action": "content", "html": "content", "image": "altText"}
_MAX_DEPTH = 20


def render(
    content: JsonObject,
    values: JsonObject,
    integration: Integration,
    *,
    locale: object,
    brand: JsonObject | None,
    translated: Mapping[str, str] = MappingProxyType({}),
) -> JsonObject:
    """The content on one channel.

    Args:
        content: a title and a body, or Elemental elements.
        values: the values of the variables: the message's data, and the profile as ``profile``.
        integration: the channel and provider.
        locale: the profile's locale, for content that is translated.
        brand: the brand, for the HTML of an email.
        translated: what texts say in the profile's language.
    """

    def shown_as(text: str) -> str:
        return _fill(translated.get(text, text), values)

    if "elements" not in content:
        title = shown_as(content["title"])
        blocks = [{"type": "text", "text": shown_as(content["body"])}]
        return _output(integration, title, blocks, blocks, brand)
    title = ""
    blocks = []
    for node in _nodes(content["elements"], integration):
        if node["type"] == "meta":
            title = shown_as(_title(node, locale))
        elif node["type"] != "html" or integration.channel == "email":
            blocks.append({"type": node["type"], "text": shown_as(_text(node, locale))})
    shown = [
        {**block, "text": re.sub(r"<[^>]*>", "", block["text"])} if block["type"] == "html" else block
        for block in blocks
    ]
    return _output(integration, title, blocks, shown, brand)


def _nodes(elements: list[JsonObject], integration: Integration, depth: int = 0) -> list[JsonObject]:
    own = [node for node in elements if node["type"] == "channel" and integration.named(node["channel"])]
    if own and depth < _MAX_DEPTH:
        raw = own[0].get("raw") or {}
        inner = own[0].get("elements")
        if inner is not None:
            shared = [node for node in elements if node["type"] == "meta"]
            return shared + _nodes(inner, integration, depth + 1)
        return [
            {"type": "meta", "title": raw.get("subject") or raw.get("title") or ""},
            {"type": "text", "content": str(raw.get("text") or raw.get("body") or "")},
            *([{"type": "html", "content": str(raw["html"])}] if raw.get("html") else []),
        ]
    return [node for node in elements if node["type"] != "channel" and _is_for(node, integration)]


def _is_for(node: JsonObject, integration: Integration) -> bool:
    return not node.get("channels") or any(integration.named(name) for name in node["channels"])


def _title(node: JsonObject, locale: object) -> str:
    own = (node.get("locales") or {}).get(str(locale)) or {}
    return str(own.get("title") or node.get("title") or "")


def _text(node: JsonObject, locale: object) -> str:
    translated = (node.get("locales") or {}).get(str(locale))
    if translated and translated.get("content") and node["type"] != "image":
        return str(translated["content"])
    return str(node.get(_TEXT_KEY.get(node["type"], "")) or node.get("alt_text") or "")


def _fill(text: str, values: JsonObject) -> str:
    return _VARIABLE.sub(lambda found: _value(values, found[1].removeprefix("data.")), text)


def _value(values: JsonObject, path: str) -> str:
    found: Any = values
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    if found is None:
        return ""
    return str(found).lower() if isinstance(found, bool) else str(found)


def _output(
    integration: Integration, title: str, blocks: list[JsonObject], shown: list[JsonObject], brand: JsonObject | None
) -> JsonObject:
    text = "\n".join(block["text"] for block in shown if block["text"])
    return {
        "channel": integration.channel,
        "channel_id": integration.channel_id,
        "content": {
            "html": _page(title, blocks, brand) if integration.channel == "email" else "",
            "title": title,
            "body": text,
            "subject": title,
            "text": text,
            "blocks": shown,
        },
    }


def _page(title: str, blocks: list[JsonObject], brand: JsonObject | None) -> str:
    colors = ((brand or {}).get("settings") or {}).get("colors") or {}
    color = html.escape(str(colors.get("primary") or "#333333"))
    body = "".join(_markup(block) for block in blocks)
    return (
        f"<!doctype html><html><head><title>{html.escape(title)}</title></head>"
        f'<body style="border-top: 4px solid {color}">{body}</body></html>'
    )


def _markup(block: JsonObject) -> str:
    if block["type"] == "html":
        return str(block["text"])
    if block["type"] == "divider":
        return "<hr>"
    tag = {"quote": "blockquote", "action": "button"}.get(block["type"], "p")
    return f"<{tag}>{html.escape(block['text'])}</{tag}>"
