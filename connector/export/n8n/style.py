"""Names and sentences as n8n's lint rules require them: title case, “Whether …”, one sentence without a period."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_SMALL = re.compile(
    r"\b(?:an?d?|a[st]|because|but|by|en|for|i[fn]|neither|nor|o[fnr]|only|over|per|so|some|tha[tn]|the|to|up|upon"
    r"|vs?\.?|versus|via|when|with|without|yet)\b",
    re.IGNORECASE,
)
_TOKENS = re.compile(r"[^\s:–—-]+|.")  # noqa: RUF001 - the dashes that n8n's rule distinguishes
_MANUAL_CASE = re.compile(r".(?=[A-Z]|\..)")
_ALPHANUMERIC = re.compile(r"[A-Za-z0-9\u00c0-\u00ff]")
_MOST_SORTED = 5
_MARKS = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
"""The marks in the order that JavaScript's `localeCompare` gives them, before digits and letters."""


def class_name(key: str) -> str:
    """`audit_events` is `AuditEvents`."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", key))


def camel(key: str) -> str:
    """`audit_events` is `auditEvents`."""
    whole = class_name(key)
    return whole[:1].lower() + whole[1:]


def title(words: str) -> str:
    """The words in title case, as n8n's rules define it."""
    words = capital_ids(" ".join(words.split()))
    found = list(_TOKENS.finditer(words))
    parts = []
    for match in found:
        token = match.group()
        inside = match.start() > 0 and match.end() < len(words)
        keeps = bool(_MANUAL_CASE.search(token)) or (inside and bool(_SMALL.search(token)))
        parts.append(token if keeps else _ALPHANUMERIC.sub(lambda first: first.group().upper(), token, count=1))
    return "".join(parts)


def sentence(words: str) -> str:
    """The words in sentence case and without marks, as n8n names its actions: `Add subscribers to a list`."""
    plain = words.replace("(s)", "s").replace("'s", "").replace("’s", "")  # noqa: RUF001 - as people type it
    plain = " ".join(re.sub(r"[^A-Za-z0-9]+", " ", plain).split())
    cased = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in plain.split())
    return cased[:1].upper() + cased[1:]


def singular(words: str) -> str:
    """`Bulk jobs` is `Bulk job`: n8n names a resource in the singular."""
    if words.endswith("ies"):
        return words[:-3] + "y"
    return words[:-1] if words.endswith("s") and not words.endswith("ss") else words


def capital_ids(words: str) -> str:
    """`id`, `url` and `json` as n8n's rules spell them."""
    for small, large in (("id", "ID"), ("url", "URL"), ("json", "JSON")):
        words = re.sub(rf"\b(?:{small}|{small.title()})(s?)\b", rf"{large}\1", words)
    return words


def description(words: str, *, boolean: bool = False, beside: str = "") -> str:
    """A field's description; empty if it only repeats the display name. That of a boolean begins with “Whether”."""
    words = capital_ids(" ".join(words.split())).replace("<", "&lt;").replace(">", "&gt;")
    if not words:
        return ""
    words = words[:1].upper() + words[1:]
    if boolean:
        words = _whether(words)
    if len(words.split(". ")) == 1:
        words = words.removesuffix(".")
    elif not words.endswith("."):
        words += "."
    return "" if words.lower() in {beside.lower(), f"the {beside}".lower()} else words


def _whether(words: str) -> str:
    if words.startswith("Whether"):
        return words
    if words.startswith("Turn on to "):
        return "Whether to " + words.removeprefix("Turn on to ")
    return f"Whether this applies. {words}"


def listed(name: str) -> tuple[str, str, str]:
    """A sort key that orders names as JavaScript's `localeCompare` does."""
    plain = "".join(mark for mark in unicodedata.normalize("NFD", name) if not unicodedata.combining(mark))
    return "".join(map(_ranked, plain.casefold())), name.swapcase(), name


def _ranked(mark: str) -> str:
    if mark.isspace():
        return f"0{mark}"
    return f"2{mark}" if mark.isalnum() else f"1{chr((_MARKS + mark).index(mark))}{mark}"


def in_order(entries: list[dict[str, Any]], by: str = "displayName") -> list[dict[str, Any]]:
    """The list, sorted by name if it is so long that n8n's rules require it."""
    return entries if len(entries) < _MOST_SORTED else sorted(entries, key=lambda entry: listed(entry[by]))
