"""The families of random cases are what they say, and a name always means the same case."""

from itertools import pairwise

import numpy as np
import pytest

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.numerics.trees import leaves
from crosscheck.verification.cases.families import KINDS, FamilyError, Name, dealt, drawn, named
from crosscheck.verification.cases.hyperparameters import OPTIMIZER_CASES, paired
from crosscheck.verification.cases.network import DTYPES
from crosscheck.verification.cases.network_families import NETWORK_FAMILIES
from crosscheck.verification.cases.stages import Stage

FAMILIES = [(kind, family) for kind, families in KINDS.items() for family in families]
FEW, MANY = range(24), range(2 * len(LOSSES) * len(ACTIVATIONS))
SEED = 7


def cases_of(kind, family, numbers=FEW):
    return [drawn(Name(kind, family, SEED, number)) for number in numbers]


def arrays_of(case):
    trees = (case.params, case.inputs, case.targets) if hasattr(case, "params") else ()
    trees = trees or (case.start, *case.grads)
    nested = list(trees[0]) if isinstance(trees[0], tuple) else [trees[0]]
    return [np.asarray(leaf) for part in (*nested, *trees[1:]) for leaf in leaves(part).values()]


def is_subnormal(array):
    return (array != 0) & (np.abs(array) < np.finfo(array.dtype).smallest_normal)


# ----- every family -----


@pytest.mark.parametrize(("kind", "family"), FAMILIES)
def test_a_name_always_means_the_same_case_and_every_number_is_finite(kind, family):
    contents = set()
    for seed, number in ((SEED, 0), (SEED, 1), (SEED, 14), (SEED + 1, 0)):
        name = Name(kind, family, seed, number)
        case = drawn(name)
        assert case.name == f"{kind}/{family}/{seed}/{number}"
        assert named(case.name) == name
        assert case.content == drawn(name).content
        contents.add(case.content)
        for array in arrays_of(case):
            assert array.dtype == case.dtype
            assert np.isfinite(array).all()
    assert len(contents) == 4


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize(("kind", "family"), FAMILIES)
def test_a_family_is_drawn_in_16_bits_too(kind, family, dtype):
    name = Name(kind, family, SEED, 1, dtype)
    case = drawn(name)
    assert (case.name, case.dtype) == (f"{kind}/{family}/{SEED}/1/{dtype}", dtype)
    assert named(case.name) == name
    for array in arrays_of(case):
        assert array.dtype == dtype
        assert np.isfinite(array).all()


def test_families_draw_different_values_from_one_seed():
    first = {drawn(Name(*each, SEED, 0)).content for each in FAMILIES}
    assert len(first) == len(FAMILIES)


@pytest.mark.parametrize("family", NETWORK_FAMILIES)
def test_every_activation_loss_dtype_and_shape_takes_its_turn(family):
    cases = cases_of("network", family, MANY)
    assert {case.dtype for case in cases} == set(DTYPES)
    assert {case.loss for case in cases} == set(LOSSES)
    assert {name for case in cases for name in case.activations} == set(ACTIVATIONS)
    assert {case.activations[-1] for case in cases} == set(ACTIVATIONS)
    shapes = {(tuple(w.shape for w, _ in case.params), len(case.inputs)) for case in cases}
    assert len(shapes) == len(NETWORK_FAMILIES[family].shapes) == 6


@pytest.mark.parametrize("family", NETWORK_FAMILIES)
def test_losses_get_the_targets_that_they_take(family):
    for case in cases_of("network", family, MANY):
        if case.loss.endswith("cross_entropy"):
            assert ((case.targets >= 0) & (case.targets <= 1)).all()
        if case.loss == "softmax_cross_entropy":
            assert case.targets.sum(axis=1) == pytest.approx(1, abs=1e-6)
        if case.loss == "binary_cross_entropy":
            assert case.activations[-1] in ("sigmoid", "softmax")


def test_no_two_sizes_that_meet_are_equal():
    for family in NETWORK_FAMILIES.values():
        for sizes, _ in family.shapes:
            assert all(one != other for one, other in pairwise(sizes))
            assert sizes[-1] > 1


# ----- what each family is named for -----


def test_deep_wide_and_batches():
    assert max(len(case.params) for case in cases_of("network", "deep")) == 12
    wide = cases_of("network", "wide")
    assert max(w.shape[1] for case in wide for w, _ in case.params) == 300
    assert max(len(case.inputs) for case in wide) < 5
    assert max(len(case.inputs) for case in cases_of("network", "batches")) == 512


def test_powers_of_ten_span_many_magnitudes():
    sizes = [np.abs(w).max() for case in cases_of("network", "powers") for w, _ in case.params]
    assert max(sizes) / min(sizes) > 1e15


def test_ties_have_kinks_equal_logits_and_sums_that_cancel():
    kinks = equal = 0
    for case in cases_of("network", "ties", range(12)):
        (weight, bias), *_ = case.params
        z = case.inputs @ weight.T + bias
        kinks += (z[0] == 0).any() and (weight != 0).any()
        weight, bias = case.params[-1]
        equal += (weight[0] == weight[1]).all() and bias[0] == bias[1]
        assert (2 * case.inputs == np.round(2 * case.inputs)).all()
    assert kinks > 3
    assert equal > 3


