"""The faults, and what a run makes of each: the one table that the tests try and docs/faults.md shows."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from connector import OutcomeUnknownError, OutputError, RefusedError, UnavailableError
from connector.errors import ConnectorError
from tests.faults.scene import TRIES, Scene
from tests.faults.server import WELL, Behaviour, Talk

Arrange = Callable[[Scene], None]

_UNKNOWN = " The service may have carried it out, so it was not sent again."
_BROKE = "The connection broke before a response came."
_BROKE_READING = "The connection broke while the response was being read."
_INCOMPLETE = "The response ended before it was complete."
_SILENT = "The service did not respond in time."
_STOPPED = "The response stopped before it was complete."
_ENDLESS = "The response did not end within the time that this run has."
_LARGE = "The response is larger than 1 MB and was not read."
_NO_JSON = "The service responded with 200 and a body that is not JSON."
_CERTIFICATE = "The service's certificate was not accepted, so nothing was sent."
_NOT_REACHED = "The service could not be reached."
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Outcome:
    """How a run ends: its error (None for success), the sentence, and how often it was tried."""

    error: type[ConnectorError] | None
    sentence: str
    tries: int


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong.

    Attributes:
        name: What goes wrong, in words.
        arrange: Makes it so.
        repeatable: How a run ends that may be repeated: one that reads, or writes under an idempotency key.
        once: How one ends that writes without a key.
        seconds: The deadline of the run; where it is what ends the run, a busy machine is given more.
        silent: Whether the service says nothing, so that only patience ends it.
        large: Whether far more bytes come than may be kept.
    """

    name: str
    arrange: Arrange
    repeatable: Outcome
    once: Outcome
    seconds: float = 20.0
    silent: bool = False
    large: bool = False


def _does(behaviour: Behaviour) -> Arrange:
    def arrange(scene: Scene) -> None:
        scene.listen()
        scene.server.does = behaviour

    return arrange


def _greets(behaviour: Behaviour, *, tls: bool = False) -> Arrange:
    def arrange(scene: Scene) -> None:
        scene.listen()
        scene.server.greets = behaviour
        scene.server.tls = scene.certificates.right if tls else None

    return arrange


def _shows(certificate: str) -> Arrange:
    def arrange(scene: Scene) -> None:
        scene.listen()
        scene.server.tls = getattr(scene.certificates, certificate)

    return arrange


def _in_tls(behaviour: Behaviour) -> Arrange:
    def arrange(scene: Scene) -> None:
        scene.listen()
        scene.server.tls = scene.certificates.right
        scene.server.does = behaviour

    return arrange


def begins_after_the_request(fault: Fault) -> bool:
    """Whether it can meet a connection that was kept from an earlier call, too."""
    return fault.arrange.__qualname__.startswith((f"{_does.__name__}.", f"{_in_tls.__name__}."))


def _loses_the_name(scene: Scene) -> None:
    scene.host_known = False


def _refuses(scene: Scene) -> None:
    """The port is taken and nobody listens, until the scene is mended."""


def _broken(name: str, arrange: Arrange, sentence: str, *, tries: int = TRIES, **more: float) -> Fault:
    """The request arrived, or may have; no whole answer came back."""
    return Fault(
        name,
        arrange,
        Outcome(UnavailableError, sentence, tries),
        Outcome(OutcomeUnknownError, sentence + _UNKNOWN, 1),
        **more,  # type: ignore[arg-type]
    )


def _not_sent(name: str, arrange: Arrange, sentence: str, *, tries: int = TRIES, silent: bool = False) -> Fault:
    """Nothing of the request left, so that it may be tried again whatever it is."""
    outcome = Outcome(UnavailableError, sentence, tries)
    return Fault(name, arrange, outcome, outcome, silent=silent)


def _replied(name: str, behaviour: Behaviour, error: type[ConnectorError], sentence: str) -> Fault:
    """The service said something whole, which trying again would not change."""
    outcome = Outcome(error, sentence, 1)
    return Fault(name, _does(behaviour), outcome, outcome)


def _no_matter(name: str, behaviour: Behaviour) -> Fault:
    """Odd, and the answer is there all the same."""
    outcome = Outcome(None, "", 1)
    return Fault(name, _does(behaviour), outcome, outcome)


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_CHUNKED = _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def _half(talk: Talk) -> None:
    talk.reply(b'{"id": "ne', length=100)
    talk.rest()


