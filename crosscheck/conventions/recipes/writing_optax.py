"""Write a recipe as a chain of optax."""

from collections.abc import Sequence
from dataclasses import replace

from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.optimizers.keywords import KEYWORDS
from crosscheck.conventions.optimizers.simplifying import simplify
from crosscheck.conventions.optimizers.specs import Spec
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

LARGE = 1000.0  # a momentum decay of NAdam from which on there is no schedule of the momentum


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
    calls = [call for call in equal_calls(recipe.spec, "optax") if _can_spare(recipe, call)]
    exact = [_with_call(recipe, call) for call in calls]
    spec = recipe.spec
    if not calls and spec.weight_decay and not spec.decoupled:
        # The penalty as a link of its own, before a call without one.
        penalty = Penalty(spec.weight_decay, recipe.leaves)
        plain = replace(spec, weight_decay=0.0)
        apart = replace(recipe, spec=plain, leaves="all", before=(*recipe.before, penalty))
        exact = [_with_call(apart, call) for call in equal_calls(plain, "optax")]
    core = _core(recipe.spec)
    rate = "schedule" if recipe.schedule else repr(recipe.spec.learning_rate)
    if core is not None:
        texts, changed = (
            [*map(link_text, recipe.before), *_links(recipe, core, each)]
            for each in (rate, changing_rate(recipe.spec.learning_rate))
        )
        schedule = None
        if recipe.schedule is not None:
            schedule = write_schedule(recipe.schedule, "optax", None, recipe.accumulate)
        exact.append(_written(recipe, texts, changed, schedule, recipe.spec))
    if exact:
        return exact
    return [_with_call(recipe, call) for call in calls_near(recipe, "optax")]


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
    several = len(texts) > 1 or recipe.accumulate > 1 or schedule is not None
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
        links=int(several or "mask=" in code),
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
    turned = ["optax.scale(-1.0)"] if spec.ascends else []
    if not spec.decoupled:
        return [*turned, *decay, *_around(core, scale, inside)]
    if not decay:
        return [*turned, *_around(core, scale, inside)]
    if not spec.scaled:
        pull = link_text(Penalty(-spec.weight_decay, recipe.leaves))
        return [*turned, *_around(core, scale, inside), pull]
    if not inside:
        return [*turned, *core, *decay, scale]
    # The decay must not enter the velocity: it stands after it, at a rate of its own.
    if recipe.schedule is not None:
        minus = f"optax.add_decayed_weights(lambda step: {-spec.weight_decay!r} * schedule(step)"
    else:
        minus = f"optax.add_decayed_weights({-spec.weight_decay * spec.learning_rate!r}"
    mask = "" if recipe.leaves == "all" else f", mask={WEIGHTS_ONLY}"
    return [*turned, *_around(core, scale, inside), f"{minus}{mask})"]


def _around(core: list[str], scale: str, inside: bool) -> list[str]:
    """The core with the scaling before its last link, the velocity, or after it."""
    return [*core[:-1], scale, core[-1]] if inside else [*core, scale]


def _core(spec: Spec) -> list[str] | None:
    """The links of an optimizer without its rate; None if optax has none for it."""
    plain = simplify(replace(spec, weight_decay=0.0))
    own = dict(plain.keywords)
    if "rate_inside" in spec.keywords:
        own["rate_inside"] = spec.keywords["rate_inside"]
    maker = CORES.get(plain.optimizer)
    if maker is None or plain.learning_rate != spec.learning_rate:
        return None
    return maker(own)


# The arguments of links that are left out where they have these values.
DEFAULTS: dict[str, object] = {"b1": 0.9, "b2": 0.999, "eps": 1e-8}


def _call(name: str, **words: object) -> str:
    usual = DEFAULTS if name in ("scale_by_adam", "scale_by_amsgrad", "scale_by_adamax") else {}
    own = {key: value for key, value in words.items() if usual.get(key) != value}
    return f"optax.{name}({', '.join(f'{k}={v!r}' for k, v in own.items())})"


