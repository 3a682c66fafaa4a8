"""Where the call limit is kept unless the host says otherwise."""

from __future__ import annotations

from connector.clock import Clock
from connector.state_dir import StateError, folder
from connector.throttle.file_store import FileStore
from connector.throttle.memory_store import MemoryStore
from connector.throttle.store import Store


def default_store(clock: Clock) -> Store:
    """Buckets in the user's state folder; in this process's memory, with a warning, where there is no such folder."""
    try:
        folder()
    except StateError as error:
        return _MemoryInstead(clock, error.message)
    return FileStore(folder, clock)


class _MemoryInstead(MemoryStore):
    """Memory where a file was meant; every result says so."""

    def __init__(self, clock: Clock, reason: str) -> None:
        super().__init__(clock)
        self._reason = reason

    def warnings(self) -> tuple[str, ...]:
        """Why other processes of this machine do not share the limit."""
        return (f"Other processes do not share this call limit. {self._reason}",)
