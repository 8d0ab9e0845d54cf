# SPDX-License-Identifier: Apache-2.0
"""A real docker-registry on a free loopback port, and its certificates."""
import base64
import http.client
import json
import pathlib
import socket
import ssl
import subprocess
import time
import urllib.parse

from . import images

ACCEPT = ", ".join([images.OCI["manifest"], images.OCI["index"], images.DOCKER["manifest"], images.DOCKER["index"]])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Authority:
    """A certificate authority of its own, made by openssl."""

    def __init__(self, folder, name="imgctl test CA"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.certificate, self.key = self.folder / "ca.crt", self.folder / "ca.key"
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                      "-days", "30", "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.certificate,
                      "-addext", "basicConstraints=critical,CA:TRUE")

    def _openssl(self, *args):
        subprocess.run(["openssl", *map(str, args)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                       stdin=subprocess.DEVNULL)

    def issue(self, name, usage="serverAuth", names="IP:127.0.0.1,DNS:localhost,IP:::1", days=30):
        """A key and a certificate signed by this authority, as paths (certificate, key). DAYS below 0: it has expired."""
        certificate, key = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        extensions.write_text(f"extendedKeyUsage={usage}\nsubjectAltName={names}\n")
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                      "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                      "-CAcreateserial", "-days", days, "-extfile", extensions, "-out", certificate)
        return certificate, key


class Registry:
    """docker-registry as a child process; speaks to it by plain http.client."""

    def __init__(self, folder, authority=None, users=None, client_authority=None):
        """AUTHORITY: serve TLS. USERS: {name: password}. CLIENT_AUTHORITY: demand a client's certificate."""
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.authority, self.users = authority, users or {}
        self.client_authority = client_authority
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.child = None

    def ref(self, name):
        return f"{self.host}/{name}"

    def _configuration(self):
        lines = ["version: 0.1", "log: {level: error, accesslog: {disabled: true}}", "storage:", "  delete: {enabled: true}",
                 f"  filesystem: {{rootdirectory: {json.dumps(str(self.folder / 'data'))}}}",
                 "http:", f"  addr: {self.host}"]
        if self.authority:
            certificate, key = self.authority.issue(f"registry-{self.port}")
            lines += ["  tls:", f"    certificate: {json.dumps(str(certificate))}", f"    key: {json.dumps(str(key))}"]
            if self.client_authority:
                lines += ["    clientcas:", f"      - {json.dumps(str(self.client_authority.certificate))}"]
        if self.users:
            path = self.folder / "htpasswd"
            for name, password in self.users.items():
                create = [] if path.exists() else ["-c"]
                subprocess.run(["htpasswd", "-B", "-b", *create, str(path), name, password], check=True,
                               stderr=subprocess.DEVNULL)
            lines += ["auth:", f"  htpasswd: {{realm: test, path: {json.dumps(str(path))}}}"]
        return "\n".join(lines) + "\n"

    def start(self):
        path = self.folder / "config.yml"
        path.write_text(self._configuration())
        log = open(self.folder / "log", "ab")
        self.child = subprocess.Popen(["docker-registry", "serve", str(path)], stdin=subprocess.DEVNULL, stdout=log,
                                      stderr=log, start_new_session=True, env={"PATH": "/usr/bin:/bin"})
        log.close()
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if self.child.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.02)
        self.stop()
        raise RuntimeError("docker-registry did not start: " + (self.folder / "log").read_text()[-2000:])

    def stop(self):
        if self.child and self.child.poll() is None:
            self.child.terminate()
            self.child.wait()
        self.child = None

    def trust(self, home, host=None):
        """Put the authority where a user of HOME looks for it. Returns the folder."""
        folder = pathlib.Path(home) / ".config/containers/certs.d" / (host or self.host)
        folder.mkdir(parents=True, exist_ok=True)
        if self.authority:
            (folder / "ca.crt").write_bytes(self.authority.certificate.read_bytes())
        return folder

    def request(self, method, path, body=None, headers=None):
        """(status, headers, body) of one request below /v2/."""
        headers = dict(headers or {})
        for name, password in list(self.users.items())[:1]:
            headers["Authorization"] = "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
        if self.authority:
            context = ssl.create_default_context(cafile=str(self.authority.certificate))
            link = http.client.HTTPSConnection(self.host, context=context, timeout=60)
        else:
            link = http.client.HTTPConnection(self.host, timeout=60)
        try:
            link.request(method, path if path.startswith("/") else "/v2/" + path, body=body, headers=headers)
            answer = link.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            link.close()

    def put_blob(self, repository, data):
        name = images.digest(data)
        if self.request("HEAD", f"{repository}/blobs/{name}")[0] == 200:
            return name
        status, headers, body = self.request("POST", f"{repository}/blobs/uploads/")
        assert status == 202, body
        url = urllib.parse.urlsplit(headers["location"])
        query = (url.query + "&" if url.query else "") + "digest=" + urllib.parse.quote(name)
        status, _, body = self.request("PUT", f"{url.path}?{query}", data, {"Content-Type": "application/octet-stream"})
        assert status == 201, body
        return name

    def put_manifest(self, repository, tag, data, media_type):
        status, _, body = self.request("PUT", f"{repository}/manifests/{tag}", data, {"Content-Type": media_type})
        assert status == 201, body

    def push(self, name, image):
        """Push an Image or Index as NAME (repository[:tag]); returns the whole reference."""
        repository, _, tag = name.partition(":")
        for member, _ in getattr(image, "members", [(image, {})]):
            for data in member.blobs.values():
                self.put_blob(repository, data)
            if member is not image:
                self.put_manifest(repository, member.digest, member.manifest, member.media_type)
        self.put_manifest(repository, tag or "latest", image.manifest, image.media_type)
        return self.ref(name)

    def manifest(self, name):
        """(bytes, media type, digest) of a manifest; NAME is repository:tag or repository@digest."""
        repository, tag = name.rsplit("@", 1) if "@" in name else name.rsplit(":", 1)
        status, headers, body = self.request("GET", f"{repository}/manifests/{tag}", headers={"Accept": ACCEPT})
        assert status == 200, (status, body)
        return body, headers["content-type"], images.digest(body)

    def blob(self, repository, name):
        status, _, body = self.request("GET", f"{repository}/blobs/{name}")
        assert status == 200, (status, body)
        return body
