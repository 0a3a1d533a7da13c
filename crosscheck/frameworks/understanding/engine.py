"""Run a network that was understood, each time on a new copy of it, and read what it computed."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array, Layers
from crosscheck.frameworks.understanding.calling import Binding, Called, Given
from crosscheck.frameworks.understanding.hosts import Host, Session
from crosscheck.frameworks.understanding.layouts import Layout
from crosscheck.frameworks.understanding.leaves import (
    Leaf,
    as_like,
    get,
    leaves_of,
    library_of,
    put,
)
from crosscheck.frameworks.understanding.names import (
    INPUTS_AT,
    TARGETS_AT,
    Path,
    last_word,
)

# A rate so large that beside the step the parameters themselves do not count, and a power of two:
# (p - (p - r g)) / r is g but for two roundings.
RATE = 2.0**40
# How samples lie: in rows, in columns, or one at a time as a vector, a column or a row.
FORMS = ("rows", "columns", "vector", "column", "row")


class DoesNotFitError(Exception):
    """A call works, but not in the way that was tried."""


@dataclass(frozen=True)
class Step:
    """One function of a network and how it is called.

    Attributes:
        name: The function.
        binding: What its arguments get.
        targets: "matrix", "labels" (the number of the class) or "vector".
        returns: Pairs of paths: of a parameter in the network, and of what it becomes in what the
            function returns, for a function that leaves the network as it was.
    """

    name: str
    binding: Binding
    targets: str = "matrix"
    returns: tuple[tuple[Path, Path], ...] = ()


@dataclass(frozen=True)
class Selector:
    """Where the outputs are after a call: in what it returned, the object, or a local variable."""

    where: str
    path: Path

    def read(self, result: Called, session: Session) -> Any:
        """The array itself."""
        roots = {"value": result.value, "root": session.root, "local": result.locals}
        return get(roots[self.where], self.path)


@dataclass(frozen=True)
class Engine:
    """How a network is run.

    Attributes:
        host: What gives new copies of it.
        layout: Where its parameters are.
        form: How its samples lie; one of `FORMS`.
        forward: Its forward pass; None until it was found.
        outputs: Where the outputs are after it.
    """

    host: Host
    layout: Layout
    form: str
    forward: Step | None = None
    outputs: Selector | None = None

    def with_forward(self, step: Step, outputs: Selector) -> "Engine":
        """The same, with a forward pass."""
        return replace(self, forward=step, outputs=outputs)

    @property
    def one_by_one(self) -> bool:
        """Whether it takes one sample at a time."""
        return self.form in ("vector", "column", "row")

    def begin(
        self, params: Layers, inputs: Array, targets: Array, form: str = "matrix"
    ) -> tuple[Session, Given]:
        """A new copy at these parameters, and what its functions may be called with.

        Args:
            params: The parameters.
            inputs, targets: A batch, or one sample where it takes one at a time.
            form: How the targets are given, as `Step.targets`.
        """
        x, y = self._lie(inputs), self._targets(targets, form)
        session = self.host.fresh(np.array(x), np.array(y))
        like = get(session.root, self.layout.slots[0].weight[0])
        session.root = self.layout.write(session.root, params)
        x, y = plain_like(x, like), plain_like(y, like)
        self._place(session, x, y)
        named = {str(last): value for last, value in self._named(session).items()}
        roles = {
            "X": x,
            "y": y,
            "params": session.root,
            "one": 1,
            "batch": 1 if self.one_by_one else len(inputs),
            "zero": 0.0,
            "pairs": [(self._one(a), self._one(b)) for a, b in zip(inputs, targets, strict=True)],
        }
        return session, Given(roles, named)

    def _named(self, session: Session) -> dict[str, Any]:
        found = {}
        for slot in self.layout.slots:
            for path in (*slot.weight, *slot.bias):
                if path in session.names:
                    found[str(session.names[path][0])] = get(session.root, path)
                    continue
                name = next((each for each in reversed(path) if isinstance(each, str)), None)
                if name is None:
                    continue
                if isinstance(path[-1], int):
                    # weights[0] is not "weights": the list has that name.
                    found[name] = get(session.root, path[: path.index(name) + 1])
                else:
                    found[name] = get(session.root, path)
        return found

    def _lie(self, array: Array) -> Array:
        """A batch as the network takes it."""
        return {
            "rows": array,
            "columns": array.T,
            "vector": array[0],
            "column": array[:1].T,
            "row": array[:1],
        }[self.form]

    def _one(self, sample: Array) -> Array:
        """A sample of a list of such, as the network takes one; a column where it takes many."""
        form = self.form if self.one_by_one else "column"
        return replace(self, form=form)._lie(np.array(sample)[None])

    def _targets(self, targets: Array, form: str) -> Array:
        if form == "labels":
            labels = np.argmax(targets, axis=1)
            return labels[0] if self.one_by_one else labels
        if form == "vector":
            return targets[:, 0]
        return self._lie(targets)

    def _place(self, session: Session, inputs: Any, targets: Any) -> None:
        """Give the samples to a network that keeps them as attributes."""
        if session.is_argument:
            return
        n_inputs, n_outputs = self.layout.sizes[0], self.layout.sizes[-1]
        for leaf in leaves_of(session.root):
            if leaf.path in self.layout.paths or len(leaf.path) > 1:
                continue
            word = last_word(leaf.path).strip("_")
            if INPUTS_AT.fullmatch(word) and n_inputs in leaf.shape:
                put(session.root, leaf.path, inputs)
            elif TARGETS_AT.fullmatch(word) and (n_outputs in leaf.shape or n_outputs == 1):
                put(session.root, leaf.path, targets)

    def run_forward(self, session: Session, given: Given) -> Array:
        """Run the forward pass, and add what it computed to what the next call may be given."""
        assert self.forward is not None
        assert self.outputs is not None
        result = session.call(self.forward.name, self.forward.binding, given)
        value = self.outputs.read(result, session)
        after_forward(given, result, value)
        return self.as_rows(value)

    def as_rows(self, value: Any) -> Array:
        """Outputs of the network with samples in rows."""
        outputs, array = self.layout.sizes[-1], Leaf([()], value).array
        if self.one_by_one:
            return array.reshape(1, outputs)
        if array.ndim == 1:
            return array.reshape(-1, outputs)
        return array.T if self.form == "columns" else array


def plain_like(array: Any, like: Any) -> Any:
    """Samples in the library of the parameters; never such as gradients are taken of."""
    if np.ndim(array) == 0 or np.asarray(array).dtype.kind in "iu":
        library = library_of(like)
        if library == "torch":
            import torch

            return torch.as_tensor(array)
        return array
    made = as_like(np.asarray(array), like)
    return made.detach() if library_of(made) == "torch" else made


def after_forward(given: Given, result: Called, outputs: Any) -> None:
    """Add what a forward pass computed to what the next call may be given."""
    given.roles["output"] = outputs
    own = {name: value for name, value in result.locals.items() if name != "self"}
    given.named |= {name: value for name, value in own.items() if name not in given.named}
    value = result.value
    if isinstance(value, tuple) and len(value) == 2:
        # (output, cache) or (cache, output).
        given.roles["cache"] = value[0] if value[1] is outputs else value[1]
    elif value is not None and value is not outputs:
        given.roles["cache"] = value
    if isinstance(value, tuple) and "cache" in given.roles and len(value) > 2:
        given.named.setdefault("cache", value[1:])
