"""The calls that are run: every stock schedule, with arguments that show its conventions."""

_TORCH = (
    "StepLR(optimizer, 4)",
    "MultiStepLR(optimizer, [3, 3, 8], gamma=0.3)",
    "ConstantLR(optimizer, 0.25, 6)",
    "LinearLR(optimizer)",
    "LinearLR(optimizer, 1.0, 0.1, 9)",
    "ExponentialLR(optimizer, 0.9)",
    "PolynomialLR(optimizer, 7, 2.0)",
    "CosineAnnealingLR(optimizer, 8, 0.01)",
    "CosineAnnealingLR(optimizer, 100)",
    "CosineAnnealingWarmRestarts(optimizer, 4)",
    "CosineAnnealingWarmRestarts(optimizer, 3, 2, 0.001)",
    "CyclicLR(optimizer, 0.01, 0.1, 4, 6)",
    "CyclicLR(optimizer, 0.01, 0.1, 4, mode='triangular2')",
    "CyclicLR(optimizer, 0.01, 0.1, 4, mode='exp_range', gamma=0.9)",
    "OneCycleLR(optimizer, 0.1, 20)",
    "OneCycleLR(optimizer, 0.1, 20, pct_start=0.33)",
    "OneCycleLR(optimizer, 0.1, 20, pct_start=0.0)",
    "OneCycleLR(optimizer, 0.1, epochs=4, steps_per_epoch=5, three_phase=True, "
    "anneal_strategy='linear')",
    "SequentialLR(optimizer, [LinearLR(optimizer, 0.1, total_iters=5), "
    "CosineAnnealingLR(optimizer, 9)], milestones=[5])",
    "SequentialLR(optimizer, [ConstantLR(optimizer, 0.1, 2), ExponentialLR(optimizer, 0.9)], [3])",
    "SequentialLR(optimizer, [PolynomialLR(optimizer, 3), "
    "CosineAnnealingWarmRestarts(optimizer, 4), MultiStepLR(optimizer, [2])], [5, 14])",
    "ChainedScheduler([LinearLR(optimizer), ExponentialLR(optimizer, 0.9)])",
    "ChainedScheduler([LinearLR(optimizer, 0.1, total_iters=4), CosineAnnealingLR(optimizer, 9)])",
)
_OPTAX = (
    "constant_schedule(0.1)",
    "exponential_decay(0.1, 10, 0.9, transition_begin=3, end_value=0.08)",
    "exponential_decay(0.1, 4, 0.5, staircase=True)",
    "polynomial_schedule(0.1, 0.01, 2.0, 10, 2)",
    "linear_schedule(0.1, 0.01, 10, 2)",
    "cosine_decay_schedule(0.1, 10, 0.1, 1.5)",
    "piecewise_constant_schedule(0.1, {4: 0.5, 8: 0.1})",
    "piecewise_interpolate_schedule('linear', 0.1, {4: 0.5, 8: 0.1})",
    "piecewise_interpolate_schedule('cosine', 0.1, {4: 0.5, 8: 0.1})",
    "cosine_onecycle_schedule(20, 0.1)",
    "cosine_onecycle_schedule(20, 0.1, 0.01)",
    "linear_onecycle_schedule(20, 0.1)",
    "warmup_constant_schedule(0.01, 0.1, 5)",
    "warmup_cosine_decay_schedule(0.0, 0.1, 5, 15, 0.01)",
    "warmup_exponential_decay_schedule(0.0, 0.1, 5, 3, 0.7)",
    "sgdr_schedule([dict(init_value=0.0, peak_value=0.1, warmup_steps=2, decay_steps=10), "
    "dict(init_value=0.0, peak_value=0.05, warmup_steps=2, decay_steps=10)])",
    "join_schedules([optax.constant_schedule(0.1), optax.linear_schedule(0.1, 0.0, 5)], [7])",
)
_KERAS = (
    "ExponentialDecay(0.1, 4, 0.9)",
    "ExponentialDecay(0.1, 4, 0.9, staircase=True)",
    "PiecewiseConstantDecay([4, 8.5], [0.1, 0.05, 0.02])",
    "PolynomialDecay(0.1, 9, 0.01, 2.0)",
    "PolynomialDecay(0.1, 9, 0.01, cycle=True)",
    "InverseTimeDecay(0.1, 3, 0.5)",
    "InverseTimeDecay(0.1, 3, 0.5, staircase=True)",
    "CosineDecay(0.1, 9, 0.1)",
    "CosineDecay(0.01, 9, 0.1, warmup_target=0.1, warmup_steps=4)",
    "CosineDecayRestarts(0.1, 4, 1.0, 0.5, 0.1)",
)
# Where ways grow, older versions restart late on JAX, so this is not run there.
_GROWING = "keras.optimizers.schedules.CosineDecayRestarts(0.1, 4)"
# Here the argument of the logarithm is rounded so far down that no processor's logarithm, which may
# be off by some units in the last place, brings update 101 to the second restart.
_RESTARTS_LATE = "keras.optimizers.schedules.CosineDecayRestarts(0.1, 50, 1.02, 0.9)"
_OLDER = (
    "exponential_decay(0.1, global_step, 4, 0.9)",
    "natural_exp_decay(0.1, global_step, 4, 0.5)",
    "inverse_time_decay(0.1, global_step, 3, 0.5, staircase=True)",
    "polynomial_decay(0.1, global_step, 9, 0.01, 2.0, cycle=True)",
    "piecewise_constant(global_step, [4, 8], [0.1, 0.05, 0.02])",
    "cosine_decay(0.1, global_step, 9, 0.1)",
    "cosine_decay_restarts(0.1, global_step, 4)",
)
_PADDLE = (
    "PiecewiseDecay([4, 8], [0.1, 0.05, 0.02])",
    "NaturalExpDecay(0.1, 0.2)",
    "InverseTimeDecay(0.1, 0.5)",
    "PolynomialDecay(0.1, 9, 0.01, 2.0)",
    "PolynomialDecay(0.1, 9, 0.01, cycle=True)",
    "LinearWarmup(0.1, 5, 0.0, 0.1)",
    "LinearWarmup(0.1, 5, 0.01, 0.2)",
    "LinearWarmup(paddle.optimizer.lr.CosineAnnealingDecay(0.1, 9), 5, 0.0, 0.1)",
    "LinearWarmup(paddle.optimizer.lr.ExponentialDecay(0.1, 0.9), 5, 0.0, 0.1)",
    "ExponentialDecay(0.1, 0.9)",
    "MultiStepDecay(0.1, [3, 8], 0.3)",
    "StepDecay(0.1, 4)",
    "CosineAnnealingDecay(0.1, 8, 0.01)",
    "CosineAnnealingDecay(0.1, 100)",
    "CosineAnnealingWarmRestarts(0.1, 4)",
    "CosineAnnealingWarmRestarts(0.1, 3, 2, 0.001)",
    "LinearLR(0.1, 5)",
    "LinearLR(0.1, 9, 1.0, 0.1)",
    "CyclicLR(0.01, 0.1, 4, 6)",
    "CyclicLR(0.01, 0.1, 4, mode='triangular2')",
    "CyclicLR(0.01, 0.1, 4, mode='exp_range', exp_gamma=0.9)",
    "OneCycleLR(0.1, 20)",
    "OneCycleLR(0.1, 20, phase_pct=0.33, anneal_strategy='linear')",
    "OneCycleLR(0.1, 20, three_phase=True)",
)
_OF_KERAS = tuple(f"keras.optimizers.schedules.{call}" for call in _KERAS)
CALLS: dict[str, tuple[str, ...]] = {
    "torch": tuple(f"torch.optim.lr_scheduler.{call}" for call in _TORCH),
    "optax": tuple(f"optax.{call}" for call in _OPTAX),
    "keras-jax": _OF_KERAS,
    "keras-torch": (*_OF_KERAS, _GROWING, _RESTARTS_LATE),
    "tensorflow": (
        *(f"tensorflow.{call}" for call in (*_OF_KERAS, _GROWING)),
        *(f"tensorflow.compat.v1.train.{call}" for call in _OLDER),
    ),
    "paddle": tuple(f"paddle.optimizer.lr.{call}" for call in _PADDLE),
}
# Schedules that refuse the update after their last.
ENDING = {
    "torch": ("torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, 20)",),
    "paddle": ("paddle.optimizer.lr.OneCycleLR(0.1, 20)",),
}
# Keras counts batches where it accumulates the gradients of several.
ACCUMULATED = dict.fromkeys(("keras-jax", "keras-torch"), (_OF_KERAS[4],))
# In float32, Keras finds out by a logarithm how often it has restarted.
LATE = {("keras-torch", _RESTARTS_LATE)}
LATE_REASON = (
    "restarts one update late: it counts restarts by a quotient of float32 logarithms, which "
    "rounding makes smaller than the whole number that it should be"
)
