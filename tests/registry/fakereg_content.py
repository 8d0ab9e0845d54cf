# SPDX-License-Identifier: Apache-2.0
"""The distribution API over content in memory: what a request is answered when nothing goes wrong."""
import dataclasses
import hashlib
import json
import pathlib
import re
import threading
import urllib.parse
import uuid


def digest(data, algorithm="sha256"):
    return f"{algorithm}:" + hashlib.new(algorithm, data).hexdigest()


@dataclasses.dataclass
class Request:
    method: str
    target: str          # path and query, as sent
    headers: object      # an email.message.Message: names in any case, get_all
    body: bytes
    port: int            # the client's: tells connections apart
    time: float          # monotonic
    status: int = 0      # what was answered; 0: nothing
    sent: int = 0        # bytes of the answer's body that went out
    certificate: object = None  # what the client showed, if anything

    @property
    def path(self):
        return urllib.parse.urlsplit(self.target).path

    @property
    def query(self):
        return urllib.parse.parse_qs(urllib.parse.urlsplit(self.target).query, keep_blank_values=True)

    def header(self, name):
        return self.headers.get(name)

    def __str__(self):
        return f"{self.method} {self.target} -> {self.status}"


@dataclasses.dataclass
class Answer:
    status: int
    body: bytes = b""
    headers: dict = dataclasses.field(default_factory=dict)  # a list as value: several headers


def error(status, code, message=None):
    document = {"errors": [{"code": code, "message": message or code.lower().replace("_", " ")}]}
    return Answer(status, json.dumps(document).encode(), {"Content-Type": "application/json"})


