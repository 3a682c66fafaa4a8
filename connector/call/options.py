"""How one run is made: the keyword arguments of `Connector.run` and its siblings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self, TypedDict

from connector.call.events import EventCallback
from connector.validation.messages import did_you_mean


class RunOptions(TypedDict, total=False):
    """The options of a run; what is left out is as the definition says.

    Attributes:
        max_wait: Longest wait for the call limit in seconds, in all.
        timeout: Seconds for the whole run with its waits, attempts and pages.
        all_pages: Collect the rows of all pages.
        max_items: Largest number of rows; implies `all_pages`.
        idempotency_key: Key to use for an action that has one.
        on_event: Called with what happens during the run, in order; see `connector.call.events`. What it raises is
            logged and changes nothing.
    """

    max_wait: float | None
    timeout: float | None
    all_pages: bool
    max_items: int | None
    idempotency_key: str | None
    on_event: EventCallback | None


_INTERNAL = {"on_departure", "on_sent", "attempts", "max_first_wait"}


@dataclass(frozen=True)
class RunSettings:
    """The options of one run as values; see `RunOptions`. None means what the definition says.

    Attributes:
        on_departure: Called before the first byte of each request leaves; what it raises stops the request.
        on_sent: Called when its first bytes have left, or could not.
        attempts: Attempts for each request where not as many as the definition allows, for a caller that tries again
            by itself.
        max_first_wait: Longest wait for the call limit in seconds before anything was sent. What has begun should end.
    """

    max_wait: float | None = None
    timeout: float | None = None
    all_pages: bool = False
    max_items: int | None = None
    idempotency_key: str | None = None
    on_event: EventCallback | None = None
    on_departure: Callable[[], None] | None = None
    on_sent: Callable[[], None] | None = None
    attempts: int | None = None
    max_first_wait: float | None = None

    @classmethod
    def of(cls, function: str, options: Mapping[str, Any]) -> Self:
        """The settings that keyword arguments make.

        Args:
            function: Name of the function they were passed to, for the error.
            options: The keyword arguments.

        Raises:
            TypeError: An option does not exist; the nearest is proposed.
        """
        known = [field.name for field in fields(cls) if field.name not in _INTERNAL] if options else []
        for name in options:
            if name not in known:
                meant = did_you_mean(name, known, f"The options are: {', '.join(known)}.")
                raise TypeError(f"{function}() has no option “{name}”. {meant}")
        return cls(**options)

    @property
    def walks_pages(self) -> bool:
        """Whether all pages are read."""
        return self.all_pages or self.max_items is not None
