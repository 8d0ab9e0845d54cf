# SPDX-License-Identifier: Apache-2.0
"""`./dev bench`: what imgctl costs beside its peers, as ratios taken in one run.

    bench.py [--quick] [--only pull,run,bridge,oci,executing,many,building,vm,start,scale,memory]

Writes docs/benchmarks.md (not with --quick); --only replaces its own rows there.
"""
import argparse
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

import building
import ground
import runner

IMGCTL = ground.TOP / "build/release/imgctl"
# what podman runs containers with: runc ends where root may not raise the limits that podman asks for
OCI = ground.TOP / "build/release/imgctl-oci"


class Row:
    def __init__(self, what, value, goal, met, detail=""):
        self.what, self.value, self.goal, self.met, self.detail = what, value, goal, met, detail


def ms(seconds):
    return f"{seconds * 1000:.2f} ms" if seconds < 0.1 else f"{seconds:.2f} s"


class Bench:
    imgctl = IMGCTL
    oci = OCI

    def __init__(self, base, rounds):
        self.base, self.rounds, self.rows, self.absent = base, rounds, [], []
        self.podman_ready = False
        self.docker_env = None

    def row(self, what, value, goal, met, detail=""):
        row = Row(what, value, goal, met, detail)
        self.rows.append(row)
        print(f"  {what}: {value} (goal {goal}) {'ok' if met else 'MISSED'}  {detail}", flush=True)

    def at_most(self, what, costs, ours, theirs, goal, measure="wall"):
        a, b = costs[ours].median(measure), costs[theirs].median(measure)
        self.row(what, f"{a / b:.2f}", f"≤ {goal}", a / b <= goal, f"{ms(a)} : {ms(b)}")

    def faster(self, what, costs, ours, theirs, goal):
        a, b = costs[ours].median(), costs[theirs].median()
        self.row(what, f"{b / a:.1f} times faster", f"≥ {goal}", b / a >= goal, f"{ms(a)} : {ms(b)}")

    def missing(self, peer, error):
        line = f"{peer}: {str(error).strip().splitlines()[-1][:200]}"
        self.absent.append(line)
        print("  not measured, " + line, flush=True)

    # ---- contenders

    def ours(self, root, *args, name="imgctl", **how):
        store = self.base.disk / root
        return ground.Contender(name, IMGCTL, "--root", store, "--runroot", self.base.run / root, *args, **how)

    def within(self, at_most, what, costs, ours, theirs):
        """What OURS takes more than THEIRS, at most AT_MOST milliseconds."""
        a, b = costs[ours].median(), costs[theirs].median()
        self.row(what, f"{(a - b) * 1000:.1f} ms more", f"≤ {at_most} ms", (a - b) * 1000 <= at_most, f"{ms(a)} : {ms(b)}")

    def call(self, *args):
        """Run imgctl on the store that the rows of `run` use, not measured; its standard output."""
        if not (self.base.disk / "warm").exists():
            self.base.once(self.ours("warm", "pull", "-q", self.base.debian))
        return subprocess.run(self.ours("warm", *args).command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              text=True, check=True).stdout

    def fresh(self, folder):
        def prepare():
            shutil.rmtree(self.base.disk / folder, ignore_errors=True)
            ground.call("sync", "-f", self.base.disk)
        return prepare

    def podman(self, *args, runtime="runc", **how):
        store = self.base.disk / "podman"
        options = ("--root", store, "--runroot", self.base.run / "podman", "--storage-driver", "overlay",
                   "--runtime", runtime, "--cgroup-manager", "cgroupfs")
        return ground.Contender("podman", "podman", *options, *args, env={"PODMAN_IGNORE_CGROUPSV1_WARNING": "1"}, **how)

    def docker(self, *args, **how):
        if self.docker_env is None:
            self.docker_env = self.base.start_docker()
        return ground.Contender("docker", ground.DOCKER, *args, env=self.docker_env, **how)

    def drop(self, contender):
        """Remove the image in a peer's store and let the disk come to rest."""
        def prepare():
            index = next(i for i, word in enumerate(contender.command) if word in ("pull", "run"))
            subprocess.run([*contender.command[:index], "rmi", "-f", self.base.debian], stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
                           env={**os.environ, **contender.env})
            ground.call("sync", "-f", self.base.disk)
        contender.prepare = prepare
        return contender

    def peers(self, what, make):
        """The peers that work here: a peer that fails its first run is named and left out."""
        found = []
        for peer in ("podman", "docker"):
            try:
                contender = make(peer)
                contender.prepare()
                self.base.once(contender)
                found.append(contender)
            except (RuntimeError, OSError) as error:
                self.missing(f"{peer} ({what})", error)
        return found

    # ---- rows

    def pull(self):
        print("cold pull of debian from the loopback registry", flush=True)
        source = "docker://" + self.base.debian
        contenders = [
            self.ours("cold", "pull", "-q", self.base.debian, prepare=self.fresh("cold")),
            ground.Contender("skopeo", "skopeo", "--insecure-policy", "copy", "-q", "--src-tls-verify=false", source,
                             f"dir:{self.base.disk}/skopeo", prepare=self.fresh("skopeo")),
        ]
        costs = self.base.race(contenders, self.rounds)
        self.at_most("pull, wall time beside `skopeo copy` (which extracts nothing)", costs, "imgctl", "skopeo", 1.6)
        self.at_most("pull, CPU time beside `skopeo copy`", costs, "imgctl", "skopeo", 2.3, "cpu")
        peak = max(costs["imgctl"].peak) / 1024
        self.row("pull, peak memory", f"{peak:.1f} MiB", "≤ 32 MiB", peak <= 32)
        peers = self.peers("pull", lambda peer: self.drop(
            self.podman("pull", "-q", "--tls-verify=false", self.base.debian) if peer == "podman"
            else self.docker("pull", "-q", self.base.debian)))
        if peers:
            costs = self.base.race([contenders[0], *peers], max(3, self.rounds // 3))
            for peer in peers:
                self.faster(f"pull beside `{peer.name} pull`", costs, "imgctl", peer.name, 4)
        shutil.rmtree(self.base.disk / "cold", ignore_errors=True)
        shutil.rmtree(self.base.disk / "skopeo", ignore_errors=True)

    def floor(self, *options):
        scratch = self.base.disk / ("floor/volatile" if options else "floor/plain")
        for name in ("upper", "work", "root"):
            (scratch / name).mkdir(parents=True, exist_ok=True)
        name = "floor, volatile" if options else "floor"
        return ground.Contender(name, self.base.folder / "floor_run", *options, self.base.disk / "floor/lower", scratch,
                                "/bin/true")

    def run(self):
        print("run --rm --network none debian true", flush=True)
        self.base.once(self.ours("warm", "pull", "-q", self.base.debian))
        ground.call("sync", "-f", self.base.disk)
        ours = self.ours("warm", "run", "--rm", "--network", "none", self.base.debian, "true")
        trio = [ours, self.floor(), self.floor("-v")]
        for what, rounds, how in (
                ("", self.rounds * 4, {}),
                (", a second of idle before each", self.rounds, {"pause": 1.0}),
                (", with 400 MB of dirty pages", max(3, self.rounds // 2), {"before": self.base.dirty})):
            costs = self.base.race(trio, rounds, **how)
            self.at_most(f"run{what}, beside the minimal C program", costs, "imgctl", "floor", 1.5)
            a, b = costs["imgctl"].median(), costs["floor, volatile"].median()
            print(f"    (beside the same with a volatile overlay: {a / b:.2f}, {ms(a)} : {ms(b)})", flush=True)
        (self.base.disk / "dirty").unlink(missing_ok=True)
        ground.call("sync", "-f", self.base.disk)
        self.run_peers(ours)

    def run_peers(self, ours):
        common = ("run", "--rm", "--network", "none")
        peers = self.peers("run", lambda peer: (
            self.podman(*common, "--tls-verify=false", self.base.debian, "true", runtime=self.oci) if peer == "podman"
            else self.docker(*common, self.base.debian, "true")))
        bundle = self.base.runc_bundle()
        peers.append(ground.Contender("runc", "runc", "--root", self.base.run / "runc", "run", "-b", bundle,
                                      "imgctl-bench"))
        costs = self.base.race([ours, *peers], self.rounds)
        for peer in peers:
            self.faster(f"run beside `{peer.name} run`", costs, "imgctl", peer.name, 4 if peer.name == "runc" else 15)

    def start(self):
        print("start-up", flush=True)
        version = ground.Contender("imgctl", IMGCTL, "version")
        busybox = ground.Contender("busybox", "busybox", "true")
        costs = self.base.race([version, busybox], self.rounds * 8)
        value = costs["imgctl"].median()
        self.row("`imgctl version`", ms(value), "≤ 1.5 ms", value <= 0.0015,
                 f"`busybox true`, static, takes {ms(costs['busybox'].median())}")

    def scale(self):
        print("a store with 1,000 images beside one with 10", flush=True)
        for repository, count in (("few", 10), ("many", 1000)):
            self.base.push_many(repository, count)
            self.base.once(self.ours(repository, "pull", "-q", "-a", self.base.registry.ref(repository)))
            self.base.once(self.ours(repository, "pull", "-q", self.base.debian))
        ground.call("sync", "-f", self.base.disk)
        for what, args in (("an up-to-date pull", ("pull", "-q", self.base.debian)),
                           ("inspect", ("inspect", self.base.debian)),
                           ("run", ("run", "--rm", "--network", "none", self.base.debian, "true"))):
            costs = self.base.race([self.ours("many", *args, name="many"), self.ours("few", *args, name="few")],
                                   self.rounds * 2)
            self.at_most(f"{what} with 1,000 images, beside 10", costs, "many", "few", 1.2)

    def memory(self):
        print("a layer of 4 GiB", flush=True)
        self.base.push_big("big", 4)
        _, _, peak = self.base.once(self.ours("big", "pull", "-q", self.base.registry.ref("big:latest")))
        self.row("pull of a 4 GiB layer, peak memory", f"{peak / 1024:.1f} MiB", "≤ 32 MiB", peak <= 32 * 1024)
        shutil.rmtree(self.base.disk / "big", ignore_errors=True)


def version_of(*command):
    try:
        text = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout
    except OSError:
        return "not installed"
    match = re.search(r"\d+\.\d+[\w.~+-]*", text)
    return match.group() if match else "?"


def report(bench, rounds):
    cpu = next((line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())
    versions = ", ".join(f"{name} {version_of(*command)}" for name, command in (
        ("skopeo", ("skopeo", "--version")), ("runc", ("runc", "--version")), ("podman", ("podman", "--version")),
        ("docker", (ground.DOCKER, "--version"))))
    lines = [
        "# Benchmarks", "",
        "Written by `./dev bench`. What counts is the ratio of two commands measured in turns in one run; milliseconds",
        "belong to one machine on one day.", "",
        "| what | measured | goal | met | medians |", "|---|---|---|---|---|",
        *(f"| {r.what} | {r.value} | {r.goal} | {'yes' if r.met else '**no**'} | {r.detail} |" for r in bench.rows), "",
    ]
    if bench.absent:
        lines += ["Not measured here:", "", *(f"- {line}" for line in bench.absent), ""]
    lines += [
        "## How it is measured", "",
        f"- Debian 12's own peers ({versions}), kernel {platform.release()}, {os.cpu_count()} cores, {cpu}.",
        "- Everything writes to one ext4 with a journal, in a file, mounted by loop; run folders lie on a tmpfs, as /run",
        "  does. The registry is Debian's docker-registry on loopback, without TLS, for all alike. The image is mmdebstrap's",
        "  minbase as one gzip layer.",
        f"- Turns are taken A B B A; the first turn is not counted; medians of {rounds} turns or a multiple of it.",
        "- Wall time is from the start of the process to its end, CPU time that of the process and the children it waited",
        "  for (the registry, dockerd and the kernel's writing back are not in it), memory the peak of the largest process",
        "  (`tests/bench/measure.c`).",
        "- Before each cold pull the store is removed and the disk synced. imgctl syncs after it has returned, as podman",
        "  and docker leave it to the kernel; skopeo too.",
        "- podman runs its containers through imgctl-oci, the fastest runtime it can have here: runc ends where root may not",
        "  raise the limits that podman asks for.",
        "- The virtual machine (`tests/vm/`) is there for crun, which refuses this host's control groups: Debian's cloud",
        "  kernel on pure cgroup v2, in QEMU without acceleration, so that everything takes some ten times as long; one",
        "  bundle of busybox on a tmpfs, medians of 40 turns.",
        "- The minimal C program (`tests/bench/floor_run.c`) does clone3 with six namespaces, an overlay mount, pivot_root",
        "  and exec, and nothing else: no cgroup, no /proc, no devices, no seccomp, no clean-up.",
    ]
    return "\n".join(lines) + "\n"


def rows_of(text):
    """The rows of a table that `report` wrote."""
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 5 and cells[0] != "what":
            found.append(Row(*cells[:3], cells[3] == "yes", cells[4]))
    return found


def absent_of(text):
    """What that report says was not measured."""
    part = text.partition("Not measured here:\n")[2].partition("## ")[0]
    return [line[2:] for line in part.splitlines() if line.startswith("- ")]


def merged(before, now):
    """BEFORE with the rows NOW in place of those of the same name, and new ones at its end."""
    known = {row.what: row for row in now}
    return [known.pop(row.what, row) for row in before] + list(known.values())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="few turns, to see that it works")
    parser.add_argument("--only", default="pull,run,bridge,oci,executing,many,building,vm,start,scale,memory")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("bench: this needs root")
    rounds = 3 if options.quick else 11
    base = ground.Ground()
    base.end_of_signals()
    bench = Bench(base, rounds)
    try:
        base.build()
        for name in options.only.split(","):
            (getattr(runner, name, None) or getattr(building, name, None) or getattr(Bench, name))(bench)
    finally:
        base.close()
    is_met = all(row.met for row in bench.rows)
    if not options.quick:
        page = ground.TOP / "docs/benchmarks.md"
        if options.only != parser.get_default("only"):
            before = page.read_text()
            bench.rows = merged(rows_of(before), bench.rows)
            bench.absent = list(dict.fromkeys(absent_of(before) + bench.absent))
        page.write_text(report(bench, rounds))
        print("written to docs/benchmarks.md")
    if not is_met:
        sys.exit("bench: goals were missed")


if __name__ == "__main__":
    main()
