"""The cases of optimizers: all leaves of a history are computed at once, as one vector."""

from dataclasses import replace

import numpy as np
import pytest

from crosscheck.numerics.trees import leaves
from crosscheck.verification.cases import histories

HISTORIES = {
    case.optimizer: case
    for case in histories.generated()
    if case.dtype == "float64" and isinstance(case.start, tuple)
    if not {"leaves", "max_norm"} & {*case.keywords}  # these look at the whole tree
}


@pytest.mark.parametrize("case", HISTORIES.values(), ids=HISTORIES)
def test_a_leaf_has_the_same_history_alone_as_among_other_leaves(case):
    among_others = case.exactly()
    for place, leaf in leaves(case.start).items():
        grads = tuple(leaves(grad)[place] for grad in case.grads)
        for stage, quantities in replace(case, start=leaf, grads=grads).exactly().items():
            for quantity, alone in quantities.items():
                tensors = among_others[stage][quantity]
                # What is one number for all leaves, as the step, has no place.
                tensor = tensors[place if place in tensors else ""]
                for own, other in zip(alone[""], tensor, strict=True):
                    np.testing.assert_array_equal(own, other)
