# SPDX-License-Identifier: Apache-2.0
"""Whom imgctl trusts: authorities of the machine and of one registry, client certificates, and never plain HTTP by itself."""
import contextlib
import socket
import ssl
import subprocess
import threading
import types

import pytest

import fakereg
from harness import images, machine, registry

NAME = "team/app"
OUTSIDE = "registry.test"  # a name that is not loopback, whatever it resolves to
HOSTS = f"127.0.0.1 localhost\n127.0.0.1 {OUTSIDE}\n"


@pytest.fixture(scope="module")
def image():
    return images.Image(images.Layer().file("hello", "hello"))


@pytest.fixture
def start(image):
    """start(...) starts a fakereg.Registry that holds the image."""
    with contextlib.ExitStack() as stack:
        def start(**how):
            fake = stack.enter_context(fakereg.Registry(**how))
            fake.push(NAME, image)
            return fake
        yield start


def issuing(authority, **how):
    """AUTHORITY as the scripted registry asks it, its certificates made as HOW says."""
    return types.SimpleNamespace(certificate=authority.certificate, issue=lambda name: authority.issue(name, **how))


def hashed(authority):
    """The name that OpenSSL looks for the certificate of AUTHORITY by."""
    return subprocess.check_output(["openssl", "x509", "-noout", "-hash", "-in", authority.certificate],
                                   text=True).strip() + ".0"


class Listener:
    """A port that closes every connection, after a handshake when it has a CONTEXT, and knows how each began."""

    def __init__(self, context=None):
        self.began, self.context = [], context
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                link = self.server.accept()[0]
                self.began.append(link.recv(1, socket.MSG_PEEK))
                with contextlib.suppress(OSError), link:
                    if self.context:
                        link = self.context.wrap_socket(link, server_side=True)
                        link.recv(100)
                    link.close()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.thread.join()


# authorities


def test_an_unknown_authority_is_refused(imgctl, start, authority):
    fake = start(authority=authority)
    result = imgctl.fails("pull", fake.ref(NAME), rc=1, err="(?i)certificate")
    assert fake.host in result.err and len(result.err.splitlines()) == 1
    assert not fake.requests


@pytest.mark.parametrize("where", ["SSL_CERT_FILE", "SSL_CERT_DIR", "/etc/ssl/certs"])
def test_the_authorities_of_the_machine(imgctl, start, authority, tmp_path_of_test, where):
    fake, folder = start(authority=authority), tmp_path_of_test / "authorities"
    folder.mkdir()
    (folder / hashed(authority)).write_bytes(authority.certificate.read_bytes())
    if where == "SSL_CERT_FILE":
        imgctl.env[where] = str(authority.certificate)
    elif where == "SSL_CERT_DIR":
        imgctl.env[where] = str(folder)
    else:
        machine.with_etc(imgctl, {f"ssl/certs/{hashed(authority)}": authority.certificate.read_bytes()})
    imgctl.ok("pull", fake.ref(NAME))
    imgctl.env.pop(where, None)
    if where.startswith("SSL"):
        imgctl.fails("pull", fake.ref(NAME), err="(?i)certificate")


@pytest.mark.parametrize("folder", ["/etc/docker", "/etc/containers", "home"])
def test_the_authority_of_one_registry(imgctl, start, authority, folder):
    fake, other = start(authority=authority), start(authority=authority)
    if folder == "home":
        fake.trust(imgctl.home)
    else:
        machine.with_etc(imgctl, {f"{folder[5:]}/certs.d/{fake.host}/any.crt": authority.certificate.read_bytes()})
    imgctl.ok("pull", fake.ref(NAME))
    imgctl.fails("pull", other.ref(NAME), err="(?i)certificate")
    assert not other.requests


def test_an_authority_beside_those_of_the_machine(imgctl, start, authority, tmp_path_of_test):
    private = registry.Authority(tmp_path_of_test / "private", "a private CA")
    fake = start(authority=authority)
    (fake.trust(imgctl.home) / "ca.crt").write_bytes(private.certificate.read_bytes())
    imgctl.fails("pull", fake.ref(NAME), err="(?i)certificate")
    imgctl.ok("pull", fake.ref(NAME), env={"SSL_CERT_FILE": authority.certificate})


# certificates that are no good


def test_a_certificate_signed_by_itself(imgctl, start, tmp_path_of_test):
    alone = registry.Authority(tmp_path_of_test / "alone", "localhost")
    fake = start(authority=types.SimpleNamespace(certificate=alone.certificate,
                                                 issue=lambda name: (alone.certificate, alone.key)))
    imgctl.fails("pull", fake.ref(NAME), err="(?i)self.signed certificate")
    assert not fake.requests


def test_a_certificate_of_another_host(imgctl, start, authority):
    fake = start(authority=issuing(authority, names="DNS:elsewhere.test,IP:127.0.0.2"))
    fake.trust(imgctl.home)
    imgctl.fails("pull", fake.ref(NAME), err=rf"{fake.host}.*(?i:does not match|no alternative)")
    assert not fake.requests


def test_a_certificate_that_has_expired(imgctl, start, authority):
    fake = start(authority=issuing(authority, days=-1))
    fake.trust(imgctl.home)
    imgctl.fails("pull", fake.ref(NAME), err="certificate has expired .*clock says 20")
    assert not fake.requests


def test_a_certificate_that_is_for_clients(imgctl, start, authority):
    fake = start(authority=issuing(authority, usage="clientAuth"))
    fake.trust(imgctl.home)
    imgctl.fails("pull", fake.ref(NAME), err="(?i)purpose")
    assert not fake.requests


