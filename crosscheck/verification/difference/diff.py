"""Two sets of tensors of one network: is their difference rounding, or a bug?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crosscheck.frameworks.tensor_files import StoredTensor
from crosscheck.numerics.bounds.precision import Precision
from crosscheck.numerics.comparison import Comparison, finite
from crosscheck.verification.difference.allowed import of_steps, of_whole
from crosscheck.verification.difference.explaining import explanations
from crosscheck.verification.difference.given import (
    Given,
    GivenError,
    check_names,
    read_kind,
    read_names,
    read_set,
    read_start,
)
from crosscheck.verification.difference.judging import EXCEEDED, Measured, Row, Side, Verdict, judge
from crosscheck.verification.difference.naming import NamingError, named

LABELS = ("A", "B")


@dataclass(frozen=True)
class Difference:
    """Two sets of tensors, compared with the exact values and with each other.

    Attributes:
        names: What the two sets are called: their files, or "A" and "B".
        dtypes: The dtype in which each was computed.
        rows: A row for every tensor, in the order of the computation.
        mistakes: The known mistakes that give all the wrong values, of A and of B.
        notes: What was assumed about the layout of tensors, and what is in one set only.
    """

    names: tuple[str, str]
    dtypes: tuple[str, str]
    rows: tuple[Row, ...]
    mistakes: tuple[tuple[str, ...], tuple[str, ...]]
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """A bug if a bound is exceeded anywhere; rounding if that can be told of every tensor."""
        found = {row.verdict for row in self.rows}
        if found & {*EXCEEDED}:
            return Verdict.BUG
        return Verdict.CANNOT_TELL if Verdict.CANNOT_TELL in found else Verdict.ROUNDING

    @property
    def first_wrong(self) -> tuple[str | None, str | None]:
        """The first tensor of A, and of B, that exceeds a bound; None where there is none."""
        of_a, of_b = (
            next(
                (
                    row.name
                    for row in self.rows
                    if (side := row.sides[index]) is not None and side.verdict in EXCEEDED
                ),
                None,
            )
            for index in range(len(LABELS))
        )
        return of_a, of_b

    @property
    def message(self) -> str:
        """The verdict in a sentence: "a bug in B, from z2 on"."""
        if self.verdict == Verdict.ROUNDING:
            return "rounding"
        wrong = self.first_wrong
        places = [
            f"{label} from {name} on" for label, name in zip(LABELS, wrong, strict=True) if name
        ]
        if len(places) == 1:
            return f"a bug in {places[0].replace(' from', ', from')}"
        if places:
            return f"a bug in both: {', '.join(places)}"
        blind = [row.name for row in self.rows if row.verdict == Verdict.CANNOT_TELL]
        told = len(self.rows) - len(blind)
        what = "the bounds exceed the largest entry"
        if not told:
            return f"cannot tell: of every tensor {what}"
        return f"cannot tell of {', '.join(blind)}: {what}; rounding in the other {told}"

    def as_json(self) -> dict[str, Any]:
        """The difference in the form that other programs read; an infinity is null there."""
        return {
            "verdict": str(self.verdict),
            "message": self.message,
            "sets": [
                {"label": label, "name": name, "dtype": dtype, "first_wrong": first,
                 "mistakes": list(mistakes)}
                for label, name, dtype, first, mistakes in zip(
                    LABELS, self.names, self.dtypes, self.first_wrong, self.mistakes,
                    strict=True,
                )
            ],
            "tensors": [_row_as_json(row) for row in self.rows],
            "notes": list(self.notes),
        }  # fmt: skip


def diff(
    a: Given,
    b: Given,
    network: Given,
    inputs: Given,
    *,
    names: Sequence[str] | Mapping[str, Any] = (),
    dtype_a: str | None = None,
    dtype_b: str | None = None,
) -> Difference:
    """Say whether two sets of tensors of one network differ by rounding, or by a bug.

    Args:
        a, b: The sets: safetensors files, or arrays by name, as z1, a1, z2 ..., loss, delta2,
            delta1, grad.0.weight, grad.0.bias ... Each may lack any of them.
        network: A TOML file in the documents' format, or a mapping with `activations` and `loss`.
        inputs: Where both began: `inputs`, `targets`, `params.0.weight`, `params.0.bias` ...
        names: What tensors are called in the files: "z1=dense/z", or a mapping.
        dtype_a, dtype_b: In what a set was computed, where that is not the dtype of its tensors.

    Raises:
        ValueError: If something cannot be read, is missing, or does not fit; the message says
            what.
    """
    kind, own_names = read_kind(network), read_names(names)
    start = read_start(inputs, kind, own_names)
    check_names(own_names, start)
    notes = list(start.notes)
    sets: list[dict[str, StoredTensor]] = []
    for given, label in ((a, "A"), (b, "B")):
        found, where = read_set(given, label)
        of_set = named(found, start.shapes, own_names, where)
        notes += of_set.notes
        sets.append(of_set.tensors)
    _check_common(sets, start.shapes)
    notes += _alone(sets, start.shapes)
    dtypes = tuple(
        _dtype(each, stated, label)
        for each, stated, label in zip(sets, (dtype_a, dtype_b), LABELS, strict=True)
    )
    values = [
        {name: np.asarray(each.value, "float64") for name, each in tensors.items()}
        for tensors in sets
    ]
    wholes = {dtype: of_whole(start.case, dtype) for dtype in dict.fromkeys(dtypes)}
    steps = [
        of_steps(start.case, value, dtype) for value, dtype in zip(values, dtypes, strict=True)
    ]
    rows = judge(start.shapes, values, steps, [wholes[dtype] for dtype in dtypes])
    of_a, of_b = (
        explanations(start.case, value, wholes[dtype], _bugs(rows, index))
        for index, (value, dtype) in enumerate(zip(values, dtypes, strict=True))
    )
    called = [label if isinstance(given, Mapping) else str(given)
              for given, label in ((a, "A"), (b, "B"))]  # fmt: skip
    return Difference(
        (called[0], called[1]), (dtypes[0], dtypes[1]), rows, (of_a, of_b), tuple(notes)
    )


def _check_common(sets: Sequence[Mapping[str, StoredTensor]], expected: Mapping[str, Any]) -> None:
    for each, label in zip(sets, LABELS, strict=True):
        if not each:
            raise NamingError(f"{label} has no tensor; the names are {', '.join(expected)}")
    if not set(sets[0]) & set(sets[1]):
        raise NamingError(
            f"A and B have no tensor in common: A has {', '.join(sets[0])}, "
            f"B has {', '.join(sets[1])}"
        )


def _alone(sets: Sequence[Mapping[str, StoredTensor]], expected: Mapping[str, Any]) -> list[str]:
    """What only one of the sets has, and what neither has, in words."""
    notes = []
    for one, other, label in ((*sets, "A"), (*reversed(sets), "B")):
        if alone := [name for name in expected if name in one and name not in other]:
            notes.append(f"only {label} has {', '.join(alone)}")
    if missing := [name for name in expected if name not in sets[0] and name not in sets[1]]:
        notes.append(f"neither has {', '.join(missing)}")
    return notes


def _dtype(tensors: Mapping[str, StoredTensor], stated: str | None, label: str) -> str:
    """In what a set was computed: what is stated, or the coarsest dtype of its tensors."""
    found = dict.fromkeys(each.dtype for each in tensors.values())
    coarsest = max(found, key=lambda dtype: Precision.of(dtype).u)
    if stated is None:
        return coarsest
    if Precision.of(stated).u < Precision.of(coarsest).u:
        raise GivenError(f"{label} has tensors in {coarsest}, which is coarser than {stated}")
    return stated


def _bugs(rows: Sequence[Row], index: int) -> list[str]:
    """The names of the tensors of A, or of B, that are wrong by themselves."""
    sides = [(row.name, row.sides[index]) for row in rows]
    return [name for name, side in sides if side is not None and side.verdict == Verdict.BUG]


def _row_as_json(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "verdict": str(row.verdict),
        "a": row.sides[0] and _side_as_json(row.sides[0]),
        "b": row.sides[1] and _side_as_json(row.sides[1]),
        "apart": row.apart and _comparison_as_json(row.apart),
    }


def _side_as_json(side: Side) -> dict[str, Any]:
    both = {"step": side.step, "whole": side.whole}
    return {
        "verdict": str(side.verdict),
        **{name: _measured_as_json(measured) for name, measured in both.items()},
    }


def _measured_as_json(measured: Measured) -> dict[str, Any]:
    share = {"share": finite(measured.share), "is_blind": measured.is_blind}
    return _comparison_as_json(measured.comparison) | share


def _comparison_as_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "fraction": finite(comparison.fraction_of_bound),
        "index": list(comparison.index),
        "value": finite(comparison.actual),
        "expected": finite(comparison.expected),
        "allowed": finite(comparison.allowed),
    }
