# SPDX-License-Identifier: Apache-2.0
"""imgctl pull from registries that fail, lie and redirect: what heals, what ends with one clear sentence."""
import json
import random
import re
import signal
import time

import pytest

import fakereg
from harness import images

NAME = "team/app"
NOISE = random.Random(7).randbytes(1_000_000)  # does not compress: the layer is about as large


@pytest.fixture(scope="module")
def image():
    return images.Image(images.Layer().dir("bin").file("bin/noise", NOISE).file("etc/hello", "hello"))


@pytest.fixture
def fake(image):
    with fakereg.Registry() as registry:
        registry.push(NAME, image)
        yield registry


@pytest.fixture
def other(image):
    """A second registry (or storage) with the same content."""
    with fakereg.Registry() as registry:
        registry.push(NAME, image)
        yield registry


def layer_of(image):
    return image.manifest_document["layers"][0]


def layer_path(image):
    return "/blobs/" + layer_of(image)["digest"]


def listed(imgctl):
    """{reference: id} of what the store shows."""
    out = imgctl.ok("images", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}")
    return dict(line.split() for line in out.splitlines())


def pulls(imgctl, fake, image, *options):
    """The pull succeeds and what was pulled is the image, bit by bit."""
    out = imgctl.ok("pull", *options, fake.ref(NAME))
    assert listed(imgctl) == {fake.ref(NAME) + ":latest": image.id}
    assert f"Digest: {image.digest}" in out
    return out


def refuses(imgctl, fake, pattern, *options):
    """The pull fails with one line that matches, and leaves nothing to be seen."""
    result = imgctl.fails("pull", *options, fake.ref(NAME), err=pattern)
    complaint = [line for line in result.err.splitlines() if line.strip()]
    assert len(complaint) == 1 and len(complaint[0]) < 2000, result
    assert not listed(imgctl), "something half-pulled is listed"
    return complaint[0]


def ranges(fake, image):
    return [r.header("Range") for r in fake.seen("GET", layer_path(image))]


# connections that break


def test_a_connection_that_breaks_all_the_time(imgctl, fake, image):
    fake.fault("GET", path=layer_path(image), cut=300_000)
    pulls(imgctl, fake, image)
    assert ranges(fake, image) == [None, "bytes=300000-", "bytes=600000-", "bytes=900000-"]


def test_a_connection_that_is_reset(imgctl, fake, image):
    fake.fault("GET", path=layer_path(image), cut=500_000, reset=True, times=1)
    pulls(imgctl, fake, image)
    asked = ranges(fake, image)
    assert len(asked) == 2 and (asked[1] is None or re.fullmatch(r"bytes=\d+-", asked[1]))


def test_the_whole_is_sent_again_where_ranges_are_unknown(imgctl, fake, image):
    fake.fault("GET", path=layer_path(image), cut=300_000, times=1)
    fake.fault("GET", path=layer_path(image), no_range=True)
    pulls(imgctl, fake, image)
    assert len(ranges(fake, image)) == 2


@pytest.mark.parametrize("lie", [dict(content_range="bytes 0-5/6"), dict(content_range="nonsense"),
                                 dict(headers={"Content-Range": None})], ids=["other range", "no range", "no header"])
def test_ranges_that_are_not_what_was_asked_for(imgctl, fake, image, lie):
    fake.fault("GET", path=layer_path(image), cut=300_000, times=1)
    fake.fault("GET", path=layer_path(image), header="Range:", **lie)
    pulls(imgctl, fake, image)
    assert ranges(fake, image)[2] is None


def test_a_shifted_range_is_noticed_by_its_digest(imgctl, fake, image):
    fake.fault("GET", path=layer_path(image), cut=300_000, times=1)
    shifted = fake.fault("GET", path=layer_path(image), header="Range:", range_shift=-1, times=1)
    result = imgctl("pull", fake.ref(NAME))
    assert shifted.hits == 1
    if result.rc:  # fetched from 0 once more, or refused; never taken
        assert layer_of(image)["digest"] in result.err
    else:
        assert list(listed(imgctl).values()) == [image.id]


