# SPDX-License-Identifier: Apache-2.0
"""imgctl pull from registries that want to know who is there, and to whom credentials must never go."""
import base64
import json
import os
import random

import pytest

import fakereg
from harness import images, registry

NAME = "team/app"
USER, PASSWORD, IDENTITY = "alice", "pa:ss w\u00f6rd%41", "identity/token+1"
NOISE = random.Random(8).randbytes(400_000)


@pytest.fixture(scope="module")
def image():
    return images.Image(images.Layer().dir("bin").file("bin/noise", NOISE), images.Layer().file("hello", "hello"))


@pytest.fixture
def start(image):
    """start(auth, ...) starts a registry that holds the image."""
    running = []

    def start(auth=None, **how):
        fake = fakereg.Registry(auth=auth, **how).start()
        fake.push(NAME, image)
        running.append(fake)
        return fake

    yield start
    for fake in running:
        fake.stop()


def keep(imgctl, host, user=USER, password=PASSWORD, identity=None):
    """Put credentials where docker's login puts them."""
    entry = {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}
    if identity:
        entry["identitytoken"] = identity
    folder = imgctl.home / ".docker"
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"auths": {host: entry}}))


def authorizations(fake, path="/v2/"):
    return [r.header("Authorization") for r in fake.seen(path=path)]


def bearer(**how):
    return fakereg.Bearer({USER: PASSWORD}, **how)


# Basic


def test_basic(imgctl, start):
    fake = start(fakereg.Basic({USER: PASSWORD}))
    line = imgctl.fails("pull", fake.ref(NAME), err="access denied").err
    assert f"imgctl login {fake.host}" in line and "HTTP 401, anonymous" in line
    keep(imgctl, fake.host, password="wrong")
    line = imgctl.fails("pull", fake.ref(NAME), err="access denied").err
    assert "does not accept these credentials" in line and f'as user "{USER}"' in line and "wrong" not in line
    keep(imgctl, fake.host)
    fake.clear()
    imgctl.ok("pull", fake.ref(NAME))
    assert fake.requests[0].header("Authorization") is None, "the first request shows nothing"


@pytest.mark.parametrize("challenges", [
    ["BASIC realm=\"Nexus\""], ["Negotiate", 'Basic realm="x"'], ['Negotiate, basic realm="a, \\"b\\"=c"'],
    ['Bearer realm="http://127.0.0.1:1/token"', 'Basic realm="x"']], ids=["upper", "several", "one line", "bearer too"])
def test_basic_is_found_among_others(imgctl, start, challenges):
    fake = start(fakereg.Basic({USER: PASSWORD}, challenges=challenges))
    keep(imgctl, fake.host)
    if "127.0.0.1:1" in challenges[0]:
        imgctl.fails("pull", fake.ref(NAME), err="token endpoint")  # the stronger one is asked, and it is not there
    else:
        imgctl.ok("pull", fake.ref(NAME))


# Bearer


@pytest.mark.parametrize("how", [
    dict(), dict(field="access_token"), dict(field="both"), dict(expires_in=None), dict(expires_in=0),
    dict(expires_in="300"), dict(expires_in=-1), dict(expires_in=1e300), dict(bare_401=True),
    dict(challenges=['Bearer realm="{realm}"']), dict(challenges=['bearer realm="{realm}",service=x,scope="{scope}"']),
    dict(challenges=['Basic realm="no"', 'Bearer realm="{realm}",service="a,b"'])],
    ids=lambda how: "-".join(map(str, how.values()))[:30] or "plain")
@pytest.mark.parametrize("who", ["anonymous", "user"])
def test_bearer(imgctl, start, how, who):
    fake = start(bearer(**how))
    if who == "user":
        keep(imgctl, fake.host)
    imgctl.ok("pull", fake.ref(NAME))
    asked = fake.seen(path="^/token")
    assert [bool(r.header("Authorization")) for r in asked] == [who == "user"] * len(asked)
    assert len(asked) == 1, "one token is enough"
    assert all(a is None or a.startswith("Bearer ") for a in authorizations(fake))


def test_tokens_that_expire_in_the_middle(imgctl, start):
    fake = start(bearer(uses=2))
    keep(imgctl, fake.host)
    imgctl.ok("pull", fake.ref(NAME))
    assert len(fake.seen(path="^/token")) >= 2


def test_a_token_that_expires_while_a_layer_is_under_way(imgctl, start, image):
    fake = start(bearer(lifetime=0.5))
    layer = image.manifest_document["layers"][0]["digest"]
    fake.fault("GET", path=layer, rate=400_000, cut=300_000, times=1)
    imgctl.ok("pull", fake.ref(NAME))
    assert [r.status for r in fake.seen("GET", layer)][-1] == 206


