"""Mistakes of workers that share a batch: whose samples, by what weight, and who steps when."""

from crosscheck.verification.mistakes.mistake import Mistake


def _workers(name: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(name, "training", "trajectory", "epochs", changes)


BY_SAMPLES = "by_samples = len(x) / len(inputs)"
SPLIT = "(np.array_split(data, workers) for data in (inputs, targets))"
SPLIT_WEIGHTS = "else np.array_split(factors, workers)"
ONE = "    if workers == 1:\n        return of_shard(inputs, targets, factors)\n"
SHARDED = "value, grads = sharded(of_shard, x, y, scaled(w, normalizer), workers)"
UPDATE = "            updates, state = optimizer.update(grads, state, params)\n"

MISTAKES = [
    _workers(
        "mean of the workers' means over uneven shards", (BY_SAMPLES, "by_samples = 1 / workers")
    ),
    _workers("workers' gradients added up, not averaged", (BY_SAMPLES, "by_samples = 1.0")),
    _workers(
        "every worker draws the same samples, shuffled by the same seed",
        (SPLIT, SPLIT.replace("(data, workers)", "(data, workers)[:1] * workers")),
        (SPLIT_WEIGHTS, SPLIT_WEIGHTS + "[:1] * workers"),
        (BY_SAMPLES, "by_samples = 1 / workers"),
    ),
    _workers(
        "optimizer stepped by every worker before the reduction",
        (
            SHARDED,
            f"{SHARDED}\n"
            "        own_updates = lambda value, grads: optimizer.update(grads, state, params)\n"
            "        of_worker = lambda *shard: (0.0, own_updates(*of_shard(*shard))[0])",
        ),
        (
            UPDATE,
            "            _, updates = sharded(of_worker, x, y, scaled(w, normalizer), workers)\n"
            "            _, state = optimizer.update(grads, state, params)\n",
        ),
    ),
    _workers(
        "samples left out so that all shards are even",
        (
            ONE,
            f"{ONE}    even = len(inputs) // workers * workers or len(inputs)\n"
            "    inputs, targets = inputs[:even], targets[:even]\n"
            "    factors = None if factors is None else factors[:even]\n",
        ),
    ),
    _workers(
        "samples repeated so that all shards are even",
        (
            ONE,
            f"{ONE}    even = -(-len(inputs) // workers) * workers\n"
            "    even = np.resize(np.arange(len(inputs)), even)\n"
            "    inputs, targets = inputs[even], targets[even]\n"
            "    factors = None if factors is None else factors[even]\n",
        ),
    ),
]
