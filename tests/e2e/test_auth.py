# SPDX-License-Identifier: Apache-2.0
"""Credentials: in which files and programs they are looked for, and what is never done with them."""
import base64
import json
import socket
import threading

import pytest

import fakereg
from harness import accounts, images

NAME = "team/app"
USER, PASSWORD = "alice", "pa:ss wörd"


@pytest.fixture(scope="module")
def image():
    return images.Image(images.Layer().file("hello", "hello"))


@pytest.fixture
def fake(image):
    """A registry that wants a password."""
    with fakereg.Registry(auth=fakereg.Basic({USER: PASSWORD})) as registry:
        registry.push(NAME, image)
        yield registry


def pulls(imgctl, fake, **how):
    """The pull works, and the first request showed nothing."""
    imgctl.ok("pull", fake.ref(NAME), **how)
    assert fake.requests[0].header("Authorization") is None
    assert basic() in [r.header("Authorization") for r in fake.requests]


def basic(user=USER, password=PASSWORD):
    return "Basic " + accounts.entry(user, password)["auth"]


# files


PLACES = {
    "docker": (".docker/config.json", {}),
    "DOCKER_CONFIG": ("elsewhere/config.json", {"DOCKER_CONFIG": "elsewhere"}),
    "containers": (".config/containers/auth.json", {}),
    "XDG_CONFIG_HOME": ("config/containers/auth.json", {"XDG_CONFIG_HOME": "config"}),
    "XDG_RUNTIME_DIR": ("run/containers/auth.json", {"XDG_RUNTIME_DIR": "run"}),
    "REGISTRY_AUTH_FILE": ("any.json", {"REGISTRY_AUTH_FILE": "any.json"}),
}


@pytest.mark.parametrize("place", PLACES)
def test_files(imgctl, fake, place):
    path, settings = PLACES[place]
    accounts.write(imgctl.home / path, {fake.host: (USER, PASSWORD)})
    pulls(imgctl, fake, env={name: imgctl.home / value for name, value in settings.items()})


def test_the_old_file(imgctl, fake):
    (imgctl.home / ".dockercfg").write_text(json.dumps({fake.host: accounts.entry(USER, PASSWORD)}))
    pulls(imgctl, fake)


def test_the_variable(imgctl, fake):
    document = {"auths": {fake.host: accounts.entry(USER, PASSWORD)}}
    pulls(imgctl, fake, env={"DOCKER_AUTH_CONFIG": json.dumps(document)})


def test_the_option(imgctl, fake):
    accounts.write(imgctl.home / "elsewhere/config.json", {fake.host: (USER, PASSWORD)})
    imgctl.options = ["--config", imgctl.home / "elsewhere"]
    pulls(imgctl, fake)


def test_the_first_file_that_knows_the_host(imgctl, fake):
    env = {"XDG_RUNTIME_DIR": imgctl.home / "run"}
    accounts.write(imgctl.home / "run/containers/auth.json", {"other.test": ("x", "y")})
    accounts.write(imgctl.home / ".config/containers/auth.json", {fake.host: (USER, PASSWORD)})
    accounts.docker(imgctl, {fake.host: (USER, "an old one")})
    pulls(imgctl, fake, env=env)
    accounts.write(imgctl.home / "run/containers/auth.json", {fake.host: (USER, "wrong")})
    imgctl.fails("pull", fake.ref(NAME), env=env, err="does not accept these credentials")


@pytest.mark.parametrize("key", ["{}", "https://{}", "https://{}/v1/", "{}/v2/", "http://{}/"])
def test_forms_of_a_key(imgctl, fake, key):
    accounts.docker(imgctl, {key.format(fake.host): (USER, PASSWORD)})
    pulls(imgctl, fake)


def test_keys_with_a_namespace(imgctl, fake):
    """The most specific key counts, and one that only begins alike does not."""
    path = imgctl.home / ".config/containers/auth.json"
    accounts.write(path, {fake.host: ("x", "y"), f"{fake.host}/te": ("x", "y"), f"{fake.host}/team": (USER, PASSWORD)})
    pulls(imgctl, fake)
    accounts.write(path, {f"{fake.host}/team": ("x", "y"), f"{fake.host}/{NAME}": (USER, PASSWORD)})
    fake.clear()
    pulls(imgctl, fake)
    accounts.write(path, {f"{fake.host}/team/app2": (USER, PASSWORD), f"{fake.host}/other": (USER, PASSWORD)})
    imgctl.fails("pull", fake.ref(NAME), err="access denied .*anonymous")


def test_other_hosts_keys(imgctl, fake):
    """A port, a name that is longer, a name that resolves to the same: all of them are other hosts."""
    accounts.docker(imgctl, {"127.0.0.1": (USER, PASSWORD), f"localhost:{fake.port}": (USER, PASSWORD),
                             fake.host + "0": (USER, PASSWORD), "https://index.docker.io/v1/": (USER, PASSWORD)})
    imgctl.fails("pull", fake.ref(NAME), err="access denied .*anonymous")
    assert {r.header("Authorization") for r in fake.requests} == {None}


@pytest.mark.parametrize("text", ["{", "[]", '{"auths": 1}', '{"auths": {"HOST": {"auth": "!"}}}',
                                  '{"auths": {"HOST": {"auth": "bm9jb2xvbg=="}}}', '{"auths": {"HOST": 7}}'],
                         ids=["torn", "list", "auths", "no base64", "no colon", "number"])
