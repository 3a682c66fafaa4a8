"""Looking before running: the catalogue, one action, its request as code, the choices of a field, the page's files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from starlette.routing import Route

from connector.export import export
from connector.server import ServedConnector, create_app
from tests.connector.web.serving import Site
from tests.courier import BUNDLE, courier

ROOT = Path(__file__).resolve().parents[3]
MESSAGE = {"user_id": "ada", "title": "Hi", "body": "There"}


def test_the_catalogue_lists_every_action_with_what_it_does(site: Site) -> None:
    catalogue = site.get("/catalogue").body
    assert {action["key"] for action in catalogue["actions"]} == set(BUNDLE.actions)
    assert all(set(action["effects"]) == {"readOnly", "destructive", "idempotent"} for action in catalogue["actions"])
    groups = {group["key"] for group in catalogue["groups"]}
    assert {action["group"] for action in catalogue["actions"]} == groups
    assert all(catalogue["icons"][group["icon"]].startswith("data:image/svg+xml") for group in catalogue["groups"])
    assert catalogue["connections"] == [{"name": "sandbox", "sandbox": True}]
    assert catalogue["defaultConnection"] == "sandbox"
    assert catalogue["sandbox"] == {"messages": True, "requests": True}


def test_an_action_is_what_the_catalogue_export_says_of_it(site: Site) -> None:
    exported = json.loads(export(BUNDLE, "catalogue")["catalogue.json"])
    schema = json.loads((ROOT / "docs/format/catalogue.schema.json").read_text())
    assert Draft202012Validator(schema).is_valid(exported)
    for action in exported["actions"]:
        assert site.get(f"/actions/{action['key']}").body == action


def test_a_check_shows_the_request_and_the_code_of_right_inputs(site: Site) -> None:
    checked = site.post("/actions/send_message/check", MESSAGE).body
    assert (checked["problems"], checked["error"]) == ([], None)
    assert checked["request"]["method"] == "POST"
    assert checked["request"]["headers"]["Authorization"] == "Bearer ••••••"
    assert checked["curl"].startswith("curl ")
    assert {sample["language"] for sample in checked["code"]} == {
        *("python", "command-line", "power-automate", "n8n", "http")
    }
    http = next(sample["text"] for sample in checked["code"] if sample["language"] == "http")
    assert f"{site.url}/actions/send_message/run" in http
    assert "${CONNECTOR_TOKEN:?}" in http
    assert site.access.token.reveal() not in json.dumps(checked)


def test_a_check_of_wrong_inputs_is_200_with_every_problem(site: Site) -> None:
    reply = site.post("/actions/send_message/check", {"usr_id": "ada"})
    assert reply.status == 200
    assert reply.body["error"] == site.post("/actions/send_message/run", {"usr_id": "ada"}).body
    assert reply.body["problems"] == reply.body["error"]["problems"]
    assert (reply.body["request"], reply.body["curl"], reply.body["code"]) == (None, None, [])


def test_a_check_sends_nothing(site: Site) -> None:
    site.post("/sandbox/reset")
    site.post("/actions/send_message/check", MESSAGE)
    assert site.get("/sandbox/requests").body == {"requests": []}


def test_what_is_sent_in_the_sandbox_can_be_seen(site: Site) -> None:
    site.post("/sandbox/reset")
    site.post("/actions/send_message/run", {"email": "a@b.example", "title": "Hi", "body": "There"})
    message = site.get("/sandbox/messages").body["messages"][0]
    assert (message["recipient"], message["status"]) in {("a@b.example", "ENQUEUED"), ("a@b.example", "DELIVERED")}
    request = site.get("/sandbox/requests").body["requests"][0]
    assert (request["method"], request["path"], request["status"]) == ("POST", "/send", 202)
    assert site.post("/sandbox/reset").status == 204


@pytest.mark.parametrize(
    ("target", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/page/main.js", "text/javascript; charset=utf-8"),
        ("/page/style.css", "text/css; charset=utf-8"),
        ("/page/vendor/preact-htm.js", "text/javascript; charset=utf-8"),
        ("/page/vendor/LICENSE-preact.txt", "text/plain; charset=utf-8"),
        ("/favicon.ico", "image/svg+xml"),
    ],
)
def test_the_files_of_the_page_have_their_types_and_are_asked_for_again(
    site: Site, target: str, media_type: str
) -> None:
    reply = site.get(target)
    assert (reply.status, reply.headers["content-type"]) == (200, media_type)
    assert reply.headers["cache-control"] == "no-cache"
    again = site.get(target, If_None_Match=reply.headers["etag"])
    assert (again.status, again.content) == (304, b"")
    assert site.get(target, If_None_Match='"other"').status == 200


@pytest.mark.parametrize(
    "target",
    [
        "/page/",
        "/page",
        "/page/vendor",
        "/page/%2e%2e/app.py",
        "/page/..%2fapp.py",
        "/page//etc/x.txt",
        "/page/%00",
        f"/page/{'a' * 3_000}",
    ],
)
def test_nothing_but_the_files_of_the_page_is_served(site: Site, target: str) -> None:
    assert site.get(target).status == 404


def test_the_swagger_definition_is_the_exported_one(site: Site) -> None:
    exported = export(BUNDLE, "power-platform")["apiDefinition.swagger.json"]
    assert site.get("/swagger.json").content == exported


def test_the_page_about_the_server_lists_its_routes() -> None:
    text = (ROOT / "docs/server.md").read_text(encoding="utf-8")
    table = text.split("## Routes\n")[1].split("###")[0]
    listed = {(method, path) for method, path in re.findall(r"^\| `(GET|POST|DELETE) ([^`]+)`", table, re.MULTILINE)}
    listed |= {("GET", "/page/{path:path}"), ("GET", "/favicon.ico")}
    app = create_app(ServedConnector(BUNDLE, courier(), {}))
    routes = [route for route in app.routes if isinstance(route, Route)]
    assert listed == {(method, route.path) for route in routes for method in (route.methods or set()) - {"HEAD"}}
