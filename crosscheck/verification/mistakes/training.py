"""Mistakes of training: which samples, how often, and when to stop."""

from crosscheck.verification.mistakes.mistake import Mistake


def _training(name: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(name, "training", "trajectory", "training", changes)


def _epoch(name: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(name, "training", "trajectory", "epochs", changes)


UPDATE = "updates, state = optimizer.update(gradient, state, theta)"
ORDER = "order = np.random.default_rng([seed, epoch]).permutation(samples)"
BATCHES = "return [order[start : start + batch_size] for start in range(0, samples, batch_size)]"
START = "    total = 0.0\n"
TOTAL = "total += float(value) * (len(batch) * float(mean_weight(w, normalizer)))"
MEAN = "return params, state, total / (len(inputs) * float(mean_weight(weights, normalizer)))"

AGAIN = "f = scaled(w, normalizer)"
SHARE, PIECES = "share = len(x) / samples", "range(0, samples, size)"

MISTAKES = [
    _epoch("mean of means over uneven pieces", (SHARE, "share = 1 / -(-samples // size)")),
    _epoch("last piece counted as a whole one", (SHARE, "share = size / samples")),
    _epoch("pieces added up, not averaged", (SHARE, "share = 1.0")),
    _epoch("last short piece left out", (PIECES, "range(0, samples - size + 1, size)")),
    _epoch(
        "last short batch averaged by the full size",
        (UPDATE, "gradient *= len(batch) / len(batches[0])\n            " + UPDATE),
    ),
    _training(
        "last short batch dropped",
        (BATCHES, BATCHES.replace("range(0, samples,", "range(0, samples - batch_size + 1,")),
    ),
    _training("the same order in every epoch", (ORDER, ORDER.replace("[seed, epoch]", "seed"))),
    _training(
        "order seeded by seed + epoch", (ORDER, ORDER.replace("[seed, epoch]", "seed + epoch"))
    ),
    _training("samples not shuffled", (ORDER, "order = np.arange(samples)")),
    _training(
        "samples drawn with repetition",
        (ORDER, ORDER.replace("permutation(samples)", "integers(0, samples, samples)")),
    ),
    _training(
        "epochs counted from 1",
        (
            "batches = _batches(len(inputs), batch_size, seed, epoch)",
            "batches = _batches(len(inputs), batch_size, seed, epoch + 1)",
        ),
    ),
    _training(
        "one epoch too many",
        ("len(losses) >= self.max_epochs", "len(losses) > self.max_epochs"),
    ),
    _training(
        "stops on the loss before last",
        (
            "losses and losses[-1] < self.loss_below",
            "len(losses) > 1 and losses[-2] < self.loss_below",
        ),
    ),
    _training(
        "change of the loss without its sign removed",
        ("abs(losses[-1] - losses[-2])", "(losses[-1] - losses[-2])"),
    ),
    _epoch(
        "gradients of earlier batches added up",
        (START, START + "    previous = 0.0\n"),
        (
            UPDATE,
            "gradient += previous\n            previous = gradient.copy()\n            " + UPDATE,
        ),
    ),
    _training(
        "gradients not cleared between steps",
        (
            "    stop_reason = None\n",
            "    stop_reason = None\n"
            "    total, update = [0.0], optimizer.update\n\n"
            "    def update_by_all(gradient, *rest):\n"
            "        total[0] = total[0] + gradient\n"
            "        return update(total[0], *rest)\n\n"
            "    optimizer = optimizer._replace(update=update_by_all)\n",
        ),
    ),
    _epoch(
        "gradient divided by the batch once more",
        (UPDATE, f"gradient /= len(batch)\n            {UPDATE}"),
    ),
    _epoch(
        "inputs shuffled without their targets",
        (START, f"{START}    in_order = iter(range(len(inputs)))\n"),
        ("targets.take(batch", "targets.take([next(in_order) for _ in batch]"),
    ),
    _epoch(
        "weights updated before the error is passed down through them",
        (
            "import unchecked_value_and_grad",
            "import _backward, unchecked_forward, unchecked_value_and_grad",
        ),
        (
            UPDATE,
            f"{AGAIN}\n"
            "            updates, _ = optimizer.update(gradient, state, theta)\n"
            "            moved = views(theta + updates, params)\n"
            "            trace = unchecked_forward(params, x, activations)\n"
            "            errors = _backward(moved, trace, y, activations, loss, f)\n"
            "            for delta, below, place in zip(errors, trace.activations, memory):\n"
            "                np.dot(delta.T, below, out=place.weight)\n"
            "                delta.sum(axis=0, out=place.bias)\n"
            f"            {UPDATE}",
        ),
    ),
    _epoch(
        "optimizer started anew in every epoch",
        (START, START + "    state = optimizer.init(theta if whole else params)\n"),
    ),
    _epoch(
        "loss averaged over the batches",
        (TOTAL, "total += float(value)"),
        (MEAN, "return params, state, total / len(batches)"),
    ),
    _training(
        "optimizer's state ignored on going on",
        (
            "    if state is None:\n        state = optimizer",
            "    if True:\n        state = optimizer",
        ),
    ),
    _training("first epoch ignored on going on", ("epoch = start_epoch\n", "epoch = 0\n")),
    _epoch(
        "another loss than the one asked for",
        (
            "(params, x, y, activations, loss, factors, memory)",
            '(params, x, y, activations, "half_squared_error", factors, memory)',
        ),
    ),
    _epoch("loss of the last batch only", (TOTAL, "total = float(value) * len(inputs)")),
    _epoch(
        "loss taken after the update",
        (
            TOTAL,
            f"{AGAIN}\n"
            "        value, _ = unchecked_value_and_grad(params, x, y, activations, loss, f)\n"
            f"        {TOTAL}",
        ),
    ),
]
