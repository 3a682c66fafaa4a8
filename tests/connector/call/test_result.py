"""What a run returns cannot be changed."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from pydantic import ValidationError

from connector.call.result import Attempt, Choice, Meta, Preview, Result

META = Meta(action="get_parcel", status=200, attempts=())


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (Attempt(status=200), "status"),
        (META, "status"),
        (Result(fields={}, meta=META), "fields"),
        (Choice(value="a", label="A"), "label"),
        (Preview(method="GET", url="/", headers={}, body=None), "url"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_run_returns_cannot_be_changed(value: object, name: str) -> None:
    with pytest.raises((ValidationError, FrozenInstanceError)):
        setattr(value, name, getattr(value, name))
