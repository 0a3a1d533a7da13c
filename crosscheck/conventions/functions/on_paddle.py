"""PaddlePaddle's losses, activations, slopes at kinks, and initialisers."""

from math import exp, nan

import numpy as np

from crosscheck.conventions.functions.activations import (
    FLAT,
    GELU_LOST,
    IN_DOUBLE,
    LAST,
    LINEAR,
    LOG_SIGMOID,
    LOST,
    MIDDLE,
    TANH,
    TANH_FLAT,
    TANH_FORM,
    ZERO,
)
from crosscheck.conventions.functions.factors import (
    GLOROT,
    GLOROT_NORMAL,
    HE,
    HE_NORMAL,
    MEAN,
    TWENTIETH,
    TWICE_THE_SUM,
)
from crosscheck.conventions.functions.initializers import IN_OUT, Draws
from crosscheck.conventions.functions.kinks import ALPHA, AT_0, SELU, TIED
from crosscheck.conventions.functions.losses import (
    BCE,
    BCE_Z,
    CE,
    CLAMPED,
    FAR,
    HALF,
    HUBER,
    MSE,
    P_MINUS_Y,
    SLOPE_1,
    TINY,
    WEIGHTED,
    Y,
    Z,
)
from crosscheck.conventions.functions.losses import LOST as LOSS_LOST
from crosscheck.conventions.functions.statements import SINGLE, Equals, FunctionStatements, Values

SELU_SLOPE = float(np.float32(SELU * ALPHA))
SIXTH = 0.16666670143604279  # its default slope, 0.1666667, in float32
F = "paddle.nn.functional"
EXPONENTS = "it clips every exponent to at least -64"

LOSSES: FunctionStatements = (
    Equals("paddle", "paddle.nn.MSELoss()(z, y)", MSE, "probabilities"),
    Equals("paddle", "paddle.nn.MSELoss(reduction='sum')(z, y)", HALF, "logits", TWICE_THE_SUM),
    Equals("paddle", "paddle.nn.BCELoss()(z, y)", BCE, "probabilities", MEAN),
    Equals("paddle", "paddle.nn.BCEWithLogitsLoss()(z, y)", BCE_Z, "logits", MEAN),
    Equals("paddle", "paddle.nn.CrossEntropyLoss(soft_label=True)(z, y)", CE, "logits of shares"),
    Equals("paddle", "paddle.nn.CrossEntropyLoss()(z, y.argmax(1))", CE, "logits of labels"),
    Equals(
        "paddle",
        "paddle.nn.CrossEntropyLoss(soft_label=True, label_smoothing=0.1)(z, y)",
        CE,
        "logits of labels",
        smoothing=0.1,
        within=SINGLE,
        because="it smooths the targets in float32",
    ),
    Values("paddle", "paddle.nn.BCELoss()(z, y)", 0.0, 100.0, -1e12, 1.0, because=CLAMPED),
    Values("paddle", "paddle.nn.BCELoss()(z, y)", 1.0, 100.0, 1e12, 0.0, because=CLAMPED),
    Values("paddle", "paddle.nn.BCELoss()(z, y)", 0.0, 0.0, 0.0, 0.0, because=SLOPE_1),
    Values("paddle", "paddle.nn.BCELoss()(z, y)", 1e-50, 0.0, 1e-38, 0.0, because=SLOPE_1),
    Values(
        "paddle", "paddle.nn.BCEWithLogitsLoss()(z, y)", -200.0, 0.0, TINY, 0.0, because=LOSS_LOST
    ),
    Values(
        "paddle", "paddle.nn.BCEWithLogitsLoss()(z, y)", 200.0, 0.0, -TINY, 1.0, because=LOSS_LOST
    ),
    Values("paddle", "paddle.nn.BCEWithLogitsLoss()(z, y)", -200.0, 200.0, -1.0, 1.0),
    Values(
        "paddle",
        "paddle.nn.CrossEntropyLoss(soft_label=True)(z, y)",
        Z,
        WEIGHTED,
        P_MINUS_Y,
        Y,
        because="the gradient is p - y, which is right only if the targets sum to 1",
    ),
    Values(
        "paddle",
        "paddle.nn.CrossEntropyLoss(soft_label=True)(z, y)",
        FAR[0],
        64.0,
        FAR[2],
        FAR[3],
        because=EXPONENTS,
    ),
    Values("paddle", "paddle.nn.HuberLoss(delta=2)(z, y)", *HUBER),
    Values(
        "paddle", "paddle.nn.SmoothL1Loss(delta=2)(z, y)", *HUBER, because="it is the Huber loss"
    ),
)

