"""A connection: one account at one service, with its secret kept out of sight."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from connector.definition.base_url import host_of, is_loopback
from connector.errors import AuthorizationError
from connector.secrets import MASK, Secret, printable, stripped

_T = TypeVar("_T")


class Connection:
    """What a run needs to know about an account.

    Args:
        base_url: The URL of the API; defaults to the connector's. Set it for a sandbox, a proxy or another region.
        allow_insecure: Accept an `http://` URL of another machine. The secret is then sent unencrypted.
        name: What people call this connection; shown in messages.
        kind: Which kind of connection it is, if the connector has several; else the first that its fields fit.
        ephemeral: The service ends with this process, as a sandbox does: its call limit is kept in memory only.
        **values: The connection fields that the connector declares, such as `api_key`.

    Raises:
        AuthorizationError: The address is not a web address, or not `https` where it must be.
    """

    __slots__ = ("_kept", "_values", "allow_insecure", "base_url", "ephemeral", "kind", "name")

    def __init__(
        self,
        *,
        base_url: str | None = None,
        allow_insecure: bool = False,
        name: str = "",
        kind: str = "",
        ephemeral: bool = False,
        **values: str | None,
    ) -> None:
        self.base_url = check_base_url(base_url, allow_insecure=allow_insecure) if base_url else None
        self.allow_insecure = allow_insecure
        self.name = name
        self.kind = kind
        self.ephemeral = ephemeral
        self._values = {key: Secret(bare) for key, value in values.items() if value and (bare := stripped(value))}
        self._kept: dict[str, tuple[object, tuple[object, ...], Any]] = {}

    @property
    def fields(self) -> frozenset[str]:
        """The names of the fields that have a value."""
        return frozenset(self._values)

    def reveal(self) -> Mapping[str, str]:
        """The values themselves, for the one place that signs a request. Never log them."""
        return {key: secret.reveal() for key, secret in self._values.items()}

    def identity(self, default_base_url: str) -> str:
        """A name for the bucket this connection draws from: the same account, the same name.

        It is a hash from which the secret cannot be read back.
        """
        digest = hashlib.sha256(_same_address(self.base_url or default_base_url).encode())
        for key, secret in sorted(self._values.items()):
            digest.update(b"\0" + key.encode() + b"\0" + hashlib.sha256(secret.reveal().encode()).digest())
        return digest.hexdigest()

    def keep(self, owner: object, name: str, make: Callable[[], _T]) -> _T:
        """What `make` returns for the owner, a connector: made once, and again after a change of the connection.

        What `make` raises is raised, and nothing is kept.
        """
        state = (self.base_url, self.kind, self.allow_insecure)
        kept = self._kept.get(name)
        if kept is None or kept[0] is not owner or kept[1] != state:
            kept = self._kept[name] = (owner, state, make())
        value: _T = kept[2]
        return value

    def __repr__(self) -> str:
        shown = [f"name={self.name!r}"] if self.name else []
        shown += [f"kind={self.kind!r}"] if self.kind else []
        shown += [f"base_url={self.base_url!r}"] if self.base_url else []
        shown += [f"{key}={MASK!r}" for key in sorted(self._values)]
        return f"Connection({', '.join(shown)})"

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError("A connection cannot be pickled because it holds a secret. Pass its name instead.")


def check_base_url(url: str, *, allow_insecure: bool = False) -> str:
    """The address without a trailing slash, if a secret may be sent there.

    Raises:
        AuthorizationError: It is not a web address, has a user name, a query or a fragment, or would send the secret
            unencrypted to another machine.
    """
    bare = stripped(url)
    host = host_of(bare)
    if host is None:
        raise AuthorizationError(
            f"“{printable(url)[:80]}” is not a valid base URL.",
            code="base_url",
            hint="Example: https://api.example.com",
        )
    parts = urlsplit(bare)
    if "@" in parts.netloc or "?" in url or "#" in url:
        raise AuthorizationError(
            "The base URL cannot contain a user name, password, query or fragment.", code="base_url"
        )
    if parts.scheme == "http" and not allow_insecure and not is_loopback(host):
        raise AuthorizationError(
            "The base URL starts with http://, which would send the secret unencrypted.",
            code="base_url",
            hint="Use https://, or allow the insecure URL explicitly.",
        )
    return bare.rstrip("/")


def _same_address(url: str) -> str:
    """One spelling for the spellings of an address: host in lower case without a final dot, no default port."""
    parts = urlsplit(stripped(url).rstrip("/"))
    port = "" if parts.port in {None, {"http": 80, "https": 443}.get(parts.scheme)} else f":{parts.port}"
    return f"{parts.scheme}://{(parts.hostname or '').rstrip('.')}{port}{parts.path}".lower()
