"""What a file under tests/submissions is written with."""

import re
from pathlib import Path

import pytest

IMPORTED = re.compile(r"^\s*\\?\"?(?:import|from) (torch|jax|optax|keras)\b", re.MULTILINE)


def skip_unless_installed(path: Path) -> None:
    """Skip a test of a file whose libraries are not all installed."""
    for library in sorted(set(IMPORTED.findall(path.read_text("utf-8")))):
        pytest.importorskip(library, reason=f"{path.name} is written with {library}")
