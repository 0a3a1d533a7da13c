"""The warning that NumPy gives of a product of finite numbers is shown by nothing here."""

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import reference_numpy
from crosscheck.frameworks.worker import Worker
from crosscheck.numerics.false_alarms import MESSAGE

SIGNALLING = 0x7FA00000  # a NaN in float32 that raises the flag in every operation
WARN = f"warnings.warn({MESSAGE!r}, RuntimeWarning); warnings.warn('care', RuntimeWarning)"


def leave_on_the_stack() -> None:
    """Fill the stack with NaNs: OpenBLAS copies a vector with gaps there before it multiplies."""
    gaps = np.full(800, SIGNALLING, np.uint32).view(np.float32)[::2]
    with np.errstate(all="ignore"):
        np.ones((3, 400), np.float32) @ gaps


def test_a_network_in_float32_is_computed_without_a_warning():
    """An error without the filter in pyproject.toml, where OpenBLAS takes its AVX-512 kernels."""
    layer = reference_numpy.params.Layer(np.ones((10, 5), np.float32), np.zeros(10, np.float32))
    inputs = np.ones((1, 5), np.float32)
    for _ in range(20):
        leave_on_the_stack()
        trace = reference_numpy.mlp.forward((layer,), inputs, activations=("identity",))
        np.testing.assert_array_equal(trace.outputs, np.full((1, 10), 5, np.float32))


def test_no_other_warning_is_ignored():
    warnings.warn(MESSAGE, RuntimeWarning, stacklevel=1)
    with pytest.raises(RuntimeWarning, match="in multiply"):
        np.float32(np.inf) * np.zeros(1)


def test_a_command_does_not_show_it():
    program = f"""
import sys, warnings
from crosscheck.cli import entry
sys.argv = ["crosscheck", "--version"]
try:
    entry.main()
finally:
    {WARN}
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "RuntimeWarning: care" in done.stderr
    assert MESSAGE not in done.stderr.replace(WARN, "")  # Python shows the line, which has it


def test_a_worker_does_not_hand_it_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "with_a_false_alarm.py").write_text(f"import warnings\n\ndef run():\n    {WARN}\n")
    monkeypatch.syspath_prepend(tmp_path)
    worker = Worker(memory=400)
    worker.call("with_a_false_alarm:run", limit=30.0)
    worker.close()
    assert worker.warned.kept == ["RuntimeWarning: care"]
