# SPDX-License-Identifier: Apache-2.0
"""The fixtures and hooks of tests/e2e/conftest.py for tests in any folder: pytest gives a conftest.py's only to its own."""
from conftest import *  # noqa: F401, F403
