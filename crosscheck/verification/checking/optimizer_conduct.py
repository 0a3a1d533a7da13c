"""How somebody's own optimizer behaves beside its numbers: gradients overwritten or missing."""

from collections.abc import Callable
from typing import Any

import numpy as np

from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.frameworks.plain_text import in_words
from crosscheck.verification.checking.findings import CheckReport, Line, Verdict
from crosscheck.verification.checking.fitting import Fit, Steps, build, exactly
from crosscheck.verification.checking.optimizer_histories import Run, history
from crosscheck.verification.checking.optimizer_mistakes import reproduces

COUNTED = "the step is counted once for every array, and not once for every update"


def add_lines(report: CheckReport, found: Run, make: Callable[[], Any], dtype: str) -> None:
    """Add to a report what is not a matter of numbers."""
    adapter = make()
    if found.overwritten is not None:
        text = f"the gradients are changed in place, first at step {found.overwritten}"
        if getattr(adapter, "owns_gradients", False):
            report.conventions.append(text)
        else:
            report.lines.append(Line("gradients", Verdict.WRONG, text))
    if getattr(adapter, "in_place_and_returned", False):
        report.conventions.append("the parameters are changed in place and returned, too")
    if getattr(adapter, "takes_missing", False) and found.error is None:
        report.conventions.append(_without_gradient(adapter, dtype))


def _without_gradient(adapter: Any, dtype: str) -> str:
    """What an array does whose gradient is None after some steps, in words."""
    given = history(dtype)
    try:
        adapter.start([array.copy() for array in given.start])
        for grads in given.grads[:3]:
            before = np.array(adapter.step([grad.copy() for grad in grads])[1])
        after = np.array(adapter.step([given.grads[3][0].copy(), None])[1])
    except (Exception, SystemExit) as error:
        return f"where an array has no gradient (None), it raises {in_words(error)}"
    stays = np.array_equal(before, after)
    how = "stays as it is" if stays else "moves on"
    return f"an array without a gradient (None) {how}"


def counted_per_array(joint: Steps, spec: Spec) -> list[str]:
    """The mistake of a step that is counted once for every array, if that gives all the steps."""
    right: Fit | None = exactly(joint, spec)
    if right is None:
        return []
    given, params = joint.history, []
    thetas = list(given.start)
    rates = joint.rates(spec)
    count = len(thetas)
    # The rate of a step must not depend on how steps are counted here.
    optimizer = build(spec, np.repeat(rates, count).tolist())
    states = [optimizer.init(theta) for theta in thetas]
    with np.errstate(all="ignore"):
        for step, grads in enumerate(given.grads):
            for number, grad in enumerate(grads):
                state = states[number]._replace(step=step * count + number)
                update, states[number] = optimizer.update(grad, state, thetas[number])
                thetas[number] = thetas[number] + update
            params.append(np.concatenate([np.ravel(theta) for theta in thetas]))
    return [COUNTED] if reproduces(joint, np.array(params), right) else []
