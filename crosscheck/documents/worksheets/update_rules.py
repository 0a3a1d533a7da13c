"""The first step of every optimizer, as expressions: its state started at 0.

p is the parameter, g its gradient, and R the name of the run, before which its hyperparameters
stand. A state has the contract's name, and stands in the expression of the update by that name in
braces.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

# The name of a slip, and the expression in place of the right one.
SlipOf = tuple[str, str]
# The short names, as words of their own.
SHORT = re.compile(r"(?<![\w.])[pgR](?![\w])")
M, V = "(1 - R.b1) * g", "(1 - R.b2) * g ** 2"
M_HAT, V_HAT = "{first_moment} / (1 - R.b1)", "{second_moment} / (1 - R.b2)"
RATE = "R.learning_rate"


@dataclass(frozen=True)
class Rule:
    """One step: the state that it leaves, and the parameter after it.

    Attributes:
        states: The expression of every state, by the contract's name.
        update: The expression of the parameter.
        rate: A usual learning rate.
        given: Hyperparameters that are not the contract's defaults.
    """

    states: Mapping[str, str]
    update: str
    rate: str = "0.1"
    given: Mapping[str, Decimal] = field(default_factory=dict)


MOMENTS = {"first_moment": M, "second_moment": V}
ADAM_STEP = f"p - {RATE} * ({M_HAT}) / (sqrt({V_HAT}) + R.eps)"

RULES = {
    "sgd": Rule({}, f"p - {RATE} * g"),
    "momentum": Rule({"velocity": f"-{RATE} * g"}, "p + {velocity}"),
    "lion": Rule(
        {"first_moment": "(1 - R.b2) * g"},
        f"p - {RATE} * sign((1 - R.b1) * g) - {RATE} * R.weight_decay * p",
        "0.01",
        {"weight_decay": Decimal("0.01")},
    ),
    "adagrad": Rule(
        {"sum_of_squares": "R.initial_accumulator + g ** 2"},
        f"p - {RATE} * g / (sqrt({{sum_of_squares}}) + R.eps)",
        given={"initial_accumulator": Decimal("0.1")},
    ),
    "rmsprop": Rule(
        {"second_moment": "(1 - R.decay) * g ** 2"},
        f"p - {RATE} * g / (sqrt({{second_moment}}) + R.eps)",
        "0.01",
    ),
    "adadelta": Rule(
        {"second_moment": "(1 - R.decay) * g ** 2"},
        f"p - {RATE} * g * sqrt(R.eps / ({{second_moment}} + R.eps))",
        "1",
    ),
    "adam": Rule(MOMENTS, ADAM_STEP),
    "adamw": Rule(
        MOMENTS,
        f"{ADAM_STEP} - {RATE} * R.weight_decay * p",
        given={"weight_decay": Decimal("0.01")},
    ),
    "amsgrad": Rule(
        {**MOMENTS, "largest_second_moment": "maximum(0, {second_moment})"},
        f"p - {RATE} * {{first_moment}} / (sqrt({{largest_second_moment}}) + R.eps)",
    ),
    # mu_t = b1 (1 - 0.96 ** (t momentum_decay) / 2), of this step and of the next.
    "nadam": Rule(
        MOMENTS,
        f"p - {RATE} * (MU2 * {{first_moment}} / (1 - MU1 * MU2) + (1 - MU1) * g / (1 - MU1))"
        f" / (sqrt({V_HAT}) + R.eps)",
    ),
    # At the first step the average is too short for Adam's, and the rule falls back to m_hat.
    "radam": Rule(MOMENTS, f"p - {RATE} * {M_HAT}"),
    "adamax": Rule(
        {"first_moment": M, "largest": "abs(g)"},
        f"p - {RATE} * ({M_HAT}) / ({{largest}} + R.eps)",
    ),
}
MU = "(R.b1 * (1 - exp({t} * R.momentum_decay * log(0.96)) / 2))"


# What is changed in the expression of an update or of a state: the name of the slip, the piece of
# it, as a pattern, and what stands there instead.
OF_UPDATE = (
    ("the learning rate is left out", r"R\.learning_rate \* ", ""),
    ("added, not subtracted", r"^p - ", "p + "),
    ("not divided by the root", r" / \(sqrt\([^()]*(?:\([^()]*\))?[^()]*\) \+ R\.eps\)", ""),
    ("the root is left out", r"sqrt\(", "("),
    ("no bias correction", r" / \(1 - R\.b[12]\)", ""),
    ("eps is left out", r" \+ R\.eps", ""),
    ("the parameter is left out", r"^p ", "0 * p "),
    ("the decay is left out", r" - R\.learning_rate \* R\.weight_decay \* p", ""),
    ("the decay is added", r" - (R\.learning_rate \* R\.weight_decay \* p)", r" + \1"),
    ("the gradient in place of its average", r"\{(first_moment|velocity)\}", "g"),
)
OF_STATE = (
    ("not squared", r"g \*\* 2", "g"),
    ("the factor 1 - beta is left out", r"\(1 - R\.\w+\) \* ", ""),
    ("beta in place of 1 - beta", r"\(1 - (R\.\w+)\)", r"\1"),
    ("the betas are swapped", r"R\.b([12])", lambda found: f"R.b{3 - int(found[1])}"),
    ("the learning rate is left out", r"R\.learning_rate \* ", ""),
    ("the initial value is left out", r"R\.initial_accumulator \+ ", ""),
)


def states(optimizer: str, run: str, leaf: str) -> dict[str, str]:
    """The state after the first step of one parameter: the expression of each by its full name.

    Args:
        optimizer: Its name in the contract.
        run: That of the run.
        leaf: The end of the parameter's name: "[1].weight[0, 2]".
    """
    rule = RULES[optimizer]
    return {
        f"{run}.state.{name}{leaf}": _named(rule, text, run, leaf)
        for name, text in rule.states.items()
    }


def update(optimizer: str, run: str, leaf: str) -> str:
    """The expression of one parameter after the first step; the arguments are those of `states`."""
    rule = RULES[optimizer]
    return _named(rule, rule.update, run, leaf)


def slips(optimizer: str, run: str, leaf: str, state: str | None = None) -> Iterator[SlipOf]:
    """The wrong expressions of a parameter after the step, or of one of its states.

    Args:
        optimizer, run, leaf: As for `states`.
        state: The name of the state, or None for the parameter.
    """
    rule = RULES[optimizer]
    text = rule.update if state is None else rule.states[state]
    for name, piece, instead in OF_UPDATE if state is None else OF_STATE:
        wrong = re.sub(piece, instead, text)
        if wrong != text:
            yield name, _named(rule, wrong, run, leaf)


def _named(rule: Rule, text: str, run: str, leaf: str) -> str:
    """The expression with full names in place of the short ones."""
    places = {name: f"{run}.state.{name}{leaf}" for name in rule.states}
    text = text.replace("MU1", MU.format(t=1)).replace("MU2", MU.format(t=2)).format(**places)
    short = {"p": f"params{leaf}", "g": f"grads{leaf}", "R": run}
    return SHORT.sub(lambda found: short[found.group()], text)
