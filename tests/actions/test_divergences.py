"""Where the documented connector and the service's wire disagree: the documented face, on the sandbox's real wire."""

from __future__ import annotations

import re
from typing import Any

import pytest

from connector import Connection, InputError
from connector.clock import iso_from_epoch_milliseconds
from connector.testing import FakeClock, ScriptedTransport, response
from tests.courier import courier

from .conftest import World
from .test_every_action import DELAYED, FINISHED_JOB, MESSAGE, OPEN_JOB


def test_recipient_lists_are_results_though_the_wire_says_items(world: World) -> None:
    result = world.run("get_all_recipient_lists", {"pattern": "news.**"})
    assert [row["id"] for row in result.raw["items"]] == [row["id"] for row in result.rows("results")]
    assert "results" not in result.raw
    following = world.run("get_all_recipient_lists", {"cursor": result["paging.cursor"], "pattern": "news.**"})
    assert {row["id"] for row in following.rows("results")}.isdisjoint(row["id"] for row in result.rows("results"))


@pytest.mark.parametrize("rows", ["items", "results"])
def test_recipient_lists_are_read_from_a_service_of_either_generation(rows: str) -> None:
    found = {"id": "news.weekly", "name": "Weekly newsletter", "created": None, "updated": None}
    transport = ScriptedTransport([response(200, {"paging": {"more": False}, rows: [found]})])
    connector = courier(transport=transport, clock=FakeClock(), strict_outputs=True)
    result = connector.run("get_all_recipient_lists", {}, Connection(api_key="test-key"))
    assert [row["id"] for row in result.rows("results")] == ["news.weekly"]
    assert result.meta.warnings == ()


def test_recipient_lists_without_rows_in_the_response_are_a_warning() -> None:
    transport = ScriptedTransport([response(200, {"paging": {"more": False}})])
    connector = courier(transport=transport, clock=FakeClock())
    result = connector.run("get_all_recipient_lists", {}, Connection(api_key="test-key"))
    assert result["results"] is None
    assert any("results" in warning for warning in result.meta.warnings)


def test_the_enqueued_of_a_bulk_job_is_a_count_of_users(world: World) -> None:
    result = world.run("get_bulk_job", {"job_id": FINISHED_JOB})
    assert (result["job.enqueued"], result["job.received"], result["job.failures"]) == (6, 6, 0)
    assert "job.enqueued_iso" not in result.fields
    assert world.run("get_bulk_job", {"job_id": OPEN_JOB})["job.enqueued"] == 0


def test_an_audience_is_read_from_inside_its_wrapper(world: World) -> None:
    inputs = {"audience_id": "new", "name": "New", "description": "Joined lately", "path": "plan", "operator": "EQ"}
    result = world.run("create_or_update_audience", inputs | {"value": "pro"})
    assert result.raw["audience"]["id"] == result["id"] == "new"
    assert result["description"] == "Joined lately"
    assert (result["filter.path"], result["filter.operator"], result["filter.value"]) == ("plan", "EQ", "pro")


def test_an_audience_takes_a_group_of_comparisons(world: World) -> None:
    rules = [{"path": "plan", "operator": "EQ", "value": "pro"}, {"path": "locale", "operator": "EQ", "value": "en"}]
    result = world.run("create_or_update_audience", {"audience_id": "both", "operator": "AND", "filters": rules})
    assert result["filter.operator"] == "AND"
    assert [row["value"] for row in result.rows("filter.filters")] == ["pro", "en"]


def test_an_audience_takes_the_operator_at_its_root(world: World) -> None:
    rules = [{"path": "locale", "operator": "EQ", "value": "en"}, {"path": "locale", "operator": "EQ", "value": "de"}]
    inputs = {"audience_id": "either", "name": "E", "audience_operator": "OR", "filters": rules}
    assert world.run("create_or_update_audience", inputs).raw["audience"]["operator"] == "OR"
    assert len(world.run("list_audience_members", {"audience_id": "either"}, all_pages=True).rows("items")) > 2


def test_a_comparison_mixed_with_a_group_is_refused_and_says_why(world: World) -> None:
    rules = [{"path": "plan", "operator": "EQ", "value": "pro"}]
    with pytest.raises(InputError) as caught:
        world.run("create_or_update_audience", {"audience_id": "x", "path": "plan", "value": "pro", "filters": rules})
    shown = " ".join(problem.message + problem.hint for problem in caught.value.problems)
    assert "Filters" in shown
    assert "Path" in shown


def test_profile_operations_travel_in_their_envelope_and_the_outcome_has_a_status(world: World) -> None:
    inputs = {"recipient_id": "ada", "operations": [{"op": "replace", "path": "/email", "value": "new@example.com"}]}
    assert set(world.connector.preview("update_profile", inputs).body) == {"patch"}
    result = world.run("update_profile", inputs)
    assert (result.meta.status, result.raw, result["status"]) == (204, None, "SUCCESS")
    assert world.run("get_profile", {"recipient_id": "ada"})["profile.email"] == "new@example.com"


