"""bfloat16 and float16: nobody honest exceeds a bound, mistakes do, and blindness is said."""

import json
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.frameworks.registry import load
from crosscheck.numerics.comparison import Tensor
from crosscheck.verification import few_bits, few_bits_sharpness
from crosscheck.verification.candidates import Candidate, here
from crosscheck.verification.cases import few_bits as few_bits_cases
from crosscheck.verification.cases.few_bits import DTYPES, cases_in
from crosscheck.verification.cases.network import NetworkCase, exact_pass, generated
from crosscheck.verification.cases.stages import Stage
from crosscheck.verification.few_bits import CANNOT_TELL, RIGHT, WRONG
from crosscheck.verification.judging import Attempt, attempt, finished
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.mistakes.mistake import as_framework
from crosscheck.verification.result import Outcome, Status
from crosscheck.verification.search import search_family

NUMPY = load("numpy", "reference_numpy")
# JAX compiles every operation of a case: of these there are all kinds in few shapes.
FEW = ("tanh-softmax_cross_entropy", "adam-layers", "mini-batches", "edges-gelu")


def chosen(dtype, framework):
    cases = cases_in(dtype)
    if framework.name in ("numpy", "torch"):
        return cases[::4]
    return [case for case in cases if case.name.startswith(FEW)]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("dtype", DTYPES)
def test_no_framework_exceeds_a_bound(framework, dtype):
    cases = chosen(dtype, framework)
    found = few_bits.judge(here(framework, cases), dtype)
    assert found.wrong == []
    if found.not_supported:
        pytest.skip(f"{framework.name} does not support it: {found.not_supported[0]}")
    assert found.groups == list(dict.fromkeys(case.group for case in cases))
    # Neither is everything blind, nor are the bounds idle.
    assert found.count(RIGHT) > 3 * found.count(CANNOT_TELL)
    assert 0.1 < found.worst() <= 1


def test_the_cases_are_those_of_float32_and_each_has_a_name_of_its_own():
    for dtype in DTYPES:
        cases = cases_in(dtype)
        assert len(cases) > 100
        assert {case.dtype for case in cases} == {dtype}
        assert len({case.name for case in cases}) == len(cases)
        assert all(dtype in case.name for case in cases)
        groups = {"networks", "edges", "optimizers", "training", "workers"}
        assert {case.group for case in cases} == groups


def test_in_bfloat16_more_of_the_networks_tensors_cannot_be_told_than_in_float16():
    shares = {}
    for dtype in DTYPES:
        networks = [case for case in cases_in(dtype) if case.group == "networks"]
        found = few_bits.judge(here(NUMPY, networks), dtype)
        shares[dtype] = found.count(CANNOT_TELL) / (found.count(RIGHT) + found.count(CANNOT_TELL))
    assert shares["float16"] < 0.05 < 0.1 < shares["bfloat16"] < 0.15


@pytest.mark.parametrize("dtype", DTYPES)
def test_of_a_framework_that_declares_its_sums_more_can_be_told(dtype):
    silent = replace(NUMPY, declared=replace(NUMPY.declared, float32_sums={}))
    networks = [case for case in cases_in(dtype) if case.group == "networks"]
    found = [few_bits.judge(here(each, networks), dtype) for each in (NUMPY, silent)]
    declares, says_nothing = (each.count(CANNOT_TELL) for each in found)
    assert 0 < declares < says_nothing
    assert [each.wrong for each in found] == [[], []]
    # What is exact does not depend on it, nor do the bounds of a dtype that nobody declares.
    (case, _), *_ = here(NUMPY, networks[:1]).attempts
    narrow = few_bits_cases.as_declared(case, NUMPY.declared)
    assert exact_pass(narrow) is exact_pass(case)
    single = generated()[-2]
    assert few_bits_cases.as_declared(single, NUMPY.declared) is single


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_sum_in_the_dtype_is_wrong_where_float32_is_declared(dtype):
    # Of 300 ones and one 256 what is added up in bfloat16, from the large one on, stays at 256.
    first, rest = {"bfloat16": (256.0, 1.0), "float16": (2048.0, 1.0)}[dtype]
    inputs = np.array([[first] + [rest] * 299]).astype(dtype)
    layer = np.ones((1, 300)).astype(dtype), np.zeros(1).astype(dtype)
    case = NetworkCase(
        "networks", "ones", (layer,), inputs, inputs[:, :1], ("identity",), "squared_error"
    )
    stages = here(NUMPY, [case]).attempts[0][1].stages
    lost = Tensor(np.array([[first]]).astype(dtype))
    quantities = stages[Stage.FORWARD] | {"pre_activations": {"[0]": lost}}
    computed = Attempt("in the dtype", stages | {Stage.FORWARD: quantities})
    for declared, is_wrong in (
        (NUMPY.declared, True),
        (replace(NUMPY.declared, float32_sums={}), False),
    ):
        of_case = few_bits.verdicts_of(few_bits_cases.as_declared(case, declared), computed)
        assert any("pre_activations" in each.message for each in of_case) is is_wrong


