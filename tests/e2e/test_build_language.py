# SPDX-License-Identifier: Apache-2.0
"""Every row of the Dockerfile language: what it does to an image, and what is refused, by line."""
import re

import pytest

from harness.context import Context

FILES = {"f": "f\n", "g": "g\n", "x.txt": "x", "run.sh": ("#!/bin/sh\necho ran\n", 0o755), "d/a": "a", "d/b.log": "b", "d/e/c": "c", ".dockerignore": "ignored\n",
         "ignored": "", "-": ""}

# instruction: rows of (why, Dockerfile, what to look at, what it is). A string is a command in the image and its output; a key is a
# part of the configuration.
GOOD = {
    "directives": [
        ("syntax is read and ignored", "# syntax=docker/dockerfile:1\nFROM busybox\nRUN echo 1 > /1\n", "cat /1", "1\n"),
        ("escape", "# escape=`\nFROM busybox\nRUN echo one`\n two > /1\n", "cat /1", "one two\n"),
        ("check", "# check=skip=all\nfrom busybox\nRUN echo 1 > /1\n", "cat /1", "1\n"),
        ("behind a comment it is a comment", "# a\n# escape=`\nFROM busybox\nRUN echo one\\\n two > /1\n", "cat /1", "one two\n"),
    ],
    "lines": [
        ("comments and blanks in a continued line", "FROM busybox\nRUN echo a \\\n# no\n\n  b > /1\n", "cat /1", "a b\n"),
        ("words in any case", "from busybox as One\nFrom ONE\nrun echo 1 > /1\n", "cat /1", "1\n"),
        ("CRLF", "FROM busybox\r\nRUN echo a \\\r\n b > /1\r\n", "cat /1", "a b\n"),
    ],
    "FROM": [
        ("AS and another stage", "FROM busybox AS a\nRUN echo 1 > /1\nFROM a\n", "cat /1", "1\n"),
        ("scratch", "FROM busybox AS a\nFROM scratch\nCOPY --from=a /bin /bin\nCOPY f /\n", "cat /f", "f\n"),
        ("an argument", "ARG A=busybox\nFROM ${A}:latest\nRUN echo 1 > /1\n", "cat /1", "1\n"),
        ("--platform", "FROM --platform=$BUILDPLATFORM busybox\nRUN echo 1 > /1\n", "cat /1", "1\n"),
        ("settings are inherited", "FROM busybox AS a\nENV A=1\nLABEL l=1\nFROM a\n", "Labels", {"l": "1"}),
    ],
    "ARG": [
        ("a default", "FROM busybox\nARG A=1\nRUN echo $A > /1\n", "cat /1", "1\n"),
        ("several, each may use the one before", "FROM busybox\nARG A=1 B=$A-2\nRUN echo $B > /1\n", "cat /1", "1-2\n"),
        ("a global one has to be asked for", "ARG A=1\nARG B=2\nFROM busybox\nARG B\nRUN echo $A$B > /1\n", "cat /1", "2\n"),
        ("ENV wins", "FROM busybox\nARG A=1\nENV A=2\nARG A=3\nRUN echo $A > /1\n", "cat /1", "2\n"),
        ("a stage's own default wins over the global one", "ARG A=1\nFROM busybox\nARG A=2\nRUN echo $A > /1\n", "cat /1", "2\n"),
        ("predefined platform", "FROM busybox\nARG TARGETOS\nRUN echo $TARGETOS$TARGETARCH > /1\n", "cat /1", "linux\n"),
        ("not in the image", "FROM busybox\nARG A=1\nRUN true\n", "echo $A", "\n"),
    ],
    "ENV": [
        ("pairs and quotes", "FROM busybox\nENV A=1 B=\"2 3\" C='4 $A' D=5\\ 6\nRUN echo \"$A|$B|$C|$D\" > /1\n", "cat /1", "1|2 3|4 $A|5 6\n"),
        ("the old form", "FROM busybox\nENV A  one   two\n", "echo \"$A\"", "one   two\n"),
        ("one line sees what was before it", "FROM busybox\nENV A=1\nENV A=2 B=$A\n", "echo $A$B", "21\n"),
        ("all expansions", "FROM busybox\nENV V=a/b.c.d E=\nENV A=${V#*/} B=${V##*.} C=${V%.*} D=${V%%.*} F=${V/./-} G=${V//./-} H=${E:-x} I=${E-x} J=${N:+x} K=${V:+x}\n",
         "echo $A $B $C $D $F $G $H $I. $J. $K", "b.c.d d a/b.c a/b a/b-c.d a/b-c-d x . . x\n"),
    ],
    "LABEL": [
        ("pairs", "FROM busybox\nLABEL a=1 \"b c\"=\"2 3\" d=\"x\\\ny\"\n", "Labels", {"a": "1", "b c": "2 3", "d": "xy"}),
        ("the old form", "FROM busybox\nLABEL a one two\n", "Labels", {"a": "one two"}),
        ("the last one wins", "FROM busybox\nLABEL a=1 b=1\nLABEL a=2\n", "Labels", {"a": "2", "b": "1"}),
    ],
    "RUN": [
        ("shell", "FROM busybox\nRUN echo a   b > /1; echo c >> /1\n", "cat /1", "a b\nc\n"),
        ("exec", "FROM busybox\nRUN [\"sh\", \"-c\", \"echo $0 > /1\", \"zero\"]\n", "cat /1", "zero\n"),
        ("what is no JSON is for the shell", "FROM busybox\nRUN [ 1 = 1 ] && echo 1 > /1\n", "cat /1", "1\n"),
        ("heredoc", "FROM busybox\nRUN <<A\necho 1 > /1\necho 2 >> /1\nA\n", "cat /1", "1\n2\n"),
        ("heredoc with tabs cut", "FROM busybox\nRUN <<-A\n\techo 1 > /1\n\tA\n", "cat /1", "1\n"),
        ("heredoc as input", "FROM busybox\nRUN cat > /1 <<A && cat > /2 <<'B'\n1\nA\n$2\nB\n", "cat /1 /2", "1\n$2\n"),
        ("heredoc with an interpreter", "FROM busybox\nRUN <<A\n#!/bin/awk -f\nBEGIN { print 1 > \"/1\" }\nA\n", "cat /1", "1\n"),
        ("--network=none", "FROM busybox\nRUN --network=none ls /sys/class/net > /1\n", "cat /1", "lo\n"),
        ("--network=default", "FROM busybox\nRUN --network=default ls /sys/class/net | grep -c . > /1\n", "cat /1", "2\n"),
        ("--security=sandbox", "FROM busybox\nRUN --security=sandbox echo 1 > /1\n", "cat /1", "1\n"),
        ("what fails and is caught", "FROM busybox\nRUN false || echo 1 > /1\n", "cat /1", "1\n"),
    ],
    "RUN --mount=type=bind": [
        ("the context", "FROM busybox\nRUN --mount=type=bind,target=/c cat /c/f /c/d/a > /1\n", "cat /1; ls -d /c 2>/dev/null || true", "f\na"),
        ("no type means bind", "FROM busybox\nRUN --mount=target=/c cat /c/f > /1\n", "cat /1", "f\n"),
        ("source, and words for target", "FROM busybox\nRUN --mount=type=bind,source=d,dst=/c cat /c/a > /1\nRUN --mount=type=bind,src=f,destination=/f cat /f >> /1\n",
         "cat /1", "af\n"),
        ("a relative target", "FROM busybox\nWORKDIR /w\nRUN --mount=type=bind,source=f,target=in cat in > /1\n", "cat /1; ls /w", "f\n"),
        ("read-only", "FROM busybox\nRUN --mount=type=bind,target=/c touch /c/new || echo no > /1\n", "cat /1", "no\n"),
        ("rw, and nothing of it stays", "FROM busybox\nRUN --mount=type=bind,target=/c,rw touch /c/new && ls /c/new > /1\nRUN --mount=type=bind,target=/c ls /c/new 2>/dev/null || echo no >> /1\n",
         "cat /1", "/c/new\nno\n"),
        ("rw=false", "FROM busybox\nRUN --mount=type=bind,target=/c,rw=false touch /c/new || echo no > /1\n", "cat /1", "no\n"),
        ("from a stage", "FROM busybox AS s\nRUN echo 1 > /1\nFROM busybox\nRUN --mount=type=bind,from=s,source=/1,target=/s cat /s > /2\n", "cat /2", "1\n"),
        ("from an image", "FROM scratch\nCOPY f /\nFROM busybox\nRUN --mount=from=busybox,target=/i head -n 1 /i/etc/group > /1\n", "cat /1", "root:x:0:\n"),
        ("variables", "FROM busybox\nARG A=/c\nRUN --mount=type=bind,target=$A cat /c/f > /1\n", "cat /1", "f\n"),
    ],
    "RUN --mount=type=cache": [
        ("is kept, and not in the image", "FROM busybox\nRUN --mount=type=cache,target=/c echo 1 > /c/1\nRUN --mount=type=cache,target=/c cp /c/1 /1\n",
         "cat /1; ls /c 2>/dev/null || true", "1\n"),
        ("id", "FROM busybox\nRUN --mount=type=cache,target=/c,id=i echo i > /c/1\nRUN --mount=type=cache,id=i,target=/d cp /d/1 /1\n", "cat /1", "i\n"),
        ("uid, gid, mode", "FROM busybox\nRUN --mount=type=cache,target=/c,id=u,uid=7,gid=8,mode=0701 stat -c '%u %g %a' /c > /1\n", "cat /1", "7 8 701\n"),
        ("ro", "FROM busybox\nRUN --mount=type=cache,target=/c,id=r,ro touch /c/1 || echo no > /1\n", "cat /1", "no\n"),
        ("from and source", "FROM busybox AS s\nRUN mkdir /s && echo s > /s/1\nFROM busybox\nRUN --mount=type=cache,target=/c,id=s,from=s,source=/s cp /c/1 /1\n", "cat /1", "s\n"),
        ("sharing=locked", "FROM busybox\nRUN --mount=type=cache,target=/c,id=l,sharing=locked echo 1 > /1\n", "cat /1", "1\n"),
        ("sharing=private", "FROM busybox\nRUN --mount=type=cache,target=/c,id=p,sharing=private echo 1 > /1\n", "cat /1", "1\n"),
        ("sharing=shared", "FROM busybox\nRUN --mount=type=cache,target=/c,id=h,sharing=shared echo 1 > /1\n", "cat /1", "1\n"),
        ("many of one step", "FROM busybox\nRUN --mount=type=cache,target=/c --mount=type=cache,target=/d touch /c/1 /d/2 && ls /c /d > /1\n", "cat /1", "/c:\n1\n\n/d:\n2\n"),
    ],
    "RUN --mount=type=tmpfs": [
        ("empty, and gone", "FROM busybox\nRUN --mount=type=tmpfs,target=/home ls /home > /1; touch /home/new\n", "cat /1; ls /home", "alice\n"),
        ("size", "FROM busybox\nRUN --mount=type=tmpfs,target=/t,size=1m df -k /t | tail -n 1 | tr -s ' ' | cut -d ' ' -f 2 > /1\n", "cat /1", "1024\n"),
    ],
    "RUN --mount=type=secret": [
        ("where docker puts it", "FROM busybox\nRUN --mount=type=secret,id=s wc -c < /run/secrets/s > /1\n", "cat /1; ls /run", "7\n"),
        ("without an id its target is one", "FROM busybox\nRUN --mount=type=secret,target=/in/s wc -c < /in/s > /1\n", "cat /1; ls -d /in 2>/dev/null || true", "7\n"),
        ("uid, gid, mode", "FROM busybox\nRUN --mount=type=secret,id=s,target=/s,uid=7,gid=8,mode=0440 stat -c '%u %g %a' /s > /1\n", "cat /1", "7 8 440\n"),
        ("its mode", "FROM busybox\nRUN --mount=type=secret,id=s,target=/s stat -c '%u %g %a' /s > /1\n", "cat /1", "0 0 400\n"),
        ("env", "FROM busybox\nRUN --mount=type=secret,id=s,env=S test $S = s3cret && echo ${#S} > /1\n", "cat /1", "7\n"),
        ("one that is not given", "FROM busybox\nRUN --mount=type=secret,id=none ls /run/secrets/none 2>/dev/null || echo no > /1\n", "cat /1", "no\n"),
        ("required", "FROM busybox\nRUN --mount=type=secret,id=s,required=true wc -c < /run/secrets/s > /1\n", "cat /1", "7\n"),
    ],
    "RUN --mount=type=ssh": [
        ("one that is not given", "FROM busybox\nRUN --mount=type=ssh test -z \"$SSH_AUTH_SOCK\" && echo no > /1\n", "cat /1", "no\n"),
    ],
    "COPY": [
        ("a file to a file", "FROM busybox\nCOPY f /new\n", "cat /new", "f\n"),
        ("a file into a folder", "FROM busybox\nCOPY f /new/\n", "cat /new/f", "f\n"),
        ("a folder's contents", "FROM busybox\nCOPY d /new\n", "cd /new; find . -type f | sort", "./a\n./b.log\n./e/c\n"),
        ("several", "FROM busybox\nCOPY f g d/ /new/\n", "cd /new; find . -type f | sort", "./a\n./b.log\n./e/c\n./f\n./g\n"),
        ("JSON", "FROM busybox\nCOPY [\"f\", \"/with space\"]\n", "cat '/with space'", "f\n"),
        ("wildcards", "FROM busybox\nCOPY ?.txt d/*.log [fg] /new/\n", "ls /new", "b.log\nf\ng\nx.txt\n"),
        ("relative to WORKDIR", "FROM busybox\nWORKDIR /w\nCOPY f .\nCOPY f s/\nCOPY f ../up\n", "ls /w /w/s /up", "/up\n\n/w:\nf\ns\n\n/w/s:\nf\n"),
        ("over a link to a folder", "FROM busybox\nRUN mkdir /r && ln -s r /l\nCOPY f /l/\n", "ls /r", "f\n"),
        ("a link to a file means the file", "FROM busybox\nRUN mkdir /r && echo old > /r/f && ln -s r/f /l && ln -s /l /m\nCOPY f /m\n",
         "cat /r/f; readlink /l; readlink /m", "f\nr/f\n/l\n"),
        ("whether it is there or not", "FROM busybox\nRUN mkdir /r && ln -s ../../r/new /l\nCOPY <<X /l\n1\nX\n", "cat /r/new; readlink /l", "1\n../../r/new\n"),
        ("in a folder a link is replaced", "FROM busybox\nRUN mkdir /r && echo old > /r/g && ln -s g /r/f\nCOPY f /r/\n", "cat /r/f /r/g", "f\nold\n"),
        ("heredoc", "FROM busybox\nARG A=1\nCOPY <<X <<'Y' /h/\n$A\nX\n$A\nY\n", "cat /h/X /h/Y; stat -c %a /h/X", "1\n$A\n644\n"),
        ("what is there is replaced", "FROM busybox\nCOPY f /x\nCOPY g /x\n", "cat /x", "g\n"),
        ("variables", "FROM busybox\nARG A=f\nENV B=/to\nCOPY $A ${B}/\n", "cat /to/f", "f\n"),
        ("the whole context", "FROM busybox\nCOPY . /c\n", "ls -A /c", "-\n.dockerignore\nDockerfile\nd\nf\ng\nrun.sh\nx.txt\n"),
    ],
    "COPY --from": [
        ("a stage by name", "FROM busybox AS s\nRUN echo 1 > /1\nFROM busybox\nCOPY --from=s /1 /2\n", "cat /2", "1\n"),
        ("by number", "FROM busybox\nRUN echo 1 > /1\nFROM busybox\nCOPY --from=0 /1 /2\n", "cat /2", "1\n"),
        ("an image", "FROM busybox\nCOPY --from=busybox:latest /etc/group /2\n", "head -n 1 /2", "root:x:0:\n"),
        ("no name is the context", "FROM busybox\nCOPY --from= f /2\n", "cat /2", "f\n"),
        ("owners stay", "FROM busybox AS s\nRUN mkdir /d && touch /d/f && ln -s f /d/l && chown -h 7:8 /d/f /d/l\nFROM busybox\nCOPY --from=s /d /d\n",
         "stat -c '%u:%g' /d /d/f /d/l", "0:0\n7:8\n7:8\n"),
        ("unless others are named", "FROM busybox AS s\nRUN mkdir /d && touch /d/f && chown 7:8 /d/f\nFROM busybox\nCOPY --from=s --chown=1:2 /d /d\n",
         "stat -c '%u:%g' /d /d/f", "1:2\n1:2\n"),
        ("who owns it is a difference", "FROM busybox AS s\nRUN echo same > /f && chown 7 /f\nFROM busybox AS t\nRUN echo same > /f && chown 9 /f\n"
         "FROM busybox AS a\nCOPY --from=s /f /f\nFROM busybox AS b\nCOPY --from=t /f /f\nFROM busybox\nCOPY --from=a /f /a\nCOPY --from=b /f /b\n",
         "stat -c %u /a /b", "7\n9\n"),
    ],
    "COPY flags": [
        ("--chown by name", "FROM busybox\nCOPY --chown=alice:staff f /x\n", "stat -c '%u:%g' /x", "1000:50\n"),
        ("--chown by number", "FROM busybox\nCOPY --chown=7 f /x\nCOPY --chown=7:8 f /new/x\n", "stat -c '%u:%g' /x /new/x /new", "7:7\n7:8\n7:8\n"),
        ("--chmod octal", "FROM busybox\nCOPY --chmod=4711 f /x\n", "stat -c %a /x", "4711\n"),
        ("--chmod in words", "FROM busybox\nCOPY --chmod=u=rwX,go=rX d /x\n", "stat -c %a /x/a /x/e", "644\n755\n"),
        ("--chmod with a variable", "FROM busybox\nARG M=600\nCOPY --chmod=$M f /x\n", "stat -c %a /x", "600\n"),
        ("--link", "FROM busybox\nCOPY --link f /new/x\n", "cat /new/x", "f\n"),
        ("--link=false", "FROM busybox\nCOPY --link=false f /x\n", "cat /x", "f\n"),
        ("--link with a name of the image", "FROM busybox AS s\nRUN echo bob:x:77:77::/:/bin/sh >> /etc/passwd\nCOPY --link --chown=bob f /x\n", "stat -c %u /x", "77\n"),
        ("--parents", "FROM busybox\nCOPY --parents d/e/c ./d/./b.log /p/\n", "cd /p; find . -type f | sort", "./b.log\n./d/e/c\n"),
        ("--exclude", "FROM busybox\nCOPY --exclude=*.log --exclude=e d /x\n", "find /x -type f", "/x/a\n"),
        ("folders merge", "FROM busybox\nRUN mkdir -p /x/e && touch /x/e/own && chmod 700 /x /x/e && chown 7 /x/e\nCOPY d /x\n", "stat -c '%a %u' /x /x/e; ls /x/e",
         "700 0\n755 0\nc\nown\n"),
    ],
    "ADD": [
        ("a file", "FROM busybox\nADD f /new/\n", "cat /new/f", "f\n"),
        ("heredoc", "FROM busybox\nADD <<X /x\n1\nX\n", "cat /x", "1\n"),
        ("--chown, --chmod, --link, --exclude", "FROM busybox\nADD --chown=7:8 --chmod=700 --link --exclude=*.log d /x\n", "cd /x; stat -c '%n %a %u:%g' *", "a 700 7:8\ne 700 7:8\n"),
    ],
    "WORKDIR": [
        ("absolute, relative", "FROM busybox\nWORKDIR /a/b\nWORKDIR ../c\nRUN pwd > /1\n", "cat /1; pwd", "/a/c\n/a/c\n"),
        ("a variable", "FROM busybox\nENV A=/q\nWORKDIR $A/r\n", "pwd", "/q/r\n"),
        ("is made", "FROM busybox\nWORKDIR /a/b\n", "stat -c '%a %u' /a/b", "755 0\n"),
        ("with a space", "FROM busybox\nWORKDIR /a b\n", "pwd", "/a b\n"),
    ],
    "USER": [
        ("a name", "FROM busybox\nUSER alice\n", "id -u; id -g", "1000\n50\n"),
        ("numbers", "FROM busybox\nUSER 7:8\nRUN id -u > /tmp/1\n", "cat /tmp/1; id -g", "7\n8\n"),
        ("a variable", "FROM busybox\nARG U=alice\nUSER $U\n", "id -un", "alice\n"),
    ],
    "VOLUME": [
        ("words", "FROM busybox\nVOLUME /a /b\n", "Volumes", {"/a": {}, "/b": {}}),
        ("JSON", "FROM busybox\nVOLUME [\"/a b\"]\n", "Volumes", {"/a b": {}}),
    ],
    "EXPOSE": [
        ("protocols", "FROM busybox\nEXPOSE 80 53/udp 90/TCP 7/sctp\n", "ExposedPorts", {"80/tcp": {}, "53/udp": {}, "90/tcp": {}, "7/sctp": {}}),
        ("a range", "FROM busybox\nEXPOSE 7-9\n", "ExposedPorts", {"7/tcp": {}, "8/tcp": {}, "9/tcp": {}}),
        ("a variable", "FROM busybox\nARG P=80\nEXPOSE $P\n", "ExposedPorts", {"80/tcp": {}}),
    ],
    "CMD": [
        ("exec", "FROM busybox\nCMD [\"echo\", \"$A\"]\n", "Cmd", ["echo", "$A"]),
        ("shell", "FROM busybox\nCMD echo $A\n", "Cmd", ["/bin/sh", "-c", "echo $A"]),
        ("the last one wins", "FROM busybox\nCMD a\nCMD [\"b\"]\n", "Cmd", ["b"]),
        ("SHELL is its shell", "FROM busybox\nSHELL [\"/bin/ash\", \"-ec\"]\nCMD a\n", "Cmd", ["/bin/ash", "-ec", "a"]),
        ("none", "FROM busybox\nCMD []\n", "Cmd", None),
    ],
    "ENTRYPOINT": [
        ("exec", "FROM busybox\nENTRYPOINT [\"echo\", \"a\"]\n", "Entrypoint", ["echo", "a"]),
        ("shell", "FROM busybox\nENTRYPOINT exec top\n", "Entrypoint", ["/bin/sh", "-c", "exec top"]),
        ("an inherited command is gone", "FROM busybox\nENTRYPOINT [\"a\"]\n", "Cmd", None),
        ("one's own stays", "FROM busybox\nCMD [\"b\"]\nENTRYPOINT [\"a\"]\n", "Cmd", ["b"]),
        ("none", "FROM busybox\nENTRYPOINT [\"a\"]\nENTRYPOINT []\n", "Entrypoint", None),
    ],
    "SHELL": [
        ("of RUN", "FROM busybox\nSHELL [\"/bin/sh\", \"-uc\"]\nRUN echo $- > /1\n", "grep -c u /1", "1\n"),
        ("in the image", "FROM busybox\nSHELL [\"/bin/ash\", \"-c\"]\n", "Shell", ["/bin/ash", "-c"]),
    ],
    "STOPSIGNAL": [
        ("a name", "FROM busybox\nSTOPSIGNAL SIGQUIT\n", "StopSignal", "SIGQUIT"),
        ("a number", "FROM busybox\nSTOPSIGNAL 9\n", "StopSignal", "9"),
        ("a variable", "FROM busybox\nARG S=SIGINT\nSTOPSIGNAL $S\n", "StopSignal", "SIGINT"),
    ],
    "HEALTHCHECK": [
        ("shell", "FROM busybox\nHEALTHCHECK CMD true\n", "Healthcheck", {"Test": ["CMD-SHELL", "true"]}),
        ("exec", "FROM busybox\nHEALTHCHECK CMD [\"true\"]\n", "Healthcheck", {"Test": ["CMD", "true"]}),
        ("options", "FROM busybox\nHEALTHCHECK --interval=1m --timeout=2s --start-period=3s --start-interval=4s --retries=5 CMD true\n", "Healthcheck",
         {"Test": ["CMD-SHELL", "true"], "Interval": 60 * 10 ** 9, "Timeout": 2 * 10 ** 9, "StartPeriod": 3 * 10 ** 9, "StartInterval": 4 * 10 ** 9, "Retries": 5}),
        ("NONE", "FROM busybox\nHEALTHCHECK CMD true\nHEALTHCHECK NONE\n", "Healthcheck", {"Test": ["NONE"]}),
    ],
    "ONBUILD": [
        ("is kept", "FROM busybox\nONBUILD RUN echo $A\nONBUILD COPY . /\n", "OnBuild", ["RUN echo $A", "COPY . /"]),
        ("is done and not passed on", "FROM busybox AS s\nONBUILD RUN echo 1 > /1\nFROM s\n", "cat /1", "1\n"),
        ("with a heredoc", "FROM busybox AS s\nONBUILD RUN <<A\necho 1 > /1\nA\nFROM s\n", "cat /1", "1\n"),
        ("only once", "FROM busybox AS s\nONBUILD RUN echo 1 >> /1\nFROM s AS t\nFROM t\n", "cat /1", "1\n"),
    ],
    "MAINTAINER": [
        ("is the author", "FROM busybox\nMAINTAINER Me <me@example.com>\n", ".Author", "Me <me@example.com>"),
    ],
}