def test_a_bare_list_of_operations_is_accepted_under_the_documented_key(world: World) -> None:
    pasted = {"recipient_id": "ada", "body": [{"op": "add", "path": "/nickname", "value": "Lovelace"}]}
    world.run("update_profile", pasted)
    assert world.run("get_profile", {"recipient_id": "ada"})["profile.nickname"] == "Lovelace"


def test_deleting_a_profile_answers_with_a_status(world: World) -> None:
    result = world.run("delete_profile", {"recipient_id": "greta"})
    assert (result.meta.status, result["status"]) == (204, "SUCCESS")


@pytest.mark.parametrize(
    ("documented", "value", "wire"),
    [
        ("apn", "token", ("apn",)),
        ("target_arn", "arn:aws:sns:x", ("target_arn",)),
        ("discord/channel_id", "c-1", ("discord", "channel_id")),
        ("expo/token", "ExponentPushToken[x]", ("expo", "token")),
        ("facebookPSID", "psid", ("facebookPSID",)),
        ("firebaseToken", "fb", ("firebaseToken",)),
        ("oneSignalPlayerID", "os", ("oneSignalPlayerID",)),
    ],
)
def test_addresses_drawn_inside_airship_are_keys_of_the_profile(
    world: World, documented: str, value: str, wire: tuple[str, ...]
) -> None:
    world.run("create_profile", {"recipient_id": "new", f"body/profile/airship/{documented}": value})
    stored: Any = world.run("get_profile", {"recipient_id": "new"}).raw["profile"]
    assert "airship" not in stored
    for key in wire:
        stored = stored[key]
    assert stored == value


@pytest.mark.parametrize(
    ("pasted", "wire"),
    [
        (
            {"slack/access_token": "xoxb", "slack/channel": "C1"},
            {"slack": {"access_token": "xoxb", "channel": "C1"}},
        ),
        (
            {"ms_teams/user_id": "u", "ms_teams/tenant_id": "t", "ms_teams/service_url": "https://teams.example.com"},
            {"ms_teams": {"user_id": "u", "tenant_id": "t", "service_url": "https://teams.example.com"}},
        ),
        ({"intercom/from": "f", "intercom/to/id": "i"}, {"intercom": {"from": "f", "to": {"id": "i"}}}),
        (
            {"webhook/url": "https://hook.example.com", "webhook/authentication/mode": "none"},
            {"webhook": {"url": "https://hook.example.com", "authentication": {"mode": "none"}}},
        ),
        (
            {"audience/named_user": "ada", "device_types": ["ios"]},
            {"airship": {"audience": {"named_user": "ada"}, "device_types": ["ios"]}},
        ),
        ({"expo/tokens": ["one", "two"]}, {"expo": {"tokens": [{"token": "one"}, {"token": "two"}]}}),
    ],
)
def test_addresses_of_several_boxes_stand_where_the_service_reads_them(
    world: World, pasted: dict[str, Any], wire: dict[str, Any]
) -> None:
    inputs = {f"body/profile/airship/{path}": value for path, value in pasted.items()}
    world.run("create_profile", {"recipient_id": "new", **inputs})
    assert world.run("get_profile", {"recipient_id": "new"}).raw["profile"] == wire


def test_creating_a_profile_gives_the_status_and_the_documented_response(world: World) -> None:
    result = world.run("create_profile", {"recipient_id": "new", "email": "new@example.com"})
    assert result["status"] == "SUCCESS"
    assert "SUCCESS" in result["response"]


def test_creating_a_brand_gives_the_whole_brand(world: World) -> None:
    inputs = {
        "id": "made",
        "name": "Made",
        "body/settings/colors/tertiary": "#333333",
        "colors": [{"name": "quaternary", "value": "#444444"}],
        "body/settings/email/footer/social/facebook/url": "https://facebook.example.com",
        "items": ["Regards", {"name": "hello", "value": "Hello {{name}}"}],
    }
    result = world.run("create_brand", inputs)
    assert (result["id"], result["settings.colors.tertiary"]) == ("made", "#333333")
    assert result.raw["settings"]["colors"]["quaternary"] == "#444444"
    assert result["settings.email.footer.social.facebook.url"] == "https://facebook.example.com"
    assert result["snippets.items"] == ["Regards", "Hello {{name}}"]
    assert [item["name"] for item in result.raw["snippets"]["items"]] == ["Regards", "hello"]


def test_a_brand_of_nothing_but_a_name_still_sends_settings(world: World) -> None:
    assert world.connector.preview("create_brand", {"name": "Plain"}).body["settings"] == {}
    assert world.run("create_brand", {"name": "Plain"})["name"] == "Plain"


def test_a_bulk_job_places_both_generations_of_its_message(world: World) -> None:
    inputs = {"message_event": "welcome-email", "template": "nt_01kmrbq6ypf25tsge12qek41r0", "tags": ["spring"]}
    body = world.connector.preview("create_bulk_job", inputs).body
    assert body["message"]["event"] == "welcome-email"
    assert body["message"]["message"]["metadata"]["tags"] == ["spring"]
    assert re.fullmatch(r"1-[0-9a-f]{8}-[0-9a-f]{24}", world.run("create_bulk_job", inputs)["jobId"])


