"""Several passes of what trains a network, of which only the parameters are seen."""

from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array, Layers
from crosscheck.frameworks.understanding.hosts import TreeHost
from crosscheck.frameworks.understanding.network_steps import known_of
from crosscheck.frameworks.understanding.networks import Network
from crosscheck.frameworks.understanding.passes import MOVED, forwarded, set_rate

# The step by which it shows whether anything is kept from step to step, and the rate of these: so
# small that the order in which a training takes its samples makes no difference.
LATER, LATER_RATE = 4, 2.0**-17


def passes(
    network: Network, params: Layers, inputs: Array, targets: Array, count: int, rate: float
) -> list[Layers] | None:
    """The parameters after each of so many passes of one object.

    Args:
        network: Its backward pass moves the parameters.
        params: Where to start.
        inputs, targets: The batch of every pass.
        count: How many passes.
        rate: The learning rate, where it can be set.

    Returns:
        None where it takes no steps itself.
    """
    backward = network.backward
    seen = backward is not None and backward.source == MOVED and backward.after is None
    if not seen or isinstance(network.engine.host, TreeHost):
        return None
    return _passed(network, params, inputs, targets, count, rate)


def later_step(
    network: Network, params: Layers, inputs: Array, targets: Array
) -> tuple[list[Array], list[Array]] | None:
    """By how much a later step moves each parameter, and a first one from the same place.

    They differ if something is kept from step to step: a velocity, or a rate that changes. None
    where `passes` is.
    """
    found = passes(network, params, inputs, targets, LATER, LATER_RATE)
    if found is None:
        return None
    *_, before, last = found
    again = _passed(network, before, inputs, targets, 1, LATER_RATE)[0]
    moved = [
        [
            np.asarray(new) - np.asarray(was)
            for pair in zip(after, before, strict=True)
            for new, was in zip(*pair, strict=True)
        ]
        for after in (last, again)
    ]
    return moved[0], moved[1]


def known(network: Network) -> tuple[dict[str, Any], tuple[float, ...]]:
    """The numbers that a pass has by their names, without its rate; and those in its source."""
    assert network.backward is not None
    session = network.engine.host.fresh()
    return known_of(session.root, session.functions.get(network.backward.step.name))


def _passed(
    network: Network, start: Layers, inputs: Array, targets: Array, count: int, rate: float
) -> list[Layers]:
    """The parameters after each of so many passes, of one call each or of as many epochs."""
    assert network.backward is not None
    step, engine = network.backward.step, network.engine
    takes_epochs = step.binding.has("one")
    found: list[Layers] = []
    for epochs in range(1, count + 1) if takes_epochs else [1]:
        session, given = engine.begin(start, inputs, targets, step.targets)
        given.roles |= {"rate": rate, "one": epochs}
        set_rate(session, rate)
        for _ in range(1 if takes_epochs else count):
            forwarded(engine, session, given)
            session.call(step.name, step.binding, given)
            now = engine.layout.read(session.root)
            found.append([(np.array(weight), np.array(bias)) for weight, bias in now])
    return found