@pytest.mark.parametrize("scopes", ["first", "last"])
def test_endpoints_that_grant_one_scope(imgctl, start, scopes):
    imgctl.ok("pull", start(bearer(scopes=scopes)).ref(NAME))


@pytest.mark.parametrize("identity", [True, False], ids=["identitytoken", "<token>"])
def test_identity_tokens(imgctl, start, identity):
    fake = start(bearer(refresh={IDENTITY: USER}, anonymous=False))
    if identity:
        keep(imgctl, fake.host, password="", identity=IDENTITY)
    else:
        keep(imgctl, fake.host, user="<token>", password=IDENTITY)
    imgctl.ok("pull", fake.ref(NAME))
    assert [r.method for r in fake.seen(path="^/token")] == ["POST"]


def test_refused_by_the_endpoint(imgctl, start):
    fake = start(bearer())
    keep(imgctl, fake.host, password="s3cr3t-wrong")
    line = imgctl.fails("pull", fake.ref(NAME), err="refused the credentials").err
    assert f"as {USER}" in line and "s3cr3t-wrong" not in line and "HTTP 401" in line


def test_a_private_repository_and_a_stranger(imgctl, start):
    fake = start(bearer(anonymous=False))
    imgctl.fails("pull", fake.ref(NAME), err="(?i)token endpoint .* gave no token .*HTTP 401, anonymous|access denied")


@pytest.mark.parametrize("status, body, pattern", [
    (200, b"<html>hello</html>", "token endpoint"), (200, b"{}", "holds no token"), (200, b'{"token":"a b"}', "header"),
    (200, b" " * 2_000_000, "1048576 bytes"), (404, b"", "HTTP 404"), (302, b"", "HTTP 302")],
    ids=["html", "empty", "blank", "large", "404", "302"])
def test_endpoints_out_of_order(imgctl, start, status, body, pattern):
    fake = start(bearer(answer=lambda request: (status, body)))
    imgctl.fails("pull", fake.ref(NAME), err=pattern)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_an_endpoint_in_trouble_is_asked_again(imgctl, start, status):
    fake = start(bearer())
    fake.fault(path="^/token", status=status, times=1)
    imgctl.ok("pull", fake.ref(NAME))
    assert len(fake.seen(path="^/token")) == 2


@pytest.mark.parametrize("realm", ["file:///etc/passwd", "gopher://127.0.0.1/", "token", "http://user@127.0.0.1/"])
def test_realms_that_are_none(imgctl, start, realm):
    fake = start(bearer(realm=realm))
    keep(imgctl, fake.host)
    imgctl.fails("pull", fake.ref(NAME), err="token endpoint")


# where credentials must not go


def test_a_plain_realm_of_a_registry_with_tls(imgctl, start, authority):
    thief = start(bearer())
    fake = start(bearer(realm=thief.url + "/token"), authority=authority)
    fake.trust(imgctl.home)
    keep(imgctl, fake.host)
    imgctl.fails("pull", fake.ref(NAME), err="is not encrypted and will not be asked")
    assert not thief.requests


def test_redirects_carry_no_credentials(imgctl, start, image):
    storage = start()
    storage.fault(header="^authorization:", status=400, body=b"Only one auth mechanism allowed")
    for tool, auth in ((imgctl, bearer()), (imgctl.another(), fakereg.Basic({USER: PASSWORD}))):
        fake = start(auth)
        keep(imgctl, fake.host)  # both tools have the same home
        fake.fault("GET", path="/blobs/", redirect=storage.url + "{path}",
                   when=lambda request: request.header("Authorization"))
        tool.ok("pull", fake.ref(NAME))
        assert authorizations(fake, "/blobs/")[-1]
    assert storage.seen("GET", "/blobs/") and set(authorizations(storage)) == {None}


def test_storage_with_a_challenge_of_its_own_gets_a_stranger(imgctl, start):
    storage = start(bearer())
    fake = start(fakereg.Basic({USER: PASSWORD}))
    keep(imgctl, fake.host)
    fake.fault("GET", path="/blobs/", redirect=storage.url + "{path}")
    imgctl.ok("pull", fake.ref(NAME))
    assert {r.header("Authorization") for r in storage.seen(path="^/token")} == {None}
    assert all(a is None or "nobody" in a for a in authorizations(storage))


def test_two_repositories_of_one_host_have_their_own_tokens(imgctl, start, image):
    fake = start(bearer())
    fake.push("other/app", image.variation(Cmd=["other"]))
    children = [imgctl.popen("pull", "-q", fake.ref(name)) for name in (NAME, "other/app")]
    assert [child.wait() for child in children] == [0, 0]
    for request in fake.seen(path="/(manifests|blobs)/"):
        header = request.header("Authorization")
        if header:
            scopes = fake.auth.tokens[header.split()[1]]["scopes"]
            assert [s.split(":")[1] for s in scopes] == [request.path.split("/")[2] + "/app"]


