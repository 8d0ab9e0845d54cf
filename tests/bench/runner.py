# SPDX-License-Identifier: Apache-2.0
"""The rows of the runner: `oci run`, `exec`, many containers with their monitors."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

import ground
from harness import hosts

MANY = 200


def oci(bench):
    """`imgctl oci run` of a bundle beside runc and the minimal C program."""
    print("oci run of a bundle", flush=True)
    bundle = bench.base.runc_bundle()
    (bench.base.run / "oci").mkdir(exist_ok=True)
    contenders = [
        ground.Contender("imgctl", bench.imgctl, "oci", "--root", bench.base.run / "oci", "run", "-b", bundle,
                         "imgctl-bench"),
        ground.Contender("runc", "runc", "--root", bench.base.run / "runc", "run", "-b", bundle, "imgctl-bench"),
        bench.floor(),
    ]
    costs = bench.base.race(contenders, bench.rounds * 9)
    bench.faster("oci run beside `runc run`", costs, "imgctl", "runc", 1)
    bench.at_most("oci run, beside the minimal C program", costs, "imgctl", "floor", 1.5)
    shutil.rmtree(bundle)


def bridge(bench):
    """`run` on the default bridge beside `--network none`, and beside the peers' bridges; all in a network of their own."""
    print("run --rm debian true, on the default bridge", flush=True)
    bench.call("version")
    host = hosts.Host()
    try:
        inside = ["nsenter", f"--net=/proc/{host.pid}/ns/net", "--"]
        ours = bench.ours("warm", "run", "--rm", bench.base.debian, "true", before=inside)
        alone = bench.ours("warm", "run", "--rm", "--network", "none", bench.base.debian, "true", name="alone", before=inside)
        costs = bench.base.race([ours, alone], bench.rounds * 4)
        bench.within(12, "run on the default bridge, beside `--network none`", costs, "imgctl", "alone")
        peers = bench.peers("run on a bridge", lambda peer: bridge_peer(bench, peer, inside))
        if peers:
            costs = bench.base.race([ours, *peers], bench.rounds)
            for peer in peers:
                bench.faster(f"run on the default bridge, beside `{peer.name} run`", costs, "imgctl", peer.name, 8)
    finally:
        host.close()


def bridge_peer(bench, peer, inside):
    """The image comes as an archive: the registry is not in that network."""
    archive = bench.base.folder / "debian.tar"
    bench.call("save", "-o", archive, bench.base.debian)
    if peer == "podman":
        contender = bench.podman("run", "--rm", bench.base.debian, "true", runtime=bench.oci, before=inside)
        load = [*contender.command[:contender.command.index("run")], "load", "-i", archive]
    else:
        env = bench.base.start_docker("docker-bridge", inside, ())
        contender = ground.Contender("docker", ground.DOCKER, "run", "--rm", bench.base.debian, "true", env=env, before=inside)
        load = [ground.DOCKER, "load", "-i", archive]
    ground.call(*load, env={**os.environ, **contender.env})
    archive.unlink()
    return contender


def executing(bench):
    """`exec` beside nsenter with the same groups and filter."""
    print("exec in a container", flush=True)
    name = "imgctl-bench-exec"
    bench.call("run", "-d", "--name", name, "--network", "none", bench.base.debian, "sleep", "10000")
    try:
        pid = bench.call("inspect", "-f", "{{.State.Pid}}", name).strip()
        floor, filter_file = bench.base.folder / "floor_exec", bench.base.folder / "filter"
        ground.call(floor, "--filter", pid, filter_file)
        contenders = [
            bench.ours("warm", "exec", name, "true"),
            ground.Contender("nsenter with both", floor, "--nsenter", pid, filter_file, "/bin/true"),
            ground.Contender("nsenter", "nsenter", "-t", pid, "-a", "true"),
            ground.Contender("C", floor, pid, filter_file, "/bin/true"),
        ]
        costs = bench.base.race(contenders, bench.rounds * 9)
        bench.at_most("exec, beside nsenter that joins the same groups and loads the same filter", costs, "imgctl",
                      "nsenter with both", 1.5)
        for peer in ("nsenter", "C"):
            a, b = costs["imgctl"].median(), costs[peer].median()
            print(f"    (beside {peer} alone: {a / b:.2f}, {a * 1000:.2f} : {b * 1000:.2f} ms)", flush=True)
    finally:
        bench.call("rm", "-f", name)


def proportional_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def many(bench):
    """The memory of MANY detached containers: monitors and what they run."""
    print(f"{MANY} detached containers", flush=True)
    names = [f"imgctl-bench-{number}" for number in range(MANY)]
    try:
        for name in names:
            bench.call("run", "-d", "--name", name, "--network", "none", bench.base.debian, "sleep", "10000")
        pids = [int(pid) for pid in bench.call("inspect", "-f", "{{.State.Pid}}", *names).split()]
        monitors = [int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) for pid in pids]
        if len(set(monitors)) != MANY:
            raise RuntimeError(f"{len(set(monitors))} monitors, not {MANY}")
        kib = sum(proportional_kib(pid) for pid in pids + monitors)
        bench.row(f"{MANY} detached containers with their monitors, memory", f"{kib / 1024:.0f} MiB", "≤ 300 MiB",
                  kib <= 300 * 1024, f"a monitor {sum(map(proportional_kib, monitors)) / MANY:.0f} KiB")
    finally:
        subprocess.run([*bench.ours("warm", "rm", "-f").command, *names], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, check=False)


def vm(bench):
    """`imgctl-oci run` beside crun, which refuses this host's control groups, and runc, in the virtual machine."""
    print("`oci run` in the virtual machine", flush=True)
    path = bench.base.folder / "vm.json"
    ground.call(sys.executable, "-B", ground.TOP / "tests/vm/vm.py", "--bench", path)
    found = json.loads(path.read_text())
    ours = found["medians"].pop("imgctl-oci")
    for peer, theirs in found["medians"].items():
        bench.row(f"oci run beside `{peer} run` {found['versions'][peer]}, in the virtual machine",
                  f"{theirs / ours:.1f} times faster", "≥ 1", theirs >= ours, f"{ours * 1000:.0f} ms : {theirs * 1000:.0f} ms")
