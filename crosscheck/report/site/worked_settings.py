"""What the worked example's script is given: the documents' settings, optimizers and prints.

The script computes for itself. It is given data alone: numbers as decimals, as the documents and
the contract have them.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from crosscheck.documents import transcription
from crosscheck.documents.document import Document
from crosscheck.documents.examples import OptimizerRun
from crosscheck.frameworks.hyperparameters import default_keywords
from crosscheck.report.site.editions import Edition

# The optimizers that can be chosen, with the keywords that can be changed.
OPTIMIZERS: Mapping[str, tuple[str, ...]] = {
    "sgd": (),
    "momentum": ("momentum", "nesterov"),
    "adagrad": ("initial_accumulator", "eps"),
    "rmsprop": ("decay", "eps"),
    "adadelta": ("decay", "eps"),
    "adam": ("b1", "b2", "eps", "bias_correction"),
    "adamw": ("b1", "b2", "eps", "weight_decay"),
    "adamax": ("b1", "b2", "eps"),
    "lion": ("b1", "b2", "weight_decay"),
}
RATE = "learning_rate"
USUAL_RATE = "0.1"
# The settings that can be chosen: a name, a title, the document and its run, and whether the
# numbers that it prints are shown. The first is what the page opens with.
PRESETS = (
    ("002-prints-sgd", "As document 002 prints it, with SGD", "002", "sgd", True),
    ("002-prints-adam", "As document 002 prints it, with Adam", "002", "adam", True),
    ("002-sgd", "Document 002, exact, with SGD", "002", "sgd", False),
    ("002-adam", "Document 002, exact, with its formula of Adam", "002", "adam", False),
    ("002-published", "Document 002, exact, with Adam as published", "002", "published", False),
    ("003", "As document 003 prints it, with SGD", "003", "sgd", True),
)
# The setting that shows each optimizer of the page without the script.
SETTING_OF_RUN = {
    "sgd": "002-sgd",
    "printed": "002-prints-adam",
    "adam": "002-adam",
    "published": "002-published",
}
# Of several prints of one quantity the worst is shown, and of those the longest.
WORST_FIRST = ("contradicted", "inherited", "rounded inputs", "confirmed")


def script_data(
    entries: Iterable[Mapping[str, Any]], steps: Iterable[Mapping[str, Any]], edition: Edition
) -> Markup:
    """Everything that the script is given, as JSON that may stand in a page.

    Args:
        entries: The printed numbers of the ledger, of all documents.
        steps: The steps of the page without the script: their ids, numbers and runs.
        edition: The page's language.
    """
    all_entries = list(entries)
    first = PRESETS[0][0]
    data = {
        "presets": [
            {
                "name": name,
                "title": edition.say(title),
                "document": number,
                "run": run,
                "setting": setting_of(transcription.load(number), run),
                "printed": _prints(all_entries, number, edition) if is_printed else None,
            }
            for name, title, number, run, is_printed in PRESETS
        ],
        "code": edition.file("code-{module}"),
        "optimizers": {name: hyperparameters(name) for name in OPTIMIZERS},
        "ids": {
            step["id"]: {
                "setting": SETTING_OF_RUN[step["run"]] if step["run"] else first,
                "step": step["number"],
            }
            for step in steps
        },
    }
    return as_json(data)


def as_json(data: Any) -> Markup:
    """Data as JSON that may stand in a page."""
    # In a script element only "</" would end it, and "<!--" change what ends it.
    return Markup(json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"))


def hyperparameters(optimizer: str) -> dict[str, str | bool]:
    """The usual hyperparameters of an optimizer: numbers as decimals, and flags."""
    defaults = default_keywords(optimizer)
    return {RATE: USUAL_RATE} | {key: _usual(defaults[key]) for key in OPTIMIZERS[optimizer]}


def setting_of(document: Document, run: str) -> dict[str, Any]:
    """The setting of one run of a document, as the script has settings."""
    network = document.example.network
    (chosen,) = (each for each in document.example.runs if each.name == run)
    assert network is not None
    layers = [{"weight": layer.weight, "bias": layer.bias} for layer in network.params]
    return {
        "inputs": network.inputs[0],
        "targets": network.targets[0],
        "layers": layers,
        "biases": network.biases,
        "activations": network.activations,
        "loss": network.loss,
        "optimizer": chosen.optimizer,
        "hyperparameters": _of_run(chosen),
        "update": "all" if len(chosen.layers) == len(layers) else "last",
    }


def _of_run(run: OptimizerRun) -> dict[str, str | bool]:
    return {RATE: _text(run.learning_rate)} | {
        key: _text(run.keywords[key]) for key in OPTIMIZERS[run.optimizer]
    }


def _usual(value: Any) -> str | bool:
    return value if isinstance(value, bool) else _text(Decimal(str(value)).normalize())


def _text(value: Any) -> str | bool:
    return value if isinstance(value, bool) else str(value).lower()


def _prints(
    entries: Iterable[Mapping[str, Any]], number: str, edition: Edition
) -> dict[str, dict[str, Any]]:
    """What a document prints for each quantity, with the verdict and the slip."""
    found: dict[str, dict[str, Any]] = {}
    for each in entries:
        if each["document"] != number or each["verdict"] not in WORST_FIRST:
            continue
        new = {
            "printed": each["printed"],
            "verdict": str(each["verdict"]),
            "word": edition.say(each["verdict"]),
            "slip": each["slip"] and edition.of_document(each["slip"]["name"], number),
        }
        known = found.setdefault(each["quantity"], new)
        if _rank(new) < _rank(known):
            found[each["quantity"]] = new
    return found


def _rank(printed: Mapping[str, Any]) -> tuple[int, int]:
    return WORST_FIRST.index(printed["verdict"]), -len(printed["printed"])
