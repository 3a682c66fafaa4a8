"""Authentication: how the secrets of a connection get onto a request, and how it looks where they must not be seen.

A request is built without secrets: where a template names one, it still has `{connection.field}`. `Auth.sign` is called
where the bytes leave, after everything that logs, previews or hashes a request; `Auth.mask` shows the same places.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, Self
from urllib.parse import quote, quote_plus

from connector.connections.connection import Connection, check_base_url
from connector.connections.endpoint import Endpoint, fill_base_url
from connector.connections.kinds import chosen_kind, kind_of, label, missing, strip_prefixes
from connector.definition import templates
from connector.definition.action import RequestTemplate
from connector.definition.connection import ConnectionKind
from connector.definition.service import ConnectorDefinition
from connector.errors import AuthorizationError
from connector.secrets import MASK, Secrets, SecretText, SecretTexts


class Unsigned(Protocol):
    """A request without its secrets.

    Attributes:
        url: With `{connection.field}` where a secret belongs.
        headers: Those without secrets.
        secret_headers: Those with secrets: texts, with the names of fields of the connection between them.
    """

    @property
    def url(self) -> str: ...  # noqa: D102
    @property
    def headers(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def secret_headers(self) -> Mapping[str, tuple[str, ...]]: ...  # noqa: D102


@dataclass(frozen=True)
class Auth:
    """The authentication of one connection.

    Attributes:
        connector: Says which fields the connection has.
        kind: The kind of connection; says where its secrets are sent.
        values: The connection's values as they are sent; in a preview, only those that are not secret.
        filled: The fields that have a value, as far as that is known.
        endpoint: Where requests go.
    """

    connector: ConnectorDefinition
    kind: ConnectionKind
    values: Secrets
    filled: frozenset[str]
    endpoint: Endpoint

    @classmethod
    def of(cls, connector: ConnectorDefinition, connection: Connection) -> Self:
        """The authentication of a connection.

        Raises:
            AuthorizationError: A required field is missing, or a value cannot be sent where it belongs.
        """
        kind = kind_of(connector, connection)
        given = Secrets({**connector.connection.defaults, **connection.reveal()})
        values = Secrets({name: value for name, value in strip_prefixes(kind, given).items() if value})
        for name in kind.required:
            if not values.get(name):
                raise missing(connector, name)
        _check_values(connector, kind, values)
        filled = frozenset(values)
        return cls(connector, kind, values, filled, endpoint_of(connector, connection, values, filled))

    @classmethod
    def preview(cls, connector: ConnectorDefinition, connection: Connection | None) -> Self:
        """The authentication of a connection for showing; it holds no secret, and nothing need be filled in."""
        connection = connection or Connection()
        kind = chosen_kind(connector, connection)
        given = Secrets({**connector.connection.defaults, **connection.reveal()})
        public = {name: text for name, text in given.items() if name not in connector.connection.secrets}
        values = Secrets(strip_prefixes(kind, public))
        filled = connection.fields if connection.fields >= set(kind.required) else frozenset(kind.fields)
        return cls(connector, kind, values, filled, endpoint_of(connector, connection, values, filled))

    def require(self, request: RequestTemplate) -> None:
        """Make sure that the connection has all that the requests of an action need; of each action this looks once.

        Raises:
            AuthorizationError: A value that the URL needs is missing, or one cannot be sent where it belongs.
        """
        if id(request) not in self._met:
            self._require(request)
            self._met[id(request)] = request

    @cached_property
    def _met(self) -> dict[int, RequestTemplate]:
        """The requests that the connection has all for."""
        return {}

    def _require(self, request: RequestTemplate) -> None:
        _check_headers(self.connector, (*self.connector.headers.values(), *request.headers.values()), self.values)
        base_url = self.endpoint.template(request)
        for name in templates.connection_fields(base_url, request.path):
            if not self.values.get(name):
                raise missing(self.connector, name)
        for name in templates.connection_fields(request.path):
            if self.values[name] in {".", ".."}:
                raise _invalid(self.connector, name, "cannot be part of a path")
        try:
            fill_base_url(base_url, self._value_of, allow_insecure=self.endpoint.allow_insecure)
        except AuthorizationError as error:
            error.field = (error.field or "").removeprefix("connection.") or None
            if error.field not in self.connector.connection.secrets:
                raise
            wrong = error.field
        else:
            return
        # Not inside the block above: the error there quotes the value.
        raise _invalid(self.connector, wrong, "is not a valid URL or host name")

    def _value_of(self, name: str) -> str:
        field = templates.connection_fields(f"{{{name}}}")
        return self.values.get(field[0], "") if field else f"{{{name}}}"

    @cached_property
    def hidden(self) -> SecretTexts:
        """The texts of the connection that may appear nowhere, in each of the forms in which they are sent."""
        return SecretTexts(dict.fromkeys(self._hidden()))

    def _hidden(self) -> Iterator[str]:
        for name in self.values:
            if name in self.connector.connection.secrets:
                value = self.values[name]
                yield from (
                    value,
                    value.rstrip("/"),  # as a base URL is sent
                    quote(value, safe=""),
                    quote_plus(value),
                    json.dumps(value, ensure_ascii=False)[1:-1],
                )
        pair = self._basic_pair(lambda name: self.values.get(name, ""))
        if pair is not None:
            encoded = encode_basic(pair).removeprefix("Basic ")
            yield from (encoded, encoded.rstrip("="), quote(encoded, safe=""))

    def sign(self, request: Unsigned) -> tuple[str, Secrets]:
        """The URL and the headers of a request with its secrets: what is sent."""
        url = self.url(request.url)
        return self._applied(url, request, lambda name: self.values.get(name, ""), encode_basic, _encoded)

    def url(self, url: str) -> SecretText:
        """A URL with the secrets in its place, and without those that this adds to its query."""
        whole = next(iter(templates.connection_fields(url)), "")
        if whole and url.startswith(templates.placeholder(whole)):
            address = check_base_url(self.values[whole], allow_insecure=self.endpoint.allow_insecure)
            url = address + url.removeprefix(templates.placeholder(whole))
        return SecretText(templates.fill_connection(url, lambda name: _encoded(self.values.get(name, ""))))

    def mask(self, request: Unsigned) -> tuple[str, dict[str, str]]:
        """The URL and the headers of a request with its secrets masked: what is shown."""
        url, headers = self.replace(request, lambda _: MASK, lambda _: f"Basic {MASK}")
        return str(url), dict(headers)

    def replace(
        self, request: Unsigned, value_of: Callable[[str], str], basic: Callable[[str], str]
    ) -> tuple[str, Secrets]:
        """The URL and the headers of a request with something in the place of each secret.

        Args:
            request: The request.
            value_of: What is shown for the value of a field of the connection.
            basic: The value of the header for a user name and a password that are joined by a colon.
        """
        return self._applied(request.url, request, value_of, basic, lambda text: text)

    def _applied(
        self,
        url: str,
        request: Unsigned,
        value_of: Callable[[str], str],
        basic: Callable[[str], str],
        encode: Callable[[str], str],
    ) -> tuple[str, Secrets]:
        url = templates.fill_connection(url, lambda name: encode(value_of(name)))
        given = {pair.partition("=")[0] for pair in url.partition("?")[2].split("&")} if self._query else ()
        for name, template in self._query:
            if _encoded(name) in given:
                continue  # the service's own URL of a next page has it
            value = templates.fill_connection(template, value_of)
            url += f"{'&' if '?' in url else '?'}{_encoded(name)}={encode(value)}"
        added = {
            name: "".join(value_of(part) if place % 2 else part for place, part in enumerate(parts))
            for name, parts in request.secret_headers.items()
        }
        for name, template in self._headers:
            added[name] = templates.fill_connection(template, value_of)
        pair = self._basic_pair(value_of)
        if pair is not None:
            added["Authorization"] = basic(pair)
        replaced = {name.lower() for name in added}
        kept = {name: value for name, value in request.headers.items() if name.lower() not in replaced}
        return SecretText(url), Secrets(kept | added)

    def _basic_pair(self, value_of: Callable[[str], str]) -> str | None:
        basic = self.kind.authorization.basic
        if basic is None or not self._is_filled(basic.username, basic.password):
            return None
        return templates.fill_connection(f"{basic.username}:{basic.password}", value_of)

    @cached_property
    def _query(self) -> list[tuple[str, str]]:
        return self._filled_pairs(self.kind.authorization.query)

    @cached_property
    def _headers(self) -> list[tuple[str, str]]:
        return self._filled_pairs(self.kind.authorization.headers)

    def _filled_pairs(self, pairs: Mapping[str, str]) -> list[tuple[str, str]]:
        return [(name, template) for name, template in pairs.items() if self._is_filled(template)]

    def _is_filled(self, *parts: str) -> bool:
        """Whether any field in templates has a value, or there is none in them."""
        fields = templates.connection_fields(*parts)
        return not fields or not self.filled.isdisjoint(fields)


def endpoint_of(
    connector: ConnectorDefinition, connection: Connection, values: Mapping[str, str], filled: frozenset[str]
) -> Endpoint:
    """Where the requests of a connection go; its secrets stay names."""
    secrets = connector.connection.secrets
    return Endpoint(
        base_url=connection.base_url or connector.base_url,
        is_own=connection.base_url not in {None, connector.base_url.rstrip("/")},
        values={name: value for name, value in values.items() if name not in secrets},
        secrets=secrets & filled,
        headers=connector.headers,
        query=connector.query,
        allow_insecure=connector.insecure or connection.allow_insecure,
    )


def identity_of(connector: ConnectorDefinition, connection: Connection) -> str:
    """The connection's identity, the same however its secret was pasted."""
    kind = chosen_kind(connector, connection)
    values: dict[str, Any] = strip_prefixes(kind, connection.reveal())
    if connector.connection.kinds:
        values = {name: value for name, value in values.items() if name in kind.fields}
    return Connection(base_url=connection.base_url, allow_insecure=True, **values).identity(connector.base_url)


