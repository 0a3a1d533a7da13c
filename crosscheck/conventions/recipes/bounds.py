"""How far the computed steps of a recipe may be from the exact ones."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from crosscheck.conventions.optimizers.single import Float32Powers, Float32Product
from crosscheck.conventions.optimizers.wide import (
    DOUBLE_ROUNDOFF,
    SHORT_MEMORY,
    SINGLE_ROUNDOFF,
)
from crosscheck.conventions.recipes.probes import ENTRIES, SHAPES, START, WEIGHTS
from crosscheck.conventions.recipes.recipe import Clip, Penalty, Recipe
from crosscheck.frameworks.hyperparameters import convert
from crosscheck.numerics.bounds import optimizers as stepwise
from crosscheck.numerics.bounds.clipping import clipped
from crosscheck.numerics.bounds.inexact import Inexact, exactly
from crosscheck.numerics.bounds.precision import DOUBLE
from reference_numpy.params import Layer

SIZES = [int(np.prod(shape)) for shape in SHAPES]
# The roundings of a mean of k numbers, by however it is gathered: a running mean subtracts, divides
# and adds at each, and what is rounded is at most twice the largest.
MEAN = 6
# The roundings of a gradient that is clipped by its norm in float32: its own, those of a square, of
# a sum of up to six, of a root, a quotient and a product, and the limit's.
CLIPPED_SINGLE = 12
# The roundings of a float32 rate on its way into a step: its own, and that of a product with it.
ROUNDED_AGAIN = 4


def reference_steps(recipe: Recipe, problem: np.ndarray, rates: Sequence[float]) -> np.ndarray:
    """The parameters after every update of the NumPy reference, of shape (updates, entries)."""
    optimizer = recipe.optimizer(rates)
    params: tuple[Layer, ...] = (_layer(START),)
    state, steps = optimizer.init(params), []
    sign = -1.0 if recipe.spec.ascends else 1.0
    with np.errstate(all="ignore"):
        for mean in problem.mean(axis=1):
            updates, state = optimizer.update((_layer(sign * mean),), state, params)
            params = tuple(
                Layer(*(p + u for p, u in zip(layer, update, strict=True)))
                for layer, update in zip(params, updates, strict=True)
            )
            steps.append(np.concatenate([leaf.ravel() for layer in params for leaf in layer]))
    return np.stack(steps)


def _layer(entries: np.ndarray) -> Layer:
    return Layer(entries[:WEIGHTS].reshape(SHAPES[0]), entries[WEIGHTS:].reshape(SHAPES[1]))


def recipe_bounds(
    recipe: Recipe,
    problems: Sequence[np.ndarray],
    rates: Sequence[float],
    exact: Sequence[float] | None = None,
    powers: Sequence[str] = (),
    single: bool = False,
    single_norms: bool = False,
) -> list[np.ndarray]:
    """The bounds of every problem: of each entry after every update; infinite if there is none.

    Args:
        recipe: The recipe.
        problems: The gradients of each, of shape (updates, micro-batches, entries).
        rates: The learning rates that the framework uses.
        exact: Those of the recipe, where the framework rounds them; what that changes in the
            reference's steps is added.
        powers: The keywords of which the framework computes powers in float32.
        single: Whether it gathers gradients in float32.
        single_norms: Whether it clips gradients by their own norms in float32.
    """
    found = []
    own = recipe.spec.keywords
    short = min(own.get(name, 1.0) for name in ("b1", "b2", "decay")) < SHORT_MEMORY
    with np.errstate(all="ignore"):
        # Every entry is moved by itself, but for a norm: all problems are computed at once.
        steps = _parameters(recipe, np.stack(problems), rates, powers, single, single_norms)
        shape = (len(problems), ENTRIES)
        errors = np.stack([np.broadcast_to(x.error, shape[0] * shape[1]) for x in steps])
        for total, problem in zip(
            errors.reshape(-1, *shape).transpose(1, 0, 2), problems, strict=True
        ):
            if exact is not None and list(exact) != list(rates):
                rounded = reference_steps(recipe, problem, rates)
                effect = np.abs(rounded - reference_steps(recipe, problem, exact))
                total = 2 * total + effect + _rounded_rates(recipe, rounded, rates)
            if short:
                total = total + _lost_to_the_past(recipe, problem, rates)
            found.append(np.where(np.isnan(total), np.inf, total))
    return found


def _rounded_rates(recipe: Recipe, path: np.ndarray, rates: Sequence[float]) -> np.ndarray:
    """How far steps may be off whose rates are float32, beside what these rates are off.

    A step that is compiled may round its rate once more, and a decay its product with the rate.
    """
    before = np.vstack([START, path[:-1]])
    pull = np.array(rates)[:, np.newaxis] * recipe.spec.weight_decay * np.abs(before)
    steps = np.maximum.accumulate(np.abs(path - before), axis=0)
    return ROUNDED_AGAIN * SINGLE_ROUNDOFF * np.cumsum(steps + pull, axis=0)


def _lost_to_the_past(recipe: Recipe, problem: np.ndarray, rates: Sequence[float]) -> np.ndarray:
    """How far a mean may be off that is computed as v + (1 - b) (g^2 - v): as of `wide`."""
    path = reference_steps(recipe, problem, rates)
    steps = np.abs(np.diff(path, axis=0, prepend=START[np.newaxis]))
    grads = np.abs(problem.mean(axis=1))
    ratio = np.maximum.accumulate(grads, axis=0) / np.where(grads > 0, grads, np.nan)
    return np.nan_to_num(np.cumsum(DOUBLE_ROUNDOFF * (ratio + ratio**2) * steps, axis=0))


def _parameters(
    recipe: Recipe,
    problems: np.ndarray,
    rates: Sequence[float],
    powers: Sequence[str],
    single: bool,
    single_norms: bool,
) -> Iterator[Inexact]:
    """The parameters of all problems, one after the other, after every update, with their bounds.

    Args:
        recipe, rates, powers, single, single_norms: As of `recipe_bounds`.
        problems: Of shape (problems, updates, micro-batches, entries).
    """
    spec = replace(recipe.spec, rate_decay=0.0)  # the rates have it already
    count = len(problems)
    name, keywords = spec.reference_arguments()
    own = convert(keywords, _number)
    own |= {keyword: Float32Powers.of(own[keyword]) for keyword in powers if keyword in own}
    if name == "nadam" and "b1" in powers:
        own["momentum_product"] = Float32Product.of(_number(1.0))
    step_rates = [_number(rate) for rate in rates]
    theta = exactly(np.tile(START, count), DOUBLE)

    def points() -> Iterator[Inexact]:
        while True:
            yield theta

    def penalized(grads: Iterator[Inexact], penalty: Penalty) -> Iterator[Inexact]:
        pull = _pull(penalty.weight_decay, penalty.leaves, count)
        for g in grads:
            yield g + pull * theta

    grads: Iterator[Inexact] = (
        _mean(update, single, spec.ascends) for update in problems.swapaxes(0, 1)
    )
    for link in recipe.before:
        if isinstance(link, Penalty):
            grads = penalized(grads, link)
            continue
        grads = _clipped(grads, link, single_norms and link.per == "leaf")
    rule: Callable[..., Any] = partial(stepwise.STEPWISE_RULES[name], rates=step_rates, **own)
    steps = rule(grads)
    if spec.weight_decay:
        pull = _pull(spec.weight_decay, recipe.leaves, count)
        steps = stepwise.decayed(
            rule, grads, step_rates, points(), pull, spec.decoupled, spec.scaled
        )
    for step in steps:
        theta = theta + step.update
        yield theta


def _clipped(grads: Iterator[Inexact], clip: Clip, single: bool) -> Iterator[Inexact]:
    """The gradients of all problems, each clipped by itself."""
    for g in grads:
        blocks = [
            Inexact(value, error, g.precision)
            for value, error in zip(
                np.split(g.value, len(g.value) // ENTRIES),
                np.split(np.broadcast_to(g.error, g.value.shape), len(g.value) // ENTRIES),
                strict=True,
            )
        ]
        limits, eps = _limits(clip), _number(clip.eps)
        parts = list(clipped(iter(blocks), SIZES, clip_eps=eps, per=clip.per, **limits))
        value = np.concatenate([part.value for part in parts])
        error = np.concatenate([part.error for part in parts])
        if single:
            error = error + CLIPPED_SINGLE * SINGLE_ROUNDOFF * np.abs(value)
        yield Inexact(value, error, g.precision)


def _number(value: Any) -> Inexact:
    return exactly(value, DOUBLE)


def _limits(clip: Clip) -> dict[str, Inexact]:
    given = {"max_norm": clip.max_norm, "max_value": clip.max_value}
    return {name: _number(value) for name, value in given.items() if value is not None}


def _pull(weight_decay: float, leaves: str, count: int) -> Inexact:
    """The decay of every entry, of so many problems."""
    decay = np.full(ENTRIES, weight_decay)
    if leaves == "weights":
        decay[WEIGHTS:] = 0.0
    return _number(np.tile(decay, count))


def _mean(update: np.ndarray, single: bool, ascends: bool) -> Inexact:
    """The mean gradients of an update, of all problems, gathered in any order.

    Args:
        update: Of shape (problems, micro-batches, entries).
        single: Whether it is gathered in float32.
        ascends: Whether its sign is turned.
    """
    mean = update.mean(axis=1).ravel() * (-1.0 if ascends else 1.0)
    count = update.shape[1]
    if count == 1:
        return exactly(mean, DOUBLE)
    roundoff = SINGLE_ROUNDOFF if single else DOUBLE_ROUNDOFF
    error = MEAN * count * roundoff * np.abs(update).max(axis=1).ravel()
    return Inexact(mean, error, DOUBLE)
