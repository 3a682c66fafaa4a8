"""Templates as n8n expressions over the fields of the credentials."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from connector.definition import templates
from connector.definition.connection import Authorization, ConnectionKind
from connector.definition.service import ConnectorDefinition
from connector.export.literals import json_text
from connector.export.n8n import style
from connector.export.n8n.typescript import text


def authenticate(manifest: ConnectorDefinition) -> dict[str, Any] | None:
    """What n8n adds to every request; None where it depends on the credentials what is sent at all.

    n8n sends an expression without a value as an empty text, so that such credentials need a function.
    """
    if len(manifest.kinds) > 1:
        return None
    kind = manifest.kinds[0]
    sent = kind.authorization
    pairs = {word: texts for word, texts in (("headers", sent.headers), ("qs", sent.query)) if texts}
    if not {*templates.connection_fields(" ".join(_texts(sent)))} <= {*kind.required}:
        return None
    made: dict[str, Any] = {
        word: {name: in_credentials(text, sent) for name, text in texts.items()} for word, texts in pairs.items()
    }
    if sent.basic is not None:
        made["auth"] = {part: in_credentials(text, sent) for part, text in sent.basic.model_dump().items()}
    return made


def statements(kind: ConnectionKind) -> Iterator[str]:
    """The TypeScript that adds what a kind of connection sends to `headers`, `qs` and `request`.

    `field` is there a function from the name of a field to its text.
    """
    sent = kind.authorization
    for target, texts in (("headers", sent.headers), ("qs", sent.query)):
        for name, template in texts.items():
            needed = [field for field in templates.connection_fields(template) if field not in kind.required]
            filled = " && ".join(_in_function(style.camel(field)) for field in dict.fromkeys(needed))
            assignment = f"{target}[{text(name)}] = {_joined(template, sent, _in_function)};"
            yield f"if ({filled}) {assignment}" if filled else assignment
    if sent.basic is not None:
        username, password = (_joined(each, sent, _in_function) for each in (sent.basic.username, sent.basic.password))
        yield f"request.auth = {{ username: {username}, password: {password} }};"


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
    filled = " && ".join(_credential(style.camel(field)) for field in fields)
    return f"={{{{ {filled} ? {_joined(template)} : undefined }}}}"


def fixed(value: Any) -> Any:
    """The value of a parameter; n8n takes a text that begins with `=` for an expression, so such a text becomes one."""
    return f"={{{{ {without_braces(json_text(value))} }}}}" if _is_expression(value) else value


def option_value(value: Any) -> Any:
    """The value of an option; a text that begins with `=` has a blank before it, which `package/inputs.ts` drops."""
    return f" {value}" if _is_expression(value) else value


def _is_expression(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("=")


def without_braces(literal: str) -> str:
    """A literal of a text in JavaScript whose braces do not end the expression around it."""
    return literal.replace("{", "\\u007b").replace("}", "\\u007d")


def _texts(sent: Authorization) -> list[str]:
    """The templates of what is sent."""
    basic = [] if sent.basic is None else [sent.basic.username, sent.basic.password]
    return [*sent.headers.values(), *sent.query.values(), *basic]


def _joined(template: str, sent: Authorization | None = None, read: Callable[[str], str] | None = None) -> str:
    """A template as a sum of JavaScript."""
    pieces = templates.split(template)
    parts = [json.dumps(piece, ensure_ascii=False) if read is None else text(piece) for piece in pieces]
    for place in range(1, len(pieces), 2):
        parts[place] = _field(next(iter(templates.connection_fields(f"{{{pieces[place]}}}"))), sent, read)
    return " + ".join(part for part in parts if part not in {'""', "''"}) or "''"


def _field(name: str, sent: Authorization | None = None, read: Callable[[str], str] | None = None) -> str:
    """A field of the credentials, without prefixes that users pasted if it is a secret that is sent."""
    value = (read or _in_expression)(style.camel(name))
    if sent is None or not sent.strip or name not in sent.fields:
        return value
    prefixes = "|".join(re.escape(prefix.strip()).replace("/", r"\/") for prefix in sent.strip)
    return rf'{value}.replace(/^(?:{prefixes})\s+/i, "")'


def _in_expression(name: str) -> str:
    return f"{_credential(name)}.trim()"


def _credential(name: str) -> str:
    return f"$credentials.{name}" if not name[:1].isdigit() else f'$credentials["{name}"]'


def _in_function(name: str) -> str:
    return f"field({text(name)})"
