"""What is compared: every quantity of a worked example or a generated case, as named tensors.

Each comes twice, computed exactly and computed by a framework, under the same names.
"""

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import numpy as np

from crosscheck import documents
from crosscheck.bounds import Bounds, bound_pass
from crosscheck.cases import Case
from crosscheck.comparison import Tensor, Tensors
from crosscheck.exact.balls import enclose, from_floats, to_float, working_precision
from crosscheck.exact.network import Layer, Pass, forward_and_backward
from crosscheck.exact.optimizers import OPTIMIZERS as EXACT_OPTIMIZERS
from crosscheck.frameworks import Framework
from crosscheck.worked_examples import exact_names, framework_names

Quantities = dict[str, Tensors]

PASS = ("pre_activations", "activations", "loss", "deltas", "grads")

# Every optimizer with the keywords that a case uses. They are all given: the defaults are the
# contract's business, not the exact value's.
OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("sgd", {}),
    "momentum": ("momentum", {"momentum": 0.9}),
    "nesterov": ("momentum", {"momentum": 0.9, "nesterov": True}),
    "adagrad": ("adagrad", {"initial_accumulator": 0.1, "eps": 1e-8}),
    "rmsprop": ("rmsprop", {"decay": 0.9, "eps": 1e-8}),
    "adam": ("adam", {"b1": 0.9, "b2": 0.999, "eps": 1e-8}),
    "adam without bias correction": (
        "adam",
        {"b1": 0.9, "b2": 0.999, "eps": 1e-8, "bias_correction": False},
    ),
}
# Five steps. All frameworks are handed the same gradients, so that what is compared is the
# optimizer: Adam divides a gradient by its own size, and would blow up the rounding of a small one.
# The factors spread that one gradient over several magnitudes, down to eps; the rate changes once.
RATES = (0.1, 0.1, 0.1, 0.05, 0.05)
FACTORS = (1.0, -0.5, 1e-3, 1e-6, 2.0)


def after(label: str, steps: int) -> str:
    """The name of the parameters that an optimizer leaves after so many steps."""
    return f"{label}: parameters after {steps} step{'s' if steps > 1 else ''}"


# ----- the documents' examples -----


def documents_with_a_network() -> list[str]:
    """The documents that work an example."""
    return [number for number in documents.DOCUMENTS if "network" in documents.load(number).given]


@cache
def document_exactly(number: str) -> Quantities:
    """Every quantity of a document's example, rounded from its exact value."""
    with working_precision():
        names = exact_names(documents.load(number))
        return _document_quantities(number, names, _rounded)


def document_by(number: str, framework: Framework) -> Quantities:
    """Every quantity of a document's example, by a framework."""
    names = framework_names(documents.load(number), framework)
    return _document_quantities(number, names, np.asarray)


def _document_quantities(
    number: str, names: dict[str, Any], convert: Callable[[Any], np.ndarray]
) -> Quantities:
    found = {quantity: _tensors(names[quantity], convert) for quantity in PASS}
    for run in documents.load(number).given["runs"]:
        space = names[run["name"]]
        label = f"the document's {run['name']}"
        for moment in run.get("moments", []):
            found[f"{label}: {moment}"] = _tensors(getattr(space.state, moment), convert)
        found[after(label, 1)] = _tensors(space.params, convert)
    return found


# ----- the generated cases -----


@cache
def case_exactly(case: Case) -> Quantities:
    """One pass and five steps of every optimizer, rounded from the exact values to the dtype."""

    def forward_and_back() -> Pass:
        return forward_and_backward(
            [Layer(from_floats(weight), from_floats(bias)) for weight, bias in case.params()],
            from_floats(case.inputs()),
            from_floats(case.targets()),
            case.activations,
            case.loss,
        )

    def convert(array: Any) -> np.ndarray:
        return _rounded(array).astype(case.dtype)

    computed = enclose(forward_and_back)
    bounds = bound_pass(
        [(_float64(weight), _float64(bias)) for weight, bias in case.params()],
        _float64(case.inputs()),
        _float64(case.targets()),
        case.activations,
        case.loss,
        case.dtype,
    )
    found = {name: _bounded(computed, bounds, name) for name in PASS}
    for label, (name, keywords) in OPTIMIZERS.items():
        for steps in (1, len(RATES)):
            found[after(label, steps)] = {
                place: Tensor(
                    convert(enclose(partial(_exact_descent, leaf, grads[:steps], name, keywords)))
                )
                for place, leaf, grads in _leaves_with_gradients(case, found["grads"])
            }
    return found


def _exact_descent(
    leaf: np.ndarray, grads: list[np.ndarray], name: str, keywords: dict[str, Any]
) -> Any:
    exact_keywords = {
        key: value if isinstance(value, bool) else from_floats(value)
        for key, value in keywords.items()
    }
    rates = [from_floats(rate) for rate in RATES[: len(grads)]]
    history = EXACT_OPTIMIZERS[name]([from_floats(g) for g in grads], rates, **exact_keywords)
    return from_floats(leaf) + sum(history.updates)


