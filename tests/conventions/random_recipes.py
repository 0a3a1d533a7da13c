"""Recipes by chance, as texts that users write; and an independent look at whether two are equal.

By hand, for more than the tests run: `python tests/conventions/random_recipes.py 200 [seed]`.
"""

import sys

import numpy as np

from crosscheck.conventions import stock
from crosscheck.conventions.recipes import running
from crosscheck.conventions.recipes.probes import ENTRIES
from crosscheck.conventions.recipes.reading import read_recipe
from crosscheck.conventions.recipes.recipe import RecipeError
from crosscheck.conventions.recipes.translating import translate_recipes

UPDATES = 16
AT_A_TIME = 24  # so that no framework's worker takes too long
FRAMEWORKS = ("torch", "optax", "keras")
# What two equal recipes may be apart with gradients of their own: roundings of float64, and of
# float32 where a framework says that it computes in that.
DOUBLE, SINGLE = 1e-9, 1e-3


def _pick(draw, *choices):
    return choices[draw.integers(len(choices))]


def torch_text(draw):
    """Lines of PyTorch."""
    name, words = _pick(
        draw,
        ("SGD", "lr=0.1"),
        ("SGD", "lr=0.1, momentum=0.9"),
        ("SGD", "lr=0.1, momentum=0.9, nesterov=True"),
        ("SGD", "lr=0.1, momentum=0.5, dampening=0.5"),
        ("Adam", "lr=0.01"),
        ("Adam", "lr=0.01, betas=(0.5, 0.75), eps=0.01"),
        ("AdamW", "lr=0.01, weight_decay=0.0"),
        ("RMSprop", "lr=0.01, alpha=0.75, momentum=0.5, eps=0.01"),
        ("RMSprop", "lr=0.01"),
        ("Adagrad", "lr=0.1"),
        ("Adadelta", "lr=0.5"),
        ("Adamax", "lr=0.01"),
        ("Adam", "lr=0.01, betas=(0.5, 0.75), amsgrad=True"),
        ("Adam", "lr=0.01, maximize=True"),
        ("NAdam", "lr=0.01, momentum_decay=1e6"),
    )
    lines = []
    decay = _pick(draw, None, None, 0.1)
    parameters = "model.parameters()"
    if decay and draw.random() < 0.5:
        lines += [
            "weights = [p for p in model.parameters() if p.ndim > 1]",
            "biases = [p for n, p in model.named_parameters() if 'bias' in n]",
        ]
        parameters = (
            f"[{{'params': weights, 'weight_decay': {decay}}}, "
            "{'params': biases, 'weight_decay': 0.0}]"
        )
        words = words.replace(", weight_decay=0.0", "")
    elif decay:
        words = f"{words.replace(', weight_decay=0.0', '')}, weight_decay={decay}"
    lines.append(f"optimizer = torch.optim.{name}({parameters}, {words})")
    scheduler = _pick(
        draw,
        None,
        None,
        "StepLR(optimizer, step_size=5, gamma=0.5)",
        "LinearLR(optimizer, start_factor=0.25, total_iters=8)",
        "CosineAnnealingLR(optimizer, T_max=40)",
    )
    if scheduler:
        lines.append(f"scheduler = torch.optim.lr_scheduler.{scheduler}")
    clip = _pick(
        draw,
        [],
        ["torch.nn.utils.clip_grad_norm_(model.parameters(), 1.5)"],
        ["torch.nn.utils.clip_grad_value_(model.parameters(), 0.5)"],
        ["for p in model.parameters():", "    torch.nn.utils.clip_grad_norm_(p, 1.0)"],
    )
    k = _pick(draw, 1, 1, 3)
    step = [*clip, "optimizer.step()", *(["scheduler.step()"] if scheduler else [])]
    if k == 1:
        body = ["optimizer.zero_grad()", "loss(model(x), y).backward()", *step]
        lines += ["for x, y in batches:", *(f"    {each}" for each in body)]
    else:
        lines += [
            "for i, (x, y) in enumerate(batches):",
            f"    {_pick(draw, f'(loss(model(x), y) / {k})', 'loss(model(x), y)')}.backward()",
            f"    if (i + 1) % {k} == 0:",
            *(f"        {each}" for each in [*step, "optimizer.zero_grad()"]),
        ]
    return "\n".join(lines)


MASK = "mask=lambda p: jax.tree.map(lambda x: x.ndim > 1, p)"


