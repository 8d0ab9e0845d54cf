# SPDX-License-Identifier: Apache-2.0
"""imgctl push to registries with manners of their own, and imgctl login to those that ask who is there."""
import json
import random
import re

import pytest

import fakereg
from harness import images

NAME = "team/app"
NOISE = random.Random(9).randbytes(300_000)


@pytest.fixture(scope="module")
def image():
    return images.Image(images.Layer().dir("bin").file("bin/noise", NOISE), images.Layer().file("hello", "hello"))


@pytest.fixture
def fake():
    """The registry that is pushed to; empty."""
    with fakereg.Registry() as registry:
        yield registry


@pytest.fixture
def local(imgctl, image):
    """local(registry) puts the image into imgctl's store under a name of that registry, which then has no content."""

    def pull(registry, repository=NAME):
        with registry.lock:
            held = registry.auth, registry.faults, registry.requests, registry.blobs, registry.manifests
            registry.auth, registry.faults, registry.requests, registry.blobs, registry.manifests = None, [], [], {}, {}
        registry.push(repository, image)
        imgctl.ok("pull", "-q", registry.ref(repository))
        registry.auth, registry.faults, registry.requests, registry.blobs, registry.manifests = held
        return registry.ref(repository)

    return pull


def assert_there(registry, image, repository=NAME):
    assert registry.manifests[repository]["latest"] == (image.manifest, image.media_type)
    for name, data in image.blobs.items():
        assert registry.blobs[repository][name] == data


def story(registry, path=""):
    return " ".join(r.method for r in registry.seen(path=path) if r.path != "/v2/")


def test_byte_for_byte(imgctl, fake, image, local):
    out = imgctl.ok("push", local(fake))
    assert_there(fake, image)
    assert out.splitlines()[-1] == f"latest: digest: {image.digest} size: {len(image.manifest)}"
    assert len(fake.seen("PUT", "/blobs/uploads/")) == 3 and not fake.seen("PATCH")
    assert all("Content-Range" not in r.headers for r in fake.requests)


def test_what_is_there_is_not_sent_again(imgctl, fake, image, local):
    imgctl.ok("push", local(fake))
    fake.clear()
    assert "Layer already exists" in imgctl.ok("push", local(fake))
    assert story(fake, "/blobs/") == "HEAD HEAD HEAD"


def test_mounted_from_another_repository(imgctl, fake, image, local):
    imgctl.ok("push", local(fake))
    fake.clear()
    assert f"Mounted from {NAME}" in imgctl.ok("push", local(fake, "other/app"))
    assert_there(fake, image, "other/app")
    assert not fake.seen("PUT", "/blobs/uploads/")


@pytest.mark.parametrize("status", [202, 400, 401, 405])
def test_a_mount_is_only_a_wish(imgctl, fake, image, local, status):
    imgctl.ok("push", local(fake))
    fake.mount = status
    imgctl.ok("push", local(fake, "other/app"))
    assert_there(fake, image, "other/app")


@pytest.mark.parametrize("location", ["relative", "absolute", "no port"])
def test_locations(imgctl, fake, image, local, location):
    fake.location = (lambda path: f"http://127.0.0.1{path}") if location == "no port" else location
    imgctl.ok("push", local(fake))
    assert_there(fake, image)


def test_a_location_that_lost_its_tls(imgctl, image, local, authority):
    with fakereg.Registry(authority=authority) as fake:
        fake.trust(imgctl.home)
        fake.location = lambda path: f"http://{fake.host}{path}"
        imgctl.ok("push", local(fake))
        assert_there(fake, image)


def test_uploads_elsewhere_without_tls_are_refused(imgctl, fake, image, local, authority):
    with fakereg.Registry(authority=authority) as registry:
        registry.trust(imgctl.home)
        registry.location, registry.other = "other", f"http://localhost:{fake.port}"
        imgctl.fails("push", local(registry), err="without encryption")
        assert not fake.requests


def test_uploads_elsewhere_carry_no_credentials(imgctl, fake, image, local):
    auth = fakereg.Basic({"u": "p"})
    with fakereg.Registry(auth=auth) as registry:
        imgctl.ok("login", "-u", "u", "--password-stdin", registry.host, stdin="p")
        registry.location, registry.other = "other", fake.url
        fake.uploads = registry.uploads  # the storage behind the registry
        fake.blobs = registry.blobs
        imgctl.ok("push", local(registry))
        assert_there(registry, image)
        assert fake.seen("PUT") and {r.header("Authorization") for r in fake.requests} == {None}


@pytest.mark.parametrize("quirk", [dict(put_body=405), dict(put_body=404), dict(put_body=416), dict(patch=405),
                                   dict(lose_uploads=1), dict(digest_header=False), dict(single_post=True)],
                         ids=lambda q: "-".join(map(str, *q.items())))
def test_manners(imgctl, fake, image, local, quirk):
    for name, value in quirk.items():
        setattr(fake, name, value)
    imgctl.ok("push", local(fake))
    assert_there(fake, image)


