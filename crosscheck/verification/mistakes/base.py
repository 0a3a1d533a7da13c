"""Mistakes of what all optimizers share: how updates are applied, decays, the place of eps."""

from crosscheck.verification.mistakes.mistake import Mistake


def _mistake(stage: str, name: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(name, "optimizer", stage, "optimizers/base", changes)


APPLY = "lambda p, u: p + u"
DECAY = "u - rate * weight_decay * p"
RATE = "checks.learning_rate_at(learning_rate, state.step) if scaled else 1.0"

MISTAKES = [
    _mistake("trajectory", "updates subtracted", (APPLY, "lambda p, u: p - u")),
    _mistake(
        "trajectory", "parameters updated in place", (APPLY, "lambda p, u: np.add(p, u, out=p)")
    ),
    _mistake("state", "place of eps ignored", ('if eps_place == "inside"', "if False")),
    _mistake("state", "decay in the gradient", ("if decoupled:", "if False:")),
    _mistake("state", "decay beside the update", ("if decoupled:", "if True:")),
    _mistake("update", "decay never scaled", (RATE, "1.0")),
    _mistake("update", "decay always scaled", (RATE, RATE.removesuffix(" if scaled else 1.0"))),
    _mistake("update", "decay with the wrong sign", (DECAY, DECAY.replace("u -", "u +"))),
    _mistake("update", "decay of the moved parameters", (DECAY, DECAY.replace("* p", "* (p + u)"))),
]