def network(dtype="bfloat16", name="tanh-softmax_cross_entropy"):
    return next(case for case in cases_in(dtype) if case.name.startswith(name))


def verdict_of(exact, computed):
    """What is said of one tensor that stands for the deltas of a network."""
    stages = {Stage.DELTAS: {"deltas": {"[0]": exact}}}
    fake = type("Fake", (), {"group": "g", "name": "n", "dtype": "bfloat16"})()
    fake.exactly = lambda: stages
    made = Tensor(np.array(computed).astype("bfloat16"))
    return few_bits.verdicts_of(fake, Attempt("one", {Stage.DELTAS: {"deltas": {"[0]": made}}}))


def test_a_tensor_is_right_or_wrong_by_its_bound_and_cannot_be_told_where_0_would_be_taken():
    value = np.array([1.0, -2.0])
    for bound, computed, words in (
        ([0.1, 0.1], [1.0, -2.0], [RIGHT]),
        ([0.1, 0.1], [1.5, -2.0], [WRONG]),
        ([0.1, 2.5], [1.0, -2.0], [CANNOT_TELL]),
        ([0.1, np.inf], [1.0, -2.0], [CANNOT_TELL]),
        ([0.1, 2.5], [1.5, -2.0], [WRONG, CANNOT_TELL]),
    ):
        found = verdict_of(Tensor(value, np.array(bound)), computed)
        assert [each.word for each in found] == words
    assert "[0][0] is 1.5, expected 1.0" in found[0].message


def test_of_a_history_each_step_is_a_tensor():
    case = next(case for case in cases_in("bfloat16") if case.name.startswith("adam-layers"))
    found = few_bits.judge(here(NUMPY, [case]), "bfloat16")
    steps, leaves, kinds = len(case.rates), 4, 4  # two moments, updates and parameters
    assert found.count(RIGHT) + found.count(CANNOT_TELL) == steps * leaves * kinds


def test_after_a_stage_that_is_wrong_nothing_is_said():
    mistake = next(each for each in catalogue() if each.name == "betas swapped")
    case = next(case for case in cases_in("bfloat16") if case.name.startswith("adam-layers"))
    found = few_bits.verdicts_of(case, finished(case, as_framework(mistake)))
    assert WRONG in [each.word for each in found]
    assert not any("params" in each.message for each in found)


@pytest.mark.parametrize(
    ("dtype", "name", "fate"),
    [
        ("bfloat16", "updates subtracted", few_bits_sharpness.CAUGHT),
        ("float16", "log of a clipped probability", CANNOT_TELL),
        ("bfloat16", "mean squared error of all pairs of samples", few_bits_sharpness.TAKEN),
        ("bfloat16", "float32 inside sigmoid", few_bits_sharpness.UNSEEN),
    ],
)
def test_a_mistake_in_few_bits_has_its_fate(monkeypatch, dtype, name, fate):
    wanted = ("nothing-sigmoid", "identity-mean_squared", "sigmoid-half", "sgd-layers")
    few = [case for case in cases_in(dtype) if case.name.startswith(wanted)]
    monkeypatch.setattr(few_bits_sharpness, "cases_in", lambda dtype: few)
    mistake = next(each for each in catalogue() if each.name == name)
    (found,) = few_bits_sharpness.fates_in(dtype, [mistake])
    assert found.word == fate
    assert (found.case == "") == (fate == few_bits_sharpness.UNSEEN)


