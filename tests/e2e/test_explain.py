# SPDX-License-Identifier: Apache-2.0
"""imgctl run --explain: its script makes the same container as the run itself.

What both tell of themselves is compared whole, but for what is another one each time, or cannot be equal:
- the container's id (and the host name made of it), the folder that its files are in, inodes of namespaces (compared is
  whose a namespace is), ids of mounts (a mount's parent is compared by its place), numbers of file systems without a
  device, and the order of mountinfo, which is that of making the mounts;
- how overlay was told its layers: by descriptors or by paths;
- what memory and time a process took, and whether it runs just now: Vm…, Rss…, switches, signals queued by the same
  user, the size of a table of descriptors; numbers of processes, but of the first one in a namespace of its own.
"""
import errno
import os
import pathlib
import re
import signal
import subprocess
import time

import pytest

from conftest import program
from harness import images, own_network
from harness.hosts import ANSWER, ask, poll
from harness.rootless import User, UserTool
from test_userns import ranged  # noqa: F401, a fixture

PROBE = """
for file in status cgroup mountinfo; do echo "== $file"; cat /proc/self/$file; done; echo "== first"; cat /proc/$$/status
echo "== spaces"; for space in cgroup ipc mnt net pid time user uts; do echo $space $(readlink /proc/self/ns/$space); done
echo "== env"; env | sort
echo "== rest"; id; pwd; umask; hostname; cat /etc/hosts /etc/resolv.conf; ulimit -n; ulimit -c
cat /proc/self/oom_score_adj /proc/sys/net/ipv4/ip_unprivileged_port_start; ls /proc/self/fd
cd /dev; stat -c '%N %A %u %g %t %T' null zero full random tty fd stdin ptmx core second sub sub/third 2>&1; cd /
cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups
touch /made /scratch/made /volume/made /mapped/made 2>/dev/null; chown 3:4 /made /scratch/made /volume/made /mapped/made 2>/dev/null
stat -c '%n %u:%g %A' / /bin /etc/passwd /etc/hosts /proc /dev /dev/null /dev/pts /dev/shm /sys . /home/* 2>&1
stat -c '%n %u:%g %A' /made /data /data/* /volume /volume/* /mapped /mapped/* /scratch/* /work /work/* 2>/dev/null
ip addr show lo | head -1; for link in eth0 eth1; do ip addr show $link 2>&1 | sed -e 's/^[0-9]*: //' -e 's/@if[0-9]*//'; done
test -d /sys/class/net/imgctl0 || { ip route; ip -6 route | grep -v ff00; }; find /data /volume /work 2>/dev/null | sort; exit 7
"""

TIMES = re.compile(r"^(State|Vm|Rss|HugetlbPages|voluntary|nonvoluntary|SigQ|FDSize)")
NUMBERS = re.compile(r"^(Tgid|Pid|PPid|NStgid|NSpid|NSpgid|NSsid):")
LAYERS = re.compile(r"(lowerdir\+?|upperdir|workdir)=")


def parts(text):
    found = re.split(r"^== (\w+)\n", text, flags=re.M)
    return dict(zip(found[1::2], found[2::2]))


def clean(text, names):
    for pattern, name in names:
        text = re.sub(pattern, name, text)
    return text


def mounts(text, names):
    """Each mount as (place, place of its parent, whose file system, part of it, options, type, source, and so on)."""
    rows = [line.split(" ") for line in text.splitlines()]
    places = {row[0]: row[4] for row in rows}
    found = []
    for row in rows:
        dash = row.index("-")
        shared = sorted(r[4] for r in rows if r[2] == row[2]) if row[2].startswith("0:") else row[2]
        options = [o for o in row[dash + 3].split(",") if not LAYERS.match(o)]
        found.append((row[4], places.get(row[1]), str(shared), clean(row[3], names), row[5], row[6:dash],
                      row[dash + 1:dash + 3], options))
    return sorted(found)


def spaces(text, known):
    return {kind: known.get(inode, "its own") for kind, inode in (line.split() for line in text.splitlines())}


def told(text, names, known, shares_processes):
    """What the probe said, as it is to be compared."""
    told = parts(text)
    status, first = ([line for line in told[part].splitlines() if not TIMES.match(line)] for part in ("status", "first"))
    return {
        "status": [line for line in status if not NUMBERS.match(line)],
        "first": [line for line in first if not shares_processes or not NUMBERS.match(line)], "cgroup": clean(told["cgroup"], names).splitlines(), "mounts": mounts(told["mountinfo"], names),
        "spaces": spaces(told["spaces"], known), "env": clean(told["env"], names).splitlines(),
        "rest": clean(told["rest"], names).splitlines(),
    }


