# SPDX-License-Identifier: Apache-2.0
"""Docker archives, made here and taken apart here."""
import hashlib
import io
import json
import os
import tarfile

from . import images


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def pack(members):
    """A tar of (name, bytes), or (name, ("link", target))."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, data in members:
            entry = tarfile.TarInfo(name)
            if isinstance(data, tuple):
                entry.type, entry.linkname = tarfile.SYMTYPE, data[1]
                tar.addfile(entry)
            else:
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def old_docker(tagged, compression="none"):
    """What `docker save` of before version 25 writes for {tag: image}; layers met before are links."""
    members, entries, layer_of = [], [], {}
    for tag, image in tagged.items():
        config = images.encode(image.document)
        names = []
        for i, layer in enumerate(image.layers):
            tar = layer.bytes()
            folder = sha256(config + bytes([i]))
            members.append((f"{folder}/VERSION", b"1.0"))
            if sha256(tar) in layer_of:
                members.append((f"{folder}/layer.tar", ("link", f"../{layer_of[sha256(tar)]}/layer.tar")))
            else:
                members.append((f"{folder}/layer.tar", images.compress(tar, compression)))
                layer_of[sha256(tar)] = folder
            names.append(f"{folder}/layer.tar")
        members.append((f"{sha256(config)}.json", config))
        entries.append({"Config": f"{sha256(config)}.json", "RepoTags": [tag] if tag else None, "Layers": names})
    members.append(("manifest.json", images.encode(entries)))
    return pack(members)


def layout_tar(folder):
    """An OCI layout folder as a tar."""
    members = []
    for top, _, files in os.walk(folder):
        for name in sorted(files):
            path = os.path.join(top, name)
            members.append((os.path.relpath(path, folder), open(path, "rb").read()))
    return pack(sorted(members))


class Archive:
    """A saved archive (bytes), read back and checked."""

    def __init__(self, data):
        self.tar = tarfile.open(fileobj=io.BytesIO(data))
        self.names = self.tar.getnames()

    def read(self, name):
        return self.tar.extractfile(name).read()

    def json(self, name):
        return json.loads(self.read(name))

    def check_blobs(self):
        """Every member under blobs/ is what its name says."""
        for name in self.names:
            if name.startswith("blobs/sha256/"):
                assert sha256(self.read(name)) == name.split("/")[-1], name
