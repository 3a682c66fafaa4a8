"""The tenants, subscription topics, preferences and devices of a fresh sandbox: branches of the invented bookshop."""

from __future__ import annotations

from .protocol import JsonObject

_SERVICE, _NEWS = ("sec-service", "Service"), ("sec-news", "News and offers")
TOPICS: dict[str, tuple[str, tuple[str, str], str]] = {
    "topic-account": ("Account", _SERVICE, "REQUIRED"),
    "topic-orders": ("Orders", _SERVICE, "OPTED_IN"),
    "topic-news": ("News", _NEWS, "OPTED_IN"),
    "topic-offers": ("Offers", _NEWS, "OPTED_OUT"),
}


def _branch(name: str, parent: str | None, brand: str, **more: JsonObject) -> JsonObject:
    return {"name": name, "parent_tenant_id": parent, "brand_id": brand, **more}


TENANTS: dict[str, JsonObject] = {
    "acme": _branch(
        "Acme Books",
        None,
        "harbour-press",
        properties={"plan": "enterprise", "support": "help@acme.example.com"},
        user_profile={"company": "Acme Books"},
        default_preferences={
            "items": [
                {"id": "topic-news", "status": "OPTED_OUT"},
                {"id": "topic-orders", "status": "OPTED_IN", "has_custom_routing": True, "custom_routing": ["email"]},
            ]
        },
    ),
    "acme-berlin": _branch("Acme Books Berlin", "acme", "harbour-events", properties={"city": "Berlin"}),
    "acme-oslo": _branch("Acme Books Oslo", "acme", "harbour-kids", properties={"city": "Oslo"}),
    "harbour": _branch("Harbour Books", None, "harbour-books"),
    "lighthouse": _branch("Lighthouse Library", None, "harbour-staff"),
    "tidepool": _branch("Tidepool Reading Club", None, "harbour-kids"),
}

MEMBERS: dict[str, dict[str, JsonObject | None]] = {
    "acme": {
        "ada": {"title": "Head of Engineering"},
        "bruno": None,
        "chen": None,
        "dalia": None,
        "elif": {"locale": "no"},
        "farid": None,
    },
    "acme-berlin": {"ada": {"email": "ada@acme.example.com"}, "greta": None},
    "acme-oslo": {"ada": None, "chen": None},
    "harbour": {"ada": None, "holt": None},
    "lighthouse": {"ada": None, "greta": None},
    "tidepool": {"ada": None},
}

CHOICES: tuple[tuple[str, str | None, str, JsonObject], ...] = (
    (
        "ada",
        None,
        "topic-news",
        {"status": "OPTED_IN", "has_custom_routing": True, "custom_routing": ["email", "push"]},
    ),
    ("ada", "acme", "topic-offers", {"status": "OPTED_IN"}),
    ("bruno", None, "topic-offers", {"status": "OPTED_IN"}),
    ("farid", None, "topic-news", {"status": "OPTED_OUT"}),
)

TOKENS: dict[str, dict[str, JsonObject]] = {
    "greta": {
        "fcm-greta-phone": {
            "provider_key": "firebase-fcm",
            "expiry_date": False,
            "device": {"app_id": "com.example.books", "platform": "android", "manufacturer": "Fairphone", "model": "5"},
            "tracking": {"os_version": "15", "ip": "192.0.2.10", "lat": "53.55", "long": "9.99"},
            "properties": {"nickname": "Greta's phone"},
        },
        "apn-greta-tablet": {"provider_key": "apn", "device": {"platform": "ios", "model": "iPad"}},
    },
    "elif": {"expo-elif": {"provider_key": "expo"}},
}

_WELCOME = "HB1WE1C0ME000000000000000001"


def _wording(text: str) -> JsonObject:
    nodes: list[JsonObject] = [{"type": "meta", "title": "Welcome to Acme"}, {"type": "text", "content": text}]
    return {
        "content": {"version": "2022-01-01", "elements": nodes},
        "routing": {"method": "single", "channels": ["email", "sms"]},
    }


# The last version is a draft unless it is the only one.
TEMPLATES: dict[str, dict[str, tuple[JsonObject, ...]]] = {
    "acme": {
        _WELCOME: (_wording("Good to see you, {{profile.name}}."), _wording("Come in, {{profile.name}}.")),
        "acme-invoice": (_wording("Your invoice is attached."),),
        "acme-newsletter": (_wording("New at Acme."),),
    },
    "acme-oslo": {_WELCOME: (_wording("Velkommen, {{profile.name}}."),)},
}

PROVIDERS: dict[str, JsonObject] = {
    "HBPR0V1DER000000000000000001": {
        "provider": "sendgrid",
        "title": "SendGrid",
        "alias": "mail",
        "settings": {"api_key": "SG.sandbox", "from_address": "books@example.com", "sandbox_mode": True},
    },
    "HBPR0V1DER000000000000000002": {
        "provider": "twilio",
        "settings": {"account_sid": "AC-sandbox", "auth_token": "sandbox", "messaging_service_sid": "MG-sandbox"},
    },
    "HBPR0V1DER000000000000000003": {"provider": "slack", "title": "Slack of the shop"},
}
