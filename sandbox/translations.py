"""Translations: what texts in messages say in a language, as a .po file per language."""

from __future__ import annotations

import re
import sqlite3

from .protocol import NO_CONTENT, OK, Call, Response, not_found
from .route import on
from .rows import one
from .validation import string

_DOMAIN = "default"
_ENTRY = re.compile(r'^msgid\s+((?:"(?:[^"\\]|\\.)*"\s*)+)^msgstr\s+((?:"(?:[^"\\]|\\.)*"\s*)+)', re.MULTILINE)
_PART = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPES = {"n": "\n", "t": "\t"}


def save(db: sqlite3.Connection, locale: str, content: str) -> None:
    """Write the translations of a language, replacing old ones."""
    db.execute("INSERT OR REPLACE INTO translations (locale, content) VALUES (?, ?)", (locale, content))


def load(db: sqlite3.Connection, locale: object) -> dict[str, str]:
    """The translation of each text into a language, or into the one without its region; empty without any."""
    names = (str(locale), str(locale).replace("_", "-").partition("-")[0])
    for name in names:
        if row := one(db, "SELECT content FROM translations WHERE locale = ?", name):
            return entries(row["content"])
    return {}


def entries(content: str) -> dict[str, str]:
    """The texts of a .po file with their translations; those without one are left out."""
    found = {_text(source): _text(target) for source, target in _ENTRY.findall(content)}
    return {source: target for source, target in found.items() if source and target}


def _text(quoted: str) -> str:
    joined = "".join(_PART.findall(quoted))
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), joined)


@on("GET /translations/{domain}/{locale}")
def get_translations(call: Call) -> Response:
    """The .po file of a language."""
    row = one(call.db, "SELECT content FROM translations WHERE locale = ?", call.ids["locale"])
    if row is None or call.ids["domain"] != _DOMAIN:
        raise not_found(f"Translations for {call.ids['domain']}/{call.ids['locale']} not found")
    return Response(OK, row["content"])


@on("PUT /translations/{domain}/{locale}", string, audit_as="translation/updated", target="locale")
def put_translations(call: Call) -> Response:
    """Replace the .po file of a language."""
    if call.ids["domain"] != _DOMAIN:
        raise not_found(f"Domain {call.ids['domain']} not found")
    save(call.db, call.ids["locale"], call.body)
    return Response(NO_CONTENT)
