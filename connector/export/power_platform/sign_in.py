"""How a connection of the package signs in: what the platform sends by itself, and what is left to policies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.definition import templates
from connector.definition.connection import Authorization
from connector.definition.service import ConnectorDefinition
from connector.export.errors import ExportError

Json = dict[str, Any]


@dataclass(frozen=True)
class SignIn:
    """The authentication of the package.

    Attributes:
        definitions: `securityDefinitions`: at most one.
        names: The names of connection parameters that are not those of the fields.
        by_policy: What policies send.
        header: The header that the secret is sent in, for the readme; empty if it is in none.
    """

    definitions: Json
    names: Mapping[str, str]
    by_policy: Authorization
    header: str = ""

    @property
    def required(self) -> list[Json]:
        """`security`."""
        return [{name: []} for name in self.definitions]

    def expression(self, template: str) -> str:
        """A template as an expression of a policy."""
        return templates.fill_connection(template, lambda field: f"@connectionParameters('{self.name(field)}')")

    def name(self, field: str) -> str:
        """The name of the connection parameter of a field."""
        return self.names.get(field, field)


def sign_in(manifest: ConnectorDefinition) -> SignIn:
    """The authentication of a connector.

    Raises:
        ExportError: There are several kinds of connection, or a user name or password that is made of several parts.
    """
    if len(manifest.kinds) > 1:
        raise ExportError(
            "The Power Platform package cannot express “connection.kinds”: it has one way to sign in, and this"
            f" connector has {len(manifest.kinds)}."
        )
    sent = manifest.kinds[0].authorization
    if sent.basic is not None:
        return _basic(sent)
    if "" not in (first := _only_field(sent.query)):
        rest = sent.model_copy(update={"query": {key: text for key, text in sent.query.items() if key != first[0]}})
        if not sent.headers:
            return SignIn({first[1]: {"type": "apiKey", "in": "query", "name": first[0]}}, {}, rest)
    for header, template in sent.headers.items():
        for field in templates.connection_fields(template):
            if field in manifest.connection.secrets:
                # The policy sends the header: with its prefix, and for connections made with one too.
                return SignIn({field: {"type": "apiKey", "in": "header", "name": header}}, {}, sent, header)
    return SignIn({}, {}, sent)


def _only_field(pairs: Mapping[str, str]) -> tuple[str, str]:
    """The first parameter that consists of one field: its name, and the field's; both empty if there is none."""
    for key, template in pairs.items():
        fields = templates.connection_fields(template)
        if fields and template == templates.placeholder(fields[0]):
            return key, fields[0]
    return "", ""


def _basic(sent: Authorization) -> SignIn:
    names: dict[str, str] = {}
    parts = sent.basic.model_dump() if sent.basic is not None else {}
    for part, template in parts.items():
        fields = templates.connection_fields(template)
        if not fields or template != templates.placeholder(fields[0]):
            raise ExportError(
                f"The Power Platform package cannot express “authorization.basic.{part}”: it must be one field of the"
                " connection, and nothing else."
            )
        names[fields[0]] = part
    if len(names) < len(parts):
        raise ExportError(
            "The Power Platform package cannot express “authorization.basic”: it needs a field for the user name and"
            " one for the password."
        )
    return SignIn({"basic": {"type": "basic"}}, names, sent.model_copy(update={"basic": None}))
