"""`run --again`: what failed without being refused is repeated under the same key, and nothing else is."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from connector.cli import run_action
from connector.clock import SystemClock
from tests.connector.cli.conftest import SECRET, Cli, Ran
from tests.connector.cli.shop import Shop, change_action


@pytest.fixture
def key_cli(cli: Cli, own_folder: Path, shop: Shop) -> Cli:
    """Run an action of the small connector, whose `make_thing` has an idempotency key that lasts a day."""
    manifest = own_folder / "definitions/connector.json"
    document = json.loads(manifest.read_text()) | {"idempotency": {"header": "Idempotency-Key", "hours": 24}}
    manifest.write_text(json.dumps(document))
    with change_action(own_folder, "make_thing") as action:
        action["inputs"]["properties"]["key"] = {
            "type": "string",
            "title": "Key",
            "description": "The key of the run.",
            "x-in": "header",
            "x-name": "Idempotency-Key",
        }
        action["idempotency"] = {"input": "key"}

    def run(*arguments: str | Path, stdin: str | bytes = "") -> Ran:
        where = [] if "--again" in arguments else ["--base-url", shop.url]
        return cli("--connector", own_folder, "run", *where, *arguments, stdin=stdin)

    return run


def sent_keys(shop: Shop) -> list[str]:
    return [request.headers["idempotency-key"] for request in shop.requests]


def test_a_failed_run_is_repeated_with_its_inputs_and_its_key(key_cli: Cli, shop: Shop) -> None:
    shop.responds(500, {})
    ran = key_cli("make_thing", "name=Lamp", "tags=a", "body/details/note=x")
    assert ran.status == 7
    assert "To run it again under the same key:\n  courier-connector --connector" in ran.err
    assert "run --again\n" in ran.err
    shop.responses.clear()
    ran = key_cli("--again", "--fields", "id", "--output", "text")
    assert (ran.status, ran.out) == (0, "t1\n")
    assert "Running make_thing again with the key " in ran.err
    assert {request.body for request in shop.requests} == {shop.requests[0].body}
    assert len(set(sent_keys(shop))) == 1
    ran = key_cli("--again")
    assert ran.status == 2
    assert "--again: there is no failed run to repeat." in ran.err


def test_a_key_of_ones_own_is_kept(key_cli: Cli, shop: Shop) -> None:
    shop.responds(500, {})
    key_cli("make_thing", "name=Lamp", "key=order-7")
    key_cli("--again")
    assert set(sent_keys(shop)) == {"order-7"}


def test_an_interrupted_run_is_repeated_too(key_cli: Cli, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("connector.connector.Connector.run", interrupted)
        ran = key_cli("make_thing", "name=Lamp")
    assert ran.status == 130
    assert "Interrupted.\nTo run it again under the same key:\n  courier-connector" in ran.err
    assert key_cli("--again").status == 0
    assert json.loads(shop.requests[0].body) == {"name": "Lamp"}


def test_checking_whether_it_happened_does_not_forget_it(key_cli: Cli, shop: Shop) -> None:
    shop.responds(500, {})
    key_cli("make_thing", "name=Lamp")
    key_cli("get_thing", "thing_id=t1")
    shop.responses.clear()
    key_cli("get_thing", "thing_id=t1")
    key_cli("make_thing", "name=Other")
    assert key_cli("--again").status == 0
    assert json.loads(shop.requests[-1].body) == {"name": "Lamp"}


@pytest.mark.parametrize("status", [400, 401, 404])
def test_what_the_service_rejected_is_not_kept(key_cli: Cli, shop: Shop, status: int) -> None:
    shop.responds(status, {})
    ran = key_cli("make_thing", "name=Lamp")
    assert "--again" not in ran.err
    assert key_cli("make_thing", "count=x").status == 3
    assert key_cli("--again").status == 2


def test_no_secret_is_kept_and_all_of_them_are_asked_for(key_cli: Cli, shop: Shop, tmp_path: Path) -> None:
    shop.responds(500, {})
    key_cli("make_thing", "name=Lamp", "pin=4711-pin")
    (file,) = (tmp_path / "state").glob("*-last-run.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert SECRET not in file.read_text()
    assert hashlib.sha256(SECRET.encode()).hexdigest() not in file.read_text()
    assert "4711-pin" not in file.read_text()
    ran = key_cli("--again")
    assert ran.status == 2
    assert "--again: these inputs are not kept. Add pin=..." in ran.err
    shop.responses.clear()
    assert key_cli("--again", "pin=4711-pin").status == 0
    assert json.loads(shop.requests[-1].body) == {"name": "Lamp", "pin": "4711-pin"}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["name=Other"], "--again repeats a run as it was. Leave out name."),
        (["get_thing"], "“get_thing” is not an input."),
        (["make_thing", "count=2"], "--again repeats a run as it was. Leave out count."),
        (["--sandbox"], "Use either --again or --sandbox, not both."),
        (["--example"], "Use either --again or --example, not both."),
    ],
)
def test_it_is_repeated_as_it_was(key_cli: Cli, shop: Shop, arguments: list[str], expected: str) -> None:
    shop.responds(500, {})
    key_cli("make_thing", "name=Lamp")
    before = len(shop.requests)
    ran = key_cli("--again", *arguments)
    assert (ran.status, len(shop.requests)) == (2, before)
    assert expected in ran.err


def test_it_is_not_repeated_with_another_account(key_cli: Cli, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.responds(500, {})
    key_cli("make_thing", "name=Lamp")
    before = len(shop.requests)
    monkeypatch.setenv("SHOP_TOKEN", "the-key-of-another-account")
    ran = key_cli("--again")
    assert (ran.status, len(shop.requests)) == (2, before)
    assert "--again: the last run of make_thing used another account or API key. Use that one." in ran.err
    monkeypatch.setenv("SHOP_TOKEN", f"Bearer {SECRET}")
    assert key_cli("--again").status == 7, "the same secret, pasted in another form"


def test_a_run_in_the_sandbox_is_repeated_in_the_sandbox(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("connector.connector.Connector.run", interrupted)
        assert cli("run", "send_message", "--sandbox", "user_id=ada", "title=Hi", "body=There").status == 130
    ran = cli("run", "--again")
    assert ran.status == 0, ran.err
    assert "requestId" in ran.out


def test_a_key_that_the_service_has_forgotten_is_not_used(
    key_cli: Cli, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.responds(500, {})
    key_cli("make_thing", "name=Lamp")

    class Tomorrow(SystemClock):
        def wall(self):  # type: ignore[no-untyped-def]
            return super().wall() + timedelta(hours=25)

    monkeypatch.setattr(run_action, "SystemClock", Tomorrow)
    ran = key_cli("--again")
    assert ran.status == 2
    assert "began more than 24 hours ago, and the service has forgotten its key." in ran.err


def test_an_unknown_outcome_without_a_key_is_never_repeated(
    shop_cli: Cli, cli: Cli, shop_folder: Path, shop: Shop
) -> None:
    shop.responds(500, {})
    assert "--again" not in shop_cli("make_thing", "name=Lamp").err
    ran = cli("--connector", shop_folder, "run", "--again")
    assert (ran.status, len(shop.requests)) == (2, 1)
    assert "whether the last run of make_thing was carried out is unknown" in ran.err


def test_a_run_that_was_not_sent_is_repeated_even_without_a_key(
    shop_cli: Cli, cli: Cli, shop_folder: Path, shop: Shop
) -> None:
    shop.responds(429, {})
    ran = shop_cli("make_thing", "name=Lamp", "--max-wait", "0")
    assert ran.status == 6
    assert "To run it again:\n" in ran.err
    ran = cli("--connector", shop_folder, "run", "--again", "--dry-run")
    assert json.loads(ran.out)["body"] == {"name": "Lamp"}


def test_a_damaged_note_of_the_last_run_is_none(key_cli: Cli, shop: Shop) -> None:
    shop.responds(500, {})
    assert key_cli("make_thing", "name=Lamp").status == 7
    (note,) = Path(os.environ["CONNECTOR_STATE_DIR"]).rglob("*-last-run.json")
    for content in ("{", "[]", "null", "[" * 9_999, '{"key": 5}'):
        note.write_text(content)
        ran = key_cli("--again")
        assert (ran.status, "--again: there is no failed run to repeat." in ran.err) == (2, True)
