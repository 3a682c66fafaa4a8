"""Every way a run can fail, grouped by who must act.

    ConnectorError
    ├── DefinitionError             9  the author of the connector folder
    │   └── (ExportError, in connector.export)
    ├── InputError                  3  the author of the flow: every problem, nothing was sent
    │   └── UnknownActionError         no action of that name
    ├── AuthorizationError          4  the owner of the connection: no secret, 401, 403
    ├── RefusedError                5  the author of the flow: the service rejected the request (4xx)
    ├── ThrottledError              6  nobody; wait: the call limit, or the service's 429
    ├── UnavailableError            7  nobody; try later: 5xx, network
    │   ├── NotSentError               no byte of the request left
    │   ├── ConnectionLostError        it left, and no whole response came back
    │   └── OutcomeUnknownError        it may have been carried out and cannot be repeated: check first
    └── OutputError                 8  the author of the definition: the response does not fit

The numbers are exit statuses of the command line. Each error is a value: a code that never changes, one plain
sentence, a hint, whether running again can help, and the idempotency key to use then. No error text ever holds a
secret; the code that raises it sees to that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any, ClassVar


class ExitStatus(IntEnum):
    """What a command's exit status says about who must act."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    INPUT = 3
    CONNECTION = 4
    REFUSED = 5
    WAIT = 6
    LATER = 7
    OUTPUT = 8
    DEFINITION = 9
    INTERRUPTED = 130


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input, an output or a definition.

    Attributes:
        field: Name of the field, with `[n]` (from 0) for rows of a list; empty when the whole is meant.
        rule: The rule that is broken, in the words of JSON Schema where it has one (`required`, `type`, ...).
        message: One sentence for the person who filled in the form.
        hint: What to do about it; may be empty.
    """

    field: str
    rule: str
    message: str
    hint: str = ""


class ConnectorError(Exception):
    """Base of all errors this package raises on purpose.

    Args:
        message: One sentence that says what happened.
        code: A stable machine-readable name; the class has a default.
        hint: What to do now; may be empty.
        status: HTTP status of the service's response, if there was one.
        request_id: The service's own id of the failed request, if it gave one.
        field: The input that caused it, where known.

    Attributes:
        idempotency_key: The key of the run that failed, where the action has one. Running again with the same key
            cannot have the effect twice.
    """

    code: ClassVar[str] = "error"
    exit_status: ClassVar[ExitStatus] = ExitStatus.UNEXPECTED
    retryable: bool = False

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str = "",
        status: int | None = None,
        request_id: str | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error_code = code or self.code
        self.hint = hint
        self.status = status
        self.request_id = request_id
        self.field = field
        self.idempotency_key: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The error as JSON-ready values; keys without a value are left out."""
        shown = {
            "code": self.error_code,
            "message": self.message,
            "hint": self.hint or None,
            "field": self.field,
            "status": self.status,
            "request_id": self.request_id,
            "idempotency_key": self.idempotency_key,
        }
        return {key: value for key, value in shown.items() if value is not None} | {"retryable": self.retryable}


class _ProblemsError(ConnectorError):
    """An error that lists several problems at once."""

    def __init__(self, message: str, problems: Sequence[Problem] = (), *, code: str | None = None) -> None:
        super().__init__(message, code=code, field=problems[0].field if len(problems) == 1 else None)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"- {problem.message}" for problem in self.problems)])

    def to_dict(self) -> dict[str, Any]:
        """The error as JSON-ready values, with every problem."""
        return super().to_dict() | {"problems": [asdict(problem) for problem in self.problems]}


class DefinitionError(_ProblemsError):
    """The connector folder itself is wrong: for the author of the definition."""

    code = "definition"
    exit_status = ExitStatus.DEFINITION


class InputError(_ProblemsError):
    """The inputs are wrong: for the author of the flow. Nothing was sent."""

    code = "input"
    exit_status = ExitStatus.INPUT


class UnknownActionError(InputError):
    """No action has that key, operation id or summary."""

    code = "unknown_action"


class AuthorizationError(ConnectorError):
    """The connection is wrong (no secret, 401, 403): for the owner of the connection."""

    code = "connection"
    exit_status = ExitStatus.CONNECTION


class RefusedError(ConnectorError):
    """The service understood the request and rejected it (4xx)."""

    code = "refused"
    exit_status = ExitStatus.REFUSED


class ThrottledError(ConnectorError):
    """The call limit is used up: the throttle's `max_wait`, or the service's 429.

    Attributes:
        wait: Seconds until a call would have been possible, if known.
    """

    code = "throttled"
    exit_status = ExitStatus.WAIT
    retryable = True

    def __init__(self, message: str, *, wait: float | None = None, **shown: Any) -> None:
        super().__init__(message, **shown)
        self.wait = wait

    def to_dict(self) -> dict[str, Any]:
        """The error as JSON-ready values, with `wait` in seconds."""
        return super().to_dict() | {"wait": self.wait}


class UnavailableError(ConnectorError):
    """The service or the network failed; the same run may succeed later, unless its code is one of `PERMANENT`."""

    code = "unavailable"
    exit_status = ExitStatus.LATER
    retryable = True

    PERMANENT: ClassVar = frozenset({"certificate", "base_url", "header", "response_size", "file"})
    """Codes of failures that the same call meets again until somebody changes something."""

    def __init__(self, message: str, **shown: Any) -> None:
        super().__init__(message, **shown)
        self.retryable = self.retryable and self.error_code not in self.PERMANENT


class NotSentError(UnavailableError):
    """No byte of the request has left this machine: it may be sent again, whatever it is."""


class ConnectionLostError(UnavailableError):
    """The call failed after bytes may have arrived; the service may have carried it out."""


class OutcomeUnknownError(UnavailableError):
    """The request may have been carried out, and nothing says so. Sending it again could do it twice."""

    code = "outcome_unknown"
    retryable = False

    @classmethod
    def after(cls, failure: UnavailableError) -> OutcomeUnknownError:
        """The same failure, of a request that may not be repeated."""
        return cls(
            f"{failure.message} The service may have carried it out, so it was not sent again.",
            hint="Check whether it happened before you run it again.",
            status=failure.status,
            request_id=failure.request_id,
            field=failure.field,
        )


class OutputError(_ProblemsError):
    """The service's response does not match the definition."""

    code = "output"
    exit_status = ExitStatus.OUTPUT
