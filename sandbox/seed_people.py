"""The people, lists, brands and audiences of a fresh sandbox: the readers of an invented bookshop."""

from __future__ import annotations

from .protocol import JsonObject

PROFILES: dict[str, JsonObject] = {
    "ada": {
        "name": "Ada Brandt",
        "nickname": "Countess",
        "email": "ada@example.com",
        "email_verified": True,
        "phone_number": "+15550100001",
        "locale": "en",
        "title": "Engineer",
        "plan": "pro",
        "orders": 14,
        "joined": "2022-04-11",
        "address": {"locality": "Hamburg", "country": "DE"},
    },
    "bruno": {
        "name": "Bruno Tal",
        "email": "bruno@example.com",
        "phone_number": "+15550100002",
        "locale": "de",
        "title": "Editor",
        "plan": "pro",
        "orders": 3,
        "joined": "2023-01-30",
        "address": {"locality": "Hamburg", "country": "DE"},
    },
    "chen": {
        "name": "Chen Osei",
        "email": "chen@example.org",
        "locale": "en",
        "title": "Engineer",
        "plan": "free",
        "orders": 27,
        "joined": "2021-09-02",
        "address": {"locality": "Oslo", "country": "NO"},
    },
    "dalia": {
        "name": "Dalia Reyes",
        "phone_number": "+15550100004",
        "locale": "es",
        "title": "Illustrator",
        "plan": "free",
        "orders": 1,
        "joined": "2024-02-19",
        "address": {"locality": "Lisbon", "country": "PT"},
    },
    "elif": {
        "name": "Elif Novak",
        "email": "elif@example.org",
        "expo": {"token": "ExponentPushToken[sandbox-elif]"},
        "locale": "en",
        "title": "Engineer",
        "plan": "pro",
        "orders": 8,
        "joined": "2023-06-08",
        "address": {"locality": "Oslo", "country": "NO"},
    },
    "farid": {
        "name": "Farid Holm",
        "email": "farid@example.com",
        "phone_number": "+15550100006",
        "locale": "en",
        "title": "Teacher",
        "plan": "free",
        "orders": 11,
        "joined": "2020-12-24",
        "address": {"locality": "Bergen", "country": "NO"},
    },
    "grace@example.com": {
        "email": "grace@example.com",
        "locale": "en",
        "plan": "pro",
    },
    "greta": {
        "name": "Greta Ilves",
        "email": "greta@example.org",
        "locale": "de",
        "title": "Librarian",
        "plan": "pro",
        "orders": 40,
        "joined": "2019-05-17",
        "address": {"locality": "Tallinn", "country": "EE"},
    },
    "holt": {
        "name": "Holt Ames",
        "locale": "en",
        "title": "Sailor",
        "plan": "free",
        "orders": 0,
        "joined": "2024-05-01",
    },
}

PREFERENCES: dict[str, JsonObject] = {
    "farid": {"notifications": {"HB4W33K7D1G3ST00000000000004": {"status": "OPTED_OUT"}}},
}

LISTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "events.hamburg": ("Readings in Hamburg", ("ada", "bruno")),
    "events.oslo": ("Readings in Oslo", ("chen", "elif", "farid")),
    "news.daily": ("Daily bulletin", ("ada", "greta")),
    "news.products.launches": ("New titles", ("ada", "chen", "dalia", "elif")),
    "news.weekly": ("Weekly newsletter", ("ada", "bruno", "chen", "dalia", "elif", "farid", "greta")),
    "orders.updates": ("Order updates", ("dalia", "holt")),
    "staff.editors": ("Editors", ("bruno",)),
}

_LOGO = {"href": "https://books.example.com", "image": "https://books.example.com/logo.png"}
_SOCIAL = {
    "facebook": {"url": "https://facebook.example.com/harbour"},
    "instagram": {"url": "https://instagram.example.com/harbour"},
}


def _brand(name: str, primary: str, secondary: str, footer: str) -> JsonObject:
    return {
        "name": name,
        "settings": {
            "colors": {"primary": primary, "secondary": secondary, "tertiary": "#F4F1EA"},
            "email": {
                "header": {"barColor": primary, "logo": dict(_LOGO)},
                "footer": {"markdown": footer, "social": dict(_SOCIAL)},
            },
        },
        "snippets": {"items": [{"format": "handlebars", "name": "greeting", "value": "Hello {{name}}"}]},
    }


DEFAULT_BRAND = "harbour-books"
BRANDS: dict[str, JsonObject] = {
    DEFAULT_BRAND: _brand("Harbour Books", "#14532D", "#D9A441", "Harbour Books, Pier 4"),
    "harbour-events": _brand("Harbour Events", "#1E3A8A", "#93C5FD", "Readings and talks"),
    "harbour-kids": _brand("Harbour Kids", "#BE123C", "#FDE68A", "Stories for small people"),
    "harbour-orders": _brand("Harbour Orders", "#334155", "#CBD5E1", "Questions? Write to us."),
    "harbour-press": _brand("Harbour Press", "#581C87", "#E9D5FF", "Our own titles"),
    "harbour-staff": _brand("Harbour Staff", "#0F766E", "#99F6E4", "For the crew"),
}

AUDIENCES: dict[str, JsonObject] = {
    "engineers": {
        "name": "Engineers",
        "description": "Readers who build things",
        "filter": {"operator": "AND", "filters": [{"operator": "EQ", "path": "title", "value": "Engineer"}]},
    },
    "frequent-buyers": {
        "name": "Frequent buyers",
        "description": "More than ten orders",
        "filter": {"operator": "AND", "filters": [{"operator": "GT", "path": "orders", "value": "10"}]},
    },
    "hamburg-or-oslo": {
        "name": "Hamburg or Oslo",
        "description": "Readers near one of our shops",
        "operator": "OR",
        "filter": {
            "operator": "OR",
            "filters": [
                {"operator": "EQ", "path": "address.locality", "value": "Hamburg"},
                {"operator": "EQ", "path": "address.locality", "value": "Oslo"},
            ],
        },
    },
    "phone-readers": {
        "name": "Reachable by phone",
        "description": "Readers with a phone number",
        "filter": {"operator": "AND", "filters": [{"operator": "EXISTS", "path": "phone_number", "value": "true"}]},
    },
    "pro-newcomers": {
        "name": "New on the pro plan",
        "description": "Pro readers who joined in 2023 or later",
        "operator": "AND",
        "filter": {
            "operator": "AND",
            "filters": [
                {"operator": "EQ", "path": "plan", "value": "pro"},
                {"operator": "IS_AFTER", "path": "joined", "value": "2022-12-31"},
            ],
        },
    },
    "with-email": {
        "name": "Reachable by e-mail",
        "description": "Readers with an e-mail address",
        "filter": {"operator": "AND", "filters": [{"operator": "EXISTS", "path": "email", "value": "true"}]},
    },
}
