"""Ten questions that people ask who port training, each answered by translating, and run."""

from functools import cache

import numpy as np
import pytest

from crosscheck.conventions import stock
from crosscheck.conventions.recipes.reading import read_recipe
from crosscheck.conventions.recipes.translating import translate_recipe

SGD = "optimizer = torch.optim.SGD(model.parameters(), lr=0.1{})\n"
STEP = (
    "for x, y in data:\n    optimizer.zero_grad()\n    loss(model(x), y).backward()\n    {}\n"
    "    optimizer.step()\n"
)
GATHER = (
    "for i, (x, y) in enumerate(data):\n    (loss(model(x), y) / 4).backward()\n"
    "    if (i + 1) % 4 == 0:\n        optimizer.step()\n        optimizer.zero_grad()\n"
)
CLIP = "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)"
GROUPS = (
    "weights = [p for p in model.parameters() if p.ndim > 1]\n"
    "biases = [p for p in model.parameters() if p.ndim <= 1]\n"
    "optimizer = torch.optim.SGD([{'params': weights, 'weight_decay': 0.1}, "
    "{'params': biases, 'weight_decay': 0.0}], lr=0.1)"
)


def scheduled(scheduler, more=""):
    module = "scheduler = torch.optim.lr_scheduler."
    return (
        SGD.format(more) + module + scheduler + "\n" + STEP.format("pass") + "    scheduler.step()"
    )


QUESTIONS = {
    "staircase": (scheduled("MultiStepLR(optimizer, milestones=[5], gamma=0.5)"), "keras"),
    "cosine": (scheduled("CosineAnnealingLR(optimizer, T_max=10)"), "optax"),
    "counts batches": (
        "keras.optimizers.SGD(keras.optimizers.schedules.InverseTimeDecay(0.1, 8, 1.0), "
        "gradient_accumulation_steps=4)",
        "optax",
    ),
    "gathered": (SGD.format("") + GATHER, "optax"),
    "gathered in float64": (
        "optax.MultiSteps(optax.sgd(0.1), 4, accumulator_dtype=jnp.float64)",
        "torch",
    ),
    "torch clips": (SGD.format("") + STEP.format(CLIP), "optax"),
    "torch clips, for Keras": (SGD.format("") + STEP.format(CLIP), "keras"),
    "clipnorm": ("keras.optimizers.SGD(0.1, clipnorm=1.0)", "torch"),
    "groups": (GROUPS, "optax"),
    "groups, for Keras": (GROUPS, "keras"),
    "clip first": ("optax.chain(optax.clip_by_global_norm(1.0), optax.sgd(0.1))", "torch"),
    "penalty": ("torch.optim.Adam(model.parameters(), lr=0.1, eps=0.0, weight_decay=0.1)", "optax"),
    "penalty, for Keras": (
        "torch.optim.Adam(model.parameters(), lr=0.1, eps=0.0, weight_decay=0.1)",
        "keras",
    ),
    "decoupled, for Keras": (
        "torch.optim.AdamW(model.parameters(), lr=0.1, eps=0.0, weight_decay=0.1)",
        "keras",
    ),
    "velocity": (scheduled("StepLR(optimizer, 5, gamma=0.5)", ", momentum=0.9"), "keras"),
    "velocity, for optax": (
        scheduled("StepLR(optimizer, 5, gamma=0.5)", ", momentum=0.9"),
        "optax",
    ),
    "RMSprop, for optax": (
        "torch.optim.RMSprop(model.parameters(), lr=0.1, momentum=0.5)",
        "optax",
    ),
}


@cache
def answer(name):
    for framework in ("torch", "optax", "keras-jax"):
        if stock.FRAMEWORKS[framework].missing:
            pytest.skip(f"{stock.FRAMEWORKS[framework].missing} is not installed")
    text, to = QUESTIONS[name]
    return translate_recipe(text, to=to)


ASKED = []


def question(asked):
    """Let a function be one of those that are asked."""
    ASKED.append(asked)
    return asked


@question
def is_a_scheduler_of_torch_one_update_early_or_late():
    found = answer("staircase")
    # The rate of update 5 is the first that is halved. Keras takes the last that is not.
    assert found.equal
    assert "PiecewiseConstantDecay(boundaries=[4], values=[0.1, 0.05])" in found.target
    assert read_recipe(QUESTIONS["staircase"][0]).recipe.rates(6) == [0.1] * 5 + [0.05]
    found = answer("cosine")
    assert found.equal
    # optax.cosine_decay_schedule stays at 0 after ten updates, and this one climbs again.
    assert "cosine_decay_schedule" not in found.target
    rates = read_recipe(QUESTIONS["cosine"][0]).recipe.rates(21)
    assert (rates[10], rates[20]) == pytest.approx((0.0, 0.1))


@question
def does_the_schedule_of_keras_count_batches_while_it_accumulates():
    found = answer("counts batches")
    assert found.equal
    assert "(4 * step + 3)" in found.target
    assert any("counts micro-batches, and not updates" in each for each in found.provisos)
    rates = read_recipe(QUESTIONS["counts batches"][0]).recipe.rates(2)
    assert rates == pytest.approx([0.1 / (1 + 3 / 8), 0.1 / (1 + 7 / 8)])


