"""What the service takes and gives, read from the facts: a tree of places to ask, and its leaves to tick off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

FACTS = Path(__file__).parent.parent / "facts"

Side = Literal["request", "response"]
Tokens = tuple[str, ...]
Spots = frozenset[tuple[str, str]]
"""The tables that describe a place, each with the pointer it has there."""


OpenSpot = tuple[str, str, frozenset[str]]
"""A table, a pointer in it, and the shapes around it."""


@dataclass(frozen=True)
class Leaf:
    """A place where a value stands.

    Attributes:
        place: Its tokens; `[]` for any entry of a list, `*` for any key.
        types: JSON types, `any`, or `@Name` where the description refers to itself.
        enum: Its choices, where it has some.
    """

    place: Tokens
    types: frozenset[str]
    enum: tuple[Any, ...] | None

    def __str__(self) -> str:
        return as_pointer(self.place)


def as_pointer(place: Tokens) -> str:
    """The place as a pointer."""
    return "".join(f"/{token}" for token in place)


def read(name: str) -> Any:
    """A file of facts."""
    return json.loads((FACTS / name).read_text(encoding="utf-8"))


class Wire:
    """The operations of the service, and every place in their bodies."""

    def __init__(self) -> None:
        facts, beyond = read("api.json"), read("beyond.json")
        self.operations: dict[str, Any] = facts["operations"]
        self._tables: dict[str, dict[str, Any]] = {}
        for name, table in facts["shapes"].items():
            self._tables["@" + name] = {**table, **beyond["shapes"].get(name, {})}
        for name, operation in self.operations.items():
            for side in ("request", "response"):
                self._tables[f"{name} {side}"] = dict(operation.get(side, {}))
                self._tables[f"{name} {side} optional"] = {}
        for name, entries in beyond["operations"].items():
            for entry in entries:
                for side in {"request", "response"} & entry.keys():
                    kind = f"{name} {side}" + (" optional" if entry.get("optional") else "")
                    self._tables[kind].update(entry[side])
        self.step = lru_cache(maxsize=None)(self._step)

    def root(self, operation: str, side: Side, *, optional: bool = False) -> Spots:
        """Where the body of an operation begins."""
        spots = {(f"{operation} {side}", "")} | ({(f"{operation} {side} optional", "")} if optional else set())
        return self._closed(spots)

    def find(self, operation: str, side: Side, place: Tokens, *, named: bool = False) -> Spots:
        """The place, or an empty set where the service has none.

        Args:
            operation: Method and anonymous path.
            side: Request or response.
            place: Its tokens.
            named: Refuse names that are merely possible, where the service names the parts it knows.
        """
        spots = self.root(operation, side, optional=True)
        for token in place:
            free = self.is_free(spots) and not (named and self.names(spots))
            spots = self.step(spots, token)
            if not spots:
                return frozenset({("free", "")}) if free else spots
        return spots

    def _step(self, spots: Spots, name: str) -> Spots:
        names = self.names(spots)
        if name not in names:
            if "*" not in names or name == "[]":
                return frozenset()
            name = "*"
        return self._closed({(table, f"{at}/{name}") for table, at in spots if name in self._names(table, at)})

    def names(self, spots: Spots) -> list[str]:
        """The tokens that lead further down."""
        return list(dict.fromkeys(name for table, at in sorted(spots) for name in self._names(table, at)))

    @cache  # noqa: B019 - one object per test run
    def _names(self, table: str, at: str) -> tuple[str, ...]:
        inside = (place[len(at) + 1 :] for place in self._tables.get(table, {}) if place.startswith(at + "/"))
        return tuple(dict.fromkeys(place.split("/", 1)[0] for place in inside))

    def _closed(self, spots: set[tuple[str, str]]) -> Spots:
        """The spots, and the beginnings of every shape they refer to."""
        waiting, closed = list(spots), set(spots)
        while waiting:
            table, at = waiting.pop()
            for kind in self._kinds(table, at):
                if kind.startswith("@") and (kind, "") not in closed:
                    closed.add((kind, ""))
                    waiting.append((kind, ""))
        return frozenset(closed)

    def _kinds(self, table: str, at: str) -> list[str]:
        entry = self._tables.get(table, {}).get(at, "")
        return [kind for kind in (entry[0] if isinstance(entry, list) else entry).split("|") if kind]

    def types(self, spots: Spots) -> frozenset[str]:
        """The types of the values that may stand here."""
        kinds = {kind for table, at in spots for kind in self._kinds(table, at) if not kind.startswith("@")}
        names = self.names(spots)
        kinds |= {"array"} if "[]" in names else set()
        kinds |= {"object"} if set(names) - {"[]"} else set()
        return frozenset(kinds | ({"any"} if ("free", "") in spots else set()))

    def enum(self, spots: Spots) -> tuple[Any, ...] | None:
        """The choices here; None where anything goes."""
        entries = [self._tables[table][at] for table, at in spots if at in self._tables.get(table, {})]
        values = [entry for entry in entries if not (isinstance(entry, str) and re.fullmatch(r"(@\w+\|?)+", entry))]
        if not values or any(isinstance(entry, str) for entry in values):
            return None
        return tuple(sorted({choice for entry in values for choice in entry[1:]}))

    def is_free(self, spots: Spots) -> bool:
        """Whether anything may stand below this place."""
        kinds = {kind for table, at in spots for kind in self._kinds(table, at)}
        return bool(kinds & {"object", "any"}) or ("free", "") in spots

    def leaves(self, operation: str, side: Side) -> Iterator[Leaf]:
        """Every place with a value; a shape inside itself ends in one leaf of the type `@Name`."""
        yield from self._leaves(*self._opened([(f"{operation} {side}", "", frozenset())]), ())

    def _leaves(self, open_spots: list[OpenSpot], again: set[str], place: Tokens) -> Iterator[Leaf]:
        if again:
            yield Leaf(place, frozenset(again), None)
        spots: Spots = frozenset((table, at) for table, at, _ in open_spots)
        names = list(dict.fromkeys(name for table, at in sorted(spots) for name in self._names(table, at)))
        scalars = self.types(spots) - {"array"}
        if names and not self.is_free(spots):
            scalars -= {"object"}
        if scalars:
            yield Leaf(place, scalars, self.enum(spots))
        for name in names:
            below = [(table, f"{at}/{name}", inside) for table, at, inside in open_spots]
            below = [spot for spot in below if name in self._names(spot[0], spot[1].rpartition("/")[0])]
            yield from self._leaves(*self._opened(below), (*place, name))

    def _opened(self, spots: list[OpenSpot]) -> tuple[list[OpenSpot], set[str]]:
        """The spots with the shapes they refer to, and the shapes that would be inside themselves."""
        found, again = list(spots), set()
        for table, at, inside in found:
            for kind in self._kinds(table, at):
                if kind in inside or kind == table:
                    again.add(kind)
                elif kind.startswith("@"):
                    found.append((kind, "", inside | {table}))
        return found, again
