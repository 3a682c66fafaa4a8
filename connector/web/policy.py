"""Who may call a server: its host names, the token of this launch, the largest body it reads."""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from connector.errors import ConnectorError, ExitStatus
from connector.secrets import Secret

_DEFAULT_PORT = re.compile(r":(80|443)$")
"""A client leaves it out of the Host header: that of HTTP, and that of HTTPS in front of this server."""
_BEARER = re.compile(r"bearer +(\S+) *", re.IGNORECASE)
_TOKEN_BYTES = 32


TOKEN_VARIABLE = "CONNECTOR_TOKEN"  # noqa: S105 - the name of a variable
"""The environment variable with a token that stays the same from launch to launch."""
_SHORTEST_TOKEN = 16
_TOKEN = re.compile(r"[A-Za-z0-9_-]+")


def new_token() -> Secret:
    """A token that nobody can guess, for one launch."""
    return Secret(secrets.token_urlsafe(_TOKEN_BYTES))


def chosen_token() -> Secret | None:
    """The token in the environment, for clients whose settings name one; None if there is none.

    Raises:
        TokenError: It could be guessed, or cannot be in a URL.
    """
    text = os.environ.get(TOKEN_VARIABLE, "")
    if not text:
        return None
    if len(text) < _SHORTEST_TOKEN or not _TOKEN.fullmatch(text):
        raise TokenError(
            f"{TOKEN_VARIABLE} must have {_SHORTEST_TOKEN} or more letters, digits, dashes or underscores."
        )
    return Secret(text)


class TokenError(ConnectorError):
    """The token in the environment is not one."""

    code = "token"
    exit_status = ExitStatus.USAGE


@dataclass(frozen=True)
class AccessPolicy:
    """Who may call a server.

    A cookie is sent to every port of a host, so the cookie holds a secret of its own: the token itself never reaches
    another server.

    Attributes:
        hosts: The exact values of the Host header that mean this server.
        port: The port it listens on.
        token: What a program sends as a bearer token, and a browser once in the URL.
        max_body: The largest request body in bytes.
        public: Paths that need no token.
        uploads: Paths to which files of rows may be sent.
        max_upload: The largest file of rows in bytes.
    """

    hosts: frozenset[str]
    port: int
    token: Secret = field(default_factory=new_token)
    max_body: int = 8_000_000
    public: frozenset[str] = frozenset({"/healthz"})
    uploads: frozenset[str] = frozenset({"/batches"})
    max_upload: int = 2_000_000_000
    session: Secret = field(default_factory=new_token)

    @property
    def cookie(self) -> str:
        """The name of the cookie; two servers on one host have different ones."""
        return f"connector_{self.port}"

    def is_token(self, text: str) -> bool:
        """Whether a text is the token."""
        return hmac.compare_digest(text.encode(), self.token.reveal().encode())

    def knows(self, authorization: str, cookies: str) -> bool:
        """Whether the headers of a request prove that its sender was given the token."""
        bearer = _BEARER.fullmatch(authorization)
        if bearer is not None:
            return self.is_token(bearer.group(1))
        # Read by hand: the library stops at the first cookie it cannot read, and other servers on this host set any.
        named = (cookie.strip().partition("=") for cookie in cookies.split(";"))
        values = [value for name, _, value in named if name == self.cookie]
        return any(hmac.compare_digest(value.encode(), self.session.reveal().encode()) for value in values)


def host_names(address: str, port: int, names: Iterable[str] = ()) -> frozenset[str]:
    """The Host headers of a server.

    Args:
        address: The address it listens on.
        port: The port it listens on, which a name without a port gets.
        names: The names it is known by, each with a port of its own or without; on loopback the address and
            `localhost` when left out.
    """
    own = {address, "localhost"}
    known = list(names) or own | ({"127.0.0.1"} if address == "localhost" else set())
    full = {with_port(name, port).lower() for name in known}
    return frozenset(full | {_DEFAULT_PORT.sub("", name) for name in full})


def with_port(name: str, port: int) -> str:
    """A host as it is written in a URL: an IPv6 address in brackets, and a port where the name brings none."""
    if name.count(":") > 1 and not name.startswith("["):
        name = f"[{name}]"
    return name if re.search(r":\d+$", name) else f"{name}:{port}"
