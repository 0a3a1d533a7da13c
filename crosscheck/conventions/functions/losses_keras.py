"""The losses of TensorFlow, and those of Keras on each of its backends."""

from math import log

from crosscheck.conventions.functions.factors import ALL, MEAN, MEANS, SAMPLES, SUM
from crosscheck.conventions.functions.losses import (
    BCE,
    BCE_Z,
    CE,
    FAR,
    HALF,
    HUBER,
    ITS_GRADIENT,
    MSE,
    P_MINUS_Y,
    TINY,
    WEIGHTED,
    Y,
    Z,
)
from crosscheck.conventions.functions.statements import (
    SINGLE,
    WITHIN_EQUAL,
    Equals,
    FunctionStatements,
    Values,
)

TENSORFLOW: FunctionStatements = (
    Equals("tensorflow", "tensorflow.nn.l2_loss(z - y)", HALF, "logits", SUM),
    Equals(
        "tensorflow",
        "tensorflow.nn.sigmoid_cross_entropy_with_logits(y, z)",
        BCE_Z,
        "logits",
        SUM,
        entries=ALL,
    ),
    Equals(
        "tensorflow",
        "tensorflow.nn.softmax_cross_entropy_with_logits(y, z)",
        CE,
        "logits of shares",
        SUM,
        entries=SAMPLES,
    ),
    *(
        Values("tensorflow", "tensorflow.nn.sigmoid_cross_entropy_with_logits(y, z)", *numbers)
        for numbers in ((-200.0, TINY, TINY, 0.0), (200.0, TINY, -TINY, 1.0))
    ),
    Values(
        "tensorflow",
        "tensorflow.nn.softmax_cross_entropy_with_logits(y, z)",
        Z,
        WEIGHTED,
        P_MINUS_Y,
        Y,
        because="the gradient is p - y, which is not the derivative of the value",
    ),
    Values("tensorflow", "tensorflow.nn.softmax_cross_entropy_with_logits(y, z)", *FAR),
)


def _keras(
    framework: str,
    losses: str,
    within: tuple[float, float],
    within_classes: tuple[float, float],
    of_logits: tuple[tuple[float, float, float, float], ...],
    of_weighted: tuple[float, ...],
) -> FunctionStatements:
    """The statements about Keras on one backend.

    Args:
        framework: A name in `stock.FRAMEWORKS`.
        losses: The module of the losses.
        within: The interval in which most differences must lie.
        within_classes: The same for the categorical losses.
        of_logits: Points, values, gradients and targets of the binary loss of logits.
        of_weighted: The gradient of the categorical loss for targets that do not add up to 1.
    """
    bce = f"{losses}.BinaryCrossentropy()(y, z)"
    bce_z = f"{losses}.BinaryCrossentropy(from_logits=True)(y, z)"
    ce = f"{losses}.CategoricalCrossentropy()(y, z)"
    ce_z = f"{losses}.CategoricalCrossentropy(from_logits=True)(y, z)"
    smoothed = ce_z.replace("True", "True, label_smoothing=0.1")
    clipped = "it clips p to [1e-7, 1 - 1e-7]"
    scaled = "it divides p by its sum, for the gradient too"
    return (
        Equals(
            framework, f"{losses}.MeanSquaredError()(y, z)", MSE, "probabilities", within=within
        ),
        Equals(
            framework,
            f"{losses}.binary_crossentropy(y, z)",
            BCE,
            "probabilities",
            MEANS,
            entries=SAMPLES,
            within=within,
        ),
        Equals(framework, bce, BCE, "probabilities", MEAN, within=within),
        Equals(framework, bce_z, BCE_Z, "logits", MEAN, within=within),
        Equals(framework, ce_z, CE, "logits of shares", within=within_classes),
        Equals(framework, smoothed, CE, "logits of labels", within=within_classes, smoothing=0.1),
        Values(framework, bce, 0.0, -log(1e-7), 0.0, 1.0, within, clipped),
        Values(framework, bce, 1.0, -log(1 - (1 - 1e-7)), 0.0, 0.0, within, clipped),
        Values(framework, bce, 0.0, -log(1 - 1e-7), 0.0, 0.0, within, clipped),
        *(Values(framework, bce_z, *numbers) for numbers in of_logits),
        Values(
            framework,
            ce,
            (0.4, 1.0, 0.6),
            log(2),
            (0.5, -0.5, 0.5),
            (0.0, 1.0, 0.0),
            within_classes,
            scaled,
        ),
        Values(
            framework,
            ce,
            (0.0, 0.5, 0.5),
            -log(1e-7),
            (0.0, 0.0, 0.0),
            (1.0, 0.0, 0.0),
            within_classes,
            clipped,
        ),
        Values(framework, ce_z, Z, WEIGHTED, of_weighted, Y, within_classes),
        Values(framework, ce_z, *FAR),
        Values(framework, f"{losses}.Huber(delta=2.0)(y, z)", *HUBER),
    )


KERAS: FunctionStatements = (
    *_keras(
        "keras-jax",
        "keras.losses",
        SINGLE,
        WITHIN_EQUAL,
        ((-200.0, 0.0, TINY, 0.0), (200.0, 0.0, -TINY, 1.0)),
        ITS_GRADIENT,
    ),
    *_keras(
        "keras-torch",
        "keras.losses",
        SINGLE,
        SINGLE,
        ((-200.0, 0.0, TINY, 0.0), (200.0, 0.0, 0.0, 1.0)),
        ITS_GRADIENT,
    ),
    *_keras(
        "tensorflow",
        "tensorflow.keras.losses",
        WITHIN_EQUAL,
        WITHIN_EQUAL,
        ((-200.0, TINY, TINY, 0.0), (200.0, TINY, -TINY, 1.0)),
        P_MINUS_Y,
    ),
)

KERAS_LOSS_STATEMENTS: FunctionStatements = (*TENSORFLOW, *KERAS)
