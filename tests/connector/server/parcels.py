"""A connector of the tests' own, served without a sandbox: it calls a transport that the test scripts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from connector.catalogue.loader import load
from connector.clock import SystemClock
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.server import ServedConnector, create_app
from connector.throttle.memory_store import MemoryStore
from tests.connector.parcels import API_KEY, manifest, write_folder
from tests.connector.web.serving import Site, serving


@contextlib.contextmanager
def parcels_site(
    place: Path,
    transport: Any,
    *,
    names: tuple[str, ...] = ("home",),
    clock: Any = None,
    max_in_flight: int = 100,
    **words: Any,
) -> Iterator[tuple[Site, Connector]]:
    """The parcels connector behind a server.

    Args:
        place: Where its folder is made.
        transport: Sends its requests.
        names: Of its connections; one that is not the only one has a key of its own, `key-of-NAME`.
        clock: Where time comes from; the machine's if left out.
        max_in_flight: As for `Connector`.
        **words: Of `connector.json`.
    """
    folder = write_folder(place / "parcels", connector=manifest(**words))
    (folder / "icons").mkdir()
    for name in ("connector", "parcels"):
        (folder / f"icons/{name}.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    bundle = load(folder)
    store = None if clock else MemoryStore(SystemClock())
    with Connector(bundle, transport=transport, clock=clock, store=store, max_in_flight=max_in_flight) as connector:
        keys = {name: f"key-of-{name}" for name in names} if len(names) > 1 else dict.fromkeys(names, API_KEY)
        connections = {name: Connection(api_key=key, name=name) for name, key in keys.items()}
        with serving(create_app(ServedConnector(bundle, connector, connections))) as site:
            yield site, connector
