"""Write a recipe in another framework's words, and prove by running both that they are equal."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.probes import MAGNITUDES
from crosscheck.conventions.recipes import running
from crosscheck.conventions.recipes.measuring import OTHERWISE, measure
from crosscheck.conventions.recipes.probes import HALF, LEFT, UPDATES, problems
from crosscheck.conventions.recipes.reading import read_recipe
from crosscheck.conventions.recipes.recipe import Clip, Recipe, RecipeError, differences
from crosscheck.conventions.recipes.remarks import provisos_of
from crosscheck.conventions.recipes.source import Source
from crosscheck.conventions.recipes.translation import RecipeTranslation
from crosscheck.conventions.recipes.writing_keras import write_keras
from crosscheck.conventions.recipes.writing_optax import write_optax
from crosscheck.conventions.recipes.writing_torch import write_torch
from crosscheck.conventions.recipes.written import Written
from crosscheck.frameworks import registry

WRITERS: dict[str, Callable[[Recipe], list[Written]]] = {
    "torch": write_torch,
    "optax": write_optax,
    "keras-jax": write_keras,
    "keras-torch": write_keras,
}
TRIED = 4  # recipes of the other framework that are run


def translate_recipe(text: str, *, to: str) -> RecipeTranslation:
    """Write a recipe as the nearest of another framework, and run both.

    Both make 24 updates with the same gradients of a matrix and a vector, of nine magnitudes and
    with zeros, clipped and not, at its rate and at one that changes. JAX is set to float64 for the
    whole process.

    Args:
        text: The lines of a program that make an optimizer and what belongs to it. They are
            parsed, never evaluated.
        to: The other framework: a name of PyTorch, optax or Keras.

    Returns:
        The nearest recipe. It is `equal`; or it is not, and `mismatch` says in what; or the two
        could not be run (`equal` is None), and `problem` says why.

    Raises:
        ValueError: If the text cannot be read, its own framework refuses it, or the other framework
            is unknown or has no recipes here.
    """
    (found,) = translate_recipes([(read_recipe(text), to)])
    return found


def translate_recipes(pairs: Sequence[tuple[Source, str]]) -> list[RecipeTranslation]:
    """Translate several recipes that are read already, each framework run once for all.

    Args:
        pairs: Each a recipe, and the other framework.

    Raises:
        ValueError: As of `translate_recipe`.
    """
    registry.prepare()
    chosen = []
    for source, name in pairs:
        to = stock.framework_named(name)
        if to not in WRITERS:
            raise RecipeError(f"recipes are written for PyTorch, optax and Keras, not for {to}")
        written = WRITERS[to](source.recipe)[:TRIED]
        if not written:
            title = stock.FRAMEWORKS[to].title
            raise RecipeError(f"{title} has no {source.recipe.spec.optimizer}")
        chosen.append((source, written))
    results = _run([job for source, written in chosen for job in _jobs(source, written)])
    best = []
    for source, written in chosen:
        found = [_translation(source, each, results) for each in written]
        if found[0].refused_by == source.framework:
            title = stock.FRAMEWORKS[source.framework].title
            raise RecipeError(f"{title} itself refuses this: {found[0].problem}")
        best.append(min(found, key=_preference))
    return best


def _preference(found: RecipeTranslation) -> tuple[bool, bool, bool, float]:
    equal = found.equal is not False
    difference = np.inf if found.difference is None else found.difference
    refused = found.refused_by is not None
    return (refused, not equal, found.as_rate_changes is False, 0.0 if equal else difference)


@dataclass(frozen=True)
class Job:
    """A program to run: where, the limits at which it clips, its micro-batches and updates."""

    framework: str
    code: str
    limits: tuple[float, ...]
    accumulate: int
    updates: int = UPDATES

    def as_dict(self) -> dict[str, Any]:
        """The job as `running.run` takes it."""
        return asdict(self) | {"limits": list(self.limits)}


def _limits(source: Source) -> tuple[float, ...]:
    clips = [link for link in source.recipe.before if isinstance(link, Clip)]
    return tuple(float(link.max_norm or link.max_value or 0.0) for link in clips)


def _job(source: Source, code: str, framework: str, updates: int = UPDATES) -> Job:
    return Job(framework, code, _limits(source), source.recipe.accumulate, updates)


def _updates(source: Source, written: Written) -> int:
    """How many updates are made: no more than either framework allows."""
    last = [each.last for each in (source, written) if each.last is not None]
    return max(1, min([UPDATES, *last]))


def _jobs(source: Source, written: Sequence[Written]) -> list[Job]:
    """All that is to be run for a recipe: with a changing rate only what may be equal."""
    jobs = []
    for each in written:
        updates = _updates(source, each)
        pair: tuple[Source | Written, ...] = (source, each)
        jobs += [_job(source, x.program or x.code, x.framework, updates) for x in pair]
        if _may_change(source, each):
            jobs += [_job(source, one.changing, one.framework) for one in (source, each)]
    return jobs


def _may_change(source: Source, written: Written) -> bool:
    """Whether the two are to be run at a rate that changes, beside their own."""
    both = bool(source.changing) and bool(written.changing)
    return both and not differences(source.recipe, written.recipe)


def _run(jobs: Sequence[Job]) -> dict[Job, Any]:
    """The result of every job."""
    results: dict[Job, Any] = {}
    for framework in dict.fromkeys(job.framework for job in jobs):
        own = list(dict.fromkeys(job for job in jobs if job.framework == framework))
        missing = stock.FRAMEWORKS[framework].missing
        found: Sequence[Any]
        if missing:
            found = [{"missing": missing, "error": f"{missing} is not installed"}] * len(own)
        else:
            found = stock.run_jobs(framework, [(running.__name__, job.as_dict()) for job in own])
        results |= zip(own, found, strict=True)
    return results


def _translation(source: Source, target: Written, results: dict[Job, Any]) -> RecipeTranslation:
    mismatch = differences(source.recipe, target.recipe)
    recipe = source.recipe
    place: dict[str, Any] = {
        "source": source.code,
        "source_framework": source.framework,
        "expression": recipe.expression,
        "reference": recipe.reference,
        "train": recipe.train,
        "target": target.code,
        "target_framework": target.framework,
        "mismatch": mismatch,
        "program": target.program or target.code,
    }
    remarks = provisos_of(source, target)
    updates = _updates(source, target)
    pair: tuple[Source | Written, ...] = (source, target)
    found = [results[_job(source, x.program or x.code, x.framework, updates)] for x in pair]
    for each, result in zip(pair, found, strict=True):
        if "error" in result:
            absent = "missing" in result or "cannot be run: it" in result["error"]
            return RecipeTranslation(
                **place,
                provisos=remarks,
                problem=f"{stock.FRAMEWORKS[each.framework].title}: {result['error']}",
                refused_by=None if absent else each.framework,
            )
    grads = [each[:updates] for each in problems(_limits(source), recipe.accumulate)]
    own = recipe.rates(updates)
    measured = measure(source, target, found, grads, own)
    if measured is None:
        return RecipeTranslation(**place, provisos=remarks, problem="the steps do not stay finite")
    changed: bool | None = None
    if recipe.schedule is not None and not mismatch:
        changed = measured.within
    elif measured.within and _may_change(source, target):
        later = [results[_job(source, x.changing, x.framework)] for x in (source, target)]
        rates = [*own[:HALF], *(LEFT * rate for rate in own[HALF:])]
        if not any("error" in result for result in later):
            as_changed = measure(source, target, later, grads, rates)
            changed = as_changed is not None and as_changed.within
            if as_changed is not None and not changed:
                remarks = (
                    f"only if the learning rate does not change: if it is quartered after {HALF} "
                    f"updates, the parameters differ by {as_changed.largest:.1g}, because one of "
                    "the two has the rate inside its velocity, or a decay that does not depend on "
                    "the rate",
                    *remarks,
                )
    zeros = measured.zeros if not (mismatch or not measured.within) else ()
    if measured.zeros and measured.zeros != OTHERWISE:
        zeros = measured.zeros
    sizes = [*MAGNITUDES, *(limit / 2 for limit in _limits(source))]
    return RecipeTranslation(
        **place,
        provisos=(*remarks, *zeros),
        difference=measured.largest,
        by_magnitude=dict(zip(sizes, measured.sizes, strict=False)),
        bound=measured.bound,
        within_bound=measured.within,
        zeros_agree=not zeros,
        as_rate_changes=changed,
        updates=updates,
    )
