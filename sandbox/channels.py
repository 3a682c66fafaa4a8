"""Which channels and providers reach a user, by the addresses in the profile and the routing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cache
from typing import Any

from .protocol import JsonObject

_NAMESPACE = uuid.UUID("6d4b9f0e-2c57-4c39-9d0a-3f6f5f1f7a51")

# The profile keys that hold an address, in the default order of delivery.
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
class Integration:
    """A provider and the channel that it serves."""

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
        """Whether a routing that names this channel or provider chooses this integration."""
        return name in (self.channel, self.provider)


@dataclass(frozen=True)
class Route:
    """The integrations to use, or the reason why there are none."""

    integrations: tuple[Integration, ...]
    reason: str | None = None


def find(
    profile: JsonObject, routing: JsonObject | None, *, user_id: str | None, push_providers: tuple[str, ...] = ()
) -> Route:
    """The integrations that a routing chooses for a user. Without a routing, the one for the user's first address.

    Args:
        profile: the merged profile.
        routing: the routing of the message or the template; names channels or providers.
        user_id: the owner of the in-app inbox; None for a recipient that is only an address.
        push_providers: the providers of the user's device tokens.
    """
    reachable = [Integration(*names) for key, names in _ADDRESSES.items() if profile.get(key)]
    reachable += [Integration("push", provider) for provider in dict.fromkeys(push_providers)]
    if routing is None or not routing["channels"]:
        return Route(tuple(reachable[:1]), None if reachable else "NO_CHANNELS")
    if user_id is not None:
        reachable.append(Integration("inbox", "courier"))
    integrations = _choose(routing, reachable)
    if integrations:
        return Route(tuple(integrations))
    known = any(name in _KNOWN for name in _names(routing))
    return Route((), "NO_CHANNELS" if known else "NO_PROVIDERS")


def _choose(routing: JsonObject, reachable: list[Integration]) -> list[Integration]:
    chosen: list[Integration] = []
    for entry in routing["channels"]:
        if isinstance(entry, str):
            found = [integration for integration in reachable if integration.named(entry)][:1]
        else:
            found = _choose(entry, reachable)
        chosen.extend(integration for integration in found if integration not in chosen)
        if chosen and routing["method"] == "single":
            break
    return chosen


def _names(routing: JsonObject) -> list[str]:
    names: list[str] = []
    for entry in routing["channels"]:
        names.extend([entry] if isinstance(entry, str) else _names(entry))
    return names


def opted_out(preferences: list[JsonObject], notification: str, topic: str | None) -> bool:
    """Whether one of the preferences opts out of the template or of the message's subscription topic."""
    declined = [name for name in (notification, topic) if name]
    return any(
        _status((chosen.get(kind) or {}).get(name)) == "OPTED_OUT"
        for chosen in preferences
        for kind in ("notifications", "categories")
        for name in declined
    )


def _status(preference: Any) -> str | None:
    return preference.get("status") if isinstance(preference, dict) else None
