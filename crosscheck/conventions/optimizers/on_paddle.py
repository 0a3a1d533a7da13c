"""The optimizers of PaddlePaddle, which round some of their numbers to float32 in float64 too.

Its kernels take them as C floats; which ones was found by running. The learning rate and Adam's
betas are tensors and stay as they are. A weight decay is an L2 penalty, but for AdamW.
"""

from crosscheck.conventions.optimizers.stock_optimizer import (
    REQUIRED,
    Argument,
    KnownDeviation,
    StockOptimizer,
)

RATE = Argument("learning_rate", 1e-3, "learning_rate")
RATE_NEEDED = Argument("learning_rate", REQUIRED, "learning_rate")
B1, B2 = Argument("beta1", 0.9, "b1"), Argument("beta2", 0.999, "b2")
EPS = Argument("epsilon", 1e-8, "eps")
LARGER_EPS = Argument("epsilon", 1e-6, "eps")
DECAY = Argument("weight_decay", None, "weight_decay", ((None, 0.0),))
AMSGRAD = Argument("amsgrad", False, "maximum_of", ((False, "none"), (True, "raw")))
COMMON = (
    Argument("grad_clip", None, reason="the gradients are clipped before the optimizer has them"),
    Argument("name", None, inert=True),
)
PRECISION = Argument("multi_precision", False, inert=True)  # of float16 parameters
LAZY = Argument("lazy_mode", False, inert=True)  # of sparse gradients
TOGETHER = Argument("use_multi_tensor", False, inert=True)
BETAS_AND_EPS = ("b1", "b2", "eps")


def _paddle(
    name: str,
    optimizer: str,
    *arguments: Argument,
    fixed: dict[str, object] | None = None,
    rounds: tuple[str, ...] = (),
    decoupled: bool = False,
    deviation: KnownDeviation | None = None,
) -> StockOptimizer:
    return StockOptimizer(
        "paddle",
        f"paddle.optimizer.{name}",
        optimizer,
        (*arguments, *COMMON),
        fixed or {},
        decoupled=decoupled,
        rounds=rounds,
        deviation=deviation,
    )


PADDLE_OPTIMIZERS = (
    _paddle("SGD", "momentum", RATE, DECAY, PRECISION),
    _paddle(
        "Momentum",
        "momentum",
        RATE,
        Argument("momentum", 0.9, "momentum"),
        Argument("use_nesterov", False, "nesterov"),
        DECAY,
        PRECISION,
        Argument("rescale_grad", 1.0, reason="it multiplies every gradient"),
        TOGETHER,
        fixed={"rate_inside": False},
        rounds=("momentum", "weight_decay"),
    ),
    _paddle(
        "Adagrad",
        "adagrad",
        RATE_NEEDED,
        LARGER_EPS,
        DECAY,
        Argument("initial_accumulator_value", 0.0, "initial_accumulator"),
        rounds=("eps",),
    ),
    _paddle(
        "RMSProp",
        "rmsprop",
        RATE_NEEDED,
        Argument("rho", 0.95, "decay"),
        LARGER_EPS,
        Argument("momentum", 0.0, "momentum"),
        Argument("centered", False, "centered"),
        DECAY,
        fixed={"eps_place": "inside"},
        rounds=("decay", "eps", "momentum"),
    ),
    _paddle(
        "Adadelta",
        "adadelta",
        RATE,
        LARGER_EPS,
        Argument("rho", 0.95, "decay"),
        DECAY,
        rounds=("decay", "eps"),
    ),
    # Its documentation shows eps "hat", and it computes the paper's.
    _paddle("Adam", "adam", RATE, B1, B2, EPS, DECAY, LAZY, PRECISION, TOGETHER, AMSGRAD),
    _paddle(
        "AdamW",
        "adam",
        RATE,
        B1,
        B2,
        EPS,
        Argument("weight_decay", 0.01, "weight_decay"),
        Argument("use_lowprecision_moment", False, reason="the moments are rounded"),
        Argument("lr_ratio", None, reason="each layer has a rate of its own"),
        Argument("apply_decay_param_fun", None, reason="some parameters are spared the decay"),
        LAZY,
        PRECISION,
        AMSGRAD,
        decoupled=True,
        rounds=("weight_decay",),
    ),
    _paddle(
        "Adamax",
        "adamax",
        RATE,
        B1,
        B2,
        EPS,
        DECAY,
        fixed={"eps_place": "inside"},
        rounds=BETAS_AND_EPS,
        deviation=KnownDeviation(
            "eps is added to the old maximum, u = max(b2 u + eps, abs(g)), and 1 - b1^t is "
            "computed from the b1 that is not rounded",
            {
                "defaults": 8.67e-10,
                "eps=0.01, b1=0.5, b2=0.75": 0.0128,
                "eps=0.01, b1=0.5, b2=0.75, rate quartered after six steps": 0.00968,
                "weight_decay=0.1": 8.25e-8,
                "weight_decay=0.1, rate quartered after six steps": 7.42e-8,
            },
        ),
    ),
    _paddle(
        "NAdam",
        "nadam",
        Argument("learning_rate", 2e-3, "learning_rate"),
        B1,
        B2,
        EPS,
        Argument("momentum_decay", 0.004, "momentum_decay"),
        DECAY,
        rounds=(*BETAS_AND_EPS, "momentum_decay"),
    ),
    _paddle(
        "RAdam",
        "radam",
        RATE,
        B1,
        B2,
        EPS,
        DECAY,
        fixed={"threshold": 5.0, "eps_place": "hat"},
        rounds=BETAS_AND_EPS,
    ),
)
