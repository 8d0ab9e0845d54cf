# SPDX-License-Identifier: Apache-2.0
"""Folders with the host's compiler or Python, whole: what a stage copies to have them without a package mirror."""
import pathlib
import re
import shutil
import subprocess

LEFT_OUT = ("__pycache__", "test", "tests", "idlelib", "tkinter", "lib2to3", "ensurepip", "pydoc_data", "dist-packages", "config-*")


def say(*command):
    return subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout


def put(folder, path):
    """PATH of the host under its own name; of a link what it leads to."""
    to = folder / str(path).lstrip("/")
    if not to.exists():
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, to)


def put_program(folder, path):
    """A program with the libraries that it is linked to."""
    put(folder, path)
    for library in re.findall(r"(/\S+) \(0x", say("ldd", path)):
        put(folder, library)


def put_tree(folder, path):
    to = folder / str(path).lstrip("/")
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(path, to, ignore=shutil.ignore_patterns(*LEFT_OUT), dirs_exist_ok=True)


def compiler(folder):
    """gcc for C, static linking only: FOLDER is made."""
    for name in ("cc1", "collect2", "as", "ld"):
        path = pathlib.Path(say("gcc", f"-print-prog-name={name}").strip())
        put_program(folder, path if path.is_absolute() else shutil.which(path))
    put_program(folder, shutil.which("gcc"))
    for name in ("crt1.o", "crti.o", "crtn.o", "crtbeginT.o", "crtend.o", "libgcc.a", "libgcc_eh.a", "libc.a", "liblto_plugin.so"):
        put(folder, pathlib.Path(say("gcc", f"-print-file-name={name}").strip()).resolve())
    for header in set(re.findall(r"^# \d+ \"(/\S+)\"", say("gcc", "-O1", "-E", "-x", "c", "-include", "stdio.h", "/dev/null"), re.M)):
        put(folder, pathlib.Path(header).resolve())
    return folder


def python(folder):
    """Debian's Python with its library: FOLDER is made."""
    real = pathlib.Path("/usr/bin/python3").resolve()
    put_program(folder, real)
    (folder / "usr/bin/python3").symlink_to(real.name)
    put_tree(folder, pathlib.Path("/usr/lib") / real.name)
    return folder
