"""Whether the root in an optimizer is the correctly rounded one, which a bound cannot see.

IEEE 754 asks for a root that is rounded once, and a bound of a step counts it so; but to the same
bound every other operation of the step contributes, so that a root off by 3 units in the last place
may stay below it. Where everything else is exact, the root has to be, too.
"""

from functools import partial

import numpy as np

from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.trees import to_framework
from crosscheck.verification.cases.conduct_case import ConductCase, Found

# More than a vector of the processor has lanes, with a rest: libraries compute both differently.
GRADIENTS = np.arange(1, 68)


def generated() -> list[ConductCase]:
    """The first step of RMSprop without a memory and without eps, in both dtypes."""
    return [
        ConductCase(
            f"the root of a square is exact in {dtype}",
            {"update": np.full(len(GRADIENTS), -1.0, dtype)},
            partial(_call, dtype),
            {"optimizers": ("rmsprop",), "dtypes": (dtype,)},
            dtype,
        )
        for dtype in ("float64", "float32")
    ]


def _call(dtype: str, framework: Framework) -> Found:
    """-g / sqrt(g^2) for whole g, whose squares have no digit that is rounded."""
    module, optimizer = framework.params, framework.optimizers.rmsprop(1.0, decay=0.0, eps=0.0)
    grads = to_framework(module, GRADIENTS.astype(dtype))
    update, _ = optimizer.update(grads, optimizer.init(grads))
    return {"update": module.to_numpy(update)}
