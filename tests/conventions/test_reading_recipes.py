"""A recipe is read from the text of a program, or refused with the reason. Nothing is run here."""

import pytest

from crosscheck.conventions.recipes.dispatch import is_recipe
from crosscheck.conventions.recipes.reading import read_recipe

SGD = "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
MASK = "lambda p: jax.tree.map(lambda x: x.ndim > 1, p)"


def expression(text):
    return read_recipe(text).recipe.expression


# ----- optax -----

LINKS = {
    "optax.chain(optax.clip_by_global_norm(1.0), optax.sgd(0.1))": "clipped(sgd("
    "learning_rate=0.1), max_norm=1.0)",
    "optax.chain(optax.clip(0.5), optax.identity(), optax.scale(-0.1))": "clipped(sgd("
    "learning_rate=0.1), max_value=0.5)",
    "optax.chain(optax.scale_by_adam(b1=0.8), optax.scale_by_learning_rate(0.1))": "adam("
    "learning_rate=0.1, b1=0.8)",
    "optax.chain(optax.scale_by_adam(0.8, 0.9), optax.scale(-0.1))": "adam(learning_rate=0.1, "
    "b1=0.8, b2=0.9)",
    "optax.chain(optax.scale_by_adamax(), optax.scale(-0.1))": "adamax(learning_rate=0.1, "
    "eps_place='inside')",
    "optax.chain(optax.scale_by_amsgrad(), optax.scale(-0.1))": "amsgrad(learning_rate=0.1, "
    "bias_correction=True, maximum_of='corrected')",
    "optax.chain(optax.scale_by_rms(), optax.scale(-0.1))": "rmsprop(learning_rate=0.1, "
    "eps_place='inside')",
    "optax.chain(optax.scale_by_stddev(), optax.scale(-0.1))": "rmsprop(learning_rate=0.1, "
    "eps_place='inside', centered=True)",
    "optax.chain(optax.scale_by_rss(), optax.scale(-0.1))": "adagrad(learning_rate=0.1, "
    "initial_accumulator=0.1, eps=1e-07, eps_place='inside')",
    "optax.chain(optax.scale_by_adadelta(), optax.scale(-1.0))": "adadelta(learning_rate=1.0, "
    "decay=0.9)",
    "optax.chain(optax.scale_by_lion(), optax.scale(-0.1))": "lion(learning_rate=0.1)",
    "optax.chain(optax.scale_by_radam(), optax.scale(-0.1))": "radam(learning_rate=0.1, "
    "threshold=5.0)",
    "optax.chain(optax.scale_by_sign(), optax.scale(-0.1))": "lion(learning_rate=0.1, b1=0.0, "
    "b2=0.0)",
    "optax.chain(optax.scale_by_adam(nesterov=True), optax.scale(-0.1))": "nadam("
    "learning_rate=0.1, momentum_decay=1000000.0)",
    # Where the rate stands beside the velocity.
    "optax.chain(optax.trace(0.9), optax.scale(-0.1))": "momentum(learning_rate=0.1, "
    "rate_inside=False)",
    "optax.chain(optax.scale(-0.1), optax.trace(0.9))": "momentum(learning_rate=0.1)",
    "optax.chain(optax.scale_by_rms(), optax.trace(0.5), optax.scale(-0.1))": "rmsprop("
    "learning_rate=0.1, eps_place='inside', momentum=0.5, rate_inside=False)",
    # Where the decay stands, and in which order.
    "optax.chain(optax.add_decayed_weights(0.1), optax.adam(0.1))": "decayed(adam("
    "learning_rate=0.1), 0.1, weight_decay=0.1, decoupled=False)",
    "optax.chain(optax.scale_by_adam(), optax.add_decayed_weights(0.1), optax.scale(-0.1))": "deca"
    "yed(adam(learning_rate=0.1), 0.1, weight_decay=0.1)",
    "optax.chain(optax.adam(0.1), optax.add_decayed_weights(-0.1))": "decayed(adam("
    "learning_rate=0.1), 0.1, weight_decay=0.1, scaled=False)",
    "optax.chain(optax.clip(1.0), optax.add_decayed_weights(0.1), optax.adam(0.1))": "clipped("
    "decayed(adam(learning_rate=0.1), 0.1, weight_decay=0.1, decoupled=False), max_value=1.0)",
    "optax.chain(optax.add_decayed_weights(0.1), optax.clip(1.0), optax.adam(0.1))": "decayed("
    "clipped(adam(learning_rate=0.1), max_value=1.0), 0.1, weight_decay=0.1, decoupled=False)",
    f"optax.chain(optax.add_decayed_weights(0.1, {MASK}), optax.sgd(0.1))": "decayed(sgd("
    "learning_rate=0.1), 0.1, weight_decay=0.1, decoupled=False, leaves='weights')",
    f"optax.chain(optax.masked(optax.add_decayed_weights(0.1), {MASK}), optax.sgd(0.1))": "decay"
    "ed(sgd(learning_rate=0.1), 0.1, weight_decay=0.1, decoupled=False, leaves='weights')",
    # Links that only scale are moved to where the references have a rate or an eps.
    "optax.chain(optax.scale(0.5), optax.adam(0.1))": "adam(learning_rate=0.1, eps=2e-08)",
    "optax.chain(optax.scale(0.5), optax.clip(1.0), optax.adam(0.1))": "clipped(adam("
    "learning_rate=0.1, eps=2e-08), max_value=2.0)",
    "optax.chain(optax.scale(0.5), optax.clip(1.0), optax.sgd(0.5))": "clipped(sgd("
    "learning_rate=0.25), max_value=2.0)",
    "optax.chain(optax.sgd(0.1), optax.clip(0.01))": "clipped(sgd(learning_rate=0.1), "
    "max_value=0.1)",
    # Wrappers, nests and names.
    "optax.chain(optax.chain(optax.clip(1.0)), optax.chain(optax.sgd(0.1)))": "clipped(sgd("
    "learning_rate=0.1), max_value=1.0)",
    'optax.named_chain(("clip", optax.clip(1.0)), ("sgd", optax.sgd(0.1)))': "clipped(sgd("
    "learning_rate=0.1), max_value=1.0)",
    "optax.inject_hyperparams(optax.adam)(learning_rate=0.1)": "adam(learning_rate=0.1)",
    "optax.apply_if_finite(optax.sgd(0.1), 5)": "sgd(learning_rate=0.1)",
    "lr = 1e-1\nopt = optax.chain(optax.clip(2 * lr), optax.sgd(lr))": "clipped(sgd("
    "learning_rate=0.1), max_value=0.2)",
    "optax.chain(optax.clip(1.0), optax.adam(optax.linear_schedule(0.1, 0.0, 10)))": "clipped(ada"
    "m(learning_rate=schedules.linear(0.1, steps=10)), max_value=1.0)",
}


