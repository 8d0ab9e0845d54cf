# SPDX-License-Identifier: Apache-2.0
"""registries.conf and its drop-ins: where a name is asked for, in which order, and who must not be asked."""
import contextlib

import pytest

import fakereg
from harness import accounts, images, machine

NAME = "team/app"


@pytest.fixture(scope="module")
def image():
    return images.Image(images.Layer().file("hello", "hello"))


@pytest.fixture
def start(image):
    """start(...) starts a fakereg.Registry that holds the image as NAME."""
    with contextlib.ExitStack() as stack:
        def start(name=NAME, **how):
            fake = stack.enter_context(fakereg.Registry(**how))
            fake.push(name, image)
            return fake
        yield start


@pytest.fixture
def conf(imgctl, registries_conf):
    """conf(text) configures imgctl with TEXT alone."""
    return registries_conf.write_text


def entry(prefix, origin, *mirrors, more=""):
    text = f'[[registry]]\nprefix = "{prefix}"\nlocation = "{origin}"\n{more}\n'
    return text + "".join(f'[[registry.mirror]]\nlocation = "{m}"\n' for m in mirrors)


def asked(*fakes):
    """Which of the registries were asked for a manifest."""
    return [bool(fake.seen(path="/manifests/")) for fake in fakes]


# names


def test_a_location_takes_the_place_of_the_prefix(imgctl, start, conf):
    fake = start("moved/here/app")
    conf(entry("registry.test/team", f"{fake.host}/moved/here"))
    assert imgctl.ok("pull", "-q", "registry.test/team/app") == "registry.test/team/app:latest\n"
    assert fake.seen(path="/v2/moved/here/app/manifests/latest")


def test_the_longest_prefix_decides(imgctl, start, conf):
    one, two = start(), start("app")
    conf(entry("registry.test", one.host) + entry("registry.test/team", two.host) +
         entry("registry.test/te", "127.0.0.1:1"))
    imgctl.ok("pull", "registry.test/team/app")
    assert asked(one, two) == [False, True]


@pytest.mark.parametrize("name, there", [("a.example.test", True), ("b.a.example.test", True),
                                         ("example.test", False), ("badexample.test", False)])
def test_prefixes_for_all_hosts_of_a_domain(imgctl, start, conf, name, there):
    fake = start()
    conf(f'[[registry]]\nprefix = "*.example.test"\nlocation = "{fake.host}"\n')
    machine.with_etc(imgctl, {"hosts": "127.0.0.1 localhost\n"})
    result = imgctl("pull", f"{name}/{NAME}")
    assert (result.rc == 0) == there == asked(fake)[0], result


def test_docker_hub_by_its_short_names(imgctl, start, conf):
    fake = start("library/thing")
    conf(entry("docker.io", fake.host))
    for name in ("thing", "docker.io/thing", "index.docker.io/library/thing:latest"):
        assert imgctl.ok("pull", "-q", name), name
    assert imgctl.ok("images", "--format", "{{.Repository}}") == "thing\n"


# order


def test_mirrors_in_their_order_and_the_origin_last(imgctl, start, conf):
    one, two, origin = start(), start(), start()
    conf(entry("registry.test", origin.host, one.host, two.host))
    imgctl.ok("pull", f"registry.test/{NAME}")
    assert asked(one, two, origin) == [True, False, False]
    one.fault(path="/v2/team", status=404)
    one.clear()
    one.fault(path="/v2/team", status=404)
    imgctl.ok("pull", f"registry.test/{NAME}")
    assert asked(one, two, origin) == [True, True, False]
    two.fault(path="/v2/team", status=404)
    imgctl.ok("pull", f"registry.test/{NAME}")
    assert asked(one, two, origin) == [True, True, True]


@pytest.mark.parametrize("fault", [dict(status=404), dict(status=401), dict(status=403),
                                   dict(path="/blobs/", status=404), None],
                         ids=["404", "401", "403", "no blob", "unreachable"])
def test_a_mirror_that_is_no_help(imgctl, start, conf, fault, image):
    mirror, origin = start(), start()
    if fault:
        mirror.fault(**{"path": "/v2/team/", **fault})
    conf(entry("registry.test", origin.host, mirror.host if fault else "127.0.0.1:1"))
    imgctl.ok("pull", f"registry.test/{NAME}")
    assert imgctl.ok("images", "-q", "--no-trunc").split() == [image.id]
    assert origin.seen("GET")


