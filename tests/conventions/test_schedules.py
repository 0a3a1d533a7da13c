"""The closed forms of schedules: right to the last digit, at both ends and past them."""

import inspect
import itertools

import numpy as np
import pytest
from flint import arb

from crosscheck.conventions import schedules as forms
from crosscheck.conventions.closed_forms.formulas import FORMULAS
from crosscheck.frameworks.registry import load_framework
from reference_numpy.optimizers import adam

ROUNDINGS = 16  # of a formula, each of at most half an ulp of the largest number in it


def cosine(share, start=0.1, end=0.0):
    """Half a cosine from one rate to another, exactly."""
    start, end = arb(start), arb(end)
    return end + (start - end) * (1 + (arb.pi() * arb(share)).cos()) / 2


def line(share, start=0.1, end=0.0):
    return arb(start) + (arb(end) - arb(start)) * arb(share)


def third(count):
    return arb(count) / 3


# A schedule, and its rates at some updates: the first, the last, and past the end.
RATES = [
    (forms.constant(0.1), {0: arb(0.1), 7: arb(0.1)}),
    (
        forms.step(0.1, every=3, factor=0.5),
        {0: arb(0.1), 2: arb(0.1), 3: arb(0.05), 9: arb(0.0125)},
    ),
    (forms.multi_step(0.1, boundaries=(3, 3, 5), factor=0.5), {2: arb(0.1), 3: arb(0.025)}),
    (forms.multi_step(0.1, boundaries=(3,), factor=0.5, late=True), {3: arb(0.1), 4: arb(0.05)}),
    (forms.piecewise_constant((0.1, 0.2), boundaries=(4,)), {3: arb(0.1), 4: arb(0.2)}),
    (forms.piecewise_constant((0.1, 0.2), boundaries=(4,), late=True), {4: arb(0.1), 5: arb(0.2)}),
    (forms.interpolated((0.1, 0.2, 0.0), boundaries=(3, 9)), {1: line(third(1), 0.1, 0.2)}),
    (forms.interpolated((0.1, 0.2), boundaries=(6,)), {6: arb(0.2), 7: arb(0.2)}),
    (
        forms.interpolated((0.1, 0.2), boundaries=(4,), past_end="goes_on"),
        {5: line(1.25, 0.1, 0.2)},
    ),
    (
        forms.interpolated((0.1, 0.2, 0.0), boundaries=(3, 9), shape="cosine"),
        {1: cosine(third(1), 0.1, 0.2), 5: cosine(third(1), 0.2)},
    ),
    (forms.exponential(0.1, factor=0.9), {0: arb(0.1), 7: arb(0.1) * arb(0.9) ** 7}),
    (forms.exponential(0.1, factor=0.5, steps=4), {2: arb(0.1) * arb(0.5).sqrt()}),
    (forms.exponential(0.1, factor=0.5, steps=4, staircase=True), {3: arb(0.1), 4: arb(0.05)}),
    (forms.exponential(0.1, factor=0.5, hold=2), {2: arb(0.1), 3: arb(0.05)}),
    (forms.exponential(0.1, factor=0.5, limit=0.03), {1: arb(0.05), 2: arb(0.03)}),
    (forms.exponential(0.1, factor=2.0, limit=0.3), {1: arb(0.2), 2: arb(0.3)}),
    (forms.inverse_time(0.1, decay=0.5, steps=3), {0: arb(0.1), 4: arb(0.1) / (1 + 2 * third(1))}),
    (forms.inverse_time(0.1, decay=0.5, steps=3, staircase=True), {5: arb(0.1) / arb(1.5)}),
    (forms.linear(0.1, steps=9), {0: arb(0.1), 3: line(third(1)), 9: arb(0), 20: arb(0)}),
    (forms.linear(0.1, steps=9, endpoint=True), {2: line(0.25), 8: arb(0), 9: arb(0)}),
    (forms.linear(0.1, steps=9, end=0.01, hold=3), {3: arb(0.1), 6: line(third(1), 0.1, 0.01)}),
    (forms.linear(0.1, steps=4, end=0.2, past_end="goes_on"), {6: line(1.5, 0.1, 0.2)}),
    (forms.linear(0.1, steps=4, past_end="repeats"), {3: line(0.75), 4: arb(0.1), 9: line(0.25)}),
    (
        forms.linear(0.1, steps=4, endpoint=True, past_end="repeats"),
        {3: arb(0), 4: arb(0.1), 5: line(third(1))},
    ),
    (forms.linear(0.1, steps=4, past_end="stretches"), {4: arb(0), 5: line(0.625), 8: arb(0)}),
    (forms.polynomial(0.1, steps=4, power=2.0), {1: arb(0.1) * arb(0.5625), 4: arb(0)}),
    (forms.polynomial(0.1, steps=4, power=2.0, past_end="goes_on"), {6: arb(0.1) / 4}),
    (forms.cosine(0.1, steps=9), {0: arb(0.1), 3: cosine(third(1)), 9: arb(0), 30: arb(0)}),
    (forms.cosine(0.1, steps=7, endpoint=True), {2: cosine(third(1)), 6: arb(0), 7: arb(0)}),
    (forms.cosine(0.1, steps=9, end=0.02), {3: cosine(third(1), 0.1, 0.02), 9: arb(0.02)}),
    (forms.cosine(0.1, steps=9, past_end="goes_on"), {12: cosine(third(4)), 18: arb(0.1)}),
    (forms.cosine(0.1, steps=9, past_end="repeats"), {9: arb(0.1), 12: cosine(third(1))}),
    (forms.cosine(0.1, steps=9, power=2.0), {3: arb(0.1) * arb(0.5625)}),
    (forms.cosine_restarts(0.1, steps=3), {2: cosine(third(2)), 3: arb(0.1), 7: cosine(third(1))}),
    (
        forms.cosine_restarts(0.1, steps=3, growth=2.0, decay=0.5, end=0.02),
        {3: line(0.5, 0.1, 0.02), 8: cosine(third(5) / 2, 0.06, 0.02)},
    ),
    (forms.cyclic(0.0, high=0.1, up=3), {0: arb(0), 1: line(third(1), 0.0, 0.1), 3: arb(0.1)}),
    (
        forms.cyclic(0.0, high=0.1, up=2, down=3, per_cycle=0.5),
        {4: line(third(1), 0, 0.1), 7: 0.05},
    ),
    (forms.cyclic(0.0, high=0.1, up=2, per_step=0.5), {1: arb(0.025), 2: arb(0.025)}),
    (forms.one_cycle(0.1, steps=20, rising=0.35), {0: arb(0.1) / 25, 7: arb(0.1)}),
    (forms.one_cycle(0.1, steps=20, rising=0.3), {2: cosine(third(1), arb(0.1) / 25, 0.1)}),
    (forms.one_cycle(0.1, steps=20, endpoint=True), {5: arb(0.1), 19: arb(0.1) / 250000}),
    (
        forms.one_cycle(0.1, steps=20, three_phase=True, shape="linear", endpoint=True),
        {5: arb(0.1), 10: arb(0.1) / 25, 19: arb(0.1) / 250000, 30: arb(0.1) / 250000},
    ),
    (forms.warmup(forms.constant(0.1), steps=4), {0: arb(0), 1: line(0.25, 0, 0.1), 4: arb(0.1)}),
    (forms.warmup(forms.constant(0.1), steps=4, offset=1), {0: line(0.25, 0, 0.1), 3: arb(0.1)}),
    (
        forms.warmup(forms.cosine(0.1, steps=9), steps=4, start=0.05),
        {0: arb(0.05), 4: arb(0.1), 7: cosine(third(1)), 13: arb(0), 14: arb(0)},
    ),
    (
        forms.sequence((forms.constant(0.3), forms.cosine(0.1, steps=9)), boundaries=(4,)),
        {3: arb(0.3), 4: arb(0.1), 7: cosine(third(1))},
    ),
    (
        forms.sequence(
            (forms.constant(0.3), forms.cosine(0.1, steps=9)), boundaries=(3,), shifted=False
        ),
        {2: arb(0.3), 3: cosine(third(1))},
    ),
    (
        forms.product((forms.cosine(0.1, steps=9), forms.step(1.0, every=3, factor=0.5))),
        {2: cosine(third(1) * 2 / 3), 3: cosine(third(1)) / 2},
    ),
]
ALL = [schedule for schedule, _ in RATES]


