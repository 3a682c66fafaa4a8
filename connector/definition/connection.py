"""The connection: the fields it has, its kinds, and where each of its secrets is sent."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from connector.definition import templates
from connector.definition.field import FieldSchema
from connector.definition.model import ConnectionTemplate, Model
from connector.errors import DefinitionError

RESERVED = frozenset({"base_url", "allow_insecure", "name", "ephemeral", "kind"})
"""Names that a connection has for itself, so that no field can have them."""


class BasicCredentials(Model):
    """A user name and a password for HTTP Basic authentication; each is a template.

    Attributes:
        username: The user name; it cannot contain a colon.
        password: The password; empty if the service wants only one of the two.
    """

    username: ConnectionTemplate = ""
    password: ConnectionTemplate = ""


class Authorization(Model):
    """Where the secrets of a connection are sent; `{connection.field}` is replaced by a field of the connection.

    They are added when a request is sent, after everything that shows or logs it. A header or parameter is left out if
    all fields in it are empty.

    Attributes:
        headers: Headers by name, such as `"Authorization": "Bearer {connection.token}"`.
        query: Parameters of the query by name.
        basic: The user name and password of HTTP Basic authentication.
        strip: Prefixes that users paste along with the secret, without regard to case; taken off before use.
    """

    headers: dict[str, ConnectionTemplate] = Field(default_factory=dict)
    query: dict[str, ConnectionTemplate] = Field(default_factory=dict)
    basic: BasicCredentials | None = None
    strip: list[str] = Field(default_factory=list)

    @cached_property
    def templates(self) -> dict[str, str]:
        """Every template by its place, such as `/headers/Authorization`."""
        basic = self.basic.model_dump() if self.basic is not None else {}
        parts = {"headers": self.headers, "query": self.query, "basic": basic}
        return {f"/{part}/{name}": text for part, found in parts.items() for name, text in found.items()}

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields of the connection that are sent, each once."""
        return templates.connection_fields(*self.templates.values())


class ConnectionKind(Model):
    """A kind of connection to choose from, such as an API key or a token.

    Attributes:
        key: Its name for programs, such as `api_key`.
        title: Its name for people.
        description: When to choose it, or where to get what it needs.
        fields: Names of the fields that it has, in the order of the form.
        required: Names of those that must be filled in.
        authorization: Where its secrets are sent.
    """

    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Annotated[str, StringConstraints(min_length=1)]
    description: str = ""
    fields: list[str] = Field(default_factory=list)
    required: list[str] = Field(default_factory=list)
    authorization: Authorization = Authorization()


class ConnectionSchema(Model):
    """The fields of a connection.

    Attributes:
        properties: The fields; a secret is `writeOnly`.
        required: Names of the required fields.
        kinds: The kinds of connection to choose from, if there is more than one; each has its own fields, required
            fields and authorization.
        environment: Per field, the environment variables it is read from; the first one that is set is used.
        test: Key of the action that tests a connection.
    """

    properties: dict[str, FieldSchema] = Field(default_factory=dict)
    required: list[str] = Field(default_factory=list)
    kinds: list[ConnectionKind] = Field(default_factory=list)
    environment: dict[str, list[str]] = Field(default_factory=dict)
    test: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")] | None = None

    @model_validator(mode="after")
    def _names_are_free(self) -> Self:
        for name in self.properties:
            if name in RESERVED or set(name) & set("{}"):
                raise ValueError(f"a field of the connection cannot have the name “{name[:80]}”")
        for kind in self.kinds:
            for name in (*kind.fields, *kind.required):
                if name not in self.properties:
                    raise ValueError(f"the kind “{kind.key}” has the field “{name[:80]}”, which is not declared")
        return self

    @cached_property
    def secrets(self) -> frozenset[str]:
        """The names of the secret fields."""
        return frozenset(name for name, field in self.properties.items() if field.write_only)

    @property
    def defaults(self) -> dict[str, str]:
        """What is sent for the fields that are left empty."""
        found = ((name, field.default) for name, field in self.properties.items())
        return {name: default for name, default in found if isinstance(default, str)}

    @property
    def test_action(self) -> str:
        """Key of the action that tests a connection.

        Raises:
            DefinitionError: The connector names none.
        """
        if self.test is None:
            raise DefinitionError("The connector names no action that tests a connection.")
        return self.test