ACTIVATIONS: FunctionStatements = (
    *(
        Equals("paddle", f"{F}.{name}(z)", name, MIDDLE)
        for name in ("sigmoid", "tanh", "relu", "softmax", "softplus", "gelu")
    ),
    Equals(
        "paddle", f"{F}.gelu(z, approximate=True)", "gelu", MIDDLE, within=TANH_FORM, because=TANH
    ),
    Values("paddle", f"{F}.gelu(z)", *GELU_LOST, within=(0.0, 128 * 2.0**-52), because=LOST),
    Values("paddle", f"{F}.softplus(z)", 20.5, 20.5, 1.0, because=LINEAR),
    Values("paddle", f"{F}.softplus(z)", -40.0, 0.0, exp(-40)),
    Values("paddle", f"{F}.sigmoid(z)", *FLAT, because=IN_DOUBLE),
    Values("paddle", f"{F}.sigmoid(z)", *ZERO),
    Values("paddle", f"{F}.log_sigmoid(z)", *LOG_SIGMOID),
    Values("paddle", f"{F}.log_sigmoid(z)", 40.0, 0.0, exp(-40)),
    Values("paddle", "paddle.tanh(z)", *TANH_FLAT),
    Values("paddle", f"{F}.softmax(z)", *LAST),
    Values("paddle", f"{F}.softmax(z)[1:]", (0.0, -800.0), exp(-64), (0.0, 0.0), because=EXPONENTS),
    Values(
        "paddle", f"{F}.log_softmax(z)[1:]", (0.0, -800.0), -64.0, (-1.0, 1.0), because=EXPONENTS
    ),
)

KINKS: FunctionStatements = (
    Values("paddle", f"{F}.relu(z)", 0.0, 0.0, 0.0),
    Values("paddle", f"{F}.relu(z)", nan, 0.0, 0.0, because="NaN becomes 0"),
    Values("paddle", "paddle.maximum(z, paddle.zeros_like(z))", 0.0, 0.0, 0.5),
    Values("paddle", "paddle.clip(z, -1, 1)", 1.0, 1.0, 1.0),
    Values("paddle", f"{F}.hardtanh(z)", 1.0, 1.0, 0.0),
    Values("paddle", f"{F}.relu6(z)", 6.0, 6.0, 0.0),
    Values("paddle", f"{F}.leaky_relu(z)", 0.0, 0.0, 1.0),
    Values("paddle", f"{F}.leaky_relu(z)", -1.0, -0.01, 0.01),
    Values("paddle", "paddle.abs(z)", 0.0, 0.0, 0.0),
    Values("paddle", f"{F}.elu(z)", 0.0, 0.0, 1.0),
    Values(
        "paddle",
        f"{F}.selu(z)",
        0.0,
        0.0,
        SELU_SLOPE,
        because="its constants are rounded to float32",
    ),
    Values("paddle", f"{F}.hardsigmoid(z)", 3.0, 1.0, 0.0),
    Values(
        "paddle",
        f"{F}.hardsigmoid(z)",
        0.0,
        0.5,
        SIXTH,
        because="its slope is 0.1666667, rounded to float32",
    ),
    Values("paddle", "paddle.max(z)", TIED, 1.0, (0.5, 0.5)),
    Values("paddle", "paddle.amax(z)", TIED, 1.0, (0.5, 0.5)),
    Values("paddle", "paddle.linalg.norm(z)", AT_0, 0.0, AT_0),
)


def _weights(initializer: str) -> str:
    return f"paddle.nn.Linear(400, 900, weight_attr=paddle.nn.initializer.{initializer})"


INITIALIZERS = (
    Draws("paddle", "paddle.nn.Linear(400, 900)", "layer.weight", IN_OUT, "uniform", GLOROT),
    Draws("paddle", "paddle.nn.Linear(400, 900)", "layer.bias", "fan_out", "zero"),
    Draws("paddle", _weights("XavierUniform()"), "layer.weight", IN_OUT, "uniform", GLOROT),
    Draws("paddle", _weights("XavierNormal()"), "layer.weight", IN_OUT, "normal", GLOROT_NORMAL),
    Draws(
        "paddle",
        _weights("KaimingUniform()"),
        "layer.weight",
        IN_OUT,
        "uniform",
        HE,
    ),
    Draws("paddle", _weights("KaimingNormal()"), "layer.weight", IN_OUT, "normal", HE_NORMAL),
    Draws(
        "paddle",
        _weights("TruncatedNormal(std=0.05)"),
        "layer.weight",
        IN_OUT,
        "normal",
        TWENTIETH,
        because="it is cut at -2 and 2, and not at two standard deviations",
    ),
)

PADDLE_STATEMENTS = (*LOSSES, *ACTIVATIONS, *KINKS, *INITIALIZERS)
