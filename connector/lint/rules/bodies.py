"""Bodies that are not JSON, and files: what an encoding can carry, and where a file can be."""

from __future__ import annotations

from collections.abc import Iterator

from connector import json_pointer
from connector.lint.folder_view import ActionView
from connector.lint.rule import action_rule
from connector.lint.sample_folder import ACTION, with_inputs, with_outputs

_FILE = {"title": "Photo", "description": "A photo of the thing.", "x-file": True}


@action_rule(
    "D261",
    "Use one input with an empty “x-pointer” for “text” and “binary”, and named inputs for “form” and “multipart”.",
    good={ACTION: {"request": {"encoding": "form"}}},
    bad={ACTION: {"request": {"encoding": "text"}}},
)
def encodings_fit_the_body(action: ActionView) -> Iterator[tuple[str, str]]:
    """A text or binary body is one input as it is; a form has named fields.

    An encoding cannot express any other value.
    """
    request = action.definition.request
    in_body = [node for node in action.top("inputs") if node.field.x_in == "body"]
    whole = [node for node in in_body if "" in node.field.pointers(node.name) and not node.field.x_spread]
    if request.encoding in {"text", "binary"}:
        if len(in_body) != 1 or len(whole) != 1:
            yield "/request/encoding", f"A body of the encoding “{request.encoding}” is one input, the whole body."
        for node in in_body:
            takes = {"text": "string", "binary": "a file"}[request.encoding]
            if "array" in node.field.types or ("object" in node.field.types and not node.field.x_file):
                yield node.place, f"“{node.name}” is neither text nor a file; the body must be {takes}."
    if request.encoding in {"form", "multipart"}:
        for node in whole:
            yield node.place, f"“{node.name}” is the whole body, but a form has named fields."


@action_rule(
    "D262",
    "Send the file in the body: as a field of a multipart form, as the whole body, or as base64 in JSON.",
    good={},
    bad=with_inputs(photo=_FILE),
)
def files_are_in_the_body(action: ActionView) -> Iterator[tuple[str, str]]:
    """A file is sent in the body; in a form, it is a field of its own.

    Inside an object of a form, it would be sent as base64 text.
    """
    in_form = action.definition.request.encoding in {"form", "multipart"}
    for node in action.nodes("inputs"):
        if not node.field.x_file:
            continue
        is_entry = not node.name  # of a list, which a form sends one by one
        if node.depth == 0 and node.field.x_in not in {"body", None}:
            yield node.place, f"“{node.name}” is a file, which cannot be sent in the {node.field.x_in}."
        elif in_form and (node.depth > is_entry or len(json_pointer.parse(node.field.pointers(node.name)[0])) > 1):
            yield node.place, f"“{node.name}” is inside an object of the form, which is sent as JSON text."


@action_rule(
    "D263",
    "Read the body as a file, as text or as JSON.",
    good={},
    bad=with_outputs(photo={**_FILE, "x-file": None, "x-from": "binary"}),
)
def a_file_is_the_whole_response(action: ActionView) -> Iterator[tuple[str, str]]:
    """No output is read from the JSON of a body that is a file.

    A response is either of them, so the run would fail.
    """
    sources = {node.name: node.field.x_from for node in action.top("outputs")}
    if "binary" in sources.values():
        for node in action.top("outputs"):
            if node.field.x_from == "body":
                yield node.place, f"“{node.name}” is read from JSON, but the body is a file."
