# SPDX-License-Identifier: Apache-2.0
"""skopeo and umoci: other people's readers and writers of the same images."""
import json
import os
import shutil
import subprocess

import pytest


def need(program, package=None):
    """Skip the test when PROGRAM is missing; says which Debian package has it."""
    if not shutil.which(program):
        pytest.skip(f"needs {program} (Debian package {package or program})")


# podman, buildah and skopeo seal a copy of themselves at a start, which the kernel refuses while a page of it is held elsewhere
NOT_STARTED = "sealing memfd copy: Device or resource busy"


def run(*command, timeout=120, env=None, stdin=None):
    """Run a command of the host; it must exit 0. Returns stdout."""
    for _ in range(9):
        result = subprocess.run([str(c) for c in command], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, timeout=timeout, env={**os.environ, **(env or {})},
                                stdin=None if stdin is not None else subprocess.DEVNULL)
        if NOT_STARTED not in result.stderr:
            break
    assert result.returncode == 0, f"{' '.join(map(str, command))}: {result.returncode}\n{result.stdout}\n{result.stderr}"
    return result.stdout


def _certificates(registry, home, side=""):
    return [f"--{side}cert-dir={registry.trust(home)}"] if registry and registry.authority else \
        [f"--{side}tls-verify=false"]


def skopeo_pull(registry, name, destination, home, *options):
    """Copy REGISTRY's NAME to a skopeo destination such as oci:DIR:tag or dir:DIR."""
    need("skopeo")
    return run("skopeo", "--insecure-policy", "copy", "-q", *_certificates(registry, home, "src-"), *options,
               f"docker://{registry.ref(name)}", destination)


def skopeo_push(source, registry, name, home, *options):
    """Copy a skopeo source such as oci:DIR:tag or docker-archive:FILE to REGISTRY's NAME."""
    need("skopeo")
    return run("skopeo", "--insecure-policy", "copy", "-q", *_certificates(registry, home, "dest-"), *options,
               source, f"docker://{registry.ref(name)}")


def skopeo_inspect(source, *options):
    """inspect of any skopeo source (oci:, docker-archive:, dir:), as an object."""
    need("skopeo")
    return json.loads(run("skopeo", "inspect", *options, source))


def umoci_unpack(layout, tag, bundle):
    """Unpack LAYOUT's TAG; returns the path of its root file system."""
    need("umoci")
    run("umoci", "unpack", "--image", f"{layout}:{tag}", str(bundle))
    return os.path.join(str(bundle), "rootfs")
