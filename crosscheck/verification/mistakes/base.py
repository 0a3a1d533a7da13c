"""Mistakes of what all optimizers share: how updates are applied, decays, the place of eps."""

from crosscheck.verification.mistakes.mistake import Mistake


def _mistake(stage: str, name: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(name, "optimizer", stage, "optimizers/base", changes)


def _defines(root: str) -> tuple[str, str]:
    """The change that defines a square root of one's own, of v."""
    head = "def root("
    return head, f"def _root(v):\n    return {root}\n\n\n{head}"


APPLY = "lambda p, u: p + u"
DECAY = "u - rate * weight_decay * p"
ROOT = 'np.sqrt(v + eps) if eps_place == "inside" else np.sqrt(v) + eps'
SINGLE = "np.sqrt(v.astype('float32')).astype(v.dtype)"
# The root of v is v / sqrt(v); the inverse root is read off the bits of a float32, then improved.
NEWTON = (
    "v * (lambda y: y * (1.5 - 0.5 * v * y * y))("
    "(0x5F3759DF - (v.astype('float32').view('int32') >> 1)).astype('int32').view('float32')"
    ").astype(v.dtype)"
)
RATE = "checks.learning_rate_at(learning_rate, state.step) if scaled else 1.0"
SPARED = 'params if leaves == "all" else without_biases(params)'
LEAF = 'if per == "leaf":'
NORM = 'np.sqrt(sum(s for _, s in checks.leaves("grads", squares)))'
SHORT = "np.where(longer <= most, most, longer)"
CLIP = "np.clip(g, -limit, limit)"

MISTAKES = [
    _mistake("trajectory", "updates subtracted", (APPLY, "lambda p, u: p - u")),
    _mistake(
        "trajectory", "parameters updated in place", (APPLY, "lambda p, u: np.add(p, u, out=p)")
    ),
    _mistake("state", "every eps inside the root", (ROOT, "np.sqrt(v + eps)")),
    _mistake(
        "state", "root in float32", (ROOT, ROOT.replace("np.sqrt", "_root")), _defines(SINGLE)
    ),
    _mistake(
        "state",
        "fast inverse root, one step of Newton",
        (ROOT, ROOT.replace("np.sqrt", "_root")),
        _defines(NEWTON),
    ),
    _mistake("state", "place of eps ignored", ('if eps_place == "inside"', "if False")),
    _mistake("state", "decay in the gradient", ("if decoupled:", "if False:")),
    _mistake("state", "decay beside the update", ("if decoupled:", "if True:")),
    _mistake("update", "decay never scaled", (RATE, "1.0")),
    _mistake("update", "decay always scaled", (RATE, RATE.removesuffix(" if scaled else 1.0"))),
    _mistake("update", "decay with the wrong sign", (DECAY, DECAY.replace("u -", "u +"))),
    _mistake("update", "decay of the moved parameters", (DECAY, DECAY.replace("* p", "* (p + u)"))),
    _mistake("update", "biases decay, too", (SPARED, "params")),
    _mistake(
        "state", "clipping left out", ("optimizer.update(within(grads)", "optimizer.update(grads")
    ),
    _mistake(
        "state",
        "clipping after the optimizer",
        (
            "return optimizer.update(within(grads), state, params)",
            "updates, state = optimizer.update(grads, state, params)\n"
            "        return within(updates), state",
        ),
    ),
    _mistake("update", "clipped by the norm of all, never of each leaf", (LEAF, "if False:")),
    _mistake("state", "clipped by the norm of each leaf, never of all", (LEAF, "if True:")),
    _mistake("state", "clipped by the squared norm", (NORM, NORM.replace("np.sqrt", ""))),
    _mistake("state", "clipping stretches what is short", (SHORT, "longer")),
    _mistake("state", "eps of the clipping left out", ("longer = norm + eps", "longer = norm")),
    _mistake("update", "clipped only above", (CLIP, "np.minimum(g, limit)")),
]