@pytest.mark.parametrize("text", LINKS)
def test_every_link_of_optax_is_read(text):
    assert expression(text) == LINKS[text]


@pytest.mark.parametrize(
    "mask",
    [
        MASK,
        "lambda p: jax.tree_util.tree_map(lambda leaf: jnp.ndim(leaf) != 1, p)",
        "lambda p: jax.tree_util.tree_map_with_path(lambda path, x: path[-1].key != 'bias', p)",
        "lambda p: path_aware_map(lambda path, _: path[-1] not in ('bias', 'scale'), p)",
    ],
)
def test_a_mask_that_spares_biases_is_read(mask):
    assert "leaves='weights'" in expression(f"optax.adamw(0.1, mask={mask})")
    named = (
        f"def spare(params):\n    return {mask.partition(': ')[2].replace(', p)', ', params)')}\n"
    )
    assert "leaves='weights'" in expression(named + "optax.adamw(0.1, mask=spare)")


def test_gathering_in_optax_is_read():
    found = read_recipe("opt = optax.sgd(0.1)\nopt = optax.MultiSteps(opt, every_k_schedule=4)")
    assert (found.recipe.accumulate, found.single) == (4, True)
    assert found.recipe.train == "batch_size=4 * micro_batch, micro_batch_size=micro_batch"
    exact = "optax.MultiSteps(optax.sgd(0.1), 4, accumulator_dtype=jnp.float64)"
    assert not read_recipe(exact).single
    summed = "optax.MultiSteps(optax.sgd(0.1), 4, use_grad_mean=False)"
    assert expression(summed) == "sgd(learning_rate=0.4)"


