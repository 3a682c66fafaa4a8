"""Headless Chromium on the page of a server of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def small_limit(folder: Path, calls: int, period: float) -> Path:
    """A copy of the connector folder whose call limit is small."""
    for name in ("definitions", "actions", "icons", "sandbox"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    path = folder / "definitions" / "connector.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["throttle"] = {"calls": calls, "renewalPeriod": period}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@contextlib.contextmanager
def serving(state: Path, connector: Path | None = None, *options: str, **variables: str) -> Iterator[str]:
    """The URL, with its token, of a server that runs as long as the block: of a folder, or the installed connector."""
    chosen = [] if connector is None else ["--connector", str(connector)]
    command = [sys.executable, "-m", "connector", *chosen, "serve", "--port", "0", *options]
    environment = {**os.environ, "CONNECTOR_STATE_DIR": str(state), "PYTHONPATH": str(ROOT), **variables}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()
            server.wait(timeout=20)


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A browser without a window."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an extra

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
