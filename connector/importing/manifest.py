"""`connector.json` of a package: what all its operations have in common."""

from __future__ import annotations

import re
from contextlib import suppress

from pydantic import ValidationError

from connector.definition.service import Publication
from connector.importing.names import key_of, label_of
from connector.importing.source import Source
from connector.importing.swagger import Json, as_list, as_object, as_text, base_path_of

THROTTLE = {"calls": 100, "renewalPeriod": 60}
"""The limit that published connectors usually have; a package does not say its own."""


def base_url_of(swagger: Json) -> tuple[str, bool]:
    """The base URL, and whether it is not encrypted."""
    schemes = [as_text(each).lower() for each in as_list(swagger.get("schemes"))]
    insecure = "http" in schemes and "https" not in schemes
    host = as_text(swagger.get("host")).split("://")[-1].strip("/") or "localhost"
    path = base_path_of(swagger)
    return f"{'http' if insecure else 'https'}://{host}" + ("" if "{" in path else path), insecure


def manifest_of(package: Source) -> Json:
    """The document."""
    document, access = package.swagger.document, package.access
    info = as_object(document.get("info"))
    title = as_text(info.get("title")) or package.folder.name
    base_url, insecure = base_url_of(document)
    version = version_of(document)
    base_url = package.base_url or base_url
    host = as_text(document.get("host"))
    website = _metadata(document, "website") or as_text(as_object(info.get("contact")).get("url"))
    website = website or (f"https://{host}" if host else "")
    made: Json = {
        "key": key_of(title, fallback="connector"),
        "title": title,
        "description": as_text(info.get("description")) or title,
        "version": version,
        "since": version,
        **({"website": website} if website else {}),
        **_color(package.properties),
        "baseUrl": base_url,
        **({"insecure": True} if insecure or base_url.startswith("http://") else {}),
        **({"headers": package.headers} if package.headers else {}),
        **({"query": package.query} if package.query else {}),
        **_connection(package),
        **_publication(package, info),
        "throttle": THROTTLE,
        "groups": {key: {"title": label_of(title)} for key, title in package.groups.items()},
    }
    if len(access.kinds) == 1 and access.kinds[0].authorization:
        made["authorization"] = access.kinds[0].authorization
    return made


def _connection(package: Source) -> Json:
    access = package.access
    if not access.properties:
        return {}
    made: Json = {"properties": access.properties}
    if len(access.kinds) > 1:
        made["kinds"] = [
            {
                "key": kind.key,
                "title": kind.title,
                **({"description": kind.description} if kind.description else {}),
                "fields": list(kind.fields),
                "required": list(kind.required),
                **({"authorization": kind.authorization} if kind.authorization else {}),
            }
            for kind in access.kinds
        ]
    made["required"] = list(access.kinds[0].required) if len(access.kinds) == 1 else []
    test = package.test_action
    return {"connection": made | ({"test": test} if test else {})}


def version_of(swagger: Json) -> str:
    """The version, with three numbers."""
    numbers = re.findall(r"\d+", as_text(as_object(swagger.get("info")).get("version")))[:3]
    return ".".join((numbers or ["1"]) + ["0"] * (3 - len(numbers or ["1"])))


def _metadata(document: Json, name: str) -> str:
    rows = map(as_object, as_list(document.get("x-ms-connector-metadata")))
    found = (as_text(each.get("propertyValue")) for each in rows if as_text(each.get("propertyName")).lower() == name)
    return next(filter(None, found), "")


def _publication(package: Source, info: Json) -> Json:
    """Who publishes the connector, and what catalogues require, as far as the package says it as it should be."""
    document, contact = package.swagger.document, as_object(info.get("contact"))
    urls = (as_text(contact.get("url")), _metadata(document, "website"))
    publisher = {
        "name": as_text(package.properties.get("publisher")) or as_text(contact.get("name")),
        "email": as_text(contact.get("email")),
        "url": next((url for url in urls if url.startswith("https://")), ""),
    }
    categories = [each for each in re.split(r" *[;,] *", _metadata(document, "categories")) if each][:2]
    made = {"publisher": publisher, "privacyPolicy": _metadata(document, "privacy policy"), "categories": categories}
    for name, value in list(made.items()):
        with suppress(ValidationError):
            Publication.model_validate({name: value})
            continue
        del made[name]
    found = {name: value for name, value in made.items() if value}
    return {"publication": found} if found else {}


def _color(properties: Json) -> Json:
    color = as_text(properties.get("iconBrandColor")).lower()
    return {"brandColor": color} if re.fullmatch(r"#[0-9a-f]{6}", color) else {}
