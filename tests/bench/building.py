# SPDX-License-Identifier: Apache-2.0
"""The rows of the builder: small steps, cached builds, many files, large contexts."""
import pathlib
import random
import shutil

import ground

MANY_FILES = 50_000


class Folder:
    """A context on the benchmarks' disk."""

    def __init__(self, bench, name, dockerfile):
        self.path = bench.base.disk / "contexts" / name
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)
        (self.path / "Dockerfile").write_text(dockerfile)

    def fill(self, count, size=200, folder="files"):
        """Files of words, which pack to two fifths; written to the disk, so that nobody measured has to."""
        chance = random.Random(1)
        words = [f"{chance.getrandbits(chance.choice((12, 20, 28, 36))):x} " for _ in range(3000)]
        text = "".join(chance.choice(words) for _ in range((1 << 20) // 4))
        for number in range(count):
            place = self.path / folder / f"{number // 250:03}"
            if not number % 250:
                place.mkdir(parents=True)
            start = chance.randrange(max(1, len(text) - size))
            (place / f"{number}").write_text(f"{number:08}" + text[start:start + size - 8])
        ground.call("sync", "-f", self.path)


def bump(context):
    """A file that differs each time and from those of others, so that no step after it is cached."""
    count = iter(range(1 << 30))

    def prepare():
        (context.path / "turn").write_text(f"{context.path.name} {next(count)}")
    return prepare


def buildah(bench, *args, **how):
    store = bench.base.disk / "podman"
    options = ("--root", store, "--runroot", bench.base.run / "podman", "--storage-driver", "overlay")
    return ground.Contender("buildah", "buildah", *options, "build", "--layers", "--runtime", "runc", "--isolation", "chroot",
                            "--tls-verify=false", *args, **how)


def contenders(bench, context, prepare=lambda: None):
    """Ours, and the peers that can build it here."""
    found = [bench.ours("warm", "build", "-q", "-t", "bench:it", "--network", "none", context.path, prepare=prepare)]
    for peer in (buildah(bench, "-q", "-t", "bench", context.path, prepare=prepare),
                 bench.docker("build", "-q", "-t", "bench", "--network", "none", context.path, prepare=prepare)):
        try:
            peer.prepare()
            bench.base.once(peer)
            found.append(peer)
        except (RuntimeError, OSError) as error:
            bench.missing(f"{peer.name} (build)", error)
    return found


def building(bench):
    base = bench.base.debian
    bench.call("pull", "-q", base)
    twenty(bench, base)
    cached(bench, base)
    commit(bench, base)
    files(bench, base)
    large(bench)


def twenty(bench, base):
    print("20 small RUNs", flush=True)
    context = Folder(bench, "twenty", f"FROM {base}\nCOPY turn /turn\n" + "".join(f"RUN echo {n} > /n{n}\n" for n in range(20)))
    racers = contenders(bench, context, bump(context))
    costs = bench.base.race(racers, max(3, bench.rounds // 3))
    for peer in racers[1:]:
        bench.faster(f"a build of 20 small RUNs, beside `{peer.name} build`", costs, "imgctl", peer.name, 5)
    peak = max(costs["imgctl"].peak) / 1024
    bench.row("a build of 20 small RUNs, peak memory", f"{peak:.1f} MiB", "≤ 64 MiB", peak <= 64)


def cached(bench, base):
    print("50 cached steps", flush=True)
    context = Folder(bench, "cached", f"FROM {base}\n" + "".join(f"RUN echo {n} > /n{n}\n" for n in range(50)))
    racers = contenders(bench, context)
    bench.base.once(racers[0])
    version = ground.Contender("version", bench.imgctl, "version")
    costs = bench.base.race([racers[0], version], bench.rounds * 4)
    bench.at_most("a build of 50 cached steps, beside `imgctl version`", costs, "imgctl", "version", 5)
    costs = bench.base.race(racers, bench.rounds)
    for peer in racers[1:]:
        bench.faster(f"a build of 50 cached steps, beside `{peer.name} build`", costs, "imgctl", peer.name, 10)


def commit(bench, base):
    """A layer of 10,000 files: what it costs to make it beside a RUN that writes nothing, against tar and gzip."""
    print("a layer of 10,000 files", flush=True)
    context = Folder(bench, "commit", f"FROM {base}\nCOPY turn /turn\nCOPY files /files\n")
    context.fill(10_000, 9000)
    empty = Folder(bench, "empty", f"FROM {base}\nCOPY turn /turn\n")
    pack = ground.Contender("tar", "sh", "-c", f"tar -C {context.path} -cf - files | gzip -6 >{bench.base.disk}/packed")
    ours = bench.ours("warm", "build", "-q", "--network", "none", context.path, prepare=bump(context), name="imgctl")
    nothing = bench.ours("warm", "build", "-q", "--network", "none", empty.path, prepare=bump(empty), name="nothing")
    copy = ground.Contender("copy", "cp", "-a", context.path / "files", bench.base.disk / "copied",
                            prepare=lambda: shutil.rmtree(bench.base.disk / "copied", ignore_errors=True))
    costs = bench.base.race([ours, nothing, pack, copy], max(3, bench.rounds // 3))
    cpu = {name: cost.median("cpu") for name, cost in costs.items()}
    spent = cpu["imgctl"] - cpu["nothing"] - cpu["copy"]
    bench.row("a layer of 10,000 files (90 MB of text): CPU without the copying itself, beside `tar` through `gzip -6`",
              f"{spent / cpu['tar']:.2f}", "≤ 0.2", spent / cpu["tar"] <= 0.2, f"{spent:.2f} s : {cpu['tar']:.2f} s")


def files(bench, base):
    print(f"COPY of {MANY_FILES} files", flush=True)
    context = Folder(bench, "files", f"FROM {base}\nCOPY turn /turn\nCOPY files /files\n")
    context.fill(MANY_FILES)
    racers = contenders(bench, context, bump(context))
    costs = bench.base.race(racers, 3)
    for peer in racers[1:]:
        bench.faster(f"COPY of 50,000 small files, beside `{peer.name} build`", costs, "imgctl", peer.name, 3)
    peak = max(costs["imgctl"].peak) / 1024
    bench.row("COPY of 50,000 small files, peak memory", f"{peak:.1f} MiB", "≤ 64 MiB", peak <= 64)


def large(bench):
    """A context of 1 GiB of which one file is used."""
    print("a context of 1 GiB", flush=True)
    context = Folder(bench, "large", "FROM scratch\nCOPY turn /turn\n")
    context.fill(1024, 1 << 20)
    find = ground.Contender("find", "find", context.path, "-printf", "%s %T@ %m\n")
    ours = bench.ours("warm", "build", "-q", "--network", "none", context.path, prepare=bump(context))
    nothing = Folder(bench, "nothing", "FROM scratch\nCOPY turn /turn\n")
    small = bench.ours("warm", "build", "-q", "--network", "none", nothing.path, prepare=bump(nothing), name="small")
    costs = bench.base.race([ours, small, find], bench.rounds)
    more = costs["imgctl"].median() - costs["small"].median()
    walk = costs["find"].median()
    bench.row("a context of 1 GiB of which one file is used: more than one of that file alone, beside reading the metadata",
              f"{more * 1000:.1f} ms", f"≤ {walk * 1000:.1f} ms", more <= walk)
    shutil.rmtree(pathlib.Path(bench.base.disk) / "contexts", ignore_errors=True)
