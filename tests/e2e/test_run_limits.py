# SPDX-License-Identifier: Apache-2.0
"""run: limits of disks and processors, and what is said of those that cannot be had."""
import os
import pathlib
import stat
import subprocess

import pytest

from test_update import limit


@pytest.fixture
def disk():
    """A block device of this machine."""
    for name in sorted(os.listdir("/sys/block"), reverse=True):
        path = pathlib.Path("/dev", name)
        size = int(pathlib.Path("/sys/block", name, "size").read_text())
        if size and path.exists() and stat.S_ISBLK(path.stat().st_mode):
            return path
    pytest.skip("needs a block device")


def controller_file(controller, file):
    """Whether a v1 hierarchy of CONTROLLER has FILE."""
    return pathlib.Path("/sys/fs/cgroup", controller, file).exists()


def test_rates_of_a_disk(imgctl, busybox, disk):
    if not controller_file("blkio", "blkio.throttle.read_bps_device") and "io" not in pathlib.Path(
            "/sys/fs/cgroup/cgroup.controllers").read_text().split():
        pytest.skip("needs a controller of disks")
    options = ["--device-read-bps", f"{disk}:1mb", "--device-write-bps", f"{disk}:2097152",
               "--device-read-iops", f"{disk}:100", "--device-write-iops", f"{disk}:200"]
    imgctl.ok("run", "-d", "--name", "c1", *options, busybox, "sleep", "1000")
    number = f"{os.major(disk.stat().st_rdev)}:{os.minor(disk.stat().st_rdev)}"
    for file, key, rate in (("read_bps", "rbps", 1 << 20), ("write_bps", "wbps", 2 << 20),
                            ("read_iops", "riops", 100), ("write_iops", "wiops", 200)):
        text = limit(imgctl, "c1", "blkio", f"blkio.throttle.{file}_device", "io.max")
        assert text == f"{number} {rate}" or f"{key}={rate}" in text.split()
    host = imgctl.inspect("c1", "{{json .HostConfig}}")
    assert host["BlkioDeviceReadBps"] == [{"Path": str(disk), "Rate": 1 << 20}]
    assert host["BlkioDeviceWriteIOps"] == [{"Path": str(disk), "Rate": 200}]
    assert host["BlkioWeightDevice"] == []


@pytest.mark.parametrize("option, value, words", [
    ("--device-read-bps", "/dev/null", "bad format: /dev/null"),
    ("--device-read-bps", "null:1mb", "bad format for device path: null:1mb"),
    ("--device-write-bps", "/dev/null:fast", "Unit is optional and can be kb, mb, or gb"),
    ("--device-read-iops", "/dev/null:1k", r"<device-path>:<number>\. Number must be a positive integer"),
    ("--device-write-iops", "/dev/null:-1", "invalid rate for device: /dev/null:-1"),
    ("--blkio-weight-device", "/dev/null:9", "invalid weight for device: /dev/null:9"),
    ("--blkio-weight-device", "/dev/null:1001", "invalid weight for device")])
def test_values_that_are_none(imgctl, busybox, option, value, words):
    result = imgctl.fails("run", option, value, busybox, "true", rc=125, err=words)
    assert f'invalid argument "{value}" for "{option}" flag: ' in result.err


@pytest.mark.parametrize("value, words", [("/dev/null:1mb", "not a block device"), ("/dev/nothing:1mb", "stat /dev/nothing: No such")])
def test_devices_that_are_none(imgctl, busybox, value, words):
    imgctl.fails("run", "--device-read-bps", value, busybox, "true", rc=125, err=words)
    assert imgctl.ok("ps", "-aq") == ""


def test_real_time(imgctl, busybox):
    if not controller_file("cpu", "cpu.rt_runtime_us"):
        imgctl.fails("run", "--cpu-rt-runtime", "1000", busybox, "true", rc=125,
                     err="Your kernel does not support CPU real-time scheduler runtime")
        return
    imgctl.ok("run", "-d", "--name", "c1", "--cpu-rt-period", "500000", "--cpu-rt-runtime", "1000", busybox, "sleep", "1000")
    assert limit(imgctl, "c1", "cpu", "cpu.rt_runtime_us", "") == "1000"
    assert limit(imgctl, "c1", "cpu", "cpu.rt_period_us", "") == "500000"
    assert imgctl.inspect("c1", "[{{.HostConfig.CpuRealtimePeriod}}, {{.HostConfig.CpuRealtimeRuntime}}]") == [500000, 1000]
    imgctl.fails("run", "--cpu-rt-period", "1000", "--cpu-rt-runtime", "1001", busybox, "true", rc=125,
                 err="cpu real-time runtime cannot be higher than cpu real-time period")


@pytest.mark.parametrize("options, words", [
    (["--cpus", "1", "--cpu-period", "1000"], "Nano CPUs and CPU Period cannot both be set"),
    (["--cpus", "1", "--cpu-quota", "1000"], "Nano CPUs and CPU Quota cannot both be set"),
    (["--cpu-period", "999"], "CPU cfs period can not be less than 1ms"),
    (["--cpu-quota", "999"], "CPU cfs quota can not be less than 1ms")])
