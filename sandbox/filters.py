"""Audience filters: whether a profile matches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .protocol import JsonObject
from .timestamps import parse_timestamp

_MISSING = object()


def belongs(profile: JsonObject, rule: JsonObject, operator: str | None = None) -> bool:
    """Whether the profile matches the rule; the operator is that of a group without one of its own."""
    rules = group_of(rule)
    if rules is None:
        return _compare(rule["operator"], _find(profile, rule["path"]), rule.get("value"))
    joined = any if (rule.get("operator") or operator) == "OR" else all
    return bool(rules) and joined(belongs(profile, part) for part in rules)


def group_of(rule: JsonObject) -> list[JsonObject] | None:
    """The rules of a group; None for a comparison, which may have an empty list of them."""
    rules: list[JsonObject] | None = rule.get("filters")
    return None if not rules and "path" in rule else rules


def describe(rule: JsonObject, operator: str | None = None) -> str:
    """The rule in one line, as in a member's ``reason``."""
    rules = group_of(rule)
    if rules is None:
        arguments = ", ".join(f"'{part}'" for part in (rule["path"], rule.get("value")) if part is not None)
        return f"{rule['operator']}({arguments})"
    joint = f" {rule.get('operator') or operator or 'AND'} "
    return joint.join(f"({describe(part)})" if part.get("filters") else describe(part) for part in rules)


def _find(profile: JsonObject, path: str) -> Any:
    found: Any = profile
    for part in path.removeprefix("$.").removeprefix("profile.").split("."):
        if not isinstance(found, dict) or part not in found:
            return _MISSING
        found = found[part]
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _number(value: Any) -> float | None:
    try:
        return float(_text(value))
    except ValueError:
        return None


def _compare(operator: str, found: Any, value: str | None) -> bool:
    present = found is not _MISSING and found is not None
    if operator in ("EXISTS", "OMIT"):
        return present == (operator == "EXISTS")
    if not present or value is None:
        return operator == "NEQ"
    compare = _COMPARE.get(operator)
    return _ordered(operator, found, value) if compare is None else compare(found, value)


def _equal(found: Any, value: str) -> bool:
    if _text(found) == value:
        return True
    number = _number(found)
    return number is not None and number == _number(value)


def _includes(found: Any, value: str) -> bool:
    return value in ([_text(part) for part in found] if isinstance(found, list) else _text(found))


_COMPARE: dict[str, Callable[[Any, str], bool]] = {
    "EQ": _equal,
    "NEQ": lambda found, value: not _equal(found, value),
    "INCLUDES": _includes,
    "STARTS_WITH": lambda found, value: _text(found).startswith(value),
    "ENDS_WITH": lambda found, value: _text(found).endswith(value),
}


def _ordered(operator: str, found: Any, value: str) -> bool:
    if operator in ("IS_BEFORE", "IS_AFTER"):
        times = parse_timestamp(_text(found)), parse_timestamp(value)
        if times[0] is None or times[1] is None:
            return False
        return times[0] < times[1] if operator == "IS_BEFORE" else times[0] > times[1]
    left, right = _number(found), _number(value)
    # Numbers by value, everything else as text, which is right for ISO dates, too.
    order = (left > right) - (left < right) if left is not None and right is not None else _text_order(found, value)
    return {"GT": order > 0, "GTE": order >= 0, "LT": order < 0, "LTE": order <= 0}[operator]


def _text_order(found: Any, value: str) -> int:
    return (_text(found) > value) - (_text(found) < value)
