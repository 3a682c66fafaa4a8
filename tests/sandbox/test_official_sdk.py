"""The service's own Python client, unchanged, against the sandbox, by what its calls give back."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox import Sandbox

courier = pytest.importorskip("courier", reason="the official SDK, trycourier, is not installed")

JOB = "1-66b0c0de-4f1e2d3c5b6a798897a6b502"
SEEDED = "1-66a8f1c0-5d2c8e7a4b1f9036c7d2e5"
CONTENT = {"title": "Hello {{profile.name}}", "body": "Good day."}


@pytest.fixture(scope="module")
def transport() -> Iterator[Any]:
    # One for all tests, and without the certificates: reading them takes longer than the tests do.
    with courier.DefaultHttpxClient(verify=False) as made:
        yield made


@pytest.fixture
def client(server: Sandbox, transport: Any) -> Any:
    # It waits and tries again after a conflict, which a test has no time for.
    return courier.Courier(api_key="sandbox-token", base_url=server.url, max_retries=0, http_client=transport)


def refused(kind: str) -> Any:
    return pytest.raises(getattr(courier, kind))


def test_send_and_follow_a_message(client: Any, clock: SimpleNamespace) -> None:
    sent = client.send.message(
        message={
            "to": {"user_id": "ada"},
            "content": CONTENT,
            "routing": {"method": "all", "channels": ["email", "sms"]},
            "metadata": {"tags": ["sdk"]},
        }
    )
    clock.now += 2
    message = client.messages.retrieve(sent.request_id)
    assert (message.id, message.status, message.recipient) == (sent.request_id, "DELIVERED", "ada")
    assert message.enqueued < message.sent < message.delivered
    assert [entry["provider"] for entry in message.providers] == ["sendgrid", "twilio"]
    history = client.messages.history(sent.request_id, type="SENT")
    assert [event["type"] for event in history.results] == ["SENT", "SENT"]
    output = client.messages.content(sent.request_id).results
    assert [entry.channel for entry in output] == ["email", "sms"]
    assert output[0].content.subject == "Hello Ada Brandt"
    assert output[0].content.blocks[0].text == "Good day."


def test_list_messages_with_filters_and_pages(client: Any) -> None:
    first = client.messages.list()
    assert len(first.results) == 5
    second = client.messages.list(cursor=first.paging.cursor)
    assert second.results[0].enqueued <= first.results[-1].enqueued
    found = client.messages.list(status=["CLICKED", "UNMAPPED"], archived=True)
    assert {message.status for message in found.results} == {"CLICKED", "UNMAPPED"}
    assert client.messages.list(provider=["twilio"]).results[0].recipient == "dalia"
    assert client.messages.list(tag=["events"]).results[0].status == "DELAYED"
    assert len(client.messages.list(trace_id="campaign-tides").results) == 2


def test_cancel_and_archive_a_message(client: Any) -> None:
    canceled = client.messages.cancel(f"{SEEDED}0c")
    assert canceled.status == "CANCELED"
    with refused("ConflictError") as caught:
        client.messages.cancel(f"{SEEDED}01")
    assert caught.value.body["status"] == "OPENED"
    assert client.requests.archive(f"{SEEDED}0c") is None
    assert client.messages.list(message_id=f"{SEEDED}0c").results == []


def test_the_same_key_is_the_same_request(client: Any) -> None:
    message = {"to": {"list_id": "events.oslo"}, "content": CONTENT}
    ids = {client.send.message(message=message, idempotency_key="k").request_id for _ in range(2)}
    assert len(ids) == 1
    assert len(client.messages.list(trace_id=ids.pop()).results) == 3


def test_refusals_are_the_clients_own_errors(client: Any) -> None:
    with refused("NotFoundError") as missing:
        client.messages.retrieve("none")
    assert missing.value.body == {"type": "invalid_request_error", "message": "Message none not found"}
    with refused("BadRequestError"):
        client.send.message(message={"to": {"user_id": "ada"}})
    with refused("BadRequestError"):
        client.lists.list(cursor="nonsense")
    with refused("AuthenticationError"):
        client.lists.list(extra_headers={"Authorization": "none"})


def test_lists(client: Any) -> None:
    assert client.lists.update("sdk.one", name="One") is None
    found = client.lists.retrieve("sdk.one")
    assert (found.id, found.name) == ("sdk.one", "One")
    assert found.created == found.updated
    first = client.lists.list()
    assert first.paging.more is True
    assert client.lists.list(cursor=first.paging.cursor).items[-1].id == "staff.editors"
    assert [item.id for item in client.lists.list(pattern="sdk.*").items] == ["sdk.one"]
    client.lists.delete("sdk.one")
    with refused("NotFoundError"):
        client.lists.retrieve("sdk.one")
    assert client.lists.restore("sdk.one") is None
    assert client.lists.retrieve("sdk.one").name == "One"


def test_list_subscriptions(client: Any) -> None:
    subscriptions = client.lists.subscriptions
    assert subscriptions.add("sdk.two", recipients=[{"recipient_id": "ada"}]) is None
    chosen = {"notifications": {"t": {"status": "OPTED_OUT"}}}
    subscriptions.subscribe_user("bruno", list_id="sdk.two", preferences=chosen)
    items = subscriptions.list("sdk.two").items
    assert [item.recipient_id for item in items] == ["ada", "bruno"]
    assert items[1].preferences.notifications["t"].status == "OPTED_OUT"
    subscriptions.unsubscribe_user("ada", list_id="sdk.two")
    assert [item.recipient_id for item in subscriptions.list("sdk.two").items] == ["bruno"]
    subscriptions.subscribe("sdk.two", recipients=[{"recipient_id": "chen"}])
    assert [item.recipient_id for item in subscriptions.list("sdk.two").items] == ["chen"]


def test_profiles(client: Any) -> None:
    assert client.profiles.create("zoe", profile={"email": "z@example.com"}).status == "SUCCESS"
    client.profiles.create("zoe", profile={"locale": "de"})
    assert client.profiles.retrieve("zoe").profile == {"email": "z@example.com", "locale": "de"}
    assert client.profiles.update("zoe", patch=[{"op": "replace", "path": "/locale", "value": "en"}]) is None
    assert client.profiles.retrieve("zoe").profile["locale"] == "en"
    assert client.profiles.replace("zoe", profile={"a": 1}).status == "SUCCESS"
    assert client.profiles.retrieve("zoe").profile == {"a": 1}
    assert client.profiles.delete("zoe") is None
    with refused("NotFoundError"):
        client.profiles.retrieve("zoe")


def test_lists_of_a_profile(client: Any) -> None:
    response = client.profiles.lists.subscribe("holt", lists=[{"list_id": "sdk.three"}])
    assert response.status == "SUCCESS"
    results = client.profiles.lists.retrieve("holt").results
    assert [(item.id, item.name) for item in results] == [
        ("orders.updates", "Order updates"),
        ("sdk.three", "sdk.three"),
    ]
    assert client.profiles.lists.delete("holt").status == "SUCCESS"
    assert client.profiles.lists.retrieve("holt").results == []


def test_brands(client: Any) -> None:
    settings = {"colors": {"primary": "#111111", "secondary": "#222222"}, "inapp": None}
    made = client.brands.create(name="Mine", settings=settings, id="sdk-brand")
    assert (made.id, made.settings.colors.primary) == ("sdk-brand", "#111111")
    assert client.brands.retrieve("sdk-brand").version == made.version
    changed = client.brands.update("sdk-brand", name="Yours")
    assert (changed.name, changed.created) == ("Yours", made.created)
    first = client.brands.list()
    assert len(first.results) == 5
    last = client.brands.list(cursor=first.paging.cursor).results[-1]
    assert last.id == "sdk-brand"
    client.brands.delete("sdk-brand")
    with refused("ConflictError"):
        client.brands.delete("harbour-books")


def test_audiences(client: Any) -> None:
    rules = [
        {"operator": "EQ", "path": "title", "value": "Engineer"},
        {"operator": "GT", "path": "orders", "value": "10"},
    ]
    made = client.audiences.update(
        "sdk-audience", name="Mine", description="D", filter={"operator": "AND", "filters": rules}
    ).audience
    assert (made.id, made.description) == ("sdk-audience", "D")
    found = client.audiences.retrieve("sdk-audience")
    assert [rule.value for rule in found.filter.filters] == ["Engineer", "10"]
    members = client.audiences.list_members("sdk-audience").items
    assert [member.member_id for member in members] == ["ada", "chen"]
    assert members[0].audience_version == 1
    first = client.audiences.list()
    assert len(first.items) == 5
    assert client.audiences.list(cursor=first.paging.cursor).items[-1].id == "with-email"
    assert client.audiences.delete("sdk-audience") is None
    with refused("NotFoundError"):
        client.audiences.retrieve("sdk-audience")


def test_audit_events(client: Any) -> None:
    client.lists.delete("news.daily")
    newest = client.audit_events.list().results[0]
    assert (newest.type, newest.target, newest.actor.email) == (
        "list/deleted",
        "news.daily",
        "integrations@example.com",
    )
    assert client.audit_events.retrieve(newest.audit_event_id) == newest


def test_automations(client: Any) -> None:
    steps = [{"action": "send", "template": "welcome-email"}]
    run = client.automations.invoke.invoke_ad_hoc(automation={"steps": steps}, recipient="ada")
    assert run.run_id.startswith("1-")
    other = client.automations.invoke.invoke_by_template("ask-for-review", recipient="chen")
    assert other.run_id != run.run_id
    assert client.profiles.retrieve("chen").profile["asked_for_review"] is True
    with refused("NotFoundError"):
        client.automations.invoke.invoke_by_template("none", recipient="chen")


def test_bulk_jobs(client: Any, clock: SimpleNamespace) -> None:
    job_id = client.bulk.create_job(message={"event": "welcome-email"}).job_id
    assert client.bulk.add_users(job_id, users=[{"recipient": "ada"}, {"to": {"user_id": "bruno"}}]) is None
    assert client.bulk.retrieve_job(job_id).job.status == "CREATED"
    assert client.bulk.run_job(job_id) is None
    assert client.bulk.retrieve_job(job_id).job.status == "PROCESSING"
    clock.now += 2
    job = client.bulk.retrieve_job(job_id).job
    assert (job.status, job.received, job.failures, job.definition.event) == ("COMPLETED", 2, 0, "welcome-email")
    users = client.bulk.list_users(job_id).items
    assert [user.status for user in users] == ["ENQUEUED", "ENQUEUED"]
    assert client.messages.retrieve(users[1].message_id).recipient == "bruno"
    seeded = client.bulk.list_users(JOB)
    assert seeded.paging.more is True
    assert client.bulk.list_users(JOB, cursor=seeded.paging.cursor).items[0].recipient == "ines"


def test_notifications(client: Any) -> None:
    first = client.notifications.list()
    second = client.notifications.list(cursor=first.paging.cursor)
    results = first.results + second.results
    older = [item for item in results if hasattr(item, "title")]
    newer = [item for item in results if hasattr(item, "name")]
    assert older[0].routing.channels == ["email", "sms"]
    assert older[0].tags.data[0].name == "account"
    assert {item.state for item in newer} == {"DRAFT", "PUBLISHED"}
    assert len(older) == len(newer) == 4


def test_tenants(client: Any) -> None:
    topics = [{"id": "topic-news", "status": "OPTED_OUT"}]
    made = client.tenants.update("sdk", name="S", brand_id="harbour-kids", default_preferences={"items": topics})
    assert (made.id, made.brand_id, made.default_preferences.items[0].status) == ("sdk", "harbour-kids", "OPTED_OUT")
    assert client.tenants.retrieve("sdk") == made
    first = client.tenants.list(limit=4)
    assert (first.type, first.has_more) == ("list", True)
    assert client.tenants.list(cursor=first.cursor, limit=4).items[-1].id == "tidepool"
    assert [item.id for item in client.tenants.list(parent_tenant_id="acme").items] == ["acme-berlin", "acme-oslo"]
    items = client.tenants.preferences.items
    assert items.update("topic-orders", tenant_id="sdk", status="REQUIRED", custom_routing=["inbox"]) is None
    assert items.delete("topic-news", tenant_id="sdk") is None
    assert [item.id for item in client.tenants.retrieve("sdk").default_preferences.items] == ["topic-orders"]
    assert client.tenants.delete("sdk") is None
    with refused("NotFoundError"):
        client.tenants.retrieve("sdk")


def test_users_of_tenants(client: Any) -> None:
    users = client.users.tenants
    assert users.add_multiple("zoe", tenants=[{"tenant_id": "acme", "profile": {"a": 1}}]) is None
    assert users.add_single("lighthouse", user_id="zoe") is None
    assert [(item.tenant_id, item.profile) for item in users.list("zoe").items] == [
        ("acme", {"a": 1}),
        ("lighthouse", None),
    ]
    first = client.tenants.list_users("acme", limit=6)
    assert client.tenants.list_users("acme", cursor=first.cursor).items[0].user_id == "zoe"
    assert users.remove_single("acme", user_id="zoe") is None
    assert [item.tenant_id for item in users.list("zoe").items] == ["lighthouse"]
    assert users.remove_all("zoe") is None
    assert users.list("zoe").items == []


def test_preferences(client: Any) -> None:
    preferences = client.users.preferences
    chosen = {"status": "OPTED_IN", "has_custom_routing": True, "custom_routing": ["inbox"]}
    assert preferences.update_or_create_topic("topic-offers", user_id="zoe", topic=chosen).message == "success"
    topic = preferences.retrieve_topic("topic-offers", user_id="zoe").topic
    assert (topic.status, topic.default_status, topic.custom_routing) == ("OPTED_IN", "OPTED_OUT", ["inbox"])
    assert [item.topic_id for item in preferences.retrieve("zoe", tenant_id="acme").items][:2] == [
        "topic-account",
        "topic-news",
    ]
    updated = preferences.bulk_update("zoe", topics=[{"topic_id": "topic-9", "status": "OPTED_IN"}])
    assert (updated.items, updated.errors[0].topic_id) == ([], "topic-9")
    replaced = preferences.bulk_replace("zoe", topics=[{"topic_id": "topic-news", "status": "OPTED_OUT"}])
    assert (replaced.deleted, replaced.items[0].status) == (["topic-offers"], "OPTED_OUT")
    assert preferences.delete_topic("topic-news", user_id="zoe") is None


def test_device_tokens(client: Any) -> None:
    tokens = client.users.tokens
    assert tokens.add_single("t1", user_id="zoe", provider_key="apn", device={"platform": "ios"}) is None
    assert tokens.add_multiple("zoe", extra_body={"tokens": [{"token": "t2", "provider_key": "expo"}]}) is None
    assert [token.provider_key for token in tokens.list("zoe").tokens] == ["apn", "expo"]
    patch = [{"op": "replace", "path": "/device/platform", "value": "web"}]
    assert tokens.update("t1", user_id="zoe", patch=patch) is None
    found = tokens.retrieve("t1", user_id="zoe")
    assert (found.status, found.device.platform) == ("active", "web")
    assert tokens.delete("t1", user_id="zoe") is None
    with refused("NotFoundError"):
        tokens.retrieve("t1", user_id="zoe")


def test_templates(client: Any) -> None:
    elements = [{"type": "channel", "channel": "email", "elements": [{"type": "text", "content": "Hi"}]}]
    payload = {
        "name": "N",
        "tags": ["a"],
        "brand": {"id": "harbour-kids"},
        "subscription": None,
        "routing": {"strategy_id": "rs_harbour_mail"},
        "content": {"version": "2022-01-01", "elements": elements},
    }
    made = client.notifications.create(notification=payload, state="DRAFT")
    assert (made.state, made.name, made.routing.strategy_id) == ("DRAFT", "N", "rs_harbour_mail")
    assert client.notifications.publish(made.id) is None
    assert client.notifications.retrieve(made.id).content.elements[0].channel == "email"
    replaced = client.notifications.replace(made.id, notification={**payload, "name": "M"}, state="PUBLISHED")
    assert (replaced.name, replaced.state) == ("M", "PUBLISHED")
    found = client.notifications.list_versions(made.id)
    assert [version.version for version in found.versions] == ["draft", "published:v002", "v001"]
    content = client.notifications.with_raw_response.retrieve_content(made.id)
    assert json.loads(content.text())["elements"][0]["elements"][0]["id"] == "elem_2"
    changed = client.notifications.put_element("elem_2", id=made.id, type="text", data={"content": "Ho"})
    assert (changed.state, [element.id for element in changed.elements]) == ("DRAFT", ["elem_1", "elem_2"])
    translated = client.notifications.put_locale("fr", id=made.id, elements=[{"id": "elem_2", "content": "Salut"}])
    assert translated.version == "2022-01-01"
    assert client.notifications.put_content(made.id, content={"elements": []}, state="PUBLISHED").elements == []
    assert client.notifications.archive(made.id) is None
    with refused("NotFoundError"):
        client.notifications.retrieve(made.id)
    older = client.notifications.with_raw_response.retrieve_content("HB1WE1C0ME000000000000000001")
    assert json.loads(older.text())["blocks"][0]["content"] == "Good to have you aboard."


def test_submission_checks(client: Any) -> None:
    checks, names = client.notifications.checks, {"id": "nt_01harbour0summer000000000004"}
    assert [check.status for check in checks.list("sub_01harbour0summer", **names).checks] == ["RESOLVED", "PENDING"]
    new = [{"id": "tone", "status": "FAILED", "type": "custom"}]
    assert checks.update("sub_01harbour0summer", checks=new, **names).checks[0].id == "tone"
    assert checks.delete("sub_01harbour0summer", **names) is None


def test_routing_strategies(client: Any) -> None:
    strategies = client.routing_strategies
    made = strategies.create(name="S", routing={"method": "single", "channels": ["email"]}, tags=["a"])
    assert (made.routing.method, made.tags) == ("single", ["a"])
    assert strategies.retrieve(made.id) == made
    routing = {"method": "all", "channels": ["sms"]}
    assert strategies.replace(made.id, name="R", routing=routing).routing.channels == ["sms"]
    first = strategies.list(limit=2)
    assert (len(first.results), first.paging.more) == (2, True)
    assert strategies.list(cursor=first.paging.cursor).results[-1].name == "Reminders"
    assert len(strategies.list_notifications("rs_harbour_reminders").results) == 3
    with refused("ConflictError"):
        strategies.archive("rs_harbour_reminders")
    assert strategies.archive(made.id) is None


def test_journeys_and_events(client: Any) -> None:
    first = client.journeys.list()
    assert (first.templates[0].name, first.templates[0].version) == ("Onboarding", "published")
    run = client.journeys.invoke("onboarding", user_id="ada", data={"a": 1})
    assert client.journeys.cancel(run_id=run.run_id).status == "CANCELED"
    assert client.journeys.cancel(**{"cancelation_token": "harbour"}).to_dict() == {"cancelation_token": "harbour"}
    event = {"event": "Order Delivered", "message_id": "sdk-1", "properties": {}, "type": "track", "user_id": "ada"}
    assert client.inbound.track_event(**event).message_id.startswith("1-")
    with refused("ConflictError"):
        client.inbound.track_event(**event)


def test_runs_of_automations(client: Any) -> None:
    assert client.automations.list(version="published").templates[0].name == "Welcome series"
    found = client.automations.runs.list(limit="2")
    assert (len(found.runs), found.next_cursor is not None) == (2, True)
    steps = client.automations.runs.list_steps(found.runs[0].run_id).steps
    assert [step.action for step in steps] == ["send", "delay", "send"]


def test_brands_are_replaced_and_messages_resent(client: Any) -> None:
    assert client.brands.update("harbour-kids", name="Kids", settings={"colors": {"primary": "#000000"}}).name == "Kids"
    assert client.messages.resend(f"{SEEDED}01").message_id != f"{SEEDED}01"


def test_translations_tokens_and_metrics(client: Any) -> None:
    assert client.translations.update("fr", domain="default", body='msgid "a"\nmsgstr "b"\n') is None
    assert json.loads(client.translations.retrieve("fr", domain="default")) == 'msgid "a"\nmsgstr "b"\n'
    issued = client.auth.issue_token(expires_in="1 day", scope="user_id:ada read:preferences")
    assert issued.token.count(".") == 2
    metrics = client.notifications.get_metrics("HB1WE1C0ME000000000000000001", granularity="MONTH")
    assert {entry.channel for bucket in metrics.series for entry in bucket.data} == {"email"}


def test_providers(client: Any) -> None:
    settings = {"api_key": "k", "from_address": "a@example.com"}
    made = client.providers.create(provider="sendgrid", settings=settings, title="T")
    assert (made.title, made.settings) == ("T", settings)
    assert client.providers.retrieve(made.id) == made
    assert client.providers.update(made.id, provider="sendgrid", settings=settings, alias="a").alias == "a"
    assert client.providers.patch(made.id, title="P").title == "P"
    assert {entry.provider for entry in client.providers.list().results} == {"sendgrid", "slack", "twilio"}
    assert client.providers.catalog.list(channel="sms").results[0].settings["auth_token"].required is True
    assert client.providers.delete(made.id) is None
    with refused("NotFoundError"):
        client.providers.retrieve(made.id)


def test_templates_of_a_tenant(client: Any) -> None:
    templates = client.tenants.templates
    content = {"version": "2022-01-01", "elements": [{"type": "text", "content": "Hi"}]}
    saved = templates.replace("sdk", tenant_id="acme", template={"content": content}, published=True)
    assert (saved.version, saved.published_at is not None) == ("v1", True)
    assert templates.publish("sdk", tenant_id="acme", version="v1").version == "v1"
    assert templates.retrieve("sdk", tenant_id="acme").id == "sdk"
    assert templates.versions.retrieve("latest", tenant_id="acme", template_id="sdk").version == "v1"
    assert [item.id for item in templates.list("acme").items][-1] == "sdk"
    assert templates.delete("sdk", tenant_id="acme") is None