def test_processors(imgctl, busybox, options, words):
    imgctl.fails("run", *options, busybox, "true", rc=125, err=words)


@pytest.mark.parametrize("options, key", [
    (["--blkio-weight", "500"], "BlkioWeight"), (["-m", "64m"], "MemorySwap"), (["-m", "64m", "--memory-swappiness", "10"], "MemorySwappiness")])
def test_what_the_kernel_has_is_set_and_the_rest_is_told(imgctl, busybox, options, key):
    """Either the limit stands in HostConfig, or a warning says that it does not."""
    result = imgctl("create", *options, busybox)
    assert result.rc == 0, result
    value = imgctl.inspect(result.out.strip(), f"{{{{json .HostConfig.{key}}}}}")
    wanted = {"BlkioWeight": 500, "MemorySwap": 128 << 20, "MemorySwappiness": 10}[key]
    assert (value == wanted) == (result.err == ""), result
    assert result.err == "" or result.err.startswith("WARNING: Your kernel does not support"), result


def drops(*capabilities):
    """Runs a command without CAPABILITIES and with little to spare."""
    names = ",".join(f"-{c}" for c in capabilities)
    return ["setpriv", f"--bounding-set={names}", f"--inh-caps={names}", "prlimit", "--nofile=1024:1024", "--"]


def run_without(imgctl, *args):
    command = [*drops("sys_resource"), *imgctl.command(*args)]
    return subprocess.run(command, env=imgctl.environment({}), capture_output=True, text=True, timeout=60)


def test_what_cannot_be_raised_is_kept_with_a_warning(imgctl, busybox):
    result = run_without(imgctl, "run", "--rm", "--ulimit", "nofile=100:5000", "--oom-score-adj", "-900", busybox, "sh", "-c",
                         "ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj")
    assert result.returncode == 0, result
    assert result.stdout.split()[:2] == ["100", "1024"] and int(result.stdout.split()[2]) > -900
    assert result.stderr.splitlines() == [
        "WARNING: ulimit nofile: raising the hard limit to 5000 needs CAP_SYS_RESOURCE. It stays at 1024.",
        "WARNING: oom-score-adj: lowering the score to -900 needs CAP_SYS_RESOURCE. It stays as it is."]


def test_what_can_be_set_is_not_warned_of(imgctl, busybox):
    result = run_without(imgctl, "run", "--rm", "--ulimit", "nofile=100:200", "--oom-score-adj", "900", busybox, "sh", "-c",
                         "ulimit -Hn; cat /proc/self/oom_score_adj")
    assert (result.stdout.split(), result.stderr) == (["200", "900"], ""), result


def test_the_oom_killer_without_a_limit(imgctl, busybox):
    result = imgctl("create", "--oom-kill-disable", busybox)
    assert result.rc == 0 and result.err.startswith("WARNING: ") and "oom" in result.err.lower()


def test_runtimes(imgctl, busybox):
    imgctl.fails("run", "--runtime", "runsc", busybox, "true", rc=125, err="unknown or invalid runtime name: runsc")
    imgctl.ok("create", "--name", "c1", "--runtime", "runc", busybox)
    imgctl.ok("create", "--name", "d1", busybox)
    assert imgctl.inspect("c1", "{{json .HostConfig.Runtime}}") == "runc"
    assert imgctl.inspect("d1", "{{json .HostConfig.Runtime}}") == "imgctl"
    imgctl.fails("create", "--volume-driver", "nfs", busybox, rc=125, err='plugin "nfs" not found')
    imgctl.fails("create", "--disable-content-trust=false", busybox, rc=125, err="no trust data")
    imgctl.ok("create", "--disable-content-trust", "--volume-driver", "local", busybox)


def test_masks(imgctl, busybox):
    imgctl.fails("run", "--rm", "--security-opt", "mask=/etc:/home/x", busybox, "cat", "/etc/passwd", rc=1, err="No such file")
    imgctl.fails("run", "--rm", busybox, "sh", "-c", "echo 1 > /proc/sys/kernel/domainname", rc=1, err="Read-only")
    imgctl.ok("run", "--rm", "--security-opt", "unmask=/proc/sys", busybox, "sh", "-c", "echo 1 > /proc/sys/kernel/domainname")
    paths = imgctl.inspect(imgctl.ok("create", "--security-opt", "unmask=ALL", busybox).strip(),
                           "[{{json .HostConfig.MaskedPaths}}, {{json .HostConfig.ReadonlyPaths}}]")
    assert paths == [None, None]
    for wrong in ("mask=", "mask=etc", "unmask", "mask=/a:", "mask=ALL"):
        imgctl.fails("run", "--security-opt", wrong, busybox, "true", rc=125, err="invalid --security-opt: ")
