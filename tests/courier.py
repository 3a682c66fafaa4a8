"""The Courier connector's folder, read once: each test makes a connector of its own from it."""

from __future__ import annotations

from typing import Any

from connector import Connector
from connector.catalogue.loader import load
from connector.definition.files import find

BUNDLE = load(find("courier"))


def courier(**options: Any) -> Connector:
    """What `Connector.load("courier", **options)` gives, without reading the files again."""
    return Connector(BUNDLE, **options)
