"""What a batch is, and how far it is: `batch.json` and the journal, as a process that died may have left them."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from connector.errors import ConnectorError, ExitStatus

Outcome = Literal["done", "failed", "unknown"]
OUTCOMES: tuple[Outcome, ...] = ("done", "failed", "unknown")
_OUTCOME_OF = {outcome.encode(): outcome for outcome in OUTCOMES}
_FORMAT = 1


class BatchError(ConnectorError):
    """The folder of a batch cannot be used, or belongs to another batch."""

    code = "batch"
    exit_status = ExitStatus.USAGE


@dataclass(frozen=True)
class BatchRecord:
    """What a batch is: `batch.json`. A batch is resumed only if all of it is the same, the prefix aside.

    Attributes:
        connector: Key of the connector.
        action: Key of the action.
        source: Name of the file of rows.
        sha256: Checksum of the file of rows.
        rows: How many it has.
        columns: How columns become inputs, as it was asked for.
        connections: Identities of the connections by name; hashes, without a secret.
        key_prefix: Random; the idempotency key of row 7 is `PREFIX-7`.
        format: Version of this folder's layout.
    """

    connector: str
    action: str
    source: str
    sha256: str
    rows: int
    columns: dict[str, Any]
    connections: dict[str, str]
    key_prefix: str
    format: int = _FORMAT


@dataclass
class Progress:
    """How far a batch is, as its journal says.

    Attributes:
        counts: Rows finished, by outcome.
        begun: Rows that were sent and not finished, with the Unix time of their start in seconds.
    """

    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    begun: dict[int, float] = field(default_factory=dict)
    _finished: bytearray = field(default_factory=bytearray, repr=False)

    @property
    def finished(self) -> int:
        """Rows finished, whatever their outcome."""
        return sum(self.counts.values())

    def is_finished(self, row: int) -> bool:
        """Whether a row has an outcome."""
        byte, bit = divmod(row, 8)
        return byte < len(self._finished) and bool(self._finished[byte] & (1 << bit))

    def finish(self, row: int, outcome: Outcome) -> None:
        """Count a row."""
        byte, bit = divmod(row, 8)
        if byte >= len(self._finished):
            self._finished.extend(bytes(max(byte + 1 - len(self._finished), len(self._finished))))
        self._finished[byte] |= 1 << bit
        self.counts[outcome] += 1
        self.begun.pop(row, None)


def read_record(place: Path) -> BatchRecord | None:
    """What `batch.json` says; None where the folder does not belong to a batch.

    Raises:
        BatchError: The file is damaged.
    """
    try:
        return BatchRecord(**json.loads((place / "batch.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError, TypeError):
        raise BatchError(f"{place / 'batch.json'} cannot be read, or is damaged.", code="batch_damaged") from None


def read_progress(place: Path) -> Progress:
    """How far a batch is, also while another process runs it.

    Raises:
        BatchError: There is no journal.
    """
    try:
        handle = os.open(place / "journal", os.O_RDONLY)
    except OSError:
        raise BatchError(f"{place} is not the folder of a batch.") from None
    try:
        return replayed(handle)[0]
    finally:
        os.close(handle)


def replayed(handle: int) -> tuple[Progress, dict[Outcome, int], int]:
    """What a journal says: the progress, the lengths of the result files, and how much of the journal is whole."""
    progress, whole = Progress(), 0
    sizes = (b"0", b"0", b"0")
    with os.fdopen(os.dup(handle), "rb") as file:
        file.seek(0)
        try:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                kind, row, *rest = line.split()
                if kind == b"started":
                    progress.begun[int(row)] = float(rest[0])
                elif kind == b"undone":
                    progress.begun.pop(int(row), None)
                else:
                    done, failed, unknown = rest
                    sizes = (done, failed, unknown)
                    progress.finish(int(row), _OUTCOME_OF[kind])
                whole += len(line)
            lengths = dict(zip(OUTCOMES, map(int, sizes), strict=True))
        except (ValueError, LookupError):
            raise BatchError("The journal of the batch is damaged.", code="batch_damaged") from None
    return progress, lengths, whole