def test_saturated_networks_reach_both_tails_and_hit_most_targets():
    hit = missed = 0
    for case in cases_of("network", "saturated", MANY):
        if case.loss != "sigmoid_binary_cross_entropy" or case.activations[-1] != "identity":
            continue
        stages = case.exactly()
        z = stages[Stage.FORWARD]["pre_activations"][f"[{len(case.params) - 1}]"].value
        hit += ((z > 5) & (case.targets == 1) | (z < -5) & (case.targets == 0)).sum()
        missed += ((z > 5) & (case.targets == 0) | (z < -5) & (case.targets == 1)).sum()
    assert hit > missed > 0


@pytest.mark.parametrize("what", ["params", "inputs", "targets"])
def test_subnormal_networks_have_subnormal_operands(what):
    found = dict.fromkeys(DTYPES, 0)
    for case in cases_of("network", "subnormal"):
        arrays = [case.params[0][0]] if what == "params" else [getattr(case, what)]
        found[case.dtype] += sum(is_subnormal(array).sum() for array in arrays)
    assert min(found.values()) > 5


def test_subnormal_inputs_meet_huge_weights():
    products = []
    for case in cases_of("network", "subnormal"):
        largest = np.abs(case.params[0][0]).max(axis=0)
        subnormal = is_subnormal(case.inputs).any(axis=0)
        products += [*(largest[subnormal] > np.finfo(case.dtype).max ** 0.3)]
    assert sum(products) > 5


def test_near_overflow_something_is_near_the_largest_number():
    for case in cases_of("network", "overflow"):
        largest = np.log(np.finfo(case.dtype).max)
        assert max(np.log(np.abs(array).max()) for array in arrays_of(case)) > 0.4 * largest


def test_smoothed_targets_are_of_every_kind_and_some_probabilities_round_to_1():
    cases = cases_of("network", "smoothed")
    targets = [case.targets for case in cases]
    assert any(((t > 0) & (t < 1)).all() for t in targets)
    assert any(((t == 0) | (t == 1)).all() for t in targets)
    assert any(((t > 0) & (t < 1e-6)).any() for t in targets)
    large = [np.abs(case.params[-1][1]).min() / -np.log(np.finfo(case.dtype).eps) for case in cases]
    assert sum(0.8 < each < 1.3 for each in large) > 3


def test_histories_are_what_they_are_named_for():
    def sizes(family):
        pairs = [(case, np.array(case.grads)) for case in cases_of("history", family, range(8))]
        return [(np.abs(g.astype("float64")), float(np.finfo(case.dtype).max)) for case, g in pairs]

    def grads(family):
        return [np.array(case.grads) for case in cases_of("history", family, range(8))]

    assert any((size > largest**0.5).any() for size, largest in sizes("huge"))
    assert all((size > largest**0.4).any() for size, largest in sizes("huge"))
    assert all(is_subnormal(g).any() for g in grads("tiny"))
    assert all((g == g[0]).all() for g in grads("constant"))
    assert all((g[1:] == -g[:-1]).all() for g in grads("alternating"))
    assert all((g == 0).mean() > 0.5 and (g != 0).any() for g in grads("zeros"))
    assert all(np.abs(g[:3]).max() > 1e4 * np.abs(g[3:]).max() for g in grads("spike"))
    assert all(np.abs(g).max() / np.abs(g[g != 0]).min() > 1e20 for g in grads("powers"))
    assert all(0.0 in case.rates for case in cases_of("history", "rates", range(8)))
    assert all("weight_decay" in c.keywords for c in cases_of("history", "decayed", range(8)))
    assert {g.shape for family in KINDS["history"] for g in grads(family)} == {(40, 16)}


def test_the_histories_of_all_families_meet_every_optimizer_and_draw_hyperparameters():
    labels = [*OPTIMIZER_CASES.values(), *paired().values()]
    each = -(-len(labels) // len(KINDS["history"]))
    cases = [c for family in KINDS["history"] for c in cases_of("history", family, range(each))]

    def kind(optimizer, keywords):
        drawn_too = ("b1", "b2", "decay", "momentum", "eps", "weight_decay", "decoupled", "scaled")
        return optimizer, str({key: keywords[key] for key in keywords if key not in drawn_too})

    assert {kind(*label) for label in labels} == {kind(c.optimizer, c.keywords) for c in cases}
    assert {0.999999, 0.9999999} < {c.keywords.get("b2") for c in cases}
    assert min(c.keywords.get("eps", 1) for c in cases) < 1e-20
    assert {0.0} < {c.keywords.get("b1") for c in cases} & {c.keywords.get("b2") for c in cases}


# ----- names -----


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("network/saturated/1", "has not the form KIND/FAMILY/SEED/NUMBER"),
        ("", "has not the form"),
        ("net/saturated/1/2", "'net' in 'net/saturated/1/2' is neither of network and history"),
        ("network/huge/1/2", "network has no family 'huge': there are ordinary, deep"),
        ("history/deep/1/2", "history has no family 'deep'"),
        ("network/deep/x/2", "the seed 'x' in"),
        ("network/deep/1/-2", "the number '-2' in"),
        ("network/deep/1/²", "the number '²' in"),
        (f"network/deep/{10**18}/1", "with at most 18 digits"),
    ],
)
def test_a_name_that_is_none_is_refused(text, message):
    with pytest.raises(FamilyError, match=message):
        named(text)


def test_cases_are_dealt_out_evenly():
    numbers = dealt(23, "network")
    assert sum(map(len, numbers.values())) == 23
    assert {len(each) for each in numbers.values()} == {2, 3}
    assert list(numbers) == list(KINDS["network"])
