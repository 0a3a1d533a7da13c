"""Mistakes of what divides by the root of squares."""

from crosscheck.verification.mistakes.mistake import Mistake


def _mistake(within: str, stage: str, name: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(name, "optimizer", stage, "optimizers/scaled", changes, within)


START = "start = tree_map(lambda p: np.full_like(p, initial_accumulator), params)"
TOTAL = "total = tree_map(lambda s, g: s + g * g, state.sum_of_squares, grads)"
ADAGRAD = "updates = tree_map(lambda g, s: -rate * g / root(s, eps, eps_place), grads, total)"
MEAN_SQUARE = (
    "v = tree_map(lambda v, g: decay * v + (1 - decay) * g * g, state.second_moment, grads)"
)
RMSPROP = "updates = tree_map(lambda g, v: -push * g / root(v, eps, eps_place), grads, square)"
PUSH = "push = rate if rate_inside or not momentum else 1.0"
PUSHED = "velocity = tree_map(lambda u, pushed: momentum * u + pushed, velocity, updates)"
OUTSIDE = "updates = velocity if rate_inside else tree_map(lambda u: rate * u, velocity)"
D = "d = tree_map(lambda g, v, w: -g * np.sqrt(w + eps) / np.sqrt(v + eps), grads, v, w)"
W = "w = tree_map(lambda w, d: decay * w + (1 - decay) * d * d, w, d)"

MISTAKES = [
    _mistake(
        "adagrad",
        "state",
        "accumulator starts at 0.1",
        (START, START.replace("initial_accumulator", "0.1")),
    ),
    _mistake(
        "adagrad",
        "state",
        "accumulator of the gradient itself",
        (TOTAL, TOTAL.replace("g * g", "abs(g)")),
    ),
    _mistake(
        "adagrad", "state", "accumulator forgets", (TOTAL, TOTAL.replace("s + g * g", "g * g"))
    ),
    _mistake(
        "adagrad",
        "update",
        "Adagrad without the root",
        (ADAGRAD, ADAGRAD.replace("root(s, eps, eps_place)", "(s + eps)")),
    ),
    _mistake(
        "adagrad",
        "update",
        "Adagrad's eps inside the root",
        (ADAGRAD, ADAGRAD.replace("root(s, eps, eps_place)", "np.sqrt(s + eps)")),
    ),
    _mistake(
        "adagrad",
        "update",
        "Adagrad from the old accumulator",
        (ADAGRAD, ADAGRAD.replace("grads, total", "grads, state.sum_of_squares")),
    ),
    _mistake(
        "rmsprop",
        "state",
        "decay 0.99 for 0.9",
        ('checks.in_range("decay", decay, 0.0, 1.0)', "0.99"),
    ),
    _mistake(
        "rmsprop",
        "state",
        "decay on the wrong term",
        (
            MEAN_SQUARE,
            MEAN_SQUARE.replace("decay * v + (1 - decay) *", "(1 - decay) * v + decay *"),
        ),
    ),
    _mistake(
        "rmsprop",
        "state",
        "RMSprop's average not weighted",
        (MEAN_SQUARE, MEAN_SQUARE.replace("(1 - decay) * ", "")),
    ),
    _mistake(
        "rmsprop",
        "state",
        "RMSprop's first average not weighted",
        (
            MEAN_SQUARE,
            MEAN_SQUARE.replace("(1 - decay) *", "(1 - decay if state.step else 1.0) *"),
        ),
    ),
    _mistake(
        "rmsprop",
        "state",
        "RMSprop's eps inside the root",
        (RMSPROP, RMSPROP.replace("root(v, eps, eps_place)", "np.sqrt(v + eps)")),
    ),
    _mistake(
        "rmsprop",
        "state",
        "RMSprop without eps",
        (RMSPROP, RMSPROP.replace("v, eps,", "v, 1e-300,")),
    ),
    _mistake(
        "rmsprop",
        "state",
        "RMSprop always from 0",
        (START, START.replace("initial_accumulator", "0")),
    ),
    _mistake("rmsprop", "state", "RMSprop never centred", ("if centered:", "if False:")),
    _mistake("rmsprop", "state", "RMSprop divided by v + m^2", ("v - m * m", "v + m * m")),
    _mistake(
        "rmsprop",
        "state",
        "RMSprop's velocity never kept",
        (PUSHED, PUSHED.replace("momentum * u", "0 * u")),
    ),
    _mistake(
        "rmsprop",
        "state",
        "RMSprop's rate always inside the velocity",
        (PUSH, "push = rate"),
        (OUTSIDE, "updates = velocity"),
    ),
    _mistake(
        "rmsprop",
        "state",
        "RMSprop's rate always outside the velocity",
        (PUSH, "push = 1.0 if momentum else rate"),
        (OUTSIDE, OUTSIDE.replace("if rate_inside", "if False")),
    ),
    # ----- Adadelta -----
    _mistake(
        "adadelta",
        "state",
        "Adadelta without the root above",
        (D, D.replace("np.sqrt(w + eps)", "(w + eps)")),
    ),
    _mistake("adadelta", "state", "Adadelta without eps above", (D, D.replace("w + eps", "w"))),
    _mistake(
        "adadelta",
        "state",
        "Adadelta's eps outside the roots",
        (
            D,
            D.replace("np.sqrt(w + eps)", "(np.sqrt(w) + eps)").replace(
                "np.sqrt(v + eps)", "(np.sqrt(v) + eps)"
            ),
        ),
    ),
    _mistake(
        "adadelta",
        "state",
        "Adadelta remembers gradients, not updates",
        (W, W.replace("w, d)", "w, grads)")),
    ),
    _mistake(
        "adadelta",
        "state",
        "Adadelta remembers the scaled update",
        (W, W.replace("d * d", "rate * d * rate * d")),
    ),
    _mistake(
        "adadelta",
        "update",
        "Adadelta's rate ignored",
        ("updates = tree_map(lambda d: rate * d, d)", "updates = d"),
    ),
]
