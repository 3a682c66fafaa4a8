"""The connection of a package: its fields, its kinds, and where each secret travels."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from connector.importing.expressions import UnsupportedError, template_of
from connector.importing.names import connection_field, key_of, label_of, unique
from connector.importing.policies import Policy
from connector.importing.swagger import Json, as_list, as_object, as_text, is_true

_SECRETS = {"securestring", "oauthsetting"}
_MOST_KINDS, _MOST_FIELDS = 20, 200
_NOT_FIELDS = {"gatewaysetting", "managedidentity"}
_USER = re.compile(r"user|login|account|email|client_?id|sid|^id$", re.IGNORECASE)
_PASSWORD = re.compile(r"pass|secret|token|key", re.IGNORECASE)


@dataclass(frozen=True)
class Kind:
    """One way to sign in.

    Attributes:
        fields: The names of its fields.
        required: Those that must be filled in.
        headers: Templates by name.
        query: Templates by name.
        basic: The templates of user name and password.
    """

    key: str
    title: str
    description: str
    fields: tuple[str, ...]
    required: tuple[str, ...]
    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    basic: dict[str, str] | None = None

    def header(self, name: str) -> str | None:
        """The template of a header, without regard to case."""
        return next((value for known, value in self.headers.items() if known.casefold() == name.casefold()), None)

    @property
    def authorization(self) -> Json:
        """As the format has it."""
        made: Json = {}
        made |= {"headers": self.headers} if self.headers else {}
        made |= {"query": self.query} if self.query else {}
        made |= {"basic": self.basic} if self.basic else {}
        bearer = any(value.casefold().startswith("bearer ") for value in self.headers.values())
        return made | ({"strip": ["Bearer "]} if bearer else {})


@dataclass
class Access:
    """What a package says of its connection.

    Attributes:
        properties: The fields, as the format has them.
        kinds: The ways to sign in; one without fields for a connector that needs none.
        notes: What had to be assumed.
        oauth: Where tokens come from, by the name of the field that takes one.
    """

    properties: dict[str, Json] = field(default_factory=dict)
    kinds: list[Kind] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    oauth: dict[str, Json] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict, repr=False)
    _constants: dict[str, str] = field(default_factory=dict, repr=False)

    def template(self, name: str, default: str | None = None) -> str:
        """The template of a connection parameter.

        Args:
            name: Its name, as policies write it.
            default: Its value where none is filled in.

        Raises:
            UnsupportedError: The package has no such parameter.
        """
        wanted = name.casefold()
        if wanted in self._constants:
            return self._constants[wanted]
        known = self._names.get(wanted) or self._names.get(wanted.rpartition(":")[2])
        if known is None and default is not None:
            return default
        if known is None:
            raise UnsupportedError(f"needs the connection parameter “{name[:60]}”, which the package does not have")
        if default is not None:
            self.properties[known].setdefault("default", default)
        return f"{{connection.{known}}}"

    @property
    def secrets(self) -> frozenset[str]:
        """The fields that are secret."""
        return frozenset(name for name, made in self.properties.items() if made.get("writeOnly"))

    def holds_secret(self, template: str) -> bool:
        """Whether a template has a secret in it."""
        return any(f"{{connection.{name}}}" in template for name in self.secrets)

    def add_policy(self, policy: Policy) -> bool:
        """Make a policy of every operation part of the authentication; False if it sets no secret.

        Raises:
            UnsupportedError: It cannot be expressed.
        """
        place = "headers" if policy.template == "setheader" else "query"
        kinds = []
        for kind in self.kinds:
            value = template_of(policy.text("value"), self.template, {"header": kind.header})
            if not self.holds_secret(value):
                return False
            values: dict[str, str] = dict(getattr(kind, place))
            name = next((known for known in values if known.casefold() == policy.target[1]), policy.text("name"))
            action = policy.text("existsAction").lower()
            if action == "append" and name in values:
                value = f"{values[name]}, {value}"
            if not (action == "skip" and name in values):
                values[name] = value
            if place == "query":
                kinds.append(replace(kind, query=values))
            else:
                basic = None if policy.target[1] == "authorization" else kind.basic
                kinds.append(replace(kind, headers=values, basic=basic))
        self.kinds = kinds
        return True

    def add(self, name: str, written: Json) -> str | None:
        """Add a connection parameter; None if people do not fill it in."""
        kind, texts = as_text(written.get("type")).lower(), as_object(written.get("uiDefinition"))
        constraints = as_object(texts.get("constraints"))
        if kind == "oauthsetting":
            self._add_oauth(name, as_object(written.get("oAuthSettings")))
        if kind in _NOT_FIELDS:
            self.notes.append(f"The connection parameter “{name[:60]}” is for the cloud only and is left out.")
            return None
        hidden, default = is_true(constraints.get("hidden")), constraints.get("default", written.get("defaultValue"))
        if hidden and isinstance(default, str | int | float):
            self._constants[name.casefold()] = str(default)
            return None
        own = self._names.get(name.casefold()) or unique(connection_field(name), self.properties)
        title = as_text(texts.get("displayName")) or ("Access token" if kind == "oauthsetting" else label_of(name))
        made: Json = {"type": "string", "title": title}
        made |= {"description": as_text(texts.get("description"))} if as_text(texts.get("description")) else {}
        if kind in _SECRETS or constraints.get("clearText") is False:
            made |= {"writeOnly": True}
        allowed = [as_object(each).get("value") for each in as_list(constraints.get("allowedValues"))]
        made |= {"enum": allowed} if allowed and all(isinstance(each, str) for each in allowed) else {}
        if isinstance(default, str | int | float) and default != "" and not made.get("writeOnly"):
            made |= {"default": str(default)}
        self.properties.setdefault(own, made)
        self._names[name.casefold()] = self._names[own.casefold()] = own
        return own

    def _add_oauth(self, name: str, settings: Json) -> None:
        found: Json = {"provider": as_text(settings.get("identityProvider")), "scopes": as_list(settings.get("scopes"))}
        for word, written in as_object(settings.get("customParameters")).items():
            value = as_object(written).get("value")
            if isinstance(value, str):
                found[word] = value
                for path in (f"{name}/oauthsettings/customparameters/{word}/value", f"{name}:{word}"):
                    self._constants[path.casefold()] = value
        self.oauth[connection_field(name)] = found


def access_of(swagger: Json, properties: Json) -> Access:
    """The connection that `apiDefinition.swagger.json` and `apiProperties.json` describe together."""
    access = Access()
    schemes = list(_schemes(swagger, access, properties))
    sets = as_list(as_object(properties.get("connectionParameterSets")).get("values"))
    for each in filter(None, map(as_object, sets[:_MOST_KINDS])):
        texts = as_object(each.get("uiDefinition"))
        title = as_text(texts.get("displayName")) or as_text(each.get("name")) or "Connection"
        key = key_of(as_text(each.get("name")) or title, [kind.key for kind in access.kinds], "kind")
        parameters = as_object(each.get("parameters"))
        access.kinds.append(_kind(access, key, title, as_text(texts.get("description")), parameters, schemes))
    if not access.kinds:
        parameters = as_object(properties.get("connectionParameters"))
        access.kinds.append(_kind(access, "default", "Connection", "", parameters, schemes))
    return access


def _schemes(swagger: Json, access: Access, properties: Json) -> Iterator[tuple[str, Json]]:
    """The ways to sign in of the description: those that it requires, or all where it requires none.

    A package that says that its connection has no parameters has none of those that it does not require, or that its
    operations ask for themselves.
    """
    known = as_object(swagger.get("securityDefinitions"))
    named = [name for each in as_list(swagger.get("security")) for name in as_object(each)]
    has_none = properties.get("connectionParameters") == {} and not properties.get("connectionParameterSets")
    for name in dict.fromkeys(name for name in (named or known) if isinstance(known.get(name), dict)):
        wire = json.dumps(as_text(known[name].get("name")))
        if has_none and (not named or f'"name": {wire}' in json.dumps(swagger.get("paths"))):
            continue
        if has_none:
            access.notes.append("The package has no connection parameters, but requires a way to sign in.")
        yield name, known[name]


def _kind(
    access: Access, key: str, title: str, description: str, parameters: Json, schemes: list[tuple[str, Json]]
) -> Kind:
    fields: dict[str, Json] = {}
    for name, written in islice(parameters.items(), _MOST_FIELDS):
        own = access.add(name, as_object(written))
        if own is not None:
            fields[own] = as_object(written)
    token = next(
        (own for own, written in fields.items() if as_text(written.get("type")).lower() == "oauthsetting"), None
    )
    made: dict[str, Any] = {}
    if token is not None:
        made = {"headers": {"Authorization": f"Bearer {{connection.{token}}}"}}
    elif any(as_text(scheme.get("type")) == "basic" for _, scheme in schemes):
        made = {"basic": _basic(access, fields)}
    else:
        made, token = _key_places(access, fields, schemes)
    required = [own for own, written in fields.items() if own == token or _is_required(written)]
    if token is not None and token not in fields:
        fields[token] = {}
        required.append(token)
    return Kind(key, title, description, tuple(fields), tuple(required), **made)


def _is_required(written: Json) -> bool:
    constraints = as_object(as_object(written.get("uiDefinition")).get("constraints"))
    return is_true(constraints.get("required")) and constraints.get("default") in (None, "")


def _basic(access: Access, fields: dict[str, Json]) -> dict[str, str]:
    """The templates of the user name and the password; fields for them where the package declares none."""
    if not fields:
        for name in ("username", "password"):
            access.properties[name] = {"type": "string", "title": label_of(name)}
            fields[name] = {"uiDefinition": {"constraints": {"required": "true"}}}
    user, password = _pair(fields)
    if password is not None:
        access.properties[password]["writeOnly"] = True
    found = {"username": user, "password": password}
    return {part: f"{{connection.{name}}}" for part, name in found.items() if name is not None}


def _pair(fields: dict[str, Json]) -> tuple[str | None, str | None]:
    """The field of the user name and that of the password; a single secret is the user name, as services want it."""
    names = list(fields)
    if len(names) == 1:
        return names[0], None
    secret = [name for name in names if as_text(fields[name].get("type")).lower() == "securestring"]
    password = next((name for name in (*secret, *names) if _PASSWORD.search(name)), secret[0] if secret else None)
    users = [name for name in names if name != password]
    user = next((name for name in users if _USER.search(name)), users[0] if users else None)
    return user, password


def _key_places(
    access: Access, fields: dict[str, Json], schemes: list[tuple[str, Json]]
) -> tuple[dict[str, Any], str | None]:
    """Where the keys travel, and the field of a token that the package forgot to declare."""
    made: dict[str, dict[str, str]] = {}
    token = None
    keys = [(name, scheme) for name, scheme in schemes if as_text(scheme.get("type")) == "apiKey"]
    for name, scheme in keys:
        wire, place = as_text(scheme.get("name")), "query" if scheme.get("in") == "query" else "headers"
        own = _key_field(access, name, wire, fields, alone=len(keys) == 1)
        if own is None and len(keys) > 1 and fields:
            continue
        if own is None:
            own = token = unique(connection_field(name), access.properties)
            access.properties[own] = {"type": "string", "title": label_of(name), "writeOnly": True}
            if fields:
                access.notes.append(f"The package does not say which connection parameter is sent as {wire}.")
        access.properties[own]["writeOnly"] = True
        made.setdefault(place, {})[wire or "Authorization"] = f"{{connection.{own}}}"
    has_oauth = any(as_text(scheme.get("type")) == "oauth2" for _, scheme in schemes)
    if not made and has_oauth and not fields:
        own = token = unique("token", access.properties)
        access.properties[own] = {"type": "string", "title": "Access token", "writeOnly": True}
        made = {"headers": {"Authorization": f"Bearer {{connection.{own}}}"}}
    return dict(made), token


def _key_field(access: Access, scheme: str, wire: str, fields: dict[str, Json], *, alone: bool) -> str | None:
    """The field whose value is the key: by name, or because it is the only one it can be."""
    wanted = [connection_field(name).casefold() for name in (scheme, wire, "api_key", "apikey")]
    for name in wanted:
        found = next((own for own in fields if own.casefold() == name), None)
        if found is not None:
            return found
    secret = [own for own in fields if own in access.secrets]
    candidates = secret or list(fields)
    return candidates[0] if alone and len(candidates) == 1 else None
