# SPDX-License-Identifier: Apache-2.0
"""The misbehaving registry must misbehave as it says, else the tests that lean on it prove nothing."""
import base64
import gzip
import http.client
import json
import socket
import ssl
import time

import pytest

import fakereg
from harness import images

DATA = bytes(range(256)) * 400
NAME = fakereg.digest(DATA)
BLOB = f"/v2/a/b/blobs/{NAME}"
TYPE = images.OCI["manifest"]


@pytest.fixture
def fake():
    with fakereg.Registry() as registry:
        registry.put_blob("a/b", DATA)
        registry.put_manifest("a/b", "t", b'{"layers":[]}', TYPE)
        yield registry


def ask(registry, method, path, body=None, context=None, **headers):
    """(status, headers, body); names of HEADERS with _ for -."""
    link = (http.client.HTTPSConnection(registry.host, timeout=20, context=context) if context
            else http.client.HTTPConnection(registry.host, timeout=20))
    try:
        link.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = link.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        link.close()


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_serves_what_it_holds(fake):
    status, headers, body = ask(fake, "GET", BLOB)
    assert (status, body, headers["Docker-Content-Digest"]) == (200, DATA, NAME)
    status, headers, body = ask(fake, "HEAD", "/v2/a/b/manifests/t")
    assert (status, headers["Content-Type"], body) == (200, TYPE, b"")
    assert ask(fake, "GET", "/v2/a/b/manifests/x")[0] == 404
    assert json.loads(ask(fake, "GET", "/v2/no/no/manifests/x")[2])["errors"][0]["code"] == "NAME_UNKNOWN"
    assert ask(fake, "GET", "/v2/")[0] == 200
    assert [str(r) for r in fake.seen("HEAD")] == ["HEAD /v2/a/b/manifests/t -> 200"]


@pytest.mark.parametrize("asked, status, first, last", [
    ("bytes=10-19", 206, 10, 20), ("bytes=102000-", 206, 102000, 102400), ("bytes=102399-999999", 206, 102399, 102400),
    ("bytes=102400-", 416, 0, 0), ("bytes=x", 200, 0, 102400)])
def test_ranges(fake, asked, status, first, last):
    got, headers, body = ask(fake, "GET", BLOB, Range=asked)
    assert (got, body) == (status, DATA[first:last])
    if got == 206:
        assert headers["Content-Range"] == f"bytes {first}-{last - 1}/102400"


def test_faults_are_used_up_in_order(fake):
    late = fake.fault("GET", path="/blobs/", status=500, after=1, times=1)
    fake.fault("GET", path="/blobs/", header="x-it: yes", status=429, headers={"Retry-After": "7"}, times=2)
    assert [ask(fake, "GET", BLOB, X_It="yes")[0] for _ in range(4)] == [429, 500, 429, 200]
    assert late.hits == 1
    fake.clear()
    assert not fake.requests and ask(fake, "GET", BLOB)[0] == 200


@pytest.mark.parametrize("fault, error", [
    (dict(cut=1000), http.client.IncompleteRead), (dict(drop=True), http.client.RemoteDisconnected),
    (dict(cut=0, reset=True), ConnectionResetError), (dict(drop=True, reset=True), ConnectionResetError),
    (dict(length=200000), http.client.IncompleteRead), (dict(chunked=True, cut=99), http.client.IncompleteRead)])
def test_connections_that_break(fake, fault, error):
    fake.fault(path="/blobs/", **fault)
    with pytest.raises(error):
        ask(fake, "GET", BLOB)


def test_bodies_that_lie(fake):
    cases = [(dict(flip=5), lambda b: b[:5] + bytes([b[5] ^ 1]) + b[6:]), (dict(content=b"x"), lambda b: b"x"),
             (dict(length=10), lambda b: b[:10]), (dict(chunked=True), lambda b: b), (dict(until_close=True), lambda b: b)]
    for fault, expected in cases:
        fake.fault(path="/blobs/", times=1, **fault)
        assert ask(fake, "GET", BLOB)[2] == expected(DATA), fault
    fake.fault(path="/blobs/", times=1, gzip=True)
    status, headers, body = ask(fake, "GET", BLOB)
    assert headers["Content-Encoding"] == "gzip" and gzip.decompress(body) == DATA
    fake.fault(path="/blobs/", times=1, headers={"Docker-Content-Digest": None, "X": "y"})
    headers = ask(fake, "GET", BLOB)[1]
    assert "Docker-Content-Digest" not in headers and headers["X"] == "y"


