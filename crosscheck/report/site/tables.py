"""The pages of conventions, of sharpness and of training."""

from typing import Any

from crosscheck.conventions.answers import matrix
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


def sharpness(run: SiteRun) -> dict[str, Any]:
    """What the template shows: which group catches which mistake, and the conditions."""
    outcomes = run.parts["mistakes"]["mistakes"]
    margins = [each["margin"] for each in outcomes if each["margin"] is not None]
    return {
        "margin": f"{MARGIN:g}",
        "outcomes": outcomes,
        "groups": list(outcomes[0]["groups"]) if outcomes else [],
        "caught": sum(each["problem"] is None for each in outcomes),
        "least": min(margins, default=None),
        "exercises": _exercises(outcomes),
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


def training(run: SiteRun) -> dict[str, Any]:
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
        "pictures": [(path.name, ALTERNATIVES.get(path.name, path.name)) for path in run.pictures],
    }


# The text in place of each picture, for readers who cannot see it.
ALTERNATIVES = {
    "confusion.png": "Which test digits are taken for which: on the diagonal stands what is right",
    "curves.png": "Loss and test accuracy over the epochs, of every framework: where they agree, "
    "the thinner curve lies upon the thicker",
    "drift.png": "How far the parameters of the frameworks are apart after every epoch, in ulps",
    "horizon.png": "How far they are apart after every step, and where that leaves the bound",
    "weights.png": "The weights into the first layer of a trained network, as images of the pixels",
}
