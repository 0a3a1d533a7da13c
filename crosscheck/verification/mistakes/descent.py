"""Mistakes of what follows the gradient, or its sign."""

from crosscheck.verification.mistakes.mistake import Mistake


def _mistake(within: str, stage: str, name: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(name, "optimizer", stage, "optimizers/descent", changes, within)


SGD = "updates = tree_map(lambda g: -rate * g, grads)"
VELOCITY = "velocity = tree_map(lambda u, g: momentum * u - push * g, state.velocity, grads)"
NESTEROV = "updates = tree_map(lambda u, g: momentum * u - push * g, velocity, grads)"
PUSH = "push = (rate if rate_inside else 1.0) * (1 - dampening * (1 - spared))"
SPARED = "spared = 0.0 if dampen_first else 0.0**state.step"
SHARED = (
    "shared = state.velocity\n        if isinstance(shared, tuple):\n"
    "            shared = shared[:1] * len(shared)\n        "
)
FLAG = 'checks.flag("nesterov", nesterov)'
C = "c = tree_map(lambda m, g: b1 * m + (1 - b1) * g, state.first_moment, grads)"
LION = "updates = tree_map(lambda c: -rate * np.sign(c), c)"
M = "m = tree_map(lambda m, g: b2 * m + (1 - b2) * g, state.first_moment, grads)"

MISTAKES = [
    _mistake("sgd", "update", "sgd climbs", (SGD, SGD.replace("-rate", "rate"))),
    _mistake(
        "sgd",
        "trajectory",
        "gradients overwritten by the updates",
        (SGD, "updates = tree_map(lambda g: np.multiply(g, -rate, out=g), grads)"),
    ),
    # ----- a velocity -----
    _mistake(
        "momentum",
        "state",
        "learning rate outside the velocity",
        ("if rate_inside else 1.0", "if False else 1.0"),
        ("if not rate_inside:", "if True:"),
    ),
    _mistake(
        "momentum",
        "state",
        "learning rate inside the velocity and outside",
        ("(rate if rate_inside else 1.0)", "rate"),
    ),
    _mistake("momentum", "state", "momentum 0.99 for 0.9", (FLAG, f"{FLAG}\n    momentum = 0.99")),
    _mistake(
        "momentum", "state", "velocity dampened", (PUSH, f"{PUSH}\n        push *= 1 - momentum")
    ),
    _mistake(
        "momentum",
        "state",
        "first step dampened",
        (PUSH, f"{PUSH}\n        push *= 1 - momentum if state.step == 0 else 1"),
    ),
    _mistake("momentum", "state", "dampening ignored", (" * (1 - dampening * (1 - spared))", "")),
    _mistake("momentum", "state", "first step not spared", (SPARED, "spared = 0.0")),
    _mistake("momentum", "state", "first step always spared", (SPARED, "spared = 0.0**state.step")),
    _mistake(
        "momentum",
        "state",
        "velocity shared between the layers",
        (VELOCITY, SHARED + VELOCITY.replace("state.velocity", "shared")),
    ),
    _mistake(
        "momentum",
        "state",
        "velocity never kept",
        (VELOCITY, VELOCITY.replace("momentum * u", "0 * u")),
    ),
    _mistake("momentum", "update", "Nesterov's option ignored", (NESTEROV, "updates = velocity")),
    _mistake(
        "momentum",
        "update",
        "Nesterov from the old velocity",
        (NESTEROV, NESTEROV.replace("velocity, grads", "state.velocity, grads")),
    ),
    _mistake(
        "momentum",
        "update",
        "Nesterov one step too far",
        (NESTEROV, NESTEROV.replace("momentum * u", "momentum * momentum * u")),
    ),
    _mistake(
        "momentum",
        "update",
        "Nesterov without the gradient",
        (NESTEROV, NESTEROV.replace(" - push * g", "")),
    ),
    # ----- a sign -----
    _mistake("lion", "update", "Lion without the sign", (LION, LION.replace("np.sign(c)", "c"))),
    _mistake("lion", "update", "Lion of the gradient's sign", (C, "c = grads")),
    _mistake("lion", "update", "Lion climbs", (LION, LION.replace("-rate", "rate"))),
    _mistake("lion", "update", "Lion's decay lost", ("if weight_decay else", "if False else")),
    _mistake("lion", "state", "Lion keeps the mean that it moves by", (M, "m = c")),
    _mistake(
        "lion",
        "state",
        "Lion's betas swapped",
        (C, C.replace("b1", "b2")),
        (M, M.replace("b2", "b1")),
    ),
    _mistake(
        "momentum",
        "update",
        "Nesterov's look ahead not spared",
        (
            NESTEROV,
            NESTEROV.replace("push * g", "(rate if rate_inside else 1.0) * (1 - dampening) * g"),
        ),
    ),
]
