"""The key of a folder of buckets, which hides connections behind the names of their files, and remembers them.

Without the key nobody finds the files again, and a file that is gone looks like one that never was. So the key's file
has a checksum, says since when it is in use if another one was lost, and lists the files that were created under it.
"""

from __future__ import annotations

import contextlib
import hmac
import math
import os
import secrets
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from connector.throttle import private_file
from connector.throttle.bucket import RateLimit

_FORMAT = b"throkey1"
_HEAD = struct.Struct("<8s32s16sd")  # format, key, boot id, the time at which it replaced a lost one
_CHECKSUM = struct.Struct("<I")
_LIST_AT = _HEAD.size + _CHECKSUM.size
_NAME_BYTES = 16
_FILES = "throttle-*"


class FolderKey:
    """The open key file of a folder, locked; `raw` is the machine's clock now."""

    def __init__(self, handle: int, folder: Path, boot: bytes, raw: float) -> None:
        self._handle = handle
        self._folder = folder
        content = private_file.read(handle, os.fstat(handle).st_size)
        if not _is_sound(content):
            files = list(folder.glob(_FILES))
            # Nobody finds these files again, and whoever has one open shall notice that it is gone.
            for path in files:
                path.unlink(missing_ok=True)
            head = _HEAD.pack(_FORMAT, secrets.token_bytes(32), boot, raw if files or content else -math.inf)
            content = head + _CHECKSUM.pack(zlib.crc32(head))
            os.ftruncate(handle, 0)
            private_file.write(handle, content)
        self._content = content
        _, self._key, since_boot, self._since = _HEAD.unpack_from(content)
        if since_boot != boot:
            # The machine was started since; where another one shares the folder, the buckets' own files say so.
            self._since = min(self._since, 0.0)

    def _name(self, limit: RateLimit) -> bytes:
        text = f"{limit.name}|{limit.calls}|{limit.period}"
        return hmac.new(self._key, text.encode(), "sha256").digest()[:_NAME_BYTES]

    def path(self, limit: RateLimit) -> Path:
        """The file of a bucket."""
        return self._folder / f"throttle-{self._name(limit).hex()}"

    def last_used(self, limit: RateLimit, raw: float) -> float | None:
        """For a bucket whose file has just been created: when it may last have been used, None where it never was."""
        name, names = self._name(limit), self._content[_LIST_AT:]
        found = names.find(name)
        while found % _NAME_BYTES and found >= 0:
            found = names.find(name, found + 1)
        if found >= 0:
            return raw
        whole = len(names) - len(names) % _NAME_BYTES  # a process may have been killed while it wrote a name
        self._content = self._content[: _LIST_AT + whole] + name
        os.lseek(self._handle, _LIST_AT + whole, os.SEEK_SET)
        os.write(self._handle, name)
        return self._since if raw - self._since < limit.padded_period else None


@contextlib.contextmanager
def opened(folder: Path, boot: bytes, raw: float, ends: float) -> Iterator[FolderKey]:
    """The key of a folder, locked as long as the block lasts.

    Raises:
        OSError: It cannot be used.
        TimeoutError: Another process held it until `ends`, on `time.monotonic`.
    """
    handle, _ = private_file.open_private(folder / "throttle.key")
    try:
        private_file.lock(handle, ends)
        yield FolderKey(handle, folder, boot, raw)
    finally:
        private_file.close(handle)


def _is_sound(content: bytes) -> bool:
    if len(content) < _LIST_AT or not content.startswith(_FORMAT):
        return False
    return bool(_CHECKSUM.unpack_from(content, _HEAD.size)[0] == zlib.crc32(content[: _HEAD.size]))