@pytest.mark.parametrize(("schedule", "rates"), RATES, ids=lambda each: getattr(each, "code", ""))
def test_a_schedule_has_the_rates_of_its_formula_at_both_ends_and_past_them(schedule, rates):
    largest = np.max(schedule(np.arange(40)))
    for update, exact in rates.items():
        error = abs(arb(schedule(update)) - arb(exact))
        assert error.upper() <= ROUNDINGS / 2 * np.spacing(largest), update


def test_every_schedule_is_tried():
    assert {schedule.name for schedule in ALL} == set(FORMULAS)
    assert {*forms.__all__} - {"Schedule", "ScheduleError"} == set(FORMULAS)


def test_an_array_of_updates_has_the_rates_of_each():
    for schedule in ALL:
        rates = schedule(np.arange(30))
        assert rates.dtype == "float64"
        np.testing.assert_array_max_ulp(rates, np.array([schedule(t) for t in range(30)]), 4)


def test_the_code_makes_the_schedule_and_equal_keywords_make_equal_ones():
    for schedule in ALL:
        again = eval(schedule.code, {"schedules": forms, "__builtins__": {}})
        assert again == schedule
        assert hash(again) == hash(schedule)
        assert str(schedule) == schedule.code
    assert all(one != other for one, other in itertools.combinations(ALL, 2))


