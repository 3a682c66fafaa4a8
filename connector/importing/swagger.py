"""The description of a package's API, Swagger 2.0: looked up with its references followed, whatever is wrong with it.

Nothing here trusts the document: a value of the wrong kind counts as left out. A reference that leads nowhere, out of
the file or to itself is an empty schema and a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from connector import json_pointer

Json = dict[str, Any]

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
_IN_PATH = "/%:@!$&'()*+,;=~{}"
_MOST_STEPS = 30
_MOST_PARTS = 200
_MOST_PARAMETERS = 500


def as_object(value: Any) -> Json:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: Any) -> str:
    """The value if it is a text, without blanks around it, else an empty one."""
    return value.strip() if isinstance(value, str) else ""


def base_path_of(swagger: Json) -> str:
    """What is before every path; empty or with a slash at its start. With placeholders, it is part of each path."""
    path = as_text(swagger.get("basePath")).strip("/")
    return f"/{encoded_path(path)}" if path else ""


def encoded_path(path: str) -> str:
    """A path in which everything but placeholders is as a URL has it."""
    pieces = re.split(r"({[^{}]*})", path)
    return "".join(piece if at % 2 else quote(piece, safe=_IN_PATH) for at, piece in enumerate(pieces))


def is_true(value: Any) -> bool:
    """Whether the value says yes; packages write booleans as texts, too."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


@dataclass(frozen=True)
class Operation:
    """One operation of the description.

    Attributes:
        operation_id: Its name, made of method and path where it has none.
        method: In capitals.
        path: As described, below the base path.
        document: What the description says of it.
        item: What the description says of its path.
    """

    operation_id: str
    method: str
    path: str
    document: Json = field(repr=False)
    item: Json = field(repr=False)

    @property
    def pointer(self) -> str:
        """Its place in the description."""
        return json_pointer.join(["paths", self.path, self.method.lower()])

    @property
    def is_internal(self) -> bool:
        """Whether it only serves other operations."""
        return self.document.get("x-ms-visibility") == "internal"


class Swagger:
    """A description and its references.

    Args:
        document: The content of `apiDefinition.swagger.json`.

    Attributes:
        document: The same.
    """

    def __init__(self, document: Json) -> None:
        self.document = document
        self._whole: dict[int, Json] = {}

    def operations(self) -> Iterator[Operation]:
        """Every operation, in the order of the file."""
        for path, written in as_object(self.document.get("paths")).items():
            item = self.resolve(written)
            for method in METHODS:
                if isinstance(item.get(method), dict):
                    document = item[method]
                    name = as_text(document.get("operationId")) or f"{method} {path}"
                    yield Operation(name, method.upper(), path, document, item)

    def parameters(self, operation: Operation) -> list[Json]:
        """Its parameters; one of the operation takes the place of one of the path with the same name."""
        found: dict[tuple[str, str], Json] = {}
        for source in (operation.item, operation.document):
            for written in as_list(source.get("parameters"))[:_MOST_PARAMETERS]:
                parameter = self.resolve(written)
                if as_text(parameter.get("name")) and as_text(parameter.get("in")):
                    found[parameter["in"], parameter["name"]] = parameter
        return list(found.values())

    def resolve(self, written: Any, notes: list[str] | None = None) -> Json:
        """What a value is, after its references; keywords beside `$ref` take precedence.

        Args:
            written: The value.
            notes: Learns of a reference that leads nowhere.
        """
        found = as_object(written)
        followed: list[str] = []
        while isinstance(found.get("$ref"), str):
            reference = found["$ref"]
            target = self._target(reference)
            if target is None or reference in followed or len(followed) > _MOST_STEPS:
                if notes is not None:
                    notes.append(f"The reference “{reference[:80]}” {_wrong(reference, repeated=target is not None)}.")
                return {}
            followed.append(reference)
            beside = {word: value for word, value in found.items() if word != "$ref"}
            found = {**target, **beside} if beside else target
        return found

    def schema(self, written: Any, notes: list[str] | None = None) -> Json:
        """A schema after its references, with what its `allOf` adds."""
        found = self.resolve(written, notes)
        parts = found.get("allOf")
        if not isinstance(parts, list):
            return found
        if id(parts) not in self._whole:  # kept, so that a schema is one object however often it is reached
            self._whole[id(parts)] = self._merged(found, notes, [])
        return self._whole[id(parts)]

    def _merged(self, schema: Json, notes: list[str] | None, merged: list[int]) -> Json:
        """The schema with the properties of all its parts, each of which is added once."""
        own = {word: value for word, value in schema.items() if word != "allOf"}
        parts = as_list(schema.get("allOf"))
        if id(schema) in merged or len(merged) > _MOST_PARTS or not parts:
            return own
        merged.append(id(schema))
        whole: Json = {}
        for part in (*parts, own):
            resolved = self._merged(self.resolve(part, notes), notes, merged)
            properties = {**as_object(whole.get("properties")), **as_object(resolved.get("properties"))}
            required = [*as_list(whole.get("required")), *as_list(resolved.get("required"))]
            whole = {**whole, **resolved}
            whole |= {"properties": properties} if properties else {}
            whole |= {"required": required} if required else {}
        return whole

    def _target(self, reference: str) -> Json | None:
        if not reference.startswith("#/"):
            return None
        try:
            found = json_pointer.get(self.document, unquote(reference[1:]))
        except ValueError:
            return None
        return found if isinstance(found, dict) else None


def _wrong(reference: str, *, repeated: bool) -> str:
    if repeated:
        return "leads to itself"
    return "leads to nothing" if reference.startswith("#") else "leads out of the file"
