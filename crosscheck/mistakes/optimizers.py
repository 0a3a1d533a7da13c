"""Mistakes of the optimizers."""

from crosscheck.mistakes import Mistake


def _mistake(stage: str, name: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(name, "optimizer", stage, "optimizers", changes)


APPLY = "lambda p, u: p + u"
SGD = "updates = tree_map(lambda g: -rate * g, grads)"
VELOCITY = "velocity = tree_map(lambda u, g: momentum * u - rate * g, state.velocity, grads)"
NESTEROV = "updates = tree_map(lambda u, g: momentum * u - rate * g, velocity, grads)"
PLAIN = "updates = velocity\n"
START = "start = tree_map(lambda p: np.full_like(p, initial_accumulator), params)"
TOTAL = "total = tree_map(lambda s, g: s + g * g, state.sum_of_squares, grads)"
ADAGRAD = "updates = tree_map(lambda g, s: -rate * g / (np.sqrt(s) + eps), grads, total)"
MEAN_SQUARE = (
    "v = tree_map(lambda v, g: decay * v + (1 - decay) * g * g, state.second_moment, grads)"
)
RMSPROP = "updates = tree_map(lambda g, v: -rate * g / (np.sqrt(v) + eps), grads, v)"
FLAG = 'checks.flag("bias_correction", bias_correction)'
T = "t = state.step + 1"
M = "m = tree_map(lambda m, g: b1 * m + (1 - b1) * g, state.first_moment, grads)"
V = "v = tree_map(lambda v, g: b2 * v + (1 - b2) * g * g, state.second_moment, grads)"
M_HAT = "m_hat = tree_map(lambda m: m / (1 - b1**t), m)"
V_HAT = "v_hat = tree_map(lambda v: v / (1 - b2**t), v)"
ADAM = "updates = tree_map(lambda m, v: -rate * m / (np.sqrt(v) + eps), m_hat, v_hat)"
ADAM_RATE = "rate = checks.learning_rate_at(learning_rate, state.step)\n        t ="
STATE = "AdamState(step=t, first_moment=m, second_moment=v)"


def _adam(formula: str) -> tuple[str, str]:
    return (ADAM, f"updates = tree_map(lambda m, v: {formula}, m_hat, v_hat)")


MISTAKES = [
    # ----- descent and momentum -----
    _mistake("update", "sgd climbs", (SGD, "updates = tree_map(lambda g: rate * g, grads)")),
    _mistake("trajectory", "updates subtracted", (APPLY, "lambda p, u: p - u")),
    _mistake(
        "trajectory", "parameters updated in place", (APPLY, "lambda p, u: np.add(p, u, out=p)")
    ),
    _mistake(
        "trajectory",
        "gradients overwritten by the updates",
        (SGD, "updates = tree_map(lambda g: np.multiply(g, -rate, out=g), grads)"),
    ),
    _mistake(
        "state",
        "learning rate outside the velocity",
        (VELOCITY, "velocity = tree_map(lambda u, g: momentum * u - g, state.velocity, grads)"),
        (PLAIN, "updates = tree_map(lambda u: rate * u, velocity)\n"),
        (NESTEROV, "updates = tree_map(lambda u, g: rate * (momentum * u - g), velocity, grads)"),
    ),
    _mistake(
        "state",
        "momentum 0.99 for 0.9",
        (
            'checks.flag("nesterov", nesterov)',
            'checks.flag("nesterov", nesterov)\n    momentum = 0.99',
        ),
    ),
    _mistake(
        "state",
        "velocity dampened",
        (
            VELOCITY,
            "rate = (1 - momentum) * rate\n        " + VELOCITY,
        ),
    ),
    _mistake(
        "state",
        "first step dampened",
        (
            VELOCITY,
            "rate = (1 - momentum) * rate if state.step == 0 else rate\n        " + VELOCITY,
        ),
    ),
    _mistake(
        "state",
        "velocity shared between the layers",
        (
            VELOCITY,
            "shared = state.velocity\n        if isinstance(shared, tuple):\n"
            "            shared = shared[:1] * len(shared)\n        "
            + VELOCITY.replace("state.velocity", "shared"),
        ),
    ),
    _mistake("state", "velocity never kept", (VELOCITY, VELOCITY.replace("momentum * u", "0 * u"))),
    _mistake("update", "Nesterov's option ignored", (NESTEROV, "updates = velocity")),
    _mistake(
        "update",
        "Nesterov from the old velocity",
        (NESTEROV, NESTEROV.replace("velocity, grads", "state.velocity, grads")),
    ),
    _mistake(
        "update",
        "Nesterov one step too far",
        (NESTEROV, NESTEROV.replace("momentum * u", "momentum * momentum * u")),
    ),
    _mistake(
        "update", "Nesterov without the gradient", (NESTEROV, NESTEROV.replace(" - rate * g", ""))
    ),
    # ----- Adagrad and RMSprop -----
    _mistake(
        "state", "accumulator starts at 0.1", (START, START.replace("initial_accumulator", "0.1"))
    ),
    _mistake(
        "state", "accumulator of the gradient itself", (TOTAL, TOTAL.replace("g * g", "abs(g)"))
    ),
    _mistake("state", "accumulator forgets", (TOTAL, TOTAL.replace("s + g * g", "g * g"))),
    _mistake("update", "Adagrad without the root", (ADAGRAD, ADAGRAD.replace("np.sqrt(s)", "s"))),
    _mistake(
        "update",
        "Adagrad's eps inside the root",
        (ADAGRAD, ADAGRAD.replace("(np.sqrt(s) + eps)", "np.sqrt(s + eps)")),
    ),
    _mistake(
        "update",
        "Adagrad from the old accumulator",
        (ADAGRAD, ADAGRAD.replace("grads, total", "grads, state.sum_of_squares")),
    ),
    _mistake(
        "state", "decay 0.99 for 0.9", ('checks.in_range("decay", decay, 0.0, 1.0)', "decay = 0.99")
    ),
    _mistake(
        "state",
        "decay on the wrong term",
        (
            MEAN_SQUARE,
            MEAN_SQUARE.replace("decay * v + (1 - decay) *", "(1 - decay) * v + decay *"),
        ),
    ),
    _mistake(
        "state",
        "RMSprop's average not weighted",
        (MEAN_SQUARE, MEAN_SQUARE.replace("(1 - decay) * ", "")),
    ),
    _mistake(
        "update",
        "RMSprop's eps inside the root",
        (RMSPROP, RMSPROP.replace("(np.sqrt(v) + eps)", "np.sqrt(v + eps)")),
    ),
    _mistake("update", "RMSprop without eps", (RMSPROP, RMSPROP.replace(" + eps", " + 1e-300"))),
    # ----- Adam: the averages -----
    _mistake("state", "betas swapped", (FLAG, f"{FLAG}\n    b1, b2 = b2, b1")),
    _mistake("state", "one beta for both", (FLAG, f"{FLAG}\n    b2 = b1")),
    _mistake("state", "b1 0.99 for 0.9", (FLAG, f"{FLAG}\n    b1 = 0.99")),
    _mistake("state", "b2 0.99 for 0.999", (FLAG, f"{FLAG}\n    b2 = 0.99")),
    _mistake("state", "v of the gradient instead of its square", (V, V.replace("g * g", "abs(g)"))),
    _mistake("state", "m not weighted by 1 - b1", (M, M.replace("(1 - b1) * ", ""))),
    _mistake("state", "v not weighted by 1 - b2", (V, V.replace("(1 - b2) * ", ""))),
    _mistake("state", "v of m instead of g", (V, V.replace("grads)", "m)"))),
    _mistake(
        "state",
        "moments shared between the layers",
        (
            M,
            "if isinstance(state.first_moment, tuple):\n"
            "            state = state._replace(first_moment=state.first_moment[:1] * len(grads))\n"
            "        " + M,
        ),
    ),
    _mistake("state", "step never counted", (STATE, STATE.replace("step=t", "step=state.step"))),
    _mistake(
        "state",
        "float32 inside the second moment",
        (V, V.replace("g * g,", "(g.astype('float32') * g).astype(g.dtype),")),
    ),
    # ----- Adam: the update -----
    _mistake("update", "bias correction missing", ("if bias_correction:", "if False:")),
    _mistake("update", "bias correction missing on m", (M_HAT, "m_hat = m")),
    _mistake("update", "bias correction missing on v", (V_HAT, "v_hat = v")),
    _mistake("update", "bias correction multiplies", (M_HAT, M_HAT.replace("m / (1", "m * (1"))),
    _mistake(
        "update",
        "t one too large",
        (M_HAT, M_HAT.replace("b1**t", "b1 ** (t + 1)")),
        (V_HAT, V_HAT.replace("b2**t", "b2 ** (t + 1)")),
    ),
    _mistake(
        "update",
        "t counted from 0",
        (M_HAT, M_HAT.replace("b1**t", "b1 ** max(t - 1, 1)")),
        (V_HAT, V_HAT.replace("b2**t", "b2 ** max(t - 1, 1)")),
    ),
    _mistake(
        "update",
        "t frozen at 1",
        (M_HAT, M_HAT.replace("**t", "")),
        (V_HAT, V_HAT.replace("**t", "")),
    ),
    _mistake(
        "update",
        "bias correction in float32",
        (M_HAT, M_HAT.replace("b1**t", "np.float32(b1) ** np.float32(t)")),
        (
            V_HAT,
            V_HAT.replace("(1 - b2**t)", "float(np.float32(1) - np.float32(b2) ** np.float32(t))"),
        ),
    ),
    _mistake(
        "update",
        "bias correction ends with step 8",
        (M_HAT, M_HAT.replace("b1**t", "b1 ** min(t, 8)")),
        (V_HAT, V_HAT.replace("b2**t", "b2 ** min(t, 8)")),
    ),
    _mistake(
        "state",
        "gradient clipped at 10",
        (M, M.replace(", grads)", ", tree_map(lambda g: np.clip(g, -10, 10), grads))")),
    ),
    _mistake("update", "eps inside the root", _adam("-rate * m / np.sqrt(v + eps)")),
    _mistake("update", "eps inside the root, squared", _adam("-rate * m / np.sqrt(v + eps * eps)")),
    _mistake("update", "eps hat", _adam("-rate * m / (np.sqrt(v) + eps / (1 - b2**t) ** 0.5)")),
    _mistake("update", "eps ten times too large", _adam("-rate * m / (np.sqrt(v) + 10 * eps)")),
    _mistake("update", "eps missing", _adam("-rate * m / (np.sqrt(v) + 1e-300)")),
    _mistake("update", "no root", _adam("-rate * m / (v + eps)")),
    _mistake(
        "update", "not divided by the root of v, as document 002 computes", _adam("-rate * m")
    ),
    _mistake(
        "update",
        "update from m before its own step",
        (M_HAT, M_HAT.replace(", m)", ", state.first_moment)")),
    ),
    _mistake(
        "update",
        "update from v before its own step",
        (V_HAT, V_HAT.replace(", v)", ", state.second_moment)")),
    ),
    _mistake(
        "update", "gradient in place of m", (ADAM, ADAM.replace("m_hat, v_hat", "grads, v_hat"))
    ),
    _mistake("update", "Adam climbs", _adam("rate * m / (np.sqrt(v) + eps)")),
    _mistake(
        "update",
        "schedule read one step late",
        (ADAM_RATE, ADAM_RATE.replace("state.step)", "max(state.step - 1, 0))")),
    ),
    _mistake(
        "update",
        "schedule read one step early",
        (ADAM_RATE, ADAM_RATE.replace("state.step)", "state.step + 1)")),
    ),
]