# client certificates


@pytest.fixture
def demanding(start, authority):
    """A registry that speaks to nobody without a certificate."""
    fake = start(authority=authority, client_authority=authority)
    fake.context.verify_mode = ssl.CERT_REQUIRED
    return fake


@pytest.mark.parametrize("folder", ["/etc/docker", "home"])
def test_client_certificate(imgctl, demanding, authority, folder):
    certificate, key = (path.read_bytes() for path in authority.issue("client", "clientAuth"))
    place = demanding.trust(imgctl.home)
    imgctl.fails("pull", demanding.ref(NAME), rc=1, err=demanding.host)
    assert not demanding.requests
    files = {"ca.crt": authority.certificate.read_bytes(), "me.cert": certificate, "me.key": key}
    if folder == "home":
        for name, content in files.items():
            (place / name).write_bytes(content)
    else:
        (place / "ca.crt").unlink()
        place.rmdir()
        machine.with_etc(imgctl, {f"docker/certs.d/{demanding.host}/{k}": v for k, v in files.items()})
    imgctl.ok("pull", demanding.ref(NAME))
    assert demanding.requests and all(r.certificate for r in demanding.requests)


def test_no_client_certificate(imgctl, authority, tmp_path_of_test):
    real = registry.Registry(tmp_path_of_test / "registry", authority, client_authority=authority).start()
    try:
        real.trust(imgctl.home)
        imgctl.fails("pull", real.ref(NAME), err="(?i)certificate required|bad certificate")
    finally:
        real.stop()


@pytest.mark.parametrize("there, missing", [("me.cert", "me.key"), ("me.key", "me.cert")])
def test_half_a_pair(imgctl, demanding, authority, there, missing):
    certificate, key = authority.issue("client", "clientAuth")
    source = certificate if there == "me.cert" else key
    (demanding.trust(imgctl.home) / there).write_bytes(source.read_bytes())
    imgctl.fails("pull", demanding.ref(NAME), err=rf"certs\.d/{demanding.host}/{there}: there is no {missing} beside it")


# plain HTTP


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.9.8.7", "[::1]"])
def test_plain_on_loopback(imgctl, start, host):
    if host == "[::1]":
        fake = start()
        fake.server.socket.close()
        try:
            fake.server.socket = socket.create_server(("::1", fake.port), family=socket.AF_INET6)
        except OSError:
            pytest.skip("needs ::1 on the loopback interface")
    elif host == "127.9.8.7":
        fake = start(host="127.9.8.7")
    else:
        fake = start()
    imgctl.ok("pull", f"{host}:{fake.port}/{NAME}")


def test_plain_elsewhere_only_as_configured(imgctl, start, registries_conf):
    fake = start()
    name = f"{OUTSIDE}:{fake.port}/{NAME}"
    machine.with_etc(imgctl, {"hosts": HOSTS})
    line = imgctl.fails("pull", name, rc=1, err=f"TLS with {OUTSIDE}").err
    assert len(line.splitlines()) == 1 and not fake.requests
    registries_conf.write_text(f'[[registry]]\nlocation = "{OUTSIDE}:{fake.port}"\ninsecure = true\n')
    imgctl.ok("pull", name)
    assert fake.seen("GET", "/manifests/")


def test_insecure_is_tls_first(imgctl, start, authority, registries_conf):
    fake = start(authority=issuing(authority, days=-1))
    machine.with_etc(imgctl, {"hosts": HOSTS})
    registries_conf.write_text(f'[[registry]]\nlocation = "{OUTSIDE}:{fake.port}"\ninsecure = true\n')
    imgctl.ok("pull", f"{OUTSIDE}:{fake.port}/{NAME}")
    assert fake.seen("GET", "/blobs/")


@pytest.mark.parametrize("insecure", ["", "insecure = false"])
def test_no_plain_byte_where_tls_fails(imgctl, registries_conf, insecure):
    with Listener() as port:
        machine.with_etc(imgctl, {"hosts": HOSTS})
        registries_conf.write_text(f'[[registry]]\nlocation = "{OUTSIDE}:{port.port}"\n{insecure}\n')
        imgctl.fails("pull", f"{OUTSIDE}:{port.port}/{NAME}", rc=1)
        assert port.began and set(port.began) == {b"\x16"}


def test_no_plain_byte_where_trust_fails(imgctl, authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("listener"))
    with Listener(context) as port:
        imgctl.fails("pull", f"127.0.0.1:{port.port}/{NAME}", rc=1, err="(?i)certificate")
        assert port.began and set(port.began) == {b"\x16"}


def test_no_plain_byte_where_tls_refuses(imgctl, authority):
    """TLS 1.2 tells in the handshake that a client certificate is wanted: no reason to try without TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("listener"))
    context.load_verify_locations(authority.certificate)
    context.verify_mode, context.maximum_version = ssl.CERT_REQUIRED, ssl.TLSVersion.TLSv1_2
    with Listener(context) as port:
        imgctl.fails("pull", f"127.0.0.1:{port.port}/{NAME}", rc=1, err="(?i)alert",
                     env={"SSL_CERT_FILE": authority.certificate})
        assert port.began and set(port.began) == {b"\x16"}


def test_insecure_false_means_loopback_too(imgctl, start, registries_conf):
    fake = start()
    registries_conf.write_text(f'[[registry]]\nlocation = "{fake.host}"\ninsecure = false\n')
    imgctl.fails("pull", fake.ref(NAME), err=f"TLS with {fake.host}")
    assert not fake.requests
