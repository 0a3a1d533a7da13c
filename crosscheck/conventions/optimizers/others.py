"""The optimizers of scikit-learn's networks, HIPS autograd, MLX, tinygrad and TensorFlow 1."""

from crosscheck.conventions.optimizers.rows import REQUIRED, Argument, Off, Row

# ----- scikit-learn: what MLPClassifier and MLPRegressor use -----

SKLEARN = "sklearn.neural_network._stochastic_optimizers"
RATE_INIT = Argument("learning_rate_init", 1e-3, "learning_rate")
B1, B2 = Argument("beta_1", 0.9, "b1"), Argument("beta_2", 0.999, "b2")
OF_SKLEARN = (
    Row(
        "sklearn",
        f"{SKLEARN}.SGDOptimizer",
        "momentum",
        (
            Argument("learning_rate_init", 0.1, "learning_rate"),
            Argument("lr_schedule", "constant"),
            Argument("momentum", 0.9, "momentum"),
            Argument("nesterov", True, "nesterov"),
            Argument("power_t", 0.5, inert=True),
        ),
    ),
    Row(
        "sklearn",
        f"{SKLEARN}.AdamOptimizer",
        "adam",
        (RATE_INIT, B1, B2, Argument("epsilon", 1e-8, "eps")),
        {"eps_place": "hat"},
    ),
)

# ----- HIPS autograd: one learning rate for good -----

STEP = Argument("step_size", 0.1, "learning_rate")
STEPS = Argument("num_iters", 100, inert=True)
OF_AUTOGRAD = (
    Row(
        "autograd",
        "autograd.misc.optimizers.sgd",
        "momentum",
        # The mass is the dampening too: v = mass v - (1 - mass) g.
        (STEPS, STEP, Argument("mass", 0.9, ("momentum", "dampening"))),
        {"rate_inside": False},
        constant_rate=True,
        hidden=True,
    ),
    Row(
        "autograd",
        "autograd.misc.optimizers.rmsprop",
        "rmsprop",
        (STEPS, STEP, Argument("gamma", 0.9, "decay"), Argument("eps", 1e-8, "eps")),
        {"initial_accumulator": 1.0},
        constant_rate=True,
        hidden=True,
    ),
    Row(
        "autograd",
        "autograd.misc.optimizers.adam",
        "adam",
        (
            STEPS,
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

OF_MLX_RATE = Argument("learning_rate", REQUIRED, "learning_rate")
BETAS = Argument("betas", (0.9, 0.999), ("b1", "b2"))
EPS = Argument("eps", 1e-8, "eps")
CORRECTION = Argument("bias_correction", False, "bias_correction")
OF_MLX_POWERS = Off(
    "the powers of its betas are float32 numbers",
    {"eps=0.01, b2=0.75, bias_correction=True": 1.5e-7},
    powers=("b1", "b2"),
)


def _mlx(name: str, optimizer: str, *arguments: Argument, **others: object) -> Row:
    call = f"mlx.optimizers.{name}"
    rounds = ("learning_rate",)  # which is an array of float32
    return Row("mlx", call, optimizer, (OF_MLX_RATE, *arguments), rounds=rounds, **others)  # type: ignore[arg-type]


OF_MLX = (
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
    _mlx("Adam", "adam", BETAS, EPS, CORRECTION, off=OF_MLX_POWERS),
    _mlx(
        "AdamW",
        "adam",
        BETAS,
        EPS,
        Argument("weight_decay", 0.01, "weight_decay"),
        CORRECTION,
        off=OF_MLX_POWERS,
    ),
    _mlx("Adamax", "adamax", BETAS, EPS, fixed={"bias_correction": False}),
    _mlx(
        "Lion",
        "lion",
        Argument("betas", (0.9, 0.99), ("b1", "b2")),
        Argument("weight_decay", 0.0, "weight_decay"),
    ),
)

# ----- tinygrad -----

OF_TINYGRAD_RATE = Argument("lr", 1e-3, "learning_rate")
HOW = (Argument("device", None, inert=True), Argument("fused", None, inert=True))
TINY_BETAS = (Argument("b1", 0.9, "b1"), Argument("b2", 0.999, "b2"), EPS)
# 1/2 and 3/4, and their powers, are the same in float32.
OF_TINYGRAD_POWERS = Off(
    "the powers of its betas are float32 numbers",
    {"defaults": 5.8e-8, "weight_decay=0.1": 5.4e-6},
    powers=("b1", "b2"),
)
OF_TINYGRAD = (
    Row(
        "tinygrad",
        "tinygrad.nn.optim.SGD",
        "momentum",
        (
            OF_TINYGRAD_RATE,
            Argument("momentum", 0.0, "momentum"),
            Argument("weight_decay", 0.0, "weight_decay"),
            Argument("nesterov", False, "nesterov"),
            Argument("classic", False, "rate_inside"),
            *HOW,
        ),
        decoupled=False,
    ),
    Row(
        "tinygrad",
        "tinygrad.nn.optim.Adam",
        "adam",
        (OF_TINYGRAD_RATE, *TINY_BETAS, *HOW),
        off=OF_TINYGRAD_POWERS,
    ),
    Row(
        "tinygrad",
        "tinygrad.nn.optim.AdamW",
        "adam",
        (
            OF_TINYGRAD_RATE,
            *TINY_BETAS,
            Argument("weight_decay", 0.01, "weight_decay"),
            *HOW,
        ),
        off=OF_TINYGRAD_POWERS,
    ),
)

# ----- TensorFlow 1's, which TensorFlow 2 still has -----

LOCKING = Argument("use_locking", False, inert=True)


def _tensorflow(name: str, optimizer: str, *arguments: Argument, **others: object) -> Row:
    call = f"tensorflow.compat.v1.train.{name}Optimizer"
    named = (LOCKING, Argument("name", name, inert=True))
    return Row("tensorflow", call, optimizer, (*arguments, *named), **others)  # type: ignore[arg-type]


OF_TENSORFLOW_RATE = Argument("learning_rate", REQUIRED, "learning_rate")
RATE_ALONE = ("learning_rate",)
OF_TENSORFLOW = (
    _tensorflow("GradientDescent", "momentum", OF_TENSORFLOW_RATE, rounds=RATE_ALONE),
    _tensorflow(
        "Momentum",
        "momentum",
        OF_TENSORFLOW_RATE,
        Argument("momentum", REQUIRED, "momentum"),
        Argument("use_nesterov", False, "nesterov"),
        fixed={"rate_inside": False},
        rounds=("learning_rate", "momentum"),
    ),
    _tensorflow(
        "Adagrad",
        "adagrad",
        OF_TENSORFLOW_RATE,
        Argument("initial_accumulator_value", 0.1, "initial_accumulator"),
        fixed={"eps": 0.0},
        rounds=RATE_ALONE,
    ),
    _tensorflow(
        "RMSProp",
        "rmsprop",
        OF_TENSORFLOW_RATE,
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
        off=Off(
            "the powers of its betas are float32 products",
            {"defaults": 1.4e-8},
            powers=("b1", "b2"),
        ),
    ),
)

ROWS = (*OF_SKLEARN, *OF_AUTOGRAD, *OF_MLX, *OF_TINYGRAD, *OF_TENSORFLOW)
