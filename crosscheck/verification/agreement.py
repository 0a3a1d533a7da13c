"""A verification in brief: the worst comparison of every stage and of every definition.

This is what the site shows of a verification; all comparisons would be many megabytes.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.frameworks.hyperparameters import wrappers_of
from crosscheck.numerics.comparison import EXACT, Comparison, finite
from crosscheck.verification.discrimination import PRINTED
from crosscheck.verification.result import Verification

# The definition that computes a quantity, whatever the case.
COMPUTED_BY = {
    "pre_activations": "mlp.forward",
    "deltas": "gradients.deltas",
    "grads": "gradients.value_and_grad",
    "loss beside grads": "gradients.value_and_grad",
    "params": "training.train",
    "losses": "training.train",
    "samples of the batches": "training.train",
    "epochs and reason to stop": "training.train",
}
# The modules that a module is built on, directly or not.
BUILT_ON = {
    "activations": (),
    "losses": (),
    "optimizers": (),
    "mlp": ("activations",),
    "gradients": ("activations", "losses", "mlp"),
    "training": ("activations", "losses", "mlp", "gradients", "optimizers"),
}
# The worst comparison so far, by whatever it belongs to.
Worst = dict[tuple[str, ...], Comparison]


def condense(result: Verification) -> dict[str, Any]:
    """The verification as the JSON that a site shows.

    Args:
        result: What `verify` found.

    Returns:
        The status of every framework; the worst comparison of every stage and pair of frameworks,
        and of every definition; each comparison that differs; how many there were, and what is
        wrong in the ledger.
    """
    stages: Worst = {}
    for each in result.comparisons:
        _keep_worst(stages, (each.place.group, each.place.stage, *each.frameworks), each)
    return {
        "frameworks": {name: asdict(status) for name, status in result.frameworks.items()},
        "stages": [
            {"group": group, "stage": stage, "frameworks": [one, other], **_figures(worst)}
            for (group, stage, one, other), worst in stages.items()
        ],
        "definitions": [
            {"name": name, "framework": framework, **_figures(worst)}
            for (name, framework), worst in _worst_of_definitions(result).items()
        ],
        "differ": [
            {"frameworks": list(each.frameworks), "text": each.message, **_figures(each)}
            for each in result.comparisons
            if not each.holds
        ],
        "comparisons": len(result.comparisons),
        "problems": result.problems,
        "holds": result.holds,
    }


def _worst_of_definitions(result: Verification) -> Worst:
    """The worst comparison with the exact value of every (definition, framework).

    We report the first stage of a case that differs. What differs after it, in the same case, is
    left out; so is a definition that is built on one that differs: neither is known to be wrong.
    """
    agreeing: Worst = {}
    differing: Worst = {}
    wrong_cases: set[tuple[str, str, str]] = set()
    for each in result.comparisons:
        framework, other = each.frameworks
        case = (each.place.group, each.place.case, framework)
        if other == EXACT and (each.holds or case not in wrong_cases):
            for name in _definitions(each):
                _keep_worst(agreeing if each.holds else differing, (name, framework), each)
            if not each.holds:
                wrong_cases.add(case)
    modules = {(name.partition(".")[0], framework) for name, framework in differing}
    first = {
        (name, framework): worst
        for (name, framework), worst in differing.items()
        if not any((below, framework) in modules for below in BUILT_ON[name.partition(".")[0]])
    }
    # A definition that differs in one case is not shown with another case in which it agrees.
    return {key: worst for key, worst in agreeing.items() if key not in differing} | first


def _keep_worst(worst: Worst, key: tuple[str, ...], comparison: Comparison) -> None:
    if key not in worst or comparison.fraction_of_bound > worst[key].fraction_of_bound:
        worst[key] = comparison


def _figures(comparison: Comparison) -> dict[str, Any]:
    place = comparison.place
    return {
        "fraction": finite(comparison.fraction_of_bound),
        # The error of a printed number is one of its last digit, about which ulps say nothing.
        "ulps": None if place.group == PRINTED else finite(comparison.ulps),
        "where": f"{place.case}: {comparison.location}",
        "holds": comparison.holds,
        "known_failure": comparison.known_failure,
    }


def _definitions(comparison: Comparison) -> Iterator[str]:
    """The definitions of the contract that a comparison checks, if it checks one by itself."""
    place, case = comparison.place, comparison.case
    quantity = place.quantity
    if place.group == "optimizers":
        optimizer, keywords = getattr(case, "optimizer", ""), getattr(case, "keywords", {})
        name = [optimizer, *wrappers_of(optimizer, keywords)][-1]
        updates = place.stage != "trajectory"
        yield f"optimizers.{name}" if updates else "optimizers.apply_updates"
    elif quantity == "activations":
        names = set(getattr(case, "activations", ())) & set(ACTIVATIONS)
        if len(names) == 1 or place.group == "edges":
            yield from (f"activations.{name}" for name in names)
    elif quantity == "loss" and getattr(case, "loss", "") in LOSSES:
        yield f"losses.{getattr(case, 'loss', '')}"
    elif place.group in ("networks", "edges", "training") and quantity in COMPUTED_BY:
        yield COMPUTED_BY[quantity]
