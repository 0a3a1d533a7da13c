"""Judging somebody's own network: forward, loss, gradients, the update, and a second call."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from crosscheck.frameworks.adapters import Understood
from crosscheck.verification.checking.asking import (
    Make,
    RaisedByOwnCodeError,
    has,
    outputs,
)
from crosscheck.verification.checking.drawn import BATCH, MANY, OTHER_BATCH, Drawn, draw
from crosscheck.verification.checking.explaining import worked
from crosscheck.verification.checking.findings import NO_LOSS, CheckReport, Line, Verdict
from crosscheck.verification.checking.forward import judge_forward, judge_tails
from crosscheck.verification.checking.gradients import Gradients, judge_gradients
from crosscheck.verification.checking.losses import Loss, judge_loss, models
from crosscheck.verification.checking.models import BINARY, CROSS, FACTORS, REDUCTIONS
from crosscheck.verification.checking.one_step import QUANTITY
from crosscheck.verification.checking.own_steps import FIRST_ALONE, judge_steps
from crosscheck.verification.checking.stand_ins import (
    LOGARITHMS,
    with_loss,
    with_returned,
    without_logarithm,
)
from crosscheck.verification.checking.taken_twice import taken_twice
from crosscheck.verification.checking.trained_steps import idle_momentum, judge_rule
from crosscheck.verification.checking.training import (
    Meant,
    gradients_of,
    is_reset_by,
    judge_training,
    remembers,
)
from crosscheck.verification.checking.updating import judge_update

# What is found of gradients that are sums over all that was computed since the object was made.
TRAINING = "training"
BY_STEPS = "those by which an optimizer takes all its steps"
OF_FACTOR = "they are those of {}"
MOMENTUM = "momentum(learning_rate"  # the calls of the rules that keep the size of a gradient
NO_SIZE = "a constant of each entry does not show in them"
SIGNS, SIGNS_ALONE = "lion(learning_rate", "not judged: the steps show their signs alone"
USUAL = ("the mean over the batch", "the sum over the batch")  # as most people gather gradients
UNSEEN = "not judged: the step of line {} could not be run"
ADDED = "its gradients are added to those of the call before: nothing sets them to zero"


def check_network(
    understood: Understood,
    target: str = "",
    *,
    activations: Sequence[str] | None = None,
    loss: str | None = None,
    reduction: str | None = None,
    explain: bool = False,
) -> CheckReport:
    """Judge a network on networks and batches that are drawn for its sizes.

    Args:
        understood: What makes an adapter.
        target: What it is called in the report.
        activations: One name of the contract per layer; None to find out.
        loss: A name of the contract; None to find out.
        reduction: "mean" or "sum" over the batch; None to find out.
        explain: Whether one sample is worked through.

    Raises:
        ValueError: If a name is unknown, or there are other than one activation per layer.
    """
    if reduction not in (None, *REDUCTIONS):
        raise ValueError(f"reduction {reduction!r} is none of {', '.join(REDUCTIONS)}")
    make, report = understood.make, CheckReport(target, "network", understood.words)
    if loss is not None:
        make = with_loss(make, loss)
    batches = _drawn(make, classes=getattr(make(), "targets", "any") == "classes")
    drawn = batches[0]
    if probabilities := without_logarithm(make, drawn):
        make = probabilities
        report.conventions.append(LOGARITHMS)
    forward = judge_forward(make, drawn, activations)
    report.lines.append(forward.line)
    if forward.activations is None:
        return report
    if forward.line.verdict == Verdict.WRONG:
        report.advice.append("mend the forward pass first: all that follows is computed from it")
        return report
    if forward.dtype != "float64":
        report.conventions.append(f"it computes in {forward.dtype}, and is judged in it")
        batches = tuple(replace(each, dtype=forward.dtype) for each in batches)
        drawn = batches[0]
    names = ", ".join(forward.activations)
    report.understood += f"; activations {names}" + (" (stated)" if activations else "")
    make = with_returned(make, batches, forward.activations)
    found = judge_loss(make, batches, forward.activations, loss, reduction)
    if found.line.verdict in (Verdict.WRONG, Verdict.SKIPPED) and has(make, "loss"):
        classes = _drawn(make, classes=True, dtype=forward.dtype)
        of_classes = judge_loss(make, classes, forward.activations, loss, reduction)
        if of_classes.line.verdict in (Verdict.RIGHT, Verdict.FACTOR):
            found, batches, drawn = of_classes, classes, classes[0]
            report.conventions.append("its loss is one only of targets of one class each")
    if found.line.verdict != Verdict.RIGHT:
        twice = taken_twice(make, batches, forward.activations)
        found = found if twice is None else replace(found, line=twice)
    report.lines.append(found.line)
    report.conventions += [] if found.convention is None else [found.convention]
    is_reset = False
    if has(make, "gradients"):
        known = found.model is not None
        candidates = (
            [found.model]
            if found.model is not None
            else models(forward.activations, loss, drawn.outputs)
        )
        unknown = not known and found.line.text != NO_LOSS
        factor = found.factor if known else None
        judged = judge_gradients(
            make,
            batches,
            candidates,
            factor,
            any_loss=unknown,
            penalty=found.penalty,
            reduction=reduction,
        )
        if isinstance(judged, Line):
            report.lines.append(judged)
        elif (lines := _by_steps(make, drawn, found, judged)) is not None:
            report.lines += lines
        else:
            report.lines += judged.lines
            report.conventions += [] if judged.convention is None else [judged.convention]
            if not known and judged.model.loss in (BINARY, CROSS):
                nobody = "it has no loss" if found.line.text == NO_LOSS else "its loss is not known"
                report.advice.append(
                    f"{nobody}. If that is meant to be the squared error, the slope of the "
                    "last activation is missing: --loss squared_error holds it to that"
                )
            downhill = judged.factor.sign < 0
            updates = judge_update(make, batches, downhill)
            if not downhill:
                updates, more = judge_steps(make(), updates)
                report.conventions += more
            meant = Meant(judged.model, judged.factor, found.penalty)
            if updates and updates[0].verdict == Verdict.RIGHT:
                updates, more = _later_steps(make, drawn, meant, updates)
                report.conventions += more
            if understood.training is not None and judged.right == judged.judged:
                training = understood.training
                drawings = _drawn(
                    training, classes=training().targets == "classes", dtype=drawn.dtype
                )
                line = judge_training(training, drawings, meant, make)
                is_reset = is_reset_by(training, drawings[0], line)
                updates += _of_training(line, updates)
            if understood.unseen_step is not None:
                text = UNSEEN.format(understood.unseen_step)
                updates.append(Line(QUANTITY, Verdict.SKIPPED, text))
            report.lines += updates
            if explain:
                report.worked += worked(make, drawn, judged.model, judged.factor)
    elif missing := [text for text in understood.found if "gradients were found" in text]:
        raised = [text for text in understood.found if "raise" in text]
        report.lines.append(Line("gradients", Verdict.SKIPPED, "; ".join(raised or missing)))
    if not any("raises" in line.text for line in report.lines):
        report.lines += _again(make, drawn, is_reset)
    for line in judge_tails(make, drawn, forward.activations):
        if " 800 " in line.quantity and line.verdict == Verdict.WRONG:
            report.advice.append(f"{line.quantity}: {line.text}")  # no data reaches so far
        else:
            report.lines.append(line)
    return report


def _drawn(make: Make, *, classes: bool, dtype: str = "float64") -> tuple[Drawn, ...]:
    """A network on a few samples, on one fewer, and on all."""
    adapter = make()
    biases = getattr(adapter, "biases", None)
    drawn = draw(adapter.sizes, biases=biases, classes=classes, batch=MANY)
    drawn = replace(drawn, dtype=dtype)
    few = (
        replace(drawn, inputs=drawn.inputs[:count], targets=drawn.targets[:count])
        for count in (BATCH, OTHER_BATCH)
    )
    return (*few, drawn)


def _by_steps(make: Make, drawn: Drawn, found: Loss, judged: Gradients) -> list[Line] | None:
    """The lines of steps that are no gradients, but those of an optimizer; None of any others.

    Where only the steps of a network are seen, the first one is taken for the gradient. An Adam
    moves by something else, and its gradients show in all of its steps together.
    """
    seen = getattr(make(), "difference_rate", None) is None
    if seen or judged.right == judged.judged or found.model is None or found.factor is None:
        return None
    for factor in dict.fromkeys((found.factor, *(each for each in FACTORS if each.words in USUAL))):
        meant = Meant(found.model, factor, found.penalty)
        rule = judge_rule(make, drawn, partial(gradients_of, meant=meant), of_all=True)
        if rule is not None:
            if SIGNS in rule.text:
                return [Line("gradients", Verdict.SKIPPED, SIGNS_ALONE), rule]
            text = BY_STEPS if MOMENTUM in rule.text else f"{BY_STEPS}; {NO_SIZE}"
            if factor is not found.factor:
                text = f"{text}; {OF_FACTOR.format(factor.words)}"
            return [Line("gradients", Verdict.RIGHT, text), rule]
    return None


def _later_steps(
    make: Make, drawn: Drawn, meant: Meant, updates: list[Line]
) -> tuple[list[Line], list[str]]:
    """The line of an update whose first step is right, by the later ones, and what else is said."""
    if not remembers(make, drawn):
        idle = idle_momentum(make, drawn)
        return updates, [] if idle is None else [idle]
    rule = judge_rule(make, drawn, partial(gradients_of, meant=meant))
    return (updates, [FIRST_ALONE]) if rule is None else ([rule], [])


def _of_training(line: Line, updates: Sequence[Line]) -> list[Line]:
    """The line of what trains a network; of a rule that is no plain descent only a mistake."""
    if not updates:
        return [line]
    is_plain = updates[0].verdict == Verdict.RIGHT and not updates[0].text
    return [replace(line, quantity=TRAINING)] if is_plain or line.verdict == Verdict.WRONG else []


def _again(make: Make, drawn: Drawn, is_reset: bool) -> list[Line]:
    """A second call must give the same: what a first call leaves behind must not matter.

    But for gradients that are added up, if what trains the network sets them to zero.
    """
    try:
        adapter, own = make(), drawn.copies()
        adapter.set_params(own.params)
        with np.errstate(all="ignore"):
            first = np.array(adapter.forward(own.inputs))
            if has(make, "gradients"):
                adapter.gradients(drawn.copies().inputs, drawn.copies().targets)
            adapter.set_params(drawn.copies().params)
            second = np.array(adapter.forward(drawn.copies().inputs))
        same = np.array_equal(first, second, equal_nan=True)
        adds = has(make, "adds_up_again") and adapter.adds_up_again(own.inputs, own.targets)
    except (Exception, SystemExit):
        try:
            outputs(make, drawn)
        except RaisedByOwnCodeError:
            return []  # said before
        return [Line("a second call", Verdict.WRONG, "it raises, where the first did not", np.inf)]
    if same and adds and not is_reset:
        return [Line("a second call", Verdict.WRONG, ADDED, np.inf, (ADDED,))]
    if same:
        return [Line("a second call", Verdict.RIGHT, "", 0.0)]
    return [Line("a second call", Verdict.WRONG, "its outputs differ from the first's", np.inf)]
