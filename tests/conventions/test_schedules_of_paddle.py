"""PaddlePaddle's schedules are read and written; nothing here needs PaddlePaddle."""

from types import SimpleNamespace

import numpy as np
import pytest

from crosscheck.conventions import schedules
from crosscheck.conventions.optimizers.parsing import CallError
from crosscheck.conventions.schedules.calls import horizon
from crosscheck.conventions.schedules.reading import read_schedule
from crosscheck.conventions.schedules.translating import translate_schedule
from crosscheck.conventions.schedules.trial_calls import CALLS
from crosscheck.conventions.schedules.writing import differ, write_schedule, written


@pytest.mark.parametrize("call", CALLS["paddle"])
def test_a_schedule_is_written_as_one_of_its_own_that_is_equal(call):
    schedule = read_schedule(call).schedule
    found = written(schedule, "paddle")
    assert found.read is not None
    assert differ(schedule, found.read).first_step is None


# What PaddlePaddle has no schedule for: a function of the formula, which computes it.
OTHERS = (
    schedules.cosine(0.1, steps=9),
    schedules.warmup(schedules.exponential(0.1, factor=0.9), steps=4, offset=1),
    schedules.cosine_restarts(0.1, steps=4, growth=1.5, decay=0.5),
    schedules.product([schedules.constant(0.1), schedules.exponential(1.0, factor=0.9)]),
)


@pytest.mark.parametrize("schedule", OTHERS, ids=lambda each: each.name)
def test_what_paddle_does_not_have_is_a_function_of_the_formula(schedule):
    code = write_schedule(schedule, "paddle")
    *lines, last = code.splitlines()
    assert last == "paddle.optimizer.lr.LambdaDecay(1.0, rate)"
    # As it is: the base rate times what the function returns.
    lr = SimpleNamespace(LambdaDecay=lambda base, function: lambda t: base * function(t))
    names = {"paddle": SimpleNamespace(optimizer=SimpleNamespace(lr=lr))}
    exec("\n".join(lines), names)
    rate_of = eval(last, names)
    updates = np.arange(horizon(schedule))
    # The same formula in the same order, but Python's powers and cosines for NumPy's.
    np.testing.assert_allclose([rate_of(t) for t in updates], schedule(updates), rtol=2.0**-48)


def test_a_cosine_of_pytorch_is_the_same_in_paddle_and_one_that_stays_at_its_end_is_not():
    torch = "torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=100)"
    code = write_schedule(read_schedule(torch, base_rate=0.1).schedule, "paddle")
    assert code.startswith("paddle.optimizer.lr.CosineAnnealingDecay(learning_rate=0.1, T_max=100")
    optax = write_schedule(
        read_schedule("optax.cosine_decay_schedule(0.1, 100)").schedule, "paddle"
    )
    assert "LambdaDecay" in optax


REFUSED = {
    "paddle.optimizer.lr.NoamDecay(64, 100)": "falls with the square root of the count",
    "paddle.optimizer.lr.LambdaDecay(0.1, f)": "a function of yours gives its factor",
    "paddle.optimizer.lr.ReduceOnPlateau(0.1)": "depends on the losses",
    "paddle.optimizer.lr.ExponentialDecay(0.1, 1.1)": "PaddlePaddle itself refuses gamma=1.1",
    "paddle.optimizer.lr.ExponentialDecay(0.1, 0.9, last_epoch=3)": "translate it from its start",
    "paddle.optimizer.lr.LinearWarmup(0.1, 5, 0.1, 0.1)": "itself refuses end_lr=0.1",
    "paddle.optimizer.lr.PiecewiseDecay([3], [0.1])": "one value more than these",
    "paddle.optimizer.lr.PolynomialDecay(0.1, 9, power=0)": "itself refuses power=0",
    "paddle.optimizer.lr.StepDecay(0.1, 4, 1.0)": "itself refuses gamma=1.0",
    "paddle.optimizer.lr.LinearLR(0.1, 5, start_factor=0.0)": "itself refuses start_factor=0.0",
    "paddle.optimizer.lr.CyclicLR(0.01, 0.1, 4, mode='round')": "itself refuses the mode 'round'",
    "paddle.optimizer.lr.OneCycleLR(0.1, 20, end_learning_rate=0)": "must be above 0 here",
    "paddle.optimizer.lr.OneCycleLR(0.1, 20, phase_pct=0.5, three_phase=True)": "below 0.5",
}


@pytest.mark.parametrize("call", REFUSED)
def test_what_has_no_closed_form_or_is_refused_is_a_clear_error(call):
    with pytest.raises(CallError, match=REFUSED[call]):
        read_schedule(call)


def test_a_short_name_that_pytorch_has_too_is_pytorchs_if_an_optimizer_comes_first():
    assert read_schedule("LinearLR(self.optimizer, 0.1)").framework == "torch"
    assert read_schedule("optimizer.lr.LinearLR(0.1, 5)").framework == "paddle"
    for call in ("LinearLR(0.1, 5)", "CosineAnnealingWarmRestarts(T_0=4)"):
        with pytest.raises(CallError, match="is several: paddle"):
            read_schedule(call)


def test_a_translation_says_when_paddle_moves_on():
    found = translate_schedule("optax.exponential_decay(0.1, 1, 0.9)", to="paddle")
    assert found.target == "paddle.optimizer.lr.ExponentialDecay(learning_rate=0.1, gamma=0.9)"
    assert any(each.startswith("PaddlePaddle: ") for each in found.provisos)
