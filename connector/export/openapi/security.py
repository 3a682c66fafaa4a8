"""The connection as security schemes: the headers and parameters that the service itself reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connector.definition import templates
from connector.definition.connection import ConnectionKind
from connector.definition.field import FieldSchema
from connector.definition.service import ConnectorDefinition

Json = dict[str, Any]

_BEARER = re.compile(r"Bearer \{connection\.[^{}]+\}")


def security(manifest: ConnectorDefinition) -> tuple[Json, list[Json]]:
    """The security schemes, and the requirements: one for each kind of connection, each with all schemes of it."""
    schemes: Json = {}
    requirements: list[Json] = []
    for kind in manifest.kinds:
        found = dict(_schemes(kind, manifest.connection.properties))
        schemes |= found
        requirements.append({name: [] for name in found})
    return schemes, requirements if schemes else []


def _schemes(kind: ConnectionKind, fields: Mapping[str, FieldSchema]) -> Iterator[tuple[str, Json]]:
    base, sent = kind.key or "connection", kind.authorization
    places = [(name, "header", template) for name, template in sent.headers.items()]
    places += [(name, "query", template) for name, template in sent.query.items()]
    several = len(places) + (sent.basic is not None) > 1
    named_elsewhere = set(sent.fields)
    rest = [name for name in kind.fields if name not in named_elsewhere]
    if sent.basic is not None:
        described = _described([*templates.connection_fields(*sent.basic.model_dump().values()), *rest], fields)
        yield f"{base}_basic" if several else base, {"type": "http", "scheme": "basic", "description": described}
        rest = []
    for name, place, template in places:
        described = _described([*templates.connection_fields(template), *rest], fields)
        rest = []
        scheme: Json = {"type": "apiKey", "in": place, "name": name, "description": described}
        if place == "header" and name.lower() == "authorization" and _BEARER.fullmatch(template):
            scheme = {"type": "http", "scheme": "bearer", "description": described}
        elif template not in map(templates.placeholder, sent.fields):
            scheme["description"] = f"{described} Format: `{template}`.".strip()
        yield f"{base}_{re.sub(r'[^A-Za-z0-9]+', '_', name).lower()}" if several else base, scheme


def _described(names: list[str], fields: Mapping[str, FieldSchema]) -> str:
    known = [(name, fields[name]) for name in names if name in fields]
    return " ".join(f"{field.title or name}: {field.description or ''}".strip() for name, field in known)
