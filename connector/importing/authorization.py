"""The connection of a package: its fields, its kinds, and where each secret travels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from connector.importing.credentials import key_field, user_and_password
from connector.importing.expressions import UnsupportedError, template_of
from connector.importing.names import connection_field, key_of, label_of, unique
from connector.importing.oauth_settings import OAuthSettings, custom_values, serves_tokens
from connector.importing.policy import Policy
from connector.importing.swagger import Json, as_list, as_object, as_text, is_true
from connector.importing.texts import description_of, sentences

_SECRETS = {"securestring", "oauthsetting"}
_MOST_KINDS, _MOST_FIELDS = 20, 200
_NOT_FIELDS = {"gatewaysetting", "managedidentity"}


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
        oauth: Where tokens come from, by the key of the kind of connection.
    """

    properties: dict[str, Json] = field(default_factory=dict)
    kinds: list[Kind] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    oauth: dict[str, OAuthSettings] = field(default_factory=dict)
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

    def add(self, name: str, written: Json, *, for_tokens: bool = False) -> str | None:
        """Add a connection parameter; None if people do not fill it in, such as one only used to get tokens."""
        kind, texts = as_text(written.get("type")).lower(), as_object(written.get("uiDefinition"))
        constraints = as_object(texts.get("constraints"))
        if kind == "oauthsetting":
            for word, value in custom_values(written).items():
                for path in (f"{name}/oauthsettings/customparameters/{word}/value", f"{name}:{word}"):
                    self._constants[path.casefold()] = value
        if kind in _NOT_FIELDS:
            self.notes.append(f"The connection parameter “{name[:60]}” is for the cloud only and is left out.")
            return None
        hidden, default = is_true(constraints.get("hidden")), constraints.get("default", written.get("defaultValue"))
        choices = as_list(constraints.get("allowedValues"))
        allowed = [as_object(each).get("value") for each in choices]
        if len(allowed) == 1 and isinstance(allowed[0], str) and is_true(constraints.get("required")):
            hidden, default = True, allowed[0]
        if hidden and isinstance(default, str | int | float):
            self._constants[name.casefold()] = str(default)
            return None
        if for_tokens:
            return None
        own = self._names.get(name.casefold()) or unique(connection_field(name), self.properties)
        title = as_text(texts.get("displayName")) or ("Access token" if kind == "oauthsetting" else label_of(name))
        made: Json = {"type": "string", "title": title}
        named = [{"value": each.get("value"), "title": each.get("text")} for each in map(as_object, choices)]
        text = description_of({**texts, "x-ms-editor-options": {"items": named}}, {})
        made |= {"description": text} if text else {}
        if kind in _SECRETS or constraints.get("clearText") is False:
            made |= {"writeOnly": True}
        made |= {"enum": allowed} if allowed and all(isinstance(each, str) for each in allowed) else {}
        if isinstance(default, str | int | float) and default != "" and not made.get("writeOnly"):
            made |= {"default": str(default)}
        self.properties[own] = _merged(self.properties.get(own, made), made)
        self._names[name.casefold()] = self._names[own.casefold()] = own
        return own

    @property
    def constants(self) -> dict[str, str]:
        """The values that nobody fills in, by the last part of their names."""
        return {name.rpartition(":")[2]: value for name, value in self._constants.items()}


def _merged(known: Json, made: Json) -> Json:
    """A field of several kinds of connection: what all of them allow, and what each says of it."""
    texts = dict.fromkeys(text for text in (known.get("description"), made.get("description")) if text)
    allowed = (
        {"enum": list(dict.fromkeys([*known["enum"], *made["enum"]]))} if "enum" in known and "enum" in made else {}
    )
    both = {word: value for word, value in {**made, **known}.items() if word not in {"enum", "description", "default"}}
    default = {"default": made["default"]} if made.get("default", "") == known.get("default") else {}
    text = sentences(*texts) if len(texts) > 1 else "".join(texts)
    return both | ({"description": text} if texts else {}) | allowed | default


def access_of(swagger: Json, properties: Json) -> Access:
    """The connection that `apiDefinition.swagger.json` and `apiProperties.json` describe together."""
    access = Access()
    schemes, policies = list(_schemes(swagger, access, properties)), properties.get("policyTemplateInstances")
    sets = as_list(as_object(properties.get("connectionParameterSets")).get("values"))
    for each in filter(None, map(as_object, sets[:_MOST_KINDS])):
        texts = as_object(each.get("uiDefinition"))
        title = as_text(texts.get("displayName")) or as_text(each.get("name")) or "Connection"
        key = key_of(as_text(each.get("name")) or title, [kind.key for kind in access.kinds], "kind")
        parameters = as_object(each.get("parameters"))
        access.kinds.append(_kind(access, key, title, as_text(texts.get("description")), parameters, schemes, policies))
    if not access.kinds:
        parameters = as_object(properties.get("connectionParameters"))
        access.kinds.append(_kind(access, "default", "Connection", "", parameters, schemes, policies))
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
    access: Access, key: str, title: str, description: str, parameters: Json, schemes: list[tuple[str, Json]],
    policies: Any,
) -> Kind:  # fmt: skip
    fields: dict[str, Json] = {}
    for name, written in islice(parameters.items(), _MOST_FIELDS):
        own = access.add(name, as_object(written), for_tokens=serves_tokens(name, parameters, policies))
        if own is not None:
            fields[own] = as_object(written)
    token = next(
        (own for own, written in fields.items() if as_text(written.get("type")).lower() == "oauthsetting"), None
    )
    made: dict[str, Any] = {}
    if token is not None:
        access.oauth[key] = OAuthSettings.read(token, fields[token])
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
            access.add(name, {"type": "string"})
            fields[name] = {"uiDefinition": {"constraints": {"required": "true"}}}
    user, password = user_and_password(fields)
    if password is not None:
        access.properties[password]["writeOnly"] = True
    found = {"username": user, "password": password}
    return {part: f"{{connection.{name}}}" for part, name in found.items() if name is not None}


def _key_places(
    access: Access, fields: dict[str, Json], schemes: list[tuple[str, Json]]
) -> tuple[dict[str, Any], str | None]:
    """Where the keys travel, and the field of a token that the package forgot to declare."""
    made: dict[str, dict[str, str]] = {}
    token = None
    keys = [(name, scheme) for name, scheme in schemes if as_text(scheme.get("type")) == "apiKey"]
    for name, scheme in keys:
        wire, place = as_text(scheme.get("name")), "query" if scheme.get("in") == "query" else "headers"
        own = key_field(access.secrets, (name, wire), fields, alone=len(keys) == 1)
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
