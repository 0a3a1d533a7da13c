"""Write a recipe as a chain of optax."""

from collections.abc import Sequence
from dataclasses import replace

from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.recipes.optax_cores import core_links
from crosscheck.conventions.recipes.optax_links import MASKED, WEIGHTS_ONLY
from crosscheck.conventions.recipes.probes import HALF, LEFT
from crosscheck.conventions.recipes.rates import ReadRate, write_schedule
from crosscheck.conventions.recipes.recipe import Clip, Link, Penalty, Recipe, normal_form
from crosscheck.conventions.recipes.written import (
    Written,
    calls_near,
    equal_calls,
    scheduled,
    written_schedule,
)


def link_text(link: Link) -> str:
    """The link of optax that does to the gradients what a link does."""
    if isinstance(link, Penalty):
        mask = "" if link.leaves == "all" else f", mask={WEIGHTS_ONLY}"
        return f"optax.add_decayed_weights({link.weight_decay!r}{mask})"
    if link.max_value is not None:
        return f"optax.clip({link.max_value!r})"
    if link.per == "all" and link.eps == 0:
        return f"optax.clip_by_global_norm({link.max_norm!r})"
    return _own_clip(link)


def _own_clip(clip: Clip) -> str:
    """A clipping that optax has no link for, as a function."""
    limit, added = clip.max_norm, "" if clip.eps == 0 else f" + {clip.eps!r}"
    if clip.per == "leaf":
        norm = f"(jnp.linalg.norm(g){added})" if added else "jnp.linalg.norm(g)"
        factor = f"jnp.minimum(1.0, {limit!r} / {norm})"
        return f"optax.stateless_with_tree_map(lambda g, params: g * {factor})"
    factor = f"jnp.minimum(1.0, {limit!r} / (optax.tree.norm(grads){added}))"
    return f"optax.stateless(lambda grads, params: jax.tree.map(lambda g: g * {factor}, grads))"


def write_optax(recipe: Recipe) -> list[Written]:
    """Chains that are equal to a recipe by their keywords; the nearest, if there are none."""
    recipe = scheduled(normal_form(recipe))
    spec = recipe.spec
    inner = [link for link in recipe.before if isinstance(link, Penalty)]
    if spec.ascends and (inner or (spec.weight_decay and not spec.decoupled)):
        # A penalty is not turned with the gradient: the sign is, at the entrance.
        calls = []
    else:
        calls = [call for call in equal_calls(spec, "optax") if _can_spare(recipe, call)]
    exact = [_with_call(recipe, call) for call in calls]
    if not calls and spec.weight_decay and not spec.decoupled and not spec.ascends:
        # The penalty as a link of its own, before a call without one.
        penalty = Penalty(spec.weight_decay, recipe.leaves)
        plain = replace(spec, weight_decay=0.0)
        apart = replace(recipe, spec=plain, leaves="all", before=(*recipe.before, penalty))
        exact = [_with_call(apart, call) for call in equal_calls(plain, "optax")]
    if exact and _same_place(recipe, exact[0]):
        return exact[:1]
    core = core_links(recipe.spec)
    rate = "schedule" if recipe.schedule else repr(recipe.spec.learning_rate)
    if core is not None:
        turned = ["optax.scale(-1.0)"] if spec.ascends else []
        texts, changed = (
            [*turned, *map(link_text, recipe.before), *_links(recipe, core, each)]
            for each in (rate, changing_rate(recipe.spec.learning_rate))
        )
        schedule = None
        if recipe.schedule is not None:
            schedule = write_schedule(recipe.schedule, "optax", None, recipe.accumulate)
        exact = [*exact[:1], _written(recipe, texts, changed, schedule, recipe.spec)]
    if exact:
        return exact
    return [_with_call(recipe, call) for call in calls_near(recipe, "optax")]


def _same_place(recipe: Recipe, written: Written) -> bool:
    """Whether two have the rate on the same side of a velocity, so that it may change."""
    own, other = (each.spec.keywords for each in (recipe, written.recipe))
    places = [each.get("rate_inside") if each.get("momentum") else None for each in (own, other)]
    return places[0] == places[1]


def _can_spare(recipe: Recipe, call: Call) -> bool:
    """Whether a call can leave the biases as they are, if the recipe asks for it."""
    spares = any(each.name in MASKED for each in call.optimizer.arguments)
    return recipe.leaves == "all" or not call.spec().weight_decay or spares