def optax_text(draw):
    """A chain of optax."""
    rate = _pick(draw, "0.01", "0.01", "optax.linear_schedule(0.02, 0.001, 10)")
    links = _pick(draw, [], ["optax.clip_by_global_norm(1.5)"], ["optax.clip(0.5)"])
    decay = _pick(
        draw,
        None,
        None,
        "optax.add_decayed_weights(0.1)",
        f"optax.add_decayed_weights(0.1, {MASK})",
    )
    scale = f"optax.scale_by_learning_rate({rate})"
    first, core = (
        draw.random() < 0.5,
        _pick(
            draw,
            ["optax.scale_by_adam(b2=0.9, eps=0.01)"],
            ["optax.scale_by_adam()"],
            ["optax.trace(0.9, nesterov=True)"],
            ["optax.scale_by_rms(decay=0.75, eps=0.01)"],
            ["optax.scale_by_rss()"],
            ["optax.scale_by_adadelta()"],
            ["optax.scale_by_adamax(b2=0.75)"],
            [],
        ),
    )
    decays = [decay] if decay else []
    whole = _pick(draw, True, False)
    if whole:
        call = _pick(
            draw,
            f"optax.adamw({rate}, weight_decay=0.1)",
            f"optax.sgd({rate}, momentum=0.9)",
            f"optax.rmsprop({rate}, momentum=0.5, eps=0.01)",
            f"optax.adam({rate})",
            f"optax.adagrad({rate})",
        )
        links = [*links, *decays, call]
    else:
        links = [*links, *decays, *core, scale] if first else [*links, *core, *decays, scale]
    text = f"optax.chain({', '.join(links)})"
    return _pick(draw, text, text, f"optax.MultiSteps({text}, every_k_schedule=3)")


def keras_text(draw):
    """Lines of Keras."""
    name, words = _pick(
        draw,
        ("SGD", ""),
        ("SGD", ", momentum=0.9"),
        ("Adam", ", beta_2=0.9, epsilon=0.01"),
        ("Adam", ", epsilon=0.0"),
        ("RMSprop", ", momentum=0.5, epsilon=0.01"),
        ("Adagrad", ""),
        ("Adadelta", ""),
    )
    rate = _pick(
        draw, "0.01", "0.01", "keras.optimizers.schedules.PolynomialDecay(0.02, 10, 0.001)"
    )
    words += _pick(draw, "", ", clipnorm=1.0", ", global_clipnorm=1.5", ", clipvalue=0.5")
    words += _pick(draw, "", "", ", gradient_accumulation_steps=3")
    decay = _pick(draw, "", "", ", weight_decay=0.1")
    text = f"optimizer = keras.optimizers.{name}({rate}{words}{decay})"
    if decay and draw.random() < 0.5:
        text += "\noptimizer.exclude_from_weight_decay(var_names=['bias'])"
    return text


TEXTS = {"torch": torch_text, "optax": optax_text, "keras": keras_text}


def drawn(count, seed):
    """Pairs of a recipe and another framework, each pair of frameworks as often as the others."""
    draw = np.random.default_rng(seed)
    pairs = [(a, b) for a in FRAMEWORKS for b in FRAMEWORKS if a != b]
    found = []
    while len(found) < count:
        own, to = pairs[len(found) % len(pairs)]
        text = TEXTS[own](draw)
        try:
            found.append((text, read_recipe(text), to))
        except RecipeError:  # no reference does it, as a velocity after Adam: tested elsewhere
            continue
    return found


def judged(count, seed):
    """Translate recipes by chance, and run what is called equal with gradients of another kind.

    Returns:
        How many are called equal; those of them that are not, each with how far the two are apart;
        and those that differ in no word, but by more than rounding.
    """
    chosen = drawn(count, seed)
    translations = translate_recipes([(source, to) for _, source, to in chosen])
    jobs: dict = {}
    pairs, odd = [], []
    for (text, source, _), found in zip(chosen, translations, strict=True):
        if found.equal is False and not found.mismatch:
            odd.append((text, found))
        if not found.equal:
            continue
        draw = np.random.default_rng(len(pairs))
        shape = (UPDATES, source.recipe.accumulate, ENTRIES)
        grads = 10.0 ** draw.uniform(-6, 2) * draw.standard_normal(shape)
        programs = (
            (found.source_framework, source.program or source.code),
            (found.target_framework, found.program),
        )
        for framework, code in programs:
            job = (running.__name__, {"code": code, "grads": grads.tolist()})
            jobs.setdefault(framework, []).append(job)
        pairs.append((text, found, [framework for framework, _ in programs]))
    results = {name: iter(stock.run_jobs(name, own)) for name, own in jobs.items()}
    wrong = []
    for text, found, frameworks in pairs:
        one, other = (np.array(next(results[name])["steps"][0]) for name in frameworks)
        apart = np.max(np.abs(one - other))
        limit = SINGLE if any("float32" in each for each in found.provisos) else DOUBLE
        if not apart <= limit:
            wrong.append((text, found, apart))
    return len(pairs), wrong, odd


def main(count, seed):
    """Judge so many recipes, a few at a time, and print what is wrong or odd."""
    totals = np.zeros(3, int)
    for start in range(0, count, AT_A_TIME):
        equal, wrong, odd = judged(min(AT_A_TIME, count - start), seed + start)
        for text, found, *apart in (*wrong, *odd):
            print(text, found.target, found.difference, found.bound, *apart, sep="\n", end="\n\n")
        totals += (equal, len(wrong), len(odd))
        print(
            f"{totals[0]} of {start + AT_A_TIME} are called equal, {totals[1]} falsely; "
            f"{totals[2]} differ in no word, and by more than rounding",
            flush=True,
        )


if __name__ == "__main__":
    main(*[int(each) for each in [*sys.argv[1:], 0][:2]])