def differences(made, meant):
    """Lines of one that the other has not, marked - (missing) and + (too much); order tells when there are none."""
    if made == meant or isinstance(made, dict):
        return [] if made == meant else [made, meant]
    return [f"- {line}" for line in meant if line not in made] + [f"+ {line}" for line in made if line not in meant] or [made, meant]


def inodes(pid, name):
    kinds = ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")
    return {os.readlink(f"/proc/{pid}/ns/{kind}"): name for kind in kinds}


def run_script(script, folder, shell="sh", stdin=subprocess.DEVNULL, **how):
    path = folder / "script.sh"
    path.write_text(script)
    return subprocess.run([shell, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=stdin, text=True, timeout=60,
                          env={"PATH": os.environ["PATH"], "TMPDIR": str(folder)}, **how)


PROFILE = '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdirat"],"action":"SCMP_ACT_ERRNO"}]}'

COMBINATIONS = [
    [],
    ["--read-only", "--tmpfs", "/scratch:size=1m", "--tmpfs", "/run"],
    ["-u", "1000:50", "--group-add", "77", "-w", "/work/deep"],
    ["-u", "alice", "--cap-add", "net_admin", "--cap-drop", "chown"],
    ["--cap-drop", "all"],
    ["--cap-drop", "all", "--cap-add", "setuid", "--security-opt", "no-new-privileges"],
    ["--privileged"],
    ["--security-opt", "seccomp=unconfined", "--security-opt", "no-new-privileges"],
    ["--security-opt", "seccomp=PROFILE", "-u", "7"],
    ["--network", "host", "--hostname", "a-name"],
    ["--network", "none", "--add-host", "there:10.0.0.1", "--dns", "10.9.8.7", "--dns-search", "example.org"],
    ["--pid", "host", "--ipc", "host"],
    ["--uts", "host", "--cgroupns", "host"],
    ["--pid", "container:other", "--ipc", "container:other", "--network", "container:other"],
    ["-m", "64m", "--memory-swap", "128m", "--pids-limit", "40", "--cpus", "1.5", "--cpu-shares", "512"],
    ["--cpuset-cpus", "0", "--memory-reservation", "32m", "--cgroup-parent", "imgctl/within"],
    ["-v", "HOST:/data:ro", "-v", "new:/volume", "-v", "/volume/inner"],
    ["-v", "old:/volume:nocopy", "--mount", "type=bind,src=HOST,dst=/data,bind-propagation=rslave", "--shm-size", "8m"],
    ["--ulimit", "nofile=100:200", "--ulimit", "core=0", "--oom-score-adj", "300", "--sysctl",
     "net.ipv4.ip_unprivileged_port_start=80", "-e", "A=it's \"$HOME\" \\ `x`\tand\nEND\nmore", "-e", "B="],
    ["--device", "/dev/null:/dev/second:r", "--device", "/dev/zero:/dev/sub/third", "--init", "-w", "/tmp", "--domainname", "d.org"],
    ["--security-opt", "systempaths=unconfined", "--tmpfs", "/dev/extra", "-v", "HOST:/var/link/data"],
    ["--network", "none", "-i", "--entrypoint", "/bin/busybox"],
    ["-p", "8001:80", "-p", "127.0.0.1:8002:53/udp", "--add-host", "gate:host-gateway"],
    ["--network", "blue", "--ip", "10.77.0.9", "--ip6", "fd00:77::9", "--network-alias", "other-name", "-p", "8001:80"],
    ["--network", "blue", "--network", "inner", "--mac-address", "02:00:00:00:00:77"],
    ["--network", "inner"], ["--network", "vlan"],
]

MAP = ["--uidmap", "0:300000:65536"]
USERS = [
    MAP,
    [*MAP, "--uidmap", "65536:0:1", "--gidmap", "0:310000:2000", "-u", "1000:50", "--group-add", "77", "-w", "/work/deep",
     "--read-only", "--tmpfs", "/scratch:size=1m"],
    [*MAP, "-v", "HOST:/data:ro", "-v", "new:/volume", "-v", "HOST:/mapped:idmap", "-v", "/volume/inner", "-v", "old:/home:nocopy"],
    [*MAP, "-v", "HOST/file:/data:ro", "-v", "/home", "--mount", "type=bind,src=HOST,dst=/mapped,bind-propagation=rslave",
     "--mount", "type=tmpfs,dst=/scratch", "--tmpfs", "/etc/extra:mode=700,uid=7", "--tmpfs", "/lib:tmpcopyup"],
    [*MAP, "--device", "/dev/null:/dev/second:r", "--device", "/dev/zero:/dev/sub/third", "--init", "-w", "/tmp", "--hostname", "a-name",
     "--domainname", "d.org", "--ulimit", "nofile=100:200", "--ulimit", "nproc=2000000000:2000000000", "--oom-score-adj", "300", "--sysctl",
     "net.ipv4.ip_unprivileged_port_start=80"],
    [*MAP, "--oom-score-adj", "-500", "--cap-drop", "all", "--cap-add", "chown", "--security-opt", "no-new-privileges"],
    [*MAP, "-m", "64m", "--pids-limit", "40", "--cpus", "1.5", "--cgroup-parent", "imgctl/within", "--security-opt", "seccomp=PROFILE"],
    [*MAP, "--network", "host", "--uts", "host", "--cgroupns", "host"],
    [*MAP, "--privileged"],
    ["--userns", "auto:size=2000", "-u", "alice"],
    [*MAP, "--network", "blue", "--ip", "10.77.0.9", "-p", "8001:80"],
    ["--userns", "keep-id", "-u", "7:8", "-v", "HOST:/data"],
    ["--userns", "container:other", "--pid", "container:other", "--ipc", "container:other", "--network", "container:other"],
    ["--userns", "container:other", "-v", "HOST:/mapped:idmap", "-v", "new:/volume"],
    ["--userns", "ns:/proc/OTHER/ns/user", "--security-opt", "seccomp=unconfined"],
]


@pytest.fixture
def host_folder(tmp_path_of_test):
    folder = tmp_path_of_test / "host folder"
    folder.mkdir()
    (folder / "file").write_text("x")
    return folder


def filled(options, imgctl, host_folder):
    profile = host_folder.parent / "profile.json"
    profile.write_text(PROFILE)
    pid = ""
    if any("container:other" in option or "OTHER" in option for option in options):
        users = MAP if "--userns" in options else []
        imgctl.ok("run", "-d", "--name", "other", "--ipc", "shareable", *users, "busybox", "sleep", "1000")
        pid = imgctl.ok("inspect", "-f", "{{.State.Pid}}", "other").strip()
    imgctl.ok("volume", "create", "old")
    if any(option in ("blue", "inner", "vlan") for option in options):
        imgctl.ok("network", "create", "--subnet", "10.77.0.0/24", "--ipv6", "--subnet", "fd00:77::/64", "blue")
        imgctl.ok("network", "create", "--internal", "--opt", "com.docker.network.driver.mtu=1400", "inner")
        imgctl.ok("network", "create", "-d", "macvlan", "--subnet", "10.78.0.0/24", "vlan")
        imgctl.ok("run", "-d", "--name", "mate", "--network", "blue", "--network-alias", "friend", "busybox", "sleep", "1000")
    words = {"HOST": str(host_folder), "PROFILE": str(profile), "OTHER": pid}
    for word, meant in words.items():
        options = [option.replace(word, meant) for option in options]
    return options


def state_of(imgctl):
    """Every file that a run could make; records of images and layers are synced for a while after their pull."""
    trees = [imgctl.runroot, *(imgctl.root / part for part in ("containers", "names", "stubs", "volumes"))]
    return sorted((str(path), info.st_mode, info.st_size, info.st_ino)
                  for tree in trees for folder, folders, files in os.walk(tree)
                  for path in (os.path.join(folder, name) for name in folders + files) for info in [os.lstat(path)])


@pytest.mark.parametrize("options", COMBINATIONS, ids=lambda options: " ".join(options)[:40] or "default")
def test_the_script_makes_what_the_run_makes(imgctl, busybox, tmp_path_of_test, host_folder, options):
    compare(imgctl, tmp_path_of_test, host_folder, options)


@pytest.mark.parametrize("options", USERS, ids=lambda options: re.sub(r"--uidmap 0:3\S+", "MAP", " ".join(options))[:40])
def test_a_user_namespace(request, tmp_path_of_test, host_folder, options):
    """`auto` needs ranges of ids to choose from."""
    imgctl = request.getfixturevalue("ranged" if "auto:size=2000" in options else "imgctl")
    imgctl.ok("pull", "-q", "busybox")
    compare(imgctl, tmp_path_of_test, host_folder, options)


def compare(imgctl, tmp_path_of_test, host_folder, options):
    busybox = "busybox"
    options = filled(options, imgctl, host_folder)
    command = [busybox, "sh", "-c", PROBE]
    known = inodes("self", "the host's")
    if any("container:other" in option or "/ns/user" in option for option in options):
        other = imgctl.ok("inspect", "-f", "{{.State.Pid}}", "other").strip()
        known = {**inodes(other, "the other's"), **known}
    before = state_of(imgctl)
    explained = imgctl("run", "--explain", "--rm", *options, *command)
    assert explained.rc == 0, str(explained)
    assert state_of(imgctl) == before
    identifier = re.search(r"^ID=([0-9a-f]{64})$", explained.out, re.M).group(1)
    scripted = run_script(explained.out, tmp_path_of_test)
    assert scripted.returncode == 7, (scripted.stderr, scripted.stdout[-2000:])
    assert scripted.stderr == ""
    real = imgctl("run", "--rm", "--name", "real", "--cidfile", tmp_path_of_test / "cid", *options, *command)
    assert real.rc == 7, str(real)
    ran = (tmp_path_of_test / "cid").read_text()
    store = re.escape(str(imgctl.root))
    names = [(rf"{identifier}|{ran}", "ID"), (rf"{identifier[:12]}|{ran[:12]}", "HOSTNAME"),
             (rf"[^ ]*/run/containers/ID/|[^ ]*/explain\.[^/]*/", "STATE/"), (rf"[^ ]*/root/containers/ID/", "STATE/"),
             (r"[^ ]*/root/containers/[0-9a-f]{2}/ID/", "STATE/"), (rf"{store}/volumes/[^/]*/_data|STATE/volume-\d+|"
                                                                   r"[^ ]*/root/volumes/(?!old)[^/]*/_data", "VOLUME")]
    shares = "--pid" in options or "--init" in options
    made, meant = (told(text, names, known, shares) for text in (scripted.stdout, real.out))
    for part in meant:
        assert differences(made[part], meant[part]) == [], part
    assert not [name for name in os.listdir(tmp_path_of_test) if name.startswith("explain.")]


def explain(imgctl, *args):
    return imgctl.ok("run", "--explain", *args)


@pytest.mark.parametrize("command, code", [(["true"], 0), (["sh", "-c", "exit 42"], 42), (["no-such-program"], 127),
                                           (["/etc/passwd"], 126)], ids=lambda value: str(value)[:20])
def test_exit_status(imgctl, busybox, tmp_path_of_test, command, code):
    assert run_script(explain(imgctl, busybox, *command), tmp_path_of_test).returncode == code
    assert imgctl("run", "--rm", busybox, *command).rc == code


def test_streams(imgctl, busybox, tmp_path_of_test):
    given = tmp_path_of_test / "given"
    given.write_text("said\n")
    for options, expected in ([["-i"], "said\n"], [[], ""]):
        with open(given) as stdin:
            result = run_script(explain(imgctl, *options, busybox, "sh", "-c", "cat; echo e >&2"), tmp_path_of_test, stdin=stdin)
        assert (result.returncode, result.stdout, result.stderr) == (0, expected, "e\n")


def test_another_shell(imgctl, busybox, tmp_path_of_test):
    result = run_script(explain(imgctl, "-e", "A=b c", busybox, "sh", "-c", "echo $A $$"), tmp_path_of_test, shell="bash")
    assert (result.returncode, result.stdout, result.stderr) == (0, "b c 1\n", "")


def test_a_signal_goes_to_the_container(imgctl, busybox, tmp_path_of_test):
    path = tmp_path_of_test / "script.sh"
    path.write_text(explain(imgctl, busybox, "sh", "-c", "trap 'exit 9' TERM; echo up; while :; do sleep 0.1; done"))
    child = subprocess.Popen(["sh", path], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                             env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path_of_test)})
    assert child.stdout.readline() == "up\n"
    child.send_signal(signal.SIGTERM)
    assert child.wait(timeout=30) == 9
    assert not [name for name in os.listdir(tmp_path_of_test) if name.startswith("explain.")]


