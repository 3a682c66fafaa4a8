"""What a route of the sandbox is: path, handler, shape of the body, audit event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .protocol import Call, Response
from .validation import Check

Handler = Callable[[Call], Response]


@dataclass(frozen=True)
class Route:
    """One operation.

    Attributes:
        method: the HTTP method.
        pattern: the parts of the path; those in braces are variable.
        handler: the function that carries it out.
        body: the shape of the body; None without a body.
        body_optional: whether the body may be missing.
        audit: the type of the audit event; None for reads.
        target: where the event's target is found: a part of the path, or a key of the response.
    """

    method: str
    pattern: tuple[str, ...]
    handler: Handler
    body: Check | None = None
    body_optional: bool = False
    audit: str | None = None
    target: str = ""


def on(
    operation: str, body: Check | None = None, *, audit_as: str | None = None, target: str = "", optional: bool = False
) -> Callable[[Handler], Route]:
    """Make a function the route of an operation, written as ``PUT /lists/{list_id}``."""
    method, path = operation.split()
    pattern = tuple(path.split("/")[1:])
    variable = next((part[1:-1] for part in pattern if part.startswith("{")), "")
    return lambda handler: Route(method, pattern, handler, body, optional, audit_as, target or variable)
