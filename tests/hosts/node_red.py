"""The flow that a real Node-RED runs against the sandbox, and the checks of what came out of it.

`node_red.sh` calls it three times: `connector FOLDER` writes a copy of the Courier connector with a short period of its
call limit, from which the package is exported; `prepare FOLDER ADDRESS` writes what Node-RED starts with; `check FOLDER
ADDRESS` waits for the results and compares them with the connector's own runtime on the same sandbox. 250 messages go
in one go to a server of this program, which enforces the limit. Node-RED's own HTTP node calls `serve`, whose URL is in
the file `server`.
"""

from __future__ import annotations

import json
import shutil
import socket
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from connector import Connection, Connector, InputError
from tests.lag import Lag

Json = dict[str, Any]

_TIMEOUT = 60.0
_ACCOUNT = "account"
_PACKAGE = "@courier-connector/node-red-contrib-courier-actions"
_GROUPS = json.loads((Path(__file__).parents[2] / "definitions/connector.json").read_text())["groups"]
_TYPES = {f"courier-{name.replace('_', '-')}" for name in ("connection", *_GROUPS)}

_EVENT = "5b8f0d1e-6a2c-4f3b-8d7e-000000000001"
_BRAND = {
    "name": "Node-RED Brand",
    "primary": "#101010",
    "barColor": "#202020",
    "facebook_url": "https://example.com/node-red",
}


def text(value: str) -> Json:
    return {"t": "str", "v": value}


def of_message(path: str) -> Json:
    return {"t": "msg", "v": path}


# Name of the case: the node's group, action and fields, what the message brings, and other settings of the node.
CASES: dict[str, tuple[str, str, Json, Json, Json]] = {
    "send": (
        "messages",
        "send_message",
        {
            "user_id": text("ada"),
            "title": of_message("subject"),
            "body": {"t": "jsonata", "v": "'Order ' & order & ' has left'"},
            "data": {"t": "json", "v": '{"order": "1042"}'},
            "idempotency": text("node-red-1"),
        },
        {"subject": "On its way", "order": "1042", "payload": {"user_id": "bob", "anything": True}},
        {},
    ),
    "send again": (
        "messages",
        "send_message",
        {"idempotency": text("node-red-1")},
        {
            "payload": {
                "user_id": "ada",
                "title": "On its way",
                "body": "Order 1042 has left",
                "data": {"order": "1042"},
                "statusCode": 200,
            }
        },
        {"source": "payload"},
    ),
    "all pages": ("lists", "get_all_recipient_lists", {}, {}, {"allPages": True}),
    "some rows": ("lists", "get_all_recipient_lists", {}, {}, {"allPages": True, "maxItems": {"t": "num", "v": "6"}}),
    "alternatives": ("audit_events", "get_audit_event", {"audit-event-id": text(_EVENT)}, {}, {}),
    "create": ("brands", "create_brand", {name: text(value) for name, value in _BRAND.items()}, {}, {}),
    "from a flow": (
        "profiles",
        "create_profile",
        {},
        {"payload": {"recipient_id": "node-red", "body/profile/email": "n@example.com"}},
        {"source": "payload"},
    ),
    "refused": ("profiles", "get_profile", {"recipient_id": text("nobody-of-that-name")}, {}, {}),
    "wrong input": (
        "messages",
        "send_message",
        {"user_id": text("ada")},
        {"payload": {"title": 7, "to_data": "no"}},
        {"source": "payload"},
    ),
    "two recipients": (
        "messages",
        "send_message",
        {
            "user_id": text("ada"),
            "title": text("Hi"),
            "body": text("There"),
            "recipients": {"t": "json", "v": '[{"user_id": "bob"}]'},
        },
        {},
        {},
    ),
}
ITEMS = 250
"""Messages that arrive at once."""
PERIOD = 3.0
"""Seconds in which 100 calls may be made here, so that the limit is seen at work in a few seconds."""
SAME_CLOCK = 0.02
"""Seconds by which the server may count a call late: it counts when a thread gets its turn."""