def test_ranges_that_lie(fake):
    fake.fault(path="/blobs/", times=1, no_range=True)
    assert ask(fake, "GET", BLOB, Range="bytes=5-")[0] == 200
    fake.fault(path="/blobs/", times=1, range_shift=1)
    status, headers, body = ask(fake, "GET", BLOB, Range="bytes=5-9")
    assert headers["Content-Range"] == "bytes 5-9/102400" and body == DATA[6:11]
    fake.fault(path="/blobs/", times=1, content_range="5-9/7")
    assert ask(fake, "GET", BLOB, Range="bytes=5-9")[1]["Content-Range"] == "5-9/7"


def test_slowness(fake):
    for fault, least in [(dict(stall=0.3, stall_after=500), 0.3), (dict(rate=400000), 0.2)]:
        fake.fault(path="/blobs/", times=1, **fault)
        start = time.monotonic()
        assert ask(fake, "GET", BLOB)[2] == DATA
        assert time.monotonic() - start >= least


def test_redirects(fake):
    with fakereg.Registry() as other:
        other.put_blob("a/b", DATA)
        fake.fault("GET", path="/blobs/", redirect=other.url + "{path}?signed=1")
        status, headers, _ = ask(fake, "GET", BLOB)
        assert (status, headers["Location"]) == (307, f"{other.url}{BLOB}?signed=1")
        fake.fault("GET", path="/manifests/", redirect="{url}{path}", status=302)
        status, headers, _ = ask(fake, "GET", "/v2/a/b/manifests/t")
        assert (status, headers["Location"]) == (302, fake.url + "/v2/a/b/manifests/t")


def start_upload(fake, query=""):
    status, headers, _ = ask(fake, "POST", "/v2/a/b/blobs/uploads/" + query)
    return status, headers["Location"]


def test_uploads(fake):
    data, name = b"new bytes", fakereg.digest(b"new bytes")
    status, where = start_upload(fake)
    assert status == 202 and "_state=" in where
    assert ask(fake, "PUT", f"{where}&digest={NAME}", data)[0] == 400
    assert ask(fake, "PUT", where.split("?")[0] + f"?digest={name}", data)[0] == 400, "the query counts"
    assert ask(fake, "PUT", f"{where}&digest={name}", data)[0] == 201
    assert fake.blobs["a/b"][name] == data
    where = start_upload(fake)[1]
    assert ask(fake, "PATCH", where, iter([b"in ", b"chunks"]))[0] == 202
    assert ask(fake, "GET", where)[1]["Range"] == "0-8"
    assert ask(fake, "PUT", f"{where}&digest={fakereg.digest(b'in chunks')}")[0] == 201


def test_upload_quirks(fake):
    fake.put_blob("c/d", b"x")
    name = fakereg.digest(b"x")
    assert ask(fake, "POST", f"/v2/a/b/blobs/uploads/?mount={name}&from=c/d")[0] == 201
    assert fake.blobs["a/b"][name] == b"x"
    assert start_upload(fake, f"?mount={NAME}&from=no/no")[0] == 202
    fake.mount = 405
    assert ask(fake, "POST", f"/v2/a/b/blobs/uploads/?mount={name}&from=c/d")[0] == 405
    fake.patch, fake.put_body, fake.lose_uploads, fake.empty_blobs = 405, 404, 0, False
    where = start_upload(fake)[1]
    assert ask(fake, "PATCH", where, b"x")[0] == 405 and ask(fake, "PUT", where + "&digest=x", b"x")[0] == 404
    assert ask(fake, "PUT", f"{where}&digest={fakereg.digest(b'')}")[0] == 400
    fake.patch, fake.put_body = "drop", None
    assert ask(fake, "PATCH", where, b"x")[0] == 201 and fake.uploads[where.split("?")[0].rsplit("/", 1)[1]] == b""
    fake.lose_uploads = 1
    assert ask(fake, "PUT", f"{where}&digest={name}", b"x")[0] == 404
    fake.location = "absolute"
    assert start_upload(fake)[1].startswith(fake.url)


def test_manifests_need_their_blobs(fake):
    body = json.dumps({"config": {"digest": fakereg.digest(b"?")}, "layers": []}).encode()
    assert ask(fake, "PUT", "/v2/a/b/manifests/n", body, Content_Type=TYPE)[0] == 404
    fake.put_blob("a/b", b"?")
    status, headers, _ = ask(fake, "PUT", "/v2/a/b/manifests/n", body, Content_Type=TYPE)
    assert (status, headers["Docker-Content-Digest"]) == (201, fakereg.digest(body))
    fake.refuse_types = (TYPE,)
    assert ask(fake, "PUT", "/v2/a/b/manifests/n", body, Content_Type=TYPE)[0] == 415


