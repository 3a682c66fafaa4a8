"""The batches in the OpenAPI document of a server."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from connector.server.stored_batch import BatchSettings

TAG = {"name": "batches", "description": "One action over a file of rows, each row once."}

_ID = {"name": "id", "in": "path", "required": True, "description": "The batch.", "schema": {"type": "string"}}
_NAME = {
    "name": "name",
    "in": "query",
    "description": "The name of the file.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}
_OUTCOME = {
    "name": "outcome",
    "in": "path",
    "required": True,
    "description": "Which rows: those that succeeded, those that failed, or those that may have been carried out.",
    "schema": {"type": "string", "enum": ["done", "failed", "unknown"]},
}
_CONNECTION = {"$ref": "#/components/parameters/Connection"}
_ROWS = {
    "text/csv": {"schema": {"type": "string"}, "example": "user_id,title,body\nada,Hi,There\n"},
    "application/x-ndjson": {"schema": {"type": "string"}, "example": '{"user_id": "ada", "title": "Hi"}\n'},
}


def _integer(description: str, **words: Any) -> dict[str, Any]:
    return {"type": "integer", "minimum": 0, "description": description, **words}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _object(properties: dict[str, Any], **words: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), **words}


def schemas() -> dict[str, Any]:
    """The components, under names that no action's schema has."""
    settings = BatchSettings.model_json_schema()
    settings["description"] = settings["description"].partition("\n")[0]
    error = {"$ref": "#/components/schemas/Error"}
    kind = _object(
        {
            "field": {"type": "string"},
            "rule": {"type": "string"},
            "message": {"type": "string"},
            "rows": {"type": "array", "items": {"type": "integer"}, "description": "Numbers of the first rows."},
            "count": _integer("How many rows have it."),
        }
    )
    dry_run = _object(
        {
            "type": {"const": "dry_run"},
            "rows": _integer("Rows in the file."),
            "wrong": _integer("Rows whose inputs are wrong."),
            "problems": {"type": "array", "items": kind},
            "seconds": {"type": ["number", "null"], "description": "How long the calls take at the call limit."},
            "bulk_offered": {"type": "boolean", "description": "Whether the service has a bulk job for so many rows."},
        }
    )
    progress = _object(
        {
            "in_flight": _integer("Rows that are being run."),
            "used": _integer("Calls counted against the limit of the fullest connection."),
            "calls": _integer("That limit."),
            "renewal_period": {"type": "number", "description": "Its seconds."},
            "seconds_left": {"type": ["number", "null"], "description": "Estimate of the seconds until the end."},
        }
    )
    states = ["ready", "checking", "running", "stopping", "stopped", "finished"]
    batch = _object(
        {
            "id": {"type": "string"},
            "file": {"type": "string"},
            "format": {"enum": ["csv", "jsonl"]},
            "created": {"type": "number", "description": "Unix time in seconds."},
            "retry_of": {"type": ["string", "null"], "description": "The batch whose failed rows these are."},
            "state": {"enum": states},
            "settings": _or_null({"$ref": "#/components/schemas/Batch.Settings"}),
            "connection": {"type": ["string", "null"]},
            "rows": _integer("Rows in the file; null before that is known.", type=["integer", "null"]),
            "done": _integer("Rows that succeeded."),
            "failed": _integer("Rows that failed."),
            "unknown": _integer("Rows that may have been carried out and cannot be repeated."),
            "progress": _or_null(progress),
            "checked": _integer("Rows that the dry run has read so far.", type=["integer", "null"]),
            "dry_run": _or_null({"$ref": "#/components/schemas/Batch.DryRun"}),
            "error": _or_null(error),
        }
    )
    return {"Batch.Batch": batch, "Batch.Settings": settings, "Batch.DryRun": dry_run}


def paths() -> dict[str, Any]:
    """The operations by path and method."""
    batch = {"$ref": "#/components/schemas/Batch.Batch"}
    problem = _object({name: {"type": "string"} for name in ("field", "rule", "message", "hint")})
    column = _object(
        {
            "name": {"type": "string"},
            "input": {"type": ["string", "null"], "description": "The input that it is; null if it is ignored."},
            "example": {"type": "string", "description": "Its cell in the first row."},
        }
    )
    columns = _object({"columns": {"type": "array", "items": column}, "problems": {"type": "array", "items": problem}})
    listed = _object({"batches": {"type": "array", "items": batch}})
    dry_run = {"$ref": "#/components/schemas/Batch.DryRun"}
    conflict = (HTTPStatus.CONFLICT,)
    return {
        "/batches": {
            "get": _operation("BatchesList", "List batches", {200: listed}, parameters=[]),
            "post": _operation(
                "BatchUpload",
                "Send a file of rows, as CSV, or JSON Lines as application/x-ndjson",
                {201: batch},
                (422,),
                parameters=[_NAME],
                content={"text/csv": _ROWS["text/csv"]},  # tools that make requests of this cannot write JSON Lines
            ),
        },
        "/batches/{id}": {
            "get": _operation("BatchGet", "Show how far a batch is", {200: batch}),
            "delete": _operation("BatchDelete", "Delete a batch and its results", {204: None}, conflict),
        },
        "/batches/{id}/results/{outcome}": {
            "get": _operation("BatchResults", "Download rows with what became of them", {200: "file"}),
        },
        "/batches/{id}/columns": {
            "post": _with_settings("BatchColumns", "Match the columns with inputs", {200: columns}, (422,)),
        },
        "/batches/{id}/dry-run": {
            "post": _with_settings("BatchDryRun", "Validate every row", {200: dry_run}, (*conflict, 422)),
        },
        "/batches/{id}/run": {
            "post": _with_settings("BatchRun", "Run the rows that are not finished", {202: batch}, (*conflict, 422)),
        },
        "/batches/{id}/stop": {"post": _operation("BatchStop", "Stop a batch", {202: batch})},
        "/batches/{id}/retry": {
            "post": _operation("BatchRetry", "Make a batch of the failed rows", {201: batch}, conflict),
        },
    }


def _with_settings(name: str, summary: str, found: dict[int, Any], errors: tuple[int, ...]) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Batch.Settings"}}}
    return _operation(name, summary, found, errors, parameters=[_ID, _CONNECTION], content=content)


def _operation(
    name: str,
    summary: str,
    found: dict[int, Any],
    errors: tuple[int, ...] = (),
    *,
    parameters: list[Any] | None = None,
    content: dict[str, Any] | None = None,
) -> dict[str, Any]:
    if parameters is None:
        parameters = [_ID, _OUTCOME] if "file" in found.values() else [_ID]
    missing = (404,) if parameters and parameters[0] is _ID else ()
    responses: dict[str, Any] = {str(status): _response(schema) for status, schema in found.items()}
    for status in (*missing, *errors):
        responses[str(int(status))] = {
            "description": HTTPStatus(status).phrase,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
    body = {} if content is None else {"requestBody": {"required": True, "content": content}}
    return {
        "operationId": name,
        "summary": summary,
        "tags": [TAG["name"]],
        "parameters": parameters,
        **body,
        "responses": dict(sorted(responses.items())),
    }


def _response(schema: Any) -> dict[str, Any]:
    if schema is None:
        return {"description": "It is deleted."}
    if schema == "file":
        return {"description": "The rows.", "content": _ROWS}
    return {"description": "It succeeded.", "content": {"application/json": {"schema": schema}}}