@pytest.mark.parametrize("dtype", DTYPES)
def test_no_drawn_network_or_history_exceeds_a_bound(dtype):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    for kind, family in (
        *(("network", name) for name in ("ordinary", "saturated", "powers", "overflow")),
        *(("network", name) for name in ("deep", "wide", "batches", "subnormal", "smoothed")),
        *(("history", name) for name in ("ordinary", "tiny", "powers", "zeros", "rates")),
    ):
        tallies, findings = search_family(["numpy", "torch"], kind, family, 7, 2, [dtype])
        assert findings == []
        assert [entry[3] for entry in tallies] == [2, 2]


def test_a_clip_that_does_not_clip_changes_nothing_in_float16(framework):
    module, optimizers = framework.params, framework.optimizers
    grad = np.array([0.05, -0.1, 0.0123]).astype("float16")
    given = module.from_numpy(grad)
    clipped = optimizers.clipped(optimizers.sgd(1.0), max_norm=0.3)  # which float16 does not have
    updates, _ = clipped.update(given, clipped.init(given), given)
    assert np.array_equal(module.to_numpy(updates), -grad)


def few_cases(dtype):
    return [network(dtype), network(dtype, "adam-layers")]


def test_the_command_counts_what_is_right_wrong_and_cannot_be_told(monkeypatch):
    few = {dtype: few_cases(dtype) for dtype in DTYPES}
    monkeypatch.setattr(few_bits_cases, "cases_in", few.__getitem__)
    arguments = ["verify", "--only", "numpy", "--dtype", "bfloat16", "--dtype", "float16"]
    result = CliRunner().invoke(main, [*arguments, "--json", "-"])
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["holds"] is True
    assert [lane["dtype"] for lane in found["lanes"]] == ["bfloat16", "float16"]
    assert found["lanes"][0]["groups"]["networks"]["wrong"] == 0
    assert "cannot tell" in result.stderr
    assert "Not wrong." in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["verify", "--dtype", "float32"], "'float32' is not one of 'bfloat16', 'float16'"),
        (["verify", "--dtype", "float16", "--all"], "--report and --all say nothing with --dtype"),
        (
            ["discriminate", "--dtype", "float16", "--condition", "one output"],
            "--condition says nothing with --dtype",
        ),
        (["bounds", "--dtype", "float16"], "--dtype says nothing with none of --families"),
        (
            ["bounds", "--families", "--dtype", "float32"],
            "--families takes turns between float64 and float32: leave out --dtype float32",
        ),
    ],
)
def test_the_commands_refuse_what_makes_no_sense(arguments, message):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_the_command_says_what_becomes_of_a_mistake(monkeypatch):
    monkeypatch.setattr(few_bits_sharpness, "cases_in", few_cases)
    arguments = ["discriminate", "--dtype", "float16", "--mistake", "updates subtracted"]
    result = CliRunner().invoke(main, [*arguments, "--json", "-"])
    assert result.exit_code == 0, result.stderr
    (found,) = json.loads(result.stdout)["mistakes"]
    assert found["fate"] == "caught"


def test_what_raises_in_few_bits_is_a_failure():
    case, broken = network(), replace(NUMPY, losses=None)
    attempts = [(case, attempt(case, broken))]
    verified = Status(None, Outcome.VERIFIED, [])
    found = few_bits.judge(
        Candidate("broken", NUMPY.declared, verified, attempts, nullcontext), "bfloat16"
    )
    assert found.wrong == list(found.failures)
    assert found.failures[0].startswith(f"broken, {case.name}: ")
    assert "AttributeError" in found.failures[0]
