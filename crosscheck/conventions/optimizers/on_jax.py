"""The optimizers of optax, and those of jax.example_libraries.

In optax's RMSprop and Adagrad eps stands inside the root. The learning rate stands inside the
velocity in its RMSprop, and outside in its SGD. Its NAdam has no schedule of the momentum.
"""

from crosscheck.conventions.optimizers.stock_optimizer import (
    REQUIRED,
    Argument,
    KnownDeviation,
    StockOptimizer,
)

RATE = Argument("learning_rate", REQUIRED, "learning_rate")
B1, B2 = Argument("b1", 0.9, "b1"), Argument("b2", 0.999, "b2")
EPS = Argument("eps", 1e-8, "eps")
EPS_ROOT = Argument("eps_root", 0.0)
DTYPE = Argument("mu_dtype", None)
MASK = Argument("mask", None)
NESTEROV = Argument("nesterov", False)
MOMENTUM = Argument("momentum", None, "momentum", ((None, 0.0),))
IN_SQRT = Argument("eps_in_sqrt", True, "eps_place", ((True, "inside"), (False, "outside")))


def _optax(name: str, optimizer: str, *arguments: Argument, **others: object) -> StockOptimizer:
    return StockOptimizer("optax", f"optax.{name}", optimizer, arguments, **others)  # type: ignore[arg-type]


def _example(name: str, optimizer: str, *arguments: Argument, **others: object) -> StockOptimizer:
    call = f"jax.example_libraries.optimizers.{name}"
    step_size = Argument("step_size", REQUIRED, "learning_rate")
    return StockOptimizer("jax", call, optimizer, (step_size, *arguments), **others)  # type: ignore[arg-type]


JAX_OPTIMIZERS = (
    _optax(
        "sgd",
        "momentum",
        RATE,
        MOMENTUM,
        Argument("nesterov", False, "nesterov"),
        Argument("accumulator_dtype", None),
        fixed={"rate_inside": False},
    ),
    _optax(
        "adagrad",
        "adagrad",
        RATE,
        Argument("initial_accumulator_value", 0.1, "initial_accumulator"),
        Argument("eps", 1e-7, "eps"),
        fixed={"eps_place": "inside"},
    ),
    _optax(
        "rmsprop",
        "rmsprop",
        RATE,
        Argument("decay", 0.9, "decay"),
        EPS,
        Argument("initial_scale", 0.0, "initial_accumulator"),
        IN_SQRT,
        Argument("centered", False, "centered"),
        MOMENTUM,
        NESTEROV,
        Argument("bias_correction", False),
    ),
    _optax(
        "adadelta",
        "adadelta",
        Argument("learning_rate", None, "learning_rate", neutral=1.0),
        Argument("rho", 0.9, "decay"),
        Argument("eps", 1e-6, "eps"),
        Argument("weight_decay", 0.0),
        Argument("weight_decay_mask", None),
        deviation=KnownDeviation(
            "without a learning rate the sign of the update is never turned, and it climbs",
            {"defaults": 0.033},
        ),
    ),
    _optax("adam", "adam", RATE, B1, B2, EPS, EPS_ROOT, DTYPE, NESTEROV),
    _optax(
        "adamw",
        "adam",
        RATE,
        B1,
        B2,
        EPS,
        EPS_ROOT,
        DTYPE,
        Argument("weight_decay", 1e-4, "weight_decay"),
        MASK,
        NESTEROV,
    ),
    _optax(
        "amsgrad",
        "adam",
        RATE,
        B1,
        B2,
        EPS,
        EPS_ROOT,
        DTYPE,
        Argument("bias_correction_mu", True),
        Argument("bias_correction_nu", True),
        fixed={"maximum_of": "corrected"},
    ),
    _optax(
        "nadam",
        "nadam",
        RATE,
        B1,
        B2,
        EPS,
        EPS_ROOT,
        DTYPE,
        Argument("nesterov", True),
        fixed={"momentum_decay": 1e6},
    ),
    _optax(
        "radam",
        "radam",
        RATE,
        B1,
        B2,
        EPS,
        EPS_ROOT,
        Argument("threshold", 5.0, "threshold"),
        NESTEROV,
    ),
    _optax("adamax", "adamax", RATE, B1, B2, EPS, fixed={"eps_place": "inside"}),
    _optax(
        "lion",
        "lion",
        RATE,
        B1,
        Argument("b2", 0.99, "b2"),
        DTYPE,
        Argument("weight_decay", 1e-3, "weight_decay"),
        MASK,
    ),
    _example("sgd", "momentum"),
    _example(
        "momentum",
        "momentum",
        Argument("mass", REQUIRED, "momentum"),
        fixed={"rate_inside": False},
    ),
    _example(
        "nesterov",
        "momentum",
        Argument("mass", REQUIRED, "momentum"),
        fixed={"rate_inside": False, "nesterov": True},
    ),
    _example(
        "adagrad",
        "adagrad",
        Argument("momentum", 0.9, neutral=0.0),
        fixed={"eps": 0.0},
        deviation=KnownDeviation(
            "its update is averaged: m = 0.9 m + 0.1 update", {"defaults": 0.217}
        ),
    ),
    _example(
        "rmsprop",
        "rmsprop",
        Argument("gamma", 0.9, "decay"),
        EPS,
        fixed={"eps_place": "inside"},
    ),
    _example(
        "rmsprop_momentum",
        "rmsprop",
        Argument("gamma", 0.9, "decay"),
        EPS,
        Argument("momentum", 0.9, "momentum"),
        fixed={"eps_place": "inside"},
    ),
    _example("adam", "adam", B1, B2, EPS),
    _example("adamax", "adamax", B1, B2, EPS),
)
