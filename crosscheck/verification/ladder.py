"""How far an unfinished framework has come: the contract as rungs, in the order to climb them.

Each rung is a few fixtures that lean on what stands below, and on as little else as can be. What is
not written says so by NotImplementedError; a rung that needs it waits, and names it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

import reference_numpy.params as numpy_params
from crosscheck.frameworks.contract import ACTIVATIONS, INITIALIZERS, LOSSES, STATES
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics import tensors
from crosscheck.numerics.comparison import Tensor
from crosscheck.numerics.exact.network import Layer
from crosscheck.verification.cases import descent, network
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.cases.hyperparameters import is_decayed
from crosscheck.verification.cases.network import DTYPES, NetworkCase
from crosscheck.verification.cases.stages import Fixture, Quantities, Stages
from crosscheck.verification.diagnosis import explain
from crosscheck.verification.judging import Attempt, against_exact, asked_by, attempt

DONE, WRONG, NOT_WRITTEN, WAITS = "done", "wrong", "not written", "waits"
NOT_SUPPORTED = "not supported"


@dataclass(frozen=True)
class Rung:
    """One name of the contract, and what became of it.

    Attributes:
        name: Of the contract: "activations.tanh".
        status: "done", "wrong", "not written", "waits" or "not supported".
        note: What is wrong, what it waits for, why it is not supported; empty if it is done.
    """

    name: str
    status: str
    note: str = ""


def climb(framework: Framework) -> list[Rung]:
    """Every rung, in the order to climb them."""
    found: list[Rung] = []
    for name, cases, until in _rungs():
        wrong = {rung.name for rung in found if rung.status == WRONG}
        found.append(_tried(framework, name, cases, until, wrong))
    return found


def next_rung(rungs: list[Rung]) -> Rung | None:
    """The first rung that asks for work, or None: all is done."""
    return next((rung for rung in rungs if rung.status in (WRONG, NOT_WRITTEN, WAITS)), None)


def in_words(rungs: list[Rung]) -> str:
    """How many rungs are done, and which is next."""
    done = sum(rung.status in (DONE, NOT_SUPPORTED) for rung in rungs)
    following = next_rung(rungs)
    if following is None:
        return f"all {done} rungs are done"
    note = f": {following.note}" if following.note else ""
    return (
        f"{done} of {len(rungs)} rungs are done; next is {following.name}, {following.status}{note}"
    )


def _tried(
    framework: Framework,
    name: str,
    cases: Sequence[Fixture],
    until: str | None,
    wrong: set[str],
) -> Rung:
    # What is supported in one dtype alone is done when it is done there.
    limits = [framework.declared.limit(**asked_by(case)) for case in cases]
    if all(limits):
        return Rung(name, NOT_SUPPORTED, str(limits[0]))
    for case in (case for case, limit in zip(cases, limits, strict=True) if limit is None):
        status, note = _judged(name, case, attempt(case, framework, until))
        if status == WRONG and framework.declared.failure(cases=[case.name]):
            continue  # that has to fail
        blamed = sorted(_needed(case) & wrong)
        if status == WRONG and blamed:
            return Rung(name, WAITS, f"for {', '.join(blamed)}")
        if status != DONE:
            return Rung(name, status, note)
    return Rung(name, DONE)


def _needed(case: Fixture) -> set[str]:
    """The rungs below that a case leans on: its activations and its loss."""
    asked = asked_by(case)
    return {f"{kind}.{name}" for kind in ("activations", "losses") for name in asked.get(kind, ())}


def _judged(name: str, case: Fixture, made: Attempt) -> tuple[str, str]:
    if made.not_written is not None:
        function, said = made.not_written
        if function in (name, "?"):
            return NOT_WRITTEN, said or made.raised_at or ""
        return WAITS, f"for {function}" + (f" ({said})" if said else "")
    if made.failure is not None:
        where = f" ({made.raised_at})" if made.raised_at else ""
        return WRONG, f"{case.name}, {made.failure[0]}: {made.failure[1]}{where}"
    failures = [each for each in against_exact(case, made) if not each.holds]
    return (WRONG, explain(failures[0])) if failures else (DONE, "")


# ----- the rungs -----


@dataclass(frozen=True, eq=False)
class FunctionCase:
    """One call of one function, and what must come out.

    It goes by the group and name of the case of the harness that it is taken from, so that mistakes
    and known failures are found; else it has a name of its own.
    """

    name: str
    dtype: str
    exact: Quantities
    call: Callable[[Framework], Any]
    group: str = "ladder"

    def exactly(self) -> Stages:
        """What must come out."""
        return {"forward": self.exact}

    def compute(self, framework: Framework) -> Iterator[tuple[str, Quantities]]:
        """What comes out: a tree of NumPy's arrays."""
        ((quantity, expected),) = self.exact.items()
        found = tensors.leaves(self.call(framework))
        if len(found) == len(expected) == 1:  # whatever the place is called
            found = dict(zip(expected, found.values(), strict=True))
        yield "forward", {quantity: {place: Tensor(np.array(a)) for place, a in found.items()}}


