"""Access tokens for imported connectors that sign in with OAuth 2.0, from the package's token URL.

A package holds neither a client id nor a secret. Whoever runs it registers a client with the service, and gets tokens
with it: from a refresh token, or for the client itself. Needs the extra `oauth` (authlib).
"""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import urlsplit

from connector.clock import Clock, SystemClock
from connector.connections.connection import Connection, check_base_url
from connector.errors import AuthorizationError, UnavailableError
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
        clock: Where time comes from.

    Raises:
        AuthorizationError: The package names no token URL, or one that is not encrypted.
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
        clock: Clock | None = None,
    ) -> None:
        self._field, settings = _settings(source)
        if not (token_url := token_url or settings["token_url"]):
            raise AuthorizationError(
                "The package does not say where tokens come from.", code="token_url", hint="Pass token_url."
            )
        self.token_url = check_base_url(token_url)
        self._scope = scope if scope is not None else settings["scope"]
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
        return Connection(**{**values, self._field: self.access_token()})

    def _fetched(self) -> Json:
        try:
            from authlib.integrations.base_client import OAuthError  # noqa: PLC0415 - an extra
            from authlib.integrations.requests_client import OAuth2Session  # noqa: PLC0415
        except ImportError:
            raise AuthorizationError(
                "OAuth tokens need the extra “oauth”.", code="missing_extra", hint="pip install 'connector[oauth]'"
            ) from None
        client_id, secret = self._client
        session = OAuth2Session(client_id, secret.reveal(), scope=self._scope or None)
        try:
            if self._refresh_token is not None:
                refresh = self._refresh_token.reveal()
                return dict(session.refresh_token(self.token_url, refresh_token=refresh, timeout=_TIMEOUT))
            return dict(session.fetch_token(self.token_url, grant_type="client_credentials", timeout=_TIMEOUT))
        except OAuthError as error:
            raise _refused(as_text(error.error) or "no reason") from None
        except OSError as error:  # what the HTTP library raises may hold the URL, but neither secret
            host = urlsplit(self.token_url).hostname
            raise UnavailableError(f"{host} could not be reached for a token: {type(error).__name__}.") from None
        except ValueError:
            raise _refused("its response is not JSON") from None
        finally:
            session.close()


def _refused(reason: str) -> AuthorizationError:
    return AuthorizationError(f"The service gave no access token: {reason[:200]}.", code="token_refused")


def _settings(source: Source) -> tuple[str, Json]:
    """The field of the connection that takes a token, and what the package says of tokens."""
    schemes = [as_object(each) for each in as_object(source.swagger.document.get("securityDefinitions")).values()]
    scheme = next((each for each in schemes if as_text(each.get("type")) == "oauth2"), {})
    field, given = next(iter(source.access.oauth.items()), ("token", {}))
    found = {word.casefold(): value for word, value in given.items()}
    url = next((found[word] for word in ("tokenurl", "refreshurl") if isinstance(found.get(word), str)), "")
    scopes = [as_text(scope) for scope in given.get("scopes", [])] or list(as_object(scheme.get("scopes")))
    scope = " ".join(filter(None, scopes))
    if found.get("provider") == "aad":
        login = as_text(found.get("loginuri")) or "https://login.microsoftonline.com"
        url = f"{login.rstrip('/')}/{as_text(found.get('tenantid')) or 'common'}/oauth2/v2.0/token"
        scope = scope or f"{as_text(found.get('resourceuri')).rstrip('/')}/.default"
    return field, {"token_url": url or as_text(scheme.get("tokenUrl")), "scope": scope}
