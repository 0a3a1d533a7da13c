"""The names of a document's quantities: which there are, and in which spelling.

Only shapes are known here, no values. So a name can be looked up before anything is computed, and
whatever is wrong with it is said with what would be right.
"""

import ast
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from crosscheck.documents.examples import Example, Network, OptimizerRun
from crosscheck.documents.expressions import (
    ExpressionError,
    normal_form,
)
from crosscheck.documents.faults import suggestion
from crosscheck.frameworks.contract import STATES
from crosscheck.numerics.trees import Layer

PASS = ("pre_activations", "activations", "outputs", "loss", "deltas", "grads")


@dataclass(frozen=True)
class Shape:
    """The shape of an array of numbers; () is one number."""

    sizes: tuple[int, ...] = ()


class Anything:
    """What is not known, since the file is wrong there: every name in it may be right."""


ANYTHING = Anything()
# Stands among the names where there is a run whose name could not be read.
UNREAD = ""
Names = dict[str, Any]


def canonical(text: str, steps: Mapping[str, int], layers: int | None = None) -> str:
    """An expression in the one spelling of its names, so that equal quantities are equal strings.

    After the last step of a run, `sgd.after[3].loss` is `sgd.loss`; and `sgd.after[0].loss`, before
    the first one, is `loss`. The first of the activations are the inputs, the last the outputs.

    Args:
        text: The expression.
        steps: How many steps each run has, by its name.
        layers: How many layers the network has, if it is known.

    Raises:
        ExpressionError: If it cannot be parsed.
    """
    spelled = normal_form(text)
    if ".after[" not in spelled and not re.search(r"\bactivations\[", spelled):
        return spelled
    return ast.unparse(_Canonical(steps, layers).visit(ast.parse(spelled, mode="eval")))


class _Canonical(ast.NodeTransformer):
    def __init__(self, steps: Mapping[str, int], layers: int | None) -> None:
        self.steps, self.layers = steps, layers

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Subscript(value=value, slice=ast.Constant(value=int(layer))):
                pass
            case _:
                return node
        names = {self.layers: "outputs", 0: "inputs"}
        match value:
            case ast.Name(id="activations") if layer in names:
                return ast.Name(names[layer])
            case ast.Attribute(value=run, attr="activations") if layer in names:
                return ast.Attribute(run, "outputs") if layer else ast.Name("inputs")
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Attribute(
                value=ast.Subscript(
                    value=ast.Attribute(value=ast.Name(id=run), attr="after"),
                    slice=ast.Constant(value=int(step)),
                ),
                attr=name,
            ) if run in self.steps:
                if step == self.steps[run]:
                    return ast.Attribute(ast.Name(run), name)
                if step == 0 and name == "state":
                    return ast.Attribute(ast.Name(run), "initial_state")
                if step == 0:
                    return ast.Name(name)
        return node


def names_of(
    example: Example, unknown: Collection[str] = (), network_unknown: bool = False
) -> tuple[Names, Names]:
    """What the document gives, and everything that follows from it as well; as shapes.

    Args:
        example: What could be read of the worked example.
        unknown: Names of runs about which nothing is known, since they could not be read.
        network_unknown: Whether that is so for the network.
    """
    given: Names = {}
    exact: Names = {}
    if example.layer_sizes:
        given["layer_sizes"] = Shape((len(example.layer_sizes),))
        exact["parameter_count"] = Shape()
    if example.picture is not None:
        given["picture"] = SimpleNamespace(side=Shape())
    if example.surface is not None:
        size = Shape((len(example.surface.point),))
        given["surface"] = SimpleNamespace(coefficients=size, point=size)
        exact["surface"] = SimpleNamespace(coefficients=size, point=size, grads=size)
    if network_unknown:
        given |= dict.fromkeys(("params", "inputs", "targets"), ANYTHING)
        exact |= dict.fromkeys(PASS, ANYTHING)
    elif example.network is not None:
        given |= _data(example.network)
        exact |= _pass(example.network)
    for run in example.runs:
        given[run.name], exact[run.name] = _run(run, example.network)
    runs = dict.fromkeys(unknown, ANYTHING)
    return given | runs, given | exact | runs


def _data(network: Network) -> Names:
    return {
        "params": tuple(
            Layer(Shape((len(layer.weight), len(layer.weight[0]))), Shape((len(layer.bias),)))
            for layer in network.params
        ),
        "inputs": Shape((len(network.inputs), len(network.inputs[0]))),
        "targets": Shape((len(network.targets), len(network.targets[0]))),
    }


