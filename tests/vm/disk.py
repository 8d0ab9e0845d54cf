# SPDX-License-Identifier: Apache-2.0
"""The virtual machine's disk, kernel and first file system: made once, kept in build/cache, named after this file."""
import hashlib
import io
import os
import pathlib
import shutil
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
CACHE = TOP / "build/cache"
sys.path.insert(0, str(TOP / "tests/e2e"))

from harness.debian import SUITE, alone, run  # noqa: E402

PACKAGES = """linux-image-cloud-amd64 systemd-sysv dbus dbus-user-session libpam-systemd kmod apparmor uidmap iproute2
libcap2-bin attr procps busybox-static docker-registry openssl crun runc python3-pytest python3-pytest-timeout
python3-pexpect libcurl4 libarchive13 libisal2 libzstd1
libnftables1 libnl-route-3-200 passt""".split()
# the kernel needs only these to find its disk; ext4 is built in
MODULES = ("virtio_ring", "virtio", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci", "virtio_blk")

UNIT = """[Unit]
Description=tests of imgctl
After=multi-user.target systemd-logind.service apparmor.service
SuccessAction=poweroff-force
FailureAction=poweroff-force

[Service]
Type=oneshot
# as a login's or a service's of an engine: its control group is its own to divide
Delegate=yes
Environment=HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
ExecStart=/bin/sh -c 'mkdir /work && tar -xf /dev/vdb -C /work && cd /work && exec sh ./guest'
StandardInput=null
StandardOutput=file:/dev/ttyS1
StandardError=inherit

[Install]
WantedBy=graphical.target
"""
INIT = """#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
for module in {modules}; do /bin/busybox insmod /$module.ko; done
/bin/busybox timeout 30 /bin/busybox sh -c "until [ -b /dev/vda ]; do /bin/busybox usleep 50000; done"
/bin/busybox mount -t ext4 /dev/vda /root
/bin/busybox umount /dev
exec /bin/busybox switch_root /root /sbin/init
"""


# ---- the disk, the kernel and its first file system

def cpio(files):
    """An archive for the kernel's initramfs: {path: (mode, bytes)}."""
    out = io.BytesIO()
    for number, (name, (mode, data)) in enumerate([*files.items(), ("TRAILER!!!", (0, b""))], 1):
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        out.write(b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0")
        out.write(bytes(-out.tell() % 4))
        out.write(data)
        out.write(bytes(-out.tell() % 4))
    return out.getvalue()


def initramfs(root):
    files = {name: (0o040755, b"") for name in ("bin", "dev", "root")}
    files["bin/busybox"] = (0o100755, (root / "bin/busybox").read_bytes())
    files["init"] = (0o100755, INIT.format(modules=" ".join(MODULES)).encode())
    for name in MODULES:
        path, = (root / "lib/modules").glob(f"*/kernel/**/{name}.ko")
        files[f"{name}.ko"] = (0o100644, path.read_bytes())
    return cpio(files)


def make_root(folder):
    """A Debian root in FOLDER that starts the tests' unit and little else."""
    run("mmdebstrap", "--quiet", "--variant=minbase", "--format=directory", "--include=" + ",".join(PACKAGES),
        "--dpkgopt=path-exclude=/usr/share/{doc,man,locale}/*",
        '--customize-hook=rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*', SUITE, folder,
        env={**os.environ, "INITRD": "No"})
    units = folder / "etc/systemd/system"
    (units / "imgctl-tests.service").write_text(UNIT)
    (units / "graphical.target.wants").mkdir(exist_ok=True)
    (units / "graphical.target.wants/imgctl-tests.service").symlink_to("../imgctl-tests.service")
    for name in ("systemd-udevd.service", "systemd-udev-trigger.service", "systemd-udevd-kernel.socket",
                 "systemd-udevd-control.socket", "getty.target", "systemd-timesyncd.service", "apt-daily.timer",
                 "apt-daily-upgrade.timer", "e2scrub_all.timer", "fstrim.timer", "dpkg-db-backup.timer",
                 "docker-registry.service", "systemd-update-utmp.service", "e2scrub_reap.service"):
        (units / name).unlink(missing_ok=True)
        (units / name).symlink_to("/dev/null")
    (folder / "etc/fstab").write_text("")
    (folder / "etc/hostname").write_text("vm\n")
    (folder / "etc/hosts").write_text("127.0.0.1 localhost vm\n")
    (folder / "etc/machine-id").write_text(hashlib.md5(b"imgctl").hexdigest() + "\n")
    # where tests make accounts, which then have ranges of their own
    for name in ("subuid", "subgid"):
        (folder / "etc" / name).touch()


def machine():
    """The folder of disk, vmlinuz and initrd: made once (a minute or less, from Debian's mirror)."""
    key = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()[:12]
    path = CACHE / f"vm-{key}"
    with alone(path):
        if not path.exists():
            for old in CACHE.glob("vm-*"):
                if old.is_dir():
                    shutil.rmtree(old)
            print("making the machine's disk", flush=True)
            partial = pathlib.Path(tempfile.mkdtemp(prefix="vm-", dir=CACHE))
            root = partial / "root"
            make_root(root)
            kernel, = (root / "boot").glob("vmlinuz-*")
            shutil.copy(kernel, partial / "vmlinuz")
            (partial / "initrd").write_bytes(initramfs(root))
            disk = partial / "disk"
            with open(disk, "wb") as file:
                file.truncate(3 << 30)
            run("mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal", "-d", root, disk)
            shutil.rmtree(root)
            os.rename(partial, path)
    return path