def test_files_that_are_wrong(imgctl, fake, text):
    path = imgctl.home / ".docker/config.json"
    path.parent.mkdir()
    path.write_text(text.replace("HOST", fake.host))
    line = imgctl.fails("pull", fake.ref(NAME), rc=1, err=str(path)).err
    assert len(line.splitlines()) == 1
    assert {r.header("Authorization") for r in fake.requests} <= {None}


# helper programs


@pytest.mark.parametrize("key", ["credsStore", "credHelpers"])
@pytest.mark.parametrize("path", [".docker/config.json", ".config/containers/auth.json"])
def test_helper_programs(imgctl, fake, key, path):
    helper = accounts.Helper(imgctl, "test", {fake.host: (USER, PASSWORD)})
    accounts.write(imgctl.home / path, {fake.host: (USER, "an old one")},
                   **{key: "test" if key == "credsStore" else {fake.host: "test"}})
    pulls(imgctl, fake)
    assert helper.calls == [["get", fake.host]], "asked once, and for this host alone"


def test_the_helper_of_one_host(imgctl, fake):
    own = accounts.Helper(imgctl, "own", {fake.host: (USER, PASSWORD)})
    other = accounts.Helper(imgctl, "other", {fake.host: ("x", "y")})
    accounts.docker(imgctl, credHelpers={fake.host: "own", "other.test": "other"}, credsStore="other")
    pulls(imgctl, fake)
    assert own.calls and not other.calls


def test_a_helper_that_knows_nothing(imgctl, fake):
    helper = accounts.Helper(imgctl, "test")
    accounts.docker(imgctl, {fake.host: (USER, PASSWORD)}, credsStore="test")
    pulls(imgctl, fake)
    assert helper.calls == [["get", fake.host]]


def test_a_helper_is_not_asked_when_nobody_wants_to_know(imgctl, image):
    helper = accounts.Helper(imgctl, "test")
    accounts.docker(imgctl, credsStore="test")
    with fakereg.Registry() as public:
        public.push(NAME, image)
        imgctl.ok("pull", public.ref(NAME))
    assert not helper.calls


BROKEN = {
    "missing": None,
    "fails": "#!/bin/sh\necho the keychain is locked; exit 1\n",
    "talks nonsense": "#!/bin/sh\necho hello\n",
    "another host": '#!/bin/sh\necho \'{"ServerURL": "evil.test", "Username": "alice", "Secret": "x"}\'\n',
    "killed": "#!/bin/sh\nkill -9 $$\n",
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_helper_is_an_error(imgctl, fake, how):
    """Not a reason to go on without credentials, or with those of a file."""
    if BROKEN[how]:
        accounts.Helper(imgctl, "broken", script=BROKEN[how])
    accounts.docker(imgctl, {fake.host: (USER, PASSWORD)}, credHelpers={fake.host: "broken"})
    result = imgctl.fails("pull", fake.ref(NAME), rc=1, err="docker-credential-broken")
    assert len(result.err.splitlines()) == 1 and fake.host in result.err
    assert how != "fails" or "the keychain is locked" in result.err
    assert {r.header("Authorization") for r in fake.requests} == {None}


def test_helpers_are_programs_not_paths(imgctl, fake):
    accounts.docker(imgctl, credHelpers={fake.host: "../../bin/sh"})
    imgctl.fails("pull", fake.ref(NAME), err="not the name of a credential helper")


# what is never done


@pytest.fixture
def elsewhere():
    """A server on another port that notes what it is sent and answers 200 to all of it."""
    server, heard = socket.create_server(("127.0.0.1", 0)), []

    def serve():
        while True:
            try:
                link = server.accept()[0]
            except OSError:
                return
            with link:
                heard.append(link.recv(65536).decode())
                link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1], heard
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


@pytest.mark.parametrize("path", ["/manifests/", "/blobs/", "/v2/$"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_no_redirect_takes_credentials_along(imgctl, fake, elsewhere, path, host):
    port, heard = elsewhere
    accounts.docker(imgctl, {fake.host: (USER, PASSWORD), f"{host}:{port}": ("own", "of another place")})
    fake.fault(path=path, redirect=f"http://{host}:{port}" + "{path}", header="^Authorization: ")
    if path == "/v2/$":
        imgctl("login", "-u", USER, "--password-stdin", fake.host, stdin=PASSWORD)
    else:
        imgctl("pull", fake.ref(NAME))
    assert heard and basic() in [r.header("Authorization") for r in fake.requests]
    assert not any("authorization" in text.lower() for text in heard), heard


@pytest.mark.parametrize("verb", ["pull", "push", "login"])
@pytest.mark.parametrize("scheme", ["basic", "bearer"])
def test_nothing_secret_in_debug_output(imgctl, image, verb, scheme):
    auth = fakereg.Basic({USER: PASSWORD}) if scheme == "basic" else fakereg.Bearer({USER: PASSWORD}, anonymous=False)
    with fakereg.Registry(auth=auth) as fake:
        fake.push(NAME, image)
        accounts.docker(imgctl, {fake.host: (USER, PASSWORD)})
        if verb != "pull":
            imgctl.ok("pull", "-q", fake.ref(NAME))
        args = ["login", "-u", USER, "--password-stdin", fake.host] if verb == "login" else [verb, fake.ref(NAME)]
        result = imgctl("--debug", *args, stdin=PASSWORD)
        assert result.rc == 0 and fake.host in result.err and "debug" in result.err.lower(), result
        tokens = [] if scheme == "basic" else list(auth.tokens)
        secrets = [PASSWORD, accounts.entry(USER, PASSWORD)["auth"], base64.b64encode(PASSWORD.encode()).decode(), *tokens]
        assert scheme == "basic" or tokens
        assert not [s for s in secrets if s in result.out + result.err]
