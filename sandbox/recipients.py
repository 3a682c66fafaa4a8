"""From a message's ``to`` to the people it reaches."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

from . import audiences, lists, profiles, tenant_users, tenants
from .protocol import JsonObject

_ADDRESS_KEYS = ("email", "phone_number", "slack", "ms_teams", "pagerduty", "webhook")
_ADDRESS_PARTS = ("user_id", "email", "channel", "channel_id", "conversation_id", "channel_name", "url")
_NOT_ADDRESSES = frozenset(
    ("user_id", "data", "preferences", "context", "tenant_id", "account_id", "list_id", "filters", "_type")
)


@dataclass(frozen=True)
class Person:
    """Somebody a message goes to.

    Attributes:
        recipient: the name in the message's record: the user's id, or else the address itself.
        user_id: the user's id, None for somebody known by an address only.
        received: the profile that came with the message.
        stored: the profile that was there before.
        data: this person's own values, merged over the message's.
        preferences: all that may decline the message.
        list_id: the list they were reached through.
        tenant_id: the tenant they were addressed in.
    """

    recipient: str
    user_id: str | None
    received: JsonObject = field(default_factory=dict)
    stored: JsonObject = field(default_factory=dict)
    data: JsonObject = field(default_factory=dict)
    preferences: tuple[JsonObject, ...] = ()
    list_id: str | None = None
    tenant_id: str | None = None

    @property
    def profile(self) -> JsonObject:
        """Everything known of them."""
        return profiles.merged(self.stored, self.received)


def is_single(to: JsonObject | list[JsonObject]) -> bool:
    """Whether it names one person, so that the request and its message share an identifier."""
    if isinstance(to, list):
        return len(to) == 1 and is_single(to[0])
    if any(to.get(key) for key in ("list_id", "list_pattern", "audience_id")):
        return False
    return not to.get("tenant_id") or any(to.get(key) for key in ("user_id", *_ADDRESS_KEYS))


def resolve(db: sqlite3.Connection, to: JsonObject | list[JsonObject], tenant_id: str | None = None) -> list[Person]:
    """All people it names; what does not exist names nobody. The message's tenant counts before a recipient's own."""
    if isinstance(to, list):
        return [person for entry in to for person in resolve(db, entry, tenant_id)]
    if tenant_id:
        to = {**to, "context": {"tenant_id": tenant_id}}
    if audience_id := to.get("audience_id"):
        audience = audiences.load(db, audience_id)
        names = audiences.members(db, audience) if audience else []
        return [user(db, name, to) for name in names]
    if pattern := to.get("list_pattern"):
        found: dict[str, Person] = {}
        for list_id in lists.matching(db, pattern):
            for person in _subscribers(db, list_id, to):
                found.setdefault(person.recipient, person)
        return list(found.values())
    if to.get("list_id"):
        return _subscribers(db, to["list_id"], to)
    if to.get("tenant_id") and not any(to.get(key) for key in ("user_id", *_ADDRESS_KEYS)):
        return [user(db, name, to) for name in tenant_users.members(db, to["tenant_id"])]
    return [_addressed(db, to)]


def user(
    db: sqlite3.Connection,
    user_id: str,
    to: JsonObject,
    *,
    received: JsonObject | None = None,
    preferences: tuple[JsonObject, ...] = (),
    list_id: str | None = None,
) -> Person:
    """A person by their id, with their preferences and their stored profile, in the tenant too."""
    tenant_id = _tenant(to)
    stored = profiles.load(db, user_id) or {}
    if tenant := tenants.load(db, tenant_id or ""):
        own = tenant_users.profile(db, tenant["id"], user_id)
        stored = profiles.merged(profiles.merged(stored, tenant["user_profile"]), own)
    return Person(
        recipient=user_id,
        user_id=user_id,
        received=received or {},
        stored=stored,
        data=to.get("data") or {},
        preferences=(*preferences, profiles.load_preferences(db, user_id)),
        list_id=list_id,
        tenant_id=tenant_id,
    )


def _subscribers(db: sqlite3.Connection, list_id: str, to: JsonObject) -> list[Person]:
    row = lists.load(db, list_id)
    general = json.loads(row["preferences"]) if row and row["preferences"] else {}
    return [
        user(
            db,
            entry["user_id"],
            to,
            preferences=(json.loads(entry["preferences"]) if entry["preferences"] else general,),
            list_id=list_id,
        )
        for entry in lists.subscribers(db, list_id)
    ]


def _addressed(db: sqlite3.Connection, to: JsonObject) -> Person:
    received = {key: value for key, value in to.items() if value is not None and key not in _NOT_ADDRESSES}
    preferences = (to.get("preferences") or {},)
    if user_id := to.get("user_id"):
        return user(db, user_id, to, received=received, preferences=preferences)
    return Person(
        recipient=address(to) or "anonymous",
        user_id=None,
        received=received,
        data=to.get("data") or {},
        preferences=preferences,
        tenant_id=_tenant(to),
    )


def address(profile: JsonObject, keys: Iterable[str] = _ADDRESS_KEYS) -> str | None:
    """The first address in a profile, of those that the keys hold."""
    for key in keys:
        found = profile.get(key)
        if isinstance(found, dict):
            found = next((found[part] for part in _ADDRESS_PARTS if found.get(part)), key)
        if found:
            return str(found)
    return None


def _tenant(to: JsonObject) -> str | None:
    tenant: str | None = (to.get("context") or {}).get("tenant_id") or to.get("tenant_id") or to.get("account_id")
    return tenant
