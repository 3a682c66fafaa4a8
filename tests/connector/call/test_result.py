"""What a run returns: it cannot be changed, and says what happened."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from pydantic import ValidationError

from connector import FileError
from connector.call.result import Attempt, Choice, Choices, Meta, Preview, Result, RunTrace, responded

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


def test_a_result_is_a_mapping_of_its_outputs_with_its_rows_and_files() -> None:
    fields = {"rows": [{"id": "a"}], "none": None, "file": {"$content-type": "text/plain", "$content": "aGk="}}
    result = Result(fields=fields, meta=META, raw={"a": 1})
    assert (dict(result), len(result), list(result)) == (fields, 3, ["rows", "none", "file"])
    assert (result.rows("rows"), result.rows("none"), result.file("none")) == ([{"id": "a"}], [], None)
    assert all(Result(fields={"rows": sent}, meta=META).rows("rows") == [] for sent in ("text", 7, {"id": "a"}))
    file = result.file("file")
    assert file is not None
    assert (file.read(), file.content_type) == (b"hi", "text/plain")
    assert result.to_dict() == {
        "fields": fields,
        "meta": {
            "action": "get_parcel", "status": 200, "attempts": [], "pages": 1, "waited": 0.0, "elapsed": 0.0,
            "request_id": None, "idempotency_key": None, "warnings": [],
        },
    }  # fmt: skip
    assert "raw" not in repr(result)
    for ask in (result.rows, result.file, result.__getitem__):
        with pytest.raises(KeyError):
            ask("other")
    with pytest.raises(FileError):
        result.file("rows")


def test_a_run_has_waited_for_the_limit_and_between_its_attempts() -> None:
    trace = RunTrace([Attempt(status=500, wait=1.5), Attempt(status=None, wait=0.25), responded(200)], throttled=4.0)
    assert trace.waited == 5.75
    assert responded(200) == Attempt(status=200, reason="", wait=0.0)


def test_choices_are_all_that_there_are_unless_it_is_said() -> None:
    one = Choice(value="a", label="A")
    assert (Choices([one]).complete, Choices([one], complete=False).complete) == (True, False)
    assert list(Choices([one])) == [one]


def test_what_a_curl_command_is_made_of_is_not_shown_with_a_preview() -> None:
    preview = Preview(method="GET", url="/", headers={"A": "b"}, unsigned="unsigned")
    assert preview.model_dump() == {"method": "GET", "url": "/", "headers": {"A": "b"}, "body": None}
    assert "unsigned" not in repr(preview)
    assert preview.unsigned == "unsigned"
