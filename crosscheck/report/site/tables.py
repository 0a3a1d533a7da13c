"""The pages of conventions, of sharpness and of training."""

from typing import Any

from crosscheck.conventions.answers import matrix
from crosscheck.report.site.editions import Edition
from crosscheck.report.site.run import SiteRun
from crosscheck.verification.discrimination import MARGIN


def conventions(run: SiteRun) -> dict[str, Any]:
    """What the template shows: the answers of every framework, and the statements behind them."""
    part = run.parts["conventions"]
    findings = part["findings"]
    tried = [each for each in findings if each["holds"] is not None]
    return matrix(findings) | {
        "versions": part["versions"],
        "findings": findings,
        "kinds": list(dict.fromkeys(each["kind"] for each in findings)),
        "stock": list(dict.fromkeys(each["framework"] for each in findings)),
        "tried": len(tried),
        "wrong": [each for each in tried if not each["holds"]],
        "missing": list(dict.fromkeys(each["missing"] for each in findings if each["missing"])),
    }


def sharpness(run: SiteRun, edition: Edition) -> dict[str, Any]:
    """What the template shows: which group catches which mistake, and the conditions."""
    outcomes = run.parts["mistakes"]["mistakes"]
    margins = [each["margin"] for each in outcomes if each["margin"] is not None]
    return {
        "margin": f"{MARGIN:g}",
        "outcomes": outcomes,
        "groups": list(outcomes[0]["groups"]) if outcomes else [],
        "caught": sum(each["problem"] is None for each in outcomes),
        "least": min(margins, default=None),
        "exercises": [_with_groups(each, edition) for each in _exercises(outcomes)],
        "cells": _cells(run.parts["mistakes"].get("conditions", [])),
    }


def _exercises(outcomes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mistakes to find: of each stage those that show least and most."""
    chosen = []
    for stage in dict.fromkeys(each["stage"] for each in outcomes if each["stage"]):
        shown = [each for each in outcomes if each["stage"] == stage and each["margin"] is not None]
        shown.sort(key=lambda each: each["margin"])
        chosen += shown if len(shown) < 2 else [shown[0], shown[-1]]
    return chosen


def _with_groups(outcome: dict[str, Any], edition: Edition) -> dict[str, Any]:
    """A mistake with the groups that catch it, and those that do not, as lists to be read."""
    groups = outcome["groups"].items()
    return {
        **outcome,
        "caught_by": edition.listed(edition.local(name) for name, catch in groups if catch),
        "missed": edition.listed(edition.local(name) for name, catch in groups if not catch),
    }


def _cells(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Functions x conditions: what became of each, and in words how."""
    applying = [each for each in found if each["applies"]]
    return {
        "functions": list(dict.fromkeys(each["function"] for each in found)),
        "rows": {
            name: [each for each in found if each["condition"] == name]
            for name in dict.fromkeys(each["condition"] for each in found)
        },
        "applying": len(applying),
        "caught": sum(each["caught"] for each in applying),
        "excused": sum(each["excused"] is not None for each in applying),
        "problems": [each["problem"] for each in applying if each["problem"]],
    }


def training(run: SiteRun, edition: Edition) -> dict[str, Any]:
    """What the template shows: the training and its pictures."""
    part = run.parts["training"]
    return {
        "missing": part.get("missing"),
        "runs": [
            {
                "framework": each["framework"],
                "epochs": len(each["epochs"]),
                "loss": each["epochs"][-1]["loss"],
                "train": each["epochs"][-1]["train_accuracy"],
                "test": each["epochs"][-1]["test_accuracy"],
            }
            for each in part.get("runs", [])
        ],
        "drift": part.get("drift", []),
        "configuration": part.get("configuration", {}),
        "pictures": [
            (edition.picture(each.name), edition.local(ALTERNATIVES.get(each.name, each.name)))
            for each in run.pictures
        ],
    }


# The text in place of each picture, for readers who cannot see it.
ALTERNATIVES = {
    "confusion.svg": "Which test digits are taken for which: on the diagonal stands what is right",
    "curves.svg": "Loss and test accuracy over the epochs, of every framework: where they agree, "
    "the thinner curve lies upon the thicker",
    "drift.svg": "How far the parameters of the frameworks are apart after every epoch, in ulps",
    "horizon.svg": "How far they are apart after every step, and where that reaches the horizon",
    "weights.svg": "The weights into the first layer of a trained network, as images of the pixels",
}
