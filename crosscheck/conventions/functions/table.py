"""Every statement about the frameworks' losses, activations and initializers.

A statement says what a component is: the reference's loss or activation times a factor, certain
numbers at a kink or in a tail, or weights from a certain distribution. `running` executes it.
"""

from typing import Any

from crosscheck.conventions.findings import Check, Finding
from crosscheck.conventions.functions import running
from crosscheck.conventions.functions.activations import ACTIVATION_STATEMENTS
from crosscheck.conventions.functions.initializers import INITIALIZER_STATEMENTS, Draws
from crosscheck.conventions.functions.kinks import KINK_STATEMENTS
from crosscheck.conventions.functions.losses import LOSS_STATEMENTS
from crosscheck.conventions.functions.losses_keras import KERAS_LOSS_STATEMENTS
from crosscheck.conventions.functions.losses_weighted import WEIGHTED_LOSS_STATEMENTS
from crosscheck.conventions.functions.on_paddle import PADDLE_STATEMENTS
from crosscheck.conventions.functions.statements import Equals, Values

STATEMENTS: tuple[Equals | Values | Draws, ...] = (
    *LOSS_STATEMENTS,
    *KERAS_LOSS_STATEMENTS,
    *WEIGHTED_LOSS_STATEMENTS,
    *ACTIVATION_STATEMENTS,
    *KINK_STATEMENTS,
    *INITIALIZER_STATEMENTS,
    *PADDLE_STATEMENTS,
)


def function_check(framework: str) -> Check:
    """The check of every statement about a framework's functions and initializers.

    Args:
        framework: A name in `stock.FRAMEWORKS`.
    """
    own = [statement for statement in STATEMENTS if statement.framework == framework]

    def read(results: list[Any]) -> list[Finding]:
        pairs = zip(own, results, strict=True)
        return [finding for statement, result in pairs for finding in statement.findings(result)]

    return Check([(running.__name__, statement.job()) for statement in own], read)