def _pass(network: Network) -> Names:
    batch, data = len(network.inputs), _data(network)
    of_layers = tuple(Shape((batch, len(layer.bias))) for layer in network.params)
    return {
        "pre_activations": of_layers,
        "activations": (data["inputs"], *of_layers),
        "outputs": data["targets"],
        "loss": Shape(),
        "deltas": of_layers,
        "grads": data["params"],
    }


def _run(run: OptimizerRun, network: Network | None) -> tuple[Any, Any]:
    if network is None:
        return ANYTHING, ANYTHING
    params = _data(network)["params"]
    numbers = [k for k, value in run.keywords.items() if not isinstance(value, bool | str)]
    given = SimpleNamespace(
        learning_rate=Shape(),
        **dict.fromkeys(numbers, Shape()),
        initial_state=SimpleNamespace(**dict.fromkeys(run.moments, params)),
    )
    state = {
        key: Shape() if key == "momentum_product" else params
        for key in STATES[run.optimizer]
        if key != "step"
    }
    after = SimpleNamespace(params=params, state=SimpleNamespace(**state), **_pass(network))
    steps = dict.fromkeys(range(1, run.steps + 1), after)
    return given, SimpleNamespace(**given.__dict__, **after.__dict__, after=steps)


def check_number(node: ast.expr, names: Names) -> None:
    """Check that a quantity stands for one number.

    Args:
        node: The quantity: a name, attributes and indices.
        names: What it is looked up in.

    Raises:
        ExpressionError: If it does not; the message says what there is instead.
    """
    found = _shape(node, names)
    if (isinstance(found, Shape) and not found.sizes) or found is ANYTHING:
        return
    text = ast.unparse(node)
    if isinstance(found, Shape):
        raise ExpressionError(f'"{text}" is no number, but an array of shape {_sizes(found)}')
    keys = _keys(found)
    raise ExpressionError(f'"{text}" is no number: it has {", ".join(keys)}')


def _shape(node: ast.expr, names: Names) -> Any:
    """What a quantity stands for; ANYTHING from where on nothing is known.

    Raises:
        ExpressionError: If it stands for nothing.
    """
    match node:
        case ast.Name(id=name):
            if name in names:
                return names[name]
            if UNREAD in names:
                return ANYTHING
            raise ExpressionError(f'unknown quantity "{name}"{suggestion(name, names)}')
        case ast.Attribute(value=value, attr=name):
            found = _shape(value, names)
            if found is ANYTHING or name in _keys(found):
                return found if found is ANYTHING else getattr(found, name)
            known = _keys(found)
            end = suggestion(name, known) if known else ""
            raise ExpressionError(f'unknown quantity "{ast.unparse(node)}"{end}')
        case ast.Subscript(value=value, slice=index):
            found = _shape(value, names)
            return found if found is ANYTHING else _item(ast.unparse(value), found, index)
    raise ExpressionError(f'not a quantity: "{ast.unparse(node)}"')


def _item(name: str, found: Any, index: ast.expr) -> Any:
    try:
        value = ast.literal_eval(index)
    except ValueError:
        value = None
    indices = value if isinstance(value, tuple) else (value,)
    if any(isinstance(each, bool) or not isinstance(each, int) for each in indices):
        raise ExpressionError(f'"{name}[{ast.unparse(index)}]": an index must be a whole number')
    whole = f'"{name}[{", ".join(map(str, indices))}]"'
    if isinstance(found, dict):
        if value in found:
            return found[value]
        raise ExpressionError(f"{whole}: there are steps 0 to {max(found)}")
    if isinstance(found, Shape) and found.sizes:
        if len(indices) != len(found.sizes):
            raise ExpressionError(f"{whole}: takes {len(found.sizes)} indices, in one bracket")
        sizes = found.sizes
    elif isinstance(found, tuple) and not isinstance(found, Layer) and len(indices) == 1:
        sizes = (len(found),)
    else:
        raise ExpressionError(f'{whole}: "{name}" takes no such index')
    if any(not 0 <= each < size for each, size in zip(indices, sizes, strict=True)):
        raise ExpressionError(f"{whole}: out of range, for {_ranges(sizes)}")
    return Shape() if isinstance(found, Shape) else found[indices[0]]


def _keys(found: Any) -> list[str]:
    if isinstance(found, Layer):
        return list(Layer._fields)
    return list(found.__dict__) if isinstance(found, SimpleNamespace) else []


def _sizes(shape: Shape) -> str:
    return " x ".join(map(str, shape.sizes))


def _ranges(sizes: tuple[int, ...]) -> str:
    ends = ", ".join("0" if size == 1 else f"0 to {size - 1}" for size in sizes)
    return f"the indices are {ends}"
