"""The built n8n node in a Node.js process, with the helpers of a real n8n.

`tests/hosts/n8n.sh` says where both are: `N8N_BUILD` is the folder of the built node, `N8N_HOST` the one that n8n is
installed in.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from connector.catalogue.loader import Bundle
from connector.export import export
from tests.javascript.package_process import PackageProcess

HOST = Path(__file__).with_name("n8n_host.cjs")


def is_there() -> bool:
    """Whether a built node and an n8n are given."""
    return {"N8N_BUILD", "N8N_HOST"} <= os.environ.keys()


class N8nPackage(PackageProcess):
    """The built node with the definitions of a connector folder, running.

    Args:
        bundle: The connector folder; the node was built for the same connection.
        folder: Where the build is copied.
        environment: Variables of the process beside this one's.
    """

    def __init__(self, bundle: Bundle, folder: Path, environment: dict[str, str] | None = None) -> None:
        shutil.copytree(os.environ["N8N_BUILD"], folder, symlinks=True)
        (file,) = folder.glob("dist/nodes/*/definitions.json")
        exported = export(bundle, "n8n")
        file.write_bytes(next(content for path, content in exported.items() if path.endswith(file.name)))
        super().__init__(["node", str(HOST), str(folder), os.environ["N8N_HOST"]], environment)
