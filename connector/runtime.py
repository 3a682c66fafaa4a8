"""Running actions: the steps of a run, in one place."""

from __future__ import annotations

import asyncio
import random
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Self

from connector import bundle as bundles
from connector import paginate
from connector.action import Action
from connector.bundle import Bundle
from connector.catalogue import Catalogue
from connector.clock import Clock, SystemClock
from connector.connection import Connection
from connector.errors import AuthorizationError, DefinitionError, InputError, OutputError, Problem
from connector.exchange import Exchange, Record, Teller
from connector.handler import Call
from connector.pointer import MISSING
from connector.refusal import find_request_id, refusal
from connector.request import HttpRequest, masked
from connector.response import HttpResponse
from connector.result import Choice, Meta, Preview, Result
from connector.sign import base_url_of, masked_headers, secret_headers, secrets_of
from connector.throttle import Bucket, MemoryStore, Store
from connector.transport import Patience, RequestsTransport, Transport

_ASYNC_THREADS = 100
_MOST_CHOICES = 1_000


class _Previewed(Exception):  # noqa: N818 - it carries a request out of a handler, it is no error
    def __init__(self, request: HttpRequest) -> None:
        super().__init__()
        self.request = request


class Connector:
    """A connector that was loaded, ready to run its actions. One serves many threads and connections.

    Args:
        bundle: The connector folder, read.
        transport: What sends requests; a pool of HTTP connections when left out.
        store: Where the throttle's buckets live; this process's memory when left out.
        clock: Where time comes from; the machine's when left out.
        strict_outputs: Make an answer that is not what the definition says an error instead of a warning.
        new_key: Makes idempotency keys.
        chance: Where the jitter of waits comes from.
    """

    def __init__(
        self,
        bundle: Bundle,
        *,
        transport: Transport | None = None,
        store: Store | None = None,
        clock: Clock | None = None,
        strict_outputs: bool = False,
        new_key: Callable[[], str] = lambda: str(uuid.uuid4()),
        chance: random.Random | None = None,
    ) -> None:
        self._bundle = bundle
        self.definition = bundle.manifest
        self._clock = clock or SystemClock()
        agent = f"{bundle.manifest.key}-connector/{bundle.manifest.version}"
        self._transport = transport or RequestsTransport(self._clock, agent)
        self._store = store or MemoryStore(self._clock)
        self._strict_outputs = strict_outputs
        self._new_key = new_key
        self._chance = chance or random.SystemRandom()
        self._catalogue = Catalogue(bundle)

    @classmethod
    def load(cls, name: str | Path, **options: Any) -> Self:
        """Load a connector by name or by the path of its folder.

        Args:
            name: Such as `courier`, or a path to a connector folder.
            **options: As for the constructor.

        Raises:
            DefinitionError: There is no such connector, or its definitions are wrong; with every problem.
        """
        return cls(bundles.load(bundles.find(name)), **options)

    @property
    def actions(self) -> Sequence[Action]:
        """All actions, by group and key."""
        return tuple(self._catalogue)

    def find(self, action: str | Action) -> Action:
        """The action with that key, operation id or summary, without regard to case.

        Raises:
            UnknownActionError: There is none; the nearest are proposed.
        """
        return action if isinstance(action, Action) else self._catalogue.find(action)

    def run(
        self,
        action: str | Action,
        inputs: Mapping[str, Any] | None = None,
        connection: Connection | None = None,
        *,
        max_wait: float | None = None,
        timeout: float | None = None,
        all_pages: bool = False,
        max_items: int | None = None,
        idempotency_key: str | None = None,
        on_wait: Teller | None = None,
    ) -> Result:
        """Run an action.

        Args:
            action: Key, operation id or summary.
            inputs: Values by input name, or by the path-style keys of a Power Automate flow.
            connection: The account to run it with.
            max_wait: Longest wait for the throttle in seconds, in all; the definition's when left out.
            timeout: Seconds for the whole run with its waits, tries and pages; the definition's when left out.
            all_pages: Collect the rows of all pages of a list action.
            max_items: How many rows at most; implies `all_pages`.
            idempotency_key: Key from outside for actions that have one; made once per run when left out.
            on_wait: Told of every wait before it begins: what for, and how many seconds.

        Raises:
            InputError: With every problem of the inputs; nothing was sent.
            ConnectorError: One of its other kinds, by who must act.
        """
        return self._run(
            self.find(action),
            inputs or {},
            connection,
            max_wait=max_wait,
            timeout=timeout,
            all_pages=all_pages,
            max_items=max_items,
            idempotency_key=idempotency_key,
            on_wait=on_wait,
        )

    async def arun(
        self,
        action: str | Action,
        inputs: Mapping[str, Any] | None = None,
        connection: Connection | None = None,
        **options: Any,
    ) -> Result:
        """Run an action without blocking the event loop; as `run`.

        A cancelled task gives its place in the throttle back and makes no further attempt.
        """
        cancelled = threading.Event()
        work = partial(self._run, self.find(action), inputs or {}, connection, cancelled=cancelled, **options)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    def iterate(
        self,
        action: str | Action,
        inputs: Mapping[str, Any] | None = None,
        connection: Connection | None = None,
        *,
        max_items: int | None = None,
        **options: Any,
    ) -> Iterator[dict[str, Any]]:
        """The rows of a list action one by one; the next page is fetched when its first row is asked for.

        Args:
            action: Key, operation id or summary of an action with pages.
            inputs: As for `run`.
            connection: As for `run`.
            max_items: How many rows at most; the definition's bound when left out.
            **options: `max_wait`, `timeout` and `on_wait`, as for `run`.

        Raises:
            InputError: The inputs are wrong, or the action has no pages.
        """
        found = self.find(action)
        _check_paged(found, all_pages=True, max_items=max_items)
        call, _ = self._call(found, inputs or {}, connection, max_items=max_items, all_pages=True, **options)
        return paginate.rows(call)

    def preview(
        self,
        action: str | Action,
        inputs: Mapping[str, Any] | None = None,
        connection: Connection | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Preview:
        """The request that a run would send first, with secrets masked. Nothing is sent, no token is taken.

        Raises:
            InputError: With every problem of the inputs.
        """
        found = self.find(action)
        checked = self._checked(found, inputs or {}, idempotency_key)

        def stop(request: HttpRequest) -> HttpResponse:
            raise _Previewed(request)

        base_url = base_url_of(self.definition, connection)
        call = Call(
            found.definition,
            masked(found.definition, checked),
            base_url,
            self.definition.limits,
            stop,
            lambda _: None,
        )
        try:
            found.handler(call)
        except _Previewed as seen:
            headers = {**seen.request.headers, **masked_headers(self.definition)}
            return Preview(method=seen.request.method, url=seen.request.url, headers=headers, body=seen.request.body)
        raise DefinitionError(f"The handler of “{found.key}” sent nothing.")

    def options(
        self, action: str | Action, field: str, connection: Connection | None = None, **options: Any
    ) -> list[Choice]:
        """The choices of a field whose values another action lists.

        Args:
            action: Key, operation id or summary.
            field: An input of it that declares `x-ms-dynamic-values`.
            connection: The account whose choices are wanted.
            **options: As for `run`.

        Raises:
            InputError: The field does not exist, or has no such list.
        """
        found = self.find(action)
        name = found.input_names.get(field, field)
        declared = found.definition.inputs.properties.get(name)
        source = found.definition.inputs.resolve(declared).x_ms_dynamic_values if declared else None
        if source is None:
            raise InputError(
                f"The field “{field}” of “{found.key}” has no list of choices.",
                [Problem(field, "choices", f"“{field}” has no list of choices.")],
            )
        result = self.run(source.operation_id, source.parameters, connection, max_items=_MOST_CHOICES, **options)
        return [
            Choice(
                value=str(row[source.value_path]),
                label=str(row[source.value_title] or row[source.value_path]),
            )
            for row in result.rows(source.value_collection)
            if row[source.value_path]
        ]

    def test(self, connection: Connection, **options: Any) -> Result:
        """Run the action that shows whether a connection works.

        Raises:
            AuthorizationError: It does not.
        """
        return self.run(self.definition.connection.test, {}, connection, **options)

    def close(self) -> None:
        """Give back threads and pooled connections. The connector can still be used; it opens new ones."""
        self._transport.close()
        if "_threads" in self.__dict__:
            self._threads.shutdown(wait=False, cancel_futures=True)
            del self.__dict__["_threads"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(_ASYNC_THREADS, thread_name_prefix="connector")

    def _run(
        self,
        found: Action,
        inputs: Mapping[str, Any],
        connection: Connection | None,
        *,
        max_items: int | None = None,
        all_pages: bool = False,
        **options: Any,
    ) -> Result:
        started = self._clock.monotonic()
        all_pages = all_pages or max_items is not None
        _check_paged(found, all_pages=all_pages, max_items=max_items)
        call, record = self._call(found, inputs, connection, max_items=max_items, all_pages=all_pages, **options)
        outputs = found.handler(call)
        misfits = found.judge_outputs(outputs)
        if misfits and self._strict_outputs:
            raise OutputError("The answer is not what the definition says.", misfits)
        response = call.response
        if response is None:
            raise DefinitionError(f"The handler of “{found.key}” sent nothing.")
        meta = Meta(
            action=found.key,
            status=response.status,
            attempts=tuple(record.attempts),
            pages=call.pages,
            waited=round(record.throttled + sum(attempt.wait for attempt in record.attempts), 3),
            elapsed=round(self._clock.monotonic() - started, 3),
            request_id=find_request_id(self.definition, response),
            idempotency_key=_idempotency_key(found, call.inputs),
            warnings=(*call.warnings, *(problem.message for problem in misfits)),
        )
        return Result(fields=outputs, meta=meta, raw=response.text if response.body is MISSING else response.body)

    def _checked(self, found: Action, given: Mapping[str, Any], idempotency_key: str | None) -> dict[str, Any]:
        """The inputs, if nothing is wrong with them, with the idempotency key of this run."""
        try:
            inputs, problems = found.judge_inputs(given)
        except RecursionError:
            raise InputError("The inputs are nested too deeply.") from None
        if problems:
            count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
            raise InputError(f"{found.summary}: {count} with the inputs. Nothing was sent.", problems)
        if found.definition.idempotency is not None:
            inputs.setdefault(found.definition.idempotency.input, idempotency_key or self._new_key())
        return inputs

    def _call(
        self,
        found: Action,
        given: Mapping[str, Any],
        connection: Connection | None,
        *,
        max_wait: float | None = None,
        timeout: float | None = None,
        all_pages: bool,
        max_items: int | None,
        idempotency_key: str | None = None,
        on_wait: Teller | None = None,
        cancelled: threading.Event | None = None,
    ) -> tuple[Call, Record]:
        """Everything a handler needs for one run: checked inputs, and a way to send that keeps all promises."""
        definition, action = self.definition, found.definition
        inputs = self._checked(found, given, idempotency_key)
        if connection is None:
            raise AuthorizationError("No connection was given to run the action with.", code="missing_connection")
        secrets = secrets_of(definition, connection)
        headers = secret_headers(definition, secrets)
        deadline = self._clock.monotonic() + (definition.timeouts.total if timeout is None else timeout)
        patience = Patience(
            definition.timeouts.connect, definition.timeouts.read, deadline, definition.limits.response_bytes
        )
        record = Record()
        exchange = Exchange(
            deliver=lambda request: self._transport.send(request, headers, patience),
            store=self._store,
            clock=self._clock,
            buckets=self._buckets(found, connection),
            policy=definition.retry,
            deadline=deadline,
            max_wait=definition.timeouts.wait if max_wait is None else max_wait,
            repeatable=action.repeatable or _idempotency_key(found, inputs) is not None,
            chance=self._chance,
            record=record,
            tell=on_wait or (lambda _reason, _seconds: None),
            cancelled=cancelled,
        )

        def accept(response: HttpResponse) -> None:
            if not response.succeeded and response.status not in action.outcomes:
                now = self._clock.wall()
                raise refusal(definition, action, inputs, response, now, list(secrets.values()))

        call = Call(
            action,
            inputs,
            base_url_of(definition, connection),
            definition.limits,
            exchange,
            accept,
            all_pages=all_pages,
            max_items=definition.paging.max_items if max_items is None else max_items,
        )
        return call, record

    def _buckets(self, found: Action, connection: Connection) -> list[Bucket]:
        """The connection's own limit, and the action's where it states a tighter one."""
        name = connection.identity(self.definition.base_url)
        limits = [(name, self.definition.throttle)]
        if found.definition.throttle is not None:
            limits.append((f"{name}/{found.key}", found.definition.throttle))
        return [Bucket(bucket, limit.calls, limit.renewal_period) for bucket, limit in limits]


def _idempotency_key(found: Action, inputs: Mapping[str, Any]) -> str | None:
    declared = found.definition.idempotency
    return inputs.get(declared.input) if declared is not None else None


def _check_paged(found: Action, *, all_pages: bool, max_items: int | None) -> None:
    """Refuse to walk pages where there are none, and a bound that is no bound."""
    if all_pages and found.definition.pagination is None:
        problem = Problem("", "pages", f"“{found.summary}” answers in one piece: it has no pages to collect.")
        raise InputError("The action has no pages.", [problem])
    if max_items is not None and max_items < 1:
        problem = Problem("max_items", "minimum", f"The number of rows must be 1 or more, but it is {max_items}.")
        raise InputError("The number of rows is wrong.", [problem])
