"""What the steps of the worked example are: their quantities, equations and lines of code.

There are no numbers here. A value names its quantity in the contract's terms, and a mark names a
definition and a text in one of its lines; `worked` looks both up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from crosscheck.report.site.worked_code import (
    ACTIVATION,
    APPLY,
    CORRECTION,
    DELTA,
    DELTAS,
    GRADS,
    LAYER,
    LOSS,
    MOMENTS,
    ROOT,
    SLOPE,
    Marks,
)
from crosscheck.report.site.worked_values import Sizes, Value, hidden, layer_pass, leaves, units

# The optimizers, by the names of the document's runs. "printed" has the numbers of the document.
RUNS = {
    "sgd": "SGD",
    "printed": "Adam as printed",
    "adam": "Adam as the document's formula",
    "published": "Adam as published",
}


@dataclass(frozen=True)
class WorkedStep:
    """One step of the worked example, as the page shows it.

    Attributes:
        name: The same for all optimizers.
        title: A heading.
        sentences: What it does.
        values: Its numbers.
        equations: As LaTeX.
        code: The marks of each framework; "" has those that all three share.
        prints: The printed quantities that belong to it, as a regular expression.
        run: The optimizer that it is for, or None if it is for all.
        upwards: Whether it goes from the loss to the inputs.
        as_printed: Whether it shows the numbers that the document prints instead of exact ones.
    """

    name: str
    title: str
    sentences: tuple[str, ...]
    values: tuple[Value, ...]
    equations: tuple[str, ...]
    code: Mapping[str, Marks]
    prints: str
    run: str | None = None
    upwards: bool = False
    as_printed: bool = False


GRADIENT = r"\partial C / \partial %s"  # by a weight or a bias
TEXTS = {
    "sgd": ("A step against the gradient, as long as the learning rate makes it.",),
    "printed": (
        "What the document prints, from the gradient that it prints.",
        "Its formula divides by the root of v, as in the next choice; the step that gives its "
        "numbers leaves that out, and no framework has code for it.",
    ),
    "adam": ("The document's formula, which has no bias correction, on the true gradient.",),
    "published": (
        "With the correction that the document leaves out: both means start at 0, and are divided "
        "by the share of 1 that their weights add up to.",
    ),
}
MEANS = (
    r"m = \beta_1 m_0 + (1 - \beta_1) \, g",
    r"v = \beta_2 v_0 + (1 - \beta_2) \, g^2",
)
AS_IT_IS = (*MEANS, r"\theta \leftarrow \theta - \eta \, \frac{m}{\sqrt{v} + \epsilon}")
CORRECTED = (
    *MEANS,
    r"\hat{m} = \frac{m}{1 - \beta_1^t}, \quad \hat{v} = \frac{v}{1 - \beta_2^t}",
    r"\theta \leftarrow \theta - \eta \, \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}",
)
RULES: dict[str, tuple[tuple[str, ...], Marks]] = {
    "sgd": (
        (r"\theta \leftarrow \theta - \eta \, g",),
        (("optimizers.sgd", "updates = tree_map("), APPLY),
    ),
    "printed": ((*MEANS, r"\theta \leftarrow \theta - \eta \, m"), MOMENTS),
    "adam": (AS_IT_IS, MOMENTS + ROOT),
    "published": (CORRECTED, MOMENTS + CORRECTION + ROOT),
}


def steps(sizes: Sizes, updated: int) -> Iterator[WorkedStep]:
    """All steps, in their order; a step that differs by optimizer comes once for each of them.

    Args:
        sizes: Units of each row of the network.
        updated: The index of the layer that the document updates.
    """
    yield WorkedStep(
        "hidden",
        "Forward: the hidden layer",
        ("Each hidden unit adds up its weighted inputs and its bias; the sigmoid bends the sum.",),
        (
            *units(sizes, 0, "x", "inputs[0, {}]"),
            *leaves(sizes, 0, "params[0]"),
            *layer_pass(sizes, 1),
        ),
        (
            r"z^{(1)} = W^{(1)} x + b^{(1)}",
            r"a^{(1)} = \sigma(z^{(1)}) = \frac{1}{1 + e^{-z^{(1)}}}",
        ),
        {"": LAYER + ACTIVATION},
        r"inputs.*|params\[0\].*|-?pre_activations\[0\].*|activations\[1\].*",
    )
    yield WorkedStep(
        "output",
        "Forward: the output layer",
        ("The output unit does the same with what the hidden units give.",),
        (*hidden(sizes), *leaves(sizes, 1, "params[1]"), *layer_pass(sizes, 2)),
        (r"z^{(2)} = W^{(2)} a^{(1)} + b^{(2)}", r"a^{(2)} = \sigma(z^{(2)})"),
        {"": LAYER + ACTIVATION},
        r"params\[1\].*|-?pre_activations\[1\].*|outputs\[0, 0\]",
    )
    target = Value("y", "targets[0, 0]", ("loss",), "y = ")
    (output,) = units(sizes, 2, "a^{(2)}", "activations[2][0, {}]", "a = ")
    yield WorkedStep(
        "loss",
        "Loss",
        ("The square of the distance between the output and the target.",),
        (output, target, Value("C", "loss", ("loss",), "C = ")),
        (r"C = (a^{(2)} - y)^2",),
        {"": LOSS},
        r"targets.*|loss",
    )
    yield from _backward(sizes, output, target)
    for run in RUNS:
        yield _update(sizes, updated, run)
    for run in RUNS:
        yield _again(sizes, updated, run)


def _backward(sizes: Sizes, output: Value, target: Value) -> Iterator[WorkedStep]:
    at = ("unit", 2, 0)
    slope = r"\sigma'(z^{(2)}) = a^{(2)} (1 - a^{(2)})"
    delta = tuple(units(sizes, 2, r"\delta^{(2)}", "deltas[1][0, {}]", "δ = "))
    yield WorkedStep(
        "error",
        "Backward: the error of the output",
        ("How fast the loss changes with z: the slope of the square times that of the sigmoid.",),
        (
            output,
            target,
            Value(
                r"\partial C / \partial a^{(2)}",
                "2 * (outputs[0, 0] - targets[0, 0])",
                at,
                "∂C/∂a = ",
            ),
            Value(r"\sigma'(z^{(2)})", "outputs[0, 0] * (1 - outputs[0, 0])", at, "σ′ = "),
            *delta,
        ),
        (
            r"\frac{\partial C}{\partial a^{(2)}} = 2 (a^{(2)} - y)",
            slope,
            r"\delta^{(2)} = \frac{\partial C}{\partial a^{(2)}} \, \sigma'(z^{(2)})",
        ),
        {"numpy": (("gradients.LOSS_GRADIENTS", '"squared_error":'), SLOPE, DELTA)} | DELTAS,
        r"2 \* \(outputs.*|outputs\[0, 0\] \* .*",
        upwards=True,
    )
    yield WorkedStep(
        "gradient",
        "Backward: the gradient of the output layer",
        ("The share of a weight is the error times what came in along it; into a bias comes 1.",),
        (*hidden(sizes), *delta, *leaves(sizes, 1, "grads[1]", GRADIENT, ("", "∇b = "))),
        (
            r"\frac{\partial C}{\partial W^{(2)}} = \delta^{(2)} \, (a^{(1)})^{\top}",
            r"\frac{\partial C}{\partial b^{(2)}} = \delta^{(2)}",
        ),
        GRADS,
        r"grads\[1\].*|1",
        upwards=True,
    )
    yield WorkedStep(
        "below",
        "Backward: the hidden layer",
        ("The error goes back along the weights, and through the sigmoid of each hidden unit.",),
        (
            *units(sizes, 0, "x", "inputs[0, {}]"),
            *(replace(each, place=()) for each in hidden(sizes)),  # or it would be crowded
            *delta,
            *(each for each in leaves(sizes, 1, "params[1]") if each.place[0] == "edge"),
            *units(sizes, 1, r"\delta^{(1)}", "deltas[0][0, {}]", "δ = "),
            *leaves(sizes, 0, "grads[0]", GRADIENT, ("", "∇b = ")),
        ),
        (
            r"\delta^{(1)} = (W^{(2)})^{\top} \delta^{(2)} \odot \sigma'(z^{(1)})",
            r"\frac{\partial C}{\partial W^{(1)}} = \delta^{(1)} x^{\top}",
            r"\frac{\partial C}{\partial b^{(1)}} = \delta^{(1)}",
        ),
        {
            "numpy": (
                ("gradients._backward", "cotangent = delta @"),
                SLOPE,
                DELTA,
                *GRADS["numpy"],
            ),
            "torch": DELTAS["torch"] + GRADS["torch"],
            "jax": DELTAS["jax"] + GRADS["jax"],
        },
        r"(grads|deltas)\[0\].*",
        upwards=True,
    )


def _update(sizes: Sizes, updated: int, run: str) -> WorkedStep:
    # Adam as printed is the document's own run of Adam, in the numbers that it prints.
    source = "adam" if run == "printed" else run
    symbols = {"learning_rate": r"\eta", "b1": r"\beta_1", "b2": r"\beta_2", "eps": r"\epsilon"}
    hyperparameters = symbols if run != "sgd" else {"learning_rate": r"\eta"}
    values = [Value(symbol, f"{source}.{name}") for name, symbol in hyperparameters.items()]
    values += leaves(sizes, updated, f"params[{updated}]")
    values += leaves(sizes, updated, f"grads[{updated}]", GRADIENT, None)
    moments = {"m": ("first_moment", "b1"), "v": ("second_moment", "b2")}
    if run != "sgd":
        for symbol, (name, _) in moments.items():
            path = f"{source}.state.{name}[{updated}]"
            values += leaves(sizes, updated, path, symbol + "_{%s}", None)
    if run == "published":
        for symbol, (name, decay) in moments.items():
            path = f"{source}.state.{name}[{updated}]"
            hat = leaves(sizes, updated, path, rf"\hat{{{symbol}}}_{{%s}}", None)
            correction = f" / (1 - {source}.{decay})"  # 1 - b^t at the first step
            values += [replace(each, quantity=each.quantity + correction) for each in hat]
    values += leaves(sizes, updated, f"{source}.params[{updated}]", r"%s\text{ new}", ("→ ", "→ "))
    equations, code = RULES[run]
    return WorkedStep(
        "update",
        "Update",
        (*TEXTS[run], "As in the document, only the output layer moves."),
        tuple(values),
        equations,
        {"": code},
        {
            "sgd": r"sgd\.(learning_rate|params[^*]*)",
            "published": r"published\..*",
        }.get(run, r"(1 - )?adam\..*"),
        run,
        as_printed=run == "printed",
    )


def _again(sizes: Sizes, updated: int, run: str) -> WorkedStep:
    values = (
        *units(sizes, 1, "a^{(1)}", f"{run}.activations[1][0, {{}}]", "a = "),
        *leaves(sizes, updated, f"{run}.params[{updated}]"),
        *layer_pass(sizes, 2, f"{run}."),
        Value("y", "targets[0, 0]", ("loss",), "y = "),
        Value(r"C\text{ before}", "loss", ("loss",), "before: "),
        Value(r"C", f"{run}.loss", ("loss",), "C = "),
    )
    sentences = [
        "The same example with the new parameters, and what the step has made of the loss."
    ]
    if run == "printed":
        sentences.append("From the printed parameters on, all is exact.")
    return WorkedStep(
        "again",
        "Forward again",
        tuple(sentences),
        values,
        (
            r"z^{(2)} = W^{(2)} a^{(1)} + b^{(2)}",
            r"a^{(2)} = \sigma(z^{(2)})",
            r"C = (a^{(2)} - y)^2",
        ),
        {"": LAYER + ACTIVATION + LOSS},
        rf"{run}\.(pre_activations|activations|outputs|params.*\*|loss).*",
        run,
    )
