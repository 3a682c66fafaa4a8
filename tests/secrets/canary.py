"""A secret that is easy to recognise, whole or in part, however it is written."""

from __future__ import annotations

import base64
import json
import traceback
from pathlib import Path
from urllib.parse import quote

import connector

CANARY = "pk_live_Zq7+Wx2/Vb9=Kt4Rm8Jh3Lf6"
_LONGEST = 10_000
"""Characters of one variable that are looked at: an answer of a megabyte is one too."""
_OURS = Path(connector.__file__).parent
_PART = 10
"""Characters by which it is recognised: a tail left in a masked text is a leak too."""


def traces(*places: str | bytes) -> list[str]:
    """The parts of the canary that are in any of these."""
    written = [CANARY, quote(CANARY, safe=""), json.dumps(CANARY)[1:-1], base64.b64encode(CANARY.encode()).decode()]
    parts = {text[start : start + _PART] for text in written for start in range(len(text) - _PART + 1)}
    found = [place.decode("latin-1") if isinstance(place, bytes) else place for place in places]
    return sorted(part for part in parts if any(part in place for place in found))


def shown(error: BaseException, *, values: bool = True) -> list[str]:
    """Everything that is shown of an error: by itself, in a traceback, and there with the values of our variables."""
    whole = traceback.TracebackException.from_exception(error, capture_locals=values)
    frames = [frame for frame in whole.stack if Path(frame.filename).is_relative_to(_OURS)]
    held = [f"{name} = {value[:_LONGEST]}" for frame in frames for name, value in (frame.locals or {}).items()]
    return [str(error), repr(error), *traceback.format_exception(error), *held]
