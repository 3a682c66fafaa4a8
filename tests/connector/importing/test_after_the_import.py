"""What can be done with an imported package: written as a folder, previewed, polled, completed, signed in to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import responses
from responses import matchers

from connector import Connection, Connector
from connector.catalogue.loader import load
from connector.errors import AuthorizationError, DefinitionError, InputError, UnavailableError
from connector.examples import FakeClock, run_example
from connector.export import EXPORT_FORMATS, export
from connector.export.errors import ExportError
from connector.importing.dynamic_schema import schema_of
from connector.importing.oauth import OAuthTokens
from connector.importing.package import Package
from connector.importing.polling import new_rows
from connector.importing.preview import before_and_after
from connector.importing.report import report_on
from connector.importing.source import Source
from connector.importing.write import REPORT, connector_files, write_files
from connector.lint import check_folder
from connector.lint.rules.exports import with_publication
from connector.scaffold import create_connector
from tests.connector.importing.described_service import DescribedService
from tests.connector.importing.facts_package import facts_package, write_package
from tests.connector.importing.test_packages import PACKAGES, connection_of, loaded, read, service_of
from tests.connector.importing.test_reading import OPERATION, swagger

HERE = Path(__file__).parent / "packages"
Json = dict[str, Any]


@pytest.mark.parametrize("folder", PACKAGES, ids=lambda folder: folder.name)
def test_the_folder_that_is_written_does_what_the_package_does(folder: Path, tmp_path: Path) -> None:
    write_files(connector_files(Package(folder)), tmp_path / "made")
    package, made = Connector.load(folder), Connector(load(tmp_path / "made"))
    expected = read(folder, "expected.json")
    connection = connection_of(expected["connection"])
    for run in expected["runs"]:
        if "connection" not in run:
            one, other = (each.preview(run["operation"], run["inputs"], connection) for each in (package, made))
            assert (one.method, one.url, repr(one.body)) == (other.method, other.url, repr(other.body))
            assert list(one.headers) == list(other.headers)
    assert {action.operation_id for action in made.actions}.isdisjoint(expected["gaps"])


@pytest.mark.parametrize("folder", PACKAGES, ids=lambda folder: folder.name)
def test_the_examples_that_are_written_hold(folder: Path, tmp_path: Path) -> None:
    write_files(connector_files(Package(folder)), tmp_path / "made")
    bundle = load(tmp_path / "made")
    for action in Connector(bundle).actions:
        for example in action.definition.examples:
            assert run_example(bundle, action, example) == []


def test_most_actions_get_an_example(tmp_path: Path) -> None:
    bundle = load(_written(facts_package(tmp_path / "package"), tmp_path / "made"))
    assert [key for key, action in bundle.actions.items() if not action.definition.examples] == []


def _written(package: Path, folder: Path) -> Path:
    write_files(connector_files(Package(package)), folder)
    return folder


def test_the_report_names_what_was_left_out() -> None:
    text = connector_files(Package(HERE / "triggers_and_scripts"))[REPORT]
    assert "Alerts: 3 of 4 operations can run." in text
    assert "- on_alert: It is a webhook trigger: a run subscribes a URL of yours." in text
    assert "- summarize cannot run: script.csx" in text


def test_files_that_are_there_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    files = connector_files(Package(HERE / "wrapped_key"))
    with pytest.raises(DefinitionError, match="is not empty"):
        write_files(files, tmp_path)
    write_files(files, tmp_path, force=True)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    target = tmp_path / "made"
    target.mkdir()
    (target / "definitions").symlink_to(tmp_path)
    with pytest.raises(DefinitionError, match="is a link"):
        write_files(connector_files(Package(HERE / "wrapped_key")), target, force=True)
    assert not (tmp_path / "connector.json").exists()


def test_a_package_of_which_nothing_runs_is_not_written(tmp_path: Path) -> None:
    paths = {"/a": {"get": {"operationId": "A", "responses": {"200": {"description": "OK"}}}}}
    (tmp_path / "apiDefinition.swagger.json").write_text(json.dumps({"swagger": "2.0", "paths": paths}))
    (tmp_path / "script.csx").write_text("")
    with pytest.raises(DefinitionError, match="can run, so there is nothing to write"):
        connector_files(Package(tmp_path))


def test_a_preview_shows_the_request_before_and_after_the_policies() -> None:
    before, after = before_and_after(HERE / "four_policies", "ListOpenOrders", {"shop": "s"}, Connection(account="a"))
    assert before.url == "https://api.example.com/v3/virtual/open/s?limit=1"
    assert "/shops/s/orders?status=open&expand=lines&limit=50" in after.url
    assert "X-Shop" not in before.headers
    assert after.headers["X-Shop"] == "a-1"


def test_a_python_handler_takes_the_place_of_a_script(tmp_path: Path) -> None:
    folder = tmp_path / "package"
    folder.mkdir()
    for file in (HERE / "triggers_and_scripts").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "actions").mkdir()
    (folder / "actions" / "actions.py").write_text(
        "from connector.call import Call\n\n\nasync def summarize(call: Call) -> dict:\n"
        "    return {**await call.send(), 'text': 'short'}\n"
    )
    service = service_of(HERE / "triggers_and_scripts")
    with loaded(folder, service) as connector:
        assert connector.run("Summarize", {}, Connection(api_key="k")).fields == {"text": "short"}


def test_a_webhook_trigger_asks_for_the_url_that_is_called() -> None:
    connector = Connector.load(HERE / "triggers_and_scripts")
    url = connector.find("OnAlert").definition.input("url")
    assert url.x_ms_visibility != "internal"
    with pytest.raises(InputError, match="required"):
        connector.preview("OnAlert", {})


def test_a_polling_trigger_passes_on_what_is_new() -> None:
    service = service_of(HERE / "triggers_and_scripts")
    pages = [[{"id": "1"}], [{"id": "2"}, {"id": "1"}], [{"id": "2"}]]
    service.responses = {"OnNewAlert": [{"alerts": rows} for rows in pages]}
    state: Json = {}
    with loaded(HERE / "triggers_and_scripts", service) as connector:
        connection = Connection(api_key="k")
        found = [[row["id"] for row in new_rows(connector, "OnNewAlert", {}, connection, state)] for _ in pages]
        with pytest.raises(InputError, match="lists no rows"):
            list(new_rows(connector, "DeleteHook", {"id": "x"}, connection, {}))
    assert found == [["1"], ["2"], []]
    assert json.loads(json.dumps(state)) == state


def test_a_row_that_failed_comes_again() -> None:
    service = service_of(HERE / "triggers_and_scripts")
    service.responses = {"OnNewAlert": [{"alerts": [{"id": "1"}, {"id": "2"}]} for _ in range(2)]}
    state: Json = {}
    with loaded(HERE / "triggers_and_scripts", service) as connector:
        rows = new_rows(connector, "OnNewAlert", {}, Connection(api_key="k"), state)
        assert next(rows)["id"] == "1"
        assert next(rows)["id"] == "2"
        rows.close()  # type: ignore[attr-defined]
        again = [row["id"] for row in new_rows(connector, "OnNewAlert", {}, Connection(api_key="k"), state)]
    assert again == ["2"]


@pytest.mark.parametrize(("action", "inputs"), [("ListFiles", {"drive": "d1"}), ("ListDrives", {})])
def test_the_options_of_a_run_are_those_of_asking_for_new_rows(action: str, inputs: Json) -> None:
    folder = HERE / "oauth_with_pages_and_choices"
    seen: list[Any] = []
    with loaded(folder, service_of(folder)) as connector:
        assert list(new_rows(connector, action, inputs, connection_of({"token": "t"}), {}, on_event=seen.append))
    assert seen


def test_the_service_describes_an_object_whose_fields_only_it_knows() -> None:
    folder = HERE / "oauth_with_pages_and_choices"
    service = service_of(folder)
    columns = {"type": "object", "properties": {"Column 1": {"type": "integer"}}}
    service.responses = {"GetRowSchema": [{"schema": columns}]}
    package = Package(folder)
    connector = Connector(package.bundle, transport=service, clock=FakeClock())
    connection = connection_of({"token": "t"})
    assert schema_of(package, connector, "add_row", "body", {"drive": "d1"}, connection) == columns
    with pytest.raises(InputError, match="depends on “drive”"):
        schema_of(package, connector, "add_row", "body", {}, connection)
    with pytest.raises(InputError, match="no dynamic schema"):
        schema_of(package, connector, "add_row", "drive", {}, connection)


def test_loading_converts_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[str] = []
    original = Package.read

    def counted(package: Package, key: str) -> Any:
        seen.append(key)
        return original(package, key)

    monkeypatch.setattr(Package, "read", counted)
    connector = Connector.load(facts_package(tmp_path))
    assert len(connector.actions) == 36
    assert seen == []
    assert connector.find("BrandPost").definition.operation_id == "BrandPost"
    assert seen == ["brand_post"]


SECRET = "s3cret"  # noqa: S105 - nobody's
TOKEN_URL = "https://login.example.com/token"  # noqa: S105 - a URL


@pytest.fixture
def drive() -> Source:
    """A package that signs in with OAuth."""
    return Source(HERE / "oauth_with_pages_and_choices")


@responses.activate
def test_a_client_gets_a_token_and_keeps_it_while_it_is_valid(drive: Source) -> None:
    wanted = matchers.urlencoded_params_matcher({"grant_type": "client_credentials", "scope": "files.read"})
    for number in (1, 2):
        body = {"access_token": f"t{number}", "expires_in": 600, "token_type": "bearer"}
        responses.post(TOKEN_URL, json=body, match=[wanted])
    clock = FakeClock()
    tokens = OAuthTokens(drive, client_id="me", client_secret=SECRET, clock=clock)
    assert tokens.connection().reveal() == {"token": "t1"}
    clock.advance(500)
    assert tokens.access_token() == "t1"
    clock.advance(50)
    assert tokens.access_token() == "t2"


@responses.activate
def test_a_refresh_token_is_used_and_replaced(drive: Source) -> None:
    for old, new in (("r1", "r2"), ("r2", "r3")):
        wanted = matchers.urlencoded_params_matcher(
            {"grant_type": "refresh_token", "refresh_token": old}, allow_blank=True
        )
        body = {"access_token": f"for-{old}", "refresh_token": new, "expires_in": 60}
        responses.post(TOKEN_URL.replace("token", "refresh"), json=body, match=[wanted])
    first = "r1"
    clock = FakeClock()
    tokens = OAuthTokens(drive, client_id="me", client_secret=SECRET, refresh_token=first, scope="", clock=clock)
    assert [tokens.access_token() for _ in range(2)] == ["for-r1", "for-r2"]


@responses.activate
@pytest.mark.parametrize(
    ("reply", "error", "text"),
    [
        ({"json": {"error": "invalid_client"}, "status": 401}, AuthorizationError, "invalid_client"),
        ({"json": {"token": "x"}}, AuthorizationError, "its response has none"),
        ({"body": "<html>"}, AuthorizationError, "its response is not JSON"),
        ({"body": ConnectionError("s3cret")}, UnavailableError, "could not be reached"),
    ],
)
def test_a_token_that_is_not_given_is_said_without_a_secret(
    drive: Source, reply: Json, error: type[Exception], text: str
) -> None:
    responses.post(TOKEN_URL, **reply)
    with pytest.raises(error, match=text) as caught:
        OAuthTokens(drive, client_id="me", client_secret=SECRET).access_token()
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_tokens_of_azure_come_from_its_tenant() -> None:
    source = Source(HERE / "dynamic_host")
    tokens = OAuthTokens(source, client_id="me", client_secret=SECRET)
    assert urlsplit(tokens.token_url)[:3] == ("https", "login.example.net", "/common/oauth2/v2.0/token")


def test_a_package_without_a_token_url_asks_for_one() -> None:
    with pytest.raises(AuthorizationError, match="does not say where tokens come from"):
        OAuthTokens(Source(HERE / "key_in_header"), client_id="me", client_secret=SECRET)
    plain = TOKEN_URL.replace("https", "http")
    with pytest.raises(AuthorizationError, match="unencrypted"):
        OAuthTokens(Source(HERE / "key_in_header"), client_id="me", client_secret=SECRET, token_url=plain)


def test_the_sandbox_of_a_package_responds_as_its_description_says() -> None:
    with Connector.load(HERE / "key_in_header", strict_outputs=True) as connector, connector.sandbox() as connection:
        result = connector.run("ListBooks", {}, connection)
    assert result.fields["items"] == [{"id": "text", "author.name": "text", "author.born": 1}]


def test_every_description_is_served_by_the_service_it_describes() -> None:
    assert all(isinstance(service_of(folder), DescribedService) for folder in PACKAGES)


@pytest.mark.parametrize("folder", PACKAGES, ids=lambda folder: folder.name)
def test_a_package_is_exported_or_refused_with_the_word_that_cannot_be_said(folder: Path) -> None:
    bundle = with_publication(Package(folder).bundle)
    refused = set()
    for name in EXPORT_FORMATS:
        try:
            export(bundle, name)
        except ExportError:
            refused.add(name)
    assert refused == ({"power-platform"} if folder.name in {"kinds_of_connection", "wrapped_key"} else set())


def test_a_folder_made_by_init_is_exported_and_imported_back(tmp_path: Path) -> None:
    create_connector(tmp_path / "made")
    made = load(tmp_path / "made")
    (tmp_path / "package").mkdir()
    for name, content in export(with_publication(made), "power-platform").items():
        (tmp_path / "package" / name).write_bytes(content)
    report = report_on(Package(tmp_path / "package"))
    assert {each.operation_id for each in report.operations if each.runs} == {
        action.operation_id for action in made.actions.values()
    }


def test_rows_that_only_choices_need_are_written_without_faults(tmp_path: Path) -> None:
    for collection in ("data/rows", ""):
        choices = {"operationId": "List", "value-collection": collection, "value-path": "id", "value-title": "a/name"}
        choose = {"name": "it", "in": "query", "type": "string", "x-ms-dynamic-values": choices}
        paths = {
            "/things": {"get": {**OPERATION, "parameters": [choose]}},
            "/all": {"get": {**OPERATION, "operationId": "List", "summary": "List things"}},
        }
        folder = tmp_path / (collection or "whole").replace("/", "_")
        made = _written(write_package(folder / "package", swagger(paths)), folder / "made")
        assert {each.rule for each in check_folder(made)} <= {"D303", "D304"}


@pytest.mark.parametrize("folder", PACKAGES, ids=lambda folder: folder.name)
def test_a_check_of_the_folder_finds_only_texts_that_the_package_lacks(folder: Path, tmp_path: Path) -> None:
    found = {each.rule for each in check_folder(_written(folder, tmp_path / "made"))}
    no_examples = {"D504"} if folder.name == "files_without_account" else set()
    assert found - {"D303", "D304"} == no_examples
