"""Mistakes of Adam, and of what is made of it."""

from crosscheck.verification.mistakes.mistake import Mistake


def _mistake(within: str, stage: str, name: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(name, "optimizer", stage, "optimizers/moments", changes, within)


FLAG = 'checks.flag("bias_correction", bias_correction)'
T = "t = state.step + 1"
M = "m = tree_map(lambda m, g: b1 * m + (1 - b1) * g, state.first_moment, grads)"
V = "v = tree_map(lambda v, g: b2 * v + (1 - b2) * g * g, state.second_moment, grads)"
M_HAT = "m_hat = tree_map(lambda m: m / (1 - b1**t), m)"
V_HAT = "v_hat = tree_map(lambda v: v / (1 - b2**t), v)"
ADAM = "updates = tree_map(lambda m, v: -rate * m / root(v, eps_t, eps_place), m_hat, v_hat)"
ADAM_RATE = "rate = checks.learning_rate_at(learning_rate, state.step)\n        t ="
STATE = "AdamState(step=t, first_moment=m, second_moment=v)"
HAT = "eps_t = eps / (1 - b2**t) ** 0.5 if hat else eps"
DECAYED = "return decayed(optimizer, learning_rate, weight_decay, scaled=scaled)"
LARGEST = "largest = tree_map(np.maximum, state.largest_second_moment, seen)"


def _adam(formula: str) -> tuple[str, str]:
    return (ADAM, f"updates = tree_map(lambda m, v: {formula}, m_hat, v_hat)")


MISTAKES = [
    # ----- Adam: the averages -----
    _mistake("adam", "state", "betas swapped", (FLAG, f"{FLAG}\n    b1, b2 = b2, b1")),
    _mistake("adam", "state", "one beta for both", (FLAG, f"{FLAG}\n    b2 = b1")),
    _mistake("adam", "state", "b1 0.99 for 0.9", (FLAG, f"{FLAG}\n    b1 = 0.99")),
    _mistake("adam", "state", "b2 0.99 for 0.999", (FLAG, f"{FLAG}\n    b2 = 0.99")),
    _mistake(
        "adam",
        "state",
        "v of the gradient instead of its square",
        (V, V.replace("g * g", "abs(g)")),
    ),
    _mistake("adam", "state", "m not weighted by 1 - b1", (M, M.replace("(1 - b1) * ", ""))),
    _mistake("adam", "state", "v not weighted by 1 - b2", (V, V.replace("(1 - b2) * ", ""))),
    _mistake("adam", "state", "v of m instead of g", (V, V.replace("grads)", "m)"))),
    _mistake(
        "adam",
        "state",
        "moments shared between the layers",
        (
            M,
            "if isinstance(state.first_moment, tuple):\n"
            "            state = state._replace(first_moment=state.first_moment[:1] * len(grads))\n"
            "        " + M,
        ),
    ),
    _mistake(
        "adam", "state", "step never counted", (STATE, STATE.replace("step=t", "step=state.step"))
    ),
    _mistake(
        "adam",
        "state",
        "float32 inside the second moment",
        (V, V.replace("g * g,", "(g.astype('float32') * g).astype(g.dtype),")),
    ),
    # ----- Adam: the update -----
    _mistake("adam", "update", "bias correction missing", ("if bias_correction:", "if False:")),
    _mistake("adam", "update", "bias correction missing on m", (M_HAT, "m_hat = m")),
    _mistake("adam", "update", "bias correction missing on v", (V_HAT, "v_hat = v")),
    _mistake(
        "adam", "update", "bias correction multiplies", (M_HAT, M_HAT.replace("m / (1", "m * (1"))
    ),
    _mistake(
        "adam",
        "update",
        "t one too large",
        (M_HAT, M_HAT.replace("b1**t", "b1 ** (t + 1)")),
        (V_HAT, V_HAT.replace("b2**t", "b2 ** (t + 1)")),
    ),
    _mistake(
        "adam",
        "update",
        "t counted from 0",
        (M_HAT, M_HAT.replace("b1**t", "b1 ** max(t - 1, 1)")),
        (V_HAT, V_HAT.replace("b2**t", "b2 ** max(t - 1, 1)")),
    ),
    _mistake(
        "adam",
        "update",
        "t starts at 0, and nothing is divided by nothing",
        (M_HAT, M_HAT.replace("(1 - b1**t)", "np.float64(1 - b1 ** (t - 1))")),
        (V_HAT, V_HAT.replace("(1 - b2**t)", "np.float64(1 - b2 ** (t - 1))")),
    ),
    _mistake(
        "adam",
        "update",
        "both bias corrections multiplied into one",
        (M_HAT, M_HAT.replace("(1 - b1**t)", "((1 - b1**t) * (1 - b2**t))")),
        (V_HAT, "v_hat = v"),
    ),
    _mistake(
        "adam",
        "state",
        "corrected moments kept as the state",
        (STATE, STATE.replace("t=m", "t=m_hat").replace("t=v", "t=v_hat")),
    ),
    _mistake(
        "adam",
        "update",
        "t frozen at 1",
        (M_HAT, M_HAT.replace("**t", "")),
        (V_HAT, V_HAT.replace("**t", "")),
    ),
    _mistake(
        "adam",
        "update",
        "bias correction in float32",
        (M_HAT, M_HAT.replace("b1**t", "np.float32(b1) ** np.float32(t)")),
        (
            V_HAT,
            V_HAT.replace("(1 - b2**t)", "float(np.float32(1) - np.float32(b2) ** np.float32(t))"),
        ),
    ),
    _mistake(
        "adam",
        "update",
        "bias correction ends with step 8",
        (M_HAT, M_HAT.replace("b1**t", "b1 ** min(t, 8)")),
        (V_HAT, V_HAT.replace("b2**t", "b2 ** min(t, 8)")),
    ),
    _mistake(
        "adam",
        "state",
        "gradient clipped at 10",
        (M, M.replace(", grads)", ", tree_map(lambda g: np.clip(g, -10, 10), grads))")),
    ),
    _mistake("adam", "update", "eps inside the root", _adam("-rate * m / np.sqrt(v + eps)")),
    _mistake(
        "adam",
        "update",
        "eps inside the root, squared",
        _adam("-rate * m / np.sqrt(v + eps * eps)"),
    ),
    _mistake(
        "adam",
        "update",
        "eps hat",
        _adam(
            "-rate * m / root(v, eps / (1 - b2**t) ** 0.5 if bias_correction else eps, eps_place)"
        ),
    ),
    _mistake(
        "adam",
        "update",
        "eps ten times too large",
        _adam("-rate * m / root(v, 10 * eps_t, eps_place)"),
    ),
    _mistake("adam", "update", "eps missing", _adam("-rate * m / root(v, 1e-300, eps_place)")),
    _mistake("adam", "update", "no root", _adam("-rate * m / (v + eps_t)")),
    _mistake(
        "adam",
        "update",
        "not divided by the root of v, as document 002 computes",
        _adam("-rate * m"),
    ),
    _mistake(
        "adam",
        "update",
        "update from m before its own step",
        (M_HAT, M_HAT.replace(", m)", ", state.first_moment)")),
    ),
    _mistake(
        "adam",
        "update",
        "update from v before its own step",
        (V_HAT, V_HAT.replace(", v)", ", state.second_moment)")),
    ),
    _mistake(
        "adam",
        "update",
        "gradient in place of m",
        (ADAM, ADAM.replace("m_hat, v_hat", "grads, v_hat")),
    ),
    _mistake("adam", "update", "Adam climbs", _adam("rate * m / root(v, eps_t, eps_place)")),
    _mistake(
        "adam",
        "update",
        "schedule read one step late",
        (ADAM_RATE, ADAM_RATE.replace("state.step)", "max(state.step - 1, 0))")),
    ),
    _mistake(
        "adam",
        "update",
        "schedule read one step early",
        (ADAM_RATE, ADAM_RATE.replace("state.step)", "state.step + 1)")),
    ),
    _mistake("adam", "update", "eps hat ignored", (HAT, "eps_t = eps")),
    _mistake("adam", "update", "eps hat without the root", (HAT, HAT.replace(" ** 0.5", ""))),
    _mistake("adam", "update", "eps hat turned round", (HAT, HAT.replace("eps / (", "eps * ("))),
    # ----- AdamW and AMSGrad -----
    _mistake(
        "adamw",
        "state",
        "AdamW with an L2 penalty",
        (DECAYED, DECAYED.replace("scaled=", "decoupled=False, scaled=")),
    ),
    _mistake("adamw", "update", "AdamW without its decay", (DECAYED, "return optimizer")),
    _mistake("amsgrad", "state", "AMSGrad without the maximum", (LARGEST, "largest = seen")),
    _mistake(
        "amsgrad",
        "state",
        "AMSGrad with the smallest",
        (LARGEST, LARGEST.replace("maximum", "minimum")),
    ),
    _mistake(
        "amsgrad",
        "state",
        "AMSGrad's maximum of v corrected",
        ('if maximum_of == "corrected":', "if True:"),
    ),
    _mistake(
        "amsgrad",
        "state",
        "AMSGrad's maximum of v as it is",
        ('if maximum_of == "corrected":', "if False:"),
    ),
    _mistake("amsgrad", "update", "AMSGrad always corrected", ("if bias_correction:", "if True:")),
    _mistake(
        "amsgrad", "update", "AMSGrad corrected twice", ('if maximum_of == "raw":', "if True:")
    ),
    _mistake(
        "amsgrad",
        "state",
        "AMSGrad averages the maximum",
        (V, V.replace("state.second_moment", "state.largest_second_moment")),
    ),
    _mistake(
        "amsgrad",
        "update",
        "AMSGrad's eps always outside",
        ("root(v, eps_t, eps_place)", 'root(v, eps_t, "outside")'),
    ),
    _mistake(
        "amsgrad",
        "update",
        "AMSGrad corrects m where only v is to be",
        ("if bias_correction:", 'if bias_correction or maximum_of == "corrected":'),
    ),
]
