"""The examples of an action: documentation, tests and sample data in one."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from connector.definition.model import LeftOut, Method, Model, Sentence


class SampleRequest(Model):
    """What goes out in an example.

    Attributes:
        method: Left out, the action's.
        path: Left out, the action's with the inputs put in as they are; written where one needs encoding.
        query: Pairs, as on the wire.
        headers: Headers that inputs or templates set, by name; without Accept and Content-Type.
        body: The body as JSON; null for none.
    """

    method: Annotated[Method, LeftOut]
    path: Annotated[str, LeftOut]
    # JSON has lists for pairs, so a list is as strict here as a tuple.
    query: list[Annotated[tuple[str, str], Field(strict=False)]] = Field(default_factory=list)
    headers: dict[str, str] = Field(default_factory=dict)
    body: Any = None


class SampleResponse(Model):
    """What comes back in an example.

    Attributes:
        status: Left out, 200.
        headers: Headers by name.
        body: The body as JSON; null for none.
        text: For responses that are not JSON.
    """

    status: Annotated[int, LeftOut]
    headers: dict[str, str] = Field(default_factory=dict)
    body: Any = None
    text: str | None = None


class Interaction(Model):
    """One call of an example.

    Attributes:
        request: Left out where it says no more than its own defaults.
        response: What the service responds.
    """

    request: Annotated[SampleRequest, LeftOut]
    response: SampleResponse


class SampleError(Model):
    """The error that an example ends with.

    Attributes:
        code: The code of one of the errors, or of an error of the runtime, such as `refused`.
        field: The input that caused it, if one did.
    """

    code: str
    field: str | None = None


class Example(Model):
    """Documentation, test and sample data in one: inputs, exact requests and responses, outputs or error.

    Attributes:
        title: What it shows, in a few words.
        inputs: The inputs by name.
        interactions: The calls, in order; none for inputs that are not valid.
        outputs: The outputs by name, if it succeeds; each is listed, null where the service sent nothing.
        error: The error, if it fails.
        all_pages: Whether all pages are read, each of which is a call.
    """

    title: Sentence
    inputs: dict[str, Any]
    interactions: list[Interaction] = Field(default_factory=list)
    outputs: dict[str, Any] | None = None
    error: SampleError | None = None
    all_pages: bool = False
