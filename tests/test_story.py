"""The script in examples/ runs, and docs/story.md shows its output."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
_ID = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the story is a bash script")
def test_the_story_runs_and_prints_what_the_docs_show() -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    story = subprocess.run(
        ["bash", str(ROOT / "examples" / "story.sh")],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    shown = (ROOT / "docs" / "story.md").read_text(encoding="utf-8").partition("```console\n")[2].partition("```")[0]
    assert story.returncode == 0, story.stderr
    assert _ID.sub("ID", story.stdout).strip() == _ID.sub("ID", shown).strip()
