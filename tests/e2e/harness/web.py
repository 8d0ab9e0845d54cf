# SPDX-License-Identifier: Apache-2.0
"""A web server of a folder's files."""
import contextlib
import functools
import hashlib
import http.server
import pathlib
import threading


class Files(http.server.SimpleHTTPRequestHandler):
    """Files with an etag; notes what was asked."""

    def __init__(self, *args, asked, **how):
        self.asked = asked
        super().__init__(*args, **how)

    def do_GET(self):
        self.asked.append((self.command, self.path))
        super().do_GET()

    def do_HEAD(self):
        self.asked.append((self.command, self.path))
        super().do_HEAD()

    def end_headers(self):
        path = pathlib.Path(self.translate_path(self.path))
        if path.is_file():
            self.send_header("ETag", f'"{hashlib.md5(path.read_bytes()).hexdigest()}"')
        super().end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serve(folder):
    """A web server of FOLDER, which is made; (its address, the folder, what was asked)."""
    folder.mkdir()
    asked = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=str(folder), asked=asked))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", folder, asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
