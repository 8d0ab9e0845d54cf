# SPDX-License-Identifier: Apache-2.0
"""imgctl generate systemd: units that keep containers running."""
import re
import shutil
import subprocess

import pytest

VERIFY = shutil.which("systemd-analyze")
PLAIN = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')


def sections(text):
    """A unit's settings, in order, by section."""
    found, current = {}, None
    for line in text.splitlines():
        if line.startswith("["):
            current = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            current.append((key, value))
    return found


def words(line):
    """A command line as systemd reads it."""
    out = []
    for quoted, plain in PLAIN.findall(line.lstrip("-")):
        word = quoted or plain
        word = re.sub(r"\\x(..)", lambda m: chr(int(m[1], 16)), word.replace("\\n", "\n").replace("\\t", "\t"))
        out.append(re.sub(r"\\(.)", r"\1", word).replace("%%", "%").replace("$$", "$"))
    return out


def verify(path):
    """What systemd has to say against the unit at PATH, where there is a systemd."""
    if not VERIFY:
        return ""
    result = subprocess.run([VERIFY, "verify", "--man=no", "--recursive-errors=no", path], capture_output=True, text=True, timeout=60)
    return "".join(line for line in result.stderr.splitlines(True) if path.name in line)


def run_line(imgctl, line):
    """Do what a line of a unit says."""
    return subprocess.run(words(line), env=imgctl.environment({}), cwd="/", capture_output=True, text=True, timeout=60)


@pytest.fixture
def web(imgctl, busybox):
    imgctl.ok("create", "--name", "web", "--stop-timeout", "3", busybox, "sh", "-c", "trap 'exit 143' TERM; echo up; while :; do sleep 0.1; done")
    return "web"


def test_a_unit(imgctl, web):
    unit = sections(imgctl.ok("generate", "systemd", "-n", web))
    assert list(unit) == ["Unit", "Service", "Install"]
    assert ("Description", "imgctl container-web.service") in unit["Unit"]
    assert ("RequiresMountsFor", str(imgctl.root)) in unit["Unit"]
    service = dict(unit["Service"])
    ours = [str(imgctl.program.resolve()), f"--root={imgctl.root}", f"--runroot={imgctl.runroot}"]
    assert words(service["ExecStart"]) == [*ours, "start", "--attach", "web"]
    assert words(service["ExecStop"]) == [*ours, "stop", "-t", "3", "web"]
    assert (service["Type"], service["Restart"], service["TimeoutStopSec"]) == ("exec", "on-failure", "63")
    assert "ExecStartPre" not in service and "Delegate" not in service
    assert unit["Install"] == [("WantedBy", "default.target")]


