"""The automations, journeys, runs and translations of a fresh sandbox."""

from __future__ import annotations

from .protocol import JsonObject
from .seed_traffic import LAUNCH
from .timestamps import DAY, HOUR

_REVIEW = "nt_01harbour0review000000000003"
_FAMILY = "3f0c2a54-7d1e-4c57-9a40-0a6c1b1f00"
AUTOMATIONS: dict[str, JsonObject] = {
    f"{_FAMILY}01": {
        "alias": "welcome-series",
        "name": "Welcome series",
        "steps": [
            {"action": "send", "template": "welcome-email"},
            {"action": "delay", "duration": "2 days"},
            {"action": "send", "template": LAUNCH, "data": {"title": "Tides"}},
        ],
    },
    f"{_FAMILY}02": {
        "alias": "ask-for-review",
        "name": "Ask for a review",
        "trigger": {"event": "Order Delivered"},
        "steps": [
            {"action": "update-profile", "merge": "overwrite", "profile": {"asked_for_review": True}},
            {"action": "send", "template": _REVIEW, "data": {"title": "Tides"}},
        ],
    },
    f"{_FAMILY}03": {
        "alias": "order-placed",
        "name": "Order placed",
        "trigger": {"event": "New Order Placed"},
        "steps": [{"action": "send", "template": "order-shipped"}],
    },
    f"{_FAMILY}04": {"alias": "gift-guide", "name": "Gift guide", "version": "draft", "steps": []},
}

_JOURNEYS = "7c1d93b8-51aa-4e0f-8d2b-6f2e9b7a00"
JOURNEYS: dict[str, JsonObject] = {
    f"{_JOURNEYS}01": {
        "alias": "onboarding",
        "name": "Onboarding",
        "steps": [
            {"action": "send", "template": "welcome-email"},
            {"action": "delay", "duration": "1 day"},
            {"action": "send", "template": _REVIEW, "data": {"title": "Tides"}},
        ],
    },
    f"{_JOURNEYS}02": {
        "alias": "win-back",
        "name": "Win back",
        "trigger": {"path": "lapsed", "value": True},
        "steps": [{"action": "send", "template": LAUNCH, "data": {"title": "Tides"}}],
    },
    f"{_JOURNEYS}03": {"alias": "reading-club", "name": "Reading club", "steps": []},
    f"{_JOURNEYS}04": {"alias": "summer-2024", "name": "Summer 2024", "state": "archived", "steps": []},
    f"{_JOURNEYS}05": {"alias": "paused", "name": "Paused", "state": "disabled", "steps": []},
    f"{_JOURNEYS}06": {"alias": "autumn", "name": "Autumn", "version": "draft", "steps": []},
}

# Automation, age, and the steps with the time that each takes. Their messages are not kept.
_RUN = "1-66c0d1e0-7a1b2c3d4e5f60718293a4"
RUNS: dict[str, tuple[str, int, tuple[tuple[str, int], ...]]] = {
    f"{_RUN}01": (f"{_FAMILY}01", 40 * DAY, (("send", 0), ("delay", 2 * DAY), ("send", 0))),
    f"{_RUN}02": (f"{_FAMILY}02", 12 * DAY, (("update-profile", 0), ("send", 0))),
    f"{_RUN}03": (f"{_FAMILY}03", 3 * DAY, (("send", 0),)),
    f"{_RUN}04": (f"{_FAMILY}01", 6 * HOUR, (("send", 0), ("delay", 2 * DAY), ("send", 0))),
}
RUN_MESSAGE = "1-66a8f1c0-5d2c8e7a4b1f9036c7d2e501"
JOURNEY_RUN = "1-66c0d1e0-7a1b2c3d4e5f60718293a4f1"

TRANSLATIONS = {
    "de": (
        'msgid ""\nmsgstr "Language: de\\n"\n\n'
        'msgid "Good to have you aboard."\nmsgstr "Willkommen an Bord."\n\n'
        'msgid "Doors open at seven."\nmsgstr "Einlass ab sieben."\n'
    ),
    "es": 'msgid "Good to have you aboard."\nmsgstr "Bienvenida a bordo."\n',
}
