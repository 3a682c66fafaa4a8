"""Stores in a forked child: another thread of the parent may have held their locks, and nobody would let them go."""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class Forkable(Protocol):
    """A store that can begin anew in a forked child."""

    def start_over(self) -> None:
        """Forget locks and open files: they are the parent's."""


_STORES: weakref.WeakSet[Forkable] = weakref.WeakSet()


def renew_in_child(store: Forkable) -> None:
    """Let a store start over in every child that is forked while it exists."""
    _STORES.add(store)


def _start_over() -> None:
    for store in list(_STORES):
        store.start_over()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over)
