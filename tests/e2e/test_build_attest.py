# SPDX-License-Identifier: Apache-2.0
"""imgctl build --provenance, --sbom, --attest, --annotation."""
import base64
import json
import shutil
import sqlite3
import struct
import subprocess
from pathlib import Path

import pytest

from harness.context import Context
from harness.peers import need, run

SPDX, SLSA, SLSA1 = "https://spdx.dev/Document", "https://slsa.dev/provenance/v0.2", "https://slsa.dev/provenance/v1"
STATUS = """Package: bash
Status: install ok installed
Version: 5.2.15-2
Architecture: amd64
Maintainer: Somebody <some@body>

Package: gone
Status: deinstall ok config-files
Version: 1
"""
OS_RELEASE = 'NAME="Debian"\nID=debian\nVERSION_ID="12"\n'
APK = "P:musl\nV:1.2.4-r2\nA:x86_64\nL:MIT\n\n"


@pytest.fixture
def context(tmp_path_of_test):
    return Context(tmp_path_of_test / "context", {"Dockerfile": "FROM busybox\nARG SECRETIVE\nLABEL a=b\nCOPY f /f\n", "f": "f"})


@pytest.fixture
def build(imgctl, busybox, context, tmp_path_of_test):
    """Builds "it"; what stands under the tag, from an OCI layout that skopeo reads."""
    def run(*options):
        imgctl.ok("build", "-t", "it", *options, context)
        return Layout(imgctl, tmp_path_of_test / f"layout{len(list(tmp_path_of_test.iterdir()))}")
    return run


class Layout:
    def __init__(self, imgctl, folder, name="it"):
        imgctl.ok("save", "--format", "oci", "-o", folder, name)
        self.folder = folder
        self.entry, = json.loads((folder / "index.json").read_text())["manifests"]
        self.top = self.blob(self.entry)
        if "manifests" in self.top:
            self.images = [entry for entry in self.top["manifests"] if entry["platform"]["os"] != "unknown"]
            self.attested = [entry for entry in self.top["manifests"] if entry["platform"]["os"] == "unknown"]

    def blob(self, descriptor):
        return json.loads((self.folder / "blobs/sha256" / descriptor["digest"].split(":")[1]).read_text())

    def statements(self, index=0):
        manifest = self.blob(self.attested[index])
        assert manifest["mediaType"] == self.attested[index]["mediaType"] == "application/vnd.oci.image.manifest.v1+json"
        config = self.blob(manifest["config"])
        assert config["rootfs"]["diff_ids"] == [layer["digest"] for layer in manifest["layers"]]
        found = {}
        for layer in manifest["layers"]:
            assert layer["mediaType"] == "application/vnd.in-toto+json"
            statement = self.blob(layer)
            assert statement["_type"] == "https://in-toto.io/Statement/v0.1"
            assert statement["predicateType"] == layer["annotations"]["in-toto.io/predicate-type"]
            assert statement["subject"][0]["digest"]["sha256"] == self.images[index]["digest"].split(":")[1]
            found[statement["predicateType"]] = statement
        return found


def test_nothing_is_stated_unless_asked(imgctl, build):
    for options in ((), ("--provenance=false", "--sbom=false"), ("--attest", "type=sbom,disabled=true"), ("--provenance", "disabled=true")):
        assert "manifests" not in build(*options).top


def test_provenance_as_buildkit_has_it(build):
    layout = build("--provenance=true", "--build-arg", "SECRETIVE=hush")
    assert layout.attested[0]["annotations"] == {"vnd.docker.reference.type": "attestation-manifest",
                                                 "vnd.docker.reference.digest": layout.images[0]["digest"]}
    assert layout.attested[0]["platform"] == {"architecture": "unknown", "os": "unknown"}
    statement = layout.statements()[SLSA]
    assert statement["subject"][0]["name"] == "pkg:docker/it@latest?platform=linux%2Famd64"
    predicate = statement["predicate"]
    assert predicate["builder"]["id"] and predicate["buildType"]
    assert predicate["invocation"]["parameters"]["frontend"] == "dockerfile.v0"
    assert predicate["invocation"]["environment"]["platform"] == "linux/amd64"
    material, = predicate["materials"]
    assert material["uri"] == "pkg:docker/busybox@latest?platform=linux%2Famd64"
    assert len(material["digest"]["sha256"]) == 64
    assert "hush" not in json.dumps(statement) and "buildStartedOn" not in predicate["metadata"]
    largest = build("--attest", "type=provenance,mode=max,builder-id=https://me.example/ci,reproducible=true", "--build-arg", "SECRETIVE=hush", "--build-arg", "HTTPS_PROXY=http://u:p@h",
                    "--label", "l=v").statements()[SLSA]["predicate"]
    assert largest["builder"]["id"] == "https://me.example/ci" and largest["metadata"]["reproducible"] is True
    assert largest["invocation"]["parameters"]["args"] == {"build-arg:SECRETIVE": "hush", "label:l": "v"}
    source, = largest["metadata"]["https://mobyproject.org/buildkit@v1#metadata"]["source"]["infos"]
    assert base64.b64decode(source["data"]).startswith(b"FROM busybox\n")
    newer = build("--provenance", "version=v1").statements()[SLSA1]["predicate"]
    assert newer["buildDefinition"]["resolvedDependencies"] == [material]
    assert newer["runDetails"]["builder"]["id"]


