# SPDX-License-Identifier: Apache-2.0
"""imgctl login and logout, at a real registry with passwords."""
import base64
import json
import signal
import stat
import termios

import pexpect
import pytest

import fakereg
from harness import accounts, images, registry

USER, PASSWORD = "alice", "se:cret word"
NAME = "private/app"


@pytest.fixture
def server(imgctl, auth_registry):
    """The registry, trusted by imgctl."""
    auth_registry.trust(imgctl.home)
    return auth_registry


@pytest.fixture(scope="module")
def image(auth_registry):
    image = images.Image(images.Layer().file("hello", "hello"))
    auth_registry.push(NAME, image)
    return image


def login(imgctl, server, password=PASSWORD, user=USER):
    return imgctl("login", "-u", user, "--password-stdin", server.host, stdin=password)


def kept(imgctl):
    """{host: "user:password"} of docker's configuration."""
    document = json.loads((imgctl.home / ".docker/config.json").read_text())
    return {host: base64.b64decode(entry["auth"]).decode() for host, entry in document["auths"].items()}


def test_login_pull_logout(imgctl, server, image):
    imgctl.fails("pull", server.ref(NAME), rc=1, err=f"access denied .*imgctl login {server.host}")
    result = login(imgctl, server, PASSWORD + "\n")
    assert result.out == "Login Succeeded\n", result
    path = imgctl.home / ".docker/config.json"
    assert result.err == f"WARNING! Your password will be stored unencrypted in {path}.\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert kept(imgctl) == {server.host: f"{USER}:{PASSWORD}"}
    imgctl.ok("pull", server.ref(NAME))
    assert imgctl.ok("logout", server.host) == f"Removing login credentials for {server.host}\n"
    assert kept(imgctl) == {}
    assert imgctl.ok("logout", server.host) == f"Not logged in to {server.host}\n"
    imgctl.fails("pull", server.ref(NAME), err="access denied")


@pytest.mark.parametrize("password", ["wrong", "se", PASSWORD + " ", "SE:CRET WORD"])
def test_a_wrong_password_is_not_kept(imgctl, server, password):
    result = login(imgctl, server, password)
    assert result.rc == 1 and not result.out
    assert "unauthorized" in result.err and server.host in result.err and len(result.err.splitlines()) == 1
    assert not (imgctl.home / ".docker/config.json").exists()


def test_a_wrong_password_leaves_the_good_one(imgctl, server):
    assert login(imgctl, server).rc == 0
    assert login(imgctl, server, "wrong").rc == 1
    assert kept(imgctl) == {server.host: f"{USER}:{PASSWORD}"}


@pytest.mark.parametrize("user, password", [
    ("bob", "pässwörd€"), ("bob", "a:b:c:"), ("bob", "x" * 70), ("bob", " spaces "), ("bob", "\"quotes'\\$(id)%41")])
def test_passwords_of_all_sorts(imgctl, authority, tmp_path_of_test, user, password):
    server = registry.Registry(tmp_path_of_test / "registry", authority, users={user: password}).start()
    try:
        server.trust(imgctl.home)
        result = login(imgctl, server, password + "\r\n", user)
        assert result.rc == 0, result
        assert kept(imgctl) == {server.host: f"{user}:{password}"}
    finally:
        server.stop()


def test_what_others_keep_stays(imgctl, server):
    accounts.docker(imgctl, {"other.test": ("u", "p")}, psFormat="{{.ID}}", credHelpers={"third.test": "x"})
    assert login(imgctl, server).rc == 0
    imgctl.ok("logout", server.host)
    document = json.loads((imgctl.home / ".docker/config.json").read_text())
    assert document == {"auths": {"other.test": accounts.entry("u", "p")}, "psFormat": "{{.ID}}",
                        "credHelpers": {"third.test": "x"}}