@cache
def _rungs() -> list[tuple[str, Sequence[Fixture], str | None]]:
    """The name of every rung, its cases, and the last stage that is asked of them."""
    passes = [*network.generated(), *network.edges()]
    first = [case for case in passes if case.name.startswith("tanh-half_squared_error")]
    steps, training = descent.generated(), groups()["training"]
    found: list[tuple[str, Sequence[Fixture], str | None]] = [
        ("arrays.is_array", [_refused()], None),
        *((f"arrays.{n}", [_array(n, d) for d in DTYPES], None) for n in ("shape", "entries")),
        ("params.tree_map", [_tree(_mapped, dtype) for dtype in DTYPES], None),
        ("params.from_numpy", [_tree(_from_numpy, dtype) for dtype in DTYPES], None),
        ("params.to_numpy", [_tree(_round_trip, dtype) for dtype in DTYPES], None),
        ("params.init_params", [_drawn(n, d) for d in DTYPES for n in INITIALIZERS], None),
        *(
            (f"activations.{name}", [_activation(name, dtype) for dtype in DTYPES], None)
            for name in ACTIVATIONS
        ),
        *((f"losses.{name}", [_loss(name, dtype) for dtype in DTYPES], None) for name in LOSSES),
        ("mlp.forward", first, "forward"),
        ("mlp.predict", [_classes(dtype) for dtype in DTYPES], None),
        ("gradients.deltas", passes, "deltas"),
        ("gradients.value_and_grad", passes, "gradients"),
        ("optimizers.apply_updates", [_moved(dtype) for dtype in DTYPES], None),
        *((f"optimizers.{name}", _plain(steps, name), None) for name in STATES),
        ("optimizers.decayed", [c for c in steps if is_decayed(c.optimizer, c.keywords)], None),
        ("training.train", training, None),
    ]
    return found


def _plain(cases: list[descent.DescentCase], name: str) -> Sequence[Fixture]:
    return [c for c in cases if c.optimizer == name and not is_decayed(name, c.keywords)]


_WEIGHT, _BIAS = np.arange(6.0).reshape(2, 3), np.array([0.5, -8.0])


def _layers(dtype: str) -> Any:
    return (Layer(_WEIGHT.astype(dtype), _BIAS.astype(dtype)),)


def _equals(tree: Any) -> Quantities:
    return {"the tree": tensors.unchanged(tree)}


def _tree(call: Callable[[Any, Any], Any], dtype: str) -> FunctionCase:
    tree = _layers(dtype)
    name = f"{call.__name__.strip('_')} in {dtype}"
    return FunctionCase(name, dtype, _equals(tree), lambda f: call(f.params, tree))


def _refused() -> FunctionCase:
    """That a word is no array, which nothing else has to be written for."""

    def call(framework: Framework) -> Any:
        try:
            framework.checks.floating("z", "a word")
        except TypeError as error:
            return np.array(float(str(error) == "z must be an array (see from_numpy), not str"))
        return np.array(0.0)

    refused: Quantities = {"refused, with the contract's words": {"": Tensor(np.array(1.0))}}
    return FunctionCase("a word in place of an array", "float64", refused, call)


