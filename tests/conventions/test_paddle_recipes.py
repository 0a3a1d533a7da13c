"""Recipes of PaddlePaddle are read, and PaddlePaddle makes the steps of the reference."""

from dataclasses import replace

import numpy as np
import pytest

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.parsing import CallError, parse_call
from crosscheck.conventions.recipes import running
from crosscheck.conventions.recipes.dispatch import is_recipe, translate_text
from crosscheck.conventions.recipes.measuring import measure
from crosscheck.conventions.recipes.probes import HALF, LEFT, UPDATES, problems
from crosscheck.conventions.recipes.reading import read_recipe
from crosscheck.conventions.recipes.recipe import Clip, Penalty, RecipeError
from crosscheck.conventions.recipes.written import Written

P = "parameters=model.parameters()"
OPT = "paddle.optimizer"
GLOBAL = "grad_clip=paddle.nn.ClipGradByGlobalNorm(1.0)"
LOOP = """
for x, y in loader:
    loss = loss_function(model(x), y)
    loss.backward()
    opt.step()
    opt.clear_grad()
    scheduler.step()
"""
SCHEDULED = f"""import paddle
clip = paddle.nn.ClipGradByValue(max=0.5, min=-0.5)
scheduler = paddle.optimizer.lr.StepDecay(
    learning_rate=0.1, step_size=5)
opt = paddle.optimizer.Momentum(learning_rate=scheduler, {P}, grad_clip=clip,
    weight_decay=paddle.regularizer.L2Decay(1e-4))
"""
SPARING = (
    'decayed = [p.name for n, p in model.named_parameters() if not any(w in n for w in ["bias"])]\n'
    f"opt = {OPT}.AdamW(1e-3, {P}, weight_decay=0.1, {GLOBAL}, "
    "apply_decay_param_fun=lambda x: x in decayed)"
)
COSINE = f"{OPT}.lr.CosineAnnealingDecay(0.1, T_max=100)"

READ = {
    # what is written: the optimizer as an expression of the references
    f"{OPT}.Adam(learning_rate=1e-3, {P}, {GLOBAL})": (
        "clipped(adam(learning_rate=0.001), max_norm=1.0)"
    ),
    f"{OPT}.SGD(0.1, {P}, grad_clip=paddle.nn.ClipGradByValue(0.5), weight_decay=0.1)": (
        "clipped(decayed(sgd(learning_rate=0.1), 0.1, weight_decay=0.1, decoupled=False), "
        "max_value=0.5)"
    ),
    f"from paddle.nn import ClipGradByNorm\nfrom {OPT} import Adam\n"
    f"opt = Adam(1e-3, {P}, grad_clip=ClipGradByNorm(0.3))": (
        "clipped(adam(learning_rate=0.001), max_norm=0.3, per='leaf')"
    ),
    f"from {OPT} import Momentum\nopt = Momentum(0.1, {P})": (
        "momentum(learning_rate=0.1, rate_inside=False)"
    ),
    SPARING: (
        "clipped(decayed(adam(learning_rate=0.001), 0.001, weight_decay=0.1, leaves='weights'), "
        "max_norm=1.0)"
    ),
}


@pytest.mark.parametrize("text", READ)
def test_a_recipe_is_read(text):
    assert is_recipe(text)
    assert read_recipe(text).recipe.expression == READ[text]


def test_a_schedule_a_clipping_and_a_penalty_stand_in_lines_of_their_own():
    source = read_recipe(SCHEDULED + LOOP)
    assert source.recipe.before == (Clip(max_value=0.5),)
    assert (source.recipe.spec.weight_decay, source.recipe.spec.decoupled) == (1e-4, False)
    np.testing.assert_allclose(source.recipe.rates(11)[::5], [0.1, 0.01, 0.001], rtol=1e-15)
    assert source.code.startswith(f"scheduler = {OPT}.lr.StepDecay(learning_rate=0.1")
    assert "PaddlePaddle rounds momentum and weight_decay to float32" in source.provisos


