"""What `arrays` says of an array, and that a number of NumPy's changes no dtype."""

from functools import partial
from typing import Any

import numpy as np

from crosscheck.frameworks.contract import STATES
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.trees import Layer, numpy_leaves, to_framework
from crosscheck.verification.cases.conduct_case import ConductCase, Found
from crosscheck.verification.cases.refusals import KEYWORDS

DTYPES = ("float64", "float32")
VALUES = (np.array([[1.5, -0.0, np.inf], [1e-40, 2.0, -7.25]]), np.array([0.1, 0.2]), np.array(3.0))
OTHERS = ("a word", None, (1.0, 2.0), {"a": 1.0})


def generated() -> list[ConductCase]:
    """What is said of arrays of every number of axes, and every optimizer with NumPy's numbers."""
    return [
        *(_said(dtype, values.astype(dtype)) for dtype in DTYPES for values in VALUES),
        ConductCase(
            "other things are no arrays", {repr(each): "no array" for each in OTHERS}, _call_others
        ),
        ConductCase(
            "two dtypes differ",
            {"float32 and float64": "False", "float32 twice": "True"},
            _call_two_dtypes,
            {"dtypes": ("float32",)},
        ),
        ConductCase(
            "tree_map keeps layers and bare arrays",
            {"layers": (_layer(),), "of type": "Layer", "bare": _layer().bias},
            _call_tree_map,
        ),
        *map(_with_numpy_numbers, STATES),
    ]


def _said(dtype: str, values: np.ndarray) -> ConductCase:
    call = partial(_call_said, values)
    name = f"what is said of an array of {values.ndim} axes in {dtype}"
    return ConductCase(name, _saying(dtype, values), call, dtype=dtype)


def _saying(dtype: str, values: np.ndarray) -> dict[str, str]:
    words = {"is_array": True, "is_floating": True, "is_traced": False}
    shown = {"dtype_name": dtype, "shape": values.shape, "entries": values.dtype}
    places = {"bits": values.tobytes().hex(), "on the CPU": values.tobytes().hex()}
    return {name: str(value) for name, value in {**words, **shown, **places}.items()}


def _call_said(values: np.ndarray, framework: Framework) -> Found:
    arrays = framework.arrays
    arrays.convertible(values)
    given = values.copy()
    inside = arrays.from_entries(given)
    given[...] = 7  # what went in is copied
    found = arrays.entries(inside)
    there = arrays.entries(arrays.to_device(inside, "cpu"))
    names = ("is_array", "is_floating", "is_traced", "dtype_name", "shape")
    said = {name: str(getattr(arrays, name)(inside)) for name in names}
    bits = {"bits": found.tobytes().hex(), "on the CPU": there.tobytes().hex()}
    return said | {"entries": str(found.dtype)} | bits


def _call_others(framework: Framework) -> Found:
    is_array = framework.arrays.is_array
    return {repr(each): "an array" if is_array(each) else "no array" for each in OTHERS}


def _call_two_dtypes(framework: Framework) -> Found:
    arrays = framework.arrays
    single, again, double = (
        arrays.from_entries(np.ones(2, dtype)) for dtype in ("float32", "float32", "float64")
    )
    return {
        "float32 and float64": str(bool(arrays.same_dtype(single, double))),
        "float32 twice": str(bool(arrays.same_dtype(single, again))),
    }


def _layer() -> Layer:
    return Layer(np.arange(6.0).reshape(2, 3), np.array([0.5, -8.0]))


def _call_tree_map(framework: Framework) -> Found:
    module = framework.params
    layers, bare = (to_framework(module, each) for each in ((_layer(),), _layer().bias))

    def second(one: Any, other: Any) -> Any:
        return other

    mapped = module.tree_map(second, layers, layers)
    return {
        "layers": module.to_numpy(mapped),
        "of type": type(mapped[0]).__name__,
        "bare": module.to_numpy(module.tree_map(second, bare, bare)),
    }


def _with_numpy_numbers(name: str) -> ConductCase:
    asks = {"optimizers": (name,)}
    expected = {"with NumPy's numbers": "float32 as with Python's, to the last bit"}
    call = partial(_call_with_numpy_numbers, name)
    return ConductCase(f"{name} takes NumPy's numbers", expected, call, asks, "float32")


def _call_with_numpy_numbers(name: str, framework: Framework) -> Found:
    numbers = {
        keyword: np.float64(default)
        for keyword, default in KEYWORDS.get(name, {}).items()
        if isinstance(default, float)
    }
    rule, grads = framework.optimizers.OPTIMIZERS[name], np.ones((2, 3), "float32")
    updates = []
    for rate, keywords in ((0.1, {}), (lambda step: np.float64(0.1), numbers)):
        given, optimizer = to_framework(framework.params, grads), rule(rate, **keywords)
        update, state = optimizer.update(given, optimizer.init(given), given)
        moments = [moment for moment in state[1:] if framework.arrays.is_array(moment)]
        arrays = [each for each in (update, *moments) if framework.arrays.shape(each)]
        updates.append([numpy_leaves(framework.params, each)[""] for each in arrays])
    pairs = list(zip(*updates, strict=True))
    dtypes = sorted({str(each.dtype) for pair in pairs for each in pair})
    same = all(one.tobytes() == other.tobytes() for one, other in pairs)
    words = "as with Python's, to the last bit" if same else "other bits than with Python's"
    return {"with NumPy's numbers": f"{', '.join(dtypes)} {words}"}
