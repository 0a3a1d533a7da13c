"""Run a backward pass that was found, and the update after it, on a new copy of a network."""

from dataclasses import dataclass

import numpy as np

from crosscheck.frameworks.adapters import Array, Layers
from crosscheck.frameworks.understanding.calling import Called, Given, bindings
from crosscheck.frameworks.understanding.engine import (
    RATE,
    Engine,
    Step,
)
from crosscheck.frameworks.understanding.hosts import Session
from crosscheck.frameworks.understanding.leaves import get, leaves_of, put
from crosscheck.frameworks.understanding.names import (
    EPOCHS_AT,
    LOSS_SLOPE,
    Path,
    in_words,
    rates_among,
)

# Where the gradients of one layer are: paths of weight and bias, None for a bias that is not there.
Places = tuple[tuple[Path, Path | None], ...]


# What NumPy says of a bias (1, n) from which something of the shape (batch, n) is taken.
GROWS = "non-broadcastable output operand"
# A rate at which no training of several steps runs away.
SMALL_RATE = 2.0**-10
RETURNED, LEFT, MOVED = "returned", "left on the object", "difference"


@dataclass(frozen=True)
class Backward:
    """How gradients are computed.

    Attributes:
        step: The function and its arguments.
        source: `RETURNED`, `LEFT` or `MOVED`.
        places: Where they are, unless they are the difference of the parameters.
        after: A function that then moves the parameters; only their difference shows anything.
        rated: Whether the rate can be set.
        in_value: Where the parameters are in what is returned, for functions that return new ones.
    """

    step: Step
    source: str
    places: Places = ()
    after: Step | None = None
    rated: bool = True
    in_value: Path | None = None

    def in_words(self) -> str:
        """Where the gradients come from."""
        name = self.step.name
        if self.source == MOVED:
            by = f"{name} and {self.after.name}" if self.after else name
            rate = "" if self.rated else ", whose rate cannot be set"
            return f"gradients from the difference of the parameters that {by} makes{rate}"
        where = ", ".join(in_words(path) for pair in self.places[:1] for path in pair if path)
        return f"gradients as {name} {self.source_in_words} {where} ..."

    @property
    def rate(self) -> float | None:
        """The rate by whose step the gradients are found; None where they are given."""
        if self.source != MOVED:
            return None
        return RATE if self.rated else 1.0

    @property
    def source_in_words(self) -> str:
        """The source as a verb."""
        return "returns" if self.source == RETURNED else "leaves them in"


@dataclass
class Ran:
    """A network after its backward pass."""

    session: Session
    given: Given
    result: Called
    rated: bool


def run_backward(
    engine: Engine, step: Step, params: Layers, inputs: Array, targets: Array, rate: float = RATE
) -> Ran:
    """Run the forward pass and then the backward pass, on a new copy."""
    session, given = engine.begin(params, inputs, targets, step.targets)
    forwarded(engine, session, given)
    given.roles["rate"] = rate
    kept = set_rate(session, rate)
    result = session.call(step.name, step.binding, given)
    for path, at in step.returns:
        session.root = put(session.root, path, get(result.value, at))
    return Ran(session, given, result, bool(kept) or step.binding.has("rate"))


def forwarded(engine: Engine, session: Session, given: Given) -> None:
    """Run the forward pass, and the derivative of the loss if there is a function for it.

    A loop runs its own forward pass, and may have none that can be run alone.
    """
    if engine.forward is None:
        return
    engine.run_forward(session, given)
    for name, function in session.functions.items():
        if LOSS_SLOPE.fullmatch(name.lower()):
            for way in bindings(function, given):
                try:
                    found = session.call(name, way, given).value
                    if np.shape(found) == np.shape(given.roles["output"]):
                        given.roles["slope"] = found
                        return
                except Exception:
                    continue


def after_backward(ran: Ran) -> None:
    """Add what a backward pass computed to what the next call may be given."""
    value = ran.result.value
    ran.given.roles["grads"] = (
        value[-1]
        if isinstance(value, tuple) and len(value) == 2 and (not leaves_of(value[0]))
        else value
    )
    own = {name: each for name, each in ran.result.locals.items() if name != "self"}
    ran.given.named |= {name: each for name, each in own.items() if name not in ran.given.named}


def run_update(ran: Ran, after: Step, rate: float) -> bool:
    """Move the parameters after a backward pass; returns whether the rate was set."""
    after_backward(ran)
    ran.given.roles["rate"] = rate
    kept = set_rate(ran.session, rate)
    ran.result = ran.session.call(after.name, after.binding, ran.given)
    return bool(kept) or after.binding.has("rate")


def params_after(engine: Engine, ran: Ran, at: Path | None) -> Layers:
    """The parameters after a pass that moved them; `at` is where they stand in what it returned."""
    if ran.session.is_argument and ran.result.value is not None:
        for path in [at] if at is not None else [(), (0,)]:
            try:
                return engine.layout.read(get(ran.result.value, path))
            except Exception:
                continue
    return engine.layout.read(ran.session.root)


def follows_the_rate(
    engine: Engine, step: Step, params: Layers, inputs: Array, targets: Array, at: Path | None
) -> bool:
    """Whether a step goes by the rate that can be set: it may stand there and be used nowhere."""
    once, twice = (
        params_after(engine, run_backward(engine, step, params, inputs, targets, rate), at)
        for rate in (SMALL_RATE, 2 * SMALL_RATE)
    )
    pairs = zip(once, twice, strict=True)
    return any(not np.array_equal(one[0], other[0]) for one, other in pairs)


def set_rate(session: Session, rate: float) -> list[Path]:
    """Set the rate that a network keeps as an attribute, and one epoch; returns where it stands."""
    found: list[Path] = []
    if session.is_argument:
        return found
    own = dict(vars(session.root)) if hasattr(session.root, "__dict__") else {}
    numbers = [name for name, value in own.items() if isinstance(value, int | float)]
    rates = rates_among(numbers)
    for name in numbers:
        if name in rates:
            setattr(session.root, name, rate)
            found.append((name,))
        elif EPOCHS_AT.fullmatch(name.lower().strip("_")) and isinstance(own[name], int):
            setattr(session.root, name, 1)
    return found
