"""How every number of a worked example follows from those before it, line by line.

A line has the quantities that notes would print there, each with the expression that gives it. So
the file of a document can be written with its steps, to be filled with what the notes print.
"""

from collections.abc import Iterator

from crosscheck.documents.examples import Example, OptimizerRun
from crosscheck.documents.working_network import Point, WorkedLine, symbol
from crosscheck.documents.working_optimizers import Entry


def worked_lines(example: Example) -> Iterator[WorkedLine]:
    """The lines of an example with a network, in the order in which they are worked out.

    Args:
        example: It must have a network. What its other parts give is not worked out.
    """
    assert example.network is not None
    start = Point(example.network)
    yield from start.forward()
    if example.runs:
        yield from start.backward()
    for run in example.runs:
        before = start
        for step in range(1, run.steps + 1):
            after = Point(example.network, run, step)
            yield from _step(before, after, run, step)
            yield from after.forward()
            if step < run.steps:
                yield from after.backward()
            before = after


def _step(before: Point, after: Point, run: OptimizerRun, step: int) -> Iterator[WorkedLine]:
    """The state and the parameters after one step, entry by entry of the layers that move."""
    network = before.network
    for layer in run.layers:
        for unit in before.units(layer):
            below = range(network.layer_sizes[layer])
            places: list[tuple[str, str, tuple[int, ...]]]
            places = [("W", f"weight[{unit}, {each}]", (unit, each)) for each in below]
            places += [("b", f"bias[{unit}]", (unit,))] if network.biases else []
            for letter, place, indices in places:
                entry = Entry(
                    run,
                    step,
                    where=f"[{layer}].{place}",
                    param=before.params(layer, place),
                    grad=f"{before.prefix}grads[{layer}].{place}",
                    before=before.prefix,
                    after=after.prefix,
                )
                numbers = (*entry.moments(), (after.params(layer, place), entry.moved()))
                names = [f"{each} = {{}}" for each in entry.symbols()]
                text = ", ".join([*names, f"{symbol(letter, layer, *indices)} = {{}}"])
                yield WorkedLine(f"step {step} of {run.name}", text, numbers)
