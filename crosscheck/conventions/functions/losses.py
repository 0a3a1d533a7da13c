"""The frameworks' losses beside the reference's: factors, reductions, clips, large logits.

With B samples and K outputs, a reference adds up the outputs and takes the mean over the samples.
Most frameworks take the mean over all B * K numbers, and some return every number.
"""

from math import exp, inf, log, nan

import numpy as np

from crosscheck.conventions.functions.factors import (
    ALL,
    HALF_OF_IT,
    HALF_THE_SUM,
    MEAN,
    SAMPLES,
    SUM,
    TWICE_THE_SUM,
)
from crosscheck.conventions.functions.statements import SINGLE, Equals, FunctionStatements, Values

MSE, HALF = "mean_squared_error", "half_squared_error"
BCE, BCE_Z = "binary_cross_entropy", "sigmoid_binary_cross_entropy"
CE = "softmax_cross_entropy"

TINY = exp(-200)  # sigmoid(-200) and softplus(-200), to the last digit of float64
TORCH_EPS = float(np.float32(1e-12))  # torch stores it in float32
EXP2 = (0.0, 256 * 2.0**-52)  # tinygrad's exp(z) is 2^(z / log 2): an error that grows with z

# Targets that do not add up to 1; the loss, its gradient, and the gradient p - y of other targets.
Z, Y = (0.1, 0.2, 0.3), (0.0, 2.0, 0.0)
P = np.exp(Z) / np.exp(Z).sum()
WEIGHTED, ITS_GRADIENT = -2 * log(P[1]), tuple((2 * P - Y).tolist())
P_MINUS_Y = tuple((P - Y).tolist())
FAR = ((1e3, 0.0), 1e3, (1.0, -1.0), (0.0, 1.0))  # at, value, gradient, targets
HUBER, SMOOTH_L1 = (3.0, 4.0, 2.0, 0.0), (3.0, 2.0, 1.0, 0.0)  # SmoothL1 is Huber / beta

CLAMPED = "it clips log p to at least -100, and p (1 - p) to at least 1e-12"
SLOPE_1 = "the exact slope is 1"
LOST = "where it has 0, the exact number is e^-200 or -e^-200"
MLX_EXP = "its exp is less exact than float64"

TORCH: FunctionStatements = (
    Equals("torch", "torch.nn.MSELoss()(z, y)", MSE, "probabilities"),
    Equals("torch", "torch.nn.MSELoss(reduction='sum')(z, y)", HALF, "logits", TWICE_THE_SUM),
    Equals("torch", "torch.nn.BCELoss()(z, y)", BCE, "probabilities", MEAN),
    Equals("torch", "torch.nn.BCEWithLogitsLoss()(z, y)", BCE_Z, "logits", MEAN),
    Equals("torch", "torch.nn.CrossEntropyLoss()(z, y)", CE, "logits of shares"),
    Equals("torch", "torch.nn.CrossEntropyLoss()(z, y.argmax(1))", CE, "logits of labels"),
    Equals(
        "torch",
        "torch.nn.CrossEntropyLoss(label_smoothing=0.1)(z, y)",
        CE,
        "logits of labels",
        smoothing=0.1,
    ),
    Values("torch", "torch.nn.BCELoss()(z, y)", 0.0, 100.0, -1 / TORCH_EPS, 1.0, because=CLAMPED),
    Values("torch", "torch.nn.BCELoss()(z, y)", 1.0, 100.0, 1 / TORCH_EPS, 0.0, because=CLAMPED),
    Values("torch", "torch.nn.BCELoss()(z, y)", 0.0, 0.0, 0.0, 0.0, because=SLOPE_1),
    Values(
        "torch",
        "torch.nn.BCELoss()(z, y)",
        1e-50,
        1e-50,
        1e-50 / TORCH_EPS,
        0.0,
        because=SLOPE_1,
    ),
    Values("torch", "torch.nn.BCEWithLogitsLoss()(z, y)", -200.0, 0.0, TINY, 0.0, because=LOST),
    Values("torch", "torch.nn.BCEWithLogitsLoss()(z, y)", 200.0, TINY, 0.0, 1.0, because=LOST),
    Values("torch", "torch.nn.BCEWithLogitsLoss()(z, y)", -200.0, 200.0, -1.0, 1.0),
    Values("torch", "torch.nn.CrossEntropyLoss()(z, y)", Z, WEIGHTED, ITS_GRADIENT, Y),
    Values("torch", "torch.nn.CrossEntropyLoss()(z, y)", *FAR),
    Values("torch", "torch.nn.HuberLoss(delta=2)(z, y)", *HUBER),
    Values("torch", "torch.nn.SmoothL1Loss(beta=2)(z, y)", *SMOOTH_L1),
)

