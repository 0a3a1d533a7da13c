"""What somebody whose file was not understood, or not wholly, writes next."""

from pathlib import Path

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.verification.checking.findings import NO_LOSS, CheckReport, Outcome, Verdict

STATE_LOSS = (
    f"say which loss it is meant to be, as --loss half_squared_error; known are {', '.join(LOSSES)}"
)


def next_step(report: CheckReport, path: Path) -> str | None:
    """One sentence, or None if the report says all: of what is right or wrong, or no Python.

    Args:
        report: What was found.
        path: The file, as its owner names it.
    """
    if report.outcome != Outcome.NOT_UNDERSTOOD:
        return None
    if not report.kind:
        if "class Adapter:" not in report.understood:
            return None  # it ends with what to mend
        file = path if path.suffix else "FILE.py"
        return (
            "call the functions forward(X), loss(X, y) and backward(X, y), and the parameters W1, "
            "b1, W2, b2, at the top level of the file or in one class; or complete the adapter "
            f"above, put it into the file, and run `crosscheck check {file}:Adapter`"
        )
    if report.kind == "optimizer":
        return 'say what it is meant to be, as --as "adam(learning_rate=0.01)"'
    skipped = {line.quantity: line.text for line in report.lines if line.verdict == Verdict.SKIPPED}
    if "forward" in skipped:
        return (
            "say which activation each layer is meant to have, as --activations tanh,identity; "
            f"known are {', '.join(ACTIVATIONS)}"
        )
    if "gradients were found" in (text := skipped.get("gradients", "")):
        return (
            "write backward(X, y), which returns the gradients in the order of the parameters or "
            "leaves them in dW1, db1, dW2, db2"
        )
    if "raises" in text:
        return "call it by itself, as the line says, until it no longer raises"
    if report.kind == "network" and (text or skipped.get("loss", NO_LOSS) != NO_LOSS):
        return STATE_LOSS
    if any(quantity.startswith("gradient of") for quantity in skipped):
        return "return a gradient for each weight and each bias, in the shape of its parameter"
    return None  # the lines of a function say which option states what it is