def test_the_complaint_is_the_origins(imgctl, start, conf):
    mirror, origin = start("other"), start("other")
    conf(entry("registry.test", origin.host, mirror.host))
    line = imgctl.fails("pull", f"registry.test/{NAME}", rc=1, err="not found").err
    assert origin.host in line and mirror.host not in line and len(line.splitlines()) == 1
    assert mirror.requests and origin.requests


def test_a_push_goes_to_the_origin(imgctl, start, conf, image):
    mirror, origin = start(), start("other")
    conf(entry("registry.test", origin.host, mirror.host))
    imgctl.ok("pull", f"registry.test/{NAME}")
    assert mirror.seen(path="/blobs/")
    mirror.clear()
    imgctl.ok("push", f"registry.test/{NAME}")
    assert origin.manifests[NAME]["latest"][0] == image.manifest
    assert not mirror.requests


@pytest.mark.parametrize("setting, place, by_tag, by_digest", [
    ('pull-from-mirror = "digest-only"', "mirror", False, True), ('pull-from-mirror = "tag-only"', "mirror", True, False),
    ('pull-from-mirror = "all"', "mirror", True, True), ("mirror-by-digest-only = true", "registry", False, True)])
def test_mirrors_for_tags_or_digests(imgctl, start, conf, image, setting, place, by_tag, by_digest):
    mirror, origin = start(), start()
    text = entry("registry.test", origin.host, mirror.host, more=setting if place == "registry" else "")
    conf(text + (setting + "\n" if place == "mirror" else ""))
    imgctl.ok("pull", f"registry.test/{NAME}:latest")
    assert asked(mirror, origin) == [by_tag, not by_tag]
    for fake in (mirror, origin):
        fake.clear()
    imgctl.another().ok("pull", f"registry.test/{NAME}@{image.digest}")
    assert asked(mirror, origin) == [by_digest, not by_digest]


# credentials


def test_each_gets_its_own_credentials(imgctl, start, conf):
    mirror = start(auth=fakereg.Basic({"m": "of the mirror"}))
    origin = start(auth=fakereg.Basic({"o": "of the origin"}))
    conf(entry("registry.test", origin.host, mirror.host))
    accounts.docker(imgctl, {origin.host: ("o", "of the origin"), "registry.test": ("n", "of the name")})
    imgctl.ok("pull", f"registry.test/{NAME}")
    assert {r.header("Authorization") for r in mirror.requests} == {None}
    assert {r.header("Authorization") for r in origin.requests} == {None, basic("o", "of the origin")}
    accounts.docker(imgctl, {origin.host: ("o", "of the origin"), mirror.host: ("m", "of the mirror")})
    origin.clear()
    imgctl.another().ok("pull", f"registry.test/{NAME}")
    assert not origin.requests
    assert {r.header("Authorization") for r in mirror.requests} == {None, basic("m", "of the mirror")}


def basic(user, password):
    return "Basic " + accounts.entry(user, password)["auth"]


# who must not be asked, who may be asked in the clear


@pytest.mark.parametrize("prefix, name", [
    ("registry.test", "registry.test/team/app"), ("registry.test/team", "registry.test/team/app:1"),
    ("registry.test/team/app", "registry.test/team/app"), ("*.test", "registry.test/x"), ("docker.io", "debian")])
@pytest.mark.parametrize("verb", ["pull", "create"])
def test_blocked(imgctl, start, conf, prefix, name, verb):
    fake = start()
    place = "" if prefix.startswith("*") else f'location = "{fake.host}"\n'
    conf(f'[[registry]]\nprefix = "{prefix}"\n{place}blocked = true\n[[registry.mirror]]\nlocation = "{fake.host}"\n')
    line = imgctl.fails(verb, name, err="is blocked by registries.conf").err
    assert prefix in line and not fake.requests


def test_blocked_for_push_and_login(imgctl, start, conf):
    fake = start()
    imgctl.ok("pull", "-q", fake.ref(NAME))
    fake.clear()
    conf(f'[[registry]]\nlocation = "{fake.host}"\nblocked = true\n')
    imgctl.fails("push", fake.ref(NAME), err="is blocked")
    imgctl.fails("login", "-u", "u", "--password-stdin", fake.host, stdin="p", err="is blocked")
    assert not fake.requests