@question
def is_the_mean_over_uneven_micro_batches_that_of_the_batch():
    torch = pytest.importorskip("torch")
    theta = torch.ones((), dtype=torch.float64, requires_grad=True)
    data = torch.tensor([1.0, 2.0, 3.0, 10.0], dtype=torch.float64)
    for piece in (data[:3], data[3:]):
        ((theta * piece).mean() / 2).backward()
    assert float(theta.grad) == 6.0  # the mean of 2 and 10, while that of the batch is 4
    found = answer("gathered")
    assert any("weight micro-batches by their samples" in each for each in found.provisos)
    assert found.train == "batch_size=4 * micro_batch, micro_batch_size=micro_batch"


@question
def does_multisteps_make_the_step_of_the_mean():
    found = answer("gathered")
    assert found.equal
    assert "optax.MultiSteps(optax.sgd(learning_rate=0.1), every_k_schedule=4)" in found.target
    assert any("gathers gradients in float32" in each for each in found.provisos)
    assert 1e-9 < found.difference < 1e-4  # in float32, of gradients up to 100
    exact = answer("gathered in float64")
    assert exact.equal
    assert exact.difference < 1e-12
    assert not any("float32" in each for each in exact.provisos)


@question
def is_clip_grad_norm_the_same_as_clip_by_global_norm():
    optax, jnp = pytest.importorskip("optax"), pytest.importorskip("jax.numpy")
    found = answer("torch clips")
    assert found.equal
    assert "1.0 / (optax.tree.norm(grads) + 1e-06)" in found.target
    assert any("is the stock link, and adds no 1e-06" in each for each in found.provisos)
    grad = jnp.array([3.0, 4.0])
    (clipped, _) = optax.clip_by_global_norm(1.0).update(grad, optax.EmptyState())
    by_torch = grad / (5.0 + 1e-6)
    assert float(jnp.max(jnp.abs(clipped - by_torch) / by_torch)) == pytest.approx(2e-7, rel=0.01)
    found = answer("torch clips, for Keras")
    assert found.equal is False
    assert found.mismatch == {"clipping": ("max_norm=1.0, eps=1e-06", "max_norm=1.0")}
    assert "global_clipnorm=1.0" in found.target
    assert found.bound < found.difference < 1e-5


@question
def does_clipnorm_clip_each_variable_by_itself():
    found = answer("clipnorm")
    assert found.equal
    assert "p.grad.mul_((1.0 / p.grad.norm()).clamp(max=1.0))" in found.target
    assert found.expression == "clipped(sgd(learning_rate=0.1), max_norm=1.0, per='leaf')"


@question
def how_are_biases_spared_from_the_decay():
    found = answer("groups")
    assert found.equal
    assert "mask=lambda params: jax.tree.map(lambda leaf: leaf.ndim > 1, params)" in found.target
    found = answer("groups, for Keras")
    assert found.equal
    assert "optimizer.exclude_from_weight_decay(var_names=['bias'])" in found.target
    assert "leaves='weights'" in found.expression


@question
def does_it_matter_where_a_chain_clips():
    optax, jnp = pytest.importorskip("optax"), pytest.importorskip("jax.numpy")
    assert answer("clip first").equal
    clip, momentum = optax.clip_by_global_norm(1.0), optax.sgd(0.1, momentum=0.9)
    steps = []
    for links in ((clip, momentum), (momentum, clip)):
        chain = optax.chain(*links)
        update, _ = chain.update(jnp.array([3.0, 4.0]), chain.init(jnp.zeros(2)), jnp.zeros(2))
        steps.append(np.array(update))
    assert steps[0] == pytest.approx([-0.06, -0.08])
    assert steps[1] == pytest.approx([-0.3, -0.4])  # an update of norm 0.5 is not clipped
    with pytest.raises(ValueError, match="limits the update, not the gradient"):
        read_recipe("optax.chain(optax.sgd(0.1, momentum=0.9), optax.clip_by_global_norm(1.0))")


@question
def is_the_weight_decay_of_adam_a_penalty_or_beside_the_step():
    found = answer("penalty")
    assert found.equal
    assert "optax.add_decayed_weights(0.1),\n    optax.adam(" in found.target
    found = answer("penalty, for Keras")
    assert found.equal is False
    assert found.mismatch == {"decoupled": (False, True)}
    assert any("keras.regularizers.L2(0.05)" in each for each in found.provisos)
    found = answer("decoupled, for Keras")
    assert found.equal
    assert "weight_decay=0.1" in found.target


@question
def is_a_rate_that_changes_inside_the_velocity():
    found = answer("velocity")
    assert found.equal is False
    assert found.mismatch == {"rate_inside": (False, True)}
    assert found.difference > 0.01
    assert answer("velocity, for optax").equal
    found = answer("RMSprop, for optax")
    assert found.equal
    assert found.as_rate_changes
    # The rate behind the velocity; optax.rmsprop has it before.
    assert found.target.index("optax.trace") < found.target.index("scale_by_learning_rate")


@pytest.mark.sampled(4)
@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.__name__)
def test_a_question_is_answered_rightly(asked):
    asked()
