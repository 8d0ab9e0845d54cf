# SPDX-License-Identifier: Apache-2.0
"""Health checks."""
import re
import time

import pytest

from harness import images

OFTEN = ("--health-interval", "50ms", "--health-retries", "2")


def health(imgctl, name="it"):
    return imgctl.inspect(name, "{{json .State.Health}}")


def until(imgctl, status, name="it", seconds=30):
    end = time.monotonic() + seconds
    while (now := health(imgctl, name))["Status"] != status:
        assert time.monotonic() < end, now
        time.sleep(0.02)
    return now


def test_its_status_follows_the_checks(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "it", "--health-cmd", "echo looked; test ! -e /bad", *OFTEN, busybox, "sleep", "1000")
    now = until(imgctl, "healthy")
    assert now["Log"][-1]["Output"] == "looked\n" and now["Log"][-1]["ExitCode"] == 0
    assert re.match(r"Up .* \(healthy\)", imgctl.ok("ps", "--format", "{{.Status}}"))
    assert imgctl.ok("ps", "--format", "{{.HealthStatus}}") == "healthy\n"
    imgctl.ok("exec", "it", "touch", "/bad")
    now = until(imgctl, "unhealthy")
    assert now["FailingStreak"] >= 2 and now["Log"][-1]["ExitCode"] == 1
    assert len(now["Log"]) <= 5
    assert imgctl.ok("ps", "-q", "--filter", "health=unhealthy")
    assert not imgctl.ok("ps", "-q", "--filter", "health=healthy")
    imgctl.ok("exec", "it", "rm", "/bad")
    until(imgctl, "healthy")
    imgctl.ok("stop", "-t", "0", "it")
    assert health(imgctl)["Status"] == "unhealthy"  # docker's word for: nobody checks
    assert imgctl.ok("ps", "-a", "--format", "{{.Status}}").startswith("Exited (137)")


def test_before_the_first_check_it_is_starting(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "it", "--health-cmd", "true", busybox, "sleep", "1000")
    assert health(imgctl) == {"Status": "starting", "FailingStreak": 0, "Log": []}
    assert imgctl.ok("ps", "--format", "{{.Status}}").endswith("(health: starting)\n")
    assert imgctl.ok("ps", "-q", "--filter", "health=starting")


def test_failures_of_the_start_do_not_count(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "it", "--health-cmd", "test -e /up", "--health-interval", "1h", "--health-retries", "1",
              "--health-start-period", "1h", "--health-start-interval", "20ms", busybox, "sleep", "1000")
    end = time.monotonic() + 30
    while not health(imgctl)["Log"]:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert (health(imgctl)["Status"], health(imgctl)["FailingStreak"]) == ("starting", 0)
    imgctl.ok("exec", "it", "touch", "/up")
    until(imgctl, "healthy")


def test_a_check_that_takes_too_long(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "it", "--health-cmd", "echo on my way; sleep 1000", "--health-timeout", "300ms", *OFTEN,
              busybox, "sleep", "1000")
    last = until(imgctl, "unhealthy")["Log"][-1]
    assert last["ExitCode"] == -1
    assert last["Output"] == "Health check exceeded timeout (300ms): on my way\n"
    end = time.monotonic() + 30
    while imgctl.ok("top", "it").count("sleep 1000") > 3:  # the container's own, and one under way
        assert time.monotonic() < end, "those that took too long are killed"
        time.sleep(0.05)


def test_output_is_cut(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "it", "--health-cmd", "head -c 5000 /dev/zero | tr '\\000' x", *OFTEN, busybox,
              "sleep", "1000")
    assert until(imgctl, "healthy")["Log"][0]["Output"] == "x" * 4096 + "..."


def test_a_program_that_is_not_there(imgctl, plain_registry):
    image = images.busybox(config={"Healthcheck": {"Test": ["CMD", "no-such-check"], "Interval": 50000000, "Retries": 1}})
    plain_registry.push("checked:1", image)
    imgctl.ok("run", "-d", "--name", "it", plain_registry.ref("checked:1"), "sleep", "1000")
    last = until(imgctl, "unhealthy")["Log"][-1]
    assert last["ExitCode"] == -1 and "no-such-check" in last["Output"]


def test_the_image_s_and_the_command_line_s(imgctl, plain_registry):
    image = images.busybox(config={"Healthcheck": {"Test": ["CMD", "true"], "Interval": 3600000000000, "Retries": 7}})
    plain_registry.push("checked:2", image)
    ref = plain_registry.ref("checked:2")
    imgctl.ok("run", "-d", "--name", "it", "--health-interval", "50ms", ref, "sleep", "1000")
    assert imgctl.inspect("it", "{{json .Config.Healthcheck}}") == {"Test": ["CMD", "true"], "Interval": 50000000,
                                                                    "Retries": 7}
    until(imgctl, "healthy")
    imgctl.ok("run", "-d", "--name", "none", "--no-healthcheck", ref, "sleep", "1000")
    assert imgctl.inspect("none", "{{json .Config.Healthcheck.Test}}") == ["NONE"]
    assert "Health" not in imgctl.inspect("none", "{{json .State}}")
    assert imgctl.ok("ps", "--filter", "health=none", "--format", "{{.Names}}") == "none\n"


def test_a_paused_container_is_not_checked(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "it", "--health-cmd", "true", *OFTEN, busybox, "sleep", "1000")
    until(imgctl, "healthy")
    imgctl.ok("pause", "it")
    assert imgctl.ok("ps", "--format", "{{.Status}}").endswith("(Paused)\n")
    imgctl.ok("unpause", "it")
    before = health(imgctl)["Log"][-1]["Start"]
    end = time.monotonic() + 30
    while health(imgctl)["Log"][-1]["Start"] == before:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert health(imgctl)["Status"] == "healthy"


@pytest.mark.parametrize("words, why", [
    (["--no-healthcheck", "--health-cmd", "true"], "--no-healthcheck conflicts with --health-\\* options"),
    (["--health-retries", "-1"], "--health-retries cannot be negative"),
    (["--health-interval", "-1s"], "--health-interval cannot be negative"),
    (["--health-timeout", "10us"], "Timeout in Healthcheck cannot be less than 1ms"),
    (["--health-interval", "soon"], 'invalid argument "soon" for "--health-interval" flag: time: invalid duration'),
])
def test_bad_options(imgctl, busybox, words, why):
    imgctl.fails("run", *words, busybox, "true", rc=125, err=why)