def test_only_the_part_that_is_blocked(imgctl, start, conf):
    fake = start()
    conf(f'[[registry]]\nlocation = "{fake.host}/secret"\nblocked = true\n')
    imgctl.ok("pull", fake.ref(NAME))
    imgctl.fails("pull", fake.ref("secret/app"), err="is blocked")
    imgctl.fails("pull", fake.ref("secrets/app"), err="not found")


def test_insecure_is_said_of_each(imgctl, start, conf, authority):
    """TLS is not verified where `insecure` stands, and only there."""
    mirror, origin = start(authority=authority), start(authority=authority)
    conf(entry("registry.test", origin.host, mirror.host, more="insecure = true"))
    imgctl.ok("pull", f"registry.test/{NAME}")
    assert asked(mirror, origin) == [False, True]
    conf(entry("registry.test", origin.host, mirror.host) + "insecure = true\n")
    origin.clear()
    imgctl.another().ok("pull", f"registry.test/{NAME}")
    assert asked(mirror, origin) == [True, False]


# files


@pytest.fixture
def own_files(imgctl):
    """Without CONTAINERS_REGISTRIES_CONF; the folder of the user's configuration."""
    imgctl.env.pop("CONTAINERS_REGISTRIES_CONF")
    folder = imgctl.home / ".config/containers"
    (folder / "registries.conf.d").mkdir(parents=True, exist_ok=True)
    return folder


def test_the_users_file_stands_for_the_machines(imgctl, start, own_files):
    one, two = start(), start()
    machine.with_etc(imgctl, {"containers/registries.conf": entry("registry.test", one.host)})
    imgctl.ok("pull", f"registry.test/{NAME}")
    (own_files / "registries.conf").write_text(entry("registry.test", two.host))
    imgctl.ok("pull", f"registry.test/{NAME}")
    assert len(one.seen("GET", "/manifests/")) == 1 and asked(two) == [True]


def test_drop_ins(imgctl, start, own_files):
    """In the order of their names, the user's behind the machine's; the last word on a prefix counts."""
    one, two, three = start(), start(), start()
    machine.with_etc(imgctl, {
        "containers/registries.conf": entry("registry.test", "127.0.0.1:1"),
        "containers/registries.conf.d/20-b.conf": entry("registry.test", two.host),
        "containers/registries.conf.d/10-a.conf": entry("registry.test", one.host) + entry("one.test", one.host),
        "containers/registries.conf.d/30-c.conf.bak": "no toml [",
    })
    imgctl.ok("pull", f"registry.test/{NAME}")
    imgctl.ok("pull", f"one.test/{NAME}")
    assert asked(one, two, three) == [True, True, False]
    (own_files / "registries.conf.d/00.conf").write_text(entry("registry.test", three.host))
    imgctl.ok("pull", f"registry.test/{NAME}")
    assert asked(three) == [True]


def test_other_places_of_the_users_file(imgctl, start, own_files, tmp_path_of_test):
    fake = start()
    path = tmp_path_of_test / "config/containers/registries.conf"
    path.parent.mkdir(parents=True)
    path.write_text(entry("registry.test", fake.host))
    imgctl.ok("pull", f"registry.test/{NAME}", env={"XDG_CONFIG_HOME": tmp_path_of_test / "config"})
    imgctl.ok("pull", f"registry.test/{NAME}", env={"CONTAINERS_REGISTRIES_CONF": path})


@pytest.mark.parametrize("text, error", [
    ("[[registry]\n", r"registries\.conf.*line 1"), ('a = 1\na = 2\n', r"registries\.conf.*line 2"),
    ('[[registry]]\nlocation = "https://x.test"\n', "without a scheme"),
    ('[[registry]]\nprefix = "x.test"\nblocked = "yes"\n', "blocked"),
    ('[[registry]]\ninsecure = true\n', "location")], ids=["bracket", "twice", "scheme", "type", "no location"])
def test_files_that_are_wrong(imgctl, start, conf, text, error):
    fake = start()
    conf(text)
    line = imgctl.fails("pull", fake.ref(NAME), rc=1, err=error).err
    assert "registries.conf" in line and len(line.splitlines()) == 1 and not fake.requests


def test_what_others_have_in_the_file_is_no_mistake(imgctl, start, conf):
    fake = start()
    conf('unqualified-search-registries = ["docker.io"]\nshort-name-mode = "enforcing"\nnews = 1\n'
         'credential-helpers = ["containers-auth.json"]\n[aliases]\n"x" = "y.test/x"\n' + entry("registry.test", fake.host))
    imgctl.ok("pull", f"registry.test/{NAME}")