def test_a_rate_by_position_may_be_the_name_of_a_number():
    text = f"rate = 0.1\n{STEP}    opt.step()\n    opt.clear_grad()".replace("SGD(0.1", "SGD(rate")
    assert read_recipe(text).recipe.spec.learning_rate == 0.1


W = f"{OPT}.AdamW(1e-3, {P}, apply_decay_param_fun=" + "lambda x: {})"
SPARED = {
    # a function of names: what decays
    "'w_0' in x": "weights",
    "'.b_' not in x": "weights",
    "not ('b_0' in x)": "weights",
    "x not in no_decay_names": "weights",
    "x in [p.name for p in model.parameters() if p.ndim > 1]": "weights",
    "True": "all",
}


@pytest.mark.parametrize("test", SPARED)
def test_what_adamw_decays_is_read_from_a_function_of_names(test):
    assert read_recipe(W.format(test)).recipe.leaves == SPARED[test]


STEP = f"opt = {OPT}.SGD(0.1, {P})\nfor x, y in loader:\n    f(model(x), y).backward()\n"
REFUSED = {
    W.format("'bias' not in x"): "calls biases linear_0.b_0: it would spare none",
    W.format("'.b_' in x"): "lets the biases alone decay",
    W.format("f(x)"): "write decayed = ",
    f"{OPT}.Adam(1e-3, {P}, weight_decay=paddle.regularizer.L1Decay(0.1))": "adds the signs",
    f"{OPT}.AdamW(1e-3, {P}, weight_decay=paddle.regularizer.L2Decay(0.1))": "is no number",
    f"{OPT}.SGD(0.1, {P}, grad_clip=paddle.nn.ClipGradByValue(1.0, min=0.0))": "both sides alike",
    f"{OPT}.SGD(0.1, {P}, grad_clip=paddle.nn.ClipGradByGlobalNorm(0.0))": "must be above 0",
    f"{OPT}.SGD(0.1, {P}, grad_clip=my_clip)": "write ClipGradByGlobalNorm, ",
    f"{OPT}.SGD(0.1, parameters=[{{'params': a}}, {{'params': b}}], {GLOBAL})": "groups",
    f"{OPT}.SGD(torch.optim.lr_scheduler.StepLR(o, 5), {P})": "no schedule of PaddlePaddle",
    f"{OPT}.SGD(0.1, {P}, {GLOBAL})\n{OPT}.Adam(0.1, {P})": "several optimizers",
    f"l = paddle.nn.Linear(2, 3, bias_attr=paddle.ParamAttr(need_clip=False))\n"
    f"opt = {OPT}.SGD(0.1, {P}, {GLOBAL})": "need_clip=False of a layer",
    f"{STEP}    opt.step()": "write opt.clear_grad()",
    f"{STEP}    if i % 4 == 3:\n        opt.step()\n        opt.clear_grad()": "a condition round",
    f"{STEP}    opt.step()\n    opt.clear_grad()\n    opt.set_lr(0.1)": "set_lr in the loop",
    SCHEDULED + LOOP.replace("    scheduler.step()\n", ""): "scheduler never steps",
    SCHEDULED + LOOP.replace("    scheduler", "scheduler"): "once after each update",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_read_is_refused_with_what_to_write(text):
    with pytest.raises((RecipeError, CallError), match=REFUSED[text]):
        read_recipe(text)


def test_groups_that_are_given_by_name_are_not_dropped():
    groups = "[{'params': weights, 'weight_decay': 0.1}, {'params': biases, 'weight_decay': 0.0}]"
    text = f"torch.optim.AdamW(params={groups}, lr=0.1)"
    with pytest.raises(CallError, match="groups"):
        parse_call(text)
    assert is_recipe(text)
    assert read_recipe(text).recipe.leaves == "weights"


def test_without_paddlepaddle_the_answer_is_written_and_not_proved(monkeypatch):
    for name in ("paddle", "optax"):
        missing = replace(stock.FRAMEWORKS[name], packages=(f"no_{name}",))
        monkeypatch.setitem(stock.FRAMEWORKS, name, missing)
    found = translate_text(f"{OPT}.Adam({P}, weight_decay=0.1, {GLOBAL})", to="optax")
    assert found.equal is None
    assert found.problem == "PaddlePaddle: no_paddle is not installed"
    penalty, clip = (found.target.index(each) for each in ("add_decayed_weights", "clip_by_global"))
    assert clip < penalty  # the order of PaddlePaddle
    assert "max_norm=1.0" in found.as_json()["reference"]


RUN = (
    f"{OPT}.Adam(learning_rate=1e-3, {P}, {GLOBAL})",
    f"{OPT}.SGD({COSINE}, {P}, grad_clip=paddle.nn.ClipGradByGlobalNorm(0.3), weight_decay=0.1)",
    f"{OPT}.Momentum(learning_rate={COSINE}, momentum=0.9, weight_decay=1e-4)",
    f"{OPT}.Momentum(0.1, {P}, use_nesterov=True, weight_decay=0.1, {GLOBAL})",
    f"{OPT}.Adagrad(0.1, {P}, weight_decay=paddle.regularizer.L2Decay(0.1), {GLOBAL})",
    f"{OPT}.RMSProp(0.01, {P}, centered=True, momentum=0.5, {GLOBAL})",
    f"{OPT}.Adadelta(0.1, {P}, grad_clip=paddle.nn.ClipGradByValue(0.5), weight_decay=0.1)",
    f"{OPT}.Adam(1e-3, {P}, weight_decay=0.1, amsgrad=True)",
    f"{OPT}.AdamW({OPT}.lr.LinearWarmup(0.1, 6, 0.0, 0.1), {P}, {GLOBAL})",
    f"{OPT}.NAdam(1e-3, {P}, weight_decay=0.1, {GLOBAL})",
    f"{OPT}.RAdam(1e-3, {P}, weight_decay=0.1, {GLOBAL})",
    f"{OPT}.SGD(0.1, {P}, grad_clip=paddle.nn.ClipGradByNorm(0.3), weight_decay=0.1)",
    SCHEDULED,
    SPARING,
)


@pytest.fixture(scope="module")
def ran():
    if stock.FRAMEWORKS["paddle"].missing:
        pytest.skip("paddle is not installed: PaddlePaddle's recipes are not run")
    jobs, keys = [], []
    for text in RUN:
        source = read_recipe(text)
        for code in filter(None, (source.code, source.changing)):
            keys.append((text, code))
            job = {"code": code, "limits": limits(source), "accumulate": 1, "updates": UPDATES}
            jobs.append((running.__name__, job))
    return dict(zip(keys, stock.run_jobs("paddle", jobs), strict=True))


def limits(source):
    return [x.max_norm or x.max_value for x in source.recipe.before if isinstance(x, Clip)]


def measured(source, result, changing=False):
    """PaddlePaddle's steps beside the reference's of a recipe."""
    rates = source.recipe.rates(UPDATES)
    if changing:
        rates = [*rates[:HALF], *(LEFT * rate for rate in rates[HALF:])]
    same = Written("paddle", source.recipe, source.code)
    grads = problems(limits(source), 1)
    return measure(source, same, [result, result], grads, rates)


@pytest.mark.parametrize("text", RUN)
def test_paddlepaddle_makes_the_steps_of_the_reference(text, ran):
    source = read_recipe(text)
    for code in filter(None, (source.code, source.changing)):
        result = ran[text, code]
        assert "error" not in result, result
        assert measured(source, result, code == source.changing).within, code


def test_the_penalty_is_not_clipped(ran):
    """Were it added before the clipping, the steps would be others."""
    source = read_recipe(RUN[1])
    clip, spec = source.recipe.before[0], replace(source.recipe.spec, weight_decay=0.0)
    turned = replace(source.recipe, spec=spec, before=(Penalty(0.1), clip))
    result = ran[RUN[1], source.code]
    assert measured(source, result).within
    assert not measured(replace(source, recipe=turned), result).within


def test_a_number_that_is_rounded_to_float32_needs_the_wider_bound(ran):
    source = read_recipe(RUN[3])
    result = ran[RUN[3], source.code]
    assert not measured(replace(source, rounded=None), result).within
