"""A request as a curl command: what it says, with a variable of the shell for each secret."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from connector.call.curl import curl_command
from connector.call.result import Preview
from connector.connections.auth import Auth
from connector.connections.connection import Connection
from connector.definition.action import Encoding
from connector.definition.file_value import File
from connector.http.body import shown
from connector.http.request import HttpRequest
from tests.connector.parcels import BASE, Json, connector_definition, field

START = ["curl", "--globoff", "--path-as-is"]


def command(
    authorization: Json,
    request: HttpRequest,
    values: Json | None = None,
    variables: Mapping[str, list[str]] | None = None,
) -> str:
    """The command for a request with these values of the connection, each a secret."""
    values = {"key": "hunter2"} if values is None else values
    connector = connector_definition(
        connection={
            "properties": {name: field(writeOnly=True) for name in ("key", "user", "eu-key")},
            "environment": dict(variables or {}),
        },
        authorization=authorization,
    )
    auth = Auth.preview(connector, Connection(**values))
    body = shown(request.encoding, request.body)
    headers = dict(request.headers)
    line = curl_command(
        connector, Preview(method=request.method, url="", headers=headers, body=body, unsigned=(request, auth))
    )
    assert "hunter2" not in line
    return line


def sent(encoding: Encoding, body: Any, content_type: str = "a/b") -> list[str]:
    request = HttpRequest("POST", f"{BASE}/a", {"Content-Type": content_type}, body, {}, encoding)
    parts = shlex.split(command({}, request))
    assert parts[:6] == [*START, "-X", "POST", f"{BASE}/a"]
    return parts[6:]


@pytest.mark.parametrize(
    ("method", "option"), [("GET", "-X GET"), ("HEAD", "--head"), ("DELETE", "-X DELETE"), ("POST", "-X POST")]
)
def test_the_method_is_named_and_that_of_a_head_request_by_its_own_option(method: str, option: str) -> None:
    line = command({}, HttpRequest(method, f"{BASE}/a?b='c'&d=1", {"X-A": "$b `c`"}))
    assert line == f"""{" ".join(START)} {option} '{BASE}/a?b='"'"'c'"'"'&d=1' -H 'X-A: $b `c`'"""


def test_a_secret_is_a_variable_wherever_it_is_sent() -> None:
    request = HttpRequest("GET", f"{BASE}/{{connection.key}}/a?b=1", {"Accept": "*/*"})
    line = command(
        {"headers": {"X-Key": 'a "{connection.key}" `$\\'}, "query": {"k 1": "{connection.key}", "l": "2"}},
        request,
        variables={"key": ["PARCELS_KEY"]},
    )
    url = f'"{BASE}/${{PARCELS_KEY:?}}/a?b=1&l=2"'
    assert line.startswith(f'{" ".join(START)} -X GET {url} --url-query "k%201=${{PARCELS_KEY:?}}"')
    assert line.endswith(r"""-H 'Accept: */*' -H "X-Key: a \"${PARCELS_KEY:?}\" \`\$\\" """.rstrip())


def test_a_query_of_secrets_alone_leaves_no_question_mark() -> None:
    line = command({"query": {"k": "{connection.key}"}}, HttpRequest("GET", f"{BASE}/a", {}))
    assert line == f'{" ".join(START)} -X GET {BASE}/a --url-query "k=${{KEY:?}}"'


def test_a_user_name_and_a_password_are_curls_own_option() -> None:
    basic = {"basic": {"username": "{connection.user}", "password": "{connection.key}"}}
    request = HttpRequest("GET", f"{BASE}/a", {"X-Empty": "", "X-A": "1"})
    line = command(basic, request, {"user": "ada", "key": "hunter2"})
    assert line == f"{' '.join(START)} -X GET {BASE}/a -u \"${{USER:?}}:${{KEY:?}}\" -H 'X-A: 1'"
    assert command({}, request, {}) == f"{' '.join(START)} -X GET {BASE}/a -H 'X-Empty: ' -H 'X-A: 1'"


@pytest.mark.parametrize(
    ("variables", "is_set", "name"),
    [
        ({}, [], "EU_KEY"),
        ({"eu-key": ["ONE_OF_CURL", "OTHER_OF_CURL"]}, [], "ONE_OF_CURL"),
        ({"eu-key": ["ONE_OF_CURL", "OTHER_OF_CURL"]}, ["OTHER_OF_CURL"], "OTHER_OF_CURL"),
        ({"eu-key": ["ONE_OF_CURL", "OTHER_OF_CURL"]}, ["ONE_OF_CURL", "OTHER_OF_CURL"], "ONE_OF_CURL"),
    ],
)
def test_the_variable_is_the_first_that_is_set_or_the_first_of_all(
    monkeypatch: pytest.MonkeyPatch, variables: Json, is_set: list[str], name: str
) -> None:
    for one in is_set:
        monkeypatch.setenv(one, "hunter2")
    request = HttpRequest("GET", f"{BASE}/a", {})
    line = command({"headers": {"X-Key": "{connection.eu-key}"}}, request, {"eu-key": "hunter2"}, variables)
    assert line.endswith(f'-H "X-Key: ${{{name}:?}}"')


@pytest.mark.parametrize(
    ("encoding", "body", "options"),
    [
        ("json", None, []),
        ("json", {"a": "é'"}, ["--data-raw", '{"a": "é\'"}']),
        ("json", "a", ["--data-raw", '"a"']),
        ("text", "a\nb", ["--data-raw", "a\nb"]),
        ("text", 7, ["--data-raw", "7"]),
        ("binary", "@a", ["--data-raw", "@a"]),
        ("binary", File(b"a", filename="a.txt"), ["--data-binary", "@a.txt"]),
        ("binary", File(b"a"), ["--data-binary", "@file"]),
        ("form", {"a b": ["1&2", 3], "c": None},
         ["--data-urlencode", "a+b=1&2", "--data-urlencode", "a+b=3", "--data-urlencode", "c=null"]),
    ],
)  # fmt: skip
def test_a_body_is_an_option_of_its_encoding(encoding: Encoding, body: Any, options: list[str]) -> None:
    assert sent(encoding, body) == ["-H", "Content-Type: a/b", *options]


def test_the_parts_of_a_form_are_options_and_curl_writes_its_content_type(tmp_path: Path) -> None:
    path = tmp_path / 'a"b.txt'
    path.write_bytes(b"a" * 1_001)
    body = {
        "a": ["@1", 2],
        "b": {"c": '"\\'},
        'd"': File(path, content_type="x/y"),
        "e": File(b"a", content_type="x/y"),
    }
    assert sent("multipart", body, "multipart/form-data; boundary=x") == [
        "--form-string", "a=@1",
        "--form-string", "a=2",
        "-F", r'b="{\"c\":\"\\\"\\\\\"}";type=application/json',
        "-F", f'd\\"=@"{tmp_path}/a\\"b.txt";type=x/y;filename="a\\"b.txt"',
        "-F", 'e=@"file";type=x/y;filename="file"',
    ]  # fmt: skip


def test_a_preview_that_comes_from_elsewhere_makes_no_command() -> None:
    with pytest.raises(ValueError, match="does not come from a connector"):
        curl_command(connector_definition(), Preview(method="GET", url=BASE, headers={}))