def test_a_bulk_job_needs_an_event_or_a_template(world: World) -> None:
    with pytest.raises(InputError) as caught:
        world.run("create_bulk_job", {"brand": "harbour-books"})
    assert "Event" in str(caught.value)
    assert "Template" in str(caught.value)


def test_bulk_users_have_more_than_a_recipient(world: World) -> None:
    user = {"recipient": "zoe", "profile": {"email": "zoe@example.com"}, "data": {"seat": 7}, "to_locale": "fr"}
    world.run("add_users_to_bulk_job", {"job_id": OPEN_JOB, "users": [user]})
    rows = world.run("get_bulk_job_users", {"job_id": OPEN_JOB}, all_pages=True).rows("items")
    zoe = next(row for row in rows if row["recipient"] == "zoe")
    assert (zoe["email"], zoe["locale"], zoe["status"]) == ("zoe@example.com", "fr", "PENDING")


def test_bulk_users_are_paged(world: World) -> None:
    first = world.run("get_bulk_job_users", {"job_id": FINISHED_JOB})
    assert first["paging.more"] is True
    second = world.run("get_bulk_job_users", {"job_id": FINISHED_JOB, "cursor": first["paging.cursor"]})
    assert first.rows("items") != second.rows("items")


def test_an_audit_target_that_is_a_text_goes_to_its_id(world: World) -> None:
    result = world.run("get_audit_event", {"audit-event-id": "5b8f0d1e-6a2c-4f3b-8d7e-000000000001"})
    assert isinstance(result.raw["target"], str)
    assert (result["target.id"], result["target.email"]) == (result.raw["target"], None)
    rows = world.run("get_all_audit_events").rows("results")
    assert all(isinstance(row["target.id"], str) for row in rows)


def test_the_idempotency_key_is_a_header_made_once_when_it_is_left_empty(world: World) -> None:
    inputs = {"user_id": "ada", "title": "Hi", "body": "There", "idempotency": "once"}
    preview = world.connector.preview("send_message", inputs)
    assert preview.headers["Idempotency-Key"] == "once"
    assert "idempotency" not in preview.url
    assert "idempotency" not in str(preview.body)
    first, second = world.run("send_message", inputs), world.run("send_message", inputs)
    assert first["requestId"] == second["requestId"]
    assert first.meta.idempotency_key == "once"
    made = {world.run("send_message", inputs | {"idempotency": ""}).meta.idempotency_key for _ in range(2)}
    assert len(made) == 2


def test_an_ad_hoc_automation_has_steps(world: World) -> None:
    steps = [{"action": "update-profile", "recipient_id": "ada", "merge": "replace", "profile": {"nickname": "Auto"}}]
    assert world.run("run_ad_hoc_automation", {"steps": steps})["runId"]
    assert world.run("get_profile", {"recipient_id": "ada"})["profile.nickname"] == "Auto"


def test_timestamps_are_beyond_32_bits_and_readable_beside(world: World) -> None:
    result = world.run("get_message", {"message_id": MESSAGE})
    assert result["enqueued"] > 2**31
    assert result["enqueued_iso"] == iso_from_epoch_milliseconds(result["enqueued"])


@pytest.mark.parametrize("key", ["secret-key", "Bearer secret-key", "bearer secret-key", "  secret-key\n"])
def test_the_token_may_have_the_prefix_or_not(world: World, key: str) -> None:
    connection = Connection(api_key=key, base_url=world.connection.base_url)
    assert world.connector.run("list_brands", {}, connection).rows("results")


def test_loosely_typed_answers_have_the_documented_types(world: World) -> None:
    history = world.run("get_message_history", {"message_id": MESSAGE}).rows("results")
    assert {"ENQUEUED", "RENDERED", "DELIVERED"} <= {row["type"] for row in history}
    assert all(isinstance(row["ts"], int) for row in history)
    content = world.run("get_message_content", {"message_id": MESSAGE}).rows("results")
    assert content[0]["content.subject"]
    assert content[0]["content.blocks"][0]["type"]
    providers = world.run("get_message", {"message_id": MESSAGE}).rows("providers")
    assert providers[0]["provider"]


def test_any_2xx_is_success(world: World) -> None:
    assert world.run("archive_message", {"request_id": MESSAGE}).meta.status in range(200, 300)
    assert world.run("run_bulk_job", {"job_id": OPEN_JOB}).meta.status in range(200, 300)


def test_a_message_that_cannot_be_cancelled_any_more_is_an_outcome(world: World) -> None:
    stopped = world.run("cancel_message", {"message_id": DELAYED})
    assert (stopped.meta.status, stopped["canceled"], stopped["status"]) == (200, True, "CANCELED")
    too_late = world.run("cancel_message", {"message_id": MESSAGE})
    assert (too_late.meta.status, too_late["canceled"], too_late["id"]) == (409, False, MESSAGE)
