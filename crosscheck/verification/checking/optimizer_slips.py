"""Slips that people make in an optimizer of their own, and that the references could not have.

They are mistakes as those of the catalogue are, and are not counted among them: what they spoil is
caught by the same cases.
"""

from crosscheck.verification.mistakes.mistake import Mistake

M = "m = tree_map(lambda m, g: b1 * m + (1 - b1) * g, state.first_moment, grads)"
V = "v = tree_map(lambda v, g: b2 * v + (1 - b2) * g * g, state.second_moment, grads)"
M_HAT, V_HAT = "m / (1 - b1**t)", "v / (1 - b2**t)"
ADAM = "updates = tree_map(lambda m, v: -rate * m / root(v, eps_t, eps_place), m_hat, v_hat)"
VELOCITY = "velocity = tree_map(lambda u, g: momentum * u - push * g, state.velocity, grads)"
MEAN_SQUARE = (
    "v = tree_map(lambda v, g: decay * v + (1 - decay) * g * g, state.second_moment, grads)"
)
RMSPROP = "updates = tree_map(lambda g, v: -push * g / root(v, eps, eps_place), grads, square)"
ADAGRAD = "updates = tree_map(lambda g, s: -rate * g / root(s, eps, eps_place), grads, total)"


def _slip(file: str, within: str, name: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(name, "optimizer", "update", f"optimizers/{file}", changes, within)


def _in(text: str, old: str, new: str) -> tuple[str, str]:
    return text, text.replace(old, new)


SLIPS = (
    _slip("moments", "adam", "v of the gradient itself, with its sign", _in(V, "g * g", "g")),
    _slip(
        "moments", "adam", "b1 on the wrong term", _in(M, "b1 * m + (1 - b1)", "(1 - b1) * m + b1")
    ),
    _slip(
        "moments", "adam", "b2 on the wrong term", _in(V, "b2 * v + (1 - b2)", "(1 - b2) * v + b2")
    ),
    _slip(
        "moments", "adam", "b1 t for b1^t", (M_HAT, "m / (1 - b1 * t)"), (V_HAT, "v / (1 - b2 * t)")
    ),
    _slip("moments", "adam", "v corrected by b1", (V_HAT, "v / (1 - b1**t)")),
    _slip("moments", "adam", "m corrected by b2", (M_HAT, "m / (1 - b2**t)")),
    _slip(
        "moments",
        "adam",
        "corrections swapped",
        (M_HAT, "m / (1 - b2**t)"),
        (V_HAT, "v / (1 - b1**t)"),
    ),
    _slip(
        "moments", "adam", "m corrected by 1 - b1", (M_HAT, "m / (1 - b1)"), (V_HAT, "v / (1 - b2)")
    ),
    _slip(
        "moments",
        "adam",
        "corrected m kept as the state",
        _in(
            "return updates, AdamState(step=t, first_moment=m, second_moment=v)",
            "first_moment=m",
            "first_moment=m_hat",
        ),
    ),
    _slip(
        "moments",
        "adam",
        "corrected v kept as the state",
        _in(
            "return updates, AdamState(step=t, first_moment=m, second_moment=v)",
            "second_moment=v",
            "second_moment=v_hat",
        ),
    ),
    _slip("moments", "adam", "the rate squared", _in(ADAM, "-rate * m", "-rate * rate * m")),
    _slip(
        "moments",
        "adam",
        "m left out, the gradient corrected in its place",
        _in(M, "b1 * m + (1 - b1) * g", "(1 - b1) * g"),
    ),
    _slip(
        "moments",
        "adam",
        "v of this gradient alone",
        _in(V, "b2 * v + (1 - b2) * g * g", "(1 - b2) * g * g"),
    ),
    _slip(
        "descent",
        "momentum",
        "the velocity turns round at every step",
        _in(VELOCITY, "momentum * u", "-momentum * u"),
    ),
    _slip("descent", "momentum", "momentum climbs", _in(VELOCITY, "- push", "+ push")),
    _slip(
        "descent",
        "momentum",
        "moves by the velocity before its own step",
        (
            "updates = velocity\n        if nesterov:",
            "updates = state.velocity\n        if nesterov:",
        ),
    ),
    _slip(
        "descent",
        "momentum",
        "momentum on the wrong term",
        _in(VELOCITY, "momentum * u - push", "(1 - momentum) * u - momentum * push"),
    ),
    _slip("scaled", "adagrad", "Adagrad climbs", _in(ADAGRAD, "-rate", "rate")),
    _slip("scaled", "rmsprop", "RMSprop climbs", _in(RMSPROP, "-push", "push")),
    _slip(
        "scaled",
        "rmsprop",
        "RMSprop without the root",
        _in(RMSPROP, "root(v, eps, eps_place)", "(v + eps)"),
    ),
    _slip(
        "scaled",
        "rmsprop",
        "RMSprop from the old average",
        _in(RMSPROP, "grads, square", "grads, state.second_moment"),
    ),
    _slip(
        "scaled",
        "rmsprop",
        "RMSprop of the gradient instead of its square",
        _in(MEAN_SQUARE, "g * g", "abs(g)"),
    ),
    _slip(
        "scaled",
        "rmsprop",
        "RMSprop of the gradient itself, with its sign",
        _in(MEAN_SQUARE, "g * g", "g"),
    ),
)
