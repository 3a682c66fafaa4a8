"""Running actions: the steps of a run, in one place."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Self

from connector.call import pagination
from connector.call.result import Choice, Meta, Preview, Result, ThrottleStatus
from connector.catalogue.action import Action
from connector.catalogue.catalogue import Catalogue
from connector.catalogue.loader import Bundle, load
from connector.catalogue.sandbox import connection_to, started
from connector.client import Calls, RunOptions, idempotency_key, status
from connector.clock import Clock, SystemClock
from connector.connections.connection import Connection
from connector.definition.files import find
from connector.errors import DefinitionError, InputError, OutputError, Problem
from connector.http.service_error import find_request_id
from connector.http.transport import RequestsTransport, Transport
from connector.json_pointer import MISSING
from connector.throttle.file_store import default_store
from connector.throttle.limiter import MemoryStore, Store

_ASYNC_THREADS = 100
_MOST_CHOICES = 1_000


class Connector:
    """A connector that was loaded, ready to run its actions. One serves many threads and connections.

    Args:
        bundle: The connector folder, read.
        transport: What sends requests; a pool of HTTP connections when left out.
        store: Where the throttle's buckets live; a file of this user's, shared with all processes of the machine,
            when left out. With a `clock` of its own a connector keeps them in memory.
        clock: Where time comes from; the machine's when left out.
        strict_outputs: Make an answer that is not what the definition says an error instead of a warning.
        new_key: Makes idempotency keys.
        rng: Where the jitter of waits comes from.
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
        rng: random.Random | None = None,
    ) -> None:
        self.definition = bundle.manifest
        self._bundle = bundle
        self._clock = clock or SystemClock()
        agent = f"{bundle.manifest.key}-connector/{bundle.manifest.version}"
        self._transport = transport or RequestsTransport(self._clock, agent)
        self._strict_outputs = strict_outputs
        self._catalogue = Catalogue(bundle)
        self._given_store = store or (MemoryStore(clock) if clock else None)
        self._new_key = new_key
        self._rng = rng or random.SystemRandom()

    @cached_property
    def _calls(self) -> Calls:
        """Made when first needed: who only reads the catalogue touches no file."""
        store = self._given_store or default_store(self._clock)
        return Calls(self.definition, self._transport, store, self._clock, self._new_key, self._rng)

    @classmethod
    def load(cls, name: str | Path, **options: Any) -> Self:
        """Load a connector by name or by the path of its folder.

        Args:
            name: The name of an installed connector, or a path to a connector folder.
            **options: As for the constructor.

        Raises:
            DefinitionError: There is no such connector, or its definitions are wrong; with every problem.
        """
        return cls(load(find(name)), **options)

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
        **options: Any,
    ) -> Result:
        """Run an action.

        Args:
            action: Key, operation id or summary.
            inputs: Values by input name, or by the path-style keys of a Power Automate flow.
            connection: The account to run it with.
            **options: `max_wait`, `timeout` (seconds), `all_pages`, `max_items`, `idempotency_key`, `on_wait`:
                see `RunOptions`.

        Raises:
            InputError: With every problem of the inputs; nothing was sent.
            ConnectorError: One of its other kinds, by who must act.
        """
        return self._run(self.find(action), inputs or {}, connection, RunOptions(**options))

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
        settings = RunOptions(**options, cancelled=cancelled)
        work = partial(self._run, self.find(action), inputs or {}, connection, settings)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    def _run(
        self, action: Action, inputs: Mapping[str, Any], connection: Connection | None, options: RunOptions
    ) -> Result:
        started = self._clock.monotonic()
        call, record = self._calls.prepare(action, inputs, connection, options)
        outputs = action.handler(call)
        output_problems = action.output_problems(outputs)
        if output_problems and self._strict_outputs:
            raise OutputError("The answer is not what the definition says.", output_problems)
        response = call.response
        if response is None:
            raise DefinitionError(f"The handler of “{action.key}” sent nothing.")
        meta = Meta(
            action=action.key,
            status=response.status,
            attempts=tuple(record.attempts),
            pages=call.pages,
            waited=round(record.throttled + sum(attempt.wait for attempt in record.attempts), 3),
            elapsed=round(self._clock.monotonic() - started, 3),
            request_id=find_request_id(self.definition, response),
            idempotency_key=idempotency_key(action, call.inputs),
            warnings=(*call.warnings, *self._calls.store.warnings(), *(problem.message for problem in output_problems)),
        )
        return Result(fields=outputs, meta=meta, raw=response.text if response.body is MISSING else response.body)

    def iterate(
        self,
        action: str | Action,
        inputs: Mapping[str, Any] | None = None,
        connection: Connection | None = None,
        **options: Any,
    ) -> Iterator[dict[str, Any]]:
        """The rows of a list action one by one; the next page is fetched when its first row is asked for.

        Args:
            action: Key, operation id or summary of an action with pages.
            inputs: As for `run`.
            connection: As for `run`.
            **options: As for `run`; `max_items` is the definition's bound when left out.

        Raises:
            InputError: The inputs are wrong, or the action has no pages.
        """
        settings = RunOptions(**{**options, "all_pages": True})
        found = self.find(action)
        call, _ = self._calls.prepare(found, inputs or {}, connection, settings)
        call.all_pages = False  # the handler finishes a page at a time
        return pagination.rows(call, lambda: found.handler(call))

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
        options = RunOptions(idempotency_key=idempotency_key)
        return self._calls.preview(self.find(action), inputs or {}, connection, options)

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
        declared = found.definition.inputs.properties.get(found.accepted_names.get(field, field))
        source = found.definition.inputs.resolve(declared).x_ms_dynamic_values if declared else None
        if source is None:
            problem = Problem(field, "choices", f"“{field}” has no list of choices.")
            raise InputError(f"The field “{field}” of “{found.key}” has no list of choices.", [problem])
        result = self.run(source.operation_id, source.parameters, connection, max_items=_MOST_CHOICES, **options)
        return [
            Choice(value=str(row[source.value_path]), label=str(row[source.value_title] or row[source.value_path]))
            for row in result.rows(source.value_collection)
            if row[source.value_path]
        ]

    def throttle(
        self, connection: Connection, action: str | Action | None = None, *, calls: int = 1
    ) -> tuple[ThrottleStatus, ...]:
        """How much of the limits is used, and how long a number of calls would take. Takes no token.

        Args:
            connection: The account.
            action: Also the tighter limit of this action, if it has one.
            calls: How many further calls are asked about.

        Returns:
            The connection's limit, and the action's where there is one.
        """
        found = self.find(action) if action is not None else None
        return tuple(status(self._calls.store, bucket, calls) for bucket in self._calls.buckets(found, connection))

    def test(self, connection: Connection, **options: Any) -> Result:
        """Run the action that shows whether a connection works.

        Raises:
            AuthorizationError: It does not.
        """
        return self.run(self.definition.connection.test, {}, connection, **options)

    @contextlib.contextmanager
    def sandbox(self, database: Path | None = None) -> Iterator[Connection]:
        """A connection to the connector's own local service, which runs as long as the block lasts.

        Args:
            database: File for its state, kept between blocks; a fresh data set in memory when left out.

        Raises:
            SandboxError: The connector brings none, or it cannot start.
        """
        with started(self._bundle, database=database) as service:
            yield connection_to(self._bundle, service)

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
