"""A Twilio on loopback, written from its API reference and not from the connector: what arrives is judged here."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

ACCOUNT = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
TOKEN = "t0ken/with:colon"  # noqa: S105 - nobody's
SOUND = b"ID3\x04\x00" + bytes(range(256)) * 40
_HOME = f"/2010-04-01/Accounts/{ACCOUNT}"

Form = dict[str, list[str]]


@dataclass
class Twilio:
    """What the service holds and received.

    Attributes:
        url: Its address.
        messages: The messages, the newest first.
        uploads: The forms that were uploaded: for each field, its content type, file name and content.
        refused: Requests with another authentication than HTTP Basic with the account and its token.
    """

    url: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)
    uploads: list[dict[str, tuple[str, str | None, bytes]]] = field(default_factory=list)
    refused: int = 0

    def add(self, form: Form) -> dict[str, Any]:
        """A new message."""
        made = {
            "sid": f"SM{len(self.messages) + 1:032}",
            "status": "queued",
            "to": form["To"][0],
            "from": form.get("From", [None])[0],
            "body": form.get("Body", [""])[0],
            "num_media": str(len(form.get("MediaUrl", []))),
        }
        self.messages.insert(0, made)
        return made

    def page(self, query: Form) -> dict[str, Any]:
        """A page of messages, and the path of the next one."""
        size, number = int(query.get("PageSize", ["50"])[0]), int(query.get("Page", ["0"])[0])
        found = [each for each in self.messages if each["to"] in query.get("To", [each["to"]])]
        more = found[(number + 1) * size :]
        following = f"{_HOME}/Messages.json?PageSize={size}&Page={number + 1}&PageToken=PA{number}"
        return {
            "messages": found[number * size : (number + 1) * size],
            "next_page_uri": following if more else None,
            "page": number,
        }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    twilio: ClassVar[Twilio]

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def _send(self, status: int, body: Any = None, content: bytes = b"", kind: str = "application/json") -> None:
        content = json.dumps(body).encode() if body is not None else content
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Twilio-Request-Id", "RQ1")
        self.end_headers()
        self.wfile.write(content)

    def _fail(self, status: int, code: int, message: str) -> None:
        self._send(status, {"code": code, "message": message, "status": status})

    def _respond(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"] or 0))
        expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if self.headers["Authorization"] != f"Basic {expected}":
            self.twilio.refused += 1
            return self._fail(401, 20003, "Authenticate")
        return self._route(content)

    def _route(self, content: bytes) -> None:
        parts = urlsplit(self.path)
        form = content.decode() if self.headers["Content-Type"] == "application/x-www-form-urlencoded" else ""
        route = f"{self.command} {parts.path.removeprefix(_HOME)}"
        if route == "POST /Messages.json":
            self._create(parse_qs(form))
        elif route == "GET /Messages.json":
            self._send(200, self.twilio.page(parse_qs(parts.query)))
        elif re.fullmatch(r"GET /Recordings/RE\w+\.mp3", route):
            self._send(200, content=SOUND, kind="audio/mpeg")
        elif re.fullmatch(r"POST /v1/Services/ZS\w+/Assets/ZH\w+/Versions", route):
            self._upload(content)
        else:
            self._one_message(parts.path, parse_qs(form))

    def _one_message(self, path: str, form: Form) -> None:
        known = {each["sid"]: each for each in self.twilio.messages}
        found = known.get(path.rpartition("/")[2].removesuffix(".json"))
        if found is None:
            return self._fail(404, 20404, f"The requested resource {path} was not found")
        if self.command == "DELETE":
            self.twilio.messages.remove(found)
            return self._send(204)
        found["status"] = form.get("Status", [found["status"]])[0]
        return self._send(200, found)

    do_GET = do_POST = do_DELETE = _respond  # noqa: N815 - names of http.server

    def _create(self, form: Form) -> None:
        if not form.get("To", [""])[0].startswith("+"):
            return self._fail(400, 21211, f"The 'To' number {form['To'][0]} is not a valid phone number.")
        return self._send(201, self.twilio.add(form))

    def _upload(self, content: bytes) -> None:
        message = BytesParser().parsebytes(f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode() + content)
        found = {}
        for part in message.get_payload():
            payload = part.get_payload(decode=True)  # type: ignore[union-attr]
            name = part.get_param("name", header="content-disposition")  # type: ignore[union-attr]
            found[str(name)] = (part.get_content_type(), part.get_filename(), payload)  # type: ignore[union-attr]
        self.twilio.uploads.append(found)  # type: ignore[arg-type]
        values = {"path": found["Path"][2].decode(), "visibility": found["Visibility"][2].decode()}  # type: ignore[union-attr]
        return self._send(201, {"sid": "ZN1", **values})


@contextmanager
def twilio() -> Iterator[Twilio]:
    """The service, for as long as the block lasts."""
    state = Twilio()
    handler = type("Handler", (_Handler,), {"twilio": state})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        state.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
