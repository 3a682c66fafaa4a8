"""The code of an action's handler, which does not run in an exported package: what the package says of it."""

from __future__ import annotations

import inspect

from connector.call.handler import Handler, page, send, without_checks


def is_standard(handler: Handler) -> bool:
    """Whether the handler, apart from its checks, is one that the definition describes completely."""
    return without_checks(handler) in (send, page)


def handler_summary(handler: Handler) -> str:
    """The first paragraph of the handler's docstring, on one line; empty if it has none."""
    return " ".join((inspect.getdoc(handler) or "").partition("\n\n")[0].split())