OPTAX: FunctionStatements = (
    Equals("optax", "optax.squared_error(z, y)", HALF, "logits", TWICE_THE_SUM, entries=ALL),
    Equals("optax", "optax.l2_loss(z, y)", HALF, "logits", SUM, entries=ALL),
    Equals(
        "optax",
        "optax.sigmoid_binary_cross_entropy(z, y)",
        BCE_Z,
        "logits",
        SUM,
        entries=ALL,
    ),
    Equals(
        "optax", "optax.softmax_cross_entropy(z, y)", CE, "logits of shares", SUM, entries=SAMPLES
    ),
    Equals(
        "optax",
        "optax.softmax_cross_entropy_with_integer_labels(z, y.argmax(1))",
        CE,
        "logits of labels",
        SUM,
        entries=SAMPLES,
    ),
    Equals(
        "optax",
        "optax.softmax_cross_entropy(z, optax.smooth_labels(y, 0.1))",
        CE,
        "logits of labels",
        SUM,
        entries=SAMPLES,
        smoothing=0.1,
    ),
    Values("optax", "optax.sigmoid_binary_cross_entropy(z, y)", -200.0, TINY, TINY, 0.0),
    Values("optax", "optax.sigmoid_binary_cross_entropy(z, y)", 200.0, TINY, -TINY, 1.0),
    Values("optax", "optax.sigmoid_binary_cross_entropy(z, y)", -200.0, 200.0, -1.0, 1.0),
    Values("optax", "optax.softmax_cross_entropy(z, y)", Z, WEIGHTED, ITS_GRADIENT, Y),
    Values("optax", "optax.softmax_cross_entropy(z, y)", *FAR),
    Values("optax", "optax.huber_loss(z, y, delta=2)", *HUBER),
)

# `running` makes one step of plain descent with a network without hidden layers.
SKLEARN: FunctionStatements = (
    Equals(
        "sklearn",
        "sklearn.neural_network.MLPRegressor(hidden_layer_sizes=()), y",
        MSE,
        "logits",
        HALF_OF_IT,
        HALF_THE_SUM,
        because="the value is a mean over the outputs, but the gradient is a sum over them",
    ),
    Equals(
        "sklearn",
        "sklearn.neural_network.MLPClassifier(hidden_layer_sizes=()), y.argmax(1)",
        CE,
        "logits of labels",
    ),
    Equals(
        "sklearn",
        "sklearn.neural_network.MLPClassifier(hidden_layer_sizes=()), y.astype(int)",
        BCE_Z,
        "logits of labels",
        because="several labels at once: the losses of the outputs are added up",
    ),
    Values(
        "sklearn",
        "sklearn.neural_network.MLPClassifier(hidden_layer_sizes=()), y.astype(int)",
        (200.0, 0.0),
        -log(2.0**-52) + log(2),
        (1.0, -0.5),
        (0.0, 1.0),
        because="for the value it clips p to [2^-52, 1 - 2^-52], for the gradient it does not",
    ),
)

