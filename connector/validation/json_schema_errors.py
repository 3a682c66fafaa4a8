"""What `jsonschema` finds wrong with values. It takes a while to import, so it is imported when something is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, validators
from jsonschema.exceptions import ValidationError

from connector.definition.patterns import compile_pattern
from connector.validation.formats import FORMATS, fits

_format_checker = FormatChecker(formats=())
for _name in FORMATS:
    _format_checker.checks(_name)(lambda value, _name=_name: fits(_name, value))


def _pattern(_validator: Any, pattern: str, value: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    """The keyword `pattern`. It is not tried on a text that `maxLength` reports, so it always ends soon."""
    is_searched = isinstance(value, str) and len(value) <= schema.get("maxLength", math.inf)
    if is_searched and compile_pattern(pattern).search(value) is None:
        yield ValidationError("pattern")


def _additional_properties(
    validator: Any, additional: Any, value: Any, schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    """The keyword `additionalProperties`, in the order of the object; the library's own has none."""
    if not isinstance(value, dict):
        return
    others = [name for name in value if name not in schema.get("properties", {})]
    if isinstance(additional, dict):
        for name in others:
            yield from validator.descend(value[name], additional, path=name)
    elif others and not additional:
        yield ValidationError("additionalProperties")


_KEYWORDS = {"pattern": _pattern, "additionalProperties": _additional_properties}
_Validator = validators.extend(Draft202012Validator, _KEYWORDS)  # type: ignore[no-untyped-call]


def errors(document: Mapping[str, Any], values: Any) -> Iterator[ValidationError]:
    """Every error of values, in the order of the schema's keywords."""
    yield from _Validator(document, format_checker=_format_checker).iter_errors(values)