def test_a_scaled_schedule_has_every_rate_scaled():
    for schedule in ALL:
        doubled = schedule.scaled(2.0)(np.arange(30))
        np.testing.assert_allclose(doubled, 2 * schedule(np.arange(30)), rtol=1e-14, atol=1e-17)


def test_the_functions_have_the_parameters_of_their_formulas():
    for name, formula in FORMULAS.items():
        _, _, *parameters = inspect.signature(formula).parameters.values()
        own = inspect.signature(getattr(forms, name)).parameters.values()
        assert [(p.name, p.kind, p.default) for p in own] == [
            (p.name, p.kind, p.default) for p in parameters
        ]


# ----- what is refused -----


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("constant", {"rate": -0.1}, "rate must be at least 0"),
        ("constant", {"rate": float("nan")}, "rate must be at least 0"),
        ("step", {"rate": 0.1, "every": 0}, "every must be at least 1"),
        ("exponential", {"rate": 0.1, "factor": 0.0}, "factor must be above 0"),
        ("linear", {"rate": 0.1, "steps": 0}, "steps must be above 0"),
        ("linear", {"rate": 0.1, "steps": 1, "endpoint": True}, "above 1 with endpoint"),
        ("linear", {"rate": 0.1, "steps": 3, "past_end": "ends"}, "past_end must be one of"),
        ("cosine", {"rate": 0.1, "steps": 3, "past_end": "stretches"}, "past_end must be one of"),
        ("cosine_restarts", {"rate": 0.1, "steps": 3, "growth": 0.5}, "growth must be at least 1"),
        (
            "polynomial",
            {"rate": 0.1, "steps": 3, "power": 0.5, "past_end": "goes_on"},
            "no power 0.5 of a negative number",
        ),
        ("multi_step", {"rate": 0.1, "boundaries": (5, 3)}, "boundaries must rise"),
        ("multi_step", {"rate": 0.1, "boundaries": (5,), "factor": (1.0, 2.0)}, "factor must be 1"),
        ("piecewise_constant", {"values": (0.1,), "boundaries": (3,)}, "values must be 2"),
        ("interpolated", {"values": (1, 2), "boundaries": (3,), "shape": "x"}, "shape must be one"),
        ("one_cycle", {"peak": 0.1, "steps": 9, "rising": 1.5}, "shares of a cycle must rise"),
        ("warmup", {"schedule": forms.constant(0.1), "steps": 3, "offset": 2}, "offset must be 0"),
        ("product", {"schedules": ()}, "a product needs a schedule"),
    ],
)
def test_keywords_that_no_schedule_can_have_are_refused(name, arguments, message):
    with pytest.raises(forms.ScheduleError, match=message):
        getattr(forms, name)(**arguments)


def test_what_is_no_number_and_no_schedule_is_a_type_error():
    with pytest.raises(TypeError, match="rate must be a number"):
        forms.constant("0.1")
    with pytest.raises(TypeError, match="every must be a whole number"):
        forms.step(0.1, every=2.5)
    with pytest.raises(TypeError, match="no schedule"):
        forms.warmup(0.1, steps=3)


def test_there_is_no_update_before_the_first():
    with pytest.raises(forms.ScheduleError, match="no update -1"):
        forms.constant(0.1)(-1)


# ----- in the references -----


def steps_of(optimizer, gradients, theta):
    state = optimizer.init(theta)
    for gradient in gradients:
        updates, state = optimizer.update(gradient, state, theta)
        theta = theta + updates
    return theta


@pytest.mark.parametrize("name", ["numpy", "torch", "jax"])
def test_a_reference_takes_a_schedule_as_its_learning_rate(name):
    pytest.importorskip(name, reason=f"{name} is not installed")
    framework = load_framework(name)
    schedule = forms.warmup(forms.cosine(0.1, steps=4, end=0.01), steps=2)
    gradients = np.random.default_rng(0).standard_normal((9, 5))
    theirs = steps_of(
        framework.optimizers.adam(schedule),
        [framework.params.from_numpy(each) for each in gradients],
        framework.params.from_numpy(np.ones(5)),
    )
    rates = [schedule(update) for update in range(9)]
    own = steps_of(adam(lambda step: rates[step]), gradients, np.ones(5))
    np.testing.assert_allclose(framework.params.to_numpy(theirs), own, rtol=0, atol=1e-14)


def test_jax_traces_every_schedule_in_float64():
    jax = pytest.importorskip("jax", reason="jax is not installed")
    traced = jax.jit(lambda step: [schedule(step) for schedule in ALL])(jax.numpy.int32(7))
    for schedule, rate in zip(ALL, traced, strict=True):
        assert rate.dtype == "float64"
        assert abs(float(rate) - schedule(7)) <= 1e-15