def test_killed_in_the_middle_it_goes_on_where_it_was(imgctl, fake, image):
    slow = fake.fault("GET", path=layer_path(image), rate=400_000, times=1)
    child = imgctl.popen("pull", fake.ref(NAME))
    end = time.monotonic() + 20
    while not (slow.hits and fake.seen("GET", layer_path(image))[0].sent > 300_000):
        assert time.monotonic() < end and child.poll() is None
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert not listed(imgctl)
    fake.clear()
    pulls(imgctl, fake, image)
    assert [int(r[6:-1]) > 100_000 for r in ranges(fake, image)] == [True]


# servers that are busy or broken for a while


@pytest.mark.parametrize("what", ["manifests", "blobs"])
@pytest.mark.parametrize("fault", [
    dict(status=500), dict(status=502, body=b"<html>Bad Gateway</html>"), dict(status=503, headers={"Retry-After": "1"}),
    dict(status=504), dict(status=429, headers={"Retry-After": "0"}), dict(drop=True), dict(drop=True, reset=True)],
    ids=lambda f: "-".join(str(v) for v in f.values())[:12])
def test_trouble_that_passes(imgctl, fake, image, what, fault):
    happened = fake.fault("GET", path=f"/{what}/", times=1, **fault)
    out = pulls(imgctl, fake, image)
    assert happened.hits == 1
    if what == "blobs" and "status" in fault:
        assert ": Retrying in 1 second\n" in out


def test_retry_after_is_honoured(imgctl, fake, image):
    fake.fault("GET", path="/manifests/", status=429, headers={"Retry-After": "2"}, times=1)
    pulls(imgctl, fake, image)
    first, second = fake.seen("GET", "/manifests/")
    assert second.time - first.time >= 2


def test_connections_are_few_and_used_again(imgctl, fake, image):
    pulls(imgctl, fake, image)
    assert len({r.port for r in fake.requests}) <= 4


# answers that are refused at once


@pytest.mark.parametrize("fault, pattern", [
    (dict(path="/manifests/", status=404), r"manifest for .*team/app[:@].* not found on .*HTTP 404, anonymous"),
    (dict(path="/manifests/", status=403, body=b'{"errors":[{"code":"DENIED","message":"no \\u001b[31mred"}]}'),
     r"access denied .*HTTP 403, anonymous\): denied: no \?\[31mred"),
    (dict(path="/manifests/", status=401), r"access denied .*imgctl login .*HTTP 401, anonymous"),
    (dict(path="/manifests/", status=418, body=b"<html><title>teapot</title>"), r"refused manifest.*HTTP 418.*teapot"),
    (dict(path="/manifests/", content=b"<html>"), r"manifest for .*digest|manifest for .*json|token"),
    (dict(path="/manifests/", headers={"Docker-Content-Digest": "sha256:" + "0" * 64}), r"announced digest sha256:000"),
    (dict(path="/manifests/", content=b" " * 5_000_000, headers={"Docker-Content-Digest": None}), r"4194304 bytes"),
    (dict(path="/blobs/", status=404, body=b'{"errors":[{"code":"BLOB_UNKNOWN"}]}'),
     r"blob sha256:[0-9a-f]{64} not found on .*blob unknown"),
], ids=["404", "403", "401", "418", "html", "digest", "large", "blob"])
def test_one_sentence_with_the_cause(imgctl, fake, fault, pattern):
    fake.fault("GET", **fault)
    line = refuses(imgctl, fake, pattern)
    assert fake.host in line and "team/app" in line


def test_unknown_repository_and_tag(imgctl, fake):
    imgctl.fails("pull", fake.ref("no/such"), err=r"repository .*no/such not found")
    imgctl.fails("pull", fake.ref(NAME + ":nope"), err=r"manifest for .*team/app:nope not found.*manifest unknown")


