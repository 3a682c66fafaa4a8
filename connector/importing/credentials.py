"""Which connection parameter is the user name, the password or the key, where a package does not say so."""

from __future__ import annotations

import re

from connector.importing.names import connection_field
from connector.importing.swagger import Json, as_text

_USER = re.compile(r"user|login|account|email|client_?id|sid|^id$", re.IGNORECASE)
_PASSWORD = re.compile(r"pass|secret|token|key", re.IGNORECASE)


def user_and_password(fields: dict[str, Json]) -> tuple[str | None, str | None]:
    """The field of the user name and that of the password; a single secret is the user name, as services want it."""
    names = list(fields)
    if len(names) == 1:
        return names[0], None
    secret = [name for name in names if as_text(fields[name].get("type")).lower() == "securestring"]
    password = next((name for name in (*secret, *names) if _PASSWORD.search(name)), secret[0] if secret else None)
    users = [name for name in names if name != password]
    user = next((name for name in users if _USER.search(name)), users[0] if users else None)
    return user, password


def looks_secret(name: str) -> bool:
    """Whether a connection parameter is a secret as far as its name says."""
    return _PASSWORD.search(name) is not None


def key_field(secrets: frozenset[str], names: tuple[str, str], fields: dict[str, Json], *, alone: bool) -> str | None:
    """The field whose value is the key: by name, or because it is the only one it can be."""
    wanted = [connection_field(name).casefold() for name in (*names, "api_key", "apikey")]
    for name in wanted:
        found = next((own for own in fields if own.casefold() == name), None)
        if found is not None:
            return found
    secret = [own for own in fields if own in secrets]
    candidates = secret or list(fields)
    return candidates[0] if alone and len(candidates) == 1 else None