def encode_basic(pair: str) -> str:
    """The header's value for a user name and a password that are joined by a colon (RFC 7617, in UTF-8)."""
    return "Basic " + base64.b64encode(pair.encode()).decode()


def _encoded(text: str) -> str:
    return quote(text, safe="")


def _check_values(connector: ConnectorDefinition, kind: ConnectionKind, values: Mapping[str, str]) -> None:
    """Make sure that the values can be sent where they belong."""
    sent = kind.authorization
    _check_headers(connector, sent.headers.values(), values)
    # No value in a variable of its own: what reports an error may show the variables.
    for name in values:
        if any(char < " " or "\x7f" <= char <= "\x9f" or "\ud800" <= char <= "\udfff" for char in values[name]):
            raise _invalid(connector, name, "contains invalid characters, such as a line break")
    username = sent.basic.username if sent.basic is not None else ""
    if ":" in templates.fill_connection(username, lambda name: values.get(name, "")):
        raise _invalid(connector, templates.connection_fields(username)[0], "contains a colon")


def _check_headers(connector: ConnectorDefinition, headers: Iterable[str], values: Mapping[str, str]) -> None:
    """Make sure that values can be sent in headers, which are templates.

    Blanks in a secret come from pasting too much, unless it is the whole header: such a key can be “Token abc”.
    """
    for template in headers:
        for name in templates.connection_fields(template):
            is_part = name in connector.connection.secrets and template != templates.placeholder(name)
            if not all(("!" if is_part else " ") <= char <= "~" for char in values.get(name, "")):
                raise _invalid(connector, name, "contains invalid characters, such as a space or a line break")


def _invalid(connector: ConnectorDefinition, name: str, reason: str) -> AuthorizationError:
    return AuthorizationError(
        f"The connection's {label(connector, name)} {reason}.",
        code="secret_form",
        field=name,
        hint="Copy it again, without anything before or after it.",
    )