def test_a_published_port_leads_to_the_scripts_container(imgctl, busybox, tmp_path_of_test):
    before = own_network.links()
    path = tmp_path_of_test / "script.sh"
    path.write_text(explain(imgctl, "-p", "8001:80", busybox, "sh", "-c",
                            f"trap 'exit 9' TERM; {' '.join(ANSWER)} & while :; do sleep 0.1; done"))
    child = subprocess.Popen(["sh", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                             env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path_of_test)})
    poll(lambda: ask("127.0.0.1", 8001), "hello\n")
    child.send_signal(signal.SIGTERM)
    assert (child.communicate(timeout=30)[1], child.returncode, own_network.links()) == ("", 9, before)
    assert ask("127.0.0.1", 8001) is None


def container_processes(identifier):
    """Those in a control group of that name."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if identifier in pathlib.Path(f"/proc/{pid}/cgroup").read_text():
                found.append(pid)
        except OSError:
            pass  # it ended
    return found


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def is_gone(group):
    """A group is busy for a moment after its last process."""
    try:
        os.rmdir(group)
    except OSError as error:
        return error.errno == errno.ENOENT
    return True


def owners(pid):
    """As the host sees them."""
    return [(path, (info := os.lstat(f"/proc/{pid}/root/{path}")).st_uid, info.st_gid)
            for path in (".", "bin", "etc/passwd", "made", "etc/hosts", "dev", "dev/null", "proc", "dev/shm")]


def test_owners_that_the_host_sees(imgctl, busybox, tmp_path_of_test):
    command = [*MAP, "--network", "none", busybox, "sh", "-c", "trap 'exit 9' TERM; touch /made; chown 33:44 /made; echo up; sleep 1000 & wait"]
    path = tmp_path_of_test / "script.sh"
    path.write_text(explain(imgctl, *command))
    identifier = re.search(r"^ID=([0-9a-f]{64})$", path.read_text(), re.M).group(1)
    child = subprocess.Popen(["sh", path], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                             env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path_of_test)})
    assert child.stdout.readline() == "up\n"
    processes = container_processes(identifier)
    first = next(pid for pid in processes if re.search(r"^NSpid:.*\t1$", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M))
    assert {os.readlink(f"/proc/{pid}/ns/pid") for pid in processes} == {os.readlink(f"/proc/{first}/ns/pid")}
    namespaces = {kind: os.readlink(f"/proc/{first}/ns/{kind}") for kind in ("user", "mnt", "pid", "net")}
    made = owners(first)
    child.send_signal(signal.SIGTERM)
    assert child.wait(timeout=60) == 9
    assert not set(namespaces.values()) & {os.readlink(f"/proc/self/ns/{kind}") for kind in namespaces}
    imgctl.ok("run", "-d", "--name", "real", *command)
    wait_for(lambda: imgctl.ok("logs", "real") == "up\n")
    assert made == owners(imgctl.ok("inspect", "-f", "{{.State.Pid}}", "real").strip())
    assert ("made", 300033, 300044) in made and ("bin", 300000, 300000) in made
    imgctl.ok("rm", "-f", "real")


@pytest.mark.parametrize("options", [["-u", "1000"], [*MAP, "-u", "1000"], MAP], ids=" ".join)
def test_killed(imgctl, busybox, tmp_path_of_test, options):
    """No process outlives a script that could not clean up; its groups and its folder stay."""
    path = tmp_path_of_test / "script.sh"
    path.write_text(explain(imgctl, *options, "--network", "none", busybox, "sh", "-c", "echo up; exec sleep 1000"))
    identifier = re.search(r"^ID=([0-9a-f]{64})$", path.read_text(), re.M).group(1)
    child = subprocess.Popen(["sh", path], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                             env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path_of_test)})
    assert child.stdout.readline() == "up\n"
    assert container_processes(identifier)
    child.kill()
    assert child.wait(timeout=60) == -signal.SIGKILL
    wait_for(lambda: not container_processes(identifier))
    assert str(tmp_path_of_test) not in pathlib.Path("/proc/self/mountinfo").read_text()
    for line in re.findall(r"^group(?:_with_cpus)? (\S+)\"\$ID\"$", path.read_text(), re.M):
        wait_for(lambda folder=line + identifier: is_gone(folder))


def test_a_folder_as_the_root_of_own_ids(imgctl, busybox, tmp_path_of_test):
    root = tmp_path_of_test / "rootfs"
    root.mkdir()
    imgctl.ok("create", "--name", "source", busybox)
    imgctl.ok("export", "-o", f"{root}.tar", "source")
    subprocess.run(["tar", "-C", root, "-xf", f"{root}.tar"], check=True)
    imgctl.ok("rm", "source")
    command = [*MAP, "--network", "none", "--rootfs", root, "sh", "-c", "id -u; stat -c '%n %u' / /etc/passwd; touch /$1; chown 5:6 /$1; grep ' / ' "
               "/proc/self/mountinfo | cut -d' ' -f6", "sh"]
    scripted = run_script(explain(imgctl, *command, "made"), tmp_path_of_test)
    assert (scripted.returncode, scripted.stderr) == (0, "")
    assert scripted.stdout == imgctl.ok("run", "--rm", *command, "ran")
    assert [((root / name).stat().st_uid, (root / name).stat().st_gid) for name in ("made", "ran")] == [(5, 6)] * 2


def test_links_of_an_image_lead_inside(imgctl, hub, tmp_path_of_test, host_folder):
    layer = images.busybox_layer().symlink("var/link", "/mnt").symlink("up", "../../../../../..").symlink("loop", "loop")
    hub.push("library/links:latest", images.Image(layer))
    imgctl.ok("pull", "-q", "links")
    options = ["-v", f"{host_folder}:/var/link/data", "--tmpfs", "/up/opt", "-w", "/up/var/link/made"]
    command = ["links", "sh", "-c", "cut -d' ' -f5 /proc/self/mountinfo | sort; ls /mnt/data; pwd"]
    scripted = run_script(explain(imgctl, *options, *command), tmp_path_of_test)
    assert scripted.returncode == 0, scripted.stderr
    assert scripted.stdout == imgctl.ok("run", "--rm", *options, *command)
    assert "/mnt/data\n" in scripted.stdout and "/opt\n" in scripted.stdout and scripted.stdout.endswith("/mnt/made\n")
    looped = run_script(explain(imgctl, "-v", f"{host_folder}:/loop/data", *command), tmp_path_of_test)
    assert looped.returncode != 0 and "too many links" in looped.stderr


def test_a_missing_source_is_made_by_the_script(imgctl, busybox, tmp_path_of_test):
    source = tmp_path_of_test / "not there"
    script = explain(imgctl, "-v", f"{source}:/data", busybox, "touch", "/data/made")
    assert not source.exists()
    assert run_script(script, tmp_path_of_test).returncode == 0
    assert (source / "made").exists()


def test_create(imgctl, busybox):
    """The same steps; only the id is another one, and what is made of it."""
    scripts = [re.sub(r"im[0-9a-f]{11}|[0-9a-f]{12,64}|^# imgctl .*|(?m:^[A-Za-z0-9+/=]{8,}$)", "", imgctl.ok(verb, "--explain", busybox, "true"))
               for verb in ("run", "create")]
    assert scripts[0].splitlines()[2:] == scripts[1].splitlines()[2:]
    assert imgctl.ok("ps", "-aq") == ""


@pytest.mark.parametrize("options, message", [
    (["absent-image"], "No such image"), (["-v", "/x:relative", "busybox"], "invalid"), (["-u", "nobody-here", "busybox", "true"],
                                                                                         "nobody-here")])
def test_refusals(imgctl, busybox, options, message):
    before = state_of(imgctl)
    result = imgctl("run", "--explain", *options)
    assert (result.rc, result.out) == (125, "") and message in result.err
    assert state_of(imgctl) == before


def test_a_terminal_is_not_needed_to_explain_one(imgctl, busybox, tmp_path_of_test):
    result = run_script(explain(imgctl, "-it", busybox, "echo", "said"), tmp_path_of_test)
    assert (result.returncode, result.stdout, result.stderr) == (0, "said\n", "")


@pytest.fixture
def user_imgctl(no_leaks, hub):
    user = User("imgctl-explain-", 65536)
    it = UserTool(program(), user, user.folder / "explain")
    conf = it.give("registries.conf", '[[registry]]\nprefix = "docker.io"\nlocation = "docker.io"\n'
                                      f'[[registry.mirror]]\nlocation = "{hub.host}"\n')
    it.env["CONTAINERS_REGISTRIES_CONF"] = str(conf)
    hub.trust(it.home)
    no_leaks.marks.append(it.mark)
    yield it
    it.close()
    user.close()


def test_an_ordinary_users_container_is_not_explained(user_imgctl):
    user_imgctl.ok("pull", "-q", "busybox")
    result = user_imgctl("run", "--explain", "busybox", "true")
    assert (result.rc, result.out) == (125, "")
    assert "a container of an ordinary user cannot be explained as a script" in result.err
