"""Mistakes of NAdam, RAdam and Adamax."""

from crosscheck.verification.mistakes.mistake import Mistake


def _mistake(within: str, stage: str, name: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(name, "optimizer", stage, "optimizers/variants", changes, within)


MU = "mu = b1 * (1 - 0.96 ** (t * momentum_decay) / 2)"
NEXT = "next_mu = b1 * (1 - 0.96 ** ((t + 1) * momentum_decay) / 2)"
PRODUCT = "product = state.momentum_product * mu"
OF_M = "of_m = next_mu / (1 - product * next_mu)"
OF_G = "of_g = (1 - mu) / (1 - product)"
RHO = "rho = rho_inf - 2 * t * b2**t / (1 - b2**t)"
KNOWN = "known = (rho > threshold) * 1.0"
R = "r = abs((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho)) ** 0.5"
U = "np.maximum(b2 * u, abs(g) + within)"
BESIDE = "within, beside = (eps, 0.0)"

MISTAKES = [
    _mistake(
        "nadam", "state", "NAdam without its schedule", (MU, "mu = b1"), (NEXT, "next_mu = b1")
    ),
    _mistake(
        "nadam",
        "state",
        "NAdam's schedule one step ahead",
        (MU, MU.replace("t *", "(t + 1) *")),
        (NEXT, NEXT.replace("t + 1", "t + 2")),
    ),
    _mistake("nadam", "state", "NAdam forgets the product", (PRODUCT, "product = mu")),
    _mistake(
        "nadam",
        "update",
        "NAdam corrects m by this step's product",
        (OF_M, OF_M.replace("product * next_mu", "product")),
    ),
    _mistake(
        "nadam", "update", "NAdam takes this step's momentum for the next", (NEXT, "next_mu = mu")
    ),
    _mistake("nadam", "update", "NAdam does not correct the gradient", (OF_G, "of_g = 1 - mu")),
    _mistake(
        "nadam",
        "update",
        "NAdam without the look ahead",
        (OF_M, "of_m = 1 / (1 - product)"),
        (OF_G, "of_g = 0.0"),
    ),
    _mistake("radam", "update", "RAdam never divides", (KNOWN, "known = 0.0")),
    _mistake("radam", "update", "RAdam divides from the first step", (KNOWN, "known = 1.0")),
    _mistake("radam", "update", "RAdam with threshold 5", (KNOWN, KNOWN.replace("threshold", "5"))),
    _mistake("radam", "update", "RAdam without the factor", (R, "r = 1.0")),
    _mistake("radam", "update", "RAdam's factor without the root", (R, R.replace(" ** 0.5", ""))),
    _mistake(
        "radam", "update", "RAdam's rho from 0 on", (RHO, RHO.replace("2 * t", "2 * (t - 1)"))
    ),
    _mistake("radam", "update", "RAdam waits without being asked", ("(1 - known) * fallback", "0")),
    _mistake("radam", "update", "RAdam never waits", ("(1 - known) * fallback", "(1 - known)")),
    _mistake(
        "adamax", "state", "Adamax with a mean of sizes", (U, "b2 * u + (1 - b2) * abs(g) + within")
    ),
    _mistake("adamax", "state", "Adamax never forgets", (U, U.replace("b2 * u", "u"))),
    _mistake("adamax", "state", "Adamax without the size", (U, U.replace("abs(g)", "g"))),
    _mistake(
        "adamax", "update", "Adamax without bias correction", ("if bias_correction:", "if False:")
    ),
    _mistake("adamax", "update", "Adamax always corrected", ("if bias_correction:", "if True:")),
    _mistake(
        "adamax", "update", "Adamax with eps in both places", (BESIDE, BESIDE.replace("0.0", "eps"))
    ),
    _mistake(
        "adamax",
        "state",
        "Adamax with eps always outside",
        ('if eps_place == "inside" else', "if False else"),
    ),
    _mistake(
        "nadam",
        "update",
        "NAdam's eps hat by b1",
        ("eps_t = eps / (1 - b2**t) ** 0.5", "eps_t = eps / (1 - b1**t) ** 0.5"),
    ),
]
