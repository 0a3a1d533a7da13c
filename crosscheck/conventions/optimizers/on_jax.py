"""The optimizers of optax, and those of jax.example_libraries.

In optax's RMSprop and Adagrad eps stands inside the root. The learning rate stands inside the
velocity in its RMSprop, and outside in its SGD. Its NAdam has no schedule of the momentum.
"""

from dataclasses import replace

from crosscheck.conventions.optimizers.stock_optimizer import (
    REQUIRED,
    Argument,
    KnownDeviation,
    StockOptimizer,
)

RATE = Argument("learning_rate", REQUIRED, "learning_rate")
B1, B2 = Argument("b1", 0.9, "b1"), Argument("b2", 0.999, "b2")
EPS = Argument("eps", 1e-8, "eps")
EPS_ROOT = Argument("eps_root", 0.0, reason="a second eps inside the root, beside one outside")
DTYPE = Argument("mu_dtype", None, reason="the first moment is rounded")
MASK = Argument("mask", None, reason="it decays some parameters and spares others")
NESTEROV = Argument("nesterov", False)
ONE_ALONE = "no reference corrects one moment alone"
MOMENTUM = Argument("momentum", None, "momentum", ((None, 0.0),))
IN_SQRT = Argument("eps_in_sqrt", True, "eps_place", ((True, "inside"), (False, "outside")))


def _optax(name: str, optimizer: str, *arguments: Argument, **others: object) -> StockOptimizer:
    return StockOptimizer("optax", f"optax.{name}", optimizer, arguments, **others)  # type: ignore[arg-type]


def _look_ahead(adam: StockOptimizer) -> StockOptimizer:
    """What Adam's function computes with `nesterov=True`."""
    fixed = {"momentum_decay": 1e6}
    return replace(adam, optimizer="nadam", fixed=fixed, only={"nesterov": True})


def _eps_in_root(adam: StockOptimizer) -> StockOptimizer:
    """What a function of Adam's kin computes with `eps=0`: eps_root is an eps inside the root."""
    arguments = {"eps": Argument("eps", 1e-8), "eps_root": Argument("eps_root", 0.0, "eps")}
    own = tuple(arguments.get(each.name, each) for each in adam.arguments)
    fixed, only = adam.fixed | {"eps_place": "inside"}, adam.only | {"eps": 0.0}
    return replace(adam, arguments=own, fixed=fixed, only=only)


def _example(name: str, optimizer: str, *arguments: Argument, **others: object) -> StockOptimizer:
    call = f"jax.example_libraries.optimizers.{name}"
    step_size = Argument("step_size", REQUIRED, "learning_rate")
    return StockOptimizer("jax", call, optimizer, (step_size, *arguments), **others)  # type: ignore[arg-type]


MOMENTS = (RATE, B1, B2, EPS, EPS_ROOT, DTYPE)
DECAY = (Argument("weight_decay", 1e-4, "weight_decay"), MASK)
ADAM = _optax("adam", "adam", *MOMENTS, NESTEROV)
ADAMW = _optax("adamw", "adam", *MOMENTS, *DECAY, NESTEROV)
NADAM = _optax(
    "nadam", "nadam", *MOMENTS, Argument("nesterov", True), fixed={"momentum_decay": 1e6}
)

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
        replace(
            NESTEROV, idle_without="momentum", reason="no reference's RMSprop looks one step ahead"
        ),
        Argument(
            "bias_correction",
            False,
            reason="a reference has it without a momentum, a centre and an initial value alone",
        ),
    ),
    # With its bias corrected it is Adam without a first moment.
    _optax(
        "rmsprop",
        "adam",
        RATE,
        Argument("decay", 0.9, "b2"),
        EPS,
        Argument("initial_scale", 0.0),
        IN_SQRT,
        Argument("centered", False),
        Argument("momentum", None),
        Argument("nesterov", False, inert=True),
        Argument("bias_correction", False),
        fixed={"b1": 0.0},
        only={"bias_correction": True},
    ),
    _optax(
        "adadelta",
        "adadelta",
        # Without a learning rate the sign of the update is never turned: it climbs.
        Argument("learning_rate", None, "learning_rate", ((None, -1.0),)),
        Argument("rho", 0.9, "decay"),
        Argument("eps", 1e-6, "eps"),
        Argument("weight_decay", 0.0, "weight_decay"),
        replace(MASK, name="weight_decay_mask"),
        decoupled=False,
    ),
    ADAM,
    _eps_in_root(ADAM),
    _look_ahead(ADAM),
    ADAMW,
    _eps_in_root(ADAMW),
    _look_ahead(ADAMW),
    _optax(
        "amsgrad",
        "adam",
        *MOMENTS,
        Argument("bias_correction_mu", True, reason=ONE_ALONE),
        Argument("bias_correction_nu", True, reason=ONE_ALONE),
        fixed={"maximum_of": "corrected"},
        only={"bias_correction_mu": True},
    ),
    _optax(
        "amsgrad",
        "adam",
        *MOMENTS,
        Argument("bias_correction_mu", True),
        Argument("bias_correction_nu", True),
        fixed={"maximum_of": "raw", "bias_correction": False},
        only={"bias_correction_mu": False, "bias_correction_nu": False},
    ),
    NADAM,
    _eps_in_root(NADAM),
    _optax(
        "nadamw",
        "nadam",
        *MOMENTS,
        *DECAY,
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
    _optax("adamaxw", "adamax", RATE, B1, B2, EPS, *DECAY, fixed={"eps_place": "inside"}),
    _optax("sign_sgd", "lion", RATE, fixed={"b1": 0.0, "b2": 0.0}),
    _optax(
        "signum",
        "lion",
        RATE,
        Argument("beta", 0.9, ("b1", "b2")),
        Argument("accumulator_dtype", None, reason="the first moment is rounded"),
    ),
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
        Argument("momentum", 0.9, neutral=0.0, reason="it averages the updates themselves"),
        fixed={"eps": 0.0},
        deviation=KnownDeviation(
            "it makes an average of its updates: m = 0.9 m + 0.1 update", {"defaults": 0.217}
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