def _reset_while_reading(talk: Talk) -> None:
    talk.listen()
    talk.reset()


def _hang_up_while_reading(talk: Talk) -> None:
    talk.listen()
    talk.hang_up()


def _reset_before_answering(talk: Talk) -> None:
    talk.reset()


def _hang_up(talk: Talk) -> None:
    talk.hang_up()


def _reset_in_head(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Len")
    talk.rest()
    talk.reset()


def _reset_in_body(talk: Talk) -> None:
    _half(talk)
    # A reset throws away what the other side has not read yet.
    talk.rest()
    talk.rest()
    talk.reset()


def _reset_after(talk: Talk) -> None:
    talk.reply()
    talk.rest()
    talk.reset()


def _close_after(talk: Talk) -> None:
    talk.reply()
    talk.hang_up()


def _close_unsaid(talk: Talk) -> None:
    talk.reply(headers=["Connection: keep-alive", "Keep-Alive: timeout=60"])
    talk.rest()
    talk.hang_up()


def _close_in_head(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Len")
    talk.hang_up()


def _lost_once(talk: Talk) -> None:
    if len(talk.server.heard) == 1:
        talk.hang_up()
    talk.reply()


def _name_twice(talk: Talk) -> None:
    talk.reply(b'{"id": "older", ' + json.dumps(WELL).encode()[1:])


def _slow_handshake(talk: Talk) -> None:
    talk.server.over.wait(0.3)


def _stall(talk: Talk) -> None:
    talk.stall()


def _stall_in_head(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Len")
    talk.stall()


def _stall_in_body(talk: Talk) -> None:
    _half(talk)
    talk.stall()


def _drip_head(talk: Talk) -> None:
    talk.drip(_HEAD + b"X-Long: " + b"x" * 1000)


def _drip_body(talk: Talk) -> None:
    talk.send(_HEAD + b"Content-Length: 1000\r\n\r\n")
    talk.drip(b" " * 1000)


def _drip_trailers(talk: Talk) -> None:
    talk.send(_CHUNKED + b"2\r\n{}\r\n0\r\n")
    talk.drip(b"X-Trailer: x\r\n" * 100)


def _drip_interim(talk: Talk) -> None:
    talk.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def _truncated_json(talk: Talk) -> None:
    talk.reply(json.dumps({**WELL, "echo": talk.echo}).encode()[:-3])


def _says_more_than_it_sends(talk: Talk) -> None:
    _half(talk)
    talk.hang_up()


def _says_less_than_it_sends(talk: Talk) -> None:
    talk.reply(length=10)


def _length_of_no_number(talk: Talk) -> None:
    talk.send(_HEAD, b"Content-Length: many\r\n\r\n", json.dumps(WELL).encode())
    talk.hang_up()


def _two_lengths(talk: Talk) -> None:
    talk.reply(headers=["Content-Length: 3", f"X-Echo: {talk.echo}"])


def _negative_chunk(talk: Talk) -> None:
    talk.send(_CHUNKED, b"-1\r\n")
    talk.flood(30 * _MEGABYTE)


def _chunk_of_no_size(talk: Talk) -> None:
    talk.send(_CHUNKED, f"{talk.echo}\r\n".encode())
    talk.stall()


def _cut_in_chunk(talk: Talk) -> None:
    talk.send(_CHUNKED, b"64\r\n{")
    talk.rest()
    talk.hang_up()


def _web_page(talk: Talk) -> None:
    talk.reply(f"<!doctype html><title>Sign in</title>{talk.echo}".encode(), headers=["Content-Type: text/html"])


def _empty(talk: Talk) -> None:
    talk.reply(b"")


def _error_in_success(talk: Talk) -> None:
    talk.reply(json.dumps({"type": "invalid_request_error", "message": f"{talk.echo} is odd"}).encode())


def _gateway_fault(talk: Talk) -> None:
    talk.reply(f"<h1>502</h1>{talk.echo}".encode(), status="502 Bad Gateway")


def _bomb(talk: Talk) -> None:
    talk.reply(_packed_nothing(), headers=["Content-Encoding: gzip"])


def _bomb_with_a_tail(talk: Talk) -> None:
    packed = gzip.compress(b"{}")
    talk.send(_HEAD, b"Content-Encoding: gzip\r\nContent-Length: 100000000\r\n\r\n", packed)
    talk.flood(100 * _MEGABYTE)


def _packed_twice(talk: Talk) -> None:
    talk.reply(gzip.compress(gzip.compress(b"{}")), headers=["Content-Encoding: gzip, gzip"])


def _packed_and_cut(talk: Talk) -> None:
    talk.reply(gzip.compress(json.dumps(WELL).encode() * 10)[:-12], headers=["Content-Encoding: gzip"])


def _not_packed(talk: Talk) -> None:
    talk.reply(headers=["Content-Encoding: gzip"])


def _hundred_megabytes(talk: Talk) -> None:
    talk.send(_HEAD, b"Content-Length: 100000000\r\n\r\n")
    talk.flood(100 * _MEGABYTE)


def _hundred_megabytes_in_chunks(talk: Talk) -> None:
    talk.send(_CHUNKED)
    talk.flood(100 * _MEGABYTE, b"10000\r\n" + b" " * 0x10000 + b"\r\n")


def _hundred_megabytes_of_header(talk: Talk) -> None:
    talk.send(_HEAD, b"X-Long: ")
    talk.flood(100 * _MEGABYTE, b"x" * 0x10000)


def _thousand_headers(talk: Talk) -> None:
    talk.reply(headers=[f"X-{number}: {talk.echo}" for number in range(1000)])


def _no_text(talk: Talk) -> None:
    talk.reply(json.dumps(WELL).encode().replace(b"Weekly", b"W\xe9\xff\xc3"))


def _other_encoding(talk: Talk) -> None:
    talk.reply(json.dumps(WELL).encode("utf-16"))


def _deep(talk: Talk) -> None:
    talk.reply(b"[" * 200_000)


def _twice_each_header(talk: Talk) -> None:
    content = json.dumps(WELL).encode()
    lengths = [f"Content-Length: {len(content)}"]
    talk.reply(content, headers=[*lengths, "Content-Type: text/html", "X-Request-Id: a", "X-Request-Id: b"])


def _no_headers(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 200 OK\r\n\r\n", json.dumps(WELL).encode())
    talk.hang_up()


def _header_without_a_colon(talk: Talk) -> None:
    content = json.dumps(WELL).encode()
    talk.send(_HEAD, f"Content-Length: {len(content)}\r\nno colon here {talk.echo}\r\n\r\n".encode(), content)
    talk.hang_up()


def _no_http(talk: Talk) -> None:
    talk.send(f"220 mail.example {talk.echo} ESMTP\r\n".encode())
    talk.rest()
    talk.hang_up()


def _redirect(status: str, location: Callable[[Talk], str]) -> Behaviour:
    return lambda talk: talk.reply(b"", status=status, headers=[f"Location: {location(talk)}"])


def _to_other_host(talk: Talk) -> str:
    return f"http://elsewhere.example:{talk.server.neighbour}/lists?key={talk.echo}"


def _interim(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n")
    talk.reply()


def _only_interim(talk: Talk) -> None:
    talk.flood(10 * _MEGABYTE, b"HTTP/1.1 102 Processing\r\n\r\n" * 1000)


def _switches(talk: Talk) -> None:
    talk.send(f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: {talk.echo}\r\nConnection: Upgrade\r\n\r\n".encode())
    talk.rest()
    talk.hang_up()


def _speaks_past_tls(talk: Talk) -> None:
    talk.send_outside_tls(b"\x17\x03\x03\x00\x20" + b"x" * 32)
    talk.stall()


def _cut_tls(talk: Talk) -> None:
    _half(talk)
    talk.hang_up()


def _bombs(scene: Scene) -> None:
    _packed_nothing()
    _does(_bomb)(scene)


@cache
def _packed_nothing() -> bytes:
    """A hundred megabytes of zeros, packed."""
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    return b"".join(packer.compress(bytes(_MEGABYTE)) for _ in range(100)) + packer.flush()


def _elsewhere(status: str, location: Callable[[Talk], str], name: str) -> Fault:
    sentence = f"The service responded with a redirect ({status}), which is not followed."
    return _replied(name, _redirect(status, location), RefusedError, sentence)


FAULTS = [
    _not_sent("The host's name cannot be found", _loses_the_name, "The service's host name could not be found."),
    _not_sent("Nobody listens: the connection is refused", _refuses, _NOT_REACHED),
    _broken("The connection is reset while the request is read", _greets(_reset_while_reading), _BROKE),
    _broken("The connection is reset before the response", _does(_reset_before_answering), _BROKE),
    _broken("The connection is closed without a response", _does(_hang_up), _BROKE),
    _broken("The connection is reset in the header of the response", _does(_reset_in_head), _BROKE),
    _broken("The connection is closed in the header of the response", _does(_close_in_head), _BROKE),
    _broken("The connection is reset in the body of the response", _does(_reset_in_body), _BROKE_READING),
    _no_matter("The connection is reset after the response", _reset_after),
    _no_matter("The connection is closed after the response", _close_after),
    _no_matter("Keep-alive is promised, and the connection closed between two calls", _close_unsaid),
    Fault(
        "The response is lost once, and the service knows the key that comes again",
        _does(_lost_once),
        Outcome(None, "", TRIES),
        Outcome(OutcomeUnknownError, _BROKE + _UNKNOWN, 1),
    ),
    _broken("No response arrives", _does(_stall), _SILENT, silent=True),
    _broken("The header of the response stops half-way", _does(_stall_in_head), _SILENT, silent=True),
    _broken("The body of the response stops half-way", _does(_stall_in_body), _STOPPED, silent=True),
    _broken("The header drips, byte by byte", _does(_drip_head), _SILENT, tries=1, seconds=0.2),
    _broken("Interim responses (100) drip without end", _does(_drip_interim), _SILENT, tries=1, seconds=0.2),
    _broken("The body drips, byte by byte", _does(_drip_body), _ENDLESS, tries=1, seconds=0.2),
    _broken("The trailers after the body drip without end", _does(_drip_trailers), _ENDLESS, tries=1, seconds=0.2),
    _replied("The JSON is cut off", _truncated_json, OutputError, _NO_JSON),
    _broken("Content-Length is longer than the body", _does(_says_more_than_it_sends), _BROKE_READING),
    _replied("Content-Length is shorter than the body", _says_less_than_it_sends, OutputError, _NO_JSON),
    _no_matter("Content-Length is not a number", _length_of_no_number),
    _broken(
        "Two values of Content-Length that differ",
        _does(_two_lengths),
        "The headers of the response contradict each other, so it was not read.",
    ),
    _broken("A chunk of negative size, and 30 MB", _does(_negative_chunk), _BROKE_READING, large=True),
    _broken("A chunk whose size is not a number", _does(_chunk_of_no_size), _BROKE_READING),
    _broken("The connection is closed inside a chunk", _does(_cut_in_chunk), _BROKE_READING),
    _replied(
        "200 with a web page", _web_page, OutputError, "The service responded with 200 and a web page that is not JSON."
    ),
    _no_matter("200 with an empty body", _empty),
    _replied(
        "200 with an error in the body",
        _error_in_success,
        RefusedError,
        "The service rejected the request, although its status is a success. Courier says: Bearer •••••• is odd.",
    ),
    _broken("502 with a web page", _does(_gateway_fault), "The service failed (502 Bad Gateway)."),
    _broken("A gzip bomb: 100 MB packed into 100 kB", _bombs, _LARGE, tries=1, large=True),
    _broken("A small gzip, and 100 MB after its end", _does(_bomb_with_a_tail), _LARGE, tries=1, large=True),
    _replied("Packed twice", _packed_twice, OutputError, _NO_JSON),
    _broken("Packed, and cut off", _does(_packed_and_cut), _INCOMPLETE),
    _broken("Said to be packed, and is not", _does(_not_packed), _BROKE_READING),
    _broken("A body of 100 MB", _does(_hundred_megabytes), _LARGE, tries=1, large=True),
    _broken("A body of 100 MB in chunks", _does(_hundred_megabytes_in_chunks), _LARGE, tries=1, large=True),
    _broken("A header of 100 MB", _does(_hundred_megabytes_of_header), _BROKE, large=True),
    _broken("A thousand headers", _does(_thousand_headers), _BROKE),
    _no_matter("Bytes in the JSON that are not UTF-8", _no_text),
    _replied("JSON in UTF-16", _other_encoding, OutputError, _NO_JSON),
    _replied("JSON nested 200,000 deep", _deep, OutputError, _NO_JSON),
    _no_matter("A name that comes twice in the JSON: the last one counts", _name_twice),
    _no_matter("Headers that come twice", _twice_each_header),
    _no_matter("No headers at all", _no_headers),
    _no_matter("A header line without a colon", _header_without_a_colon),
    _broken("a response that is not HTTP", _does(_no_http), _BROKE),
    _elsewhere("301 Moved Permanently", lambda _: "/elsewhere", "A redirect on the same host"),
    _elsewhere("302 Found", _to_other_host, "A redirect to another host"),
    _elsewhere("307 Temporary Redirect", _to_other_host, "A redirect to another host that keeps method and body"),
    _elsewhere("308 Permanent Redirect", lambda _: "file:///etc/passwd", "A redirect to a file"),
    _elsewhere("302 Found", lambda talk: talk.heard.line.split()[1], "A redirect in a circle"),
    _no_matter("Interim responses (100, 103) before the response", _interim),
    _broken("Interim responses (102) and nothing else", _does(_only_interim), _BROKE, large=True),
    _replied(
        "101: the service wants to speak something else",
        _switches,
        RefusedError,
        "The service responded with 101 Switching Protocols, which does not complete a request.",
    ),
    _not_sent("TLS: a certificate for another name", _shows("wrong_name"), _CERTIFICATE, tries=1),
    _not_sent("TLS: an expired certificate", _shows("expired"), _CERTIFICATE, tries=1),
    _not_sent("TLS: a certificate of an unknown authority", _shows("unknown"), _CERTIFICATE, tries=1),
    _not_sent("TLS: reset in the handshake", _greets(_reset_while_reading, tls=True), _NOT_REACHED),
    _not_sent("TLS: closed in the handshake", _greets(_hang_up_while_reading, tls=True), _NOT_REACHED),
    _not_sent(
        "TLS: the handshake stops", _greets(_stall, tls=True), "The service could not be reached in time.", silent=True
    ),
    Fault(
        "TLS: the handshake takes long; the call counts from its end",
        _greets(_slow_handshake, tls=True),
        Outcome(None, "", 1),
        Outcome(None, "", 1),
    ),
    _broken("TLS: closed without a response", _in_tls(_hang_up), _BROKE),
    _broken("TLS: reset in the body of the response", _in_tls(_reset_in_body), _BROKE_READING),
    _broken("TLS: cut off in the body, without a farewell", _in_tls(_cut_tls), _BROKE_READING),
    _broken("TLS: what comes back cannot be decrypted", _in_tls(_speaks_past_tls), _BROKE),
]


@dataclass(frozen=True)
class Special:
    """How a run ends in a host whose HTTP library reads or reports otherwise.

    Attributes:
        repeatable: As in `Fault`.
        once: As in `Fault`.
        silent: Whether it is patience that ends it there.
        seconds: The deadline of the run, where it is what ends the run there.
    """

    repeatable: Outcome
    once: Outcome
    silent: bool = False
    seconds: float | None = None


def _lost(sentence: str, *, silent: bool = False, seconds: float | None = None) -> Special:
    once = Outcome(OutcomeUnknownError, sentence + _UNKNOWN, 1)
    return Special(Outcome(UnavailableError, sentence, TRIES if seconds is None else 1), once, silent, seconds)


def _whole(outcome: Outcome) -> Special:
    return Special(outcome, outcome)


_STRICTER = {
    "Content-Length is not a number": _lost(_BROKE),
    "Headers that come twice": _lost("The headers of the response contradict each other, so it was not read."),
    "A header line without a colon": _lost(_BROKE),
    "Interim responses (102) and nothing else": _lost(_SILENT, silent=True),
}
"""Node.js reads HTTP more strictly than Python in places."""

NODE_RED: dict[str, Special] = {**_STRICTER, "Content-Length is shorter than the body": _lost(_BROKE_READING)}
"""The faults that end in another way in Node-RED, by name."""

N8N: dict[str, Special] = {
    **_STRICTER,
    "101: the service wants to speak something else": _lost(_SILENT, seconds=2.0),
    "A small gzip, and 100 MB after its end": _lost(_BROKE_READING),
    "Packed, and cut off": _whole(Outcome(OutputError, _NO_JSON, 1)),
    "TLS: reset in the handshake": _lost(_BROKE),
    "TLS: the handshake stops": _lost(_SILENT, silent=True),
}
"""The same for n8n, whose helper unpacks what is cut off, and does not say whether a connection was made."""
