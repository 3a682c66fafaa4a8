"""What a package says of OAuth: where tokens come from, and which connection parameters only serve to get one."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.errors import AuthorizationError
from connector.importing.swagger import Json, as_list, as_object, as_text

_UNFILLED = re.compile(r"({{|<<|\[\[|@@).*(}}|>>|\]\]|@@)", re.DOTALL)
"""A placeholder for a value that the publisher fills in."""
_PLACEHOLDER = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class OAuthSettings:
    """How one kind of connection gets its tokens.

    Attributes:
        field: The field of the connection that takes a token.
        provider: Who gives them, in lower case.
        scopes: What they are for.
        values: What else is said, by the name in lower case.
    """

    field: str = "token"
    provider: str = ""
    scopes: tuple[str, ...] = ()
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @classmethod
    def read(cls, own: str, written: Json) -> OAuthSettings:
        """The settings in a connection parameter; the platform does not regard the case of their names."""
        found = _settings(written)
        scopes = tuple(filter(None, map(as_text, as_list(found.get("scopes")))))
        values = {name.casefold(): value for name, value in custom_values(written).items()}
        return cls(own, as_text(found.get("identityprovider")).casefold(), scopes, values)

    def url(self, *names: str) -> str:
        """The first of these URLs that the settings have; empty if there is none."""
        return next((self.values[name] for name in names if name in self.values), "")

    def endpoints(self) -> tuple[str, str]:
        """The URL of tokens and the one that refreshes them; placeholders are still in them."""
        if self.provider in {"aad", "aadcertificate"}:
            login = self.url("loginuri", "loginuriaad") or "https://login.microsoftonline.com"
            url = f"{login.rstrip('/')}/{{tenantId}}/oauth2/v2.0/token"
            return url, url
        token, refresh = self.url("tokenurltemplate", "tokenurl"), self.url("refreshurltemplate", "refreshurl")
        return token or refresh, refresh or token

    @property
    def scope(self) -> str:
        """The scopes as one text; those of Azure AD follow from the resource."""
        resource = self.values.get("resourceuri", "") if self.provider in {"aad", "aadcertificate"} else ""
        return " ".join(self.scopes) or (f"{resource.rstrip('/')}/.default" if resource else "")

    @property
    def sends_client_in_body(self) -> bool:
        """Whether the client's id and secret are sent in the body, not as Basic authentication."""
        bodies = (self.values.get(name, "") for name in ("tokenbodytemplate", "refreshbodytemplate"))
        return any("client_secret=" in body.casefold() for body in bodies)


def custom_values(written: Json) -> dict[str, str]:
    """The custom parameters of an `oauthSetting` that have a value."""
    found = as_object(_settings(written).get("customparameters"))
    values = {name: as_text(_lower(as_object(each)).get("value")) for name, each in found.items()}
    return {name: value for name, value in values.items() if value and not _UNFILLED.search(value)}


def serves_tokens(name: str, parameters: Json, policies: Any) -> bool:
    """Whether a connection parameter is only there to get a token: who brings a token needs no value for it."""
    owner, _, own = name.rpartition(":")
    kinds = {known.casefold(): as_text(as_object(each).get("type")).lower() for known, each in parameters.items()}
    text = json.dumps(policies).casefold()
    is_named = any(f"{quote}{each.casefold()}{quote}" in text for each in (name, own) for quote in ("'", '\\"'))
    return kinds.get(owner.casefold()) == "oauthsetting" and not is_named


def filled(text: str, values: Mapping[str, str]) -> str:
    """A URL or a scope with its placeholders filled in.

    Raises:
        AuthorizationError: A value is missing.
    """
    known = {name.casefold(): value for name, value in values.items()}
    missing = sorted({name for name in _PLACEHOLDER.findall(text) if not known.get(name.casefold())})
    if missing:
        hint = f"Pass {' and '.join(f'{name}=…' for name in missing)}."
        raise AuthorizationError(f"Tokens need a value for {' and '.join(missing)}.", code="token_url", hint=hint)
    return _PLACEHOLDER.sub(lambda match: known[match[1].casefold()], text)


def _settings(written: Json) -> Json:
    return _lower(as_object(_lower(written).get("oauthsettings")))


def _lower(written: Json) -> Json:
    return {name.casefold(): value for name, value in written.items()}
