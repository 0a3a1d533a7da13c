"""Writing a document's file: a worked example as TOML, with the lines that it works out."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from crosscheck.documents.examples import Example, Network, OptimizerRun
from crosscheck.documents.working import worked_lines


def as_toml(title: str, example: Example, printed: Mapping[str, str] | None = None) -> str:
    """The file of a document that works out an example.

    Args:
        title: Of the document.
        example: It must have a network, and nothing but that and runs.
        printed: What is printed for each quantity; empty for those that it lacks.
    """
    assert example.network is not None
    lines = [f"title = {toml_value(title)}", "", *network_lines(example.network)]
    for run in example.runs:
        lines += ["", *run_lines(run)]
    section = None
    for line in worked_lines(example):
        if line.section != section:
            section = line.section
            lines += ["", f"# ----- {section} -----"]
        lines += [
            "",
            "[[lines]]",
            f"section = {toml_value(section)}",
            f"text = {toml_value(line.text)}",
        ]
        lines.append("numbers = [")
        for quantity, step in line.numbers:
            entry = {"printed": (printed or {}).get(quantity, ""), "quantity": quantity}
            lines.append(f"    {toml_value(entry | {'step': step})},")
        lines.append("]")
    return "\n".join(lines) + "\n"


def network_lines(network: Network) -> Iterator[str]:
    """The table of a network."""
    yield "[network]"
    for key in ("activations", "loss", "inputs", "targets"):
        yield f"{key} = {toml_value(getattr(network, key))}"
    if not network.biases:
        yield "biases = false"
    for layer in network.params:
        yield from ("", "[[network.params]]")
        yield from (f"{key} = {toml_value(value)}" for key, value in layer._asdict().items())


def run_lines(run: OptimizerRun) -> Iterator[str]:
    """The table of a run."""
    keywords = {"learning_rate": run.learning_rate, **run.hyperparameters}
    yield "[[runs]]"
    yield f"name = {toml_value(run.name)}"
    yield f"optimizer = {toml_value(run.optimizer)}"
    yield f"layers = {toml_value(run.layers)}"
    yield f"steps = {toml_value(run.steps)}"
    if run.moments:
        yield f"moments = {toml_value(run.moments)}"
    yield f"hyperparameters = {toml_value(keywords)}"


def toml_value(value: Any) -> str:
    """A value of TOML on one line; a decimal is written as a text."""
    if isinstance(value, bool | int):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {toml_value(each)}' for key, each in value.items())} }}"
    text = value if isinstance(value, str) else str(value).lower()
    # The escapes of JSON are those of TOML, which wants one more.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
