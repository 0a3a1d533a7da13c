"""What goes wrong in an optimizer's step: a piece of its expression is left out or changed."""

import re
from collections.abc import Callable, Iterator

# The name of a slip, and the expression in place of the right one.
SlipOf = tuple[str, str]
# Of each slip its name, the piece of the expression as a pattern, and what stands there instead. In
# a pattern R is the run, P the parameter and G its gradient.
Slip = tuple[str, str, str | Callable[[re.Match[str]], str]]
RATE, LEAF = r"R\.learning_rate", r"\[\d+\]\.\w+\[[\d, ]+\]"
OF_UPDATE: tuple[Slip, ...] = (
    ("the learning rate is left out", rf"{RATE} \* ", ""),
    ("added, not subtracted", r"^P - ", "P + "),
    ("not divided by the root", r" / \(sqrt\((?:[^()]|\([^()]*\))*\) \+ R\.eps\)", ""),
    ("the root is left out", r"sqrt\(", "("),
    ("no bias correction", r" / \(1 - R\.b[12]\*\*1\)", ""),
    ("eps is left out", r" \+ R\.eps", ""),
    ("the parameter is left out", r"^P ", "0 * P "),
    ("the decay is left out", rf" \+ {RATE} \* R\.weight_decay \* P", ""),
    ("the decay is added", rf" \+ ({RATE} \* R\.weight_decay \* P)", r" - \1"),
    ("the gradient in place of its average", rf"R\.state\.(?:first_moment|velocity){LEAF}", "G"),
)
OF_STATE: tuple[Slip, ...] = (
    ("not squared", r"G\*\*2", "G"),
    ("the factor 1 - beta is left out", r"\(1 - R\.\w+\) \* ", ""),
    ("beta in place of 1 - beta", r"\(1 - (R\.\w+)\)", r"\1"),
    ("the betas are swapped", r"R\.b([12])", lambda found: f"R.b{3 - int(found[1])}"),
    ("the learning rate is left out", rf"{RATE} \* ", ""),
    ("the initial value is left out", r"R\.initial_accumulator \+ ", ""),
)


def slips_in(step: str, run: str, leaf: str, is_state: bool) -> Iterator[SlipOf]:
    """The wrong expressions of a parameter after a step, or of its state.

    Args:
        step: The right expression.
        run: The name of the run.
        leaf: The end of the parameter's name: "[1].weight[0, 2]".
        is_state: Whether it is the expression of a state.
    """
    short = {f"params{leaf}": "P", f"grads{leaf}": "G", f"{run}.": "R."}
    text = step
    for name, letter in short.items():
        text = text.replace(name, letter)
    for name, piece, instead in OF_STATE if is_state else OF_UPDATE:
        wrong = re.sub(piece, instead, text)
        if wrong != text:
            yield name, re.sub(r"\bP\b|\bG\b|\bR\.", lambda found: _whole(short, found[0]), wrong)


def _whole(short: dict[str, str], letter: str) -> str:
    return next(name for name, each in short.items() if each == letter)
