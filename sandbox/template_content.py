"""The content of templates: read in any version, replaced whole, changed by element, or translated."""

from __future__ import annotations

import json

from . import elements, template_bodies, templates
from .protocol import OK, Call, JsonObject, Response, not_found
from .route import on
from .rows import parsed

_OUTER = ("type", "data", "state")


@on("GET /notifications/{id}/content")
def get_content(call: Call) -> Response:
    """The content of a version, with checksums. Older templates have blocks and channels."""
    row = templates.row_of(call)
    if row["draft"] is None:
        return Response(OK, _older(json.loads(row["content"]), json.loads(row["routing"])["channels"]))
    content = templates.payload(call, row, call.one("version") or "published")["content"]
    found = elements.with_checksums(content["elements"])
    return Response(OK, {"version": content["version"], "elements": found})


def _older(content: JsonObject, channels: list[str]) -> JsonObject:
    """Content of the older generation: a block of text, and a subject or title per channel."""
    text = {"id": "block_1", "type": "text", "content": content["body"]}
    shown = [
        {
            "id": f"channel_{number}",
            "type": name,
            "content": {"subject" if name == "email" else "title": content["title"]},
        }
        for number, name in enumerate(channels, 1)
    ]
    return {
        "blocks": [{**text, "checksum": elements.checksum(text)}],
        "channels": [{**entry, "checksum": elements.checksum(entry)} for entry in shown],
        "checksum": elements.checksum([text, shown]),
    }


def _draft(call: Call) -> JsonObject:
    return parsed(templates.newer(call)["draft"])


@on("PUT /notifications/{id}/content", template_bodies.CONTENT, audit_as="notification/content-replaced")
def put_content(call: Call) -> Response:
    """Replace all elements."""
    return templates.mutated(call, {**_draft(call), "content": call.body["content"]})


@on("PUT /notifications/{id}/elements/{elementId}", template_bodies.ELEMENT, audit_as="notification/element-updated")
def put_element(call: Call) -> Response:
    """Change one element, which keeps its id and its translations."""
    draft = _draft(call)
    element = _existing(call, draft, call.ids["elementId"])
    kept: JsonObject = {key: element[key] for key in ("id", "locales", "elements") if key in element}
    own = {key: value for key, value in call.body.items() if key not in _OUTER and value is not None}
    element.clear()
    element.update({**kept, "type": call.body["type"], **(call.body.get("data") or {}), **own})
    return templates.mutated(call, draft)


@on("PUT /notifications/{id}/locales/{localeId}", template_bodies.LOCALE, audit_as="notification/locale-updated")
def put_locale(call: Call) -> Response:
    """Set what elements say in one language."""
    draft = _draft(call)
    for entry in call.body["elements"]:
        element = _existing(call, draft, entry["id"])
        own = {key: value for key, value in entry.items() if key != "id"}
        element["locales"] = {**(element.get("locales") or {}), call.ids["localeId"]: own}
    return templates.mutated(call, draft)


def _existing(call: Call, draft: JsonObject, element_id: str) -> JsonObject:
    element = elements.find(draft["content"], element_id)
    if element is None:
        raise not_found(f"Element {element_id} not found in template {call.ids['id']}")
    return element