def test_mirrors_get_nobody_elses_credentials(imgctl, start, registries_conf):
    mirror, fake = start(fakereg.Basic({"no": "one"})), start(fakereg.Basic({USER: PASSWORD}))
    registries_conf.write_text(f'[[registry]]\nprefix = "mirrored.test"\nlocation = "{fake.host}"\n'
                               f'[[registry.mirror]]\nlocation = "{mirror.host}"\n')
    keep(imgctl, fake.host)
    imgctl.ok("pull", f"mirrored.test/{NAME}")
    assert mirror.requests and set(authorizations(mirror)) == {None}


def test_nothing_secret_is_logged(imgctl, start, authority):
    storage = start(authority=authority)
    storage.trust(imgctl.home)
    fake = start(bearer(refresh={IDENTITY: USER}, uses=3), authority=authority)
    fake.trust(imgctl.home)
    fake.fault("GET", path="/blobs/", redirect=storage.url + "{path}?X-Amz-Signature=s1gnature",
               when=lambda request: request.header("Authorization"))
    basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    for how in (dict(), dict(password="", identity=IDENTITY)):
        keep(imgctl, fake.host, **how)
        result = imgctl("--log-level", "debug", "pull", fake.ref(NAME))
        assert result.rc == 0 and "status=200" in result.err, result
        for secret in (PASSWORD, basic, IDENTITY, "s1gnature", "fake-token-", "refresh_token="):
            assert secret not in result.out + result.err, secret
    keep(imgctl, fake.host, password="s3cr3t-wrong")
    result = imgctl("--log-level", "debug", "pull", fake.ref(NAME + ":x"))
    assert result.rc and "s3cr3t-wrong" not in result.err
    shown = os.fsencode(str(imgctl.root))
    assert not any(secret.encode() in path.read_bytes() for secret in (IDENTITY, "fake-token-")
                   for path in imgctl.root.rglob("*") if path.is_file() and path.stat().st_size < 100_000), shown


def test_a_broken_helper_is_an_error_and_nobody_is_asked(imgctl, start):
    fake = start(fakereg.Basic({USER: PASSWORD}))
    folder = imgctl.home / ".docker"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"credHelpers": {fake.host: "not-there"}}))
    imgctl.fails("pull", fake.ref(NAME), err="docker-credential-not-there")
    assert set(authorizations(fake)) == {None}


# TLS


def test_certificates_are_verified(imgctl, start, authority, tmp_path_of_test):
    fake = start(authority=authority)
    line = imgctl.fails("pull", fake.ref(NAME), err="(?i)TLS with .*certificate").err
    assert fake.host in line and not fake.requests
    stranger = registry.Authority(tmp_path_of_test / "stranger", "another CA")
    folder = fake.trust(imgctl.home)
    (folder / "ca.crt").write_bytes(stranger.certificate.read_bytes())
    imgctl.fails("pull", fake.ref(NAME), err="(?i)certificate")
    fake.trust(imgctl.home)
    imgctl.ok("pull", fake.ref(NAME))


def test_a_certificate_of_another_name(imgctl, start, authority):
    fake = start(authority=authority)
    fake.trust(imgctl.home, host=f"127.0.0.2:{fake.port}")
    fake.trust(imgctl.home)
    name = fake.ref(NAME).replace("127.0.0.1", "localhost")
    fake.trust(imgctl.home, host=f"localhost:{fake.port}")
    imgctl.ok("pull", name)


def test_insecure_is_configured(imgctl, start, authority, registries_conf):
    fake = start(authority=authority)
    registries_conf.write_text(f'[[registry]]\nlocation = "{fake.host}"\ninsecure = true\n')
    imgctl.ok("pull", fake.ref(NAME))


def test_client_certificates_stay_with_their_host(imgctl, start, authority):
    fake = start(authority=authority, client_authority=authority)
    storage = start(authority=authority, client_authority=authority)
    storage.trust(imgctl.home)
    folder = fake.trust(imgctl.home)
    certificate, key = authority.issue("client-of-one", "clientAuth")
    (folder / "client.cert").write_bytes(certificate.read_bytes())
    (folder / "client.key").write_bytes(key.read_bytes())
    fake.fault("GET", path="/blobs/", redirect=storage.url + "{path}")
    imgctl.ok("pull", fake.ref(NAME))
    assert all(r.certificate for r in fake.requests)
    assert storage.requests and not any(r.certificate for r in storage.requests)
