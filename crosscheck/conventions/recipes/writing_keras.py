"""Write a recipe as the call of an optimizer of Keras."""

from dataclasses import replace

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.recipes.probes import HALF, LEFT
from crosscheck.conventions.recipes.recipe import (
    Clip,
    Penalty,
    Recipe,
    differences,
    normal_form,
)
from crosscheck.conventions.recipes.written import (
    Written,
    calls_near,
    equal_calls,
    scheduled,
    written_schedule,
)


def write_keras(recipe: Recipe) -> list[Written]:
    """Calls that are equal to a recipe by their keywords; the nearest, if there are none."""
    recipe = scheduled(normal_form(recipe))
    to = stock.framework_named("keras")
    calls = equal_calls(recipe.spec, to)[:1] or calls_near(recipe, to)
    return [_with_call(recipe, call, to) for call in calls]


def _with_call(recipe: Recipe, call: Call, to: str) -> Written:
    schedule = written_schedule(recipe, call, to)
    words = {k: repr(v) for k, v in call.arguments.items()}
    if schedule is not None:
        words["learning_rate"] = "schedule"
    spec = call.spec()
    clips = [link for link in recipe.before if isinstance(link, Clip)]
    own: tuple[Clip, ...] = ()
    if clips:
        # It has one clipping, to whose norm nothing is added: the last one limits most.
        clip = replace(clips[-1], eps=0.0)
        name = "clipvalue" if clip.max_value is not None else "global_clipnorm"
        name = "clipnorm" if clip.per == "leaf" else name
        words[name] = repr(clip.max_norm if clip.max_value is None else clip.max_value)
        own = (clip,)
    if recipe.accumulate > 1:
        words["gradient_accumulation_steps"] = repr(recipe.accumulate)
    spared = recipe.leaves == "weights" and bool(spec.weight_decay)
    names = ["bias"] if spared else []
    code = keras_code(call.optimizer.name, words, schedule.code if schedule else "", names)
    changing = ""
    if schedule is None:
        changing = changing_code(call, words, names, recipe.accumulate)
    reached = replace(
        recipe,
        spec=spec,
        before=own,
        schedule=schedule.schedule if schedule else None,
        leaves=recipe.leaves if spared else "all",
    )
    return Written(
        to,
        reached,
        code,
        changing=changing,
        provisos=(*(schedule.provisos if schedule else ()), *_penalties(recipe, reached)),
        last=schedule.last if schedule else None,
    )


def keras_code(name: str, words: dict[str, str], schedule: str, excluded: list[str]) -> str:
    """The lines that make an optimizer of Keras."""
    arguments = ", ".join(f"{key}={value}" for key, value in words.items())
    lines = [schedule] if schedule else []
    lines.append(f"optimizer = {name}({arguments})")
    if excluded:
        lines.append(f"optimizer.exclude_from_weight_decay(var_names={excluded!r})")
    return "\n".join(lines)


def changing_code(call: Call, words: dict[str, str], excluded: list[str], accumulate: int) -> str:
    """The same with a learning rate that is quartered after half of the updates."""
    rate = call.spec().learning_rate
    if call.spec().ascends or call.rate_decay:
        return ""
    # Up to the boundary, which counts micro-batches, the first rate holds.
    rates = f"[{HALF * accumulate - 1}], [{rate!r}, {LEFT * rate!r}]"
    schedule = f"schedule = keras.optimizers.schedules.PiecewiseConstantDecay({rates})"
    changed = words | {"learning_rate": "schedule"}
    return keras_code(call.optimizer.name, changed, schedule, excluded)


def _penalties(recipe: Recipe, reached: Recipe) -> list[str]:
    """How a penalty is written that no optimizer of Keras has."""
    spec = recipe.spec
    decays = [
        (link.weight_decay, link.leaves) for link in recipe.before if isinstance(link, Penalty)
    ]
    if spec.weight_decay and not spec.decoupled and differences(recipe, reached):
        decays.append((spec.weight_decay, recipe.leaves))
    return [
        f"Keras has a penalty in its layers: kernel_regularizer="
        f"keras.regularizers.L2({decay / 2!r})"
        + (", and bias_regularizer too" if leaves == "all" else "")
        + ", puts it into the gradient before that is clipped"
        for decay, leaves in decays
    ]
