"""The definition of an action: what `definitions/<group>/<key>.json` may say.

Loading a file into `ActionDefinition` validates its form. What no single file can show (a handler for every
definition, unique keys, labels) is the bundle's and the check's to see.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from connector.definition import templates
from connector.definition.bulk import BulkJob
from connector.definition.example import Example
from connector.definition.field import FieldSchema, ObjectSchema, Pointer, check_pattern
from connector.definition.model import BaseUrl, LeftOut, Method, Model, Sentence, Template

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
OperationId = Annotated[str, StringConstraints(pattern=r"\S")]
Version = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
Encoding = Literal["json", "form", "multipart", "text", "binary"]

MediaType = Annotated[str, StringConstraints(pattern=r"^[!#$&^_.+A-Za-z0-9-]+/[!#$&^_.+A-Za-z0-9-]+( *;[ -~]*)?$")]

LONGEST_MESSAGE = 501
"""Characters of a service's message that are searched for a pattern and shown; a longer one ends in an ellipsis."""


class Effects(Model):
    """What a run changes, so that a host can ask first.

    Attributes:
        read_only: Nothing changes. Left out, true for GET, HEAD and OPTIONS only.
        destructive: Data may be lost for good. Defaults to false for GET, HEAD and OPTIONS and true for PUT, PATCH and
            DELETE; a POST must state it.
        idempotent: Running it twice with the same inputs has the same effect as running it once. Defaults to true for
            all methods but POST and PATCH.
    """

    read_only: Annotated[bool, LeftOut]
    destructive: Annotated[bool, LeftOut]
    idempotent: Annotated[bool, LeftOut]


class BodyDefault(Model):
    """Values that the service expects in an object of the body if the inputs create that object.

    Attributes:
        at: Pointer to the object; `*` means every item of a list.
        if_present: Only when the object has this name.
        if_absent: Only when it does not.
        set_values: Values by name (`set`), for names that are absent.
        copy_values: Pointers into the body by name (`copy`), for names that are absent; nothing there copies nothing.
    """

    at: Pointer
    if_present: str | None = None
    if_absent: str | None = None
    set_values: dict[str, Any] = Field(default_factory=dict, alias="set")
    copy_values: dict[str, Pointer] = Field(default_factory=dict, alias="copy")