def test_tags(fake):
    for tag in "abc":
        fake.put_manifest("a/b", tag, b"{}", TYPE)
    path, seen = "/v2/a/b/tags/list", []
    fake.page_size = 3
    while path:
        _, headers, body = ask(fake, "GET", path)
        seen += json.loads(body)["tags"]
        path = headers["Link"] and headers["Link"][1:].partition(">")[0]
    assert seen == ["a", "b", "c", "t"]
    fake.tags = "null"
    assert json.loads(ask(fake, "GET", "/v2/a/b/tags/list")[2])["tags"] is None


def test_basic():
    with fakereg.Registry(auth=fakereg.Basic({"u": "p:w"})) as fake:
        status, headers, _ = ask(fake, "GET", "/v2/")
        assert (status, headers["WWW-Authenticate"]) == (401, 'Basic realm="fakereg"')
        assert ask(fake, "GET", "/v2/", Authorization=basic("u", "p:w"))[0] == 200
        assert ask(fake, "GET", "/v2/", Authorization=basic("u", "x"))[0] == 401


def token(fake, scope, **headers):
    status, _, body = ask(fake, "GET", f"/token?service=fakereg&scope={scope}", **headers)
    return status, json.loads(body).get("token")


def test_bearer():
    auth = fakereg.Bearer({"u": "p"}, refresh={"id": "u"}, uses=2)
    with fakereg.Registry(auth=auth) as fake:
        fake.put_blob("a/b", DATA)
        status, headers, _ = ask(fake, "GET", BLOB)
        assert status == 401 and headers["WWW-Authenticate"].startswith(f'Bearer realm="{fake.url}/token"')
        assert 'scope="repository:a/b:pull"' in headers["WWW-Authenticate"]
        assert token(fake, "repository:a/b:pull", Authorization=basic("u", "no"))[0] == 401
        text = token(fake, "repository:a/b:pull,push")[1]
        assert auth.tokens[text]["scopes"] == ["repository:a/b:pull"], "a stranger does not push"
        assert [ask(fake, "GET", BLOB, Authorization=f"Bearer {text}")[0] for _ in range(3)] == [200, 200, 401]
        text = token(fake, "repository:c/d:pull", Authorization=basic("u", "p"))[1]
        status, headers, _ = ask(fake, "GET", BLOB, Authorization=f"Bearer {text}")
        assert status == 401 and 'error="insufficient_scope"' in headers["WWW-Authenticate"]
        form = "grant_type=refresh_token&refresh_token=id&scope=repository:a/b:pull,push"
        status, _, body = ask(fake, "POST", "/token", form)
        assert status == 200 and "of-u" in json.loads(body)["token"]
        auth.post = 404
        assert ask(fake, "POST", "/token", form)[0] == 404


def test_tls_and_client_certificates(authority):
    with fakereg.Registry(authority=authority, client_authority=authority) as fake:
        context = ssl.create_default_context(cafile=str(authority.certificate))
        assert ask(fake, "GET", "/v2/", context=context)[0] == 200
        context.load_cert_chain(*authority.issue("somebody", "clientAuth"))
        assert ask(fake, "GET", "/v2/", context=context)[0] == 200
        assert [bool(r.certificate) for r in fake.requests] == [False, True]
        with pytest.raises(ssl.SSLError):
            ask(fake, "GET", "/v2/", context=ssl.create_default_context())


def test_tls_at_the_plain_port_ends_at_once(fake):
    with socket.create_connection(("127.0.0.1", fake.port), 5) as link:
        link.sendall(b"\x16\x03\x01\x02\x00\x01")
        assert link.recv(1) == b""


def test_surplus_connections_are_closed(fake):
    fake.max_connections = 1
    first = http.client.HTTPConnection(fake.host, timeout=20)
    first.request("GET", "/v2/")
    first.getresponse().read()
    with pytest.raises((ConnectionError, http.client.BadStatusLine)):
        ask(fake, "GET", "/v2/")
    first.close()


def test_holds_images(fake):
    image = images.busybox()
    assert fake.push("x/y:1", image) == f"{fake.host}/x/y:1"
    status, headers, body = ask(fake, "GET", "/v2/x/y/manifests/1")
    assert (status, body, headers["Content-Type"]) == (200, image.manifest, image.media_type)
    for name in image.blobs:
        assert ask(fake, "HEAD", f"/v2/x/y/blobs/{name}")[0] == 200