class Content:
    """Repositories. These may be changed at any time, and say how uploads and tag lists behave:

    mount            what a POST with ?mount= is answered: 201 (if the blob is there), 202, 401, 405, 400
    single_post      POST with ?digest= and a body is served (201)
    location         "relative", "absolute", "other" (`other` is its URL), or a function of the path
    put_body         status of a PUT with bytes to an upload; None: served
    patch            status of a PATCH; None: served; "drop": says 201 and loses the bytes (ECR)
    lose_uploads     so many uploads are forgotten before their PUT or PATCH (404)
    empty_blobs      whether blobs of no bytes are taken
    page_size        tags on a page; `page_links` are "relative", "absolute", "loop", "other" or None
    tags             a list in place of the right one, or "null"
    strict_manifest  a manifest's blobs must be there, else 404 MANIFEST_BLOB_UNKNOWN
    refuse_types     media types of manifests that are refused (415)
    digest_header    whether Docker-Content-Digest is sent
    """

    def __init__(self):
        self.lock = threading.RLock()
        self.url = None
        self.blobs, self.manifests, self.uploads = {}, {}, {}
        self.mount, self.single_post, self.location, self.other = 201, False, "relative", None
        self.put_body, self.patch, self.lose_uploads, self.empty_blobs = None, None, 0, True
        self.page_size, self.page_links, self.tags = None, "relative", None
        self.strict_manifest, self.refuse_types, self.digest_header = True, (), True

    # what tests put in

    def put_blob(self, repository, data, name=None):
        name = name or digest(data)
        with self.lock:
            self.blobs.setdefault(repository, {})[name] = data
        return name

    def put_manifest(self, repository, tag, data, media_type):
        name = digest(data)
        with self.lock:
            entries = self.manifests.setdefault(repository, {})
            entries[name] = (data, media_type)
            if tag:
                entries[tag] = (data, media_type)
        return name

    def push(self, name, image):
        """Hold an Image or Index of harness.images as NAME (repository[:tag]); returns the whole reference."""
        repository, _, tag = name.partition(":")
        for member, _ in getattr(image, "members", [(image, {})]):
            for data in member.blobs.values():
                self.put_blob(repository, data)
            if member is not image:
                self.put_manifest(repository, member.digest, member.manifest, member.media_type)
        self.put_manifest(repository, tag or "latest", image.manifest, image.media_type)
        return self.ref(name)

    def push_layout(self, folder, repository):
        """Hold the images of an OCI layout under REPOSITORY."""
        folder = pathlib.Path(folder)
        index = json.loads((folder / "index.json").read_text())
        for path in (folder / "blobs").glob("*/*"):
            self.put_blob(repository, path.read_bytes(), f"{path.parent.name}:{path.name}")
        queue = [(d, d.get("annotations", {}).get("org.opencontainers.image.ref.name")) for d in index["manifests"]]
        while queue:
            descriptor, tag = queue.pop()
            data = self.blobs[repository][descriptor["digest"]]
            self.put_manifest(repository, tag, data, descriptor["mediaType"])
            queue += [(d, None) for d in json.loads(data).get("manifests", [])]

    # what clients ask

    def answer(self, request):
        if request.path == "/v2/":
            return Answer(200, b"{}", {"Content-Type": "application/json",
                                       "Docker-Distribution-Api-Version": "registry/2.0"})
        for pattern, handler in ROUTES:
            match = re.fullmatch(pattern, request.path)
            if match:
                return handler(self, request, *match.groups())
        return error(404, "PAGE_UNKNOWN")

    def _named(self, answer, name):
        if self.digest_header:
            answer.headers["Docker-Content-Digest"] = name
        return answer

    def _manifest(self, request, repository, name):
        if request.method == "PUT":
            return self._put_manifest(request, repository, name)
        with self.lock:
            known = self.manifests.get(repository)
            found = known.get(name) if known else None
        if not known:
            return error(404, "NAME_UNKNOWN", "repository name not known to registry")
        if not found:
            return error(404, "MANIFEST_UNKNOWN")
        return self._named(Answer(200, found[0], {"Content-Type": found[1]}), digest(found[0]))

    def _put_manifest(self, request, repository, name):
        media_type = request.header("Content-Type")
        if media_type in self.refuse_types:
            return error(415, "MANIFEST_INVALID", "this media type is not taken here")
        try:
            document = json.loads(request.body)
        except ValueError:
            return error(400, "MANIFEST_INVALID")
        with self.lock:
            here = {**self.blobs.get(repository, {}), **self.manifests.get(repository, {})}
        parts = [document.get("config"), *document.get("layers", []), *document.get("manifests", [])]
        missing = [part["digest"] for part in parts if part and part["digest"] not in here]
        if missing and self.strict_manifest:
            return error(404, "MANIFEST_BLOB_UNKNOWN", f"blob unknown to registry: {missing[0]}")
        if name.startswith("sha256:") and name != digest(request.body):
            return error(400, "DIGEST_INVALID")
        made = self.put_manifest(repository, name, request.body, media_type)
        return self._named(Answer(201, b"", {"Location": f"/v2/{repository}/manifests/{made}"}), made)

    def _blob(self, request, repository, name):
        with self.lock:
            data = self.blobs.get(repository, {}).get(name)
        if data is None:
            return error(404, "BLOB_UNKNOWN", "blob unknown to registry")
        return self._named(Answer(200, data, {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes"}),
                           name)

    def _tags(self, request, repository):
        with self.lock:
            known = self.manifests.get(repository)
        if known is None:
            return error(404, "NAME_UNKNOWN")
        names = self.tags if isinstance(self.tags, list) else sorted(t for t in known if ":" not in t)
        headers = {"Content-Type": "application/json"}
        if self.tags == "null":
            names = None
        elif self.page_size:
            last = request.query.get("last", [None])[0]
            start = names.index(last) + 1 if last in names else 0
            rest = names[start + self.page_size:]
            names = names[start:start + self.page_size]
            if rest and self.page_links:
                headers["Link"] = f'<{self._next_page(repository, names[-1])}>; rel="next"'
        return Answer(200, json.dumps({"name": repository, "tags": names}).encode(), headers)

    def _next_page(self, repository, last):
        path = f"/v2/{repository}/tags/list"
        relative = f"{path}?last={last}&n={self.page_size}"
        return {"relative": relative, "absolute": f"{self.url}{relative}", "loop": f"{path}?last=",
                "other": f"{self.other}{relative}"}[self.page_links]

    def _location(self, repository, upload):
        path = f"/v2/{repository}/blobs/uploads/{upload}?_state=a%2Fb%3D{upload[:8]}"
        if callable(self.location):
            return self.location(path)
        return {"relative": path, "absolute": f"{self.url}{path}", "other": f"{self.other}{path}"}[self.location]

    def _start_upload(self, request, repository):
        query = request.query
        if "mount" in query:
            name, source = query["mount"][0], query.get("from", [None])[0]
            with self.lock:
                data = self.blobs.get(source, {}).get(name)
            if self.mount in (400, 401, 405):
                return error(self.mount, "UNSUPPORTED")
            if self.mount == 201 and data is not None:
                self.put_blob(repository, data, name)
                return self._named(Answer(201, b"", {"Location": f"/v2/{repository}/blobs/{name}"}), name)
        elif self.single_post and "digest" in query and request.body:
            self.put_blob(repository, request.body)
            return Answer(201, b"", {"Location": f"/v2/{repository}/blobs/{digest(request.body)}"})
        upload = uuid.uuid4().hex
        with self.lock:
            self.uploads[upload] = b""
        return Answer(202, b"", {"Location": self._location(repository, upload), "Range": "0-0",
                                 "Docker-Upload-UUID": upload})

    def _upload(self, request, repository, upload):
        with self.lock:
            if self.lose_uploads and request.method in ("PUT", "PATCH"):
                self.lose_uploads -= 1
                self.uploads.pop(upload, None)
            held = self.uploads.get(upload)
        if held is None:
            return error(404, "BLOB_UPLOAD_UNKNOWN")
        if "_state" not in request.query and not callable(self.location):
            return error(400, "BLOB_UPLOAD_INVALID", "the query of Location was lost")
        if request.method == "PUT":
            return self._finish_upload(request, repository, upload, held + request.body)
        if request.method == "PATCH" and isinstance(self.patch, int):
            return error(self.patch, "UNSUPPORTED")
        if request.method == "DELETE":
            self.uploads.pop(upload)
            return Answer(204)
        if request.method == "PATCH" and self.patch != "drop":
            held += request.body
            self.uploads[upload] = held
        headers = {"Location": self._location(repository, upload), "Range": f"0-{max(len(held) - 1, 0)}"}
        status = {"GET": 204, "PATCH": 201 if self.patch == "drop" else 202}[request.method]
        return Answer(status, b"", headers)

    def _finish_upload(self, request, repository, upload, data):
        if self.put_body and request.body:
            return error(self.put_body, "UNSUPPORTED")
        name = request.query.get("digest", [""])[0]
        if not data and not self.empty_blobs:
            return error(400, "SIZE_INVALID", "empty blobs are not taken")
        if not name or digest(data, name.partition(":")[0]) != name:
            return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        self.uploads.pop(upload)
        self.put_blob(repository, data, name)
        return self._named(Answer(201, b"", {"Location": f"/v2/{repository}/blobs/{name}"}), name)


ROUTES = [
    (r"/v2/(.+)/manifests/([^/]+)", Content._manifest),
    (r"/v2/(.+)/blobs/uploads/", Content._start_upload),
    (r"/v2/(.+)/blobs/uploads/([0-9a-f]+)", Content._upload),
    (r"/v2/(.+)/blobs/([^/]+)", Content._blob),
    (r"/v2/(.+)/tags/list", Content._tags),
]