def test_wrong_bytes(imgctl, fake, image):
    fake.fault("GET", path=layer_path(image), flip=500_000)
    line = refuses(imgctl, fake, "sha256")
    assert layer_of(image)["digest"][7:19] in line
    fake.clear()
    pulls(imgctl, fake, image)


@pytest.mark.parametrize("lie", [-1, 1], ids=["long", "short"])
def test_a_size_that_lies(imgctl, fake, image, lie):
    document = json.loads(image.manifest)
    document["layers"][0]["size"] += lie
    fake.put_manifest(NAME, "latest", images.encode(document), image.media_type)
    refuses(imgctl, fake, r"bytes")
    sent = sum(r.sent for r in fake.seen("GET", layer_path(image)))
    assert sent <= 3 * layer_of(image)["size"]


@pytest.mark.parametrize("content", [b'{"schemaVersion":2', b"[]", b'{"schemaVersion":1,"fsLayers":[]}',
                                     b'{"schemaVersion":2,"manifests":[],"layers":[],"config":{}}', b"\x00\xff"])
def test_documents_of_the_wrong_shape(imgctl, fake, content, image):
    fake.put_manifest(NAME, "latest", content, image.media_type)
    refuses(imgctl, fake, "team/app")


def test_a_refused_connection(imgctl):
    started = time.monotonic()
    imgctl.fails("pull", "127.0.0.1:1/x/y:1", rc=1, err=r"connect to 127\.0\.0\.1:1: connection refused")
    assert time.monotonic() - started < 20, "a registry that is not there is not worth retries"


# unusual, but right


@pytest.mark.parametrize("fault", [
    dict(path="/blobs/", chunked=True), dict(path="/blobs/", until_close=True), dict(path="/blobs/", length=99_999_999),
    dict(path="/blobs/", gzip=True), dict(path="/blobs/", headers={"Content-Encoding": "gzip"}),
    dict(path="/blobs/", close=True), dict(path="/manifests/", chunked=True),
    dict(path="/manifests/", headers={"Content-Type": "text/plain"}),
    dict(path="/manifests/", headers={"Content-Type": None}),
    dict(path="/manifests/", headers={"Docker-Content-Digest": None}),
    dict(headers={"Warning": '299 - "old and slow"'})], ids=lambda f: "-".join(map(str, f.values()))[:40])
def test_unusual_answers(imgctl, fake, image, fault):
    fake.fault("GET", **fault)
    pulls(imgctl, fake, image)


def test_head_may_be_unknown(imgctl, fake, image):
    fake.fault("HEAD", status=405)
    pulls(imgctl, fake, image)
    assert "Image is up to date" in pulls(imgctl, fake, image)


@pytest.mark.parametrize("lost", ["sha256:" + "5" * 64, None], ids=["other", "right"])
def test_head_may_be_wrong(imgctl, fake, image, lost):
    """Its digest is not to be had; the name is."""
    if lost:
        fake.fault("HEAD", path="/manifests/", headers={"Docker-Content-Digest": lost})
    else:
        fake.fault("GET", path="/manifests/sha256:", status=404)
    pulls(imgctl, fake, image)


def test_an_image_that_is_up_to_date_costs_one_head(imgctl, fake, image):
    pulls(imgctl, fake, image)
    fake.clear()
    assert "Image is up to date" in pulls(imgctl, fake, image)
    assert [r.method for r in fake.seen(path="/v2/.+")] == ["HEAD"]


def test_all_tags(imgctl, fake, image):
    for tag in ("a", "b", "c"):
        fake.push(f"{NAME}:{tag}", image)
    fake.page_size = 2
    imgctl.ok("pull", "-q", "-a", fake.ref(NAME))
    assert len(fake.seen("GET", "/tags/list")) == 2
    assert {name.rpartition(":")[2] for name in listed(imgctl)} == {"a", "b", "c", "latest"}
    fake.page_links = "loop"
    imgctl.fails("pull", "-a", fake.ref(NAME), err="circle")