def _momentum(own: dict[str, object]) -> list[str] | None:
    if not own["momentum"] and not own["dampening"]:
        return []
    ahead = {"nesterov": True} if own["nesterov"] else {}
    trace = _call("trace", decay=own["momentum"], **ahead)
    if not own["dampening"]:
        return [trace]
    damped = 1 - float(own["dampening"])  # type: ignore[arg-type]
    # The first gradient is not dampened.
    factor = f"lambda step: jnp.where(step == 0, 1.0, {damped!r})"
    return None if own["rate_inside"] else [f"optax.scale_by_schedule({factor})", trace]


def _adam(own: dict[str, object]) -> list[str] | None:
    if not own["bias_correction"] and own["maximum_of"] == "none":
        return None
    place, eps = own["eps_place"], own["eps"]
    words: dict[str, object] = {"b1": own["b1"], "b2": own["b2"]}
    if own["maximum_of"] == "none":
        if place == "hat":
            return [_hat("scale_by_adam", own)]
        words |= {"eps": eps} if place == "outside" else {"eps": 0.0, "eps_root": eps}
        return [_call("scale_by_adam", **words)]
    if own["maximum_of"] == "corrected" and own["bias_correction"] and place == "outside":
        return [_call("scale_by_amsgrad", **words, eps=eps)]
    return None


def _hat(name: str, own: dict[str, object]) -> str:
    """An optimizer whose eps is divided by sqrt(1 - b2^t), as Keras has it."""
    eps = f"eps=lambda step: {own['eps']!r} / jnp.sqrt(1 - {own['b2']!r} ** (step + 1))"
    return f"optax.inject_hyperparams(optax.{name})(b1={own['b1']!r}, b2={own['b2']!r}, {eps})"


def _nadam(own: dict[str, object]) -> list[str] | None:
    if float(own["momentum_decay"]) < LARGE:  # type: ignore[arg-type]
        return None
    words: dict[str, object] = {"b1": own["b1"], "b2": own["b2"]}
    if own["eps_place"] == "hat":
        return None
    words |= {"eps": own["eps"]} if own["eps_place"] == "outside" else {"eps": 0.0}
    words |= {"eps_root": own["eps"]} if own["eps_place"] == "inside" else {}
    return [_call("scale_by_adam", **words, nesterov=True)]


def _radam(own: dict[str, object]) -> list[str] | None:
    if own["eps_place"] != "outside" or own["threshold"] == KEYWORDS["radam"]["threshold"]:
        return None
    names = ("b1", "b2", "eps", "threshold")
    return [_call("scale_by_radam", **{name: own[name] for name in names})]


def _adamax(own: dict[str, object]) -> list[str] | None:
    if not own["bias_correction"] or (own["eps"] and own["eps_place"] != "inside"):
        return None
    return [_call("scale_by_adamax", b1=own["b1"], b2=own["b2"], eps=own["eps"])]


def _rmsprop(own: dict[str, object]) -> list[str] | None:
    words = {"decay": own["decay"], "eps": own["eps"]}
    words |= {"initial_scale": own["initial_accumulator"]} if own["initial_accumulator"] else {}
    words |= {"eps_in_sqrt": False} if own["eps_place"] == "outside" else {}
    name = "scale_by_stddev" if own["centered"] else "scale_by_rms"
    trace = [_call("trace", decay=own["momentum"])] if own["momentum"] else []
    return [_call(name, **words), *trace]


def _adagrad(own: dict[str, object]) -> list[str] | None:
    if own["eps"]:  # an eps inside the root is a part of the initial accumulator by now
        return None
    start = own["initial_accumulator"]
    return [_call("scale_by_rss", initial_accumulator_value=start, eps=0.0)]


def _adadelta(own: dict[str, object]) -> list[str] | None:
    return [_call("scale_by_adadelta", rho=own["decay"], eps=own["eps"])]


def _lion(own: dict[str, object]) -> list[str] | None:
    return [_call("scale_by_lion", b1=own["b1"], b2=own["b2"])]


CORES = {
    "momentum": _momentum,
    "adam": _adam,
    "nadam": _nadam,
    "radam": _radam,
    "adamax": _adamax,
    "rmsprop": _rmsprop,
    "adagrad": _adagrad,
    "adadelta": _adadelta,
    "lion": _lion,
}
