"""Mistakes of weights that are not in the catalogue are named if they resemble one, else not."""

import pytest
from planting import diagnosed

from crosscheck.verification.cases import network, trainings, weighted
from crosscheck.verification.mistakes.training import TOTAL
from crosscheck.verification.mistakes.weights import CHOSEN, GATHERED, PIECE, TERMS, WEIGHTED

CASES = [
    *network.generated()[:42:6],
    *weighted.generated(),
    *trainings.generated()[:2],
    *(case for case in trainings.generated() if case.weights is not None),
]
# Where it stands, what is replaced and by what, and the known mistake that it is.
RESEMBLES = [
    ("losses", TERMS, "return 1.0 * terms", "weights forgotten in the loss"),
    (
        "gradients",
        WEIGHTED,
        "cotangent = (cotangent.T * np.square(factors)).T",
        "weights squared in the gradient",
    ),
    (
        "epochs",
        GATHERED,
        GATHERED.replace(
            "scaled(w, normalizer)",
            'w if weights is None or normalizer == "count" else len(inputs) * w / weights.sum()',
        ),
        "batch divided by the mean weight of all samples",
    ),
    ("epochs", CHOSEN, "w = None", "weights forgotten in training"),
    (
        "epochs",
        TOTAL,
        "total += float(value) * len(batch) * float(mean_weight(weights, normalizer))",
        "loss of an epoch averaged over the samples, not by their weights",
    ),
]
RESEMBLES_NONE = [
    ("gradients", WEIGHTED, "cotangent = (factors > 0)[:, None] * cotangent"),
    ("epochs", CHOSEN, CHOSEN.replace("[batch]", "[batch[::-1]]")),
    ("epochs", PIECE, PIECE.replace("size]", "size] / len(inputs[start : start + size])")),
]


def named(number, file, old, new):
    return diagnosed(f"planted of weights {number}", CASES, file, ((old, new),))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("number", range(len(RESEMBLES)))
def test_what_resembles_a_known_mistake_of_weights_is_named_rightly(number):
    *change, name = RESEMBLES[number]
    found = named(number, *change)
    assert list(found.reproduced) == [name]
    (those,) = found.reproduced.values()
    assert {case for case, _ in those} == found.failing


@pytest.mark.sampled(1)
@pytest.mark.parametrize("number", range(len(RESEMBLES_NONE)))
def test_what_resembles_no_mistake_of_weights_has_no_name(number):
    assert named(100 + number, *RESEMBLES_NONE[number]).reproduced == {}
