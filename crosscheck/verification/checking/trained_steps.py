"""By which rule a training moves the parameters, of which only they are seen: `fit`, say.

After every pass the exact gradients at the parameters are known, so that the passes are the steps
of an optimizer on a history of gradients, and are compared with all references.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.frameworks.adapters import Layers
from crosscheck.frameworks.understanding.optimizer_names import numbers_of
from crosscheck.numerics.digits import few_digits
from crosscheck.verification.checking.asking import Make
from crosscheck.verification.checking.candidates import Known, candidates
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.findings import CheckReport, Line, Verdict
from crosscheck.verification.checking.fitting import Fit, Steps, build, nearest, steps_of
from crosscheck.verification.checking.multiples import Named, flat, only, times
from crosscheck.verification.checking.one_step import QUANTITY
from crosscheck.verification.checking.optimizer_histories import OptimizerHistory, vector
from crosscheck.verification.checking.optimizer_mistakes import formula
from crosscheck.verification.checking.optimizer_state import Identifying, against, unusual
from crosscheck.verification.checking.optimizer_words import call_of
from crosscheck.verification.checking.spared_biases import is_plain, of_biases
from crosscheck.verification.checking.unidentified import named_mistakes

# So many passes, at a rate that lets the gradients change from one to the next.
PASSES, RATE = 12, 2.0**-5
MOST = 8  # so many references are looked at array by array
NEAR, SMALLEST = 1e-6, 1e-6  # as a part of a step, and the smallest gradient that is looked at
CHANGES = "steps by the gradient times a number that changes: 1, {} ..."
ADDED_UP = "a step goes by the sum of the gradients of all steps so far: nothing sets them to zero"
MOMENTUM = re.compile(r"mu|mom|momentum(_?coef\w*)?")
SOME = "{} move as {} does, and {} do not"


def judge_rule(
    make: Make, drawn: Drawn, gradients: Callable[[Drawn], Named], *, of_all: bool = False
) -> Line | None:
    """The line of a training whose steps follow the rule of a reference, or a known mistake of one.

    Args:
        make: Makes an adapter of the training; without `passes` nothing is known.
        drawn: A network and a batch.
        gradients: Those of a network, as they are meant to be, by their names.
        of_all: Whether only a rule that all parameters follow counts.

    Returns:
        None if it is another rule, or plain descent.
    """
    adapter = make()
    drawn = only(drawn, 0) if getattr(adapter, "one_by_one", False) else drawn
    after = _passes(adapter, drawn, PASSES)
    has_bias = zip(range(1, len(drawn.params) + 1), adapter.biases, strict=True)
    absent = {f"b{layer}" for layer, is_there in has_bias if not is_there}
    names = [name for name in flat(drawn.params) if name not in absent]
    steps = None if after is None else _steps(drawn, after, gradients, names)
    if steps is None:
        return None
    rate = {"learning_rate": RATE} if adapter.difference_rate != 1 else {}
    settings, numbers = adapter.known()
    known = Known(rate | settings, numbers)
    undecayed = {n: v for n, v in settings.items() if not numbers_of({n: v}, "weight_decay")}
    specs = list(candidates(known))
    if undecayed != settings:  # the decay may belong to something else
        specs += candidates(Known(rate | undecayed, numbers))
    state = Identifying(make, known, "float64", specs, CheckReport("", "optimizer"), None)
    if of_all:  # a multiple of the gradients alone is no rule: it may be a mistake in them
        return _right(state, steps) or _mistaken(state, steps)
    return (
        _of_gradients(steps)
        or _right(state, steps)
        or _mistaken(state, steps)
        or _of_some(state, steps, names)
    )


def idle_momentum(make: Make, drawn: Drawn) -> str | None:
    """A momentum that is set, and of which several steps show nothing, in words; or None."""
    adapter = make()
    if not sees_later_steps(make, drawn):
        return None
    settings, _ = adapter.known()
    set_here = (n for n, v in settings.items() if MOMENTUM.fullmatch(n.lower()) and 0 < v < 1)
    name = next(set_here, None)
    return None if name is None else f"{name}={settings[name]!r} has no effect"


def sees_later_steps(make: Make, drawn: Drawn) -> bool:
    """Whether more than one pass of a training can be looked at."""
    return _passes(make(), drawn, 2) is not None


def _passes(adapter: Any, drawn: Drawn, count: int) -> list[Layers] | None:
    """The parameters after each of so many passes; None if they are not seen."""
    own = drawn.copies()
    if not hasattr(adapter, "passes"):
        return None
    try:
        with np.errstate(all="ignore"):
            adapter.set_params(own.params)
            found: list[Layers] | None = adapter.passes(own.inputs, own.targets, count, RATE)
    except (Exception, SystemExit):  # whatever it raises: of its later steps nothing is known
        return None
    return found


def _steps(
    drawn: Drawn,
    after: Sequence[Layers],
    gradients: Callable[[Drawn], Named],
    names: Sequence[str],
) -> Steps | None:
    """The passes as steps on the gradients where they begin; None where these are no numbers."""
    params = [flat(layers) for layers in after]
    begin = [drawn, *(replace(drawn, params=list(layers)) for layers in after[:-1])]
    start = flat(drawn.params)
    if not all(np.isfinite(each).all() for one in params for each in one.values()):
        return None
    if any(each.shape != start[name].shape for one in params for name, each in one.items()):
        return None
    grads = [gradients(each) for each in begin]
    history = OptimizerHistory(
        tuple(start[name] for name in names),
        tuple(tuple(each[name] for name in names) for each in grads),
    )
    return Steps(history, np.array([vector([one[n] for n in names]) for one in params]), "float64")


def _of_gradients(steps: Steps) -> Line | None:
    """The line of steps by the gradients alone: at a rate that changes, or by the sum of all."""
    grads, updates = np.array(steps.history.grad_vectors), steps.updates
    sums = np.cumsum(grads, axis=0)
    rates = [times(-own, grad, NEAR) for own, grad in zip(updates, grads, strict=True)]
    if None not in rates and rates[0]:
        if np.allclose([each or 0.0 for each in rates], rates[0], rtol=NEAR, atol=0):
            return Line(QUANTITY, Verdict.RIGHT, "")  # what was thought to be kept is not
        shown = ", ".join(few_digits((each or 0.0) / rates[0], 6) for each in rates[1:4])
        return Line(QUANTITY, Verdict.RIGHT, CHANGES.format(shown))
    rate = times(-updates[0], grads[0], NEAR)
    if rate and np.allclose(updates, -rate * sums, rtol=NEAR, atol=NEAR * abs(rate) * SMALLEST):
        return Line(QUANTITY, Verdict.WRONG, ADDED_UP, np.inf, (ADDED_UP,))
    return None


def _right(state: Identifying, steps: Steps) -> Line | None:
    """The line of steps that agree with a reference in every entry, as far as gradients show."""
    builds = [partial(build, spec, steps.rates(spec)) for spec in state.specs]
    same = [state.specs[number] for share, number in nearest(steps, builds) if share == 1]
    if not same:
        return None
    spec = min(same, key=lambda each: unusual(state, _fit(each, steps)))
    if is_plain(spec):
        return None
    # What is set and not used here may belong to another choice of the network's.
    return Line(QUANTITY, Verdict.RIGHT, "; ".join([f"= {call_of(spec)}", *against(state, spec)]))


def _fit(spec: Spec, steps: Steps) -> Fit:
    nothing = np.zeros_like(steps.params)
    return Fit(spec, nothing, nothing, nothing)


def _mistaken(state: Identifying, steps: Steps) -> Line | None:
    """The line of steps that a known mistake gives."""
    named = named_mistakes(state, steps)
    if not named:
        return None
    text = f"departs from {call_of(named[0][1].spec)}"
    formulas = tuple(dict.fromkeys(formula(mistake) for mistake, _ in named))
    return Line(QUANTITY, Verdict.WRONG, text, np.inf, formulas)


def _of_some(state: Identifying, steps: Steps, names: Sequence[str]) -> Line | None:
    """The line of steps that are a reference's for some of the parameters, and not for others."""
    ranges = _ranges(steps)
    builds = [partial(build, spec, steps.rates(spec)) for spec in state.specs]
    best: tuple[list[str], Spec] = [], Spec("sgd", RATE)
    for _, number in nearest(steps, builds)[:MOST]:
        own = steps.agreement(steps_of(builds[number](), steps.history, len(steps.params)))
        same = [n for n, part in zip(names, ranges, strict=True) if own[:, part].all()]
        if len(same) > len(best[0]):
            best = same, state.specs[number]
    same, spec = best
    if is_plain(spec) or not any(name.startswith("W") for name in same):
        return None  # what the others do beside plain descent may be meant
    others = [name for name in names if name not in same]
    if others == [name for name in names if name.startswith("b")]:
        for rest, call, said in of_biases(spec):
            plain = steps_of(build(rest, steps.rates(rest)), steps.history, len(steps.params))
            own = steps.agreement(plain)
            if all(own[:, ranges[names.index(name)]].all() for name in others):
                return Line(QUANTITY, Verdict.RIGHT, f"= {call}; {said}")
    text = SOME.format(", ".join(same), call_of(spec), ", ".join(others))
    return Line(QUANTITY, Verdict.WRONG, text, np.inf, (text,))


def _ranges(steps: Steps) -> list[slice]:
    """Where the entries of each array stand."""
    ends = np.cumsum([array.size for array in steps.history.start]).tolist()
    return [slice(*pair) for pair in zip([0, *ends[:-1]], ends, strict=True)]
