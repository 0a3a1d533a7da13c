"""Conduct: every framework is judged as by `verify`, and what is wrong is said in words."""

import pickle
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from crosscheck.frameworks.declarations import Declarations, Limit
from crosscheck.frameworks.registry import load
from crosscheck.numerics.comparison import Place, Tensor, compare
from crosscheck.verification.cases import conduct, not_finite, ownership, refusals, starts
from crosscheck.verification.judging import asked_by, attempt, compared

NUMPY = load("numpy", "reference_numpy")
CASES = {case.name: case for case in conduct.generated()}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_framework_does_and_refuses_what_the_contract_says(framework, case):
    assert [c.message for c in compared(case, framework) if not c.holds] == []


def altered(module, **changes):
    """NumPy's reference with some names of one module replaced, as another framework."""
    spoiled = SimpleNamespace(**vars(getattr(NUMPY, module)) | changes)
    return SimpleNamespace(**vars(NUMPY) | {module: spoiled, "name": "mine"})


def told(framework, name):
    """What is wrong with a framework, by one case."""
    return [c.message for c in compared(CASES[name], framework) if not c.holds]


@pytest.mark.parametrize(
    ("module", "changes", "case", "words"),
    [
        (
            "optimizers",
            {"sgd": lambda learning_rate: None},
            "refuses a negative rate",
            "the call raises nothing, expected: raises ValueError: learning_rate must be in "
            "[0.0, inf), not -0.1",
        ),
        (
            "mlp",
            {
                "predict": lambda params, inputs, activations: (
                    2 - np.argmax(inputs[:, ::-1] @ params[0].weight, axis=1)
                )
            },
            "classes in float64",
            "classes[3] is 1.0, expected 0.0; these must be equal",
        ),
        (
            "activations",
            {"ACTIVATIONS": {"tanh": lambda z: np.tanh(z, out=z)}},
            "tanh leaves and returns what is nobody else's",
            "the arguments afterwards changed: 0.0, 1.0, expected: unchanged",
        ),
        (
            "activations",
            {"ACTIVATIONS": {"relu": lambda z: np.where(z > 0, z, 0.0)}},
            "relu of NaN is NaN",
            "outputs NaN at [], expected: NaN at [[1, 2]]",
        ),
    ],
)
def test_what_is_wrong_is_said_in_words(module, changes, case, words):
    (message,) = told(altered(module, **changes), case)[:1]
    assert message == f"mine from exact, {case}, conduct: {words}"


def test_a_buffer_that_the_next_call_overwrites_is_seen():
    buffer = np.empty((6, 5))
    table = {"tanh": lambda z: np.tanh(z, out=buffer)}
    found = told(altered("activations", ACTIVATIONS=table), f"tanh {ownership.LEAVES}")
    assert len(found) == 1
    assert "the first result after another call changed: it, expected: unchanged" in found[0]


def test_what_is_not_the_same_twice_is_seen():
    count = iter(range(9))
    table = {"tanh": lambda z: np.tanh(z) + next(count)}
    found = told(altered("activations", ACTIVATIONS=table), f"tanh {ownership.LEAVES}")
    assert len(found) == 1
    assert "the same call once more other bits in it, expected: the same bits" in found[0]


@pytest.mark.parametrize(
    ("seed", "sizes"), [(0, starts.LARGE_SIZES), (2**32 + 7, starts.SIZES), (7, starts.SIZES)]
)
def test_a_start_from_another_seed_is_seen(seed, sizes):
    own = partial(NUMPY.params.init_params)
    mine = altered(
        "params", init_params=lambda sizes, *, seed, **rest: own(sizes, seed=seed + 1, **rest)
    )
    layers = "-".join(map(str, sizes))
    found = told(mine, f"he_normal start of {layers} from seed {seed} in float64")
    assert len(found) == 2
    assert all("these must be equal" in each for each in found)


def test_what_raises_not_implemented_is_not_written_and_refuses_nothing():
    def unwritten(*arguments, **keywords):
        raise NotImplementedError("optimizers.sgd is not written")

    found = attempt(CASES["refuses a negative rate"], altered("optimizers", sgd=unwritten))
    assert found.not_written.message == "optimizers.sgd is not written"
    assert found.failure is None


