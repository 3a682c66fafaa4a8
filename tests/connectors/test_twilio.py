"""A real connector of another shape: HTTP Basic, forms, files both ways, pages by link, paths from the connection."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector import AuthorizationError, Connection, Connector, File, InputError, RefusedError
from connector.catalogue.loader import load
from connector.clock import SystemClock
from connector.export import export
from connector.testing import connector_tests
from connector.throttle.memory_store import MemoryStore
from tests.connector.cli.conftest import Cli
from tests.connectors.twilio_service import ACCOUNT, SOUND, TOKEN, Twilio, twilio

FOLDER = Path(__file__).parent / "twilio"
RECIPIENT, SENDER = "+4915100000001", "+15005550006"
BASIC = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()

TestConnector = connector_tests(FOLDER)


@pytest.fixture(scope="module")
def connector() -> Iterator[Connector]:
    """The connector, whose calls are counted in memory alone."""
    with Connector.load(FOLDER, strict_outputs=True, store=MemoryStore(SystemClock())) as loaded:
        yield loaded


@pytest.fixture
def service() -> Iterator[Twilio]:
    with twilio() as running:
        yield running


def account(service: Twilio, token: str = TOKEN) -> Connection:
    return Connection(base_url=service.url, account_sid=ACCOUNT, auth_token=token)


def test_a_message_is_sent_as_a_form_with_basic_authentication(connector: Connector, service: Twilio) -> None:
    inputs = {
        "to": RECIPIENT,
        "from": SENDER,
        "body": "Größe & Preis = 10 €",
        "media_urls": ["https://a.b/1", "https://a.b/2"],
    }
    sent = connector.run("send_message", inputs, account(service))
    assert (sent["status"], sent.meta.request_id) == ("queued", "RQ1")
    assert service.messages == [
        {
            "sid": sent["sid"],
            "status": "queued",
            "to": RECIPIENT,
            "from": SENDER,
            "body": inputs["body"],
            "num_media": "2",
        }
    ]


def test_the_pages_of_a_list_are_followed_by_their_links(connector: Connector, service: Twilio) -> None:
    for number in range(5):
        connector.run("send_message", {"to": RECIPIENT, "from": SENDER, "body": f"{number}"}, account(service))
    rows = connector.run("list_messages", {"page_size": 2}, account(service), all_pages=True)
    assert [row["body"] for row in rows.rows("messages")] == ["4", "3", "2", "1", "0"]
    assert rows.meta.pages == 3
    assert service.refused == 0, "the link is followed with the same authentication"


def test_a_file_is_read_as_it_is(connector: Connector, service: Twilio) -> None:
    audio = connector.run("get_recording", {"recording_sid": "RE1"}, account(service))["audio"]
    assert audio["$content-type"] == "audio/mpeg"
    assert base64.b64decode(audio["$content"]) == SOUND


def test_a_file_is_uploaded_from_disk_to_the_other_host(connector: Connector, service: Twilio, tmp_path: Path) -> None:
    picture = tmp_path / "lamp.png"
    picture.write_bytes(SOUND)
    inputs = {"service_sid": "ZS1", "asset_sid": "ZH1", "path": "/lamp.png", "content": File(picture)}
    assert connector.run("upload_asset", inputs, account(service))["sid"] == "ZN1"
    [form] = service.uploads
    assert form["Content"] == ("image/png", "lamp.png", SOUND)
    assert (form["Path"][2], form["Visibility"][2]) == (b"/lamp.png", b"public")
    live = Connection(account_sid=ACCOUNT, auth_token=TOKEN)
    shown = connector.preview("upload_asset", inputs, live)
    assert shown.url == "https://serverless-upload.twilio.com/v1/Services/ZS1/Assets/ZH1/Versions"


def test_an_error_names_the_input(connector: Connector, service: Twilio) -> None:
    with pytest.raises(RefusedError, match="“12” is not a phone number") as caught:
        connector.run("send_message", {"to": "12", "from": SENDER, "body": "Hi"}, account(service))
    assert (caught.value.error_code, caught.value.field) == ("invalid_recipient", "to")
    with pytest.raises(RefusedError, match="There is no message “SM9”"):
        connector.run("get_message", {"message_sid": "SM9"}, account(service))


def test_a_message_is_canceled_and_deleted(connector: Connector, service: Twilio) -> None:
    sid = connector.run("send_message", {"to": RECIPIENT, "from": SENDER, "body": "Hi"}, account(service))["sid"]
    assert connector.run("cancel_message", {"message_sid": sid}, account(service))["status"] == "canceled"
    assert connector.run("delete_message", {"message_sid": sid}, account(service))["deleted"] is True
    assert service.messages == []


def test_a_sender_is_chosen_before_anything_is_sent(connector: Connector, service: Twilio) -> None:
    with pytest.raises(InputError) as caught:
        connector.run("send_message", {"to": RECIPIENT}, account(service))
    assert len(caught.value.problems) == 2
    assert service.refused == 0


def test_a_wrong_token_is_the_owners_to_correct(connector: Connector, service: Twilio) -> None:
    with pytest.raises(AuthorizationError, match="does not accept this account SID"):
        connector.run("list_messages", {}, account(service, "wrong"))
    with pytest.raises(AuthorizationError, match="Auth token"):
        connector.run("list_messages", {}, Connection(base_url=service.url, account_sid=ACCOUNT))


def test_the_token_is_shown_nowhere(connector: Connector, service: Twilio) -> None:
    connection = account(service)
    preview = connector.preview("send_message", {"to": RECIPIENT, "from": SENDER, "body": "Hi"}, connection)
    events: list[object] = []
    result = connector.run("list_messages", {}, connection, on_event=events.append)
    shown = f"{preview} {connection!r} {events} {result} {result.meta}"
    assert f"/Accounts/{ACCOUNT}/Messages.json" in shown
    assert TOKEN not in shown
    assert BASIC not in shown


def test_a_batch_and_a_file_run_in_its_sandbox_from_the_command_line(cli: Cli, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(f"to,from,body\n{RECIPIENT},{SENDER},One\n{RECIPIENT},{SENDER},Two\n")
    ran = cli("--connector", FOLDER, "batch", "run", "send_message", rows, "--sandbox", "--out", tmp_path / "results")
    assert ran.status == 0, ran.err
    picture = tmp_path / "hello.txt"
    picture.write_bytes(b"Hello")
    items = ["service_sid=ZS1", "asset_sid=ZH1", "path=/hello.txt", f"content@{picture}"]
    ran = cli("--connector", FOLDER, "run", "upload_asset", *items, "--sandbox")
    assert (ran.status, json.loads(ran.out)["path"]) == (0, "/hello.txt"), ran.err


def test_policies_of_the_power_platform_set_its_paths_and_its_other_host() -> None:
    properties = json.loads(export(load(FOLDER), "power-platform")["apiProperties.json"])["properties"]
    policies = {policy["templateId"]: policy["parameters"] for policy in properties["policyTemplateInstances"]}
    host, path = policies["dynamichosturl"], policies["routerequesttoendpoint"]
    assert host["x-ms-apimTemplateParameter.urlTemplate"] == "https://serverless-upload.twilio.com"
    assert "@connectionParameters('username')" in path["x-ms-apimTemplateParameter.newPath"]
    # The schema of the file allows the section of a policy only where the policy has one.
    assert "x-ms-apimTemplate-policySection" not in host.keys() | path.keys()
