"""What a definition file may leave out, and what it then means: the defaults of the format, in one place.

An action
    `key` and `group` are the names of the file and its folder, `since` is the connector's `since`. `effects` follow
    from the method: GET, HEAD and OPTIONS only read; they, PUT and DELETE are idempotent; PUT, PATCH and DELETE are
    destructive, those that only read are not, and a POST has to say.
Inputs and outputs
    `$schema`, `type` and `additionalProperties` are those of a closed object of JSON Schema 2020-12. Inputs require
    the fields of the path, and those that `required` adds; outputs require every field. `x-ms-visibility` is that of
    the fields that say none: important at the top of a form, and none in a row, unless the object around them says
    another.
A field
    `type` is a list where there are `items`, an object where there are `properties` and for a file, else text; an
    output may also be null, except for the rows of a list. An output that is the body as a file has
    `x-file`. The rows of an input take no unknown names.
An input
    It travels in the path where its name is in braces there, else nowhere but in the templates that name it (headers,
    query, base URL), else in the query of a GET, HEAD, OPTIONS or DELETE, else in the body. One in a base URL is
    required. In the path, a text has at most 1024 characters and is encoded once.
A group
    `title` and `description` are made from its key.
What an example may leave out is in `example_defaults`.
Whatever has the wrong form stays as it is, for the models to report.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

from connector.definition import templates
from connector.definition.provenance import Provenance, text

DIALECT = "https://json-schema.org/draft/2020-12/schema"
LONGEST_IN_PATH = 1024
"""Characters of a text in a path: far more than an id has, and an address of several still fits."""
KEYWORDS = (
    *("$ref", "type", "title", "description", "format", "enum", "const", "default", "examples", "pattern"),
    *("minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "items", "minItems"),
    *("maxItems", "uniqueItems", "properties", "required", "dependentRequired", "additionalProperties"),
    *("minProperties", "maxProperties", "writeOnly", "deprecated", "x-in", "x-name", "x-pointer", "x-path"),
    *("x-aliases", "x-map-key", "x-map-value", "x-spread", "x-keep-empty", "x-text-for", "x-from", "x-file"),
    *("x-array-style", "x-time", "x-rules", "x-ms-visibility", "x-ms-dynamic-values", "x-ms-url-encoding", "$defs"),
)
"""The keywords of a field in the order of the model, which every expanded field has."""

Side = Literal["inputs", "outputs"]


class _Ranks(dict[str, int]):
    """Places in an order; what is not in it comes last."""

    def __missing__(self, _word: str) -> int:
        return len(self)


_RANK = _Ranks({word: rank for rank, word in enumerate(["$schema", *KEYWORDS])})
_IMPLIED = ("type", "x-file", "maxLength", "additionalProperties", "x-in", "x-ms-visibility", "x-ms-url-encoding")
_VISIBILITIES = ("important", "advanced", "internal")
_SOURCES = {"status": "integer", "success": "boolean", "binary": "object"}
_READS = ("GET", "HEAD", "OPTIONS")
_ORDER = (
    *(
        "$schema",
        "key",
        "operationId",
        "summary",
        "description",
        "aliases",
        "group",
        "visibility",
        "since",
        "deprecated",
    ),
    *(
        "documented",
        "effects",
        "request",
        "inputs",
        "outputs",
        "pagination",
        "longRunning",
        "throttle",
        "idempotency",
        "outcomes",
        "bulk",
    ),
    *("errors", "examples"),
)
_ACTION_RANK = _Ranks({word: rank for rank, word in enumerate(_ORDER)})


class Defaults:
    """Fills in what one action leaves out; `provenance` notes keywords that only repeat their default."""

    def __init__(self, request: Mapping[str, Any], provenance: Provenance) -> None:
        self._method = text(request, "method")
        self._in_path = templates.input_names(text(request, "path"))
        self._in_url = templates.input_names(text(request, "baseUrl"))
        pairs = [request[part] for part in ("headers", "query") if isinstance(request.get(part), dict)]
        texts = [value for pair in pairs for value in pair.values() if isinstance(value, str)]
        self._in_templates = {*self._in_url, *templates.input_names(*texts)}
        self._provenance = provenance

    def action(self, written: dict[str, Any], named: Mapping[str, Any]) -> dict[str, Any]:
        """The action around its inputs and outputs.

        Args:
            written: The document.
            named: Default values that do not follow from the document.
        """
        made = dict(written)
        for word, value in named.items():
            self._provenance.fill(made, word, value, "")
        effects = dict(made["effects"]) if isinstance(made.get("effects"), dict) else {}
        if isinstance(made.get("effects", {}), dict):
            self._provenance.fill(effects, "readOnly", self._method in _READS, "/effects")
            if self._method != "POST":
                self._provenance.fill(effects, "destructive", self._method not in _READS, "/effects")
            self._provenance.fill(effects, "idempotent", self._method in {*_READS, "PUT", "DELETE"}, "/effects")
            made["effects"] = {
                word: effects[word] for word in ("readOnly", "destructive", "idempotent", *effects) if word in effects
            }
        return {word: made[word] for word in sorted(made, key=_ACTION_RANK.__getitem__)}

    def schema(self, written: dict[str, Any], side: Side) -> dict[str, Any]:
        """The inputs or the outputs."""
        place = f"/{side}"
        made = dict(written)
        visibility = self._handed_down(made, place) or "important"
        self._provenance.fill(made, "$schema", DIALECT, place)
        self._provenance.fill(made, "type", "object", place)
        self._provenance.fill(made, "additionalProperties", False, place)
        properties = made.get("properties", {})
        definitions = made.get("$defs", {})
        if not isinstance(properties, dict) or not isinstance(definitions, dict):
            return made
        fields = {}
        for name, field in properties.items():
            spot = self._provenance.below(f"{place}/properties", name)
            known = self._top(field, name, spot, side, visibility, definitions) if isinstance(field, dict) else field
            fields[name] = self._field(known, spot, side)
        made["properties"] = fields
        if definitions:
            made["$defs"] = {
                name: self._field(field, self._provenance.below(f"{place}/$defs", name), side)
                for name, field in definitions.items()
            }
        self._require(made, side, definitions)
        return _sorted(made)

    def _require(self, made: dict[str, Any], side: Side, definitions: dict[str, Any]) -> None:
        """Fill in the required fields of the inputs or the outputs."""
        if side == "outputs":
            self._provenance.fill(made, "required", list(made["properties"]), "/outputs")
            return
        always = []
        for name, field in made["properties"].items():
            known = {**_target(field, definitions), **field} if isinstance(field, dict) else {}
            in_path = known.get("x-in") == "path" and known.get("x-name", name) in self._in_path
            if in_path or (known and name in self._in_url):
                always.append(name)
        written = made.get("required", [])
        if not isinstance(written, list):
            return
        if "required" in made:
            self._provenance.repeats("/inputs/required", same=not written)
            for index, name in enumerate(written):
                self._provenance.repeats(f"/inputs/required/{index}", same=name in always)
        made["required"] = always + [name for name in written if name not in always]

    def _top(
        self, field: dict[str, Any], name: str, place: str, side: Side, visibility: str, definitions: dict[str, Any]
    ) -> dict[str, Any]:
        """A field at the top of a form or a response."""
        made = dict(field)
        target = _target(field, definitions)
        if side == "inputs":
            self._provenance.fill(
                made, "x-in", self._travels(name, {**target, **made}.get("x-name", name)), place, target
            )
            known = {**target, **made}
            if known["x-in"] == "path":
                if known.get("type", "string") == "string" and "items" not in known:
                    self._provenance.fill(made, "maxLength", LONGEST_IN_PATH, place, target)
                self._provenance.fill(made, "x-ms-url-encoding", "single", place, target)
        self._provenance.fill(made, "x-ms-visibility", visibility, place, target)
        return made

    def _travels(self, name: str, wire_name: Any) -> str:
        if wire_name in self._in_path:
            return "path"
        if name in self._in_templates:
            return "template"
        return "query" if self._method in {*_READS, "DELETE"} else "body"

    def _field(self, written: Any, place: str, side: Side, *, entry: bool = False, visibility: str = "") -> Any:
        """A field at any depth.

        Args:
            written: What the file says of it.
            place: Its pointer.
            side: Inputs or outputs.
            entry: Whether it is what a list consists of.
            visibility: What the row around it says of its fields.
        """
        if not isinstance(written, dict):
            return written
        made = dict(written)
        if made.get("x-from") == "binary":
            self._provenance.fill(made, "x-file", True, place)
        handed_down = (self._handed_down(made, place) or "") if entry and "properties" in made else ""
        if "$ref" not in made:
            self._provenance.fill(made, "type", _type(made, side, entry=entry), place)
        if visibility:
            self._provenance.fill(made, "x-ms-visibility", visibility, place)
        for word in ("items", "additionalProperties"):
            if isinstance(made.get(word), dict):
                made[word] = self._field(made[word], f"{place}/{word}", side, entry=word == "items")
        if isinstance(made.get("properties"), dict):
            made["properties"] = {
                name: self._field(
                    field, self._provenance.below(f"{place}/properties", name), side, visibility=handed_down
                )
                for name, field in made["properties"].items()
            }
            if side == "inputs":
                self._provenance.fill(made, "additionalProperties", False, place)
        self._provenance.needs(place, _IMPLIED, written)
        return _sorted(made)

    def _handed_down(self, made: dict[str, Any], place: str) -> str | None:
        """Take from an object what it says of the visibility of its fields."""
        if made.get("x-ms-visibility") not in _VISIBILITIES:
            return None
        top = place in {"/inputs", "/outputs"}
        self._provenance.repeats(f"{place}/x-ms-visibility", same=top and made["x-ms-visibility"] == "important")
        return str(made.pop("x-ms-visibility"))


def group_texts(key: str) -> dict[str, str]:
    """The texts of a group that has none of its own."""
    words = key.replace("_", " ")
    return {"title": words.capitalize(), "description": f"Actions for {words}."}


def _type(field: Mapping[str, Any], side: Side, *, entry: bool) -> str | list[str]:
    """The type of a field that says none."""
    source = field.get("x-from")
    kind = _SOURCES.get(source, "string") if isinstance(source, str) else "string"
    if "items" in field:
        kind = "array"
    elif "properties" in field or field.get("x-file") is True:
        kind = "object"
    return kind if side == "inputs" or (entry and kind == "object") else [kind, "null"]


def _target(field: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """What the field's `$ref` names, and so on; the keywords beside a `$ref` win."""
    found: dict[str, Any] = {}
    seen = set()
    reference = field.get("$ref")
    while isinstance(reference, str) and reference not in seen:
        seen.add(reference)
        target = definitions.get(reference.removeprefix("#/$defs/"))
        if not isinstance(target, dict):
            break
        found = {**target, **found}
        reference = target.get("$ref")
    found.pop("$ref", None)
    return found


def _sorted(made: dict[str, Any]) -> dict[str, Any]:
    return {word: made[word] for word in _in_order(tuple(made))}


@lru_cache(maxsize=1_024)  # the same few sets of keywords come again and again
def _in_order(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(words, key=_RANK.__getitem__))