# instruction: rows of (Dockerfile, line, words of the error)
BAD = {
    "directives": [
        ("# escape=x\nFROM busybox\n", 1, "invalid escape token 'x' does not match ` or \\\\"),
        ("# escape=`\n# escape=`\nFROM busybox\n", 2, "only one escape parser directive can be used"),
    ],
    "lines": [
        ("FROM busybox\nRUM true\n", 2, "unknown instruction: RUM.*did you mean RUN"),
        ("FROM busybox\n\n# c\nCOPPY a b\n", 4, "unknown instruction: COPPY.*did you mean COPY"),
        ("FROM busybox\nRUN <<A\ntrue\n", 2, "unterminated heredoc"),
    ],
    "FROM": [
        ("FROM\n", 1, "FROM requires either one or three arguments"),
        ("FROM a b\n", 1, "FROM requires either one or three arguments"),
        ("FROM busybox AS 1x\n", 1, "invalid name for build stage: \"1x\""),
        ("FROM --platform=a/b/c/d busybox\n", 1, "a/b/c/d"),
        ("FROM --platfrom=linux/amd64 busybox\n", 1, "unknown flag: --platfrom.*did you mean --?platform"),
        ("FROM UPPER/case\n", 1, "UPPER/case"),
        ("ARG A\nFROM $A\n", 2, "base name .* should not be blank"),
        ("RUN true\n", 1, "no build stage in current context"),
        ("FROM localhost:1/not/here\n", 1, "localhost:1/not/here"),
    ],
    "ARG": [
        ("FROM busybox\nARG\n", 2, "ARG requires at least one argument"),
        ("FROM busybox\nARG =1\n", 2, "ARG names can not be blank"),
        ("FROM busybox\nARG A=${B:?needed}\n", 2, "needed"),
        ("FROM busybox\nARG --x A\n", 2, "unknown flag: --x"),
    ],
    "ENV": [
        ("FROM busybox\nENV\n", 2, "ENV requires at least one argument"),
        ("FROM busybox\nENV A\n", 2, "ENV must have two arguments"),
        ("FROM busybox\nENV A=1 B\n", 2, "can't find = in \"B\""),
        ("FROM busybox\nENV =1\n", 2, "ENV names can not be blank"),
        ("FROM busybox\nENV A=${B\n", 2, "syntax error: missing '}'"),
        ("FROM busybox\nENV A=\"1\n", 2, "looking for matching double-quote|unexpected end of statement"),
    ],
    "LABEL": [
        ("FROM busybox\nLABEL\n", 2, "LABEL requires at least one argument"),
        ("FROM busybox\nLABEL a\n", 2, "LABEL must have two arguments"),
        ("FROM busybox\nLABEL a=1 b\n", 2, "can't find = in \"b\""),
        ("FROM busybox\nLABEL =1\n", 2, "LABEL names can not be blank"),
    ],
    "RUN": [
        ("FROM busybox\nRUN exit 3\n", 2, "process \"/bin/sh -c exit 3\" did not complete successfully: exit code: 3"),
        ("FROM busybox\nRUN [\"/none\"]\n", 2, "/none"),
        ("FROM busybox\nRUN --network=lan true\n", 2, "lan"),
        ("FROM busybox\nRUN --network=host true\n", 2, "network.host is not allowed"),
        ("FROM busybox\nRUN --security=insecure true\n", 2, "security.insecure is not allowed"),
        ("FROM busybox\nRUN --security=x true\n", 2, "security.*x"),
        ("FROM busybox\nRUN --mont=target=/x true\n", 2, "unknown flag: --mont.*did you mean --?mount"),
        ("FROM busybox\nRUN --network=none --network=none true\n", 2, "duplicate flag specified: --network"),
        ("FROM busybox\nUSER nobody-here\nRUN true\n", 3, "nobody-here"),
    ],
    "RUN --mount": [
        ("FROM busybox\nRUN --mount=type=bin,target=/x true\n", 2, "unsupported mount type \"bin\".*did you mean bind"),
        ("FROM busybox\nRUN --mount=type=bind true\n", 2, "at \"/\""),
        ("FROM busybox\nRUN --mount=type=bind,target=/x,taget=/y true\n", 2, "unexpected key 'taget'"),
        ("FROM busybox\nRUN --mount=type=bind,target=/x,rw=maybe true\n", 2, "maybe"),
        ("FROM busybox\nRUN --mount=type=bind,target=/x,source=none true\n", 2, "none"),
        ("FROM busybox\nRUN --mount=type=bind,from=not/here:1,target=/x true\n", 2, "not/here:1"),
        ("FROM busybox\nRUN --mount=type=bind,target=/x,size=1 true\n", 2, "size"),
        ("FROM busybox\nRUN --mount=type=bind,target=/ true\n", 2, "\"/\""),
        ("FROM busybox\nRUN --mount=type=cache true\n", 2, "at \"/\""),
        ("FROM busybox\nRUN --mount=type=cache,target=/c,sharing=some true\n", 2, "some"),
        ("FROM busybox\nRUN --mount=type=cache,target=/c,mode=9 true\n", 2, "9"),
        ("FROM busybox\nRUN --mount=type=cache,target=/c,uid=me true\n", 2, "me"),
        ("FROM busybox\nRUN --mount=type=cache,target=/c,required true\n", 2, "required"),
        ("FROM busybox\nRUN --mount=type=tmpfs true\n", 2, "at \"/\""),
        ("FROM busybox\nRUN --mount=type=tmpfs,target=/t,size=big true\n", 2, "big"),
        ("FROM busybox\nRUN --mount=type=secret true\n", 2, "invalid|requires|id"),
        ("FROM busybox\nRUN --mount=type=secret,id=none,required true\n", 2, "secret none: not found"),
        ("FROM busybox\nRUN --mount=type=secret,id=s,sharing=locked true\n", 2, "sharing"),
        ("FROM busybox\nRUN --mount=type=ssh,required true\n", 2, "ssh"),
        ("FROM busybox\nRUN --mount=type=ssh,size=1 true\n", 2, "size"),
    ],
    "COPY": [
        ("FROM busybox\nCOPY\n", 2, "COPY requires at least two arguments, but none were provided"),
        ("FROM busybox\nCOPY f\n", 2, "COPY requires at least two arguments, but only one was provided"),
        ("FROM busybox\nCOPY none /\n", 2, "\"/none\": not found"),
        ("FROM busybox\nCOPY ignored /\n", 2, "\"/ignored\": not found"),
        ("FROM busybox\nCOPY ../f /../x\nCOPY ../../none /\n", 3, "none"),
        ("FROM busybox\nCOPY f g /x\n", 2, "must be a directory and end with a /"),
        ("FROM busybox\nCOPY f /etc/group/x\n", 2, "/etc/group"),
        ("FROM busybox\nCOPY d /etc/group\n", 2, "/etc/group"),
        ("FROM busybox\nRUN ln -s b /a && ln -s a /b\nCOPY f /a\n", 3, "/[ab]"),
        ("FROM busybox\nCOPY f <<A\n1\nA\n", 2, "cannot accept a heredoc as a destination"),
        ("FROM busybox\nCOPY <<A /x\n1\n", 2, "unterminated heredoc"),
    ],
    "COPY flags": [
        ("FROM busybox\nCOPY --from=not/here:1 f /\n", 2, "not/here:1"),
        ("FROM busybox AS a\nCOPY --from=b /f /\nFROM a AS b\n", 2, "image: docker.io/library/b|library/b|\\bb\\b"),
        ("ARG A=busybox\nFROM busybox\nCOPY --from=$A /etc /x\n", 3, "variable expansion is not supported for --from"),
        ("FROM busybox AS s\nFROM busybox\nCOPY --from=s /none /\n", 3, "\"/none\": not found"),
        ("FROM busybox\nCOPY --chown=bob f /\n", 2, "--chown=bob"),
        ("FROM busybox\nCOPY --chmod=9 f /\n", 2, "invalid mode|chmod"),
        ("FROM busybox\nCOPY --chmod=u=q f /\n", 2, "invalid mode|chmod"),
        ("FROM busybox\nCOPY --chmod f /\n", 2, "missing a value on flag: --chmod"),
        ("FROM busybox\nCOPY --link=maybe f /\n", 2, "expecting boolean value for flag --link"),
        ("FROM busybox\nCOPY --parent f /\n", 2, "unknown flag: --parent.*did you mean --?parents"),
        ("FROM busybox\nCOPY --exclude=[ f /\n", 2, "exclude"),
        ("FROM busybox\nCOPY --checksum=sha256:1 f /\n", 2, "unknown flag: --checksum"),
    ],
    "ADD": [
        ("FROM busybox\nADD f\n", 2, "ADD requires at least two arguments, but only one was provided"),
        ("FROM busybox\nADD none /\n", 2, "\"/none\": not found"),
        ("FROM busybox\nADD --from=busybox f /\n", 2, "unknown flag: --from"),
        ("FROM busybox\nADD --checksum=sha256:" + "0" * 64 + " f /\n", 2, "checksum can't be specified for"),
        ("FROM busybox\nADD --checksum=md5:1 http://127.0.0.1:1/x /\n", 2, "checksum|digest"),
        ("FROM busybox\nADD http://127.0.0.1:1/x /\n", 2, "http://127.0.0.1:1/x"),
        ("FROM busybox\nADD --keep-git-dir=maybe f /\n", 2, "expecting boolean value for flag --keep-git-dir"),
        ("FROM busybox\nADD --unpack=maybe f /\n", 2, "expecting boolean value for flag --unpack"),
    ],
    "WORKDIR": [
        ("FROM busybox\nWORKDIR\n", 2, "WORKDIR requires exactly one argument"),
        ("FROM busybox\nWORKDIR /etc/group/x\n", 2, "/etc/group"),
        ("FROM busybox\nWORKDIR ${A:?needed}\n", 2, "needed"),
        ("FROM busybox\nWORKDIR --x /a\n", 2, "unknown flag: --x"),
    ],
    "USER": [("FROM busybox\nUSER\n", 2, "USER requires exactly one argument")],
    "VOLUME": [
        ("FROM busybox\nVOLUME\n", 2, "VOLUME requires at least one argument"),
        ("FROM busybox\nVOLUME [\"\"]\n", 2, "VOLUME specified can not be an empty string"),
    ],
    "EXPOSE": [
        ("FROM busybox\nEXPOSE\n", 2, "EXPOSE requires at least one argument"),
        ("FROM busybox\nEXPOSE http\n", 2, "http"),
        ("FROM busybox\nEXPOSE 80/x\n", 2, "80/x|proto"),
        ("FROM busybox\nEXPOSE 65536\n", 2, "65536"),
        ("FROM busybox\nEXPOSE 9-7\n", 2, "9-7"),
    ],
    "SHELL": [
        ("FROM busybox\nSHELL\n", 2, "SHELL requires at least one argument"),
        ("FROM busybox\nSHELL /bin/sh -c\n", 2, "SHELL requires the arguments to be in JSON form"),
        ("FROM busybox\nSHELL []\n", 2, "SHELL requires at least one argument"),
    ],
    "STOPSIGNAL": [
        ("FROM busybox\nSTOPSIGNAL\n", 2, "STOPSIGNAL requires exactly one argument"),
        ("FROM busybox\nSTOPSIGNAL SIGNOPE\n", 2, "SIGNOPE"),
    ],
    "HEALTHCHECK": [
        ("FROM busybox\nHEALTHCHECK\n", 2, "HEALTHCHECK requires at least one argument"),
        ("FROM busybox\nHEALTHCHECK true\n", 2, "unknown type \"true\" \\(try CMD\\)"),
        ("FROM busybox\nHEALTHCHECK CMD\n", 2, "missing command after HEALTHCHECK CMD"),
        ("FROM busybox\nHEALTHCHECK NONE x\n", 2, "HEALTHCHECK NONE takes no arguments"),
        ("FROM busybox\nHEALTHCHECK --interval=x CMD true\n", 2, "interval"),
        ("FROM busybox\nHEALTHCHECK --interval=1us CMD true\n", 2, "cannot be less than 1ms"),
        ("FROM busybox\nHEALTHCHECK --timeout=-1s CMD true\n", 2, "timeout"),
        ("FROM busybox\nHEALTHCHECK --retries=x CMD true\n", 2, "retries"),
        ("FROM busybox\nHEALTHCHECK --retries=-1 CMD true\n", 2, "cannot be negative"),
    ],
    "ONBUILD": [
        ("FROM busybox\nONBUILD\n", 2, "ONBUILD requires at least one argument"),
        ("FROM busybox\nONBUILD ONBUILD RUN true\n", 2, "[Cc]haining ONBUILD via `ONBUILD ONBUILD` isn't allowed"),
        ("FROM busybox\nONBUILD FROM busybox\n", 2, "FROM isn't allowed as an ONBUILD trigger"),
        ("FROM busybox\nONBUILD MAINTAINER me\n", 2, "MAINTAINER isn't allowed as an ONBUILD trigger"),
        ("FROM busybox\nONBUILD RUM true\n", 2, "unknown instruction: RUM"),
        ("FROM busybox AS s\nONBUILD RUN exit 4\nFROM s\n", 3, "ONBUILD.*exit code: 4"),
    ],
    "MAINTAINER": [("FROM busybox\nMAINTAINER\n", 2, "MAINTAINER requires exactly one argument")],
    "CMD": [("FROM busybox\nCMD --x a\n", 2, "unknown flag: --x")],
    "ENTRYPOINT": [("FROM busybox\nENTRYPOINT --x a\n", 2, "unknown flag: --x")],
}


