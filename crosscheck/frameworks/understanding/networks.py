"""What of a network was found: its layers, forward pass, loss, gradients and steps."""

from dataclasses import dataclass, replace
from functools import cached_property

from crosscheck.frameworks.understanding.backwards import (
    backward_of,
    takes_one_sample,
)
from crosscheck.frameworks.understanding.engine import Engine, Step
from crosscheck.frameworks.understanding.forwards import (
    engines,
    loss_of,
    probe,
)
from crosscheck.frameworks.understanding.hosts import Host
from crosscheck.frameworks.understanding.names import last_word
from crosscheck.frameworks.understanding.own_rates import own_rates
from crosscheck.frameworks.understanding.passes import (
    GROWS,
    Backward,
)
from crosscheck.frameworks.understanding.samples import one_by_one, sums
from crosscheck.frameworks.understanding.stepping import update_of, whole_step_of

_WORDS = {
    "rows": "samples in rows",
    "columns": "samples in columns",
    "vector": "one sample at a time, as a vector",
    "column": "one sample at a time, as a column",
    "row": "one sample at a time, as a row",
}


@dataclass(frozen=True)
class Network:
    """Everything that was found of a network."""

    engine: Engine
    loss: Step | None = None
    backward: Backward | None = None
    update: Step | None = None
    whole_step: Step | None = None
    failed: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        """How many layers it has."""
        return len(self.engine.layout.slots)

    def in_words(self) -> str:
        """One line that says what was understood."""
        engine = self.engine
        assert engine.forward is not None
        parts = [
            f"{engine.host.words}: {engine.layout.in_words()}",
            _WORDS[engine.form],
            f"outputs by {engine.forward.name}",
        ]
        if self.loss is not None:
            parts.append(f"loss by {self.loss.name}")
        if self.backward is not None:
            parts.append(self.backward.in_words())
        if self.whole_step is not None:
            parts.append(f"a step over several samples by {self.whole_step.name}")
        forms = {each.targets for each in (self.loss, self._step) if each is not None}
        if "labels" in forms:
            parts.append("targets as numbers of classes")
        return "; ".join(parts)

    @cached_property
    def own_rates(self) -> tuple[float, ...] | None:
        """The numbers that stand as rates in the steps of its file; None if none was found."""
        engine, backward = self.engine, self.backward
        if backward is None:
            return ()
        session = engine.host.fresh(*probe(engine))
        steps = [backward.step, *([] if backward.after is None else [backward.after])]
        called = {each.name: session.functions[each.name] for each in steps}
        params = {last_word(path) for path in engine.layout.paths}
        return own_rates(called, None if session.is_argument else session.root, params)

    @property
    def _step(self) -> Step | None:
        return self.backward.step if self.backward is not None else None

    def missing(self) -> tuple[str, ...]:
        """What was not found, in words."""
        found = []
        if self.loss is None:
            found.append("no loss was found (a method such as loss(X, y) or loss(y, output))")
        if self.backward is None:
            found.append("no gradients were found (a method such as backward(X, y))")
            found += self.failed[:1]
        return tuple(found)


def network_of(host: Host) -> Network | None:
    """What can be found of a network; None if it cannot be run forwards."""
    best: Network | None = None
    grows: Network | None = None
    for engine in engines(host):
        failed: list[str] = []
        loss, backward = loss_of(engine), backward_of(engine, failed)
        found = Network(engine, loss, backward, failed=tuple(failed))
        if backward is not None:
            steps = update_of(engine, backward), whole_step_of(engine)
            found = Network(engine, found.loss, backward, *steps)
            if grows is not None and _means_batches(engine, backward):
                return replace(grows, backward=backward)
            if not takes_one_sample(engine, backward):
                # A batch that was only nearly taken shows that one sample at a time is meant,
                # unless one sample at a time is not taken either.
                return found
        elif any(GROWS in each for each in failed):
            grows = grows or found
        if best is None or (best.backward is None and backward is not None):
            best = found
    return best


def _means_batches(engine: Engine, backward: Backward) -> bool:
    """Whether what takes one sample at a time was written for many, and fails at a bias."""
    name = backward.step.name
    function = engine.host.fresh(*probe(engine)).functions[name]
    return engine.one_by_one and sums(function) and not one_by_one(function)
