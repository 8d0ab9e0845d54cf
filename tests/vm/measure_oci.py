# SPDX-License-Identifier: Apache-2.0
"""In the virtual machine: `run` of one bundle by imgctl-oci, crun and runc, in turns. Prints one line of JSON."""
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

from harness.bundle import Bundle, Runtime

ROUNDS = 40
PEERS = ("crun", "runc")


def once(program, root, bundle):
    started = time.monotonic()
    subprocess.run([program, "--root", root, "run", "--bundle", bundle, "bench"], check=True, stdin=subprocess.DEVNULL)
    return time.monotonic() - started


def version(program):
    text = subprocess.run([program, "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return text.split()[2]


def main():
    with tempfile.TemporaryDirectory(dir="/run") as folder:
        folder = pathlib.Path(folder)
        runtime = Runtime("build/release/imgctl", folder / "oci")
        bundle = Bundle(runtime, folder / "bundle")
        bundle.process["args"] = ["true"]
        bundle.config["ociVersion"] = "1.0.2"  # the latest that Debian's crun takes
        bundle.save()
        programs = {"imgctl-oci": runtime.program, **{name: name for name in PEERS}}
        costs = {name: [] for name in programs}
        for turn in range(ROUNDS + 1):
            for name in list(programs) if turn % 2 else list(programs)[::-1]:
                cost = once(programs[name], folder / f"root-{name}", bundle.folder)
                if turn:  # the first one is not counted
                    costs[name].append(cost)
    print(json.dumps({"rounds": ROUNDS, "versions": {name: version(name) for name in PEERS},
                      "medians": {name: statistics.median(values) for name, values in costs.items()}}))


if __name__ == "__main__":
    main()