def _array(name: str, dtype: str) -> FunctionCase:
    values = _WEIGHT.astype(dtype)

    def call(framework: Framework) -> Any:
        found = getattr(framework.arrays, name)(framework.arrays.from_entries(values.copy()))
        return values.reshape(found) if name == "shape" else found

    return FunctionCase(f"{name} in {dtype}", dtype, _equals(values), call)


def _mapped(arrays: Any, tree: Any) -> Any:
    # The leaves are handed through as they are, so that nothing else has to be written.
    layers = tuple(arrays.Layer(*layer) for layer in tree)
    return arrays.tree_map(lambda leaf, other: leaf, layers, layers)


def _from_numpy(arrays: Any, tree: Any) -> Any:
    made = tensors.handed(arrays, tree)
    if [type(layer) for layer in made] != [arrays.Layer] * len(tree):
        raise TypeError(f"from_numpy gives {type(made).__name__}, not a tuple of Layer")
    return tree


def _round_trip(arrays: Any, tree: Any) -> Any:
    return arrays.to_numpy(tensors.handed(arrays, tree))


def _drawn(name: str, dtype: str) -> FunctionCase:
    bound = 0.25 if name == "uniform" else None
    given: dict[str, Any] = {"seed": 7, "initializer": name, "bound": bound, "dtype": dtype}
    return FunctionCase(
        f"{name} in {dtype}",
        dtype,
        _equals(numpy_params.init_params((3, 4, 2), **given)),
        lambda f: f.params.to_numpy(f.params.init_params((3, 4, 2), **given)),
    )


def _activation(name: str, dtype: str) -> FunctionCase:
    case = next(
        each
        for each in network.edges()
        if each.activations == (name,) and each.dtype == dtype and each.loss.startswith("half")
    )
    exact: Quantities = {"activations": {"[1]": case.exactly()["forward"]["activations"]["[1]"]}}

    def call(framework: Framework) -> Any:
        z = tensors.handed(framework.params, case.inputs)
        return framework.params.to_numpy(framework.activations.ACTIVATIONS[name](z))

    return FunctionCase(case.name, dtype, exact, call, case.group)


def _loss(name: str, dtype: str) -> FunctionCase:
    """One layer of identity weight, so that the predictions are the inputs: probabilities."""
    predictions = np.array([[0.25, 0.75], [0.5, 0.5], [0.875, 0.125]], dtype)
    targets = np.array([[0.5, 0.5], [0.0, 1.0], [0.25, 0.75]], dtype)
    layer = (np.eye(2, dtype=dtype), np.zeros(2, dtype))
    label = f"{name} in {dtype}"
    case = NetworkCase("ladder", label, (layer,), predictions, targets, ("identity",), name)

    def call(framework: Framework) -> Any:
        handed = [tensors.handed(framework.params, each) for each in (predictions, targets)]
        return framework.params.to_numpy(framework.losses.LOSSES[name](*handed))

    return FunctionCase(label, dtype, {"loss": case.exactly()["forward"]["loss"]}, call)


def _classes(dtype: str) -> FunctionCase:
    inputs = np.array([[1, 3, 2], [-1, -2, -3], [0, 0, 5]], dtype)
    layer = Layer(np.eye(3, dtype=dtype), np.zeros(3, dtype))
    exact: Quantities = {"classes": {"": Tensor(np.array([1.0, 0.0, 2.0]))}}

    def call(framework: Framework) -> Any:
        params, handed = (tensors.handed(framework.params, each) for each in ((layer,), inputs))
        found = framework.mlp.predict(params, handed, activations=("identity",))
        return framework.arrays.entries(found).astype(dtype)

    return FunctionCase(f"classes in {dtype}", dtype, exact, call)


def _moved(dtype: str) -> FunctionCase:
    tree = _layers(dtype)
    doubled = tuple(Layer(*(2 * leaf for leaf in layer)) for layer in tree)

    def call(framework: Framework) -> Any:
        theta, updates = (tensors.handed(framework.params, tree) for _ in range(2))
        moved = framework.optimizers.apply_updates(theta, updates)
        return framework.params.to_numpy(moved)

    return FunctionCase(f"params + updates in {dtype}", dtype, _equals(doubled), call)
