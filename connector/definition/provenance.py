"""Where each part of an expanded document was written, so that a finding points to a place its author can edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from connector import json_pointer


def below(place: str, name: str) -> str:
    """The pointer of what has that name at a place."""
    return place + json_pointer.join([name]) if "/" in name or "~" in name else f"{place}/{name}"


def text(document: Mapping[str, Any], word: str) -> str:
    """The text that a document has under a keyword; empty where there is none."""
    value = document.get(word)
    return value if isinstance(value, str) else ""


class Provenance:
    """File and pointer of every part of one document.

    Args:
        file: The file of whatever is not said to come from another.
        spelled_out: Whether to note which keywords are written that could be left out; it costs time.
    """

    def __init__(self, file: str, *, spelled_out: bool) -> None:
        self._file = file
        self._moved: dict[str, tuple[str, str]] = {}
        self._notes = spelled_out
        self._noted: dict[str, bool] = {}

    def moved(self, pointer: str, file: str, origin: str) -> None:
        """Note that the value at the pointer, and all below it, was written elsewhere."""
        self._moved[pointer] = (file, origin)

    def origin(self, pointer: str) -> tuple[str, str]:
        """The file, and the pointer in it, of the value at a pointer of the document."""
        rest = ""
        start = pointer
        while start and start not in self._moved:
            start, _, token = start.rpartition("/")
            rest = f"/{token}{rest}"
        if not start:
            return self._file, pointer
        file, origin = self._moved[start]
        return file, origin + rest

    def repeats(self, pointer: str, *, same: bool) -> None:
        """Note that a keyword is written, and whether it only repeats its default. The first note counts."""
        if self._notes:
            self._noted.setdefault(pointer, same)

    def below(self, place: str, name: str) -> str:
        """The pointer of what has that name at a place; empty where nothing is noted, for it costs time."""
        return below(place, name) if self._notes else ""

    def needs(self, place: str, words: Iterable[str], written: Mapping[str, Any]) -> None:
        """Note that those of the keywords that are written at a place have no default there."""
        if self._notes:
            for word in words:
                if word in written:
                    self.repeats(f"{place}/{word}", same=False)

    def fill(
        self, made: dict[str, Any], word: str, value: Any, place: str, target: Mapping[str, Any] = MappingProxyType({})
    ) -> None:
        """Give an object the default of a keyword, or note that it has the keyword itself.

        A keyword that `target`, the target of the object's `$ref`, has needs no default.
        """
        if word in made:
            if not self._notes:
                return
            same = made[word] == value and isinstance(made[word], bool) == isinstance(value, bool)
            self.repeats(f"{place}/{word}", same=same and target.get(word, value) == value)
        elif word not in target:
            made[word] = value

    @property
    def repeated(self) -> dict[str, bool]:
        """The keywords that are written where they have a default, and whether they say the same."""
        return self._noted
