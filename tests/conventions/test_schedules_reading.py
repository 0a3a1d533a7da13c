"""Schedules are read as people write them, written in every framework, and read back as equal."""

import re

import numpy as np
import pytest
from schedules_drawn import random_schedules

from crosscheck.conventions import schedules as forms
from crosscheck.conventions.schedules.reading import is_schedule, read_schedule
from crosscheck.conventions.schedules.table import STOCK_SCHEDULES
from crosscheck.conventions.schedules.trial_calls import CALLS
from crosscheck.conventions.schedules.writing import (
    as_function,
    differ,
    stock_calls,
    write_schedule,
    written,
)

READ = {
    "CosineAnnealingLR(optimizer, 100)": forms.cosine(0.1, steps=100, past_end="goes_on"),
    "sched = lr_scheduler.StepLR(opt, 30, gamma=1/2)": forms.step(0.1, every=30, factor=0.5),
    "torch.optim.lr_scheduler.StepLR(step_size=30)": forms.step(0.1, every=30),
    "optim.lr_scheduler.MultiStepLR(self.opt, [30, 10])": forms.multi_step(
        0.1, boundaries=(10, 30)
    ),
    "import torch\nn = 7\nLinearLR(optimizer, 0.5, total_iters=n)": forms.linear(
        0.05, steps=7, end=0.1
    ),
    "w = LinearLR(opt, 0.1)\nc = ExponentialLR(opt, 0.9)\nSequentialLR(opt, [w, c], [5])": (
        forms.sequence(
            (
                forms.linear(0.1 * 0.1, steps=5, end=0.1),
                forms.exponential(0.1, factor=0.9),
            ),
            boundaries=(5,),
        )
    ),
    "ChainedScheduler([StepLR(opt, 3), StepLR(opt, 5)], optimizer=opt)": forms.product(
        (forms.step(0.1, every=3), forms.step(1.0, every=5))
    ),
    "OneCycleLR(opt, 0.3, epochs=2, steps_per_epoch=9)": forms.one_cycle(
        0.3, steps=18, endpoint=True, past_end="goes_on"
    ),
    "optax.cosine_decay_schedule(0.2, decay_steps=100, alpha=0.5)": forms.cosine(
        0.2, steps=100, end=0.1
    ),
    "optax.schedules.warmup_cosine_decay_schedule(0, 0.2, 10, 100)": forms.warmup(
        forms.cosine(0.2, steps=90), steps=10
    ),
    "optax.piecewise_constant_schedule(0.2, {30: 0.5, 10: 0.1})": forms.multi_step(
        0.2, boundaries=(10, 30), factor=(0.1, 0.5)
    ),
    "optax.sgdr_schedule([dict(init_value=0., peak_value=.2, warmup_steps=1, decay_steps=9)])": (
        forms.sequence((forms.warmup(forms.cosine(0.2, steps=8), steps=1),), boundaries=())
    ),
    "tf.keras.optimizers.schedules.PiecewiseConstantDecay([10, 20.5], [.3, .2, .1])": (
        forms.piecewise_constant((0.3, 0.2, 0.1), boundaries=(10, 20), late=True)
    ),
    "keras.optimizers.schedules.CosineDecay(0.0, 90, warmup_target=0.2, warmup_steps=10)": (
        forms.warmup(forms.cosine(0.2, steps=90), steps=10)
    ),
    "tf.compat.v1.train.exponential_decay(0.2, global_step, 9, 0.5)": forms.exponential(
        0.2, factor=0.5, steps=9
    ),
    "tf.train.piecewise_constant(step, [9], [0.2, 0.1])": forms.piecewise_constant(
        (0.2, 0.1), boundaries=(9,), late=True
    ),
    "transformers.get_cosine_schedule_with_warmup(optimizer, 10, 100)": forms.warmup(
        forms.cosine(0.1, steps=90, past_end="goes_on"), steps=10
    ),
    "schedules.warmup(schedules.linear(0.2, steps=9), steps=3, offset=1)": forms.warmup(
        forms.linear(0.2, steps=9), steps=3, offset=1
    ),
}


