# SPDX-License-Identifier: Apache-2.0
"""Images out of Python alone, bit by bit the same each time."""
import copy
import gzip
import hashlib
import io
import json
import pathlib
import shutil
import subprocess
import tarfile

EPOCH = 1577836800  # 2020-01-01T00:00:00Z
CREATED = "2020-01-01T00:00:00Z"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
BUSYBOX = "/bin/busybox"  # of Debian's busybox-static

OCI = {
    "manifest": "application/vnd.oci.image.manifest.v1+json",
    "index": "application/vnd.oci.image.index.v1+json",
    "config": "application/vnd.oci.image.config.v1+json",
    "none": "application/vnd.oci.image.layer.v1.tar",
    "gzip": "application/vnd.oci.image.layer.v1.tar+gzip",
    "zstd": "application/vnd.oci.image.layer.v1.tar+zstd",
}
DOCKER = {
    "manifest": "application/vnd.docker.distribution.manifest.v2+json",
    "index": "application/vnd.docker.distribution.manifest.list.v2+json",
    "config": "application/vnd.docker.container.image.v1+json",
    "none": "application/vnd.docker.image.rootfs.diff.tar",
    "gzip": "application/vnd.docker.image.rootfs.diff.tar.gzip",
    "zstd": "application/vnd.docker.image.rootfs.diff.tar.zstd",
}


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def encode(document):
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()


def compress(data, how):
    if how == "none":
        return data
    if how == "zstd":
        return subprocess.run(["zstd", "-q", "-c", "-3"], input=data, stdout=subprocess.PIPE, check=True).stdout
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, compresslevel=6, mtime=0) as file:
        file.write(data)
    return out.getvalue()


class Layer:
    """A tar archive, entry by entry. `Layer().dir("a").file("a/b", "text")`."""

    def __init__(self, format=tarfile.PAX_FORMAT, compression="gzip"):
        self.buffer, self.compression, self._tar_bytes = io.BytesIO(), compression, None
        self.tar = tarfile.open(fileobj=self.buffer, mode="w", format=format)

    def add(self, name, type=tarfile.REGTYPE, data=b"", mode=0o644, owner=(0, 0), link="", xattrs=None,
            device=(0, 0), mtime=EPOCH, pax=None):
        entry = tarfile.TarInfo(name)
        entry.type, entry.mode, entry.linkname, entry.mtime = type, mode, link, mtime
        entry.uid, entry.gid = owner
        entry.devmajor, entry.devminor = device
        entry.pax_headers = dict(pax or {})
        for key, value in (xattrs or {}).items():
            value = value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value
            entry.pax_headers["SCHILY.xattr." + key] = value
        data = data.encode() if isinstance(data, str) else data
        entry.size = len(data)
        self.tar.addfile(entry, io.BytesIO(data))
        return self

    def file(self, name, data="", **how):
        return self.add(name, data=data, **how)

    def dir(self, name, mode=0o755, **how):
        return self.add(name, type=tarfile.DIRTYPE, mode=mode, **how)

    def symlink(self, name, target, **how):
        return self.add(name, type=tarfile.SYMTYPE, link=target, mode=0o777, **how)

    def hardlink(self, name, target, **how):
        return self.add(name, type=tarfile.LNKTYPE, link=target, **how)

    def whiteout(self, name):
        folder, _, leaf = name.rpartition("/")
        return self.file((folder + "/" if folder else "") + ".wh." + leaf)

    def opaque(self, folder):
        return self.file(folder + "/.wh..wh..opq")

    def bytes(self):
        """The archive, uncompressed; nothing can be added afterwards."""
        if self._tar_bytes is None:
            self.tar.close()
            self._tar_bytes = self.buffer.getvalue()
        return self._tar_bytes


class RawLayer:
    """A layer whose bytes (as stored, and as tar) are given: for bad input."""

    def __init__(self, tar, stored=None, compression="gzip"):
        self.compression, self.stored, self._tar = compression, stored, tar

    def bytes(self):
        return self._tar


