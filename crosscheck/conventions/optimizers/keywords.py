"""Every keyword of every optimizer of the references, with its usual value."""

import inspect
from collections.abc import Callable
from typing import Any

from crosscheck.conventions.optimizers.names import NAMES
from reference_numpy import optimizers


def _defaults(optimizer: Callable[..., Any]) -> dict[str, Any]:
    """The keywords of a reference's optimizer with their defaults, which are the paper's values.

    Without the learning rate and the weight decay, for which a `Spec` has fields of its own.
    """
    _, *keywords = inspect.signature(optimizer).parameters.values()
    return {each.name: each.default for each in keywords if each.name != "weight_decay"}


KEYWORDS: dict[str, dict[str, Any]] = {
    name: _defaults(optimizers.OPTIMIZERS[name]) for name in NAMES
}
KEYWORDS["momentum"]["momentum"] = 0.0
KEYWORDS["adam"]["maximum_of"] = "none"
