# SPDX-License-Identifier: Apache-2.0
"""OCI bundles of busybox, and the runtime under the name that engines call it by."""
import json
import pathlib
import shutil
import subprocess
import time

from harness import images, tool


class Runtime(tool.Tool):
    """imgctl-oci with a folder of containers of its own."""

    def __init__(self, program, folder):
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        link = folder / "imgctl-oci"
        link.symlink_to(pathlib.Path(program).resolve())
        super().__init__(link, folder / "tool")
        self.state_root = folder / "containers"
        self.options = ["--root", self.state_root]

    def state(self, name):
        return self.json("state", name)

    def status(self, name):
        return self.state(name)["status"]

    def wait(self, name, status, timeout=15):
        """Wait until container NAME is in STATUS."""
        until(lambda: self.status(name) == status, f"{name} is not {status}", timeout)

    def leave(self, *args):
        """Run to the end, which must be a good one; what it starts may go on. Returns the file of its output."""
        path = self.folder / f"output-{len(self.children)}"
        with open(path, "wb") as out:
            child = self.popen(*args, stdout=out, stderr=out)
            assert child.wait(20) == 0, path.read_text()
        return path

    def close(self):
        super().close()
        for name in self("list", "-q").out.split():
            self("delete", "--force", name)


def until(is_so, what, timeout=15):
    """Poll IS_SO until it holds; fail with WHAT (text, or what makes it then) after TIMEOUT seconds."""
    end = time.monotonic() + timeout
    while not (value := is_so()):
        assert time.monotonic() < end, what() if callable(what) else what
        time.sleep(0.01)
    return value


class Bundle:
    """config.json and a root file system; `config` may be changed until it is saved."""

    def __init__(self, runtime, folder):
        self.runtime, self.folder = runtime, pathlib.Path(folder)
        self.rootfs = self.folder / "rootfs"
        for name in ("bin", "etc", "tmp", "proc", "sys", "dev"):
            (self.rootfs / name).mkdir(parents=True)
        shutil.copy(images.BUSYBOX, self.rootfs / "bin/busybox")
        names = subprocess.run([images.BUSYBOX, "--list"], stdout=subprocess.PIPE, check=True, text=True)
        for name in names.stdout.split():
            if name != "busybox":
                (self.rootfs / "bin" / name).symlink_to("busybox")
        runtime.ok("spec", "--bundle", self.folder)
        self.config = json.loads((self.folder / "config.json").read_text())
        self.process["terminal"] = False
        self.process["env"].append(f"IMGCTL_TEST_MARK={runtime.mark}")
        self.config["root"]["readonly"] = False

    @property
    def process(self):
        return self.config["process"]

    @property
    def linux(self):
        return self.config["linux"]

    def save(self):
        (self.folder / "config.json").write_text(json.dumps(self.config))
        return self.folder

    def script(self, text):
        self.process["args"] = ["sh", "-c", text]
        return self.save()

    def capabilities(self, *names):
        for kind in ("bounding", "effective", "permitted"):
            self.process["capabilities"][kind] = list(names)

    def mount(self, target, kind, source, *options):
        self.config["mounts"].append(
            {"destination": target, "type": kind, "source": str(source), "options": list(options)})

    def namespace(self, kind, path=None):
        """Have a new namespace of KIND, or the one at PATH; with False, the host's."""
        spaces = [space for space in self.linux["namespaces"] if space["type"] != kind]
        if path is not False:
            spaces.append({"type": kind, **({"path": str(path)} if path else {})})
        self.linux["namespaces"] = spaces

    def run(self, text, *options, name="c1", **how):
        """Run SCRIPT to its end."""
        return self.runtime("run", "--bundle", self.script(text), *options, name, **how)

    def prints(self, text, *options, **how):
        """What SCRIPT prints, which must succeed."""
        result = self.run(text, *options, **how)
        assert result.rc == 0, result
        return result.out

    def start(self, text="exec sleep 1000", *options, name="c1"):
        """Create and start a container that goes on. Returns the file of what it writes."""
        return self.runtime.leave("run", "--detach", "--bundle", self.script(text), *options, name)
