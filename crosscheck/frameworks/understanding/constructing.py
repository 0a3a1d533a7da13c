"""Make somebody's network in sizes that are all different, from the names of the arguments."""

import inspect
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from crosscheck.frameworks.understanding.calling import quiet
from crosscheck.frameworks.understanding.names import RATES_AT, role_of

# Tried in this order: the sizes are different, so that shapes tell which array is which.
SIZES: tuple[tuple[int, ...], ...] = ((4, 3, 2), (4, 3, 1), (5, 4, 3, 2), (5, 4, 3, 1), (3, 2))
# Samples where a network is constructed with them: different from every size.
SAMPLES = 7
MOST = 40

_LIST = re.compile(
    r"(layers?|layers?_?(sizes?|dims?|units?|structure|config|widths?)|sizes|dims|dimensions|"
    r"architecture|arch|structure|topology|shape|units|nodes|neurons|widths|n_?units|nn_?dims|"
    r"num_?neurons|n_?neurons|layer_?list|layer_?nodes|sizes?_list|net_?shape|network_shape|spec)"
)
_HIDDEN_LIST = re.compile(r"hidden_?(sizes|layers|dims|units|layer_sizes|nodes|neurons|list)")
_INPUT = re.compile(
    r"(n|num|no|size|dim|d|nb)?_?(of_)?(in|inp|input|inputs|input_?(size|dim|nodes?|layer|units?|"
    r"neurons?|layer_size|features?|count|dims?|n|channels|layer_neurons|len|num)|x|features?|"
    r"in_?(dim|size|features?|units?|nodes?|f)|i|inputs?_n|inodes|d|fan_in|n0|nx|ni|insize|"
    r"num_inputs|inputnodes|indim|x_dim|x_size)"
)
_OUTPUT = re.compile(
    r"(n|num|no|size|dim|nb)?_?(of_)?(out|output|outputs|output_?(size|dim|nodes?|layer|units?|"
    r"neurons?|layer_size|count|dims?|n|layer_neurons|num|classes)|y|classes|class|k|o|"
    r"out_?(dim|size|features?|units?|nodes?|f)|outputs?_n|onodes|num_?classes|fan_out|ny|no|"
    r"outsize|outputnodes|outdim|y_dim|y_size|labels|targets)"
)
_HIDDEN = re.compile(
    r"(n|num|no|size|dim|nb)?_?(of_)?(h|hid|hidden|hiddens|hidden_?(size|dim|nodes?|layer|units?|"
    r"neurons?|layer_size|count|dims?|n|num|layer_neurons)|hid_?(size|dim|nodes?|units?)|"
    r"h_?(dim|size|nodes?|units?)|hnodes|hiddennodes|nh|units|neurons|width|middle|"
    r"hidden_layer_nodes)_?\d?(_?(size|dim|units?|nodes?))?"
)


