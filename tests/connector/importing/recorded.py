"""What becomes of the descriptions and packages in `descriptions`, recorded in `imported.json`.

`python -m tests.connector.importing.recorded` records it again: every file that an import writes, with the report; read
the difference before you commit it.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from connector.errors import DefinitionError
from connector.export.json_files import dense_json_bytes
from connector.importing.openapi import package_of
from connector.importing.package import Package
from connector.importing.report import report_on
from connector.importing.write import REPORT, connector_files
from tests.connector.importing.facts_package import write_package

HERE = Path(__file__).parent
FILE = HERE / "imported.json"
CASES = sorted((HERE / "descriptions").iterdir())


def imported(description: Path, folder: Path) -> dict[str, Any]:
    """What the import of a description makes, by file; the report is a list of lines."""
    document = json.loads(description.read_text(encoding="utf-8"))
    written = "openapi" in document
    package = package_of(description) if written else Package(write_package(folder, **document))
    try:
        files = connector_files(package)
    except DefinitionError as error:
        return {"error": error.message, REPORT: report_on(package).lines()}
    return {name: text.splitlines() if name == REPORT else json.loads(text) for name, text in files.items()}


def record() -> None:
    """Write what becomes of each."""
    made = {}
    for description in CASES:
        with tempfile.TemporaryDirectory() as folder:
            made[description.stem] = imported(description, Path(folder))
    FILE.write_bytes(dense_json_bytes(made, levels=5))


if __name__ == "__main__":
    record()
