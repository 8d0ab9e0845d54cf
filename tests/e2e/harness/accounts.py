# SPDX-License-Identifier: Apache-2.0
"""Credentials where other tools keep them, and programs that hand them out."""
import base64
import json
import pathlib

HELPER = """#!/usr/bin/python3
import json, pathlib, sys
keychain = pathlib.Path({keychain!r})
verb, asked = sys.argv[1], sys.stdin.read()
document = json.loads(keychain.read_text())
server = json.loads(asked)["ServerURL"] if verb == "store" else asked.strip()
document["calls"].append([verb, server])
found = document["secrets"].get(server)
if verb == "store":
    entry = json.loads(asked)
    document["secrets"][server] = [entry["Username"], entry["Secret"]]
elif verb == "erase":
    document["secrets"].pop(server, None)
keychain.write_text(json.dumps(document))
if verb == "get":
    if found is None:
        print("credentials not found in native keychain")
        sys.exit(1)
    print(json.dumps(dict(ServerURL=server, Username=found[0], Secret=found[1])))
"""


def entry(user, password):
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def write(path, accounts=None, **more):
    """Write an auth file with ACCOUNTS {host: (user, password)}; MORE: its other keys."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    auths = {host: entry(*who) for host, who in (accounts or {}).items()}
    path.write_text(json.dumps({"auths": auths, **more}))
    path.chmod(0o600)
    return path


def docker(tool, accounts=None, **more):
    """Write docker's configuration in the home of TOOL."""
    return write(tool.home / ".docker/config.json", accounts, **more)


class Helper:
    """docker-credential-NAME on the PATH of TOOL, with a keychain of its own."""

    def __init__(self, tool, name, secrets=None, script=None):
        """SECRETS: {server: (user, secret)}. SCRIPT: another program instead."""
        folder = tool.home / "bin"
        folder.mkdir(exist_ok=True)
        self.keychain = tool.home / f"keychain-{name}.json"
        self.keychain.write_text(json.dumps({"secrets": secrets or {}, "calls": []}))
        program = folder / f"docker-credential-{name}"
        program.write_text(script or HELPER.format(keychain=str(self.keychain)))
        program.chmod(0o755)
        if str(folder) not in tool.env["PATH"].split(":"):
            tool.env["PATH"] = f"{folder}:{tool.env['PATH']}"

    @property
    def secrets(self):
        return json.loads(self.keychain.read_text())["secrets"]

    @property
    def calls(self):
        """[verb, server] of every call."""
        return json.loads(self.keychain.read_text())["calls"]
