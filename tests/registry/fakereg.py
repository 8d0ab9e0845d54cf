#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A registry on loopback that misbehaves on demand, and remembers every request.

    with fakereg.Registry() as registry:              # or Registry(authority=..., auth=fakereg.Basic({"u": "p"}))
        registry.push("a/b:latest", image)            # an Image or Index of harness.images
        registry.fault(path="/blobs/", cut=5000, times=1)
        ... imgctl pull registry.ref("a/b:latest") ...
        assert [r.header("Range") for r in registry.seen("GET", "/blobs/")] == [None, "bytes=5000-"]

Speaks the distribution API (pull, push, mount, tags) over HTTP/1.1, one thread a connection, TLS when it is given an
authority (harness.registry.Authority, or anything with `issue` and `certificate`). What it holds and how it answers is
in fakereg_content.py, what may go wrong in fakereg_faults.py, authentication in fakereg_auth.py. Run as a program, it
serves an OCI layout.
"""
import argparse
import contextlib
import gzip
import http.server
import json
import pathlib
import re
import socket
import ssl
import struct
import threading
import time
import urllib.parse

from fakereg_auth import Basic, Bearer  # noqa: F401
from fakereg_content import Answer, Content, Request, digest, error  # noqa: F401
from fakereg_faults import Fault


class Registry(Content):
    """See above. `max_connections`: more than that at a time are closed at once."""

    def __init__(self, authority=None, auth=None, client_authority=None, host="127.0.0.1"):
        super().__init__()
        self.authority, self.client_authority, self.auth = authority, client_authority, auth
        self.requests, self.faults = [], []
        self.connections, self.max_connections = set(), None
        self.in_flight = self.most_in_flight = 0
        self.server = Server((host, 0), Handler, self)
        self.port = self.server.server_address[1]
        self.host = f"{host}:{self.port}"
        self.url = ("https://" if authority else "http://") + self.host
        if isinstance(auth, Bearer) and auth.registry is None:
            auth.registry = self
        self.context = self._tls() if authority else None
        self.thread = None

    def _tls(self):
        certificate, key = self.authority.issue(f"fakereg-{self.port}")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        if self.client_authority:
            context.load_verify_locations(self.client_authority.certificate)
            context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def start(self):
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        return self

    def stop(self):
        if self.thread:
            self.server.shutdown()
            self.thread.join()
        self.server.server_close()
        with self.lock:
            links = list(self.connections)
        for link in links:
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def ref(self, name):
        return f"{self.host}/{name}"

    def trust(self, home, host=None):
        """Put the authority where a user of HOME looks for it. Returns the folder."""
        folder = pathlib.Path(home) / ".config/containers/certs.d" / (host or self.host)
        folder.mkdir(parents=True, exist_ok=True)
        if self.authority:
            (folder / "ca.crt").write_bytes(pathlib.Path(self.authority.certificate).read_bytes())
        return folder

    def fault(self, method=None, **how):
        """Add a Fault; returned, so that its hits can be looked at."""
        fault = Fault(method, **how)
        with self.lock:
            self.faults.append(fault)
        return fault

    def clear(self):
        """Forget faults and requests; keep the content."""
        with self.lock:
            self.faults.clear()
            self.requests.clear()

    def seen(self, method=None, path=""):
        """The requests whose method is METHOD and whose path and query match PATH, in order."""
        with self.lock:
            return [r for r in self.requests if (not method or r.method == method) and re.search(path, r.target)]

    def answer(self, request):
        if request.path == "/token" and isinstance(self.auth, Bearer):
            status, body = self.auth.issue(request)
            return Answer(status, body, {"Content-Type": "application/json"})
        refused = self.auth.check(request) if self.auth else None
        if refused is not None:
            answer = error(401, "UNAUTHORIZED", "authentication required")
            answer.headers["WWW-Authenticate"] = refused
            return answer
        return super().answer(request)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads, request_queue_size = True, 128

    def __init__(self, address, handler, registry):
        self.registry = registry
        super().__init__(address, handler)

    def handle_error(self, request, client_address):
        pass  # clients go away, that is what they are here for


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version, timeout = "HTTP/1.1", 120
    disable_nagle_algorithm = True

    # one connection

    def setup(self):
        registry = self.server.registry
        self.held, self.plain = self.request, self.request
        with registry.lock:
            registry.connections.add(self.held)
            self.is_surplus = registry.max_connections and len(registry.connections) > registry.max_connections
        if registry.context and not self.is_surplus:
            self.request.settimeout(self.timeout)
            self.request = self.held = registry.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self):
        with self.server.registry.lock:
            self.server.registry.connections.discard(self.plain)
        with contextlib.suppress(OSError):
            super().finish()
            self.held.close()

    def handle(self):
        if self.is_surplus:
            return
        with contextlib.suppress(OSError, ssl.SSLError):
            if not self.server.registry.context and self.connection.recv(1, socket.MSG_PEEK) == b"\x16":
                self.connection.recv(65536)  # TLS is tried, and a line reader would wait for the end of it
                return
            super().handle()

    def log_message(self, *_):
        pass

    # one request

    def read_body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def serve(self):
        registry = self.server.registry
        request = Request(self.command, self.path, self.headers, self.read_body(), self.client_address[1],
                          time.monotonic())
        if registry.context:
            request.certificate = self.connection.getpeercert() or None
        with registry.lock:
            registry.requests.append(request)
            fault = next((f for f in registry.faults if f.take(request)), Fault())
            registry.in_flight += 1
            registry.most_in_flight = max(registry.most_in_flight, registry.in_flight)
        try:
            if fault.drop:
                self.hang_up(fault)
            else:
                self.respond(request, fault, self.decide(request, fault))
        finally:
            with registry.lock:
                registry.in_flight -= 1

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = serve

    def decide(self, request, fault):
        registry = self.server.registry
        if fault.answer:
            return fault.answer(registry, request)
        if fault.redirect:
            parts = urllib.parse.urlsplit(request.target)
            target = fault.redirect.format(path=parts.path, query=parts.query, url=registry.url)
            return Answer(fault.status or 307, fault.body, {"Location": target})
        if fault.status:
            return Answer(fault.status, fault.body)
        return registry.answer(request)

    @staticmethod
    def select_range(request, fault, answer):
        """Turn a whole answer into the part that was asked for."""
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", request.header("Range") or "")
        if not match or answer.status != 200 or fault.no_range or "Accept-Ranges" not in answer.headers:
            return
        size, first = len(answer.body), int(match[1])
        last = min(int(match[2] or size - 1), size - 1)
        if first >= size or last < first:
            answer.status, answer.body = 416, b""
            answer.headers["Content-Range"] = f"bytes */{size}"
            return
        answer.status = 206
        answer.headers["Content-Range"] = fault.content_range or f"bytes {first}-{last}/{size}"
        answer.body = answer.body[first + fault.range_shift:last + 1 + fault.range_shift]

    @staticmethod
    def spoil(fault, answer):
        if fault.content is not None:
            answer.body = fault.content
        if fault.flip is not None and len(answer.body) > fault.flip:
            body = bytearray(answer.body)
            body[fault.flip] ^= 1
            answer.body = bytes(body)
        if fault.gzip:
            answer.body = gzip.compress(answer.body, 1)
            answer.headers["Content-Encoding"] = "gzip"
        for name, value in fault.headers.items():
            answer.headers.pop(name, None)
            if value is not None:
                answer.headers[name] = value

    def respond(self, request, fault, answer):
        if not fault.gzip:
            self.select_range(request, fault, answer)
        self.spoil(fault, answer)
        request.status = answer.status
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            for item in value if isinstance(value, list) else [value]:
                self.send_header(name, item)
        if fault.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif fault.until_close or fault.close:
            self.send_header("Connection", "close")
        if not fault.chunked and not fault.until_close and answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body) if fault.length is None else fault.length))
        self.end_headers()
        if request.method != "HEAD":
            self.send_body(request, fault, answer.body)
        if fault.cut is not None or fault.until_close or fault.close or fault.length is not None:
            self.hang_up(fault)

    def send_body(self, request, fault, body):
        end = len(body) if fault.cut is None else min(fault.cut, len(body))
        step = max(1, fault.rate // 20) if fault.rate else 65536
        stall, stall_at = fault.stall, min(fault.stall_after, end)
        while request.sent < end or stall:
            stop = min(request.sent + step, end)
            if stall and request.sent <= stall_at < stop or request.sent == end:
                self.send_part(request, fault, body[request.sent:stall_at])
                time.sleep(stall)
                stall = 0
                continue
            self.send_part(request, fault, body[request.sent:stop])
            if fault.rate:
                time.sleep(step / fault.rate)
        if fault.chunked and fault.cut is None:
            self.wfile.write(b"0\r\n\r\n")

    def send_part(self, request, fault, part):
        if part:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part) if fault.chunked else part)
        request.sent += len(part)

    def hang_up(self, fault):
        self.close_connection = True
        if fault.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()
            self.connection.close()


def main():
    parser = argparse.ArgumentParser(description="Serve an OCI layout on a loopback port, with faults.")
    parser.add_argument("layout", help="folder of an OCI image layout")
    parser.add_argument("repository", help="its name here")
    parser.add_argument("--fault", action="append", default=[], help='JSON: {"path": "/blobs/", "cut": 1000}')
    options = parser.parse_args()
    registry = Registry()
    registry.push_layout(options.layout, options.repository)
    for text in options.fault:
        registry.fault(**json.loads(text))
    print(registry.ref(options.repository), flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        registry.server.serve_forever()


if __name__ == "__main__":
    main()
