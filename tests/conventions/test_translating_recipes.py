"""A recipe is written in another framework's words, and both are run: torch and optax, here."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.conventions import stock
from crosscheck.conventions.recipes import translating
from crosscheck.conventions.recipes.bounds import recipe_bounds, reference_steps
from crosscheck.conventions.recipes.dispatch import translate_text
from crosscheck.conventions.recipes.measuring import measure
from crosscheck.conventions.recipes.probes import UPDATES, WEIGHTS, problems
from crosscheck.conventions.recipes.reading import read_recipe
from crosscheck.conventions.recipes.recipe import Clip, differences
from crosscheck.conventions.recipes.translating import translate_recipe
from reference_numpy.optimizers import apply_updates
from reference_numpy.params import Layer

SGD = "optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)\n"
STEP = (
    "for x, y in data:\n    optimizer.zero_grad()\n    loss(model(x), y).backward()\n    {}\n"
    "    optimizer.step()\n"
)
NORM = "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)"
PENALTY = "for p in model.parameters(): p.grad.add_(p.detach(), alpha=0.1)"


@pytest.fixture(autouse=True)
def _frameworks():
    for name in ("torch", "optax"):
        if stock.FRAMEWORKS[name].missing:
            pytest.skip(f"{stock.FRAMEWORKS[name].missing} is not installed")


EQUAL = {
    # what is written: a part of it
    ("optax.chain(optax.clip(0.5), optax.sgd(0.1, momentum=0.9))", "torch"): "clip_grad_value_("
    "model.parameters(), 0.5)\n    optimizer.step()",
    ("optax.chain(optax.clip_by_global_norm(1.0), optax.sgd(0.1))", "torch"): "p.grad.mul_((1.0 / "
    "norm).clamp(max=1.0))",
    (SGD + STEP.format(NORM), "optax"): "jnp.minimum(1.0, 1.0 / (optax.tree.norm(grads) + 1e-06))",
    (
        SGD + STEP.format(f"{PENALTY}\n    {NORM}"),
        "optax",
    ): "add_decayed_weights(0.1),\n    optax.stateless",
    (SGD + STEP.format(f"{NORM}\n    {PENALTY}"), "optax"): "grads)),\n    optax.add_decayed_weight"
    "s(0.1)",
    ("optax.chain(optax.trace(0.9), optax.add_decayed_weights(0.1), optax.scale(-0.1))", "torch"): (
        "p.data.mul_(1 - optimizer.param_groups[0]['lr'] * 0.1)"
    ),
    (
        "optax.chain(optax.add_decayed_weights(0.1), optax.clip(0.5), optax.adam(0.1, eps=0.01))",
        "torch",
    ): "alpha=0.1)\n    torch.nn.utils.clip_grad_value_",
    ("optax.chain(optax.scale(-0.1), optax.trace(0.9))", "torch"): "torch.optim.SGD(",
    ("torch.optim.SGD(parameters, lr=0.1, momentum=0.9, dampening=0.5)", "optax"): "optax.scale_by_"
    "schedule(lambda step: jnp.where(step == 0, 1.0, 0.5)),\n    optax.trace(decay=0.9)",
    ("optax.chain(optax.scale(-1.0), optax.adam(0.1))", "torch"): "maximize=True",
    ("torch.optim.Adam(parameters, lr=0.1, eps=0.01, amsgrad=True)", "optax"): "optax.scale_by_sche"
    "dule(lambda step: jnp.sqrt(1 - 0.999 ** (step + 1)))",
    ("optax.chain(optax.clip(0.5), optax.radam(0.1, b2=0.9, eps=0.01))", "torch"): "group['eps'] = "
    "0.01 * (1 - 0.9 ** t) ** 0.5",
    ("torch.optim.Adam(parameters, lr=0.1, maximize=True, weight_decay=0.1)", "optax"): "optax.cha"
    "in(",
}


@cache
def translated(text, to):
    return translate_recipe(text, to=to)


@pytest.mark.sampled(5)
@pytest.mark.parametrize(("text", "to"), EQUAL)
def test_a_recipe_is_written_as_another_that_is_equal(text, to):
    found = translated(text, to)
    assert found.equal, found
    assert EQUAL[text, to] in found.target
    assert found.difference <= found.bound < 1e-9
    assert len(found.by_magnitude) >= 9


@pytest.mark.sampled(5)
@pytest.mark.parametrize(("text", "to"), EQUAL)
def test_what_is_written_is_read_as_the_same_recipe(text, to):
    target = translated(text, to).target
    own = ("stateless", "lambda step", "group['eps']")
    if any(each in target for each in own):
        return  # a function of one's own is not read
    assert differences(read_recipe(text).recipe, read_recipe(target).recipe) == {}, target


@pytest.mark.sampled(5)
@pytest.mark.parametrize(("text", "to"), EQUAL)
def test_the_reference_is_code_that_makes_the_same_steps(text, to):
    found = translated(text, to)
    names: dict = {}
    exec(found.reference, names)
    source = read_recipe(found.source).recipe
    problem = problems([1.0], 1)[6]
    exact = reference_steps(source, problem, source.rates(UPDATES))
    params = (Layer(np.zeros((3, 2)), np.zeros(3)),)
    start = np.random.default_rng(8).standard_normal(9)  # that of the problems
    params = (Layer(start[:WEIGHTS].reshape(3, 2), start[WEIGHTS:]),)
    state = names["optimizer"].init(params)
    sign = -1.0 if "goes up" in found.reference else 1.0
    for grad in sign * problem[:, 0]:
        layer = Layer(grad[:WEIGHTS].reshape(3, 2), grad[WEIGHTS:])
        updates, state = names["optimizer"].update((layer,), state, params)
        params = apply_updates(params, updates)
    assert np.array_equal(np.concatenate([leaf.ravel() for leaf in params[0]]), exact[-1])


def test_a_recipe_that_differs_is_not_called_equal():
    source = read_recipe("optax.chain(optax.clip_by_global_norm(1.0), optax.sgd(0.1))")
    (target,) = translating.WRITERS["torch"](source.recipe)
    by_leaf = replace(source.recipe, before=(Clip(max_norm=1.0, per="leaf"),))
    (other,) = translating.WRITERS["torch"](by_leaf)
    assert differences(source.recipe, other.recipe).keys() == {"clipping"}
    results = translating._run(translating._jobs(source, [target, other]))
    own, right, wrong = (
        results[translating._job(source, each.program or each.code, each.framework)]
        for each in (source, target, other)
    )
    grads, rates = problems([1.0], 1), source.recipe.rates(UPDATES)
    assert measure(source, target, [own, right], grads, rates).within
    assert not measure(source, other, [own, wrong], grads, rates).within
    # Nor a rate that is not the right one, though the steps are near at small gradients.
    assert not measure(
        source, target, [own, right | {"rates": [0.2] * UPDATES}], grads, rates
    ).within


def test_the_bound_is_of_rounding_alone():
    recipe = read_recipe("optax.chain(optax.clip_by_global_norm(1.0), optax.adam(0.1))").recipe
    bounds = recipe_bounds(recipe, problems([1.0], 1), recipe.rates(UPDATES))
    assert max(float(each.max()) for each in bounds[:-1]) < 1e-10


def test_where_only_the_rate_is_elsewhere_it_is_said():
    found = translate_recipe("optax.chain(optax.sgd(0.1), optax.clip(0.01))", to="torch")
    assert (found.equal, found.as_rate_changes) == (True, False)
    assert found.provisos[0].startswith("only if the learning rate does not change")
    found = translate_text("torch.optim.RMSprop(lr=0.1, momentum=0.5)", to="optax")
    assert found.target.startswith("optax.rmsprop(")  # a plain call is answered by a plain call
    assert "optax.trace(decay=0.5)" in found.provisos[-1]
    found = translate_text("torch.optim.Adam(lr=0.1, weight_decay=0.1)", to="optax")
    assert found.equal  # where no plain call is equal, a chain is
    assert "optax.add_decayed_weights(0.1)" in found.target


def test_where_nothing_is_equal_the_nearest_is_given():
    found = translate_recipe(
        "optax.chain(optax.clip(1.0), optax.rmsprop(0.1, eps=0.01))", to="torch"
    )
    assert found.equal is False
    assert found.mismatch.keys() >= {"eps_place"}
    assert "torch.optim.RMSprop(" in found.target
    assert found.difference > found.bound


def test_recipes_are_for_three_frameworks(monkeypatch):
    with pytest.raises(ValueError, match="written for PyTorch, optax and Keras, not for"):
        translate_recipe("optax.chain(optax.sgd(0.1))", to="sklearn")
    with pytest.raises(ValueError, match="PyTorch has no lion"):
        translate_recipe("optax.chain(optax.clip(1.0), optax.lion(0.1))", to="torch")
    with pytest.raises(ValueError, match="PyTorch itself refuses this"):
        translate_recipe(
            "torch.optim.SGD(parameters, lr=0.1, nesterov=True)\noptimizer.step()", to="optax"
        )
    absent = stock.StockFramework("optax", ("a_package_that_is_not_there",))
    monkeypatch.setitem(stock.FRAMEWORKS, "optax", absent)
    found = translate_recipe("optax.chain(optax.sgd(0.1))", to="torch")
    assert (found.equal, found.difference) == (None, None)
    assert "a_package_that_is_not_there is not installed" in found.problem


# ----- the command -----


def run(*arguments, text=None):
    return CliRunner().invoke(main, ["translate", *arguments], input=text)


def test_the_verdict_and_the_answer_come_first_then_the_proof_and_the_provisos():
    result = run("optax.chain(optax.clip(0.5), optax.sgd(0.1))", "--to", "torch")
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[:3] == ["equal", "import torch", ""]
    assert lines[3] == "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)"
    (proof,) = [n for n, line in enumerate(lines) if line.startswith("largest difference of the")]
    assert "over 24 updates" in lines[proof]
    assert "optimizer = clipped(sgd(learning_rate=0.1), max_value=0.5)" in lines[proof:]


def test_a_recipe_is_read_from_the_standard_input_and_from_a_file(tmp_path):
    text = "opt = optax.sgd(0.1)\nopt = optax.MultiSteps(opt, every_k_schedule=4)\n"
    result = run("-", "--to", "torch", "--json", "-", text=text)
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["train"] == "batch_size=4 * micro_batch, micro_batch_size=micro_batch"
    assert found["expression"] == "sgd(learning_rate=0.1)"
    assert found["reference"].endswith("\noptimizer = sgd(learning_rate=0.1)")
    assert (found["equal"], found["mismatch"]) == (True, {})
    path = tmp_path / "recipe.py"
    path.write_text(text, encoding="utf-8")
    assert json.loads(run(str(path), "--to", "torch", "--json", "-").stdout) == found
    path.write_bytes(b"\xff\xfe\xff")
    assert "is no text in UTF-8" in run(str(path), "--to", "torch").stderr
    assert run(str(tmp_path / "absent.py"), "--to", "torch").exit_code == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("optax.chain(optax.adam(0.1), optax.clip(1.0))", "limits the update, not the gradient"),
        ("optax.chain(optax.clip(1.0), optax.lamb(0.1))", "is not related to a reference here"),
        ("x = 1\ny = 2", "is no call"),
        (SGD + "other = torch.optim.Adam(model.parameters())", "the text has several optimizers"),
        ("keras.optimizers.Adam(clipnorm=-1.0)", "clipnorm must be above 0"),
    ],
)
def test_what_is_refused_ends_with_code_2(text, message):
    result = run(text, "--to", "torch" if "optax" in text else "optax")
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_the_help_says_what_is_read():
    shown = " ".join(run("--help").stdout.split())
    for word in ("optax.chain(...)", "MultiSteps", "clipnorm", "clip_grad_norm_", "scheduler"):
        assert word in shown