@pytest.mark.parametrize("fault", [dict(status=500), dict(status=503, headers={"Retry-After": "1"}), dict(status=429),
                                   dict(drop=True), dict(drop=True, reset=True)],
                         ids=lambda f: "-".join(map(str, f.values()))[:12])
@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT"])
def test_trouble_that_passes(imgctl, fake, image, local, fault, method):
    happened = fake.fault(method, path="/blobs/", times=1, **fault)
    imgctl.ok("push", local(fake))
    assert happened.hits == 1
    assert_there(fake, image)


def test_a_manifest_in_trouble(imgctl, fake, image, local):
    fake.fault("PUT", path="/manifests/", status=502, times=1)
    imgctl.ok("push", local(fake))
    assert_there(fake, image)


def test_a_blob_that_the_registry_lost(imgctl, fake, image, local):
    """HEAD says it is there, the manifest's PUT says it is not."""
    fake.fault("HEAD", path="/blobs/", status=200, when=lambda r: not fake.seen("PUT", "/manifests/"))
    imgctl.ok("push", local(fake))
    assert_there(fake, image)


@pytest.mark.parametrize("fault, pattern", [
    (dict(method="POST", status=403, body=b'{"errors":[{"code":"DENIED","message":"read only"}]}'),
     r"push access denied .*HTTP 403, anonymous\): denied: read only"),
    (dict(method="POST", status=401), r"push access denied .*imgctl login .*HTTP 401, anonymous"),
    (dict(method="POST", status=404, body=b'{"errors":[{"code":"NAME_UNKNOWN"}]}'), r"repository .* not found"),
    (dict(method="PUT", path="/blobs/", status=413), r"refused blob sha256:.*HTTP 413"),
    (dict(method="PUT", path="/manifests/", status=400, body=b'{"errors":[{"code":"MANIFEST_INVALID"}]}'),
     r"refused manifest for .*manifest invalid"),
    (dict(method="PUT", path="/manifests/", headers={"Docker-Content-Digest": "sha256:" + "3" * 64}), r"stored it as"),
], ids=["403", "401", "404", "413", "400", "digest"])
def test_one_sentence_with_the_cause(imgctl, fake, local, fault, pattern):
    fake.fault(**fault)
    result = imgctl.fails("push", local(fake), err=pattern)
    assert fake.host in result.err and len(result.err.strip().splitlines()) == 1, result


def test_damaged_content_never_goes_up(imgctl, fake, image, local):
    name = local(fake)
    layer = max(image.manifest_document["layers"], key=lambda part: part["size"])["digest"]
    path = imgctl.root / "blobs/sha256" / layer[7:]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)
    imgctl.fails("push", name, err=re.escape(layer))
    assert layer not in fake.blobs.get(NAME, {}) and NAME not in fake.manifests


# tokens and login


def bearer(**how):
    return fakereg.Bearer({"alice": "pa:ss w\u00f6rd"}, **how)


@pytest.mark.parametrize("auth", [fakereg.Basic({"alice": "pa:ss w\u00f6rd"}), bearer(), bearer(uses=2),
                                  bearer(scopes="first"), bearer(scopes="last")],
                         ids=["basic", "bearer", "two uses", "first", "last"])
def test_login_push_logout(imgctl, image, local, auth):
    with fakereg.Registry(auth=auth) as fake:
        name = local(fake)
        imgctl.fails("push", name, err="push access denied|denied|unauthorized")
        imgctl.fails("login", "-u", "alice", "--password-stdin", fake.host, stdin="wrong", err="(?i)unauthorized")
        assert not (imgctl.home / ".docker/config.json").exists()
        assert "Login Succeeded" in imgctl.ok("login", "-u", "alice", "--password-stdin", fake.host,
                                              stdin="pa:ss w\u00f6rd\n")
        assert list(json.loads((imgctl.home / ".docker/config.json").read_text())["auths"]) == [fake.host]
        imgctl.ok("push", name)
        assert_there(fake, image)
        imgctl.ok("logout", fake.host)
        imgctl.fails("push", name, err="push access denied|denied|unauthorized")


def test_a_mount_asks_for_both_scopes(imgctl, image, local):
    with fakereg.Registry(auth=bearer()) as fake:
        imgctl.ok("login", "-u", "alice", "--password-stdin", fake.host, stdin="pa:ss w\u00f6rd")
        imgctl.ok("push", local(fake))
        fake.clear()
        imgctl.ok("push", local(fake, "other/app"))
        scopes = [r.query.get("scope", []) for r in fake.seen(path="^/token")]
        assert ["repository:other/app:pull,push", f"repository:{NAME}:pull"] in scopes


def test_login_sends_nothing_to_others(imgctl, fake, authority):
    imgctl.fails("login", "-u", "u", "--password-stdin", "127.0.0.1:1", stdin="p", err="connection refused")
    with fakereg.Registry(authority=authority) as stranger:  # not trusted
        imgctl.fails("login", "-u", "u", "--password-stdin", stranger.host, stdin="p", err="(?i)certificate")
        assert not stranger.requests
