"""What the pages of conventions, sharpness, training and speed show of a run."""

from statistics import median
from typing import Any

from crosscheck.report.site.run import Run
from crosscheck.verification.discrimination import MARGIN


def conventions(run: Run) -> dict[str, Any]:
    """Every statement about a stock framework, with what came of it."""
    found = run.parts["conventions"]
    kinds = list(dict.fromkeys(each["kind"] for each in found["findings"]))
    return {
        "versions": found["versions"],
        "findings": found["findings"],
        "kinds": kinds,
        "stock": list(dict.fromkeys(each["framework"] for each in found["findings"])),
    }


def sharpness(run: Run) -> dict[str, Any]:
    """The matrix of mistakes and groups of cases."""
    outcomes = run.parts["mistakes"]["mistakes"]
    margins = [each["margin"] for each in outcomes if each["margin"] is not None]
    return {
        "margin": f"{MARGIN:g}",
        "outcomes": outcomes,
        "groups": list(outcomes[0]["groups"]) if outcomes else [],
        "caught": sum(each["problem"] is None for each in outcomes),
        "least": min(margins, default=None),
    }


def training(run: Run) -> dict[str, Any]:
    """The runs, how far they drifted apart, the pictures, and the ratios of the benchmark."""
    found, speed = run.parts["training"], run.parts["speed"]
    return {
        "missing": found.get("missing"),
        "runs": [
            {
                "framework": each["framework"],
                "epochs": len(each["epochs"]),
                "loss": each["epochs"][-1]["loss"],
                "train": each["epochs"][-1]["train_accuracy"],
                "test": each["epochs"][-1]["test_accuracy"],
                "seconds": median(epoch["seconds"] for epoch in each["epochs"]),
            }
            for each in found.get("runs", [])
        ],
        "drift": found.get("drift", []),
        "configuration": found.get("configuration", {}),
        "pictures": [(name, ALTERNATIVES.get(name, name)) for name in _pictures(run)],
        "speed_missing": speed.get("missing"),
        "measured": [each for each in speed.get("measured", []) if each["median"] is not None],
        "goals": speed.get("goals", []),
        "machine": speed.get("machine", {}),
    }


# What each picture shows, for whoever cannot see it.
ALTERNATIVES = {
    "confusion.png": "Which test digits are taken for which: on the diagonal stands what is right",
    "curves.png": "Loss and test accuracy over the epochs, of every framework",
    "drift.png": "How far the parameters of the frameworks are apart after every epoch, in ulps",
    "horizon.png": "How far they are apart after every step, and where that leaves the bound",
    "weights.png": "The weights into the first layer of a trained network, as images of the pixels",
}


def _pictures(run: Run) -> list[str]:
    return [path.name for path in run.pictures]
