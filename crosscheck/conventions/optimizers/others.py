"""The optimizers of scikit-learn's networks, HIPS autograd, MLX, tinygrad and TensorFlow 1."""

from crosscheck.conventions.optimizers.stock_optimizer import (
    REQUIRED,
    Argument,
    KnownDeviation,
    StockOptimizer,
)

# ----- scikit-learn: what MLPClassifier and MLPRegressor use -----

SKLEARN = "sklearn.neural_network._stochastic_optimizers"
RATE_INIT = Argument("learning_rate_init", 1e-3, "learning_rate")
B1, B2 = Argument("beta_1", 0.9, "b1"), Argument("beta_2", 0.999, "b2")
SKLEARN_OPTIMIZERS = (
    StockOptimizer(
        "sklearn",
        f"{SKLEARN}.SGDOptimizer",
        "momentum",
        (
            Argument("learning_rate_init", 0.1, "learning_rate"),
            Argument(
                "lr_schedule", "constant", reason="its rate falls with the samples it has seen"
            ),
            Argument("momentum", 0.9, "momentum"),
            Argument("nesterov", True, "nesterov"),
            Argument("power_t", 0.5, inert=True),
        ),
    ),
    StockOptimizer(
        "sklearn",
        f"{SKLEARN}.AdamOptimizer",
        "adam",
        (RATE_INIT, B1, B2, Argument("epsilon", 1e-8, "eps")),
        {"eps_place": "hat"},
    ),
)

# ----- HIPS autograd: the learning rate cannot change -----

STEP_SIZE = Argument("step_size", 0.1, "learning_rate")
NUM_ITERS = Argument("num_iters", 100, inert=True)
AUTOGRAD_OPTIMIZERS = (
    StockOptimizer(
        "autograd",
        "autograd.misc.optimizers.sgd",
        "momentum",
        # The mass sets the dampening, too: v = mass v - (1 - mass) g.
        (NUM_ITERS, STEP_SIZE, Argument("mass", 0.9, ("momentum", "dampening"))),
        {"rate_inside": False},
        constant_rate=True,
        hidden=True,
    ),
    StockOptimizer(
        "autograd",
        "autograd.misc.optimizers.rmsprop",
        "rmsprop",
        (NUM_ITERS, STEP_SIZE, Argument("gamma", 0.9, "decay"), Argument("eps", 1e-8, "eps")),
        {"initial_accumulator": 1.0},
        constant_rate=True,
        hidden=True,
    ),
    StockOptimizer(
        "autograd",
        "autograd.misc.optimizers.adam",
        "adam",
        (
            NUM_ITERS,
            Argument("step_size", 1e-3, "learning_rate"),
            Argument("b1", 0.9, "b1"),
            Argument("b2", 0.999, "b2"),
            Argument("eps", 1e-8, "eps"),
        ),
        constant_rate=True,
        hidden=True,
    ),
)

# ----- MLX -----

MLX_RATE = Argument("learning_rate", REQUIRED, "learning_rate")
BETAS = Argument("betas", (0.9, 0.999), ("b1", "b2"))
EPS = Argument("eps", 1e-8, "eps")
CORRECTION = Argument("bias_correction", False, "bias_correction")
MLX_POWERS = KnownDeviation(
    "the powers of its betas are float32 numbers",
    {"eps=0.01, b2=0.75, bias_correction=True": 1.5e-7},
    powers=("b1", "b2"),
)


def _mlx(name: str, optimizer: str, *arguments: Argument, **others: object) -> StockOptimizer:
    call = f"mlx.optimizers.{name}"
    rounds = ("learning_rate",)  # it becomes an array of float32
    return StockOptimizer("mlx", call, optimizer, (MLX_RATE, *arguments), rounds=rounds, **others)  # type: ignore[arg-type]


MLX_OPTIMIZERS = (
    _mlx(
        "SGD",
        "momentum",
        Argument("momentum", 0.0, "momentum"),
        Argument("weight_decay", 0.0, "weight_decay"),
        Argument("dampening", 0.0, "dampening"),
        Argument("nesterov", False, "nesterov"),
        fixed={"rate_inside": False},
        decoupled=False,
    ),
    _mlx("RMSprop", "rmsprop", Argument("alpha", 0.99, "decay"), EPS),
    _mlx("Adagrad", "adagrad", EPS),
    _mlx("AdaDelta", "adadelta", Argument("rho", 0.9, "decay"), Argument("eps", 1e-6, "eps")),
    _mlx("Adam", "adam", BETAS, EPS, CORRECTION, deviation=MLX_POWERS),
    _mlx(
        "AdamW",
        "adam",
        BETAS,
        EPS,
        Argument("weight_decay", 0.01, "weight_decay"),
        CORRECTION,
        deviation=MLX_POWERS,
    ),
    _mlx("Adamax", "adamax", BETAS, EPS, fixed={"bias_correction": False}),
    _mlx(
        "Lion",
        "lion",
        Argument("betas", (0.9, 0.99), ("b1", "b2")),
        Argument("weight_decay", 0.0, "weight_decay", ignored_below=0.0),
    ),
)