class Image:
    """A manifest with its config and layers. Blobs are made on first use."""

    def __init__(self, *layers, config=None, flavour=OCI, platform=("linux", "amd64"), annotations=None,
                 history=None):
        self.layers, self.flavour = layers, flavour
        self.settings = {"Cmd": ["sh"], "Env": [PATH], **(config or {})}
        self.platform, self.annotations, self.history = platform, annotations, history
        self.blobs = {}
        self._build()

    def _build(self):
        stored = [getattr(x, "stored", None) or compress(x.bytes(), x.compression) for x in self.layers]
        self.document = {
            "architecture": self.platform[1], "os": self.platform[0], "created": CREATED,
            "config": self.settings,
            "rootfs": {"type": "layers", "diff_ids": [digest(x.bytes()) for x in self.layers]},
            "history": self.history if self.history is not None else [
                {"created": CREATED, "created_by": f"layer {i}"} for i, _ in enumerate(self.layers)],
        }
        if len(self.platform) > 2:
            self.document["variant"] = self.platform[2]
        config = encode(self.document)
        self.manifest_document = {
            "schemaVersion": 2, "mediaType": self.flavour["manifest"],
            "config": self.descriptor(config, "config"),
            "layers": [self.descriptor(data, layer.compression) for data, layer in zip(stored, self.layers)],
        }
        if self.annotations:
            self.manifest_document["annotations"] = self.annotations
        self.id = digest(config)
        for data in (config, *stored):
            self.blobs[digest(data)] = data

    def descriptor(self, data, kind):
        return {"mediaType": self.flavour[kind], "digest": digest(data), "size": len(data)}

    @property
    def media_type(self):
        return self.flavour["manifest"]

    @property
    def manifest(self):
        return encode(self.manifest_document)

    @property
    def digest(self):
        return digest(self.manifest)

    def variation(self, **settings):
        """The same layers under another config."""
        return Image(*self.layers, config={**self.settings, **settings}, flavour=self.flavour,
                     platform=self.platform, annotations=self.annotations, history=copy.copy(self.history))


class Index:
    """A manifest list. MEMBERS: images, or (image, extra descriptor fields)."""

    def __init__(self, *members, flavour=OCI):
        self.flavour = flavour
        self.members = [m if isinstance(m, tuple) else (m, {}) for m in members]

    @property
    def media_type(self):
        return self.flavour["index"]

    @property
    def manifest(self):
        entries = []
        for image, extra in self.members:
            platform = {"os": image.platform[0], "architecture": image.platform[1]}
            if len(image.platform) > 2:
                platform["variant"] = image.platform[2]
            entries.append({"mediaType": image.media_type, "digest": image.digest,
                            "size": len(image.manifest), "platform": platform, **extra})
        return encode({"schemaVersion": 2, "mediaType": self.media_type, "manifests": entries})

    @property
    def digest(self):
        return digest(self.manifest)


def write_layout(folder, tags):
    """Write an OCI layout with {tag: image}."""
    folder = pathlib.Path(folder)
    blobs = folder / "blobs/sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    entries = []
    for tag, image in tags.items():
        for data in (image.manifest, *image.blobs.values()):
            (blobs / hashlib.sha256(data).hexdigest()).write_bytes(data)
        entries.append({"mediaType": image.media_type, "digest": image.digest, "size": len(image.manifest),
                        "annotations": {"org.opencontainers.image.ref.name": tag}})
    (folder / "index.json").write_bytes(encode(
        {"schemaVersion": 2, "mediaType": OCI["index"], "manifests": entries}))
    return folder


PASSWD = """root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
alice:x:1000:50:Alice:/home/alice:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/bin/false
"""
GROUP = "root:x:0:\ndaemon:x:1:\nwheel:x:10:alice\nstaff:x:50:\nnogroup:x:65534:\n"


def busybox_layer(compression="gzip"):
    """A root with all of busybox, users, and the usual folders: 2 MB."""
    program = pathlib.Path(shutil.which("busybox") or BUSYBOX)
    applets = subprocess.run([program, "--list"], stdout=subprocess.PIPE, check=True, text=True).stdout.split()
    layer = Layer(compression=compression)
    for folder in ("bin", "dev", "etc", "home", "lib", "mnt", "opt", "proc", "run", "sbin", "srv", "sys", "usr",
                   "usr/bin", "usr/sbin", "var", "var/log"):
        layer.dir(folder)
    layer.dir("root", mode=0o700).dir("tmp", mode=0o1777).dir("home/alice", owner=(1000, 50))
    layer.file("bin/busybox", program.read_bytes(), mode=0o755)
    for applet in sorted(set(applets) - {"busybox"}):
        layer.symlink("bin/" + applet, "/bin/busybox")
    layer.file("etc/passwd", PASSWD).file("etc/group", GROUP)
    layer.file("etc/os-release", 'ID=busybox\nNAME="busybox test image"\nVERSION_ID=1\n')
    return layer


def busybox(**how):
    return Image(busybox_layer(), **how)
