"""Workers of a reference: who they are, and what is said where they are not there."""

import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from crosscheck.frameworks.declarations import PROCESSES

SCRIPT = Path(__file__).parent / "jax_devices.py"


def train(framework, **changes):
    arrays = framework.params.from_numpy
    rng = np.random.default_rng(3)
    return framework.training.train(
        framework.params.init_params((3, 2), seed=1),
        arrays(rng.random((5, 3))),
        arrays(rng.random((5, 2))),
        framework.optimizers.sgd(0.1),
        activations=("sigmoid",),
        loss="half_squared_error",
        stop=framework.training.StopRule(max_epochs=1),
        **changes,
    )


@pytest.mark.parametrize("workers", [0, 1.5, True, None])
def test_a_number_of_workers_is_a_whole_one_from_one_on(framework, workers):
    with pytest.raises((TypeError, ValueError), match="workers"):
        train(framework, workers=workers)


MESSAGES = {
    "torch": "2000 workers are as many processes of torch.distributed, which has 1",
    "jax": "2000 workers are as many devices of JAX, which has 1: before it starts set "
    "XLA_FLAGS=--xla_force_host_platform_device_count=2000",
    "mlx": "this reference has one worker: leave workers at 1",
    "python": "this reference has one worker: leave workers at 1",
    "paddle": "this reference has one worker: leave workers at 1",
}


def test_workers_that_are_not_there_are_an_error(framework):
    if framework.name in MESSAGES:
        with pytest.raises(ValueError, match=re.escape(MESSAGES[framework.name])):
            train(framework, workers=2000)
    else:  # a loop has as many as it is asked for: most of them without samples
        assert len(train(framework, workers=2000).losses) == 1


def test_processes_share_no_compiled_step(framework):
    if framework.declared.workers != PROCESSES:
        pytest.skip("its workers are no processes")
    with pytest.raises(ValueError, match="is not compiled: leave compile at None"):
        train(framework, workers=2, compile=True)


def test_all_devices_of_jax_have_the_same_bits():
    pytest.importorskip("jax")
    variables = {"XLA_FLAGS": "--xla_force_host_platform_device_count=3", "JAX_PLATFORMS": "cpu"}
    ran = subprocess.run(
        [sys.executable, str(SCRIPT)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | variables,
    )
    assert ran.returncode == 0, ran.stderr
    # Four leaves of the parameters and of two moments, and two epochs; the step is an array too.
    found = json.loads(ran.stdout)
    assert found["devices"] == 3
    assert found["arrays"] >= 24
    assert found["copies"] == 2 * found["arrays"]
    assert found["infinite"] == [math.inf] * 6
