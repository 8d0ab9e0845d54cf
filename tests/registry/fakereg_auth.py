# SPDX-License-Identifier: Apache-2.0
"""How a registry of fakereg.py asks who is there: Basic, or Bearer with a token endpoint of its own.

An object of these goes into Registry(auth=...). `check(request)` returns None when the request may pass, else the values
of WWW-Authenticate for the 401.
"""
import base64
import json
import time
import urllib.parse


def basic_of(request):
    """(user, password) of a Basic header, or None."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    user, _, password = base64.b64decode(value).decode().partition(":")
    return user, password


class Basic:
    def __init__(self, users, realm="fakereg", challenges=None):
        self.users = users
        self.challenges = challenges or [f'Basic realm="{realm}"']

    def check(self, request):
        who = basic_of(request)
        return None if who and self.users.get(who[0]) == who[1] else self.challenges


class Bearer:
    """Tokens come from /token of the registry itself, unless `realm` names another place.

    users         {name: password}; None: nobody is checked, and everybody may do everything
    anonymous     tokens without credentials, for reading
    refresh       {identity token: user}, for POST
    field         "token", "access_token" or "both"
    expires_in    what the answer says: any JSON value; None: nothing
    lifetime      how long a token is really good, in seconds; None: for ever
    uses          how many requests a token is good for; None: any number
    scopes        "all", "first" or "last": which of the asked scopes are granted
    post          status of POST; 200: served
    challenges    values of WWW-Authenticate in place of the right ones; {realm} and {scope} are filled in
    bare_401      no challenge but on /v2/ (gcr.io)
    ignore_scope  any token is good for anything
    answer        called with the request for a token: (status, bytes)
    """

    def __init__(self, users=None, **how):
        self.users, self.anonymous, self.refresh = users, True, {}
        self.field, self.expires_in, self.lifetime, self.uses = "token", 300, None, None
        self.scopes, self.post, self.service, self.realm = "all", 200, "fakereg", None
        self.challenges, self.bare_401, self.ignore_scope, self.answer = None, False, False, None
        for name, value in how.items():
            assert hasattr(self, name), name
            setattr(self, name, value)
        self.tokens = {}      # text: dict(scopes, user, born, used)
        self.registry = None  # set by the Registry

    # the registry's side

    @staticmethod
    def needed(request):
        """The scope that REQUEST needs, or None."""
        parts = request.path.split("/")
        for word in ("manifests", "blobs", "tags"):
            if word in parts:
                name = "/".join(parts[2:parts.index(word)])
                return f"repository:{name}:{'pull' if request.method in ('GET', 'HEAD') else 'pull,push'}"
        return None

    @staticmethod
    def covers(granted, needed):
        kind, name, actions = needed.split(":")
        for scope in granted:
            if scope.count(":") == 2 and scope.split(":")[:2] == [kind, name]:
                if set(actions.split(",")) <= set(scope.split(":")[2].split(",")):
                    return True
        return False

    def refuse(self, request, error=None):
        if self.bare_401 and request.path != "/v2/":
            return []
        realm, scope = self.realm or self.registry.url + "/token", self.needed(request)
        if self.challenges is not None:
            return [text.format(realm=realm, scope=scope or "") for text in self.challenges]
        value = f'Bearer realm="{realm}",service="{self.service}"'
        if scope:
            value += f',scope="{scope}"'
        return [value + (f',error="{error}"' if error else "")]

    def check(self, request):
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        token = self.tokens.get(text) if scheme.lower() == "bearer" else None
        if not token:
            return self.refuse(request)
        if self.lifetime is not None and time.monotonic() - token["born"] > self.lifetime:
            return self.refuse(request, "invalid_token")
        if self.uses is not None and token["used"] >= self.uses:
            return self.refuse(request, "invalid_token")
        needed = self.needed(request)
        if needed and not self.ignore_scope and not self.covers(token["scopes"], needed):
            return self.refuse(request, "insufficient_scope")
        token["used"] += 1
        return None

    # the endpoint's side

    def identify(self, request):
        """(status, user, asked scopes) of a request for a token."""
        if request.method == "POST":
            form = urllib.parse.parse_qs(request.body.decode())
            user = self.refresh.get(form.get("refresh_token", [""])[0])
            if form.get("grant_type") != ["refresh_token"] or user is None:
                return 401, None, []
            return 200, user, form.get("scope", [""])[0].split()
        who, scopes = basic_of(request), request.query.get("scope", [])
        if who and self.users is not None and self.users.get(who[0]) != who[1]:
            return 401, None, []
        if not who and not self.anonymous:
            return 401, None, []
        return 200, who[0] if who else None, scopes

    def issue(self, request):
        """Answer a request for a token: (status, bytes)."""
        if self.answer:
            return self.answer(request)
        if request.method == "POST" and self.post != 200:
            return self.post, b'{"details":"no POST here"}'
        status, user, scopes = self.identify(request)
        if status != 200:
            return status, b'{"details":"incorrect username or password"}'
        scopes = {"all": scopes, "first": scopes[:1], "last": scopes[-1:]}[self.scopes]
        if user is None and self.users is not None:  # strangers may only read
            scopes = [s.rpartition(":")[0] + ":pull" for s in scopes if "pull" in s.rpartition(":")[2].split(",")]
        text = f"fake-token-{len(self.tokens) + 1}-of-{user or 'nobody'}"
        self.tokens[text] = {"scopes": scopes, "user": user, "born": time.monotonic(), "used": 0}
        document = {name: text for name in ("token", "access_token") if self.field in (name, "both")}
        if self.expires_in is not None:
            document["expires_in"] = self.expires_in
        return 200, json.dumps(document).encode()