@pytest.mark.parametrize(
    ("limit", "case"),
    [
        ({"optimizers": ("sgd",)}, "refuses a negative rate"),
        ({"optimizers": ("adam",)}, "adam refuses bad keywords"),
        ({"activations": ("tanh",)}, "refuses inputs too wide"),
        ({"losses": ("squared_error",)}, "refuses targets of another shape"),
        ({"losses": ("binary_cross_entropy",)}, "refuses a target that is no probability"),
        ({"dtypes": ("float32",)}, "refuses inputs of another dtype"),
        ({"dtypes": ("float16",)}, "float16 goes in and comes out"),
    ],
)
def test_what_a_limit_excludes_is_not_asked_for(limit, case):
    declared = Declarations(limits=(Limit("not taught", **limit),))
    assert declared.limit(**asked_by(CASES[case])) == "not taught"
    assert (
        declared.limit(**asked_by(CASES["a stop rule gives the first condition that holds"]))
        is None
    )


def test_every_case_can_be_sent_to_another_process():
    for case in CASES.values():
        again = pickle.loads(pickle.dumps(case))
        assert (again.name, again.group, again.dtype) == (case.name, "conduct", case.dtype)
        assert asked_by(again) == asked_by(case)
    assert len(CASES) == len(conduct.generated())


def test_every_refusal_of_the_tables_is_a_case():
    assert all(f"refuses {name}" in CASES for name in refusals.REFUSED)
    assert len(refusals.REFUSED) == len(refusals.BAD_INPUT) + len(refusals.BAD_VALUES)
    assert set(not_finite.AT_INFINITY) < {*NUMPY.activations.ACTIVATIONS}


def test_texts_are_compared_as_they_are():
    expected = {"": Tensor(np.array("raises nothing"))}

    def message(actual):
        place = Place(quantity="the call")
        return compare(place, ("mine", "exact"), {"": Tensor(actual)}, expected, expected)

    assert message(np.array("raises nothing")).holds
    assert message(np.array("raises it")).message == (
        "the call raises it, expected: raises nothing"
    )
    assert message(np.array(1.0)).message == (
        "the call gives float64 in place of words, expected: raises nothing"
    )


# ----- the starts themselves -----

SPREADS = {
    "glorot_uniform": lambda fan_in, fan_out: np.sqrt(2 / (fan_in + fan_out)),
    "glorot_normal": lambda fan_in, fan_out: np.sqrt(2 / (fan_in + fan_out)),
    "he_uniform": lambda fan_in, fan_out: np.sqrt(2 / fan_in),
    "he_normal": lambda fan_in, fan_out: np.sqrt(2 / fan_in),
    "lecun_normal": lambda fan_in, fan_out: np.sqrt(1 / fan_in),
    "standard_normal": lambda fan_in, fan_out: 1.0,
    "uniform": lambda fan_in, fan_out: starts.GIVEN["uniform"] / np.sqrt(3),
}


@pytest.mark.parametrize("scheme", SPREADS)
def test_the_starts_have_the_spread_that_the_scheme_names(scheme):
    sizes = (300, 200, 100)
    start = starts.drawn(scheme, "float64", sizes, 11)
    for layer, fan_in, fan_out in zip(start, sizes[:-1], sizes[1:], strict=True):
        expected = SPREADS[scheme](fan_in, fan_out)
        assert layer.weight.shape == (fan_out, fan_in)
        # The sample deviation of n draws strays by expected / sqrt(2 n): five times that.
        allowed = 5 * expected / np.sqrt(2 * layer.weight.size)
        assert abs(layer.weight.std() - expected) <= allowed
        assert abs(layer.weight.mean()) <= 5 * expected / np.sqrt(layer.weight.size)
        if scheme.endswith("uniform"):
            assert np.abs(layer.weight).max() <= expected * np.sqrt(3)
        else:
            # Not truncated: among 20,000 draws some lie beyond three deviations.
            assert np.abs(layer.weight).max() > 3 * expected
        assert layer.bias.any() == (scheme in ("standard_normal", "uniform"))


def test_some_of_the_normal_draws_that_are_compared_lie_far_out():
    for scheme in (name for name in SPREADS if name.endswith("normal")):
        layer = starts.drawn(scheme, "float64", starts.LARGE_SIZES, starts.SEEDS[1])[0]
        assert np.abs(layer.weight).max() > 3 * SPREADS[scheme](*starts.LARGE_SIZES[:2])
