"""The optimizers of torch.optim.

The learning rate stands outside the velocity. The weight decay is an L2 penalty, except in AdamW.
eps stands outside the root, and in RAdam it is "hat".
"""

from crosscheck.conventions.optimizers.stock_optimizer import (
    Argument,
    KnownDeviation,
    StockOptimizer,
)

DECAY = Argument("weight_decay", 0, "weight_decay")
BETAS = Argument("betas", (0.9, 0.999), ("b1", "b2"))
EPS = Argument("eps", 1e-8, "eps")
FOREACH, FUSED = Argument("foreach", None, inert=True), Argument("fused", None, inert=True)
DIFFERENTIABLE = Argument(
    "differentiable",
    False,
    reason="what depends on the count of steps is computed in float32 then, and only parameters "
    "that are no leaves can be stepped",
)
EXECUTION = (FOREACH, FUSED, DIFFERENTIABLE)
CAPTURABLE = Argument(
    "capturable",
    False,
    reason="what depends on the count of steps is computed in float32 then, and PyTorch refuses it "
    "on a CPU",
)
MAXIMIZE = Argument("maximize", False, "ascends")
DECOUPLED = Argument("decoupled_weight_decay", False, "decoupled")
AMSGRAD = Argument("amsgrad", False, "maximum_of", ((False, "none"), (True, "raw")))


def _row(name: str, optimizer: str, *arguments: Argument, **others: object) -> StockOptimizer:
    return StockOptimizer("torch", f"torch.optim.{name}", optimizer, arguments, **others)  # type: ignore[arg-type]


TORCH_OPTIMIZERS = (
    _row(
        "SGD",
        "momentum",
        Argument("lr", 1e-3, "learning_rate"),
        Argument("momentum", 0, "momentum"),
        Argument("dampening", 0, "dampening"),
        DECAY,
        Argument("nesterov", False, "nesterov"),
        MAXIMIZE,
        *EXECUTION,
        fixed={"rate_inside": False, "dampen_first": False},
        decoupled=False,
    ),
    _row(
        "Adagrad",
        "adagrad",
        Argument("lr", 1e-2, "learning_rate"),
        Argument("lr_decay", 0, "rate_decay"),
        DECAY,
        Argument("initial_accumulator_value", 0, "initial_accumulator"),
        Argument("eps", 1e-10, "eps"),
        MAXIMIZE,
        *EXECUTION,
        decoupled=False,
    ),
    _row(
        "RMSprop",
        "rmsprop",
        Argument("lr", 1e-2, "learning_rate"),
        Argument("alpha", 0.99, "decay"),
        EPS,
        DECAY,
        Argument("momentum", 0, "momentum"),
        Argument("centered", False, "centered"),
        CAPTURABLE,
        MAXIMIZE,
        FOREACH,
        DIFFERENTIABLE,
        fixed={"rate_inside": False},
        decoupled=False,
    ),
    _row(
        "Adadelta",
        "adadelta",
        Argument("lr", 1.0, "learning_rate"),
        Argument("rho", 0.9, "decay"),
        Argument("eps", 1e-6, "eps"),
        DECAY,
        CAPTURABLE,
        MAXIMIZE,
        FOREACH,
        DIFFERENTIABLE,
        decoupled=False,
    ),
    _row(
        "Adam",
        "adam",
        Argument("lr", 1e-3, "learning_rate"),
        BETAS,
        EPS,
        DECAY,
        AMSGRAD,
        MAXIMIZE,
        CAPTURABLE,
        DECOUPLED,
        *EXECUTION,
    ),
    _row(
        "AdamW",
        "adam",
        Argument("lr", 1e-3, "learning_rate"),
        BETAS,
        EPS,
        Argument("weight_decay", 1e-2, "weight_decay"),
        AMSGRAD,
        MAXIMIZE,
        CAPTURABLE,
        *EXECUTION,
    ),
    _row(
        "NAdam",
        "nadam",
        Argument("lr", 2e-3, "learning_rate"),
        BETAS,
        EPS,
        DECAY,
        Argument("momentum_decay", 4e-3, "momentum_decay"),
        DECOUPLED,
        MAXIMIZE,
        CAPTURABLE,
        FOREACH,
        DIFFERENTIABLE,
        deviation=KnownDeviation(
            "the product of its momenta is a float32 number, unless torch's default dtype is "
            "float64 when the optimizer is created",
            {
                "defaults": 3.3e-11,
                "eps=0.01, b1=0.5, b2=0.75": 1.5e-9,
                "momentum_decay=1.0": 1.2e-9,
                "weight_decay=0.1": 1.3e-9,
                "ascends=True, weight_decay=0.1": 1.3e-9,
            },
            powers=("b1",),
        ),
    ),
    _row(
        "RAdam",
        "radam",
        Argument("lr", 1e-3, "learning_rate"),
        BETAS,
        EPS,
        DECAY,
        DECOUPLED,
        MAXIMIZE,
        CAPTURABLE,
        FOREACH,
        DIFFERENTIABLE,
        fixed={"threshold": 5.0, "eps_place": "hat"},
    ),
    _row(
        "Adamax",
        "adamax",
        Argument("lr", 2e-3, "learning_rate"),
        BETAS,
        EPS,
        DECAY,
        MAXIMIZE,
        CAPTURABLE,
        FOREACH,
        DIFFERENTIABLE,
        fixed={"eps_place": "inside"},
        decoupled=False,
    ),
)