@pytest.fixture
def context(tmp_path_of_test):
    (tmp_path_of_test / "s").write_text("s3cret\n")
    return Context(tmp_path_of_test / "context", FILES)


def secrets(context):
    file = context.folder.parent / "s"
    return ["--secret", f"id=s,src={file}"]


@pytest.mark.parametrize("instruction", GOOD)
def test_what_it_does(imgctl, busybox, context, instruction):
    for why, dockerfile, look, want in GOOD[instruction]:
        context.write("Dockerfile", dockerfile)
        result = imgctl("build", "--progress=plain", "-t", "it", *secrets(context), context)
        assert result.rc == 0, f"{why}\n{result}"
        if look[0].isupper() or look[0] == ".":
            got = imgctl.inspect("it", "{{json ." + ("Config." + look).removeprefix("Config..") + "}}", "image")
        else:
            got = imgctl.ok("run", "--rm", "--network", "none", "--entrypoint", "sh", "it", "-c", look)
        assert got == want, why


@pytest.mark.parametrize("instruction", BAD)
def test_what_is_refused(imgctl, busybox, context, instruction):
    for dockerfile, line, words in BAD[instruction]:
        context.write("Dockerfile", dockerfile)
        result = imgctl("build", "--progress=plain", "-t", "it", *secrets(context), context)
        last = result.err[result.err.rfind("imgctl: "):]
        assert result.rc == 1 and re.search(rf"^imgctl: Dockerfile:{line}: (?s:.*)({words})", last), f"{dockerfile}\n{result}"
        assert imgctl.fails("inspect", "it").rc == 1, dockerfile
