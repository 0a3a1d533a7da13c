"""A verification as the site shows it: the worst of every stage, and of every definition."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from crosscheck.cli.output import finite
from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.frameworks.hyperparameters import is_decayed
from crosscheck.numerics.comparison import EXACT, Comparison
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.discrimination import PRINTED
from crosscheck.verification.result import Verification

# What a quantity tells of, whatever the case.
TOLD_BY = {
    "pre_activations": "mlp.forward",
    "deltas": "gradients.deltas",
    "grads": "gradients.value_and_grad",
    "loss beside grads": "gradients.value_and_grad",
    "params": "training.train",
    "losses": "training.train",
    "samples of the batches": "training.train",
    "epochs and reason to stop": "training.train",
}
# The modules whose definitions those of a module are made of.
MADE_OF = {
    "activations": (),
    "losses": (),
    "optimizers": (),
    "mlp": ("activations",),
    "gradients": ("activations", "losses", "mlp"),
    "training": ("activations", "losses", "mlp", "gradients", "optimizers"),
}


def condensed(result: Verification) -> dict[str, Any]:
    """What was verified, with what result, and the worst comparisons; every one that differs."""
    stages: dict[tuple[str, str, str, str], Comparison] = {}
    for each in result.comparisons:
        _keep(stages, (each.place.group, each.place.stage, *each.frameworks), each)
    return {
        "frameworks": {name: asdict(status) for name, status in result.frameworks.items()},
        "stages": [
            {"group": group, "stage": stage, "frameworks": [one, other], **_figures(worst)}
            for (group, stage, one, other), worst in stages.items()
        ],
        "definitions": [
            {"name": name, "framework": framework, **_figures(worst)}
            for (name, framework), worst in _of_definitions(result).items()
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


def _of_definitions(result: Verification) -> dict[tuple[str, str], Comparison]:
    """The worst comparison that tells of a definition, by its name and the framework.

    As in the report of a verification the first that differs is blamed: within a case, and among
    definitions that are made of each other. What follows from it tells of nothing else.
    """
    held: dict[tuple[str, str], Comparison] = {}
    differ: dict[tuple[str, str], Comparison] = {}
    wrong: set[tuple[str, str, str]] = set()
    for each in result.comparisons:
        framework, other = each.frameworks
        case = (each.place.group, each.place.case, framework)
        if other == EXACT and (each.holds or case not in wrong):
            for name in _definitions(each):
                _keep(held if each.holds else differ, (name, framework), each)
            if not each.holds:
                wrong.add(case)
    modules = {(name.partition(".")[0], framework) for name, framework in differ}
    blamed = {
        (name, framework): worst
        for (name, framework), worst in differ.items()
        if not any((below, framework) in modules for below in MADE_OF[name.partition(".")[0]])
    }
    # Of what differs only as a consequence nothing is shown: what held elsewhere would mislead.
    return {key: worst for key, worst in held.items() if key not in differ} | blamed


def _keep(worst: dict[Any, Comparison], key: Any, comparison: Comparison) -> None:
    if key not in worst or comparison.fraction_of_bound > worst[key].fraction_of_bound:
        worst[key] = comparison


def _figures(comparison: Comparison) -> dict[str, Any]:
    place = comparison.place
    return {
        "fraction": finite(comparison.fraction_of_bound),
        # Of a printed number the error is one of its last digit, in which ulps say nothing.
        "ulps": None if place.group == PRINTED else finite(comparison.ulps),
        "where": f"{place.case}: {comparison.location}",
        "holds": comparison.holds,
        "known_failure": comparison.known_failure,
    }


def _definitions(comparison: Comparison) -> Iterator[str]:
    """The names of the contract that a comparison tells of, where it tells of one alone."""
    place = comparison.place
    case = next((each for each in groups()[place.group] if each.name == place.case), None)
    quantity = place.quantity
    if place.group == "optimizers":
        optimizer, keywords = getattr(case, "optimizer", ""), getattr(case, "keywords", {})
        name = "decayed" if is_decayed(optimizer, keywords) else optimizer
        applied = place.stage == "trajectory"
        yield "optimizers.apply_updates" if applied else f"optimizers.{name}"
    elif quantity == "activations":
        names = set(getattr(case, "activations", ())) & set(ACTIVATIONS)
        if len(names) == 1 or place.group == "edges":
            yield from (f"activations.{name}" for name in names)
    elif quantity == "loss" and getattr(case, "loss", "") in LOSSES:
        yield f"losses.{getattr(case, 'loss', '')}"
    elif place.group in ("networks", "edges", "training") and quantity in TOLD_BY:
        yield TOLD_BY[quantity]
