"""What conftest.py keeps for the tests of a session."""

import pytest

# Every test that was collected, before any was deselected: what a declaration may name.
COLLECTED = pytest.StashKey[list[str]]()
# What each framework warned of when it was imported, which is once in a process.
WARNED: dict[str, list[str]] = {}
