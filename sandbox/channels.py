"""Which ways a message can take to a person: their addresses, and the routing asked for."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cache
from typing import Any

from .protocol import JsonObject

_NAMESPACE = uuid.UUID("6d4b9f0e-2c57-4c39-9d0a-3f6f5f1f7a51")

# The profile's key that holds an address, in the order in which a person is reached by default.
_ADDRESSES = {
    "email": ("email", "sendgrid"),
    "phone_number": ("sms", "twilio"),
    "firebaseToken": ("push", "firebase-fcm"),
    "apn": ("push", "apn"),
    "expo": ("push", "expo"),
    "oneSignalPlayerID": ("push", "onesignal"),
    "airship": ("push", "airship"),
    "slack": ("direct_message", "slack"),
    "ms_teams": ("direct_message", "msteams"),
    "discord": ("direct_message", "discord"),
    "facebookPSID": ("direct_message", "facebook-messenger"),
    "intercom": ("direct_message", "intercom"),
    "pagerduty": ("direct_message", "pagerduty"),
    "webhook": ("webhook", "webhook"),
}
_KNOWN = {name for pair in _ADDRESSES.values() for name in pair} | {"inbox", "banner"}


@cache
def _fixed_id(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, name))


@dataclass(frozen=True)
class Way:
    """One way to a person: a channel, and the provider that serves it."""

    channel: str
    provider: str

    @property
    def channel_id(self) -> str:
        """The channel's identifier, the same at every send."""
        return _fixed_id(f"channel/{self.channel}/{self.provider}")

    @property
    def integration_id(self) -> str:
        """The provider's identifier, the same at every send."""
        return _fixed_id(f"integration/{self.provider}")

    def named(self, name: str) -> bool:
        """Whether a routing that names this channel or provider means this way."""
        return name in (self.channel, self.provider)


@dataclass(frozen=True)
class Route:
    """The ways that are taken; without any, why."""

    ways: tuple[Way, ...]
    reason: str | None = None


def find(profile: JsonObject, routing: JsonObject | None, *, user_id: str | None) -> Route:
    """The ways to a person under a routing; without one, the first address they have.

    Args:
        profile: all that is known of the person.
        routing: the message's or the template's; names channels or providers.
        user_id: who the in-app inbox belongs to; None for somebody known by an address only.
    """
    reachable = [Way(*names) for key, names in _ADDRESSES.items() if profile.get(key)]
    if routing is None or not routing["channels"]:
        return Route(tuple(reachable[:1]), None if reachable else "NO_CHANNELS")
    if user_id is not None:
        reachable.append(Way("inbox", "courier"))
    ways = _choose(routing, reachable)
    if ways:
        return Route(tuple(ways))
    known = any(name in _KNOWN for name in _names(routing))
    return Route((), "NO_CHANNELS" if known else "NO_PROVIDERS")


def _choose(routing: JsonObject, reachable: list[Way]) -> list[Way]:
    chosen: list[Way] = []
    for entry in routing["channels"]:
        if isinstance(entry, str):
            found = [way for way in reachable if way.named(entry)][:1]
        else:
            found = _choose(entry, reachable)
        chosen.extend(way for way in found if way not in chosen)
        if chosen and routing["method"] == "single":
            break
    return chosen


def _names(routing: JsonObject) -> list[str]:
    names: list[str] = []
    for entry in routing["channels"]:
        names.extend([entry] if isinstance(entry, str) else _names(entry))
    return names


def opted_out(preferences: list[JsonObject], notification: str, topic: str | None) -> bool:
    """Whether one of the preferences declines the template, or the message's subscription topic."""
    declined = [name for name in (notification, topic) if name]
    return any(
        _status((chosen.get(kind) or {}).get(name)) == "OPTED_OUT"
        for chosen in preferences
        for kind in ("notifications", "categories")
        for name in declined
    )


def _status(preference: Any) -> str | None:
    return preference.get("status") if isinstance(preference, dict) else None
