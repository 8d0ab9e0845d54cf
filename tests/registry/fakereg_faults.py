# SPDX-License-Identifier: Apache-2.0
"""What a registry of fakereg.py can do wrong, and to which requests.

A fault is a rule: the requests it is for, how often, and what happens. The first rule that fits a request is used up
once; a request that none fits is answered as it should be.

    registry.fault(path=r"/blobs/", cut=1000, times=2)      # two blobs break off after 1000 bytes
    registry.fault("HEAD", status=405)                      # HEAD is not known here
    registry.fault(path=r"/manifests/", status=429, headers={"Retry-After": "1"}, times=1)
"""
import dataclasses
import re
import typing


@dataclasses.dataclass
class Fault:
    # which requests
    method: typing.Optional[str] = None    # None: any
    path: typing.Optional[str] = None      # regular expression, searched in path and query
    header: typing.Optional[str] = None    # regular expression, searched in "Name: value" lines
    times: typing.Optional[int] = None     # None: always
    after: int = 0                         # so many fitting requests are let through first
    when: typing.Optional[typing.Callable] = None  # called with the request

    # another answer altogether
    status: typing.Optional[int] = None    # with `headers` and `body`
    body: bytes = b""
    redirect: typing.Optional[str] = None  # Location; {path} and {query} are the request's; 307 unless `status`
    drop: bool = False                     # close without an answer
    answer: typing.Optional[typing.Callable] = None  # called with (registry, request), returns an Answer

    # the right answer, spoilt
    headers: dict = dataclasses.field(default_factory=dict)  # set; None removes
    content: typing.Optional[bytes] = None  # other bytes
    flip: typing.Optional[int] = None      # one bit of that byte of the body
    cut: typing.Optional[int] = None       # break off after so many bytes
    reset: bool = False                    # by RST instead of FIN
    stall: float = 0                       # silent for so many seconds, behind `stall_after` bytes
    stall_after: int = 0
    rate: typing.Optional[int] = None      # bytes a second
    length: typing.Optional[int] = None    # Content-Length says so
    chunked: bool = False                  # no Content-Length
    until_close: bool = False              # neither length nor chunks
    no_range: bool = False                 # Range is ignored: 200 and everything
    range_shift: int = 0                   # a 206 that begins so many bytes later than it says
    content_range: typing.Optional[str] = None  # what it says
    gzip: bool = False                     # compressed once more, and said so
    close: bool = False                    # the connection ends with the answer

    hits: int = 0                          # how often it happened
    seen: int = 0                          # how many requests fitted

    def fits(self, request):
        if self.method and self.method != request.method:
            return False
        if self.path and not re.search(self.path, request.target):
            return False
        if self.header and not any(re.search(self.header, f"{k}: {v}", re.I) for k, v in request.headers.items()):
            return False
        return not self.when or bool(self.when(request))

    def take(self, request):
        """Whether this fault happens to REQUEST; counts it."""
        if self.times is not None and self.hits >= self.times or not self.fits(request):
            return False
        self.seen += 1
        if self.seen <= self.after:
            return False
        self.hits += 1
        return True
