"""What the measurements share: their options, what they print and write, and a connector with another call limit."""

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

from benchmarks.counting import machine
from connector.catalogue.loader import Bundle
from connector.definition.action import Throttle


def parser(doc: str | None, *, rounds: int = 0, figures: bool = False) -> argparse.ArgumentParser:
    """The options of a measurement: how many rounds it has, and a file for its figures, where it has any."""
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    if rounds:
        made.add_argument("--rounds", type=int, default=rounds)
    if rounds or figures:
        made.add_argument("--json", type=Path, help="write the figures to this file")
    return made


def show(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)  # noqa: T201 - what a measurement is for


def verdict(figure: float, most: float) -> str:
    """Whether a figure is as small as it should be."""
    return f"at most {most:g}: {'yes' if figure <= most else 'NO'}"


def finish(figures: Any, path: Path | None) -> None:
    """Print where it was measured, and write the figures to a file if one is named."""
    show(machine())
    if path is not None:
        path.write_text(json.dumps(figures, indent=2))


def limited(bundle: Bundle, calls: int, period: float) -> Bundle:
    """A connector with a limit of so many calls in so many seconds."""
    limit = Throttle.model_validate({"calls": calls, "renewalPeriod": period})
    return dataclasses.replace(bundle, manifest=bundle.manifest.model_copy(update={"throttle": limit}))