def test_the_same_again_and_times_only_if_given(imgctl, build, tmp_path_of_test):
    options = ("--provenance=mode=max", "--sbom=true")
    first = build(*options)
    imgctl.ok("rmi", "-f", "it")
    again = build("--no-cache", *options)
    assert first.entry["digest"] == again.entry["digest"]
    dated = build(*options, "--build-arg", "SOURCE_DATE_EPOCH=1000000000").statements()[SLSA]["predicate"]
    assert dated["metadata"]["buildStartedOn"] == dated["metadata"]["buildFinishedOn"] == "2001-09-09T01:46:40Z"


def test_nothing_of_secrets(imgctl, build, context, tmp_path_of_test):
    secret = tmp_path_of_test / "secret"
    secret.write_text("very-hidden-value")
    context.write("Dockerfile", "FROM busybox\nRUN --mount=type=secret,id=identity-of-it test -s /run/secrets/identity-of-it\n")
    layout = build("--provenance=mode=max", "--sbom=true", "--secret", f"id=identity-of-it,src={secret}")
    context.write("Dockerfile", "FROM busybox\n")
    for path in (layout.folder / "blobs/sha256").iterdir():
        data = path.read_bytes()
        assert b"very-hidden-value" not in data and str(secret).encode() not in data


def rpm_header(name, version, release, described=0):
    """One of rpm's, with a description of so many bytes."""
    data, entries = b"", []
    for tag, text in ((1000, name), (1001, version), (1002, release), (1022, "x86_64"), (1014, "GPLv3+"), (1005, "d" * described)):
        entries.append(struct.pack(">IIII", tag, 6, len(data), 1))
        data += text.encode() + b"\0"
    return struct.pack(">II", len(entries), len(data)) + b"".join(entries) + data