def ways(function: Callable[..., Any], settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Keyword arguments to call a constructor with, the likeliest first.

    Args:
        function: A class, or a function that returns parameters.
        settings: Arguments that are given; "sizes" gives the sizes where it is none of them.
    """
    try:
        parameters = [
            each
            for each in inspect.signature(function).parameters.values()
            if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
        ]
    except (TypeError, ValueError):
        return
    stated = settings.get("sizes")
    seen = []
    for sizes in [tuple(stated)] if stated is not None else SIZES:
        for way in itertools.islice(_ways(parameters, sizes, settings), MOST):
            if str(way) not in seen:
                seen.append(str(way))
                yield way


def _ways(
    parameters: Sequence[inspect.Parameter], sizes: tuple[int, ...], settings: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    choices: list[list[tuple[str, Any]]] = []
    hidden = [each for each in parameters if _HIDDEN.fullmatch(_low(each))]
    unknown = [
        each
        for each in parameters
        if each.default is each.empty
        and each.name not in settings
        and not _values(each, sizes, hidden)
    ]
    for parameter in parameters:
        name = parameter.name
        if name in settings:
            choices.append([(name, settings[name])])
            continue
        values = _values(parameter, sizes, hidden)
        if not values and parameter in unknown:
            if len(unknown) == len(sizes):  # three arguments of any name are three sizes
                values = [sizes[unknown.index(parameter)]]
            else:
                values = [list(sizes), sizes[1], 0.5, None]
        if values:
            choices.append([(name, value) for value in values])
    yield from (dict(way) for way in itertools.product(*choices))


def _values(
    parameter: inspect.Parameter, sizes: tuple[int, ...], hidden: list[inspect.Parameter]
) -> list[Any]:
    """What an argument may be given; nothing where it is best left alone."""
    low = _low(parameter)
    optional = parameter.default is not parameter.empty
    default = parameter.default
    if optional and isinstance(default, str | bool):
        return []
    if not optional and re.fullmatch(r"(input|x|inputs|data|y|output|target|targets|labels?)", low):
        # Samples, as in NeuralNetwork(x, y), or a number.
        samples = samples_of(sizes)
        if _INPUT.fullmatch(low) or low == "data":
            return [samples[0], samples[0].T, sizes[0]]
        return [samples[1], samples[1].T, sizes[-1]]
    if low in ("x_train", "training_inputs", "train_x", "input_data"):
        return [samples_of(sizes)[0]]
    if low in ("y_train", "y_true", "training_outputs", "train_y", "output_data"):
        return [samples_of(sizes)[1]]
    if _HIDDEN_LIST.fullmatch(low) and not isinstance(default, int):
        inner = list(sizes[1:-1])
        return [inner, tuple(inner), *([sizes[1]] if len(inner) == 1 else [])]
    if _LIST.fullmatch(low) and not isinstance(default, int):
        as_tuple = isinstance(default, tuple)
        return [tuple(sizes)] if as_tuple else [list(sizes), tuple(sizes)]
    if _INPUT.fullmatch(low):
        return [sizes[0]]
    if parameter in hidden:
        inner = list(sizes[1:-1]) or [sizes[-1]]
        at = min(hidden.index(parameter), len(inner) - 1)
        return [inner[at], inner] if len(hidden) == 1 and not optional else [inner[at]]
    if _OUTPUT.fullmatch(low):
        return [sizes[-1]]
    if optional:
        return []
    if RATES_AT.fullmatch(low):
        return [0.5]
    if "activation" in low:
        layers = len(sizes) - 1
        return [["sigmoid"] * layers, "sigmoid", ["relu"] * (layers - 1) + ["sigmoid"]]
    if low in ("seed", "random_state", "random_seed"):
        return [0]
    if low in ("rng", "generator", "random"):
        return [*_keys("key"), np.random.default_rng(0)]
    if low == "loss":
        return ["mse", "cross_entropy"]
    if role_of(parameter.name) in ("one", "batch"):
        return [1]
    return _keys(low)


def _keys(low: str) -> list[Any]:
    """A key of jax.random, where its owner has imported JAX."""
    import sys

    if low in ("key", "rng_key", "prng", "k", "prng_key") and "jax" in sys.modules:
        return [sys.modules["jax"].random.PRNGKey(0)]
    return []


def _low(parameter: inspect.Parameter) -> str:
    return parameter.name.lower().strip("_")


def samples_of(sizes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Samples in rows for a network of some sizes, and targets of one class each."""
    rng = np.random.default_rng(20)
    return rng.uniform(-1, 1, (SAMPLES, sizes[0])), np.eye(sizes[-1])[
        np.arange(SAMPLES) % sizes[-1]
    ]


def construct(
    function: Callable[..., Any], way: Mapping[str, Any], samples: Mapping[str, Any] | None = None
) -> Any:
    """Call a constructor with its own copies of the arguments.

    Args:
        function: A class, or a function that returns parameters.
        way: The arguments.
        samples: The samples to give instead of those that were tried, by argument.
    """
    arguments = {
        name: value.copy() if isinstance(value, np.ndarray | list) else value
        for name, value in way.items()
    }
    with quiet():
        return function(**(arguments | dict(samples or {})))
