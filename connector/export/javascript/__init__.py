"""The JavaScript runtime that packages for Node-RED, n8n and other hosts of that language carry.

`core/` runs the actions of any connector with the same steps, error codes and decisions as the Python runtime; the
vectors in `tests/vectors` hold both to them. It is plain CommonJS for Node.js 20 and newer, without dependencies. It
opens no sockets, sets no timers and reads no environment: a host passes in how to send, to sleep and to read the
clock. `core/index.js` is what hosts require, and `core/types.d.ts` describes it:

    const { Connector, connect } = require('./core');

    const io = { send, sleep, now, wall, random, uuid, sha256 };
    const connector = new Connector(require('./definitions.json'), io);
    const connection = connect(connector.definition, { values: { api_key } }, io.sha256);
    const { fields, meta } = await connector.run('send_message', inputs, connection);

`definitions` writes the `definitions.json` that it is driven by. Both are copied into a host's package by its exporter;
what an action's handler does in Python code beyond its definition is not in them, and the exporter says so.
"""

from __future__ import annotations

from pathlib import Path

CORE = Path(__file__).parent / "core"
"""The folder with the runtime's files."""


def core_files() -> dict[str, bytes]:
    """The files of the runtime by name, for a package to carry."""
    return {path.name: path.read_bytes() for path in sorted(CORE.iterdir()) if path.suffix in {".js", ".ts"}}
