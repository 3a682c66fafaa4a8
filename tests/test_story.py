"""The commands of docs/story.md, copied line by line into a shell on a terminal, print what the page shows."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from tests.connector.cli.terminal import Terminal

ROOT = Path(__file__).resolve().parent.parent
STORY = ROOT / "docs" / "story.md"
COLUMNS = 100
_BLOCKS = re.compile(r"```sh\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.DOTALL)
_ID = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_END = "-- end of a step --"


def outputs_of(commands: list[str], home: Path) -> list[str]:
    """What each command prints, one after the other in one shell."""
    script = "\n".join(f"{command.rstrip()}\necho '{_END}'" for command in commands)
    environment = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(home),
        "CONNECTOR_STATE_DIR": str(home / "state"),
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
    }
    shell = Terminal(["bash", "-c", script], environment, columns=COLUMNS)
    try:
        assert shell.end() == 0, shell.text
        return [part.strip() for part in shell.text.split(_END)[:-1]]
    finally:
        shell.close()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the story is for a POSIX shell")
def test_the_story_runs_as_it_is_told(tmp_path: Path) -> None:
    blocks = _BLOCKS.findall(STORY.read_text(encoding="utf-8"))
    printed = outputs_of([command for command, _ in blocks], tmp_path)
    assert [_plain(text) for text in printed] == [_plain(shown) for _, shown in blocks]


def _plain(text: str) -> str:
    """The text without what differs from run to run."""
    return _TIME.sub("TIME", _ID.sub("ID", text)).strip()