OPTAX_REFUSALS = {
    "optax.chain(optax.clip_by_block_rms(1.0), optax.sgd(0.1))": "write optax.clip_by_global_norm",
    "optax.chain(optax.adaptive_grad_clip(0.1), optax.sgd(0.1))": "norm of its parameters",
    "optax.chain(optax.adam(0.1), optax.clip(1.0))": "stands after optax.adam: it limits",
    "optax.chain(optax.scale_by_adam(), optax.trace(0.9), optax.scale(-1))": "no reference has a v",
    "optax.chain(optax.sgd(0.1, momentum=0.9), optax.adam(0.1))": "write one optimizer",
    "optax.chain(optax.add_decayed_weights(0.1, mask=mask), optax.sgd(0.1))": "add the function to",
    f"optax.chain(optax.masked(optax.clip(0.1), {MASK}), optax.sgd(0.1))": "round a weight decay",
    "optax.chain(optax.clip(1.0), optax.MultiSteps(optax.sgd(0.1), 4))": "done to every micro-b",
    "optax.MultiSteps(optax.sgd(0.1), lambda step: 4)": "write every_k_schedule=4",
    "optax.multi_transform({}, labels)": "translate the recipe of each label by itself",
    "optax.chain(optax.scale_by_trust_ratio(), optax.sgd(0.1))": "by its own norm",
    "optax.chain(optax.sgd(0.1), optax.add_decayed_weights(0.1))": "lets the parameters grow",
    "optax.chain(optax.clip(0.0), optax.sgd(0.1))": "max_delta must be above 0, not 0.0",
    "optax.chain(optax.rmsprop(0.1, momentum=0.9, nesterov=True))": "looks one step ahead",
    "optax.chain(optax.sgd(0.0), optax.clip(0.1))": "of 0: nothing moves",
    "optax.chain(optax.clip(None), optax.sgd(0.1))": "None is no finite number",
    "optax.chain(optax.clip(1j), optax.sgd(0.1))": "no number, True, False|no finite number",
    "optax.chain(optax.clip(1.0), optax.sgd(*rates))": "write what it stands for",
    "optax.MultiSteps(optax.sgd(0.1), 4, use_grad_mean=2)": "use_grad_mean is True or False, not 2",
    "optax.chain(*links)": "one by one, without a star",
    "optax.chain()": "has no links",
    "optax.chain(optax.clip(1.0), optax.sgd(lambda step: 0.1))": "which is not evaluated",
}


@pytest.mark.parametrize("text", OPTAX_REFUSALS)
def test_what_no_reference_does_is_refused_with_the_reason(text):
    with pytest.raises(ValueError, match=OPTAX_REFUSALS[text]):
        read_recipe(text)


# ----- Keras -----

KERAS = {
    "keras.optimizers.SGD(0.1, clipnorm=1.0)": "clipped(sgd(learning_rate=0.1), max_norm=1.0, "
    "per='leaf')",
    "keras.optimizers.SGD(0.1, global_clipnorm=2.0)": "clipped(sgd(learning_rate=0.1), "
    "max_norm=2.0)",
    "tf.keras.optimizers.SGD(0.1, clipvalue=0.5)": "clipped(sgd(learning_rate=0.1), max_value=0.5)",
    "opt = keras.optimizers.SGD(0.1, weight_decay=0.1)\nopt.exclude_from_weight_decay("
    "var_names=['bias'])": "decayed(sgd(learning_rate=0.1), 0.1, weight_decay=0.1, "
    "leaves='weights')",
    "keras.optimizers.SGD(keras.optimizers.schedules.PolynomialDecay(0.1, 10))": "sgd("
    "learning_rate=schedules.polynomial(0.1, steps=10, end=0.0001))",
    # The schedule of Keras counts micro-batches.
    "keras.optimizers.SGD(keras.optimizers.schedules.PolynomialDecay(0.1, 10), "
    "gradient_accumulation_steps=4)": "sgd(learning_rate=lambda step: schedules.polynomial(0.1, "
    "steps=10, end=0.0001)(4 * step + 3))",
    "model.compile(optimizer=keras.optimizers.SGD(0.1, clipvalue=0.5), loss='mse')": "clipped(sgd("
    "learning_rate=0.1), max_value=0.5)",
    "SGD(learning_rate=0.1, clipvalue=0.5)": "clipped(sgd(learning_rate=0.1), max_value=0.5)",
}


