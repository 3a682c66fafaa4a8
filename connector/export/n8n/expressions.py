"""Templates as n8n expressions over the fields of the credentials."""

from __future__ import annotations

import json
import re
from typing import Any

from connector.definition import templates
from connector.definition.connection import Authorization, ConnectionKind
from connector.definition.service import ConnectorDefinition
from connector.export.n8n import style


def authenticate(manifest: ConnectorDefinition) -> dict[str, Any]:
    """What n8n adds to every request; a header or parameter that is `undefined` is not sent."""
    if len(manifest.kinds) == 1:
        return _of_one_kind(manifest.kinds[0])
    headers = {kind.key: _headers(kind) for kind in manifest.kinds}
    query = {
        kind.key: {name: _joined(text, kind.authorization) for name, text in kind.authorization.query.items()}
        for kind in manifest.kinds
    }
    return {word: _of_kinds(found) for word, found in (("headers", headers), ("qs", query)) if any(found.values())}


def base_url(template: str) -> str:
    """The expression for the base URL of the credentials, else the template's, without a trailing slash."""
    fallback = f" || {_joined(template)}" if templates.names(template) else ""
    whole = f"($credentials.baseUrl{fallback})" if fallback else "$credentials.baseUrl"
    return f'={{{{ {whole}.replace(/\\/+$/, "") }}}}'


def in_credentials(template: str, sent: Authorization | None = None) -> str:
    """A template as text with expressions, or as it is."""
    made = templates.fill_connection(template, lambda field: f"{{{{ {_field(field, sent)} }}}}")
    return f"={made}" if made != template else template


def optional(template: str) -> str:
    """A template as an expression that is `undefined` unless all its fields are filled in."""
    fields = templates.connection_fields(template)
    if not fields:
        return template
    filled = " && ".join(f"$credentials.{style.camel(field)}" for field in fields)
    return f"={{{{ {filled} ? {_joined(template)} : undefined }}}}"


def _of_one_kind(kind: ConnectionKind) -> dict[str, Any]:
    sent = kind.authorization
    made: dict[str, Any] = {}
    for word, pairs in (("headers", sent.headers), ("qs", sent.query)):
        found = {}
        for name, text in pairs.items():
            needed = {*templates.connection_fields(text)} <= {*kind.required}
            found[name] = in_credentials(text, sent) if needed else optional(text)
        made |= {word: found} if found else {}
    if sent.basic is not None:
        made["auth"] = {part: in_credentials(text, sent) for part, text in sent.basic.model_dump().items()}
    return made


def _headers(kind: ConnectionKind) -> dict[str, str]:
    """The headers of a kind as expressions by name."""
    sent = kind.authorization
    found = {name: _joined(template, sent) for name, template in sent.headers.items()}
    if sent.basic is not None:
        pair = _joined(f"{sent.basic.username}:{sent.basic.password}", sent)
        found["Authorization"] = f'"Basic " + ({pair}).base64Encode()'
    return found


def _of_kinds(values: dict[str, dict[str, str]]) -> dict[str, str]:
    """Each pair as an expression that has the value of the kind of the credentials."""
    made = {}
    for name in dict.fromkeys(name for found in values.values() for name in found):
        chosen = "undefined"
        for key, found in reversed(values.items()):
            if name in found:
                chosen = f"$credentials.kind === {json.dumps(key)} ? {found[name]} : {chosen}"
        made[name] = f"={{{{ {chosen} }}}}"
    return made


def _joined(template: str, sent: Authorization | None = None) -> str:
    """A template as a sum of JavaScript."""
    pieces = templates.split(template)
    parts = [json.dumps(piece, ensure_ascii=False) for piece in pieces]
    for place in range(1, len(pieces), 2):
        parts[place] = _field(next(iter(templates.connection_fields(f"{{{pieces[place]}}}"))), sent)
    return " + ".join(part for part in parts if part != '""') or '""'


def _field(field: str, sent: Authorization | None = None) -> str:
    """A field of the credentials, without prefixes that users pasted if it is a secret that is sent."""
    value = f"$credentials.{style.camel(field)}.trim()"
    if sent is None or not sent.strip or field not in sent.fields:
        return value
    prefixes = "|".join(re.escape(prefix.strip()).replace("/", r"\/") for prefix in sent.strip)
    return rf'{value}.replace(/^(?:{prefixes})\s+/i, "")'
