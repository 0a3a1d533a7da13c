"""How well mistakes that are not in the catalogue are named, in each one's own words.

What resembles a known mistake has that one's name, and says that it explains nearly every case.
What does not resemble one has no name.
"""

import pytest
from planting import diagnosed

from crosscheck.verification.cases import edges, histories, network, trainings
from crosscheck.verification.mistakes.catalogue import catalogue

CASES = [
    *network.generated()[:42:3],
    *(case for case in edges.edges() if case.dtype == "float64"),
    *(case for case in histories.generated() if case.name.endswith("-array-float64")),
    *trainings.generated()[:2],
]
SLOPE = "delta = ACTIVATION_VJPS[activations[index]](cotangent, z, a)"
COTANGENT = "cotangent = LOSS_GRADIENTS[loss](trace.outputs, targets)"
WEIGHT = "of_weight = np.dot(delta.T, below, out=weight)"
BIAS = "of_bias = delta.sum(axis=0, out=bias)"
ADAM = "-rate * m / root(v, eps_t, eps_place), m_hat, v_hat)\n        return updates, AdamState"
LAST = "for start in range(0, samples, batch_size)]"
VELOCITY = "momentum * u - push * g, state.velocity"
MEAN_SQUARE = "decay * v + (1 - decay) * g * g, state.second_moment, grads)\n        square"

# Where it stands, what is replaced and by what, and the known mistake that it is.
RESEMBLES = [
    (
        "gradients",
        "cotangent * (1 - a * a)",
        "cotangent - cotangent * a",
        "tanh derivative without",
    ),
    ("gradients", "cotangent * (z > 0)", "np.where(z < 0, 0, cotangent)", "relu derivative 1 at 0"),
    (
        "gradients",
        SLOPE,
        f"{SLOPE} if a is trace.outputs else cotangent",
        "missing activation derivative in the",
    ),
    ("gradients", COTANGENT, f"{COTANGENT} * targets.shape[0]", "missing batch average"),
    ("gradients", BIAS, f"{BIAS}\n        of_bias /= len(delta)", "bias gradient averaged"),
    ("activations", "1 / (1 + np.exp(-z))", "0.5 * np.tanh(0.5 * z) + 0.5", "sigmoid by tanh"),
    ("losses", "/ (2 * len(predictions))", "/ len(predictions)", "half squared error without its"),
    (
        "optimizers/moments",
        ADAM,
        ADAM.replace("root(v, eps_t, eps_place)", "(v + eps_t)"),
        "no root",
    ),
    (
        "optimizers/descent",
        VELOCITY,
        VELOCITY.replace("- push", "- 0.1 * push"),
        "velocity dampened",
    ),
    (
        "training",
        LAST,
        f"{LAST[:-1]} if start + batch_size <= samples]",
        "last short batch dropped",
    ),
    (
        "optimizers/scaled",
        MEAN_SQUARE,
        MEAN_SQUARE.replace("(1 - decay) *", "(1 - decay) ** (state.step > 0) *"),
        "RMSprop's first average not weighted",
    ),
]
RESEMBLES_NONE = [
    ("activations", "return np.tanh(z)", "return 1.7159 * np.tanh(2 * z / 3)"),
    ("activations", "return np.maximum(z, 0)\n", "return np.clip(z, 0, 6)\n"),
    ("gradients", SLOPE, f"{SLOPE}\n        delta = np.clip(delta, -0.1, 0.1)"),
    ("gradients", WEIGHT, f"{WEIGHT}\n        of_weight += 1e-4 * params[len(grads)].weight"),
    ("gradients", "@ params[index].weight", "@ params[index].weight[:, ::-1]"),
    ("losses", "/ (2 * len(predictions))", "/ (2 * len(predictions) + 1)"),
    ("mlp", "+ layer.bias", "+ 2 * layer.bias"),
    ("optimizers/moments", ADAM, ADAM.replace("-rate", "-rate / t**0.5")),
    ("optimizers/scaled", "s + g * g, state", "s + g * g / 2, state"),
    ("optimizers/descent", VELOCITY, VELOCITY.replace("g, state", "np.sign(g), state")),
    ("training", "_batches(len(inputs), batch_size, seed, epoch)\n", "[np.arange(2)]\n"),
]


def named(number, file, old, new):
    return diagnosed(f"planted {number}", CASES, file, ((old, new),))


@pytest.mark.sampled(4)
@pytest.mark.parametrize("number", range(len(RESEMBLES)))
def test_what_resembles_a_known_mistake_is_named_rightly(number):
    *change, name = RESEMBLES[number]
    found = named(number, *change)
    assert [each for each in found.reproduced if not each.startswith(name)] == []
    (those,) = found.reproduced.values()
    assert len({case for case, _ in those}) >= 0.9 * len(found.failing)
    assert any(each.name in found.reproduced for each in catalogue())


@pytest.mark.sampled(3)
@pytest.mark.parametrize("number", range(len(RESEMBLES_NONE)))
def test_what_resembles_none_has_no_name(number):
    found = named(100 + number, *RESEMBLES_NONE[number])
    assert found.reproduced == {}
