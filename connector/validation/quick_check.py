"""Whether values are certainly valid, decided by functions that are made once from a schema.

Nothing here says what is wrong. A value that breaks a keyword, and one that cannot be checked here, are both left to
`connector.validation.validator`, which says it in a sentence. What is accepted here is accepted there; tests hold that.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connector.definition.field import PYTHON_TYPES, ObjectSchema
from connector.definition.patterns import compile_pattern
from connector.validation.formats import FORMATS
from connector.validation.json_values import is_encodable

Check = Callable[[Any, int], bool]
"""Whether a value is certainly valid; it looks so many levels deep."""

Checks = dict[type, Check]
"""The check by the type of a value in Python; a type that is missing is not accepted."""

_Document = Mapping[str, Any]

_DEEPEST = 32
_LARGEST = 2**1_000
"""Larger whole numbers are left to the validator."""

_BOUNDS: dict[str, Callable[[Any, Any], bool]] = {
    "minimum": operator.ge,
    "maximum": operator.le,
    "exclusiveMinimum": operator.gt,
    "exclusiveMaximum": operator.lt,
}
_KEYWORDS = {
    *_BOUNDS, "additionalProperties", "const", "enum", "format", "items", "maxItems", "maxLength", "maxProperties",
    "minItems", "minLength", "minProperties", "pattern", "properties", "required", "type", "uniqueItems",
}  # fmt: skip
_OTHERS = {
    "$defs", "$ref", "$schema", "default", "dependentRequired", "deprecated", "description", "examples", "title",
    "writeOnly",
}  # fmt: skip
"""Keywords that check nothing by themselves; `dependentRequired` is for `connector.validation.rules`."""


def quick_check(schema: ObjectSchema, document: _Document) -> Callable[[Any], bool]:
    """A function that says whether inputs or outputs are certainly valid."""
    places = {name: schema.resolve(field).x_in for name, field in schema.properties.items()}
    checks = _Compiler(document.get("$defs", {}), places).whole(document)
    return lambda values: checks.get(type(values), _never)(values, _DEEPEST)


class _Compiler:
    """Makes the checks of one document."""

    def __init__(self, defs: _Document, places: Mapping[str, str | None]) -> None:
        self._defs = defs
        self._places = places
        self._referred: dict[str, Checks] = {}

    def whole(self, document: _Document) -> Checks:
        """The checks of the whole inputs or outputs."""
        fields = {name: self._sent(name, inner) for name, inner in document.get("properties", {}).items()}
        return self.checks(document, fields)

    def _sent(self, name: str, schema: _Document) -> Checks:
        """The checks of a value at the top: a text, or each of a list, is also one that can be sent where it goes."""
        checks, fits = self.checks(schema), _FITS_IN.get(self._places.get(name) or "")
        if fits is None:
            return checks
        text, several = checks.get(str, _never), checks.get(list, _never)

        def list_fits(values: Any, depth: int) -> bool:
            return all(type(value) is not str or fits(value) for value in values) and several(values, depth)

        return {**checks, str: lambda value, depth: fits(value) and text(value, depth), list: list_fits}

    def checks(self, schema: Any, fields: Mapping[str, Checks] | None = None) -> Checks:
        """The checks of a schema; `fields` are those of its properties, where they were made."""
        if not isinstance(schema, dict) or not all(word.startswith("x-") or word in KNOWN for word in schema):
            return {}
        if _KEYWORDS.isdisjoint(schema) and "$ref" not in schema:
            return _ANY
        wanted = schema.get("type", list(PYTHON_TYPES))
        kinds = [kind for name in ([wanted] if isinstance(wanted, str) else wanted) for kind in PYTHON_TYPES[name]]
        checks = {kind: self._check(kind, schema, fields) for kind in kinds}
        for listed in ([schema["const"]] if "const" in schema else None, schema.get("enum")):
            if listed is not None:
                checks = {kind: _among(listed, kind, check) for kind, check in checks.items() if kind in _LISTED}
        return self._with_referred(schema, checks) if "$ref" in schema else checks

    def _with_referred(self, schema: _Document, own: Checks) -> Checks:
        """What `$ref` names with the keywords beside it. What refers to itself gets its checks when all are made."""
        name = schema["$ref"].removeprefix("#/$defs/")
        referred = self._referred.get(name)
        if referred is None:
            referred = self._referred[name] = {}
            referred.update(self.checks(self._defs.get(name)))
        if _KEYWORDS.isdisjoint(schema):
            return referred

        def both(check: Check) -> Check:
            return lambda value, depth: check(value, depth) and referred.get(type(value), _never)(value, depth)

        return {kind: both(check) for kind, check in own.items()}

    def _check(self, kind: type, schema: _Document, fields: Mapping[str, Checks] | None) -> Check:
        if kind is str:
            return _text(schema)
        if kind is int or kind is float:
            return _number(schema, kind)
        if kind is list:
            return self._list(schema)
        return self._object(schema, fields) if kind is dict else _always

    def _list(self, schema: _Document) -> Check:
        items = self.checks(schema["items"]) if "items" in schema else _ANY
        least, most = schema.get("minItems", 0), schema.get("maxItems", math.inf)
        unique = schema.get("uniqueItems", False)

        def check(values: Any, depth: int) -> bool:
            if not depth or not least <= len(values) <= most:
                return False
            for value in values:
                if not items.get(type(value), _never)(value, depth - 1):
                    return False
            return not unique or (all(type(value) is str for value in values) and len(set(values)) == len(values))

        return check

    def _object(self, schema: _Document, fields: Mapping[str, Checks] | None) -> Check:
        if fields is None:
            fields = {name: self.checks(inner) for name, inner in schema.get("properties", {}).items()}
        additional = schema.get("additionalProperties", True)
        others = _ANY if additional is True else self.checks(additional)
        least, most = schema.get("minProperties", 0), schema.get("maxProperties", math.inf)
        required = frozenset(schema.get("required", ()))
        declared = {name: checks for name, checks in fields.items() if is_encodable(name)}
        in_order, every = list(declared), list(declared.values())

        def checks_of(name: Any) -> Checks:
            checks = declared.get(name)
            if checks is None:
                checks = {} if type(name) is not str or name in fields or not is_encodable(name) else others
            return checks

        def check(values: Any, depth: int) -> bool:
            if not depth or not least <= len(values) <= most or not required <= values.keys():
                return False
            # Outputs have all their fields, in this order.
            aligned = every if list(values) == in_order else map(checks_of, values)
            for value, checks in zip(values.values(), aligned, strict=True):
                check_value = checks.get(type(value), _never)
                # What most values need costs no call.
                if check_value is _any_text:
                    if not value.isascii() and not is_encodable(value):
                        return False
                elif check_value is not _always and not check_value(value, depth - 1):
                    return False
            return True

        return check


_FITS_IN: dict[str, Callable[[str], bool]] = {
    "header": lambda text: text.isascii() and text.isprintable(),
    "path": lambda text: text not in {".", ".."},
}
"""Whether a text can be sent in a place; elsewhere each can."""


def _text(schema: _Document) -> Check:
    least, most = schema.get("minLength", 0), schema.get("maxLength", math.inf)
    form = FORMATS.get(schema.get("format", ""))
    matches = compile_pattern(schema["pattern"]).search if "pattern" in schema else None
    if form is None and matches is None and not least and most == math.inf:
        return _any_text

    def check(value: Any, _: int) -> bool:
        return (
            least <= len(value) <= most
            and is_encodable(value)
            and (form is None or form[0](value))
            and (matches is None or matches(value) is not None)
        )

    return check


def _number(schema: _Document, kind: type) -> Check:
    bounds = [(keeps, schema[word]) for word, keeps in _BOUNDS.items() if word in schema]
    if not bounds:
        return _any_integer if kind is int else _any_float

    def check(value: Any, depth: int) -> bool:
        sendable = _any_integer if kind is int else _any_float
        return sendable(value, depth) and all(keeps(value, bound) for keeps, bound in bounds)

    return check


def _any_text(value: Any, _depth: int) -> bool:
    return is_encodable(value)


def _any_integer(value: Any, _depth: int) -> bool:
    return bool(-_LARGEST < value < _LARGEST)


def _any_float(value: Any, _depth: int) -> bool:
    return math.isfinite(value)


def _among(listed: Sequence[Any], kind: type, check: Check) -> Check:
    """The check that the value is one of a list, too; true is not 1."""
    values = frozenset(value for value in listed if type(value) is kind)
    return lambda value, depth: value in values and check(value, depth)


def _always(_value: Any, _depth: int) -> bool:
    return True


def _never(_value: Any, _depth: int) -> bool:
    return False


_LISTED = {str, int, bool, type(None)}
KNOWN = _KEYWORDS | _OTHERS
"""The keywords without `x-` that are understood here; a schema with another one is left to the validator."""
_ANY: Checks = {}
"""Those of any JSON value."""
_ANY |= _Compiler({}, {}).checks({"type": list(PYTHON_TYPES)})
