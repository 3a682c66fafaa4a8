"""Access tokens for imported connectors that sign in with OAuth 2.0, from the package's token URL.

A package holds neither a client id nor a secret. Whoever runs it registers a client with the service, and gets tokens
with it: from a refresh token, or for the client itself. Needs the extra `oauth` (authlib).
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from connector.clock import Clock, SystemClock
from connector.connections.connection import Connection, check_base_url
from connector.errors import AuthorizationError, UnavailableError
from connector.importing.oauth_settings import OAuthSettings, filled
from connector.importing.source import Source
from connector.importing.swagger import Json, as_object, as_text
from connector.secrets import Secret

_EARLY = 60
"""Seconds before its end at which a token is no longer used."""
_TIMEOUT = 30
"""Seconds to wait for the token URL."""


class OAuthTokens:
    """Gets access tokens, and keeps each as long as it is valid. May be used by several threads.

    Args:
        source: The package.
        client_id: The id of your client.
        client_secret: Its secret.
        refresh_token: A refresh token of the account; without one, tokens are for the client itself.
        scope: The scopes, separated by blanks; those of the package when left out.
        token_url: Where tokens come from; the package's own when left out.
        kind: The kind of connection, where there are several; the first that takes a token when left out.
        clock: Where time comes from.
        **parameters: Values that only the sign-in needs, such as the `HostnamePrefix` in the package's token URL.

    Raises:
        AuthorizationError: The package names no token URL, or one that is not encrypted or lacks a value.
    """

    def __init__(
        self,
        source: Source,
        *,
        client_id: str,
        client_secret: str,
        refresh_token: str | None = None,
        scope: str | None = None,
        token_url: str | None = None,
        kind: str | None = None,
        clock: Clock | None = None,
        **parameters: str,
    ) -> None:
        self._kind, settings = _settings(source, kind)
        self._field, self._in_body = settings.field, settings.sends_client_in_body
        values = {"tenantId": "common", **source.access.constants, **settings.values, **parameters}
        urls = (token_url, token_url) if token_url else settings.endpoints()
        unknown = [name for name in parameters if f"{{{name}}}".casefold() not in f"{urls} {settings.scope}".casefold()]
        if unknown:
            raise TypeError(f"“{unknown[0]}” is neither an argument nor a value that the package asks for")
        if not urls[0]:
            raise AuthorizationError(
                "The package does not say where tokens come from.", code="token_url", hint="Pass token_url."
            )
        self.token_url, self._refresh_url = (_checked(filled(url, values)) for url in urls)
        self._scope = scope if scope is not None else filled(settings.scope, values)
        self._client = (client_id, Secret(client_secret))
        self._refresh_token = Secret(refresh_token) if refresh_token else None
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._token: Secret | None = None
        self._valid_until = 0.0

    def access_token(self) -> str:
        """A token that is valid for at least a minute, if the service gives such tokens.

        Raises:
            AuthorizationError: The service gives none, such as for a wrong secret.
            UnavailableError: It cannot be reached.
        """
        with self._lock:
            if self._token is None or self._clock.monotonic() >= self._valid_until:
                found = self._fetched()
                if not found.get("access_token"):
                    raise _refused("its response has none")
                self._token = Secret(str(found["access_token"]))
                lifetime = found.get("expires_in")
                self._valid_until = self._clock.monotonic() + (float(lifetime) if lifetime else 3600.0) - _EARLY
                if found.get("refresh_token"):
                    self._refresh_token = Secret(str(found["refresh_token"]))
            return self._token.reveal()

    def connection(self, **values: Any) -> Connection:
        """A connection with a token that is valid now.

        Args:
            **values: The other values of the connection, as for `Connection`.
        """
        return Connection(**{**self._kind, **values, self._field: self.access_token()})

    def _fetched(self) -> Json:
        try:
            from authlib.integrations.base_client import OAuthError  # noqa: PLC0415 - an extra
            from authlib.integrations.requests_client import OAuth2Session  # noqa: PLC0415
        except ImportError:
            raise AuthorizationError(
                "OAuth tokens need the extra “oauth”.", code="missing_extra", hint="pip install 'connector[oauth]'"
            ) from None
        client_id, secret = self._client
        method = "client_secret_post" if self._in_body else "client_secret_basic"
        session = OAuth2Session(
            client_id, secret.reveal(), scope=self._scope or None, token_endpoint_auth_method=method
        )
        try:
            if self._refresh_token is not None:
                refresh = self._refresh_token.reveal()
                return dict(session.refresh_token(self._refresh_url, refresh_token=refresh, timeout=_TIMEOUT))
            return dict(session.fetch_token(self.token_url, grant_type="client_credentials", timeout=_TIMEOUT))
        except OAuthError as error:
            raise _refused(as_text(error.error) or "no reason") from None
        except OSError as error:  # what the HTTP library raises may hold the URL, but neither secret
            host = urlsplit(self._refresh_url if self._refresh_token is not None else self.token_url).hostname
            raise UnavailableError(f"{host} could not be reached for a token: {type(error).__name__}.") from None
        except ValueError:
            raise _refused("its response is not JSON") from None
        finally:
            session.close()


def _checked(url: str) -> str:
    """The URL, which may have a query; AuthorizationError if it is none, or not encrypted."""
    base, mark, query = url.partition("?")
    return check_base_url(base) + mark + query


def _refused(reason: str) -> AuthorizationError:
    return AuthorizationError(f"The service gave no access token: {reason[:200]}.", code="token_refused")


def _settings(source: Source, kind: str | None) -> tuple[Json, OAuthSettings]:
    """What a connection says of its kind, and how it gets tokens; what the description says where nothing else does."""
    known = source.access.oauth
    key = kind or next(iter(known), "")
    if kind and kind not in known:
        raise AuthorizationError(
            f"The package has no kind of connection “{kind[:60]}” that takes a token.", code="kind"
        )
    schemes = [as_object(each) for each in as_object(source.swagger.document.get("securityDefinitions")).values()]
    scheme = next((each for each in schemes if as_text(each.get("type")) == "oauth2"), {})
    found = known.get(key, OAuthSettings())
    values = {"tokenurl": as_text(scheme.get("tokenUrl"))} if as_text(scheme.get("tokenUrl")) else {}
    scopes = found.scopes or tuple(as_object(scheme.get("scopes")))
    several = {"kind": key} if len(source.access.kinds) > 1 and key else {}
    return several, replace(found, values=found.values or values, scopes=scopes)
