"""The cases of 32 bits in dtypes of 16: bfloat16 and float16.

Their numbers are rounded to the dtype first, so that the exact values are those of what a framework
is given. What is compared in words (who refuses what) does not depend on the dtype: it is left out.
"""

from dataclasses import replace
from functools import cache
from typing import Any

from crosscheck.frameworks.declarations import Declarations
from crosscheck.numerics.dtypes import BFLOAT16, known
from crosscheck.numerics.trees import Layer
from crosscheck.verification.cases.descent import DescentCase
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.cases.network import NetworkCase
from crosscheck.verification.cases.stages import Case
from crosscheck.verification.cases.training import TrainingCase

DTYPES = (BFLOAT16, "float16")
ROUNDED_FROM = "float32"
COMPUTED = (NetworkCase, DescentCase, TrainingCase)


@cache
def cases_in(dtype: str) -> list[Case]:
    """Every case that is computed in float32, in another dtype."""
    every = [case for cases in groups().values() for case in cases if case.dtype == ROUNDED_FROM]
    return [in_dtype(case, dtype) for case in every if isinstance(case, COMPUTED)]


def as_declared(case: Case, declared: Declarations) -> Case:
    """A case with the bounds of a framework, which may add up in float32 as it declares."""
    kinds = declared.float32_sums.get(case.dtype, ())
    # Of a history the only sum is the norm by which it clips: leaf by leaf, which is in the dtype.
    if kinds and isinstance(case, NetworkCase | TrainingCase):
        return replace(case, in_float32=kinds)
    return case


def in_dtype(case: Any, dtype: str) -> Case:
    """A case whose numbers are rounded to a dtype, which stands in its name too."""
    known(dtype)
    name = case.name.replace(case.dtype, dtype)
    changed: dict[str, Any] = {"name": name if dtype in name else f"{name} in {dtype}"}
    if isinstance(case, TrainingCase):
        return replace(case, dtype=dtype, **changed)
    if isinstance(case, DescentCase):
        grads = tuple(_rounded(grad, dtype) for grad in case.grads)
        return replace(case, start=_rounded(case.start, dtype), grads=grads, **changed)
    changed |= {name: _rounded(getattr(case, name), dtype) for name in ("inputs", "targets")}
    changed["params"] = tuple(tuple(leaf.astype(dtype) for leaf in layer) for layer in case.params)
    changed["weights"] = None if case.weights is None else _rounded(case.weights, dtype)
    return replace(case, **changed)


def _rounded(tree: Any, dtype: str) -> Any:
    if isinstance(tree, tuple):
        return tuple(Layer(*(leaf.astype(dtype) for leaf in layer)) for layer in tree)
    return tree.astype(dtype)
