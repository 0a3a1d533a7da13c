"""Every known mistake, in the order of the stages that they spoil."""

from crosscheck.verification.mistakes import (
    base,
    descent,
    forward,
    gradients,
    hidden,
    moments,
    scaled,
    training,
    variants,
    weights,
    workers,
)
from crosscheck.verification.mistakes.mistake import Mistake

_MODULES = (
    forward,
    gradients,
    hidden,
    base,
    descent,
    scaled,
    moments,
    variants,
    training,
    weights,
    workers,
)
_CATALOGUE = tuple(mistake for module in _MODULES for mistake in module.MISTAKES)


def catalogue() -> tuple[Mistake, ...]:
    """Every known mistake."""
    return _CATALOGUE
