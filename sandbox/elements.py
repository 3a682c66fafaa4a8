"""The elements of a template's content: their ids, their checksums, and changing one of them."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Iterator

from .message_body import EMPTY_TEXT
from .protocol import JsonObject

_TRANSLATABLE = ("content", "title", "alt_text", "href", "src", "raw")
_GIVEN = re.compile(r"elem_(\d+)")


def every(elements: list[JsonObject]) -> Iterator[JsonObject]:
    """The elements and those inside them, in their order."""
    for element in elements:
        yield element
        yield from every(element.get("elements") or [])


def typed(content: JsonObject) -> JsonObject:
    """A copy of the content in which an element that came without a type is a text."""
    own = [element if "type" in element else {**EMPTY_TEXT, **element} for element in content["elements"]]
    return copy.deepcopy({**content, "elements": own})


def with_ids(content: JsonObject) -> JsonObject:
    """A copy of the content in which every element has a type and an id."""
    made = typed(content)
    numbers = [int(found[1]) for each in every(made["elements"]) if (found := _GIVEN.fullmatch(str(each.get("id"))))]
    last = max(numbers, default=0)
    for element in every(made["elements"]):
        if not element.get("id"):
            last += 1
            element["id"] = f"elem_{last}"
    return made


def without_ids(content: JsonObject) -> JsonObject:
    """A copy of the content as it was written."""
    made = copy.deepcopy(content)
    for element in every(made["elements"]):
        element.pop("id", None)
    return made


def checksum(value: object) -> str:
    """The MD5 hash of a value, as the service has it."""
    return hashlib.md5(json.dumps(value, sort_keys=True).encode(), usedforsecurity=False).hexdigest()


def _own_checksum(element: JsonObject) -> str:
    return checksum([element["type"], *(element.get(key) for key in _TRANSLATABLE)])


def checksums(content: JsonObject) -> list[JsonObject]:
    """The id and the checksum of every element."""
    return [{"id": element["id"], "checksum": _own_checksum(element)} for element in every(content["elements"])]


def with_checksums(elements: list[JsonObject]) -> list[JsonObject]:
    """The elements with a checksum for each of them and for each of their translations."""
    found = []
    for element in elements:
        shown: JsonObject = {**element, "checksum": _own_checksum(element)}
        if element.get("elements"):
            shown["elements"] = with_checksums(element["elements"])
        if element.get("locales"):
            shown["locales"] = {name: {"checksum": checksum(text)} for name, text in element["locales"].items()}
        found.append(shown)
    return found


def find(content: JsonObject, element_id: str) -> JsonObject | None:
    """The element with the id, for changing it in place; None if there is none."""
    return next((element for element in every(content["elements"]) if element["id"] == element_id), None)
