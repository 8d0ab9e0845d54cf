# SPDX-License-Identifier: Apache-2.0
"""Bridge networks, names, published ports, and the firewalls of others. Everything is in the tests' own namespace."""
import json
import pathlib
import re
import socket
import subprocess
import time
import urllib.request

import pytest

from harness import own_network, peers
from harness.bundle import until

WEB = ("sh", "-c", "mkdir -p /www && hostname >/www/index.html && exec httpd -f -p 80 -h /www")


def get(url):
    """What is answered within ten seconds; None when nothing is."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            return urllib.request.urlopen(url, timeout=2).read().decode()
        except OSError:
            time.sleep(0.05)
    return None


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


def address(imgctl, name):
    return imgctl.inspect(name, "{{json .NetworkSettings.Networks}}").popitem()[1]["IPAddress"]


def ask(imgctl, busybox, address_, port, *options):
    """The page that is served there, asked for by another container (busybox's wget looks names up and dies of it)."""
    script = f"echo 'GET / HTTP/1.0' | timeout 5 nc {address_} {port}"
    return imgctl("run", "--rm", *options, busybox, "sh", "-c", script).out.rpartition("\r\n\r\n")[2]


def rules():
    """The rules of others."""
    text = subprocess.run(["nft", "list", "ruleset"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return re.sub(r"(?m)^table (inet|bridge) imgctl \{.*?^\}\n", "", text, flags=re.S)


def test_the_default_bridge(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "web", busybox, *WEB)
    own = address(imgctl, "web")
    out = imgctl.ok("exec", "web", "sh", "-c", "ip -4 addr show eth0; ip route; cat /etc/hosts")
    gateway = re.search(r"default via (\S+) dev eth0", out).group(1)
    assert f"inet {own}/16" in out and re.search(rf"^{own}\t", out, re.M)
    assert gateway == imgctl.inspect("web")["NetworkSettings"]["Gateway"]
    assert get(f"http://{own}/") == imgctl.ok("exec", "web", "hostname")
    assert ask(imgctl, busybox, own, 80) == imgctl.ok("exec", "web", "hostname")
    # docker's names for one another are for networks of the user's only
    assert "web" not in imgctl.ok("run", "--rm", busybox, "cat", "/etc/hosts")


def test_published_ports(imgctl, busybox):
    port, own = free_port(), None
    imgctl.ok("run", "-d", "--name", "web", "-p", f"{port}:80", busybox, *WEB)
    own = imgctl.ok("exec", "web", "hostname")
    assert get(f"http://127.0.0.1:{port}/") == own
    assert imgctl.ok("port", "web") == f"80/tcp -> 0.0.0.0:{port}\n80/tcp -> [::]:{port}\n"
    assert f"0.0.0.0:{port}->80/tcp, [::]:{port}->80/tcp" in imgctl.ok("ps")
    gateway = imgctl.inspect("web")["NetworkSettings"]["Gateway"]
    assert ask(imgctl, busybox, gateway, port) == own  # from another container, by the host
    imgctl.fails("run", "-d", "--name", "two", "-p", f"{port}:80", busybox, "sleep", "1000", rc=125,
                 err="port is already allocated")
    imgctl.ok("rm", "-f", "web")
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), 2)


def test_a_port_of_another_program_is_refused(imgctl, busybox):
    with socket.socket() as it:
        it.bind(("0.0.0.0", 0))
        it.listen()
        imgctl.fails("run", "--name", "web", "-p", f"{it.getsockname()[1]}:80", busybox, "true", rc=125,
                     err="port is already allocated")
    assert imgctl.inspect("web", "{{.State.Pid}}") == 0


def test_names_on_a_network_of_the_users(imgctl, busybox):
    imgctl.ok("network", "create", "--subnet", "10.213.7.0/24", "--gateway", "10.213.7.254", "blue")
    imgctl.ok("run", "-d", "--name", "web", "--network", "blue", "--network-alias", "site", busybox, *WEB)
    own = imgctl.ok("exec", "web", "hostname")
    assert get(f"http://{address(imgctl, 'web')}/") == own
    assert ask(imgctl, busybox, address(imgctl, "web"), 80, "--network", "blue") == own
    line = f"{address(imgctl, 'web')}\tweb site {own}"
    assert line in imgctl.ok("run", "--rm", "--network", "blue", busybox, "cat", "/etc/hosts")
    imgctl.ok("run", "-d", "--name", "late", "--network", "blue", "--ip", "10.213.7.77", busybox, "sleep", "1000")
    assert re.search(r"^10\.213\.7\.77\tlate ", imgctl.ok("exec", "web", "cat", "/etc/hosts"), re.M)
    imgctl.ok("rm", "-f", "late")
    assert "10.213.7.77" not in imgctl.ok("exec", "web", "cat", "/etc/hosts")
    imgctl.fails("run", "--network", "blue", "--ip", "10.9.9.9", busybox, "true", rc=125, err="does not belong")
    imgctl.fails("run", "--network", "blue", "--ip", address(imgctl, "web"), busybox, "true", rc=125,
                 err="already in use")


def test_networks_are_apart(imgctl, busybox):
    for name in ("blue", "red"):
        imgctl.ok("network", "create", name)
    imgctl.ok("network", "create", "--internal", "inner")
    imgctl.ok("run", "-d", "--name", "web", "--network", "blue", busybox, *WEB)
    own = address(imgctl, "web")
    assert get(f"http://{own}/")
    assert ask(imgctl, busybox, own, 80, "--network", "blue") != ""
    assert ask(imgctl, busybox, own, 80, "--network", "red") == ""
    assert "default" not in imgctl.ok("run", "--rm", "--network", "inner", busybox, "ip", "route")
    # 127.0.0.1 of the host, which published ports come from, is not for containers
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        it.listen()
        gateway = imgctl.inspect("web", "{{json .NetworkSettings.Networks}}")["blue"]["Gateway"]
        script = (f"ip route add 127.0.0.2/32 via {gateway} 2>/dev/null; "
                  f"nc -w 1 127.0.0.2 {it.getsockname()[1]} </dev/null && echo in")
        assert "in" not in imgctl("run", "--rm", "--cap-add", "NET_ADMIN", "--network", "blue", busybox, "sh", "-c", script).out


def test_create_list_inspect_remove(imgctl, busybox):
    identity = imgctl.ok("network", "create", "--label", "a=b", "blue").strip()
    rows = [line.split()[1:] for line in imgctl.ok("network", "ls").splitlines()[1:]]
    assert rows == [["blue", "bridge", "local"], ["bridge", "bridge", "local"], ["host", "host", "local"],
                    ["none", "null", "local"]]
    document = imgctl.json("network", "inspect", "blue")[0]
    assert document["Id"] == identity and document["Labels"] == {"a": "b"} and document["Containers"] == {}
    imgctl.fails("network", "create", "blue", rc=1, err="network with name blue already exists")
    subnet = document["IPAM"]["Config"][0]["Subnet"]
    imgctl.fails("network", "create", "--subnet", subnet, "red", rc=1, err="Pool overlaps")
    imgctl.fails("network", "rm", "bridge", rc=1, err="pre-defined network and cannot be removed")
    imgctl.fails("network", "rm", "nope", rc=1, err="network nope not found")
    imgctl.ok("run", "-d", "--name", "one", "--network", "blue", busybox, "sleep", "1000")
    imgctl.fails("network", "rm", "blue", rc=1, err="has active endpoints")
    assert list(imgctl.json("network", "inspect", "blue")[0]["Containers"].values())[0]["Name"] == "one"
    imgctl.ok("rm", "-f", "one")
    assert imgctl.ok("network", "rm", identity[:12]) == identity[:12] + "\n"
    imgctl.ok("network", "create", "--label", "keep", "kept")
    imgctl.ok("network", "create", "gone")
    # whoever does not run is on no network, as docker sees it
    imgctl.ok("create", "--name", "idle", "--network", "gone", busybox)
    imgctl.ok("run", "-d", "--network", "kept", busybox, "sleep", "1000")
    for dangling, names in (("true", "gone\n"), ("false", "bridge\nhost\nkept\nnone\n")):
        assert imgctl.ok("network", "ls", "-f", f"dangling={dangling}", "--format", "{{.Name}}") == names
    assert imgctl.ok("network", "prune", "-f") == "Deleted Networks:\ngone\n\n"
    imgctl.fails("start", "idle", rc=1, err="network gone not found")
    imgctl.ok("rm", "-f", *imgctl.ok("ps", "-aq").split())
    assert imgctl.ok("network", "prune", "-f", "--filter", "label!=keep") == ""
    assert imgctl.ok("network", "ls", "-q", "-f", "type=custom", "--format", "{{.Name}}") == "kept\n"


def test_connect_and_disconnect(imgctl, busybox):
    imgctl.ok("network", "create", "blue")
    imgctl.ok("run", "-d", "--name", "web", busybox, *WEB)
    imgctl.ok("network", "connect", "--alias", "site", "blue", "web")
    assert imgctl.ok("exec", "web", "ls", "/sys/class/net").split() == ["eth0", "eth1", "lo"]
    assert "\tweb site " in imgctl.ok("run", "--rm", "--network", "blue", busybox, "cat", "/etc/hosts")
    imgctl.fails("network", "connect", "blue", "web", rc=1, err="already exists in network blue")
    imgctl.ok("network", "disconnect", "blue", "web")
    assert imgctl.ok("exec", "web", "ls", "/sys/class/net").split() == ["eth0", "lo"]
    imgctl.ok("create", "--name", "idle", busybox, "ls", "/sys/class/net")
    imgctl.ok("network", "connect", "blue", "idle")
    assert imgctl.ok("start", "-a", "idle").split() == ["eth0", "eth1", "lo"]


def test_rules_that_were_flushed_come_back(imgctl, busybox):
    port = free_port()
    imgctl.ok("run", "-d", "--name", "web", "-p", f"{port}:80", busybox, *WEB)
    subprocess.run(["nft", "flush", "ruleset"], check=True)
    imgctl.ok("run", "--rm", busybox, "true")
    assert get(f"http://127.0.0.1:{port}/") == imgctl.ok("exec", "web", "hostname")


def test_tables_of_another_version_are_made_anew(imgctl, busybox):
    """As after an upgrade while containers run."""
    port = free_port()
    imgctl.ok("run", "-d", "--name", "web", "-p", f"{port}:80", busybox, *WEB)
    subprocess.run(["nft", "flush chain bridge imgctl prerouting; delete set bridge imgctl macs"], check=True)
    imgctl.ok("run", "--rm", busybox, "true")
    assert "macs" in subprocess.run(["nft", "list", "table", "bridge", "imgctl"], check=True, stdout=subprocess.PIPE, text=True).stdout
    assert get(f"http://127.0.0.1:{port}/") == imgctl.ok("exec", "web", "hostname")


@pytest.mark.parametrize("commands", ["", "add table ip filter; add chain ip filter FORWARD { type filter hook forward "
                                      "priority 0; policy drop; }; add rule ip filter FORWARD iifname other0 accept",
                                      "add table inet firewalld; add chain inet firewalld last { type filter hook forward "
                                      "priority 10; policy accept; }; add rule inet firewalld last reject"],
                         ids=["open", "policy drop", "reject"])
def test_the_world_and_the_firewalls_of_others(imgctl, busybox, world, commands):
    if commands:
        subprocess.run(["nft", commands], check=True)
    before = rules()
    try:
        assert imgctl.ok("run", "--rm", busybox, "nc", "192.0.2.2", "80") == "192.0.2.1"
        assert rules() == before
        port = free_port()
        imgctl.ok("run", "-d", "--name", "web", "-p", f"{port}:80", busybox, *WEB)
        get(f"http://127.0.0.1:{port}/")
        seen = subprocess.run(["nsenter", "-t", str(world), "-n", "busybox", "nc", "-w", "5", "192.0.2.1", str(port)],
                              input="GET / HTTP/1.0\n\n", stdout=subprocess.PIPE, text=True, check=True).stdout
        assert seen.endswith(imgctl.ok("exec", "web", "hostname"))
        # only what is published: the container's own address is not for others
        own = address(imgctl, "web")
        subprocess.run(["nsenter", "-t", str(world), "-n", "ip", "route", "add", own, "via", "192.0.2.1"], check=True)
        assert subprocess.run(["nsenter", "-t", str(world), "-n", "busybox", "nc", "-w", "1", own, "80"],
                              stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode != 0
        imgctl.ok("rm", "-f", "web")
        assert rules() == before
    finally:
        subprocess.run("nft delete table ip filter; nft delete table inet firewalld", shell=True, check=False,
                       stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("options, how", [(["--rm"], "rm"), ([], "prune")], ids=["removed", "kept"])
def test_whoever_is_leaving_is_waited_for(imgctl, busybox, tmp_path_of_test, options, how):
    """The container has ended, and its monitor, slowed down, has not taken it off its network yet."""
    peers.need("strace")
    imgctl.ok("network", "create", "blue")
    slow = imgctl.popen(command=["strace", "-f", "-qq", "-o", tmp_path_of_test / "log", "-e", "trace=unlinkat", "-e", "inject=unlinkat:delay_enter=300000",
                                 *imgctl.command("run", "-i", *options, "--network", "blue", busybox, "cat")],
                        stdin=subprocess.PIPE)
    until(lambda: imgctl.ok("ps", "-q"), "running", 60)
    slow.stdin.close()
    slow.stdin = None
    until(lambda: imgctl.ok("ps", "-q") == "", "over", 60)
    if how == "rm":
        imgctl.ok("network", "rm", "blue")
    else:
        assert "blue" in imgctl.ok("network", "prune", "-f")
    assert slow.wait(60) == 0


def test_nothing_is_left(imgctl, busybox):
    before = own_network.links()
    imgctl.ok("network", "create", "blue")
    imgctl.ok("run", "--rm", "--network", "blue", "-p", str(free_port()), busybox, "true")
    imgctl.ok("network", "prune", "-f")
    end = time.monotonic() + 10
    while time.monotonic() < end and own_network.links() != before:
        time.sleep(0.05)
    assert own_network.links() == before
    text = subprocess.run(["nft", "list", "ruleset"], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert "elements" not in text
    leases = [json.loads(path.read_text()) for path in pathlib.Path(imgctl.runroot, "networks").glob("*.json")]
    assert all(lease == {} for lease in leases)


def told(imgctl, *options):
    """What `events` tells of networks, as (action, network, container's name or "")."""
    lines = imgctl.ok("events", "--since", "1h", "--until", "0s", "--format", "json", "-f", "type=network", *options).splitlines()
    actors = [(event["Action"], event["Actor"]) for event in map(json.loads, lines)]
    return [(action, actor["Attributes"]["name"], actor["Attributes"].get("container", "")) for action, actor in actors]


def test_events_of_networks(imgctl, busybox):
    identity = imgctl.ok("network", "create", "blue").strip()
    one = imgctl.ok("run", "-d", "--name", "one", "--network", "blue", busybox, "sleep", "1000").strip()
    two = imgctl.ok("run", "-d", "--name", "two", busybox, "sleep", "1000").strip()
    imgctl.ok("network", "connect", "blue", "two")
    imgctl.ok("network", "disconnect", "blue", "two")
    imgctl.ok("rm", "-f", "one", "two")
    imgctl.ok("network", "rm", "blue")
    assert told(imgctl, "-f", "network=blue") == [
        ("create", "blue", ""), ("connect", "blue", one), ("connect", "blue", two), ("disconnect", "blue", two),
        ("disconnect", "blue", one), ("destroy", "blue", "")]
    assert told(imgctl, "-f", f"network={identity}") == told(imgctl, "-f", "network=blue")
    assert told(imgctl, "-f", "network=bridge") == [("connect", "bridge", two), ("disconnect", "bridge", two)]


def test_ps_by_networks_and_ports(imgctl, busybox):
    identity = imgctl.ok("network", "create", "blue").strip()
    first, second = free_port(), free_port()
    imgctl.ok("run", "-d", "--name", "one", "-p", f"{first}:80", "--expose", "90-91", busybox, "sleep", "1000")
    imgctl.ok("run", "-d", "--name", "two", "--network", "blue", "-p", f"{second}:53/udp", busybox, "sleep", "1000")
    imgctl.ok("run", "-d", "--name", "both", "--network", "bridge", "--network", "blue", busybox, "sleep", "1000")
    for wanted, *filters in (
            (["one", "both"], "network=bridge"), (["two", "both"], "network=blue"), (["two", "both"], f"network={identity}"),
            (["one", "two", "both"], "network=blue", "network=bridge"), ([], "network=nope"),
            (["one"], f"publish={first}"), (["one"], f"publish={first}/tcp"), ([], f"publish={first}/udp"), ([], f"publish={second}"),
            (["two"], f"publish={second}/udp"), (["one"], "expose=80"), (["one"], "expose=88-95/tcp"), (["two"], "expose=53/udp"),
            ([], "publish=80"), (["one", "two"], "expose=80", "expose=53/udp"), (["two"], "network=blue", "expose=53/udp")):
        options = [word for text in filters for word in ("-f", text)]
        assert sorted(imgctl.ok("ps", "--format", "{{.Names}}", *options).split()) == sorted(wanted), filters
    imgctl.fails("ps", "-f", "publish=nope", rc=1, err="nope")


def test_reserved_addresses(imgctl, busybox):
    imgctl.ok("network", "create", "--subnet", "10.99.7.0/24", "--aux-address", "router=10.99.7.2", "--aux-address", "b=10.99.7.200", "aux")
    config = imgctl.json("network", "inspect", "aux")[0]["IPAM"]["Config"]
    assert config == [{"Subnet": "10.99.7.0/24", "Gateway": "10.99.7.1", "AuxiliaryAddresses": {"router": "10.99.7.2", "b": "10.99.7.200"}}]
    imgctl.fails("run", "--rm", "--network", "aux", "--ip", "10.99.7.200", busybox, "true", rc=125, err="Address already in use")
    assert "10.99.7.3/24" in imgctl.ok("run", "--rm", "--network", "aux", busybox, "ip", "-4", "addr")


@pytest.mark.parametrize("words, why", [
    (["--subnet", "10.99.8.5/24"], "invalid subnet 10.99.8.5/24: it should be 10.99.8.0/24"),
    (["--subnet", "10.99.8.0/24", "--subnet", "10.99.9.0/24"], "bridge driver doesn't support multiple subnets"),
    (["--subnet", "10.99.8.0/24", "--aux-address", "a=10.1.2.3"], "no matching subnet for aux-address 10.1.2.3"),
    (["--aux-address", "a=10.1.2.3"], "no matching subnet for aux-address 10.1.2.3"),
    (["--subnet", "10.99.8.0/24", "--aux-address", "a"], "auxiliary address a"),
])
def test_refused_subnets(imgctl, words, why):
    imgctl.fails("network", "create", *words, "no", rc=1, err=why)
    assert imgctl.ok("network", "ls", "-q", "-f", "name=no$") == ""


def test_words_about_networks_of_docker(imgctl, busybox):
    imgctl.ok("create", "--name", "box", busybox)
    imgctl.fails("network", "connect", "host", "box", rc=1, err="cannot be disconnected from host network or connected to host network")
    imgctl.fails("network", "connect", "none", "box", rc=1, err="private .none. mode")
    imgctl.fails("network", "disconnect", "host", "box", rc=1, err="cannot be disconnected from host network")
    imgctl.fails("network", "disconnect", "none", "box", rc=1, err="container box is not connected to network none")
    imgctl.ok("create", "--name", "alone", "--network", "none", busybox)
    imgctl.ok("network", "disconnect", "none", "alone")
    imgctl.fails("network", "ls", "--filter", "type=bogus", rc=1, err="invalid filter: 'type'='bogus'")
    assert imgctl.ok("network", "inspect", "-v", "none", "-f", "{{.Name}}") == "none\n"
    result = imgctl("run", "--rm", "--network", "host", "-p", "80:80", busybox, "true")
    assert result.rc == 0 and "Published ports are discarded when using host network mode" in result.err
    imgctl.ok("run", "--rm", busybox, "true")
    option = '{{index .Options "com.docker.network.bridge.default_bridge"}} {{range .IPAM.Config}}[{{.IPRange}}]{{end}}'
    assert imgctl.ok("network", "inspect", "bridge", "-f", option) == "true []\n"


def test_another_name_while_it_runs(imgctl, busybox):
    imgctl.ok("network", "create", "blue")
    imgctl.ok("run", "-d", "--name", "old", "--network", "blue", "--network-alias", "also", busybox, "sleep", "1000")
    imgctl.ok("run", "-d", "--name", "other", "--network", "blue", busybox, "sleep", "1000")
    imgctl.fails("rename", "old", "", rc=1, err="may be empty")
    imgctl.ok("rename", "old", "new")
    names = imgctl.json("inspect", "new")[0]["NetworkSettings"]["Networks"]["blue"]["DNSNames"]
    assert names[:2] == ["new", "also"] and len(names) == 3
    for name in ("new", "also"):
        imgctl.ok("exec", "other", "ping", "-c", "1", "-W", "10", name)
    assert imgctl("exec", "other", "ping", "-c", "1", "-W", "10", "old").rc == 1
    imgctl.ok("stop", "-t", "0", "new")
    assert "new" not in imgctl.ok("exec", "other", "cat", "/etc/hosts")