@pytest.mark.parametrize("how", ["--config", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE"])
def test_another_place(imgctl, server, image, tmp_path_of_test, how):
    path = tmp_path_of_test / "elsewhere/config.json"
    if how == "--config":
        imgctl.options = [how, path.parent]
    else:
        imgctl.env[how] = str(path if how == "REGISTRY_AUTH_FILE" else path.parent)
    assert login(imgctl, server).rc == 0
    assert list(json.loads(path.read_text())["auths"]) == [server.host]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not (imgctl.home / ".docker").exists()
    imgctl.ok("pull", server.ref(NAME))
    imgctl.ok("logout", server.host)
    assert json.loads(path.read_text())["auths"] == {}


def test_a_helper_program_keeps_it(imgctl, server, image):
    helper = accounts.Helper(imgctl, "test")
    accounts.docker(imgctl, credsStore="test")
    result = login(imgctl, server)
    assert (result.rc, result.out, result.err) == (0, "Login Succeeded\n", "")
    assert helper.secrets == {server.host: [USER, PASSWORD]}
    assert PASSWORD not in (imgctl.home / ".docker/config.json").read_text()
    assert accounts.entry(USER, PASSWORD)["auth"] not in (imgctl.home / ".docker/config.json").read_text()
    imgctl.ok("pull", server.ref(NAME))
    imgctl.ok("logout", server.host)
    assert helper.secrets == {} and ["erase", server.host] in helper.calls


def test_schemes_and_paths_are_no_part_of_the_name(imgctl, server):
    imgctl.ok("login", "-u", USER, "--password-stdin", f"https://{server.host}/v2/", stdin=PASSWORD)
    assert list(kept(imgctl)) == [server.host]
    imgctl.ok("logout", f"https://{server.host}/v1/")
    assert kept(imgctl) == {}


@pytest.mark.parametrize("args, error", [
    (["-u", USER, "-p", "x", "--password-stdin"], "--password and --password-stdin are mutually exclusive"),
    (["--password-stdin"], "Must provide --username with --password-stdin"),
    (["-u", USER], "non TTY"), ([], "non TTY"), (["-u", USER, "--password-stdin"], "must not be empty")])
def test_calls_that_cannot_work(imgctl, server, args, error):
    imgctl.fails("login", *args, server.host, rc=1, err=error, stdin="")


def test_the_password_as_an_option(imgctl, server):
    result = imgctl("login", "-u", USER, "-p", PASSWORD, server.host)
    assert result.out == "Login Succeeded\n"
    assert "WARNING! Using --password via the CLI is insecure. Use --password-stdin." in result.err


def test_offline(imgctl, server):
    imgctl.options = ["--offline"]
    imgctl.fails("login", "-u", USER, "--password-stdin", server.host, stdin=PASSWORD, err=f"offline: .*{server.host}")
    assert not (imgctl.home / ".docker").exists()


# on a terminal


def test_asked_on_a_terminal(imgctl, server):
    child = imgctl.pty("login", server.host)
    child.expect_exact("Username: ")
    child.sendline(USER)
    child.expect_exact("Password: ")
    assert child.waitnoecho(5), "the password would be shown"
    child.sendline(PASSWORD)
    child.expect_exact("Login Succeeded")
    assert "cret" not in child.before
    child.expect_exact(["\n"])
    child.wait()
    assert child.exitstatus == 0
    assert kept(imgctl) == {server.host: f"{USER}:{PASSWORD}"}


def test_long_secrets_on_a_terminal(imgctl):
    """Tokens that stand for passwords have kilobytes; a cut one would be refused like a wrong one."""
    secret = "0123456789" * 300
    with fakereg.Registry(auth=fakereg.Basic({USER: secret})) as server:
        child = imgctl.pty("login", "-u", USER, server.host)
        child.expect_exact("Password: ")
        assert child.waitnoecho(5)
        child.sendline(secret)
        child.expect_exact("Login Succeeded")
        child.wait()
        assert kept(imgctl) == {server.host: f"{USER}:{secret}"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_prompt_gives_the_terminal_back(imgctl, server, number):
    child = imgctl.pty("login", "-u", USER, server.host)
    child.expect_exact("Password: ")
    assert child.waitnoecho(5)
    child.kill(number)
    child.expect(pexpect.EOF)
    child.wait()
    assert child.signalstatus == number
    assert termios.tcgetattr(child.child_fd)[3] & termios.ECHO, "the terminal shows nothing any more"
    assert not (imgctl.home / ".docker").exists()
