"""The connector as a whole: what `definitions/connector.json` may say."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, model_validator

from connector.definition.action import Key, KnownError, Sentence, Throttle, Version
from connector.definition.field import FieldSchema, Pointer, check_pattern
from connector.definition.model import Model


class ConnectionSchema(Model):
    """The fields of a connection.

    Attributes:
        properties: The fields; a secret is `writeOnly`.
        required: Names of the required fields.
        environment: Per field, the environment variables it is read from; the first one that is set is used.
        test: Key of the action that tests a connection.
    """

    properties: dict[str, FieldSchema]
    required: list[str]
    environment: dict[str, list[str]] = Field(default_factory=dict)
    test: Key


class Authorization(Model):
    """How the secret is sent.

    Attributes:
        template: The header's value; `{field}` is replaced by a connection field.
        strip: Prefixes that users paste along with the secret, without regard to case; taken off before use.
    """

    header: str = "Authorization"
    template: str
    strip: list[str] = Field(default_factory=list)


class RetryPolicy(Model):
    """When and how long to try again. Times in seconds.

    Attributes:
        attempts: Attempts in all, the first included.
        base: Upper bound of the first wait; each later bound is twice as long.
        cap: Longest wait that the policy chooses; a Retry-After may ask for more, within the timeout.
        statuses: Statuses after which a repeatable request is tried again.
    """

    attempts: Annotated[int, Field(ge=1)] = 4
    base: Annotated[float, Field(gt=0)] = 0.5
    cap: Annotated[float, Field(gt=0)] = 32
    statuses: list[int] = Field(default_factory=lambda: [408, 425, 429, 500, 502, 503, 504])


class Timeouts(Model):
    """Seconds: to connect, between two bytes, and for the whole run with all its waits."""

    connect: Annotated[float, Field(gt=0)] = 10
    read: Annotated[float, Field(gt=0)] = 30
    total: Annotated[float, Field(gt=0)] = 300
    wait: Annotated[float, Field(ge=0)] = 120


class Limits(Model):
    """Size limits, checked before sending.

    Attributes:
        request_bytes: Largest body that the service accepts.
        url_characters: Longest URL that servers accept in practice.
        response_bytes: Largest response that is read.
    """

    request_bytes: int = 6_000_000
    url_characters: int = 8_000
    response_bytes: int = 20_000_000


LONGEST_KIND = 200
"""Characters of an error type; a longer text is not one."""


class ErrorBody(Model):
    """Where an error response has its message and type.

    Attributes:
        message: The message for people.
        type: The type of error.
        kinds: A regular expression for error types; a response with such a type and a message is an error, whatever
            its status.
    """

    message: Pointer = "/message"
    type: Pointer = "/type"
    kinds: str = "_error$"

    @model_validator(mode="after")
    def _pattern_is_safe(self) -> Self:
        check_pattern(self.kinds, LONGEST_KIND)
        return self


class IdempotencyHeader(Model):
    """The header that carries an idempotency key, and how long the service remembers one (hours)."""

    header: str
    hours: float


class PagingDefaults(Model):
    """How many items are collected from all pages unless the user sets a limit."""

    max_items: int = 10_000


class Group(Model):
    """A family of actions: its label, what it is about, and its icon."""

    title: Sentence
    description: Sentence
    icon: str


class Publisher(Model):
    """Who publishes and supports the connector; not necessarily the service's vendor.

    Attributes:
        name: A person or an organization: the author of exported packages, the holder of their license.
        email: Where users of the connector get support.
        url: The publisher's website, or the page of the connector.
    """

    name: Sentence
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]
    url: Annotated[str, StringConstraints(pattern=r"^https://[^\s/]+")]

    @property
    def is_placeholder(self) -> bool:
        """Whether a value still has to be filled in: its domain is one that RFC 2606 reserves for examples."""
        hosts = (self.email.rpartition("@")[2], urlsplit(self.url).hostname or "")
        return any(re.search(r"(^|\.)example\.(com|net|org)$", host.lower()) for host in hosts)


class Publication(Model):
    """What catalogues of connectors require besides the actions.

    Attributes:
        publisher: Who publishes the connector.
        privacy_policy: Web address of the service's privacy policy.
        categories: Categories of the catalogue; Microsoft's accepts at most two from its own list.
        brand_color: The background that a catalogue requires, if not the connector's own.
        icon: A square PNG on that background, 230 pixels wide, if not the connector's own.
    """

    publisher: Publisher
    privacy_policy: Annotated[str, StringConstraints(pattern=r"^https://")]
    categories: Annotated[list[Sentence], Field(min_length=1, max_length=2)]
    brand_color: Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")] | None = None
    icon: str | None = None


class ConnectorDefinition(Model):
    """The connector, whole.

    Attributes:
        since: The first release: the `since` of every action that does not say its own.
    """

    schema_uri: str | None = None
    key: Key
    title: Sentence
    description: Sentence
    version: Version
    since: Version | None = None
    website: str
    icon: str
    brand_color: Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
    base_url: Annotated[str, StringConstraints(pattern=r"^https://[^/]+")]
    connection: ConnectionSchema
    authorization: Authorization
    throttle: Throttle
    retry: RetryPolicy = RetryPolicy()
    timeouts: Timeouts = Timeouts()
    limits: Limits = Limits()
    error_body: ErrorBody = ErrorBody()
    request_id: list[str] = Field(default_factory=list)
    idempotency: IdempotencyHeader | None = None
    paging: PagingDefaults = PagingDefaults()
    errors: list[KnownError] = Field(default_factory=list)
    groups: dict[Key, Group]
    publication: Publication | None = None
    sandbox: Literal["sandbox"] | None = None
