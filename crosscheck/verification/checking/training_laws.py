"""A training that lets parameters decay, or clips the gradients, which are seen beside it."""

from collections.abc import Sequence
from functools import partial

from crosscheck.frameworks.adapters import Array, Layers
from crosscheck.verification.checking.asking import Make, RaisedByOwnCodeError
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.findings import Line, Verdict
from crosscheck.verification.checking.updating import NO_PLAIN, judge_update


class _Both:
    """A network with its own gradients, and with what trains it as its update."""

    one_by_one = False

    def __init__(self, network: Make, training: Make) -> None:
        self._network, self._training = network(), training()
        self.forward, self.gradients = self._network.forward, self._network.gradients

    def set_params(self, params: Layers) -> None:
        """See `adapters.NetworkAdapter`."""
        self._network.set_params(params)
        self._training.set_params(params)

    def update(self, inputs: Array, targets: Array, rate: float) -> Layers:
        """See `adapters.NetworkAdapter`."""
        updated: Layers = self._training.update(inputs, targets, rate)
        return updated


def judge_law(network: Make, training: Make, batches: Sequence[Drawn]) -> Line | None:
    """The line of a training whose every step one law explains; None if none is known.

    Args:
        network: Makes an adapter of the network, whose gradients are seen.
        training: Makes one of what trains it.
        batches: On which it is looked at.
    """
    if training().difference_rate == 1 or network().one_by_one:
        return None  # nobody knows the rate, or it takes several steps
    try:
        (line,) = judge_update(partial(_Both, network, training), batches, downhill=False)
    except RaisedByOwnCodeError:
        return None
    is_certain = line.verdict != Verdict.WRONG or line.mistakes
    return line if is_certain and line.text and line.text != NO_PLAIN else None
