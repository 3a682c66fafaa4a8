"""Handlers of the orders."""

from __future__ import annotations

from collections.abc import Iterator

from connector.call import Call, InputView, Outputs, check, page, send
from connector.errors import Problem

get_order = send
cancel_order = send
sign_order = send


async def list_orders(call: Call) -> Outputs:
    """Count the orders of all pages."""
    outputs = await page(call)
    return {**outputs, "count": len(outputs["orders"])}


def _fits(inputs: InputView) -> Iterator[Problem]:
    """A cake has room for its title."""
    if inputs.has("cake_id") and len(inputs.get("title", "")) > 30:
        yield Problem("title", "room", "Title is too long for the cake.")


@check(_fits)
async def place_order(call: Call) -> Outputs:
    """Write the title in capitals,
    and send the order.

    It is shouted.
    """
    return await call.send()
