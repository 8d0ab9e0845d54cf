# SPDX-License-Identifier: Apache-2.0
"""imgctl on a machine with another /etc, which only it sees."""
import shlex

SCRIPT = """#!/bin/sh
exec unshare -m sh -c 'mount -t overlay overlay -o lowerdir={folder}:/etc /etc && exec {program} "$@"' sh "$@"
"""


def with_etc(tool, files):
    """From now on TOOL finds FILES {path below /etc: text or bytes} in /etc; the machine itself is not touched."""
    folder = tool.folder / "etc"
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    script = tool.folder / "with-etc"
    script.write_text(SCRIPT.format(folder=folder, program=shlex.quote(str(tool.program))))
    script.chmod(0o755)
    tool.program = script
