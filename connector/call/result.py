"""What a run gives back: named fields, rows, and what happened on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from connector.definition.file_value import File


class Attempt(BaseModel):
    """One try of one call: the status of its response, or why there was none, and the seconds waited after it."""

    model_config = ConfigDict(frozen=True)

    status: int | None
    reason: str = ""
    wait: float = 0.0


@lru_cache(maxsize=1_000)
def responded(status: int) -> Attempt:
    """An attempt whose response counts: the same object every time, as a walk over many pages keeps one for each."""
    return Attempt(status=status)


@dataclass
class RunTrace:
    """What happened during a run.

    Attributes:
        attempts: Every attempt, of every page.
        throttled: Seconds waited for the call limit.
        in_flight: Whether a request has left, and no response says that it was not carried out.
    """

    attempts: list[Attempt] = field(default_factory=list)
    throttled: float = 0.0
    in_flight: bool = False

    @property
    def waited(self) -> float:
        """Seconds waited for the call limit and between attempts."""
        return self.throttled + sum(attempt.wait for attempt in self.attempts)


class Meta(BaseModel):
    """What happened during a run.

    Attributes:
        action: Key of the action.
        status: HTTP status of the last response.
        attempts: Every try, of every page.
        pages: Pages read; 1 for an action without pages.
        waited: Seconds spent waiting for the throttle and between tries.
        elapsed: Seconds the whole run took.
        request_id: The service's own id of the last call, if it gave one.
        idempotency_key: The key under which the service remembers the call, if it has one.
        warnings: What did not fail the run and should be known.
    """

    model_config = ConfigDict(frozen=True)

    action: str
    status: int
    attempts: tuple[Attempt, ...]
    pages: int = 1
    waited: float = 0.0
    elapsed: float = 0.0
    request_id: str | None = None
    idempotency_key: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Result(Mapping[str, Any]):
    """The result of a run: a mapping of its outputs, and what happened on the way.

    Attributes:
        fields: Every declared output by name, null where the service sent nothing.
        meta: What happened on the way.
        raw: The JSON of the last response, unchanged, or its text if it is not JSON.
    """

    fields: dict[str, Any]
    meta: Meta
    raw: Any = field(default=None, repr=False)

    def __getitem__(self, name: str) -> Any:
        return self.fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def to_dict(self) -> dict[str, Any]:
        """The outputs and what happened on the way, as JSON-ready values."""
        return {"fields": self.fields, "meta": self.meta.model_dump(mode="json")}

    def file(self, name: str) -> File | None:
        """The file that an output is; None where the service sent none.

        Raises:
            KeyError: The action has no such output.
            FileError: The output is not a file.
        """
        return None if self.fields[name] is None else File.from_json(self.fields[name])

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of a list output; none where the service sent none, or something that is not a list.

        Raises:
            KeyError: The action has no such output.
        """
        found = self.fields[name]
        return found if isinstance(found, list) else []


class Choice(BaseModel):
    """One entry of a field's choices: what is sent, and what people see."""

    model_config = ConfigDict(frozen=True)

    value: str
    label: str


class Choices(list[Choice]):
    """The choices of a field.

    Attributes:
        complete: Whether these are all.
    """

    def __init__(self, choices: Iterable[Choice], *, complete: bool = True) -> None:
        super().__init__(choices)
        self.complete = complete


class Preview(BaseModel):
    """The request that a run would send, with every secret masked.

    Attributes:
        body: The body as a JSON value, a file in it by name and size if it is not sent as JSON; None when there is
            none.
        unsigned: The request and its authentication, neither with secrets: what a curl command is made of.
    """

    model_config = ConfigDict(frozen=True)

    method: str
    url: str
    headers: dict[str, str]
    body: Any = None
    unsigned: Any = Field(default=None, exclude=True, repr=False)