# ----- tinygrad -----

TINYGRAD_RATE = Argument("lr", 1e-3, "learning_rate")
EXECUTION = (Argument("device", None, inert=True), Argument("fused", None, inert=True))
TINY_BETAS = (Argument("b1", 0.9, "b1"), Argument("b2", 0.999, "b2"), EPS)
# The powers of 1/2 and 3/4 are exact in float32: under the probes with these nothing deviates.
TINYGRAD_POWERS = KnownDeviation(
    "the powers of its betas are float32 numbers",
    {"defaults": 5.8e-8, "weight_decay=0.1": 5.4e-6},
    powers=("b1", "b2"),
)
TINYGRAD_OPTIMIZERS = (
    StockOptimizer(
        "tinygrad",
        "tinygrad.nn.optim.SGD",
        "momentum",
        (
            TINYGRAD_RATE,
            Argument("momentum", 0.0, "momentum"),
            Argument("weight_decay", 0.0, "weight_decay"),
            Argument("nesterov", False, "nesterov"),
            Argument("classic", False, "rate_inside"),
            *EXECUTION,
        ),
        decoupled=False,
    ),
    StockOptimizer(
        "tinygrad",
        "tinygrad.nn.optim.Adam",
        "adam",
        (TINYGRAD_RATE, *TINY_BETAS, *EXECUTION),
        deviation=TINYGRAD_POWERS,
    ),
    StockOptimizer(
        "tinygrad",
        "tinygrad.nn.optim.AdamW",
        "adam",
        (
            TINYGRAD_RATE,
            *TINY_BETAS,
            Argument("weight_decay", 0.01, "weight_decay"),
            *EXECUTION,
        ),
        deviation=TINYGRAD_POWERS,
    ),
)

# ----- TensorFlow 1, whose optimizers TensorFlow 2 still has -----

LOCKING = Argument("use_locking", False, inert=True)


def _tensorflow(
    name: str, optimizer: str, *arguments: Argument, **others: object
) -> StockOptimizer:
    call = f"tensorflow.compat.v1.train.{name}Optimizer"
    named = (LOCKING, Argument("name", name, inert=True))
    return StockOptimizer("tensorflow", call, optimizer, (*arguments, *named), **others)  # type: ignore[arg-type]


TENSORFLOW_RATE = Argument("learning_rate", REQUIRED, "learning_rate")
RATE_ALONE = ("learning_rate",)
TENSORFLOW_OPTIMIZERS = (
    _tensorflow("GradientDescent", "momentum", TENSORFLOW_RATE, rounds=RATE_ALONE),
    _tensorflow(
        "Momentum",
        "momentum",
        TENSORFLOW_RATE,
        Argument("momentum", REQUIRED, "momentum"),
        Argument("use_nesterov", False, "nesterov"),
        fixed={"rate_inside": False},
        rounds=("learning_rate", "momentum"),
    ),
    _tensorflow(
        "Adagrad",
        "adagrad",
        TENSORFLOW_RATE,
        Argument("initial_accumulator_value", 0.1, "initial_accumulator"),
        fixed={"eps": 0.0},
        rounds=RATE_ALONE,
    ),
    _tensorflow(
        "RMSProp",
        "rmsprop",
        TENSORFLOW_RATE,
        Argument("decay", 0.9, "decay"),
        Argument("momentum", 0.0, "momentum"),
        Argument("epsilon", 1e-10, "eps"),
        Argument("centered", False, "centered"),
        fixed={"eps_place": "inside", "initial_accumulator": 1.0},
        rounds=("learning_rate", "decay", "momentum", "eps"),
    ),
    _tensorflow(
        "Adadelta",
        "adadelta",
        Argument("learning_rate", 1e-3, "learning_rate"),
        Argument("rho", 0.95, "decay"),
        Argument("epsilon", 1e-8, "eps"),
        rounds=("learning_rate", "decay", "eps"),
    ),
    _tensorflow(
        "Adam",
        "adam",
        Argument("learning_rate", 1e-3, "learning_rate"),
        Argument("beta1", 0.9, "b1"),
        Argument("beta2", 0.999, "b2"),
        Argument("epsilon", 1e-8, "eps"),
        fixed={"eps_place": "hat"},
        rounds=("learning_rate", "b1", "b2", "eps"),
        deviation=KnownDeviation(
            "the powers of its betas are products in float32",
            {"defaults": 1.4e-8},
            powers=("b1", "b2"),
        ),
    ),
)

OTHER_OPTIMIZERS = (
    *SKLEARN_OPTIMIZERS,
    *AUTOGRAD_OPTIMIZERS,
    *MLX_OPTIMIZERS,
    *TINYGRAD_OPTIMIZERS,
    *TENSORFLOW_OPTIMIZERS,
)
