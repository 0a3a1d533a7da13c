"""Run by a test: JAX trains on three devices, which must have the same bits after every epoch.

Prints one line of JSON: of how many arrays each device had a copy, and what losses are infinite.
"""

import json

import jax
import numpy as np
from numpy.testing import assert_array_equal

jax.config.update("jax_enable_x64", True)

from reference_jax import epochs  # noqa: E402 (after the setting)
from reference_jax.optimizers import adam  # noqa: E402
from reference_jax.params import Layer, from_numpy, init_params  # noqa: E402
from reference_jax.training import StopRule, train  # noqa: E402

found = {"devices": len(jax.devices()), "arrays": 0, "copies": 0}


def compared(leaf):
    """What `run_epoch` hands on, when the copies of all devices were compared."""
    if isinstance(leaf, jax.Array):
        first, *others = (np.asarray(each.data) for each in leaf.addressable_shards)
        for other in others:
            assert_array_equal(other, first, strict=True)
        found["arrays"] += 1
        found["copies"] += len(others)
    return on_one_device(leaf)


on_one_device, epochs._on_one_device = epochs._on_one_device, compared
rng = np.random.default_rng(3)
train(
    init_params((5, 4, 3), seed=1),
    from_numpy(rng.random((10, 5))),
    from_numpy(rng.random((10, 3))),
    adam(0.1),
    activations=("tanh", "sigmoid"),
    loss="half_squared_error",
    stop=StopRule(max_epochs=2),
    batch_size=7,
    workers=3,
)
# A loss that is infinite by one sample is so wherever that sample stands, and whoever has it.
found["infinite"] = [
    train(
        from_numpy((Layer(np.array([[1.0]]), np.array([0.0])),)),
        from_numpy(np.array([[-800.0], [0.5], [0.2], [0.1]])),
        from_numpy(np.array([[1.0], [1.0], [0.0], [0.0]])),
        adam(0.1),
        activations=("sigmoid",),
        loss="binary_cross_entropy",
        stop=StopRule(max_epochs=1),
        batch_size=4,
        seed=seed,
        workers=3,
    ).losses[0]
    for seed in range(6)
]
print(json.dumps(found))