class RequestTemplate(Model):
    """How a call looks on the wire.

    Attributes:
        method: The HTTP method.
        path: Names in braces are inputs, and `{connection.field}` is a field of the connection.
        base_url: Where the action's requests go, if not to the connector's base URL; a text with `{connection.field}`
            and `{input}` in it.
        headers: Headers of every request by name, texts like that; one is left out if a value in it is empty.
        query: Parameters in the query of every request by name, likewise.
        body: What every request carries.
        optional_body: Send no body where neither an input nor `body` fills in anything of it.
        body_defaults: What is added to the body that the inputs make up, one after another.
        encoding: How the body is written. In `form` and `multipart`, each name at the top of the body is a field of
            the form; `text` and `binary` send one input, whose `x-pointer` is empty, as it is.
        content_type: The Content-Type, if not the one of the encoding, or of the file in a binary body.
        accept: The Accept header. Left out, `application/json`, or `*/*` where an output is the body as a file.
    """

    method: Method
    path: Annotated[str, StringConstraints(pattern=r"^/")]
    base_url: BaseUrl | None = None
    headers: dict[str, Template] = Field(default_factory=dict)
    query: dict[str, Template] = Field(default_factory=dict)
    body: dict[str, Any] | None = None
    optional_body: bool = False
    body_defaults: list[BodyDefault] = Field(default_factory=list)
    encoding: Encoding = "json"
    content_type: MediaType | None = None
    accept: Annotated[str, StringConstraints(pattern=r"^[!-~][ -~]*$")] | None = None

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The inputs in the path, in its order."""
        return templates.input_names(self.path)

    @property
    def templates(self) -> dict[str, str]:
        """Every template outside the path by its place, such as `/headers/X-Version`."""
        parts = {"headers": self.headers, "query": self.query}
        found = {f"/{part}/{name}": text for part, pairs in parts.items() for name, text in pairs.items()}
        return found | ({} if self.base_url is None else {"/baseUrl": self.base_url})


class Pagination(Model):
    """How an action's pages follow one another.

    Attributes:
        rows: The output field that holds the rows.
        input: The input that takes the cursor.
        cursor: Pointer to the next cursor in the response.
        more: Pointer to whether there are more pages; empty if only the cursor shows it.
        next_url: Pointer to the URL of the next page. If the response has no cursor, the cursor is what this URL has in
            its query under the name of the input.
        follow: The next page is the `next_url` itself, relative or absolute, on the host of the base URL. No input
            takes a cursor.
        offset: The input takes the number of rows to skip instead of a cursor.
    """

    rows: str
    input: str = "cursor"
    cursor: Pointer = "/paging/cursor"
    more: Pointer = "/paging/more"
    next_url: Pointer | None = None
    follow: bool = False
    offset: bool = False

    @model_validator(mode="after")
    def _follows_a_url(self) -> Self:
        if self.follow and (self.next_url is None or self.offset):
            raise ValueError("follow needs nextUrl, and no offset")
        return self


class Idempotency(Model):
    """The input with the idempotency key; the runtime generates one if it is empty.

    Attributes:
        input: Its name.
    """

    input: str


class Throttle(Model):
    """Never more than `calls` in any `renewal_period` seconds, per connection.

    Attributes:
        calls: At most 100,000: the time of each call of a period is kept.
        renewal_period: Seconds; at most 31 days.
        scope: Whose calls are counted together: those of one connection.
    """

    calls: Annotated[int, Field(ge=1, le=100_000)]
    renewal_period: Annotated[float, Field(gt=0, le=2_678_400)]
    scope: Literal["connection"] = "connection"


class KnownError(Model):
    """An error of the service that is known, with a message for the user.

    Attributes:
        status: The HTTP status it comes with.
        code: A stable name for programs.
        sentence: What happened, for the person who filled in the form.
        hint: What to do about it.
        field: The input that caused it, if one did.
        pattern: A regular expression that the service's message must match for this entry to be used, without regard
            to case; written like the pattern of a field.
    """

    status: Annotated[int, Field(ge=400, le=599)]
    code: Key
    sentence: Sentence
    hint: str = ""
    field: str | None = None
    pattern: str | None = None

    @model_validator(mode="after")
    def _pattern_is_safe(self) -> Self:
        check_pattern(self.pattern, LONGEST_MESSAGE)
        return self


class ActionDefinition(Model):
    """An action.

    Attributes:
        key: Left out, the name of the file.
        operation_id: Its name for programs and in flows, such as `ListTodos`.
        summary: Its name for people, such as “List to-dos”.
        description: What it does, and what one must know before running it.
        aliases: Other words that people search for, such as “sign up”.
        group: Left out, the name of the folder.
        visibility: Where hosts show it: first (`important`), further down (`advanced`), or nowhere because only other
            actions use it (`internal`).
        since: The version that brought it. Left out, the connector's own `since`.
        deprecated: Whether another action has taken its place; it still runs.
        documented: Whether exports with `--only documented` have it.
        effects: Whatever is left out follows from the method.
        request: How a call looks on the wire.
        inputs: What a form asks for.
        outputs: What a run returns.
        pagination: How its pages follow one another, if it has pages.
        long_running: Whether a 202 response with a Location means that the service is not done. Its URL is then polled
            until it has another status, and that response is the one that counts.
        throttle: A call limit of its own, beside the connector's.
        idempotency: The input with the idempotency key, if the service takes one.
        outcomes: Statuses outside 2xx that are an outcome with a body, not an error.
        bulk: The service's own way to do this many times.
        errors: Known errors. A text names one of those in `definitions/common.json`.
        examples: At least one that succeeds and one that the service rejects.
    """

    schema_uri: str | None = None
    key: Annotated[Key, LeftOut]
    operation_id: OperationId
    summary: Sentence
    description: Sentence
    aliases: list[Sentence] = Field(default_factory=list)
    group: Annotated[Key, LeftOut]
    visibility: Literal["important", "advanced", "internal"] = "important"
    since: Annotated[Version, LeftOut]
    deprecated: bool = False
    documented: bool = True
    effects: Annotated[Effects, LeftOut]
    request: RequestTemplate
    inputs: ObjectSchema
    outputs: ObjectSchema
    pagination: Pagination | None = None
    long_running: bool = False
    throttle: Throttle | None = None
    idempotency: Idempotency | None = None
    outcomes: list[int] = Field(default_factory=list)
    bulk: BulkJob | None = None
    errors: list[KnownError] = Field(default_factory=list)
    examples: list[Example] = Field(default_factory=list)

    def input(self, name: str) -> FieldSchema:
        """The input of that name, with its `$ref` followed."""
        return self.inputs.resolve(self.inputs.properties[name])

    @property
    def repeatable(self) -> bool:
        """Whether HTTP itself says that sending the request twice has the effect of once (RFC 9110, 9.2.2)."""
        return self.request.method not in {"POST", "PATCH"}