MLX: FunctionStatements = (
    Equals("mlx", "mlx.nn.losses.mse_loss(z, y)", MSE, "probabilities"),
    Equals(
        "mlx",
        "mlx.nn.losses.binary_cross_entropy(z, y, with_logits=False)",
        BCE,
        "probabilities",
        MEAN,
    ),
    Equals(
        "mlx",
        "mlx.nn.losses.binary_cross_entropy(z, y)",
        BCE_Z,
        "logits",
        MEAN,
        within=SINGLE,
        because=MLX_EXP,
    ),
    Equals(
        "mlx",
        "mlx.nn.losses.cross_entropy(z, y)",
        CE,
        "logits of shares",
        SUM,
        entries=SAMPLES,
        within=SINGLE,
        because=MLX_EXP,
    ),
    *(
        Values("mlx", "mlx.nn.losses.binary_cross_entropy(z, y, with_logits=False)", *numbers)
        for numbers in ((0.0, 100.0, nan, 1.0), (1.0, 100.0, nan, 0.0), (0.0, 0.0, nan, 0.0))
    ),
    Values("mlx", "mlx.nn.losses.binary_cross_entropy(z, y)", -200.0, 0.0, 0.0, 0.0, because=LOST),
    Values("mlx", "mlx.nn.losses.binary_cross_entropy(z, y)", 200.0, 0.0, 0.0, 1.0, because=LOST),
    Values("mlx", "mlx.nn.losses.binary_cross_entropy(z, y)", -200.0, 200.0, -1.0, 1.0),
    Values(
        "mlx",
        "mlx.nn.losses.cross_entropy(z, y)",
        Z,
        log(np.exp(np.subtract(Z, 0.3)).sum()) + 2 * 0.1,
        P_MINUS_Y,
        Y,
        SINGLE,
        because="it computes with z - max z, by a formula that is right only if the targets sum "
        "to 1",
    ),
    Values("mlx", "mlx.nn.losses.cross_entropy(z, y)", *FAR),
    Values("mlx", "mlx.nn.losses.huber_loss(z, y, delta=2)", *HUBER),
    Values("mlx", "mlx.nn.losses.smooth_l1_loss(z, y, beta=2)", *SMOOTH_L1),
)

TINYGRAD: FunctionStatements = (
    Equals("tinygrad", "z.binary_crossentropy(y)", BCE, "probabilities", MEAN),
    Equals("tinygrad", "z.binary_crossentropy_logits(y)", BCE_Z, "logits", MEAN),
    Equals("tinygrad", "z.cross_entropy(y)", CE, "logits of shares"),
    Equals("tinygrad", "z.cross_entropy(y.argmax(1))", CE, "logits of labels"),
    Equals(
        "tinygrad",
        "z.cross_entropy(y, label_smoothing=0.1)",
        CE,
        "logits of labels",
        smoothing=0.1,
    ),
    Values("tinygrad", "z.binary_crossentropy(y)", 0.0, inf, -inf, 1.0, because="it does not clip"),
    Values("tinygrad", "z.binary_crossentropy(y)", 1.0, inf, inf, 0.0, because="it does not clip"),
    Values(
        "tinygrad", "z.binary_crossentropy(y)", 0.0, nan, nan, 0.0, because="it computes 0 log 0"
    ),
    Values("tinygrad", "z.binary_crossentropy_logits(y)", -200.0, 0.0, TINY, 0.0, EXP2, LOST),
    Values("tinygrad", "z.binary_crossentropy_logits(y)", 200.0, 0.0, -TINY, 1.0, EXP2, LOST),
    Values("tinygrad", "z.binary_crossentropy_logits(y)", -200.0, 200.0, -1.0, 1.0),
    Values("tinygrad", "z.cross_entropy(y)", Z, WEIGHTED, ITS_GRADIENT, Y),
    Values("tinygrad", "z.cross_entropy(y)", *FAR),
)

LOSS_STATEMENTS: FunctionStatements = (*TORCH, *OPTAX, *SKLEARN, *MLX, *TINYGRAD)
