"""Handlers of the audience actions.

A filter has two forms: one comparison, or a group of rules. Flows see whichever form says more simply what is
meant; the service is always sent a group, which every generation of it understands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connector.call import Call, InputView, Outputs, check, page, send
from connector.errors import Problem

delete_audience = send
list_audience_members = page

_JOINING = ("AND", "OR")
_VALUELESS = ("EXISTS", "OMIT")
_RULE = ("path", "operator", "value", "filters")


def _sound_filter(given: InputView) -> Iterator[Problem]:
    rule = {name: given.get(name) for name in given.present(*_RULE)}
    if rule:
        yield from _of_rule(rule)


def _of_rule(rule: Mapping[str, Any], place: str = "", where: str = "") -> Iterator[Problem]:
    """What is wrong with a comparison or a group, and with the rules inside it.

    Args:
        rule: What was given of it; None stands for a value that the schema has already complained about.
        place: The way to it in the inputs, such as `filters[0].`.
        where: The same in the labels of the form, such as `Filters, row 1, `.
    """
    operator = rule.get("operator")
    if "filters" not in rule:
        yield from _of_comparison(rule, place, where)
    elif "path" in rule or "value" in rule:
        yield Problem(
            f"{place}filters",
            "conflict",
            f"{where}Filters cannot stand beside Path or Value: a filter is either one comparison or a group.",
            "For one comparison fill in Path, Operator and Value and empty Filters. For a group fill in Filters and "
            "Operator (AND or OR) and empty Path and Value.",
        )
    else:
        if operator and operator not in _JOINING:
            message = f"{where}Operator must be AND or OR when Filters is filled in, but it is {operator}."
            hint = "A comparison such as EQ belongs in the rows of Filters."
            yield Problem(f"{place}operator", "conflict", message, hint)
        for index, row in enumerate(rule["filters"] or ()):
            yield from _of_rule(row, f"{place}filters[{index}].", f"{where}Filters, row {index + 1}, ")


def _of_comparison(rule: Mapping[str, Any], place: str, where: str) -> Iterator[Problem]:
    operator = rule.get("operator")
    if operator in _JOINING:
        message = f"{where}Filters is missing: Operator {operator} joins the rows of Filters."
        hint = "For one comparison choose another Operator, such as EQ, and fill in Path and Value."
        yield Problem(f"{place}filters", "required", message, hint)
        return
    needed = {"path": "Path", "operator": "Operator", "value": "Value"}
    if operator in _VALUELESS or ("operator" in rule and operator is None):
        del needed["value"]
    for name, label in needed.items():
        if name not in rule:
            message = f"{where}{label} is missing: one comparison needs Path, Operator and Value."
            hint = "For a group fill in Filters and Operator (AND or OR) instead." if not place else ""
            yield Problem(f"{place}{name}", "required", message, hint)


def _one_operator(given: InputView) -> Iterator[Problem]:
    operator, beside = given.get("operator"), given.get("audience_operator")
    if operator in _JOINING and beside and beside != operator:
        message = f"Audience Operator is {beside}, but Operator is {operator}: they must agree."
        yield Problem("audience_operator", "conflict", message, "Leave Audience Operator empty; Operator is enough.")
    elif len(given.get("filters") or ()) > 1 and not given.has("operator", "audience_operator"):
        message = "Operator is missing: choose AND when all Filters must fit, or OR when one is enough."
        yield Problem("operator", "required", message)


@check(_sound_filter, _one_operator)
def create_or_update_audience(call: Call) -> Outputs:
    """Send one comparison as a group of one."""
    rule = call.body.get("filter", {})
    if rule and "filters" not in rule:
        call.body["filter"] = {"operator": call.inputs.get("audience_operator", "AND"), "filters": [rule]}
    return _simplest(call.send())


def get_audience(call: Call) -> Outputs:
    """Show a group of one as the comparison it is."""
    return _simplest(call.send())


def list_audiences(call: Call) -> Outputs:
    """Show every group of one as the comparison it is."""
    outputs = page(call)
    for row in outputs["items"] or ():
        row.update(_simplest(row))
    return outputs


def _simplest(audience: dict[str, Any]) -> dict[str, Any]:
    """The audience with its filter in the simpler form: a group of one comparison is that comparison."""
    rules = audience["filter.filters"]
    if not isinstance(rules, list) or len(rules) != 1 or rules[0]["path"] is None:
        return audience
    comparison = {f"filter.{name}": rules[0][name] for name in ("path", "operator", "value")}
    return audience | comparison | {"filter.filters": None}
