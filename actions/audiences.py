"""Handlers of the audience actions.

A filter has two forms: one comparison, or a group of rules. Flows see whichever form says more simply what is
meant; the service is always sent a group, which every generation of it understands.
"""

from __future__ import annotations

from typing import Any

from connector.call import Call, Outputs, page, send

delete_audience = send
list_audience_members = page


async def create_or_update_audience(call: Call) -> Outputs:
    """Send one comparison as a group of one."""
    rule = call.body.get("filter", {})
    if rule and "filters" not in rule:
        call.body["filter"] = {"operator": call.inputs.get("audience_operator", "AND"), "filters": [rule]}
    return _simplest(await call.send())


async def get_audience(call: Call) -> Outputs:
    """Show a group of one as the comparison it is."""
    return _simplest(await call.send())


async def list_audiences(call: Call) -> Outputs:
    """Show every group of one as the comparison it is."""
    outputs = await page(call)
    if isinstance(outputs["items"], list):
        outputs["items"] = [_simplest(row) for row in outputs["items"]]
    return outputs


def _simplest(audience: dict[str, Any]) -> dict[str, Any]:
    """The audience with its filter in the simpler form: a group of one comparison is that comparison."""
    rules = audience["filter.filters"]
    if not isinstance(rules, list) or len(rules) != 1 or rules[0]["path"] is None:
        return audience
    comparison = {f"filter.{name}": rules[0][name] for name in ("path", "operator", "value")}
    return audience | comparison | {"filter.filters": None}
