"""Write a recipe as the lines of PyTorch."""

from collections.abc import Sequence
from dataclasses import replace

from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.recipes.recipe import (
    Clip,
    Penalty,
    Recipe,
    differences,
    normal_form,
)
from crosscheck.conventions.recipes.torch_lines import EPS, TorchLines, decay_lines, lines_of
from crosscheck.conventions.recipes.written import (
    Written,
    calls_near,
    equal_calls,
    scheduled,
    written_schedule,
)

# By the optimizer: where eps stands elsewhere, where it stands in PyTorch, and how the one is made
# of the other with the root of 1 - b2^t.
MOVING_EPS = {"adam": ("hat", "outside", "/"), "radam": ("outside", "hat", "*")}


def write_torch(recipe: Recipe) -> list[Written]:
    """Lines that are equal to a recipe by their keywords; the nearest, if there are none."""
    recipe = scheduled(normal_form(recipe))
    exact = [_with_call(recipe, call) for call in equal_calls(recipe.spec, "torch")]
    if exact:
        return exact
    spec = recipe.spec
    place = MOVING_EPS.get(spec.optimizer)
    if place is not None and spec.keywords["eps_place"] == place[0]:
        own_place = replace(spec, keywords=spec.keywords | {"eps_place": place[1]})
        alike = replace(recipe, spec=own_place)
        own = [each for each in write_torch(alike) if not differences(alike, each.recipe)]
        found = [_with_eps(each, spec, place[2]) for each in own]
        if found:
            return found
    if spec.weight_decay:  # the decay as lines of its own
        plain = replace(spec, weight_decay=0.0)
        own = [_with_decay(recipe, call) for call in equal_calls(plain, "torch")]
        if own:
            return own
    return [_with_call(recipe, call) for call in calls_near(recipe, "torch")]


def _with_call(recipe: Recipe, call: Call, extra: Sequence[str] = ()) -> Written:
    """The lines round a call, which has the decay of the recipe's spec."""
    words = {k: repr(v) for k, v in call.arguments.items()}
    decays = None
    spec = call.spec()
    if recipe.leaves == "weights" and spec.weight_decay:
        decays = (spec.weight_decay, 0.0)
        words.pop("weight_decay", None)
    before = [line for link in recipe.before for line in lines_of(link)] + list(extra)
    written = written_schedule(recipe, call, "torch")
    lines = TorchLines(
        call.optimizer.name,
        ", ".join(f"{k}={v}" for k, v in words.items()),
        decays,
        (*written.lines, f"scheduler = {written.expression}") if written else (),
        tuple(before),
        recipe.accumulate,
        per_batch=bool(written and written.per_batch),
    )
    deviation = call.optimizer.deviation
    reached = replace(recipe, spec=spec, schedule=written.schedule if written else None)
    return Written(
        "torch",
        reached,
        lines.code,
        lines.program,
        lines.changing if recipe.schedule is None else "",
        powers=deviation.powers if deviation else (),
        provisos=(*(written.provisos if written else ()), *_stock_clips(recipe)),
        lines=lines,
        last=written.last if written else None,
    )


def _with_eps(written: Written, spec: Spec, sign: str) -> Written:
    """The lines with an eps that moves from update to update, to where it stands elsewhere."""
    eps, b2 = spec.keywords["eps"], spec.keywords["b2"]
    lines = written.lines
    assert lines is not None
    own = (
        "for group in optimizer.param_groups:",
        "    t = 1 + int(optimizer.state[group['params'][0]].get('step', 0))",
        f"    group['eps'] = {eps!r} {sign} (1 - {b2!r} ** t) ** 0.5",
    )
    lines = replace(lines, before=(*lines.before, *own))
    reached = replace(written.recipe, spec=spec)
    return replace(
        written,
        recipe=reached,
        lines=lines,
        code=lines.code,
        program=lines.program,
        changing=lines.changing,
    )


def _with_decay(recipe: Recipe, call: Call) -> Written:
    """The lines round a call without a decay, one of which decays the parameters."""
    spec = recipe.spec
    if not spec.decoupled:
        penalty = Penalty(spec.weight_decay, recipe.leaves)
        plain = replace(
            recipe, spec=replace(spec, weight_decay=0.0), before=(*recipe.before, penalty)
        )
        return _with_call(plain, call)
    extra = decay_lines(spec, recipe.leaves)
    plain = replace(recipe, spec=replace(spec, weight_decay=0.0))
    found = _with_call(plain, call, extra)
    decayed = replace(
        call.spec(),
        weight_decay=spec.weight_decay,
        decoupled=True,
        scaled=spec.scaled,
    )
    return replace(found, recipe=replace(found.recipe, spec=decayed, leaves=recipe.leaves))


def _stock_clips(recipe: Recipe) -> list[str]:
    """What is to be said of a clipping that PyTorch's own function does not do."""
    return [
        f"torch.nn.utils.clip_grad_norm_ adds {EPS!r} to the norm: in place of these lines it is "
        f"off by at most {EPS / link.max_norm:.0e} of every clipped gradient"
        for link in recipe.before
        if isinstance(link, Clip) and link.max_norm and link.eps != EPS
    ]
