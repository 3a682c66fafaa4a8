from collections.abc import Callable
from typing import Any

import pytest
import requests

Call = Callable[..., requests.Response]
Walk = Callable[..., list[list[Any]]]


def everything(walk: Walk, **query: str) -> list[dict[str, Any]]:
    return [item for page in walk("/notifications", **query) for item in page]


def test_both_generations_of_templates_are_listed(walk: Walk) -> None:
    older = [item for item in everything(walk) if "title" in item]
    newer = [item for item in everything(walk) if "name" in item]
    assert (len(older), len(newer)) == (4, 4)
    for item in older:
        assert set(item) == {
            "id",
            "title",
            "topic_id",
            "event_ids",
            "routing",
            "tags",
            "created_at",
            "updated_at",
        }
        assert set(item["tags"]["data"][0]) == {"id", "name"}
        assert isinstance(item["created_at"], int)
    for item in newer:
        assert set(item) == {"id", "name", "tags", "state", "creator", "updater", "created", "updated"}
    assert {item["state"] for item in newer} == {"DRAFT", "PUBLISHED"}


@pytest.mark.parametrize(
    ("query", "count"),
    [({"tags": "News"}, 3), ({"tags": "news,events"}, 1), ({"tags": "none"}, 0), ({"event_id": "order-shipped"}, 1)],
)
def test_templates_are_found_by_tags_and_event(walk: Walk, query: dict[str, str], count: int) -> None:
    assert len(everything(walk, **query)) == count


def test_notes_come_when_asked_for(walk: Walk) -> None:
    assert [item["note"] for item in everything(walk, notes="true", event_id="order-shipped")] == [
        "Sent on the event order-shipped"
    ]
