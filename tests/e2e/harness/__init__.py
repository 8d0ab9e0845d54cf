# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests stand on. The fixtures are in ../conftest.py.

tool      runs imgctl: a store of its own, captured output, limits, a terminal
registry  a real docker-registry: plain, TLS, with passwords
images    images out of Python alone: layers, manifests, indexes, OCI layouts
debian    a real Debian image, made by mmdebstrap and kept in build/cache
peers     skopeo and umoci, as independent readers and writers
strict    makes a skip a failure where CI asks for it
accounts  credentials where other tools keep them, helper programs
machine   another /etc, which only imgctl sees
web       a web server of a folder, which notes what was asked
leaks     what a test must not leave behind
"""
