"""Handlers of the price list."""

from __future__ import annotations

from connector.call import Call, Outputs, page, send

list_cakes = page
list_layers = bake = send


async def set_price(call: Call) -> Outputs:
    """Set the price, and say the difference to the old one."""
    outputs = await call.send()
    return {**outputs, "difference": call.inputs["price"]["amount"] - outputs["old"]}