def _with_call(recipe: Recipe, call: Call) -> Written:
    schedule = written_schedule(recipe, call, "optax")
    spec = call.spec()
    words = {k: repr(v) for k, v in call.arguments.items()}
    if schedule is not None:
        words["learning_rate"] = "schedule"
    texts = [link_text(link) for link in recipe.before]
    masks = [a.name for a in call.optimizer.arguments if a.name in MASKED]
    if recipe.leaves == "weights" and spec.weight_decay:
        if masks:
            words[masks[0]] = WEIGHTS_ONLY
        else:
            spec = replace(spec, weight_decay=0.0)
    changed = words | {"learning_rate": changing_rate(spec.learning_rate)}
    one, other = (
        [*texts, f"{call.optimizer.name}({', '.join(f'{k}={v}' for k, v in each.items())})"]
        for each in (words, changed)
    )
    return _written(recipe, one, [] if spec.ascends else other, schedule, spec)


def _written(
    recipe: Recipe,
    texts: Sequence[str],
    changed: Sequence[str],
    schedule: ReadRate | None,
    spec: Spec,
) -> Written:
    """The code of some links one after the other, and of those with a rate that changes."""
    provisos = list(schedule.provisos) if schedule else []
    code = _code(texts, recipe.accumulate)
    if schedule is not None:
        code = f"{schedule.code}\n{code}"
    reached = replace(recipe, spec=spec, schedule=schedule.schedule if schedule else None)
    own = any("optax.stateless" in each for each in texts)
    if own:
        provisos += [
            f"optax.clip_by_global_norm({link.max_norm!r}) is the stock link, and adds no "
            f"{link.eps!r} to the norm: it is off by at most {link.eps / link.max_norm:.0e} of "
            "every clipped gradient"
            for link in recipe.before
            if isinstance(link, Clip) and link.eps and link.max_norm and link.per == "all"
        ]
    return Written(
        "optax",
        reached,
        code,
        changing=_code(changed, recipe.accumulate) if changed and schedule is None else "",
        single=recipe.accumulate > 1,
        provisos=tuple(provisos),
        last=schedule.last if schedule else None,
    )


def _code(texts: Sequence[str], accumulate: int) -> str:
    text = texts[0] if len(texts) == 1 else _chain(texts)
    return f"optimizer = {text if accumulate == 1 else _multi_steps(text, accumulate)}"


def changing_rate(rate: float) -> str:
    """A learning rate that is quartered after half of the updates."""
    return f"lambda step: jnp.where(step < {HALF}, {rate!r}, {LEFT * rate!r})"


def _chain(texts: Sequence[str]) -> str:
    inner = "\n".join(f"    {each}," for each in texts)
    return f"optax.chain(\n{inner}\n)"


def _multi_steps(text: str, accumulate: int) -> str:
    if "\n" not in text:
        return f"optax.MultiSteps({text}, every_k_schedule={accumulate})"
    inner = "\n".join(f"    {line}" for line in text.splitlines())
    return f"optax.MultiSteps(\n{inner},\n    every_k_schedule={accumulate},\n)"


def _links(recipe: Recipe, core: list[str], rate: str) -> list[str]:
    """The links of an optimizer, its rate and its decay."""
    spec = recipe.spec
    decay = [link_text(Penalty(spec.weight_decay, recipe.leaves))] if spec.weight_decay else []
    scale = f"optax.scale_by_learning_rate({rate})"
    own = spec.keywords
    inside = bool(own.get("momentum")) and own.get("rate_inside", False)
    if not spec.decoupled:
        return [*decay, *_around(core, scale, inside)]
    if not decay:
        return _around(core, scale, inside)
    if not spec.scaled:
        pull = link_text(Penalty(-spec.weight_decay, recipe.leaves))
        return [*_around(core, scale, inside), pull]
    if not inside:
        return [*core, *decay, scale]
    # The decay must not enter the velocity: it stands after it, at a rate of its own.
    if recipe.schedule is not None:
        minus = f"optax.add_decayed_weights(lambda step: {-spec.weight_decay!r} * schedule(step)"
    else:
        minus = f"optax.add_decayed_weights({-spec.weight_decay * spec.learning_rate!r}"
    mask = "" if recipe.leaves == "all" else f", mask={WEIGHTS_ONLY}"
    return [*_around(core, scale, inside), f"{minus}{mask})"]


def _around(core: list[str], scale: str, inside: bool) -> list[str]:
    """The core with the scaling before its last link, the velocity, or after it."""
    return [*core[:-1], scale, core[-1]] if inside and core else [*core, scale]