def test_a_bill_of_materials(imgctl, build, context, tmp_path_of_test):
    database = sqlite3.connect(tmp_path_of_test / "rpmdb.sqlite")
    database.execute("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
    for number in range(300):
        database.execute("INSERT INTO Packages(blob) VALUES (?)", (rpm_header(f"package{number}", "1.0", f"{number}.fc39"),))
    database.commit()
    database.close()
    for path, data in (("root/var/lib/dpkg/status", STATUS), ("root/etc/os-release", OS_RELEASE), ("root/lib/apk/db/installed", APK),
                       ("root/var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a\n"),
                       ("root/var/lib/dpkg/status.d/tzdata.md5sums", "not a status file\n"), ("root/usr/lib/sysimage/rpm/Packages", ""),
                       ("root/usr/lib/sysimage/rpm/rpmdb.sqlite-wal", "log")):
        context.write(path, data)
    context.write("root/var/lib/rpm/.keep", "")
    shutil.copy(tmp_path_of_test / "rpmdb.sqlite", context.folder / "root/var/lib/rpm/rpmdb.sqlite")
    context.write("Dockerfile", "FROM scratch\nCOPY root /\n")
    document = build("--sbom=true").statements()[SPDX]["predicate"]
    assert document["spdxVersion"] == "SPDX-2.3" and document["SPDXID"] == "SPDXRef-DOCUMENT" and document["dataLicense"] == "CC0-1.0"
    assert document["documentNamespace"] and document["creationInfo"]["creators"][0].startswith("Tool: imgctl-")
    assert document["creationInfo"]["comment"] == "/usr/lib/sysimage/rpm/rpmdb.sqlite-wal (changes that are in no database yet) was not read"
    purls = [package["externalRefs"][0]["referenceLocator"] for package in document["packages"] if "externalRefs" in package]
    assert purls[:4] == ["pkg:deb/debian/bash@5.2.15-2?arch=amd64&distro=debian-12", "pkg:deb/debian/tzdata@2024a?distro=debian-12",
                         "pkg:apk/debian/musl@1.2.4-r2?arch=x86_64&distro=debian-12",
                         "pkg:rpm/debian/package0@1.0-0.fc39?arch=x86_64&distro=debian-12"]
    assert len(purls) == 303 and len(document["relationships"]) == 304
    ids = [package["SPDXID"] for package in document["packages"]]
    assert len(set(ids)) == len(ids)
    assert {relation["relatedSpdxElement"] for relation in document["relationships"]} == set(ids)


def ndb(headers):
    """A database as rpm's ndb has it, the checksums left out, a free slot before each that is used."""
    pages = (2 + 2 * len(headers) + 255) // 256
    slots = [struct.pack("<4sIII", b"RpmP", 0, 1, pages), struct.pack("<IIII", len(headers) + 1, 0, 0, 0)]
    blobs, block = b"", pages * 256
    for number, header in enumerate(headers, 1):
        blob = struct.pack("<4sIII", b"BlbS", number, 0, len(header)) + header + b"\0" * (-(len(header) + 28) % 16)
        blob += struct.pack("<II4s", 0, len(header), b"BlbE")
        slots += [struct.pack("<4sIII", b"Slot", 0, 0, 0), struct.pack("<4sIII", b"Slot", number, block, len(blob) // 16)]
        blobs, block = blobs + blob, block + len(blob) // 16
    slots += [struct.pack("<4sIII", b"Slot", 0, 0, 0)] * (pages * 256 - len(slots))
    return b"".join(slots) + blobs


def berkeley(path, headers, order):
    """A database as rpm had it in Berkeley DB's times, by Berkeley DB."""
    need("db5.3_load", "db5.3-util")
    pairs = [(0, struct.pack(order + "I", len(headers)))] + list(enumerate(headers, 1))
    lines = [f" {half.hex()}" for number, value in pairs for half in (struct.pack(order + "I", number), value)]
    lines = ["VERSION=3", "format=bytevalue", "type=hash", "db_lorder=" + ("1234" if order == "<" else "4321"), "HEADER=END", *lines, "DATA=END", ""]
    run("db5.3_load", path, stdin="\n".join(lines))
    return path.read_bytes()


@pytest.mark.parametrize("order", ["<", ">"])
def test_older_databases_of_rpm(build, context, tmp_path_of_test, order):
    """Small headers and some that pages of their own hold."""
    new = [rpm_header(f"new{number}", "1.0", f"{number}", number * 37 % 9000) for number in range(300)]
    old = [rpm_header(f"old{number}", "1.0", f"{number}", number * 37 % 9000) for number in range(300)]
    context.write("root/var/lib/rpm/Packages", berkeley(tmp_path_of_test / "Packages", old, order))
    context.write("root/usr/lib/sysimage/rpm/Packages.db", ndb(new))
    context.write("Dockerfile", "FROM scratch\nCOPY root /\n")
    document = build("--sbom=true").statements()[SPDX]["predicate"]
    assert "comment" not in document["creationInfo"]
    found = [(package["name"], package["versionInfo"]) for package in document["packages"] if "externalRefs" in package]
    assert found == sorted((f"{kind}{number}", f"1.0-{number}") for kind in ("new", "old") for number in range(300))


def test_a_database_that_rpm_wrote(build, context):
    """The seed is what rpm 4.18 made of two packages."""
    seed = Path(__file__).parents[1] / "fuzz/corpus/rpm_ndb/by-rpm"
    context.write("root/usr/lib/sysimage/rpm/Packages.db", seed.read_bytes())
    context.write("Dockerfile", "FROM scratch\nCOPY root /\n")
    document = build("--sbom=true").statements()[SPDX]["predicate"]
    found = [(package["name"], package["versionInfo"], package["licenseComments"]) for package in document["packages"] if "externalRefs" in package]
    assert found == [("one", "1.0-1", "MIT"), ("two", "2:1.0-1", "MIT")]


@pytest.mark.parametrize("path, data, words", [
    ("var/lib/dpkg/status", "Package bash\n", "var/lib/dpkg/status of the image: line 1"),
    ("lib/apk/db/installed", "nonsense\n", "lib/apk/db/installed of the image: line 1"),
    ("var/lib/rpm/rpmdb.sqlite", "no database", "var/lib/rpm/rpmdb.sqlite of the image: it is no SQLite database"),
    ("usr/lib/sysimage/rpm/Packages.db", "no database", "usr/lib/sysimage/rpm/Packages.db of the image: it is no ndb database"),
    ("var/lib/rpm/Packages", "no database", "var/lib/rpm/Packages of the image: it is no hash table of Berkeley DB"),
])
def test_a_damaged_database_is_told_of(imgctl, busybox, context, path, data, words):
    context.write(f"root/{path}", data)
    context.write("Dockerfile", "FROM scratch\nCOPY root /\n")
    imgctl.fails("build", "-t", "it", "--sbom=true", context, err=words)
    imgctl.fails("inspect", "it")


def test_databases_do_not_lead_out(imgctl, busybox, context, tmp_path_of_test):
    (tmp_path_of_test / "outside").write_text("Package: outside\nVersion: 1\n")
    context.write("Dockerfile", f"FROM busybox\nRUN mkdir -p /var/lib/dpkg /lib/apk/db && ln -s {tmp_path_of_test}/outside /var/lib/dpkg/status "
                  "&& mkfifo /lib/apk/db/installed\n")
    imgctl.ok("build", "-t", "it", "--sbom=true", context)
    document = Layout(imgctl, tmp_path_of_test / "layout").statements()[SPDX]["predicate"]
    assert len(document["packages"]) == 1


def test_annotations_by_level(imgctl, build, busybox, context):
    layout = build("--annotation", "a=plain", "--annotation", "manifest:b=two=three", "--annotation", "index-descriptor:top=t")
    assert layout.top["annotations"] == {"a": "plain", "b": "two=three"} and layout.entry["annotations"]["top"] == "t"
    layout = build("--provenance=1", "--annotation", "manifest[linux/amd64],index:k=v", "--annotation", "manifest-descriptor:d=e",
                   "--annotation", "manifest[linux/arm64]:other=1")
    assert layout.top["annotations"] == {"k": "v"} and layout.images[0]["annotations"] == {"d": "e"}
    assert layout.blob(layout.images[0])["annotations"] == {"k": "v"}
    assert "annotations" not in build().top
    for option, words in (("nokey", "expected key=value"), ("=v", "expected key=value"), ("elsewhere:k=v", "unknown annotation type: elsewhere"),
                          ("index[linux/amd64]:k=v", "no single platform"), ("index:k=v", "not supported for single platform export")):
        imgctl.fails("build", "--annotation", option, context, err=words)


def test_it_is_pulled_pushed_and_run_as_the_image(imgctl, build, plain_registry, tmp_path_of_test):
    layout = build("--provenance=true", "--sbom=true")
    name = f"{plain_registry.host}/attested/it:1"
    imgctl.ok("tag", "it", name)
    assert layout.entry["digest"] in imgctl.ok("push", name)
    assert imgctl.ok("run", "--rm", "--network", "none", "it", "cat", "/f") == "f"
    assert imgctl.inspect("it", "{{json .Architecture}}", "image") == "amd64"
    other = imgctl.another()
    other.ok("pull", "-q", name)
    assert other.ok("run", "--rm", "--network", "none", name, "cat", "/f") == "f"
    shutil.rmtree(imgctl.folder / "other", ignore_errors=True)
    subprocess.run(["skopeo", "copy", "-q", "--src-tls-verify=false", f"docker://{name}", f"oci:{tmp_path_of_test}/plain:x"], check=True)
    subprocess.run(["umoci", "unpack", "--image", f"{tmp_path_of_test}/plain:x", tmp_path_of_test / "bundle"], check=True, stdout=subprocess.DEVNULL)
    assert (tmp_path_of_test / "bundle/rootfs/f").read_text() == "f"
    subprocess.run(["skopeo", "copy", "-q", "--all", f"oci:{layout.folder}", f"dir:{tmp_path_of_test}/all"], check=True)
    imgctl.ok("system", "check", "--deep")
    blobs = {path.name for path in (imgctl.root / "blobs/sha256").iterdir()}
    imgctl.ok("rmi", "it", name)
    left = {path.name for path in (imgctl.root / "blobs/sha256").iterdir()}
    assert layout.entry["digest"].split(":")[1] in blobs - left and layout.attested[0]["digest"].split(":")[1] in blobs - left


def test_what_cannot_be_stated(imgctl, busybox, context, tmp_path_of_test):
    for options, words in ((("--provenance=mode=most",), "invalid provenance field 'mode=most'"),
                           (("--provenance=nonsense",), "invalid provenance field"),
                           (("--attest", "mode=max"), "attestation type not specified"),
                           (("--attest", "type=poem"), "unknown attestation type poem"),
                           (("--sbom=generator=x/y",), "generators of others"),
                           (("--sbom=maybe",), "invalid sbom field 'maybe'"),
                           (("--sbom=true", "-o", tmp_path_of_test / "out"), "written to images only"),
                           (("--sbom=true", "-o", "type=docker,dest=/dev/null"), "manifest lists")):
        imgctl.fails("build", *options, context, err=words)
