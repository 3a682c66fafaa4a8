"""A forked child makes connections of its own: on its parent's it would read the responses to other calls."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_FORKS = """
import json, os, sys
from connector.clock import SystemClock
from connector.http.request import HttpRequest
from connector.http.transport import RequestsTransport, SendOptions

class NoAuth:
    def sign(self, request):
        return request.url, request.headers

def wrong(name):
    "How many of the responses are another call's."
    count = 0
    for number in range(100):
        options = SendOptions(5, 5, clock.monotonic() + 30, 1000)
        response = transport.send(HttpRequest("GET", f"{sys.argv[1]}/{name}/{number}", {}), NoAuth(), options)
        count += response.text != f"/{name}/{number}"
    return count

clock = SystemClock()
transport = RequestsTransport(clock, "test")
counts = [wrong("before")]
children = []
for child in range(4):
    reading, writing = os.pipe()
    if not (pid := os.fork()):
        os.write(writing, str(wrong(f"child-{child}")).encode())
        os._exit(0)
    children.append((pid, reading))
counts.append(wrong("parent"))
for pid, reading in children:
    os.waitpid(pid, 0)
    counts.append(int(os.read(reading, 100) or -1))
print(json.dumps(counts))
"""


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A response is two packets, and the second one would wait for the client's delayed acknowledgement of the first.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.path)))
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_parent_and_children_read_their_own_responses_only() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        command = [sys.executable, "-c", _FORKS, url]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    finally:
        server.shutdown()
        server.server_close()
    assert done.stderr == ""
    assert json.loads(done.stdout) == [0] * 6
