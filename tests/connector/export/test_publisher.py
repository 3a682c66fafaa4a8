"""An exported package names its publisher, who is not the vendor of the service."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from connector.catalogue.loader import load
from connector.cli.app import cli
from connector.definition.service import Publisher
from connector.export import EXPORT_FORMATS, ExportError, export, placeholder_note, with_overrides
from connector.export.errors import PublisherError
from tests.connector.export.whole import ROOT, Json, bundle, exported, parcels
from tests.connector.parcels import ACTIONS

ADA = Publisher(name="Ada Ltd", email="help@ada.test", url="https://ada.test/connector")
PUBLISHED = [name for name, each in EXPORT_FORMATS.items() if each.names_publisher]
OTHERS = [name for name in EXPORT_FORMATS if name not in PUBLISHED]


@pytest.mark.parametrize("format_name", PUBLISHED)
def test_the_publisher_given_with_the_export_is_in_the_package(format_name: str) -> None:
    made = b"".join(export(bundle(), format_name, publisher=ADA).values())
    assert b"Ada Ltd" in made
    assert b"help@ada.test" in made or format_name == "docs"
    assert b"Your Name" not in made


@pytest.mark.parametrize("format_name", EXPORT_FORMATS)
def test_nobody_at_the_vendor_is_named_as_author_or_contact(format_name: str) -> None:
    text = b"".join(exported(format_name).values()).decode(errors="replace")
    vendor = urlsplit(bundle().manifest.website or "").hostname or ""
    assert f"@{vendor.removeprefix('www.')}" not in text
    assert "/contact" not in text


@pytest.mark.parametrize("format_name", OTHERS)
def test_the_other_formats_have_no_publisher(format_name: str) -> None:
    assert export(bundle(), format_name, publisher=ADA) == dict(exported(format_name))


def test_each_format_has_the_publisher_where_it_wants_an_author() -> None:
    def made(format_name: str, file: str) -> Json:
        return json.loads(export(bundle(), format_name, publisher=ADA)[file])  # type: ignore[no-any-return]

    author = {"name": "Ada Ltd", "email": "help@ada.test", "url": "https://ada.test/connector"}
    for format_name in ("n8n", "node-red"):
        package = made(format_name, "package.json")
        assert package["author"] == author
        assert package["homepage"] == "https://ada.test/connector"
    assert made("power-platform", "apiDefinition.swagger.json")["info"]["contact"] == author
    assert made("power-platform", "apiProperties.json")["properties"]["publisher"] == "Ada Ltd"
    assert made("catalogue", "catalogue.json")["connector"]["publisher"] == author


def test_the_service_keeps_its_own_website_and_privacy_policy() -> None:
    swagger = json.loads(export(bundle(), "power-platform", publisher=ADA)["apiDefinition.swagger.json"])
    named = {each["propertyName"]: each["propertyValue"] for each in swagger["x-ms-connector-metadata"]}
    publication = bundle().manifest.publication
    assert publication is not None
    assert named["Website"] == bundle().manifest.website
    assert named["Privacy policy"] == publication.privacy_policy


@pytest.mark.parametrize("format_name", ["n8n", "power-platform"])
def test_a_format_that_needs_an_author_asks_for_one(tmp_path: Path, format_name: str) -> None:
    with pytest.raises(ExportError, match="publisher"):
        export(parcels(tmp_path, *ACTIONS), format_name)


def test_single_values_replace_those_of_the_connector() -> None:
    declared = with_overrides(bundle().manifest)
    assert declared is not None
    assert with_overrides(bundle().manifest, name="Ada") == declared.model_copy(update={"name": "Ada"})


@pytest.mark.parametrize(
    ("values", "named"),
    [({"email": "nobody"}, "email"), ({"url": "http://ada.test"}, "url"), ({"name": ""}, "name")],
)
def test_an_invalid_value_is_named(values: dict[str, str], named: str) -> None:
    with pytest.raises(PublisherError, match=f"“{named}”"):
        with_overrides(bundle().manifest, **values)


def test_a_connector_without_a_publisher_needs_all_three_values(tmp_path: Path) -> None:
    other = parcels(tmp_path, *ACTIONS).manifest
    assert with_overrides(other) is None
    with pytest.raises(PublisherError, match="“email”, “url”"):
        with_overrides(other, name="Ada")
    assert with_overrides(other, name=ADA.name, email=ADA.email, url=ADA.url) == ADA


@pytest.mark.parametrize(
    ("email", "url", "placeholder"),
    [
        ("you@example.com", "https://ada.test", True),
        ("help@ada.test", "https://www.example.org/x", True),
        ("help@ada.test", "https://ada.test", False),
        ("help@notexample.com", "https://ada.test/example.com", False),
    ],
)
def test_a_domain_that_is_reserved_for_examples_is_a_placeholder(email: str, url: str, placeholder: bool) -> None:
    assert Publisher(name="Ada", email=email, url=url).is_placeholder is placeholder


@pytest.mark.parametrize("format_name", EXPORT_FORMATS)
def test_a_placeholder_is_pointed_out_where_the_package_has_it(format_name: str) -> None:
    note = placeholder_note(bundle().manifest, None, format_name)
    assert (note is not None) == (format_name in PUBLISHED)
    assert placeholder_note(bundle().manifest, ADA, format_name) is None


def test_the_command_says_so_on_stderr_and_takes_the_publisher_as_options(tmp_path: Path) -> None:
    runner = CliRunner()
    command = ["--connector", str(ROOT), "export", "node-red", "--group", "lists"]
    done = runner.invoke(cli, [*command, "--out", str(tmp_path / "a")])
    assert "placeholder “Your Name”" in done.stderr
    ours = ["--publisher", ADA.name, "--publisher-email", ADA.email, "--publisher-url", ADA.url]
    done = runner.invoke(cli, [*command, *ours, "--out", str(tmp_path / "b")])
    assert "placeholder" not in done.stderr
    assert json.loads((tmp_path / "b/package.json").read_bytes())["author"] == ADA.model_dump()
    assert load(ROOT).manifest == bundle().manifest
