"""Where requests go, and what each carries for its connection: templates, filled with everything but the secrets.

Secrets stay `{connection.field}` here. `connector.connections.auth` puts them in when a request is sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from connector.connections.connection import check_base_url
from connector.definition import templates
from connector.definition.action import RequestTemplate
from connector.errors import AuthorizationError
from connector.secrets import printable, stripped

_HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
_SCHEME = re.compile(r"^https?://", re.IGNORECASE)


@dataclass(frozen=True)
class Endpoint:
    """Where the requests of a connection go.

    Attributes:
        base_url: The connection's own base URL, or the connector's, which may be a template.
        is_own: Whether it is the connection's own, so that actions have none of their own.
        values: The connection's values by field, without secrets.
        secrets: The names of its secret fields that have a value.
        headers: Templates of the headers of every request, by name.
        query: Templates of the parameters in the query of every request, by name.
        allow_insecure: Accept an `http://` URL of another machine.
    """

    base_url: str
    is_own: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    allow_insecure: bool = False

    def template(self, request: RequestTemplate) -> str:
        """The base URL of an action's requests: a template."""
        return self.base_url if self.is_own or request.base_url is None else request.base_url

    def value_of(self, name: str) -> str:
        """The value of `connection.field`; a secret, or one that is not known, stays in braces."""
        return self.values.get(name.removeprefix("connection.")) or f"{{{name}}}"


def fill_base_url(template: str, value_of: Callable[[str], str], *, allow_insecure: bool = False) -> str:
    """The base URL that a template makes, without a trailing slash.

    Args:
        template: The template.
        value_of: The value of each name in it; one in braces is a secret, or is not known.
        allow_insecure: Accept an `http://` URL of another machine.

    Raises:
        AuthorizationError: It is not a base URL; `field` is the name whose value is wrong.
    """
    pieces = templates.split(template)
    if len(pieces) == 1:
        return template.rstrip("/")
    made = pieces[0]
    for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
        value = value_of(name)
        try:
            made += (value if value == f"{{{name}}}" else _piece(name, value, made, allow_insecure)) + text
        except AuthorizationError as error:
            error.field = name
            raise
    return made.rstrip("/") if "{" in made else check_base_url(made, allow_insecure=allow_insecure)


def _piece(name: str, value: str, before: str, allow_insecure: bool) -> str:
    """A value in a base URL, after what is before it: a whole URL, a host name, or a segment of the path.

    One of the connection may be several segments, as its owner pastes them.
    """
    if not before:
        return check_base_url(value, allow_insecure=allow_insecure)
    if "/" not in _SCHEME.sub("", before):
        return host_name(value)
    try:
        return path_of(value) if name.startswith("connection.") else path_segment(value)
    except ValueError:
        raise AuthorizationError(f"“{value}” cannot be part of a path.", code="base_url") from None


def host_name(value: str) -> str:
    """The value as a host name or a part of one; a pasted `https://` and trailing slashes are taken off.

    Raises:
        AuthorizationError: It is not one.
    """
    host = _SCHEME.sub("", stripped(value)).rstrip("/")
    if not _HOST.fullmatch(host):
        raise AuthorizationError(
            f"“{printable(value)[:80]}” is not a host name.", code="host", hint="Example: api.example.com"
        )
    return host


def path_segment(text: str) -> str:
    """The text as exactly one segment of a path.

    Raises:
        ValueError: It is `.` or `..`, which servers and proxies resolve however they are encoded.
    """
    if text in {".", ".."}:
        raise ValueError("a dot segment cannot be sent")
    return quote(text, safe="")


def path_of(text: str) -> str:
    """The text as segments of a path, without slashes at its ends.

    Raises:
        ValueError: One of them is `.` or `..`.
    """
    segments = text.strip("/").split("/")
    if {".", ".."} & set(segments):
        raise ValueError("a dot segment cannot be sent")
    return quote("/".join(segments), safe="/;,:@&=+$!~*'()")
