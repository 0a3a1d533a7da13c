"""The optimizers of Keras 3, the same on every backend.

The learning rate stands inside the velocity, eps is "hat" in Adam, and every weight decay stands
beside the update.
"""

from typing import Any

from crosscheck.conventions.optimizers.stock_optimizer import Argument, StockOptimizer

RATE = Argument("learning_rate", 1e-3, "learning_rate")
B1, B2 = Argument("beta_1", 0.9, "b1"), Argument("beta_2", 0.999, "b2")
EPS = Argument("epsilon", 1e-7, "eps")
DECAY = Argument("weight_decay", None, "weight_decay", ((None, 0.0),))
AMSGRAD = Argument("amsgrad", False, "maximum_of", ((False, "none"), (True, "raw")))
COMMON = (
    *(
        Argument(name, None, reason="the gradients are clipped before the optimizer has them")
        for name in ("clipnorm", "clipvalue", "global_clipnorm")
    ),
    Argument("use_ema", False, reason="it keeps a mean of the parameters, which are overwritten"),
    Argument("ema_momentum", 0.99, inert=True),
    Argument("ema_overwrite_frequency", None, inert=True),
    Argument("loss_scale_factor", None, reason="it divides every gradient, for a scaled loss"),
    Argument(
        "gradient_accumulation_steps", None, reason="it moves once in so many calls, by the mean"
    ),
    Argument("name", None, inert=True),
)

# The name, that in `specs.KEYWORDS`, the arguments, and the keywords that no argument sets.
DEFINITIONS: tuple[tuple[str, str, tuple[Argument, ...], dict[str, Any]], ...] = (
    (
        "SGD",
        "momentum",
        (
            Argument("learning_rate", 1e-2, "learning_rate"),
            Argument("momentum", 0.0, "momentum"),
            Argument("nesterov", False, "nesterov"),
            DECAY,
        ),
        {},
    ),
    (
        "Adagrad",
        "adagrad",
        (RATE, Argument("initial_accumulator_value", 0.1, "initial_accumulator"), EPS, DECAY),
        {"eps_place": "inside"},
    ),
    (
        "RMSprop",
        "rmsprop",
        (
            RATE,
            Argument("rho", 0.9, "decay"),
            Argument("momentum", 0.0, "momentum"),
            EPS,
            Argument("centered", False, "centered"),
            DECAY,
        ),
        {"eps_place": "inside"},
    ),
    ("Adadelta", "adadelta", (RATE, Argument("rho", 0.95, "decay"), EPS, DECAY), {}),
    ("Adam", "adam", (RATE, B1, B2, EPS, AMSGRAD, DECAY), {"eps_place": "hat"}),
    (
        "AdamW",
        "adam",
        (RATE, Argument("weight_decay", 4e-3, "weight_decay"), B1, B2, EPS, AMSGRAD),
        {"eps_place": "hat"},
    ),
    ("Nadam", "nadam", (RATE, B1, B2, EPS, DECAY), {"momentum_decay": 1.0}),
    ("Adamax", "adamax", (RATE, B1, B2, EPS, DECAY), {}),
    ("Lion", "lion", (RATE, B1, Argument("beta_2", 0.99, "b2"), DECAY), {}),
)

KERAS_OPTIMIZERS = tuple(
    StockOptimizer(backend, f"keras.optimizers.{name}", optimizer, (*arguments, *COMMON), fixed)
    for backend in ("keras-jax", "keras-torch")
    for name, optimizer, arguments, fixed in DEFINITIONS
)