@pytest.mark.parametrize("text", READ)
def test_a_schedule_is_read_as_people_write_it(text):
    read = read_schedule(text, base_rate=0.1)
    assert read.schedule == READ[text]
    assert is_schedule(text)
    again = read_schedule(read.call, base_rate=0.1)  # with the names of its arguments
    assert (again.schedule, again.call) == (read.schedule, read.call)


WRONG = {
    "CosineAnealingLR(opt, 100)": "did you mean torch.optim.lr_scheduler.CosineAnnealingLR?",
    "torch.optim.lr_scheduler.Nothing(opt)": "unknown schedule",
    "CosineAnnealingLR(opt)": "needs T_max",
    "StepLR(opt, T_max=3)": "has no argument T_max: it has step_size, gamma, last_epoch",
    "StepLR(opt, 30, 0.1, -1, 7)": "no more than 3 arguments",
    "StepLR(opt, 30, step_size=3)": "given twice",
    "StepLR(opt, size)": "'size' is no number",
    "StepLR(opt, 30, last_epoch=4)": "last_epoch resumes a scheduler",
    "StepLR(opt, 0)": "every must be at least 1",
    "StepLR(opt, '3')": "every must be a whole number",
    "LinearLR(opt, start_factor=0.0)": "PyTorch itself refuses start_factor=0.0",
    "LinearLR(opt, end_factor=1.5)": "PyTorch itself refuses end_factor=1.5",
    "ConstantLR(opt, 0.0)": "PyTorch divides by factor",
    "ConstantLR(opt, 0.5, 0)": "total_iters must be at least 1",
    "ChainedScheduler([CosineAnnealingWarmRestarts(opt, 2)])": "sets the rate by itself",
    "SequentialLR(opt, [SequentialLR(opt, [StepLR(opt, 3)], [])], [])": "sets the rate by itself",
    "CosineAnnealingWarmRestarts(opt, 2.5)": "PyTorch itself refuses T_0=2.5",
    "CyclicLR(opt, 0.1, 0.2, mode='square')": "PyTorch itself refuses the mode 'square'",
    "CyclicLR(opt, 0.1, 0.2, scale_fn=lambda x: 1)": "is no number",
    "OneCycleLR(opt, 0.1)": "give total_steps, or epochs and steps_per_epoch",
    "OneCycleLR(opt, 0.1, 20, pct_start=2.0)": "PyTorch itself refuses pct_start=2.0",
    "OneCycleLR(opt, 0.1, 10, pct_start=0.1)": "PyTorch divides by 0",
    "OneCycleLR(opt, 0.1, 10, anneal_strategy='x')": "refuses anneal_strategy='x'",
    "SequentialLR(opt, [OneCycleLR(opt, 0.1, 9)], [])": "OneCycleLR sets the rate by itself",
    "ChainedScheduler([CosineAnnealingLR(opt, 9, 0.1)])": "eta_min is added at every update",
    "SequentialLR(opt, [StepLR(opt, 3)], [4])": "schedules must be 2 for 1 boundaries",
    "LambdaLR(opt, lambda epoch: 0.95 ** epoch)": "a function of yours gives its factor",
    "ReduceLROnPlateau(opt)": "its rate depends on the losses",
    "optax.cosine_decay_schedule(0.1, 0)": "optax itself refuses decay_steps",
    "optax.warmup_cosine_decay_schedule(0.0, 0.1, 10, 10)": "which include the warm-up",
    "optax.piecewise_constant_schedule(0.1, {3: -1.0})": "refuses a negative scale",
    "optax.piecewise_interpolate_schedule('cubic', 0.1)": "refuses interpolate_type='cubic'",
    "optax.linear_onecycle_schedule(0, 0.1)": "refuses transition_steps",
    "exponential_decay(0.1, 9, 0.5)": "is several: optax.exponential_decay, tensorflow",
    "keras.optimizers.schedules.CosineDecay(0.1, 0)": "Keras itself refuses decay_steps=0",
    "keras.optimizers.schedules.PiecewiseConstantDecay([3], [0.1])": "one value more",
    "schedules.cosine(0.1, steps=0)": "steps must be above 0",
    "schedules.cosine(0.1, length=3)": "unexpected keyword argument 'length'",
    "optax.join_schedules([lambda step: 0.1], [])": "'lambda step: 0.1' is no number",
    "SequentialLR(opt, [1, 2], [3])": "torch.optim.lr_scheduler.SequentialLR: ",
    "optax.piecewise_constant_schedule(0.1, [3])": "optax.piecewise_constant_schedule: ",
    "keras.optimizers.schedules.PiecewiseConstantDecay([], [0.1])": "fails without a boundary",
    "StepLR(opt, 10000000000000000000)": "every must be at most 2**53 updates",
    "CosineAnnealingLR(opt, 2**600)": "steps must be at most 2**53 updates",
    "a = [a]\nSequentialLR(opt, a, [])": "nested too deeply",
    "schedules.linear(0.1, steps=3, endpoint=1)": "endpoint must be True or False",
    "for": "is no schedule",
    "a = 3": "is no schedule",
    "while True: pass": "is no schedule",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_be_read_is_refused_with_the_reason(text):
    with pytest.raises(ValueError, match=re.escape(WRONG[text])):
        read_schedule(text)


def test_nothing_that_is_no_schedule_is_taken_for_one():
    for text in (
        "optax.adam(1e-3)",
        "torch.optim.SGD(lr=0.1)",
        "x",
        "keras.optimizers.Adam()",
        "(",
    ):
        assert not is_schedule(text)
    for text in ("StpeLR(opt, 3)", "torch.optim.lr_scheduler.X(opt)", "LambdaLR(opt, f)"):
        assert is_schedule(text)


# ----- writing -----


def test_what_is_written_is_read_back_as_the_same_schedule():
    own = 0
    for schedule in random_schedules(seed=0, count=150):
        for framework in ("torch", "optax", "keras", "reference"):
            found = written(schedule, framework)
            if found.read is not None:
                own += 1
                again = read_schedule(found.code, base_rate=found.base_rate or 1.0)
                assert differ(schedule, again).first_step is None, (schedule.code, found.code)
    assert own > 300  # the others are functions of the formula


def test_every_schedule_of_a_framework_is_written_with_its_own_name_again():
    for row in STOCK_SCHEDULES:
        if row.framework in ("torch", "optax", "keras-jax", "paddle") and row.runnable:
            text = next(each for each in CALLS[row.framework] if each.startswith(f"{row.name}("))
            read = read_schedule(text, base_rate=0.1)
            codes = [each.code for each in stock_calls(read.schedule, row.framework, 0.1)]
            assert written(read.schedule, row.framework, 0.1).read is not None, text
            assert any(each.startswith(f"{row.name}(") for each in codes) or row.name in SPELT, text


# What a framework can also say by another name of its own.
SPELT = (
    *("optax.sgdr_schedule", "optax.warmup_exponential_decay_schedule"),
    *("paddle.optimizer.lr.NaturalExpDecay", "paddle.optimizer.lr.LinearLR"),
)


WRITTEN = {
    (forms.piecewise_constant((0.1, 0.05), boundaries=(4,)), "keras"): "keras.optimizers.schedules."
    "PiecewiseConstantDecay(boundaries=[3], values=[0.1, 0.05])",
    (forms.piecewise_constant((0.1, 0.05), boundaries=(4,), late=True), "optax"): "optax."
    "piecewise_constant_schedule(0.1, {5: 0.5})",
    (forms.multi_step(0.1, boundaries=(4,), factor=0.5, late=True), "torch"): "torch.optim."
    "lr_scheduler.MultiStepLR(optimizer, milestones=[5], gamma=0.5)",
    (forms.warmup(forms.step(0.1, every=9), steps=4, offset=1), "torch"): "torch.optim.lr_scheduler"
    ".SequentialLR(optimizer, schedulers=[torch.optim.lr_scheduler.LinearLR(optimizer, "
    "start_factor=0.25, end_factor=1.0, total_iters=3), torch.optim.lr_scheduler.StepLR(optimizer, "
    "step_size=9, gamma=0.1)], milestones=[4])",
    (forms.warmup(forms.constant(0.1), steps=4, offset=1), "optax"): "optax.join_schedules(["
    "optax.linear_schedule(0.025, 0.1, 3), optax.constant_schedule(0.1)], [4])",
    (forms.linear(0.1, steps=9, endpoint=True), "optax"): "optax.linear_schedule(0.1, 0.0, 8)",
    (forms.cosine(0.1, steps=9, endpoint=True, past_end="goes_on"), "torch"): "torch.optim."
    "lr_scheduler.CosineAnnealingLR(optimizer, T_max=8, eta_min=0.0)",
    (forms.linear(0.0, steps=9, end=0.1), "keras"): "keras.optimizers.schedules.PolynomialDecay("
    "initial_learning_rate=0.0, decay_steps=9, end_learning_rate=0.1)",
}


@pytest.mark.parametrize(("schedule", "to"), WRITTEN)
def test_an_update_that_is_off_by_one_is_written_as_that(schedule, to):
    assert write_schedule(schedule, to) == WRITTEN[schedule, to]


def test_the_function_that_is_written_computes_the_formula():
    updates = np.arange(120)
    for schedule in random_schedules(seed=1, count=150):
        rates = schedule(updates)
        for framework, names in (("torch", {}), ("optax", {"jnp": np})):
            code = as_function(schedule, framework, base_rate=1.0).setup
            exec(code.replace("import jax.numpy as jnp", ""), names)
            if framework == "torch":
                own = np.array([names["factor"](update) for update in updates.tolist()])
            else:
                own = names["schedule"](updates)
            np.testing.assert_allclose(own, rates, rtol=0, atol=1e-14 * np.max(np.abs(rates)))


def test_code_of_another_framework_is_written_or_there_is_none():
    cosine = forms.cosine(0.1, steps=100)
    assert write_schedule(cosine, "optax") == "optax.cosine_decay_schedule(0.1, 100)"
    assert write_schedule(cosine, "mlx") is None  # its optimizers take no schedule known here
    assert write_schedule(cosine, "reference") == "schedules.cosine(0.1, steps=100)"
    found = written(cosine, "torch")
    assert found.base_rate == 0.1
    assert found.expression == "torch.optim.lr_scheduler.LambdaLR(optimizer, factor)"
    assert "def factor(step):" in found.setup
    with pytest.raises(ValueError, match="unknown framework 'nosuch'"):
        write_schedule(cosine, "nosuch")
    with pytest.raises(ValueError, match="base_rate must be above 0"):
        write_schedule(cosine, "torch", base_rate=0.0)


def test_ways_of_any_length_and_rates_without_end_are_compared():
    long = forms.cosine(0.1, steps=10**12)
    assert write_schedule(long, "optax") == "optax.cosine_decay_schedule(0.1, 1000000000000)"
    late = forms.piecewise_constant((0.2, 0.1), boundaries=(10**9,), late=True)
    early = read_schedule("optax.piecewise_constant_schedule(0.2, {1000000000: 0.5})")
    assert differ(late, early).first_step == 10**9
    endless = forms.exponential(0.1, factor=1e6)  # infinite from update 51 on
    assert "decay_rate=1000000.0" in write_schedule(endless, "optax")
    assert write_schedule(forms.multi_step(0.1, boundaries=()), "keras").endswith(
        "PiecewiseConstantDecay(boundaries=[0], values=[0.1, 0.1])"
    )
