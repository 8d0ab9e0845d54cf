# SPDX-License-Identifier: Apache-2.0
"""run: what docker refuses before anything is made, and words that it takes though they look odd."""
import pytest

REFUSED = [
    (["--platform", "a/b/c/d"], "invalid platform"),
    (["--stop-signal", "BOGUS"], "invalid signal: BOGUS"),
    (["--stop-signal", "0"], "invalid signal: 0"),
    (["--memory-reservation", "1k"], "Minimum memory reservation allowed is 6MB"),
    (["--security-opt", "no-new-privileges=maybe"], "invalid --security-opt"),
    (["-a", "bogus"], "valid streams are STDIN, STDOUT and STDERR"),
    (["--dns", "bogus"], "IP address is not correctly formatted: bogus"),
    (["--uts", "host", "-h", "x"], "conflicting options: hostname and the UTS mode"),
    (["--network", "container:"], "Invalid network mode"),
    (["--sysctl", "kernel.panic=1"], "sysctl 'kernel.panic=1' is not allowed"),
    (["--device", "/dev/null:/dev/x:q"], "bad mode specified: q"),
    (["--device", "a:b:c:d"], "bad format for path: a:b:c:d"),
    (["--ipc", "bogus"], "invalid IPC mode: bogus"),
    (["--log-driver", "bogus"], 'plugin "bogus" not found'),
    (["--cpuset-cpus", "x"], "Invalid value x for cpuset cpus"),
    (["--cpuset-cpus", "1000"], "Requested CPUs are not available - requested 1000, available: 0"),
    (["--cpuset-mems", "1000"], "Requested memory nodes are not available - requested 1000"),
    (["-u", "99999999999"], "uids and gids must be in range 0-2147483647"),
]


@pytest.mark.parametrize("options, why", REFUSED, ids=[" ".join(row[0]) for row in REFUSED])
def test_refused_in_dockers_words(imgctl, busybox, options, why):
    imgctl.fails("run", "--rm", *options, busybox, "true", rc=125, err=why)
    assert imgctl.ok("ps", "-aq") == ""


def test_a_folder_without_devices(imgctl, busybox, tmp_path_of_test):
    imgctl.fails("run", "--device", str(tmp_path_of_test), busybox, "true", rc=125, err="not a device node")
    assert imgctl.ok("ps", "-aq") == ""


def test_another_containers_network_has_its_own_names(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "net", busybox, "sleep", "1000")
    for option, what in (("-h=x", "hostname"), ("--dns=192.0.2.1", "dns"), ("--add-host=a:192.0.2.1", "custom host-to-IP mapping")):
        imgctl.fails("run", "--rm", "--network", "container:net", option, busybox, "true", rc=125,
                     err=f"conflicting options: {what} and the network mode")


def test_names_with_a_slash_and_without_letters(imgctl, busybox):
    imgctl.ok("create", "--name", "/slash", busybox)
    assert imgctl.ok("inspect", "-f", "{{.Name}}", "slash") == "/slash\n"
    imgctl.ok("create", "--name", "", busybox)
    assert len(imgctl.ok("ps", "-aq").split()) == 2


def test_a_group_without_a_user(imgctl, busybox):
    assert imgctl.ok("run", "--rm", "-u", ":5", busybox, "sh", "-c", "id -u; id -g; id -G").split() == ["0", "5", "5"]


def test_no_search_domains(imgctl, busybox):
    assert "search" not in imgctl.ok("run", "--rm", "--dns-search", ".", busybox, "cat", "/etc/resolv.conf")


def test_attach_some_streams(imgctl, busybox):
    both = ("sh", "-c", "echo out; echo err >&2; exit 3")
    for streams, out, err in ((["stdout"], "out\n", ""), (["STDERR"], "", "err\n"), (["stdout", "stderr"], "out\n", "err\n")):
        result = imgctl("run", "--rm", *(f"-a={name}" for name in streams), busybox, *both)
        assert (result.rc, result.out, result.err) == (3, out, err), streams


def test_attach_input_only(imgctl, busybox):
    name = imgctl("run", "-i", "-a", "stdin", "--name", "eats", busybox, "sh", "-c", "cat; exit 3", stdin="words\n")
    assert (name.rc, name.err) == (0, "")
    assert name.out == imgctl.ok("inspect", "-f", "{{.Id}}", "eats")
    assert imgctl.ok("wait", "eats") == "3\n"
    assert imgctl.ok("logs", "eats") == "words\n"
    assert imgctl.ok("inspect", "-f", "{{.Config.AttachStdin}} {{.Config.AttachStdout}} {{.Config.AttachStderr}}", "eats") == "true false false\n"


def test_attach_excludes_detach(imgctl, busybox):
    imgctl.fails("run", "-d", "-a", "stdout", busybox, "true", err="Conflicting options: -a and -d")
    assert imgctl.ok("ps", "-aq") == ""


def test_create_ends_with_1_where_the_daemon_refuses(imgctl, busybox):
    imgctl.ok("create", "--name", "box", busybox)
    imgctl.fails("create", "--name", "box", busybox, rc=1, err="already in use")
    imgctl.fails("create", "--pull", "never", "nosuch", rc=1, err="No such image: nosuch:latest")
    imgctl.fails("create", "-w", "relative", busybox, rc=125)
    assert imgctl.ok("ps", "-a", "--format", "{{.Names}}") == "box\n"


@pytest.mark.parametrize("source, target", [("file", "/tmp"), ("", "/etc/passwd"), ("", "/etc/passwd/x")])
def test_a_file_and_a_folder_do_not_cover_each_other(imgctl, busybox, tmp_path_of_test, source, target):
    (tmp_path_of_test / "file").write_text("")
    imgctl.fails("run", "--rm", "-v", f"{tmp_path_of_test / source}:{target}", busybox, "true", rc=125,
                 err="are you trying to mount a directory onto a file (or vice-versa)?")
    assert imgctl.ok("ps", "-aq") == ""
