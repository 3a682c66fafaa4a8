"""Handlers of the brand actions."""

from __future__ import annotations

from collections.abc import Iterator

from connector.call import Call, InputView, Outputs, check, page, send
from connector.errors import Problem

get_brand = send
list_brands = page

_TEMPLATE = ("backgroundColor", "blocksBackgroundColor", "head", "header", "footer", "width")
_MJML = tuple(f"mjml_{part}" for part in _TEMPLATE)
_OVERRIDE = (*(f"templateOverride_{part}" for part in _TEMPLATE), "footerBackgroundColor", "footerFullWidth")

_SWITCHES = {
    "head_inheritDefault": ("Head Content is", ("head_content",)),
    "templateOverride_enabled": (
        "a Template Override, MJML or template footer box is",
        (*_OVERRIDE, "mjml_enabled", *_MJML),
    ),
    "mjml_enabled": ("another MJML box is", _MJML),
}
"""Boxes that must be decided as soon as one of others is filled in: words for the others, their names."""


def _undecided(given: InputView) -> Iterator[Problem]:
    for switch, (reason, others) in _SWITCHES.items():
        if given.has(*others) and not given.has(switch):
            message = f"{given.label(switch)} must be decided, because {reason} filled in: choose true or false."
            yield Problem(switch, "required", message)


@check(_undecided)
def create_brand(call: Call) -> Outputs:
    """Make it; what must be decided together was checked before."""
    return call.send()
