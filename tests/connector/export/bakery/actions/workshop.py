"""Handlers of the workshop."""

from __future__ import annotations

from connector.call import send

build = list_flavors = replace_settings = open_door = send
