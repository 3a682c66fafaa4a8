"""What sending a message and making a bulk job share: checks of what a message says, and finishing its body."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from connector.call import InputView
from connector.errors import Problem

Json = dict[str, Any]

_NEEDED = {
    "text": ("content",),
    "channel": ("channel",),
    "image": ("src",),
    "action": ("content", "href"),
    "quote": ("content",),
    "html": ("content",),
}
_LABELS = {
    "to_data": "Recipient Data",
    "to_context_tenant_id": "Recipient Context Tenant ID",
    "preferences_notifications": "Template Preferences",
    "preferences_categories": "Category Preferences",
    "src": "Image Address",
    "href": "Link",
}
_SPELLINGS = {"Id": "ID", "Url": "URL", "Ms": "MS", "Pagerduty": "PagerDuty"}


def label(name: str) -> str:
    """What the form calls the field of that name."""
    words = _LABELS.get(name, name.replace("_", " ").title()).split()
    return " ".join(_SPELLINGS.get(word, word) for word in words)


def labels(names: Sequence[str], last: str = "and") -> str:
    """Several labels in a sentence: `Title, Body and Elements`."""
    *others, final = [label(name) for name in names]
    return f"{', '.join(others)} {last} {final}" if others else final


def missing(name: str, reason: str) -> Problem:
    """The problem of a box that must be filled in because of what is in others."""
    return Problem(name, "required", f"{label(name)} is missing: {reason}.")


def together(first: str, second: str, reason: str) -> Callable[[InputView], Iterator[Problem]]:
    """A check that two boxes are filled in both or not at all."""

    def check_both(given: InputView) -> Iterator[Problem]:
        for name, other in ((first, second), (second, first)):
            if given.has(other) and not given.has(name):
                yield missing(name, reason)

    return check_both


def one_content(given: InputView) -> Iterator[Problem]:
    """A message is made from a template, from a title and a body, or from elements; never from two of them."""
    words = given.present("title", "body")
    content = given.present("title", "body", "elements")
    if given.has("template") and content:
        keep = "Keep the template, or clear it and keep the words."
        yield Problem("template", "conflict", f"{labels(['template', *content])} are filled in together.", keep)
    elif words and given.has("elements"):
        keep = "Put the title into an element of the type meta and the body into one of the type text."
        yield Problem("elements", "conflict", f"{labels([*words, 'elements'])} are filled in together.", keep)
    elif len(words) == 1:
        other = "body" if words == ["title"] else "title"
        yield missing(other, "Title and Body go together; a channel without titles leaves the title out")


def whole_elements(given: InputView) -> Iterator[Problem]:
    """Each element has what its type needs, and channels stand only beside channels."""
    elements: list[Json] = given.get("elements", [])
    yield from _incomplete(elements, "elements", "Elements")
    stray = [place for place, element in enumerate(elements) if element["type"] != "channel"]
    if stray and len(stray) < len(elements):
        yield Problem(
            f"elements[{stray[0]}]",
            "conflict",
            f"Elements, row {stray[0] + 1} stands beside elements of the type channel, so it must be of that type too.",
            "Put it inside the elements of each channel that shall show it.",
        )


def _incomplete(elements: list[Json], way: str, where: str) -> Iterator[Problem]:
    for place, element in enumerate(elements):
        kind, field, row = element["type"], f"{way}[{place}]", f"{where}, row {place + 1}"
        for name in _NEEDED.get(kind, ()):
            if name not in element:
                words = f"{row}, {label(name)} is missing: an element of the type {kind} needs it."
                yield Problem(f"{field}.{name}", "required", words)
        if kind == "channel" and not element.get("elements") and "raw" not in element:
            yield Problem(field, "required", f"{row} needs Elements or Raw: the type channel is made of them.")
        yield from _incomplete(element.get("elements", []), f"{field}.elements", f"{row}, Elements")
