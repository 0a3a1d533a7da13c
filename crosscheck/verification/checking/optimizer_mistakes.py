"""The known mistakes that give all the wrong steps of somebody's own optimizer."""

import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.verification.checking.fitting import (
    Build,
    Fit,
    Steps,
    build,
    exactly,
    nearest,
    steps_of,
)
from crosscheck.verification.checking.optimizer_histories import Array
from crosscheck.verification.checking.optimizer_slips import SLIPS
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.mistakes.mistake import Mistake, as_framework
from crosscheck.verification.reproduction import EXPLAINED
from reference_numpy import optimizers

BASE = "optimizers/base"
TRIED = 6  # so many mistakes that come near are compared in every entry


def mistakes_of(steps: Steps, specs: Sequence[Spec]) -> list[tuple[Mistake, Fit]]:
    """The known mistakes that reproduce every step, each with the reference it was made in.

    Args:
        steps: What is to be explained.
        specs: The references in which the mistakes may have been made.
    """
    tried: list[tuple[Mistake, Spec]] = []
    builds: list[Build] = []
    for mistake, spec, make in _mistaken(specs, steps):
        tried.append((mistake, spec))
        builds.append(make)
    found: list[tuple[Mistake, Fit]] = []
    for _, number in nearest(steps, builds)[:TRIED]:
        mistake, spec = tried[number]
        if any(mistake is other for other, _ in found):
            continue
        right = exactly(steps, spec)
        ours = steps_of(builds[number](), steps.history, len(steps.params))
        if right is not None and not right.holds and reproduces(steps, ours, right):
            found.append((mistake, right))
    return found


def reproduces(steps: Steps, ours: Array, right: Fit) -> bool:
    """Whether steps are those of an optimizer, but for rounding and a small part of its error.

    As `verification.reproduction` has it: each of the two may be off by its bound, and a mistake
    may magnify rounding.
    """
    with np.errstate(all="ignore"):
        finite = np.isfinite(right.fractions)
        worst = np.max(right.fractions, initial=0.0, where=finite)
        allowed = right.limits * max(2.0, EXPLAINED * worst)
        differ = np.abs(steps.params - ours)
        within = (differ <= allowed) | (steps.params == ours)
    return bool(np.all(within | (np.isnan(steps.params) & np.isnan(ours))))


def formula(mistake: Mistake) -> str:
    """A mistake in words, with what stands there in its place."""
    old, new = mistake.changes[-1]
    return f"{mistake.name}: `{_on_one_line(new)}` where `{_on_one_line(old)}` should stand"


# A rule for every leaf of a tree, of which a reader wants what is computed for one.
OF_LEAVES = re.compile(r"(\w+) = tree_map\(lambda [^:]*: (.*?)(?:, [\w.]+)+\)")


def _on_one_line(text: str) -> str:
    line = " ".join(text.split())
    found = OF_LEAVES.fullmatch(line)
    return f"{found[1]} = {found[2]}" if found else line


def _mistaken(specs: Sequence[Spec], steps: Steps) -> Iterator[tuple[Mistake, Spec, Build]]:
    for spec in specs:
        name, _ = spec.reference_arguments()
        for mistake in (*catalogue(), *SLIPS):
            if mistake.kind != "optimizer" or not _may_be(mistake, name, spec):
                continue
            yield mistake, spec, _maker(mistake, spec, steps)


def _may_be(mistake: Mistake, name: str, spec: Spec) -> bool:
    """Whether a mistake changes what a reference runs."""
    if mistake.file == BASE:
        return mistake.stage != "trajectory" and (
            bool(spec.weight_decay) if "decay" in mistake.name else "eps" in spec.keywords
        )
    return mistake.within == name


def _maker(mistake: Mistake, spec: Spec, steps: Steps) -> Build:
    return lambda: build(spec, steps.rates(spec), _module(mistake))


@cache
def _module(mistake: Mistake) -> Any:
    """The optimizers of the NumPy reference with a mistake in one of them.

    Only the function in which it stands is run anew, where others do not use that: to load a whole
    package, as `as_framework` does, takes long.
    """
    if mistake.file == BASE or mistake.within is None:
        return as_framework(mistake).optimizers
    own = sys.modules[f"{optimizers.__name__}.{mistake.file.rpartition('/')[2]}"]
    changed = ModuleType(own.__name__)
    changed.__dict__.update(own.__dict__ | {"decayed": optimizers.decayed})
    _, start, rest = mistake.source().partition(f"\ndef {mistake.within}(")
    text = start + rest.partition("\n\n\n")[0]
    exec(compile(text, f"<mistake: {mistake.name}>", "exec"), changed.__dict__)
    return changed
