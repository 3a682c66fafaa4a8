"""The public class: load a connector, list its actions, run them.

What a run does step by step is `connector.client`.
"""

from __future__ import annotations

import contextlib
import random
import uuid
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, Unpack

from connector.call.events import Telemetry
from connector.call.options import RunOptions, RunSettings
from connector.call.result import Choices, Preview, Result
from connector.call.tasks import TaskThreads
from connector.catalogue.action import Action
from connector.catalogue.catalogue import Catalogue
from connector.catalogue.choices import ChoiceSource
from connector.catalogue.loader import Bundle, read
from connector.catalogue.sandbox import connection_to, started
from connector.client import Client
from connector.clock import Clock, SystemClock, complete, iterate
from connector.connections.connection import Connection
from connector.definition.files import find
from connector.http.transport import RequestsTransport, Transport
from connector.throttle.default_store import default_store
from connector.throttle.memory_store import MemoryStore
from connector.throttle.status import ThrottleStatus, throttle_status
from connector.throttle.store import Store

if TYPE_CHECKING:
    from connector.batch.batch import Batch, BatchOptions


class Connector:
    """A connector that was loaded, ready to run its actions. One serves many threads and connections.

    Args:
        bundle: The connector folder, read.
        transport: What sends requests; a pool of HTTP connections when left out.
        store: Where the throttle's buckets live; by default files of this user's processes, or memory with a `clock`.
        clock: Where time comes from; the machine's when left out.
        strict_outputs: Make a response that does not match the definition an error instead of a warning.
        new_key: Makes idempotency keys.
        rng: Source of the random parts of waits.
        max_in_flight: Largest number of calls that tasks (`arun`, `aiterate`) make at a time, each in a thread of its
            own; by default half of the files that this process may open, 1,000 at most. Tasks that wait hold no thread.
        telemetry: Hears of the events of every run, such as `connector.otel.OpenTelemetry()`.
    """

    def __init__(  # noqa: PLR0913 - each is a choice of the embedder, and named
        self,
        bundle: Bundle,
        *,
        transport: Transport | None = None,
        store: Store | None = None,
        clock: Clock | None = None,
        strict_outputs: bool = False,
        new_key: Callable[[], str] = lambda: str(uuid.uuid4()),
        rng: random.Random | None = None,
        max_in_flight: int | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        self.definition, self.gaps = bundle.manifest, bundle.gaps
        self._bundle = bundle
        self._catalogue = Catalogue(bundle)
        self._given_store = store or (MemoryStore(clock) if clock else None)
        self._clock = clock = clock or SystemClock()
        agent = f"{bundle.manifest.key}-connector/{bundle.manifest.version}"
        self._threads = TaskThreads(max_in_flight)
        self._transport = transport or RequestsTransport(clock, agent, self._threads.max_in_flight)
        self._make_client = partial(
            Client, bundle.manifest, self._transport, ephemeral_store=MemoryStore(clock), clock=clock, new_key=new_key,
            rng=rng or random.SystemRandom(), telemetry=telemetry, strict_outputs=strict_outputs,
        )  # fmt: skip

    @cached_property
    def _client(self) -> Client:
        """Made when first needed: a caller who only reads the catalogue touches no file."""
        return self._make_client(store=self._given_store or default_store(self._clock))

    @classmethod
    def load(cls, name: str | Path, **settings: Any) -> Self:
        """Load a connector by name or by the path of its folder; an action is validated when it is first used.

        Args:
            name: The name of an installed connector, or a path to a connector folder.
            **settings: As for the constructor.

        Raises:
            DefinitionError: There is no such connector, or `connector.json` or the names of an action are wrong.
        """
        return cls(read(find(name)), **settings)

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
        **options: Unpack[RunOptions],
    ) -> Result:
        """Run an action.

        Args:
            action: Key, operation id or summary.
            inputs: Values by input name, or by the path-style keys of a Power Automate flow.
            connection: The account to run it with.
            **options: `max_wait`, `timeout` (seconds), `all_pages`, `max_items`, `idempotency_key`, `on_event`;
                see `connector.call.options.RunOptions`.

        Raises:
            InputError: With every problem of the inputs; nothing was sent.
            ConnectorError: One of its other kinds, by who must act.
            TypeError: An option does not exist.
        """
        run = self._client.run(self.find(action), inputs or {}, connection, RunSettings.of("run", options))
        return complete(run, self._clock)

    async def arun(
        self,
        action: str | Action,
        inputs: Mapping[str, Any] | None = None,
        connection: Connection | None = None,
        **options: Unpack[RunOptions],
    ) -> Result:
        """Run an action without blocking the event loop, and without a thread while it waits; as `run`.

        A cancelled task gives its place in the throttle back and makes no further attempt. `on_event` is called in
        whichever thread drives the run at that moment.
        """
        run = self._client.run(self.find(action), inputs or {}, connection, RunSettings.of("arun", options))
        return await self._threads.complete(run, self._clock)

    def iterate(
        self,
        action: str | Action,
        inputs: Mapping[str, Any] | None = None,
        connection: Connection | None = None,
        **options: Unpack[RunOptions],
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
        every = RunSettings.of("iterate", {**options, "all_pages": True})
        return iterate(self._client.pages(self.find(action), inputs or {}, connection, every), self._clock)

    def aiterate(
        self,
        action: str | Action,
        inputs: Mapping[str, Any] | None = None,
        connection: Connection | None = None,
        **options: Unpack[RunOptions],
    ) -> AsyncGenerator[dict[str, Any], None]:
        """The rows of a list action one by one, without blocking the event loop; as `iterate`."""
        every = RunSettings.of("aiterate", {**options, "all_pages": True})
        return self._threads.iterate(
            self._client.pages(self.find(action), inputs or {}, connection, every), self._clock
        )

    def preview(
        self,
        action: str | Action,
        inputs: Mapping[str, Any] | None = None,
        connection: Connection | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Preview:
        """The request that a run would send first, with secrets masked; raises `InputError` as `run` does."""
        key = RunSettings(idempotency_key=idempotency_key)
        return self._client.preview(self.find(action), inputs or {}, connection, key)

    def choices(
        self,
        action: str | Action,
        field: str,
        connection: Connection | None = None,
        inputs: Mapping[str, Any] | None = None,
        **options: Unpack[RunOptions],
    ) -> Choices:
        """The choices of a field whose values another action lists, at most 1,000.

        Args:
            action: Key, operation id or summary.
            field: An input of it that declares `x-ms-dynamic-values`; in rows, such as `recipients[].list_id`.
            connection: The account whose choices are wanted.
            inputs: What is filled in already; the choices of some fields depend on it, as versions do on a template.
            **options: As for `run`.

        Raises:
            InputError: The field does not exist, has no such list, or depends on an input that is not filled in.
        """
        source = ChoiceSource.of(self.find(action), field, inputs or {})
        return source.choices(self.run(*source.listing(self._catalogue, options), connection, **options))

    async def achoices(
        self,
        action: str | Action,
        field: str,
        connection: Connection | None = None,
        inputs: Mapping[str, Any] | None = None,
        **options: Unpack[RunOptions],
    ) -> Choices:
        """The choices of a field without blocking the event loop; as `choices`."""
        source = ChoiceSource.of(self.find(action), field, inputs or {})
        return source.choices(await self.arun(*source.listing(self._catalogue, options), connection, **options))

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
        found, store = self.find(action) if action is not None else None, self._client.store_of(connection)
        return tuple(throttle_status(store, limit, calls) for limit in self._client.rate_limits(found, connection))

    def batch(
        self,
        action: str | Action,
        file: str | Path,
        connection: Connection | Mapping[str, Connection],
        **options: Unpack[BatchOptions],
    ) -> Batch:
        """One action over a file of rows, each row once; see `Batch.run` and `Batch.dry_run`.

        Args:
            action: Key, operation id or summary.
            file: CSV or JSON Lines, a row for each run.
            connection: The account, or several by name.
            **options: See `BatchOptions`.
        """
        from connector.batch.batch import Batch  # noqa: PLC0415 - it takes a while, and most run none

        connections = {connection.name or "": connection} if isinstance(connection, Connection) else connection
        return Batch(self._client, self.find(action), Path(file), connections, find=self.find, **options)

    def test(self, connection: Connection, **options: Unpack[RunOptions]) -> Result:
        """Run the action that shows whether a connection works.

        Raises:
            AuthorizationError: It does not.
        """
        return self.run(self.definition.connection.test_action, {}, connection, **options)

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
        """Give back threads, pooled connections and open files. The connector can still be used; it opens new ones."""
        self._transport.close()
        if "_client" in self.__dict__ and self._given_store is None:
            self._client.store.close()
        self._threads.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