def test_offline(imgctl, fake, image):
    imgctl.options = ["--offline"]
    imgctl.fails("pull", fake.ref(NAME), err=r"offline: .*team/app:latest")
    assert not fake.requests


# redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_blobs_elsewhere(imgctl, fake, other, image, status):
    fake.fault("GET", path="/blobs/", redirect=other.url + "{path}?X-Signature=abc", status=status)
    fake.fault("GET", path="/manifests/", redirect="{url}{path}?again=1", times=1)
    pulls(imgctl, fake, image)
    assert other.seen("GET", "/blobs/.*X-Signature=abc")


def test_resumed_through_the_redirect(imgctl, fake, other, image):
    fake.fault("GET", path="/blobs/", redirect=other.url + "{path}")
    other.fault("GET", path=layer_path(image), cut=600_000, times=1)
    pulls(imgctl, fake, image)
    assert ranges(other, image) == [None, "bytes=600000-"]


def test_redirects_without_end(imgctl, fake):
    fake.fault("GET", path="/manifests/", redirect="{url}{path}")
    refuses(imgctl, fake, r"redirects \(HTTP 307\) without end")
    assert len(fake.seen("GET", "/manifests/")) <= 11


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://127.0.0.1/x", "http://a:b@127.0.0.1/", "http://"])
def test_redirects_to_nowhere(imgctl, fake, target):
    fake.fault("GET", path="/manifests/", redirect=target)
    refuses(imgctl, fake, "redirects .* to a URL that is not valid")


def test_from_https_to_http_never(imgctl, other, image, authority):
    with fakereg.Registry(authority=authority) as fake:
        fake.push(NAME, image)
        fake.trust(imgctl.home)
        fake.fault("GET", path="/blobs/", redirect=other.url + "{path}")
        refuses(imgctl, fake, "from https to http")
        assert not other.requests


# mirrors


def mirrored(registries_conf, fake, *mirrors):
    """Names of mirrored.test come from FAKE, by way of MIRRORS."""
    lines = ["[[registry]]", 'prefix = "mirrored.test"', f'location = "{fake.host}"']
    for mirror in mirrors:
        lines += ["[[registry.mirror]]", f'location = "{mirror}"']
    registries_conf.write_text(registries_conf.read_text() + "\n" + "\n".join(lines) + "\n")
    return f"mirrored.test/{NAME}"


def test_the_mirror_is_asked_first(imgctl, registries_conf, fake, other, image):
    name = mirrored(registries_conf, fake, other.host)
    imgctl.ok("pull", name)
    assert other.requests and not fake.requests


@pytest.mark.parametrize("fault", [
    dict(path="/manifests/", status=404), dict(path="/manifests/", status=403), dict(path="/manifests/", content=b"<html>"),
    dict(path="/manifests/", headers={"Docker-Content-Digest": "sha256:" + "1" * 64})],
    ids=["404", "403", "html", "digest"])
def test_a_mirror_that_is_no_help(imgctl, registries_conf, fake, other, fault):
    name = mirrored(registries_conf, fake, "127.0.0.1:1", other.host)
    other.fault("GET", **fault)
    other.fault("HEAD", status=fault.get("status", 405))
    imgctl.ok("pull", name)
    assert fake.seen("GET", "/manifests/")


def test_a_blob_that_the_mirror_lost(imgctl, registries_conf, fake, other, image):
    name = mirrored(registries_conf, fake, other.host)
    other.fault("GET", path=layer_path(image), cut=400_000, times=1)
    other.fault("GET", path=layer_path(image), status=404)
    imgctl.ok("pull", name)
    assert ranges(fake, image) == ["bytes=400000-"]
    assert not fake.seen("GET", "/manifests/")