@pytest.mark.parametrize("text", KERAS)
def test_what_keras_does_beside_its_optimizer_is_read(text):
    assert expression(text) == KERAS[text]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("keras.optimizers.SGD(clipnorm=1.0, clipvalue=1.0)", "Keras itself refuses several"),
        ("keras.optimizers.SGD(clipnorm=1.0, use_ema=True)", "it keeps a mean of the parameters"),
        ("keras.optimizers.SGD(clipnorm=1.0, loss_scale_factor=2.0)", "divides every gradient"),
        ("keras.optimizers.SGD(gradient_accumulation_steps=1)", "a whole number from 2 on, not 1"),
        ("keras.optimizers.SGD(clipnorm=-1.0)", "clipnorm must be above 0, not -1.0"),
        (
            "opt = keras.optimizers.SGD(weight_decay=0.1)\n"
            "opt.exclude_from_weight_decay(var_names=['kernel'])",
            "spares biases by their names",
        ),
    ],
)
def test_what_keras_has_and_no_reference_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        read_recipe(text)


# ----- what is a recipe -----


def test_a_plain_call_and_a_schedule_are_no_recipes():
    assert not is_recipe("torch.optim.Adam(lr=0.1)")
    assert not is_recipe("optimizer = optim.Adam(model.parameters(), lr=1e-3)")
    assert not is_recipe("optax.cosine_decay_schedule(0.1, 100)")
    assert not is_recipe("os.system('ls')")
    assert not is_recipe("f(")
    assert is_recipe("optax.chain(optax.sgd(0.1))")
    assert is_recipe("keras.optimizers.Adam(clipnorm=1.0)")
    assert is_recipe(SGD + "optimizer.step()")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "no optimizer of PyTorch, optax, Keras or PaddlePaddle"),
        ("def f(:", "line 1 is not Python"),
        ("a = 1\n" * 60_000, "longer than"),
        ("a = 1\n" + "a = a + a\n" * 40 + "optax.sgd(a)", "stand for too much"),
    ],
)
def test_a_text_that_is_no_recipe_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        read_recipe(text)


EVIL = "__import__('os').getcwd()"


@pytest.mark.parametrize(
    "text",
    [
        f"optax.chain(optax.clip({EVIL}), optax.sgd(0.1))",
        f"optax.chain(optax.clip(1.0), optax.sgd({EVIL}))",
        f"optax.chain(optax.clip(1.0), optax.sgd(0.1, nesterov={EVIL}))",
        f"optax.adamw(0.1, mask=lambda p: jax.tree.map(lambda x: x.ndim > {EVIL}, p))",
        f"optax.MultiSteps(optax.sgd(0.1), 4, accumulator_dtype={EVIL})",
        f"keras.optimizers.SGD(0.1, clipnorm={EVIL})",
        f"opt = keras.optimizers.SGD(0.1, weight_decay=1.0)\n"
        f"opt.exclude_from_weight_decay(var_names=['bias', {EVIL}])",
        SGD + f"torch.nn.utils.clip_grad_norm_({EVIL}, 1.0)\noptimizer.step()",
        SGD + f"for p in model.parameters(): p.data.mul_(1 - 0.1, {EVIL})\noptimizer.step()",
        SGD + f"for p in model.parameters(): p.grad.add_(p, {EVIL}, alpha=0.1)\noptimizer.step()",
        SGD + f"scheduler = torch.optim.lr_scheduler.StepLR(optimizer, {EVIL})",
        f"optimizer = torch.optim.SGD({EVIL}, lr=0.1)\noptimizer.step()",
    ],
)
def test_nothing_of_a_text_that_is_not_read_is_run(text):
    try:
        found = read_recipe(text)
    except ValueError:
        return
    assert not any("import" in code for code in (found.code, found.program, found.changing))