def _leaves_with_gradients(
    case: Case, grads: Tensors
) -> Iterator[tuple[str, np.ndarray, list[np.ndarray]]]:
    leaves = [leaf for layer in case.params() for leaf in layer]
    for (place, grad), leaf in zip(grads.items(), leaves, strict=True):
        handed = grad.value.astype(case.dtype)
        yield place, leaf, [handed * np.asarray(factor, case.dtype) for factor in FACTORS]


def _bounded(computed: Pass, bounds: Bounds, name: str) -> Tensors:
    """The exact tensors of one quantity, rounded to float64, each with its bound."""
    values, limits = getattr(computed, name), getattr(bounds, name)
    allowed = _tensors(limits, np.asarray)
    return {
        place: Tensor(tensor.value, allowed[place].value)
        for place, tensor in _tensors(values, _rounded).items()
    }


def case_by(case: Case, exact: Quantities, framework: Framework) -> Quantities:
    """The same by a framework, which is handed the exact gradients for its optimizers' steps."""
    arrays = framework.params
    from_numpy, to_numpy = arrays.from_numpy, arrays.to_numpy
    params = from_numpy(tuple(arrays.Layer(*layer) for layer in case.params()))
    inputs, targets = from_numpy(case.inputs()), from_numpy(case.targets())
    kind = {"activations": case.activations, "loss": case.loss}
    trace = framework.mlp.forward(params, inputs, activations=case.activations)
    value, grads = framework.gradients.value_and_grad(params, inputs, targets, **kind)
    computed = {
        "pre_activations": trace.pre_activations,
        "activations": trace.activations,
        "loss": value,
        "deltas": framework.gradients.deltas(params, inputs, targets, **kind),
        "grads": grads,
    }
    found = {
        name: _tensors(tree, lambda leaf: np.asarray(to_numpy(leaf)))
        for name, tree in computed.items()
    }
    leaves = list(_leaves_with_gradients(case, exact["grads"]))
    start = _tree(framework, case, [leaf for _, leaf, _ in leaves])
    by_step = [
        _tree(framework, case, [grads[step] for _, _, grads in leaves])
        for step in range(len(RATES))
    ]
    for label, (name, keywords) in OPTIMIZERS.items():
        optimizer = getattr(framework.optimizers, name)(lambda step: RATES[int(step)], **keywords)
        state, theta = optimizer.init(start), start
        for step, handed in enumerate(by_step, start=1):
            updates, state = optimizer.update(handed, state, theta)
            theta = framework.optimizers.apply_updates(theta, updates)
            if step in (1, len(RATES)):
                moved = _leaves(framework, case, theta)
                found[after(label, step)] = {
                    place: Tensor(leaf) for (place, _, _), leaf in zip(leaves, moved, strict=True)
                }
    return found


# A tree is Params or a bare array: cases in float64 hand over the one, cases in float32 the other.


def _tree(framework: Framework, case: Case, leaves: list[np.ndarray]) -> Any:
    if case.dtype == "float32":
        return framework.params.from_numpy(np.concatenate([leaf.ravel() for leaf in leaves]))
    pairs = zip(leaves[::2], leaves[1::2], strict=True)
    return framework.params.from_numpy(tuple(framework.params.Layer(*pair) for pair in pairs))


def _leaves(framework: Framework, case: Case, tree: Any) -> list[np.ndarray]:
    tree = framework.params.to_numpy(tree)
    if case.dtype == "float64":
        return [leaf for layer in tree for leaf in layer]
    shapes = [leaf.shape for layer in case.params() for leaf in layer]
    ends = np.cumsum([np.prod(shape) for shape in shapes])
    parts = np.split(tree, ends[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


# ----- trees as named tensors -----


def _tensors(tree: Any, convert: Callable[[Any], np.ndarray]) -> Tensors:
    """Name every tensor of a tree by its place, as the contract's tuples index it: "[0].weight"."""
    if not isinstance(tree, tuple):
        return {"": Tensor(convert(tree))}
    named: dict[str, Tensor] = {}
    for index, item in enumerate(tree):
        if hasattr(item, "_fields"):
            for key, leaf in zip(item._fields, item, strict=True):
                named[f"[{index}].{key}"] = Tensor(convert(leaf))
        else:
            named[f"[{index}]"] = Tensor(convert(item))
    return named


def _float64(array: np.ndarray) -> np.ndarray:
    return array.astype("float64")


def _rounded(array: Any) -> np.ndarray:
    return np.vectorize(to_float, otypes=["float64"])(np.asarray(array, dtype=object))