def write_connector(folder: Path) -> None:
    """A copy of the connector whose call limit has a short period."""
    source = Path(__file__).parents[2]
    for part in ("definitions", "actions", "icons"):
        shutil.copytree(source / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    manifest = folder / "definitions" / "connector.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["throttle"]["renewalPeriod"] = PERIOD
    manifest.write_text(json.dumps(content), encoding="utf-8")


class Limited(ThreadingHTTPServer):
    """A service that takes 100 calls in any period, refuses the rest, and remembers both."""

    request_queue_size = 256
    daemon_threads = True

    def __init__(self, port: int, lag: Lag) -> None:
        super().__init__(("127.0.0.1", port), _Limited)
        self.lag = lag
        self.lock = threading.Lock()
        self.taken: list[float] = []
        self.refused = 0

    def takes(self) -> bool:
        """Whether a call that comes now is within the limit."""
        with self.lock:
            now = time.monotonic()
            late = SAME_CLOCK + 2 * self.lag.worst
            within = sum(at > now - PERIOD + late for at in self.taken) < 100
            if within:
                self.taken.append(now)
            self.refused += not within
            return within


class _Limited(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Limited

    def do_GET(self) -> None:
        taken = self.server.takes()
        content = json.dumps(
            {"id": self.path.rsplit("/", 1)[1], "name": "x"} if taken else {"message": "slow"}
        ).encode()
        self.send_response(200 if taken else 429)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def prepare(folder: Path, address: str) -> None:
    port, limited = _free_port(), _free_port()
    (folder / "port").write_text(str(port))
    (folder / "limited").write_text(str(limited))
    user = folder / "user"
    settings = {
        **{"uiHost": "127.0.0.1", "uiPort": port, "disableEditor": True, "httpNodeRoot": False},
        **{
            "flowFile": "flows.json",
            "credentialSecret": False,
            "telemetry": {"enabled": False, "updateNotification": False},
        },
        "logging": {"console": {"level": "info"}},
    }
    (user / "settings.js").write_text(f"module.exports = {json.dumps(settings, indent=2)};\n")
    server, token = (folder / "server").read_text().strip().split("/?token=")
    whole = [
        *flow(address, folder / "results"),
        *flood(f"http://127.0.0.1:{limited}", folder / "go"),
        *over_http(server),
    ]
    (user / "flows.json").write_text(json.dumps(whole, indent=2))
    secrets = {_ACCOUNT: {"api_key": "Bearer sandbox-key"}, "limited": {"api_key": "limited-key"}}
    secrets |= {f"ask{place}": {"password": token} for place in range(len(OVER_HTTP))}
    (user / "flows_cred.json").write_text(json.dumps(secrets))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def flood(address: str, go: Path) -> list[Json]:
    """Messages that arrive at once, as soon as the server is there."""
    message = "{ name: 'item ' + item, payload: String(item) }"
    split = f"return [Array.from({{ length: {ITEMS} }}, (_, item) => ({message}))];"
    started = {"wires": [["wait"]], "props": [], "once": True, "onceDelay": 0.1, "repeat": 0.2}
    nodes: list[Json] = [
        {"id": "limited", "type": "courier-connection", "name": "Limited", "baseUrl": address, "allowInsecure": False},
        {"id": "begin", "type": "inject", "z": "tab", **started},
        {
            **{"id": "wait", "type": "file in", "z": "tab", "filename": str(go), "filenameType": "str"},
            **{"format": "utf8", "sendError": False, "wires": [["once"]]},
        },
        {
            **{"id": "once", "type": "function", "z": "tab", "outputs": 1, "wires": [["flood"]]},
            "func": f"if (!msg.payload || context.get('done')) return; context.set('done', true); {split}",
        },
        {
            **{"id": "flood", **_node("lists", "get_list", {"list_id": of_message("payload")})},
            **{"connection": "limited", "wires": [["report"]]},
        },
    ]
    return [node if node["id"] == "limited" else {"x": 100, "y": 100, **node} for node in nodes]


OVER_HTTP: dict[str, tuple[str, Json]] = {
    "over http": ("send_message", {"user_id": "ada", "title": "Hi", "body": "There"}),
    "wrong over http": ("send_message", {"usr_id": "ada"}),
}
"""Runs with Node-RED's own HTTP node: an action and its inputs."""


def over_http(server: str) -> list[Json]:
    """Nodes that run actions over HTTP; the token is one of their credentials."""
    nodes: list[Json] = []
    for place, (name, (action, inputs)) in enumerate(OVER_HTTP.items()):
        props = [{"p": "name", "v": name, "vt": "str"}, {"p": "payload", "v": json.dumps(inputs), "vt": "json"}]
        started = {"props": props, "once": True, "onceDelay": 0.1, "repeat": ""}
        asking = {"method": "POST", "ret": "obj", "authType": "bearer", "url": f"{server}/actions/{action}/run"}
        nodes += [
            {"id": f"ask-start{place}", "type": "inject", "z": "tab", **started, "wires": [[f"ask{place}"]]},
            {"id": f"ask{place}", "type": "http request", "z": "tab", **asking, "wires": [[f"status{place}"]]},
            {
                **{"id": f"status{place}", "type": "function", "z": "tab", "outputs": 1, "wires": [["report"]]},
                "func": "msg.call = { status: msg.statusCode }; return msg;",
            },
        ]
    return [{"x": 100, "y": 100, **node} for node in nodes]


def flow(address: str, results: Path) -> list[Json]:
    report = "return { payload: { name: msg.name, payload: msg.payload, call: msg.call, error: msg.error } };"
    nodes: list[Json] = [
        {"id": "tab", "type": "tab", "label": "Proof"},
        {"id": _ACCOUNT, "type": "courier-connection", "name": "Sandbox", "baseUrl": address, "allowInsecure": False},
        {"id": "report", "type": "function", "z": "tab", "func": report, "outputs": 1, "wires": [["write"]]},
        {
            **{"id": "write", "type": "file", "z": "tab", "filename": str(results), "filenameType": "str"},
            **{"appendNewline": True, "createDir": False, "overwriteFile": "false", "wires": []},
        },
        {"id": "catch", "type": "catch", "z": "tab", "scope": None, "uncaught": False, "wires": [["report"]]},
    ]
    for place, (name, (group, action, inputs, message, more)) in enumerate(CASES.items()):
        props = [{"p": "name", "v": name, "vt": "str"}]
        props += [{"p": key, "v": json.dumps(value), "vt": "json"} for key, value in message.items()]
        after = ["read"] if name == "create" else ["report"]
        nodes += [
            # The second sending comes after the first.
            {
                **{"id": f"start{place}", "type": "inject", "z": "tab", "props": props, "once": True},
                **{"onceDelay": 1 if name == "send again" else 0.1, "repeat": "", "wires": [[f"run{place}"]]},
            },
            {"id": f"run{place}", **_node(group, action, inputs), **more, "wires": [after]},
        ]
    nodes.append(
        {
            "id": "read",
            **_node("brands", "get_brand", {"brand_id": of_message("payload.id")}),
            "wires": [["report"]],
        }
    )
    # What has no place on the canvas is taken for a config node.
    return [node if node["id"] in {"tab", _ACCOUNT} else {"x": 100, "y": 100, **node} for node in nodes]


def _node(group: str, action: str, inputs: Json) -> Json:
    kind = f"courier-{group.replace('_', '-')}"
    return {"type": kind, "z": "tab", "connection": _ACCOUNT, "action": action, "fields": inputs, "source": ""}


def check(folder: Path, address: str) -> None:
    started = time.monotonic()
    with Lag() as lag, Limited(int((folder / "limited").read_text()), lag) as limited:
        threading.Thread(target=limited.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        (folder / "go").write_text("go")
        results = _results(folder / "results")
        limited.shutdown()
    _compare_items(results, limited)
    base = f"http://127.0.0.1:{(folder / 'port').read_text()}"
    loaded = {kind for module in _asked(f"{base}/nodes") if module["module"] == _PACKAGE for kind in module["types"]}
    broken = [module["err"] for module in _asked(f"{base}/nodes") if module.get("err")]
    expect("every node type loads", (loaded, broken), (_TYPES, []))
    with Connector.load(folder / "connector") as connector:
        _compare(results, connector, Connection(api_key="sandbox-key", base_url=address), base)
    print(f"{len(CASES)} flows, results after {time.monotonic() - started:.1f} s; Node-RED agrees with the runtime.")  # noqa: T201


def _compare(results: dict[str, Json], connector: Connector, account: Connection, base: str) -> None:
    def here(action: str, inputs: Json | None = None, **options: Any) -> Json:
        return connector.run(action, inputs or {}, account, **options).fields

    sent, again = results["send"], results["send again"]
    expect("a message is sent", (sent["call"]["status"], sent["call"]["idempotency_key"]), (202, "node-red-1"))
    expect("the same key sends once, whatever else the payload has", again["payload"], sent["payload"])
    message = here("get_message", {"message_id": sent["payload"]["requestId"]})
    expect("the service has it", message["recipient"], "ada")

    lists = results["all pages"]
    expect("all pages are collected", lists["payload"], here("get_all_recipient_lists", all_pages=True))
    expect("they were several", lists["call"]["pages"] > 1, True)
    some = results["some rows"]
    expect("a bound is kept", some["payload"], here("get_all_recipient_lists", max_items=6))
    expect("and told", len(some["call"]["warnings"]), 1)
    event = results["alternatives"]["payload"]
    expect("a value that has two forms is read", event, here("get_audit_event", {"audit-event-id": _EVENT}))

    brand = results["create"]["payload"]
    expect("what was created is read back as here", brand, here("get_brand", {"brand_id": brand["id"]}))
    expect("with its nested fields", brand["settings.colors.primary"], _BRAND["primary"])
    profile = here("get_profile", {"recipient_id": "node-red"})
    expect("inputs come from the message", profile["profile.email"], "n@example.com")

    refused, wrong, both = (results[name]["error"] for name in ("refused", "wrong input", "two recipients"))
    cause = refused["cause"]
    expect("a refusal goes to the catch node", (cause["status"], refused["code"]), (404, cause["code"]))
    expect("its message is plain", refused["message"], cause["message"])
    fields = {problem["field"] for problem in wrong["cause"]["problems"]}
    expect("every problem of the inputs is told", (wrong["code"], fields), ("input", {"title", "body", "to_data"}))
    inputs = {"user_id": "ada", "title": "Hi", "body": "There", "recipients": [{"user_id": "bob"}]}
    try:
        here("send_message", inputs)
    except InputError as error:
        expect("a user and recipients are refused with the sentence of the command line", both["message"], str(error))

    ran, wrong = (results[name] for name in OVER_HTTP)
    expect("an action runs over HTTP", (ran["call"]["status"], list(ran["payload"])), (200, ["requestId"]))
    expect("wrong inputs are explained", (wrong["call"]["status"], wrong["payload"]["code"]), (422, "input"))

    choices = _asked(f"{base}/courier-connection/{_ACCOUNT}/choices/send_message/list_id")
    expected = [
        {"value": choice.value, "label": choice.label}
        for choice in connector.choices("send_message", "list_id", account)
    ]
    expect("the editor is offered the choices", choices, expected)


def _compare_items(results: dict[str, Json], limited: Limited) -> None:
    items = [results[f"item {item}"] for item in range(ITEMS)]
    errors = [item["error"] for item in items if item.get("error")]
    expect(f"{ITEMS} messages at once all succeed", (len(errors), errors[:1]), (0, []))
    expect("each with its own result", [item["payload"]["id"] for item in items], [str(item) for item in range(ITEMS)])
    expect("without a call beyond the limit", (limited.refused, len(limited.taken)), (0, ITEMS))
    seconds = limited.taken[-1] - limited.taken[0]
    expect(f"in two periods ({seconds:.1f} s)", 2 * PERIOD <= seconds < 3 * PERIOD, True)


def expect(promise: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise SystemExit(f"NOT SO: {promise}\n  found  {found!r}\n  wanted {wanted!r}")
    print(f"  {promise}")  # noqa: T201


def _results(file: Path) -> dict[str, Json]:
    """The results of all cases, by name; they come in any order."""
    deadline = time.monotonic() + _TIMEOUT
    while True:
        lines = file.read_text().splitlines() if file.exists() else []
        results = {result["name"]: result for result in map(json.loads, lines)}
        wanted = {*CASES, *OVER_HTTP, *(f"item {item}" for item in range(ITEMS))}
        if set(results) >= wanted:
            return results
        if time.monotonic() > deadline:
            raise SystemExit(f"No result of: {', '.join(sorted(wanted - set(results)))}")
        time.sleep(0.1)


def _asked(url: str) -> Any:
    asking = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310 - always this machine
    with urllib.request.urlopen(asking, timeout=10) as response:  # noqa: S310
        return json.load(response)


if __name__ == "__main__":
    if sys.argv[1] == "connector":
        write_connector(Path(sys.argv[2]))
    else:
        {"prepare": prepare, "check": check}[sys.argv[1]](Path(sys.argv[2]), sys.argv[3])
