"""Every statement about the frameworks' losses, activations and initializers.

A statement says what a component is: the reference's loss or activation times a factor, certain
numbers at a kink or in a tail, or weights from a certain distribution. `running` executes it.
"""

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

# The expressions that they consist of. No other one is evaluated.
EXPRESSIONS = frozenset(
    text
    for statement in STATEMENTS
    for text in (statement.component, getattr(statement, "tensor", statement.component))
)
