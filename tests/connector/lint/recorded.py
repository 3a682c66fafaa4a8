"""What lint says of broken folders, recorded in `findings.json`.

`python -m tests.connector.lint.recorded` records the findings of all cases again; read the difference before you
commit it, since users read these sentences.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from connector.lint import check_folder
from connector.lint.sample_folder import write
from tests.connector.lint.collisions import COLLISIONS
from tests.connector.lint.conftest import EXPORTERS
from tests.connector.lint.long_names import LONG_NAMES
from tests.connector.lint.mistakes import MISTAKES
from tests.connector.lint.near_misses import NEAR_MISSES

CASES = MISTAKES | NEAR_MISSES | COLLISIONS | LONG_NAMES
FILE = Path(__file__).with_name("findings.json")


def findings(name: str, folder: Path) -> list[str]:
    """The findings of a case, as `check` prints them without the fix."""
    found = check_folder(write(folder, CASES[name]), EXPORTERS)
    return [f"{each.file}#{each.pointer} {each.rule}: {each.message}" for each in found]


def record() -> None:
    """Write the findings of all cases."""
    made = {}
    for name in CASES:
        with tempfile.TemporaryDirectory() as folder:
            made[name] = findings(name, Path(folder))
    FILE.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record()
