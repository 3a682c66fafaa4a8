"""The people, lists, brands and audiences of a fresh sandbox: the readers of an invented bookshop."""

from __future__ import annotations

import json
from pathlib import Path

from .protocol import JsonObject

_DATA: dict[str, dict[str, JsonObject]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
PROFILES = _DATA["profiles"]
PREFERENCES = _DATA["preferences"]
LISTS = _DATA["lists"]
BRANDS = _DATA["brands"]
DEFAULT_BRAND = next(iter(BRANDS))
AUDIENCES = _DATA["audiences"]