def test_its_lines_do_what_systemd_wants(imgctl, web):
    service = dict(sections(imgctl.ok("generate", "systemd", web))["Service"])
    ident = imgctl.inspect(web, "{{json .Id}}")
    assert words(service["ExecStart"])[-1] == ident
    client = subprocess.Popen(words(service["ExecStart"]), env=imgctl.environment({}), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert client.stdout.readline() == b"up\n"
    assert run_line(imgctl, service["ExecStop"]).returncode == 0
    assert client.wait(20) == int(service["SuccessExitStatus"]) == imgctl.inspect(web, "{{json .State.ExitCode}}")
    client.stdout.close()
    assert run_line(imgctl, service["ExecStopPost"]).returncode == 0


def test_new(imgctl, busybox, tmp_path_of_test):
    (tmp_path_of_test / "here").mkdir()
    imgctl.ok("run", "-itd", "--rm", "--name", "web", "--stop-timeout", "1", "-e", "A=50% of $HOME", "-v", "./here:/here:ro", busybox, "sh", "-c",
              "echo \"$A;\\\\\" > /tmp/x; cat /tmp/x; exec sleep 1000", cwd=tmp_path_of_test)
    imgctl.fails("generate", "systemd", "web", rc=1, err=r"\(--rm\): use --new")
    service = dict(sections(imgctl.ok("generate", "systemd", "--new", "--name", "web"))["Service"])
    assert service["WorkingDirectory"] == str(tmp_path_of_test)
    made = words(service["ExecStartPre"])
    assert made[3:] == ["create", "--replace", "--name", "web", "-i", "-t", "--stop-timeout", "1", "-e", "A=50% of $HOME", "-v", "./here:/here:ro", "busybox",
                        "sh", "-c", "echo \"$A;\\\\\" > /tmp/x; cat /tmp/x; exec sleep 1000"]
    first = imgctl.inspect("web", "{{json .Id}}")
    assert subprocess.run(made, env=imgctl.environment({}), cwd=tmp_path_of_test, timeout=60, capture_output=True).returncode == 0
    assert imgctl.inspect("web", "{{json .Id}}") != first
    client = subprocess.Popen(words(service["ExecStart"]), env=imgctl.environment({}), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert client.stdout.readline().rstrip() == b"50% of $HOME;\\"
    assert run_line(imgctl, service["ExecStop"] + " ").returncode == 0
    client.wait(20)
    client.stdout.close()
    assert run_line(imgctl, service["ExecStopPost"]).returncode == 0
    assert imgctl.ok("ps", "-aq") == ""


def test_systemd_has_nothing_against_it(imgctl, busybox, tmp_path_of_test):
    odd = ["-e", "A=a b%n\"'\\$X;", "-e", "B=", "-e", "C=x\ny", "-v", f"{tmp_path_of_test}:/a b"]
    imgctl.ok("create", "--name", "odd", *odd, busybox, "sh", "-c", ";", "#", "{}", "ä")
    for more in ([], ["--new"]):
        options = ["-n", *more, "--restart-policy", "always", "--restart-sec", "5", "--start-timeout", "20", "-t", "7",
                   "--after", "network.target", "--wants", "a.service", "--requires", "local-fs.target", "-e", "KEY=100% $X \"y\""]
        path = tmp_path_of_test / "container-odd.service"
        assert imgctl.ok("generate", "systemd", "-f", *options, "odd", cwd=tmp_path_of_test) == f"{path}\n"
        unit = sections(path.read_text())
        service = dict(unit["Service"])
        assert verify(path) == ""
        assert (service["RestartSec"], service["Restart"], service["TimeoutStopSec"]) == ("5", "always", "67")
        assert ("After", "network-online.target network.target") in unit["Unit"]
        assert ("Wants", "network-online.target a.service") in unit["Unit"]
        assert ("Requires", "local-fs.target") in unit["Unit"]
        assert service["Environment"] == '"KEY=100%% $X \\"y\\""'
    assert words(service["ExecStartPre"])[7:] == [*odd, busybox, "sh", "-c", ";", "#", "{}", "ä"]
    path.write_text(path.read_text().replace("Type=exec", "Type=what"))
    assert not VERIFY or "what" in verify(path)


def test_names_and_json(imgctl, web, tmp_path_of_test):
    ident = imgctl.inspect(web, "{{json .Id}}")
    assert list(imgctl.json("generate", "systemd", "--format", "json", web)) == [f"container-{ident}"]
    document = imgctl.json("generate", "systemd", "--format", "json", "-n", "--container-prefix", "c", "--separator", "_", "--no-header", web)
    assert list(document) == ["c_web"] and document["c_web"].startswith("[Unit]\n")
    document = imgctl.json("generate", "systemd", "--format", "json", "-n", "--files", web, cwd=tmp_path_of_test)
    assert document == {"container-web": str(tmp_path_of_test / "container-web.service")}


@pytest.mark.parametrize("options, words", [
    (["--restart-policy", "sometimes"], "sometimes is not a valid restart policy"), (["--format", "yaml"], "only json"),
    (["-t", "-1"], "must not be negative"), (["--container-prefix", "a/b"], "not for the name of a unit"),
    (["--after", "a\nb"], "more than one line")])
def test_what_is_wrong(imgctl, web, options, words):
    imgctl.fails("generate", "systemd", *options, web, rc=1, err=words)
    imgctl.fails("generate", "systemd", "nobody", rc=1, err="No such container")
