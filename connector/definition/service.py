"""The connector as a whole: what `definitions/connector.json` may say."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, model_validator

from connector.definition.action import Key, KnownError, Throttle, Version
from connector.definition.base_url import is_plain
from connector.definition.connection import Authorization, ConnectionKind, ConnectionSchema
from connector.definition.defaults import group_texts
from connector.definition.field import Pointer, check_pattern
from connector.definition.model import BaseUrl, ConnectionTemplate, LeftOut, Model, Sentence, WebAddress


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
    """How long a run waits, in seconds.

    Attributes:
        connect: Until the service accepts the connection.
        read: Between two bytes of the response.
        total: The whole run, with all attempts and waits.
        wait: For a place in the call limit.
    """

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
    """How the service takes idempotency keys.

    Attributes:
        header: The header that carries one.
        hours: How long the service remembers one.
    """

    header: str
    hours: float


class PagingDefaults(Model):
    """How far a run that reads all pages goes.

    Attributes:
        max_items: Items that are collected unless the user sets a limit.
    """

    max_items: int = 10_000


class Group(Model):
    """A family of actions.

    Attributes:
        title: Its label. Left out, it is made from the key of the group.
        description: What its actions are about. Left out, it is made from the key, too.
        icon: Path of an SVG or PNG in the connector folder. Left out, it is the connector's.
    """

    title: Annotated[Sentence, LeftOut]
    description: Annotated[Sentence, LeftOut]
    icon: str | None = None


class Publisher(Model):
    """Who publishes and supports the connector; not necessarily the service's vendor.

    Attributes:
        name: A person or an organization: the author of exported packages, the holder of their license.
        email: Where users of the connector get support.
        url: The publisher's website, or the page of the connector.
    """

    name: Sentence
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]
    url: WebAddress

    @property
    def is_placeholder(self) -> bool:
        """Whether a value still has to be filled in: its domain is one that RFC 2606 reserves for examples."""
        hosts = (self.email.rpartition("@")[2], urlsplit(self.url).hostname or "")
        return any(re.search(r"(^|\.)example\.(com|net|org)$", host.lower()) for host in hosts)


class Publication(Model):
    """What catalogues of connectors require besides the actions; an export says what of it is missing.

    Attributes:
        publisher: Who publishes the connector.
        privacy_policy: Web address of the service's privacy policy.
        categories: Categories of the catalogue; Microsoft's accepts at most two from its own list.
        brand_color: The background that a catalogue requires, if not the connector's own.
        icon: A square PNG on that background, 230 pixels wide, if not the connector's own.
    """

    publisher: Publisher | None = None
    privacy_policy: WebAddress | None = None
    categories: Annotated[list[Sentence], Field(max_length=2)] = Field(default_factory=list)
    brand_color: Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")] | None = None
    icon: str | None = None


class ConnectorDefinition(Model):
    """The connector, whole.

    Attributes:
        key: Its name for programs, such as `todo`.
        title: Its name for people, such as “To-do”.
        description: What it is for, in one sentence.
        version: Its version, such as `1.0.0`.
        base_url: Where requests go, such as `https://api.example.com`, or `http://` for a service on this machine; a
            text with `{connection.field}` in it, such as `https://{connection.region}.example.com`, or a whole URL of
            the connection, `{connection.url}`.
        insecure: Allow a base URL that starts with `http://`, which sends secrets unencrypted.
        headers: Headers of every request by name; one is left out if a field of the connection in it is empty.
        query: Parameters in the query of every request by name, likewise.
        connection: Left out for a service without accounts.
        authorization: How the secrets are sent, if the connection has no `kinds`; left out if there are none.
        since: The first release: the `since` of every action that does not say its own.
        website: The service's website.
        icon: Path of an SVG or PNG in the connector folder. Left out, exports draw the first letter of the title.
        brand_color: The background of the icon, such as `#336699`.
        throttle: The call limit of a connection.
        retry: When and how long to try again.
        timeouts: How long a run waits.
        limits: Size limits, checked before sending.
        error_body: Where an error response has its message and type.
        request_id: Response headers that may have the request ID, which results and errors show.
        idempotency: How the service takes idempotency keys, if it does.
        paging: How far a run that reads all pages goes.
        errors: Errors that every action can return.
        groups: The groups of actions by key, in screen order.
        publication: Who publishes the connector, and what catalogues require; some exports need it.
        sandbox: `sandbox` if the folder brings a service for trying, a Python package of that name. Left out, the
            sandbox is made of the examples.
    """

    schema_uri: str | None = None
    key: Key
    title: Sentence
    description: Sentence
    version: Version
    since: Version | None = None
    website: str | None = None
    icon: str | None = None
    brand_color: Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")] = "#4a5b6c"
    base_url: BaseUrl
    insecure: bool = False
    headers: dict[str, ConnectionTemplate] = Field(default_factory=dict)
    query: dict[str, ConnectionTemplate] = Field(default_factory=dict)
    connection: ConnectionSchema = ConnectionSchema()
    authorization: Authorization = Authorization()
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

    @model_validator(mode="after")
    def _base_url_is_encrypted(self) -> Self:
        if is_plain(self.base_url) and not self.insecure:
            raise ValueError("baseUrl starts with http://, which sends secrets unencrypted, without “insecure”: true")
        return self

    @cached_property
    def kinds(self) -> tuple[ConnectionKind, ...]:
        """The kinds of connection: those that are declared, or the one that is meant where none is."""
        declared = self.connection
        return tuple(declared.kinds) or (
            ConnectionKind.model_construct(
                key="",
                title="",
                description="",
                fields=list(declared.properties),
                required=declared.required,
                authorization=self.authorization,
            ),
        )

    @model_validator(mode="before")
    @classmethod
    def _groups_have_texts(cls, document: Any) -> Any:
        groups = document.get("groups") if isinstance(document, dict) else None
        if not isinstance(groups, dict):
            return document
        made = {
            key: {**group_texts(str(key)), **group} if isinstance(group, dict) else group
            for key, group in groups.items()
        }
        return {**document, "groups": made}
