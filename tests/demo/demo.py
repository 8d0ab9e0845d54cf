# SPDX-License-Identifier: Apache-2.0
"""`./dev demo`: a real Debian image is pulled, listed and run, with or without the internet.

Everything happens in a folder of its own, which is gone afterwards; only build/cache stays.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/e2e"))

from harness import debian, registry  # noqa: E402

HUB = "https://registry-1.docker.io/v2/"
HUB_SECONDS = 4
COLOUR = sys.stdout.isatty()


def paint(code, text):
    return f"\033[{code}m{text}\033[0m" if COLOUR else text


def say(text):
    print(paint("1;34", "•"), text, flush=True)


def command_line(words):
    print("\n" + paint("1;32", "$ ") + paint("1", words), flush=True)


class Failed(Exception):
    pass


def ask_hub():
    """None when Docker Hub answers, else why not."""
    try:
        urllib.request.urlopen(HUB, timeout=HUB_SECONDS).close()
    except urllib.error.HTTPError as error:  # 401: it is there
        return None if error.code in (401, 429) else f"answers {error.code}"
    except (urllib.error.URLError, OSError) as error:
        return str(getattr(error, "reason", error))
    return None


class Demo:
    def __init__(self, folder):
        self.folder = folder
        self.server = None
        self.env = {**os.environ, "HOME": str(folder / "home"), "PATH": f"{TOP}/build/release:{os.environ['PATH']}",
                    "IMGCTL_ROOT": str(folder / "store"), "IMGCTL_RUNROOT": str(folder / "run")}
        for name in ("DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
            self.env.pop(name, None)
        (folder / "home").mkdir()

    def run(self, words, capture=False):
        """Show a command, run it, and show or return what it says."""
        command_line(words)
        result = subprocess.run(words.split(), env=self.env, stdin=subprocess.DEVNULL, text=True,
                                stdout=subprocess.PIPE if capture else None)
        if result.returncode:
            raise Failed(f"`{words}` exited with {result.returncode}")
        if capture:
            print(result.stdout, end="", flush=True)
        return result.stdout

    def provide_debian(self):
        """Stand in for Docker Hub: a Debian made here, behind TLS on loopback."""
        tar = TOP / "build/cache" / debian.NAME
        if not tar.exists():
            say("making debian:latest from Debian's packages (mmdebstrap, under a minute, kept for the next time)")
        started = time.monotonic()
        image = debian.make_image(TOP / "build/cache")
        if time.monotonic() - started > 5:
            say(f"made in {time.monotonic() - started:.0f} s")
        authority = registry.Authority(self.folder / "ca", "imgctl demo CA")
        self.server = registry.Registry(self.folder / "registry", authority=authority).start()
        self.server.push("library/debian:latest", image)
        self.server.trust(self.folder / "home")
        say(f"docker-registry serves it over TLS on {self.server.host}, and a mirror configuration names it:")
        text = ('[[registry]]\nprefix = "docker.io"\nlocation = "docker.io"\n\n'
                f'[[registry.mirror]]\nlocation = "{self.server.host}"\n')
        path = self.folder / "registries.conf"
        path.write_text(text)
        self.env["CONTAINERS_REGISTRIES_CONF"] = str(path)
        print("".join(f"    {line}\n" for line in text.splitlines()), end="", flush=True)

    def show(self):
        self.run("imgctl pull debian:latest")
        self.run("imgctl images")
        release = self.run("imgctl run --rm debian:latest cat /etc/os-release", capture=True)
        if "ID=debian" not in release:
            raise Failed("the container does not say that it is Debian")
        host = self.run("ls -l /proc/self/ns", capture=True)
        inside = self.run("imgctl run --rm debian:latest ls -l /proc/self/ns", capture=True)
        self.compare(namespaces(host), namespaces(inside))

    def compare(self, host, inside):
        print()
        say("the namespaces of the host and of the container:")
        for kind in ("mnt", "pid", "uts", "ipc", "net", "cgroup"):
            same = host.get(kind) == inside.get(kind) or kind not in inside
            mark = paint("1;31", "the same!") if same else paint("1;32", "its own")
            print(f"    {kind:7} {host.get(kind, '?'):>12}   {inside.get(kind, '?'):>12}   {mark}", flush=True)
            if same:
                raise Failed(f"the container shares the host's {kind} namespace")

    def close(self):
        if self.server:
            self.server.stop()
        program = TOP / "build/release/imgctl"
        if (self.folder / "store").exists():
            left = subprocess.run([program, "ps", "-aq"], env=self.env, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True).stdout.split()
            if left:
                subprocess.run([program, "rm", "-f", *left], env=self.env, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
            # the default bridge waits for the next container otherwise
            subprocess.run([program, "network", "prune", "-f"], env=self.env, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)


def namespaces(listing):
    """{kind: inode} of `ls -l /proc/self/ns`."""
    out = {}
    for line in listing.splitlines():
        name, arrow, target = line.partition(" -> ")
        if arrow and "[" in target:
            out[name.split()[-1]] = target.split("[")[1].rstrip("]")
    return out


def main():
    if os.geteuid() != 0:
        sys.exit("demo: making containers needs root")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    base = TOP / "build/demo"
    base.mkdir(parents=True, exist_ok=True)
    demo = Demo(pathlib.Path(tempfile.mkdtemp(dir=base)))
    started = time.monotonic()
    try:
        why = ask_hub()
        if why:
            say(f"Docker Hub does not answer ({why}): the demo brings its own registry")
            demo.provide_debian()
        else:
            say("Docker Hub answers: debian:latest comes from there")
        demo.show()
        print()
        say(f"done in {time.monotonic() - started:.1f} s, and all of it is removed again. "
            "Your own imgctl: build/release/imgctl, or ./dev install")
    except Failed as error:
        sys.exit(f"demo: {error}")
    except RuntimeError as error:
        sys.exit(f"demo: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        demo.close()


if __name__ == "__main__":
    main()
