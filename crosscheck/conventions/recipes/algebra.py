"""A chain of transformations, brought to the form of a recipe.

Links that only scale are moved to where the references have a learning rate or an eps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from crosscheck.conventions.optimizers.keywords import KEYWORDS
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.recipes.recipe import (
    Clip,
    Link,
    Penalty,
    Recipe,
    RecipeError,
    Schedule,
    normal_form,
)


@dataclass(frozen=True)
class Scale:
    """A multiplication by a number, and by a schedule if there is one."""

    factor: float
    schedule: Schedule | None = None


@dataclass(frozen=True)
class Core:
    """An optimizer at a learning rate of 1, without a decay, that descends only when it is scaled.

    Attributes:
        spec: The optimizer.
        name: Its name for readers.
    """

    spec: Spec
    name: str


@dataclass(frozen=True)
class Velocity:
    """A decaying sum of what it is handed."""

    momentum: float
    nesterov: bool = False


Part = Clip | Penalty | Scale | Core | Velocity


def assemble(parts: Sequence[Part]) -> Recipe:
    """The recipe of a chain.

    Raises:
        RecipeError: If no reference does what the chain does, with the reason.
    """
    if any(isinstance(part, Scale) and part.factor == 0 for part in parts):
        raise RecipeError("a factor or a learning rate of 0: nothing moves")
    parts = _moved_before_rate([part for part in parts if part != Scale(1.0)])
    ascends = False
    if parts and isinstance(parts[0], Scale) and parts[0].factor < 0 and len(parts) > 1:
        later = [p for p in parts[1:] if isinstance(p, Scale) and p.factor < 0]
        if later:  # the sign is turned at the entrance, and once more by the learning rate
            ascends, parts[0] = True, replace(parts[0], factor=-parts[0].factor)
    before, parts = _before(parts)
    core, velocity, rest = _core(parts)
    spec, leaves, schedule = _after(core, velocity, rest)
    if spec.ascends and any(isinstance(link, Penalty) for link in before):
        raise RecipeError("the sign is not turned: the penalty would let the parameters grow")
    spec = replace(spec, ascends=spec.ascends != ascends)
    recipe = Recipe(spec, leaves, tuple(before), schedule)
    return normal_form(recipe)


def _before(parts: list[Part]) -> tuple[list[Link], list[Part]]:
    """What stands before the optimizer, and the rest, into which plain factors are moved."""
    before: list[Link] = []
    factor = 1.0
    while parts and not isinstance(parts[0], Core | Velocity):
        first = parts[0]
        if isinstance(first, Scale):
            if first.factor <= 0 or first.schedule is not None or _is_rate(parts):
                break
            factor *= first.factor
        elif isinstance(first, Clip):
            before.append(_scaled_clip(first, 1 / factor))
        elif isinstance(first, Penalty):
            before.append(replace(first, weight_decay=first.weight_decay / factor))
        parts = parts[1:]
    if factor != 1.0:
        parts = _with_factor(parts, factor)
    return before, parts


def _is_rate(parts: Sequence[Part]) -> bool:
    """Whether nothing follows but what stands after an optimizer: then a factor is its rate."""
    return not any(isinstance(part, Core | Velocity | Scale) for part in parts[1:])


def _scaled_clip(clip: Clip, factor: float) -> Clip:
    """The clipping that does to a gradient what another does to a multiple of it."""
    given = {key: value for key, value in clip.keywords.items() if key != "per"}
    return replace(clip, **{key: value * factor for key, value in given.items()})


def _with_factor(parts: list[Part], factor: float) -> list[Part]:
    """The parts before which every gradient is multiplied by a factor, without that."""
    if not parts or not isinstance(parts[0], Core):
        where = 1 if parts and isinstance(parts[0], Velocity) else 0
        return [*parts[:where], Scale(factor), *parts[where:]]
    spec, own = parts[0].spec, dict(parts[0].spec.keywords)
    if spec.optimizer in ("adadelta", "radam"):
        raise RecipeError(f"no reference scales the gradient before {parts[0].name}")
    if "eps" in own:
        inside = own.get("eps_place") == "inside" and spec.optimizer != "adamax"
        own["eps"] /= factor**2 if inside else factor
    if own.get("initial_accumulator"):
        own["initial_accumulator"] /= factor**2
    return [replace(parts[0], spec=replace(spec, keywords=own)), *parts[1:]]


def _core(parts: list[Part]) -> tuple[Core | None, tuple[Velocity, bool] | None, list[Part]]:
    """The optimizer, its velocity and whether that has the rate inside, and what is left."""
    core = parts[0] if parts and isinstance(parts[0], Core) else None
    rest = parts[1:] if core else list(parts)
    velocities = [part for part in rest if isinstance(part, Velocity)]
    if not velocities:
        return core, None, rest
    (where,) = [n for n, part in enumerate(rest) if part is velocities[0]][:1]
    if len(velocities) > 1 or (core and core.spec.optimizer != "rmsprop"):
        name = core.name if core else "a velocity"
        raise RecipeError(f"no reference has a velocity (optax.trace) after {name}")
    inside = rest[:where]
    if any(not isinstance(part, Scale) for part in inside):
        raise RecipeError(
            "a decay or a clipping stands between the optimizer and its velocity (optax.trace): "
            "write it before the optimizer, or after the velocity"
        )
    if core and (velocities[0].nesterov or core.spec.keywords["momentum"]):
        raise RecipeError("no reference's RMSprop looks one step ahead (nesterov)")
    return core, (velocities[0], bool(inside)), inside + rest[where + 1 :]


def _after(
    core: Core | None, velocity: tuple[Velocity, bool] | None, rest: Sequence[Part]
) -> tuple[Spec, str, Schedule | None]:
    """The optimizer with its rate and its decay, what that decay spares, and the schedule."""
    rate, schedule = 1.0, None
    for part in rest:
        if isinstance(part, Scale):
            if part.schedule is not None and schedule is not None:
                raise RecipeError("two schedules in one chain: write their product as one")
            rate, schedule = rate * part.factor, part.schedule or schedule
        elif not isinstance(part, Penalty):
            raise RecipeError(_misplaced(part, core))
    spec = core.spec if core else Spec("momentum", 1.0, dict(KEYWORDS["momentum"]))
    own = dict(spec.keywords)
    if velocity is not None:
        own["momentum"], own["rate_inside"] = velocity[0].momentum, velocity[1]
        if not core:
            own["nesterov"] = velocity[0].nesterov
    spec = replace(spec, keywords=own, learning_rate=abs(rate), ascends=rate > 0)
    if schedule is not None and abs(rate) != 1:
        schedule = schedule.scaled(abs(rate))
    return (*_with_decay(spec, rest), schedule)


def _with_decay(spec: Spec, rest: Sequence[Part]) -> tuple[Spec, str]:
    """The optimizer with the decay that stands after it."""
    found: dict[tuple[str, bool], float] = {}
    for n, part in enumerate(rest):
        if isinstance(part, Penalty) and part.weight_decay:
            scales = [each for each in rest[n + 1 :] if isinstance(each, Scale)]
            earlier = [each for each in rest[:n] if isinstance(each, Scale)]
            scaled = bool(scales)
            if scaled and any(each.schedule is not None for each in earlier):
                raise RecipeError("a decay stands behind the schedule, but before another factor")
            decay = part.weight_decay
            for each in earlier if scaled else ():
                decay /= each.factor  # the rate is the product of all
            key = (part.leaves, scaled)
            found[key] = found.get(key, 0.0) + (decay if scaled else -decay)
    if not found:
        return spec, "all"
    if len(found) > 1:
        raise RecipeError("several decays of different kinds stand after the optimizer: write one")
    ((leaves, scaled), decay) = next(iter(found.items()))
    if decay < 0 or (scaled and spec.ascends):
        raise RecipeError("the decay after the optimizer lets the parameters grow")
    return replace(spec, weight_decay=decay, decoupled=True, scaled=scaled), leaves


def _misplaced(part: Any, core: Core | None) -> str:
    name = core.name if core else "the learning rate"
    if isinstance(part, Clip):
        return (
            f"a clipping ({part.text}) stands after {name}: it limits the update, not the "
            "gradient, which no reference does; write it before the optimizer in the chain"
        )
    return f"{getattr(part, 'name', 'a second optimizer')} stands after {name}: write one optimizer"


def _moved_before_rate(parts: Sequence[Part]) -> list[Part]:
    """The chain with a clipping of plain gradient descent's update moved before its rate."""
    moved: list[Part] = list(parts)
    if any(isinstance(part, Core | Velocity) for part in moved):
        return moved
    for n, part in enumerate(moved):
        if not isinstance(part, Clip):
            continue
        scales = [each for each in moved[:n] if isinstance(each, Scale)]
        if not scales or any(each.schedule is not None for each in scales):
            continue
        factor = 1.0
        for each in scales:
            factor *= abs(each.factor)
        first = next(m for m, each in enumerate(moved) if isinstance(each, Scale))
        del moved[n]
        moved.insert(first, _scaled_clip(part, 1 / factor))
    return moved


def with_gradient_factor(recipe: Recipe, factor: float) -> Recipe:
    """The recipe that does to a gradient what another does to a positive multiple of it."""
    if factor == 1:
        return recipe
    before: list[Link] = []
    for link in recipe.before:
        if isinstance(link, Clip):
            before.append(_scaled_clip(link, 1 / factor))
        else:
            before.append(replace(link, weight_decay=link.weight_decay / factor))
    spec, schedule = recipe.spec, recipe.schedule
    if spec.weight_decay and (not spec.decoupled or spec.optimizer == "momentum") and spec.scaled:
        spec = replace(spec, weight_decay=spec.weight_decay / factor)
    if spec.optimizer == "momentum":
        spec = replace(spec, learning_rate=spec.learning_rate * factor)
        schedule = schedule.scaled(factor) if schedule is not None else None
    else:
        (core,) = _with_factor([Core(spec, spec.optimizer)], factor)
        assert isinstance(core, Core)
        spec = core.spec
    return replace(recipe, spec=spec, before=tuple(before), schedule=schedule)
