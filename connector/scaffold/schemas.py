"""The JSON Schemas of the format beside the definitions, so that an editor completes and checks them offline."""

from __future__ import annotations

import os
from pathlib import Path

from connector.definition.json_schema import NAMES, schema_text

FOLDER = Path("schemas")
_KNOWN = (FOLDER, Path("docs/format"))
"""Where a connector folder keeps the schemas."""


def schema_folder(folder: Path) -> Path:
    """The folder with the schemas of a connector folder, from there; it need not exist yet."""
    return next((known for known in _KNOWN if (folder / known / f"{NAMES[0]}.schema.json").is_file()), FOLDER)


def reference(folder: Path, file: Path, name: str) -> str:
    """What `$schema` of a definition file says; the schema is `action`, `connector` or `common`."""
    return Path(os.path.relpath(schema_folder(folder) / f"{name}.schema.json", file.parent)).as_posix()


def schema_files(folder: Path) -> dict[Path, str]:
    """The schemas of this version of the format, by path in the connector folder."""
    return {schema_folder(folder) / f"{name}.schema.json": schema_text(name) for name in NAMES}
