"""Check every stock optimizer: at its defaults, under probes, and as the learning rate changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crosscheck.conventions.findings import Check, Finding
from crosscheck.conventions.optimizers import running
from crosscheck.conventions.optimizers.probes import GRADS, OPTIMIZER_PROBES, RATE, START
from crosscheck.conventions.optimizers.specs import Spec, trajectory
from crosscheck.conventions.optimizers.stock_optimizer import REQUIRED, Argument, StockOptimizer
from crosscheck.conventions.optimizers.table import STOCK_OPTIMIZERS
from crosscheck.conventions.stock import Job

Array = np.ndarray
CHANGING = "rate quartered after six steps"
IGNORED = "which it ignores"


@dataclass(frozen=True)
class Trial:
    """One stock optimizer under one probe.

    Attributes:
        optimizer: The stock optimizer.
        probe: The name of the probe.
        arguments: The arguments that the optimizer is called with.
        spec: The reference with the keywords that the optimizer is compared with.
        rates: The learning rate of every step.
    """

    optimizer: StockOptimizer
    probe: str
    arguments: dict[str, Any]
    spec: Spec
    rates: tuple[float, ...]


def trials(optimizers: Iterable[StockOptimizer]) -> list[Trial]:
    """Every optimizer at its defaults and under its probes, at one rate and at a changing one."""
    return [trial for optimizer in optimizers for trial in _trials_of(optimizer)]


def _trials_of(optimizer: StockOptimizer) -> list[Trial]:
    needed, neutral = needed_arguments(optimizer), optimizer.neutral
    probes = [("defaults", {k: v for k, v in needed.items() if k not in neutral})]
    if neutral:
        probes.append((_in_words(neutral), needed))
    for probe in OPTIMIZER_PROBES[optimizer.optimizer]:
        arguments = _probe_arguments(optimizer, probe)
        if arguments is not None:
            rate = {optimizer.rate_argument.name: RATE}
            probes.append((_in_words(probe), needed | rate | arguments))
    for argument in optimizer.arguments:
        if argument.ignored_below is not None:
            value = argument.ignored_below - 0.1
            probes.append((f"{argument.name}={value}, {IGNORED}", needed | {argument.name: value}))
    own_trials = []
    for name, arguments in probes:
        # If no reference has the effect of a default, the optimizer is compared with the reference
        # without that effect.
        spec = optimizer.spec(arguments if name != "defaults" else neutral | arguments)
        steady = (spec.learning_rate,) * len(GRADS)
        own_trials.append(Trial(optimizer, name, arguments, spec, steady))
        deviates = name == "defaults" and (optimizer.deviation is not None or neutral)
        if not optimizer.constant_rate and not deviates:
            half = len(GRADS) // 2
            changing = (*steady[:half], *(rate / 4 for rate in steady[half:]))
            own_trials.append(Trial(optimizer, f"{name}, {CHANGING}", arguments, spec, changing))
    return own_trials


def needed_arguments(optimizer: StockOptimizer) -> dict[str, Any]:
    """Values for the arguments that have no default, and for those that must be neutral."""
    required = [a for a in optimizer.arguments if a.default is REQUIRED]
    values = {a.name: RATE if a.keyword == "learning_rate" else 0.9 for a in required}
    changed = {k: v for k, v in optimizer.only.items() if optimizer.argument(k).default != v}
    return values | changed | optimizer.neutral


def _probe_arguments(optimizer: StockOptimizer, probe: dict[str, Any]) -> dict[str, Any] | None:
    """The arguments that set the keywords of a probe, or None if one of them has no argument."""
    single = {a.keyword: a for a in optimizer.arguments if isinstance(a.keyword, str)}
    joint = {k: a for a in optimizer.arguments if isinstance(a.keyword, tuple) for k in a.keyword}
    arguments: dict[str, Any] = {}
    for keyword, value in probe.items():
        if keyword in single:
            argument = single[keyword]
            arguments[argument.name] = argument.from_reference(value)
        elif keyword in joint:
            argument = joint[keyword]
            usual = arguments.get(argument.name, argument.default)
            arguments[argument.name] = (
                tuple(
                    value if each == keyword else old
                    for each, old in zip(argument.keyword or (), usual, strict=True)
                )
                if isinstance(usual, tuple)
                else value
            )
        else:
            return None
    return arguments


def _in_words(probe: dict[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in probe.items())


def steps_job(
    optimizer: StockOptimizer,
    arguments: dict[str, Any],
    rates: Sequence[float],
    start: Array = START,
    grads: Sequence[Array] = GRADS,
) -> Job:
    """The job of running a stock optimizer.

    Args:
        optimizer, arguments: What to run.
        rates: The size of the learning rate at every step.
        start, grads: The parameters before the first step, and the gradient of every step.
    """
    rate = optimizer.rate_argument
    others = {key: value for key, value in arguments.items() if key != rate.name}
    with_sign = any(a.keyword == "ascends" for a in optimizer.arguments)
    if not with_sign and optimizer.spec(optimizer.neutral | arguments).ascends:
        if arguments.get(rate.name, rate.default) is None and len(set(rates)) == 1:
            others[rate.name] = None  # what it is called with, and not what that amounts to
        rates = [-each for each in rates]
    steps = {
        "optimizer": optimizer.name,
        "arguments": others,
        "rates": list(rates),
        "start": start.tolist(),
        "grads": [grad.tolist() for grad in grads],
    }
    return running.__name__, steps


def optimizer_check(framework: str, optimizer: str | None = None) -> Check:
    """The check of every statement about a framework's optimizers.

    Args:
        framework: A name in `stock.FRAMEWORKS`.
        optimizer: Only those that are this one, by its name in `specs.KEYWORDS`.
    """
    own = [each for each in STOCK_OPTIMIZERS if each.framework == framework]
    return check_of([each for each in own if optimizer in (None, each.optimizer)])


def check_of(optimizers: Iterable[StockOptimizer]) -> Check:
    """The check of some optimizers of one framework: of all their trials and signatures."""
    optimizers = list(optimizers)
    all_trials = trials(optimizers)
    with_signature = [each for each in optimizers if not each.hidden and each.label == each.name]
    jobs = [steps_job(each.optimizer, each.arguments, each.rates) for each in all_trials]
    jobs += [(running.__name__, {"optimizer": each.name}) for each in with_signature]

    def read(results: list[Any]) -> list[Finding]:
        paths, signatures = results[: len(all_trials)], results[len(all_trials) :]
        return [
            *(trial_finding(*each) for each in zip(all_trials, paths, strict=True)),
            *(_signature_finding(*each) for each in zip(with_signature, signatures, strict=True)),
        ]

    return Check(jobs, read)


def _signature_finding(optimizer: StockOptimizer, result: Any) -> Finding:
    """Whether the installed version has the stated arguments and defaults."""
    place = ("optimizer", optimizer.framework, optimizer.name, "signature")
    statement = "has the arguments and the defaults of its row"
    if "missing" in result:
        return Finding(*place, statement, missing=result["missing"])
    if "error" in result:
        return Finding(*place, statement, problem=result["error"])
    different = [a.name for a in optimizer.arguments if not _is_default(a, result.get(a.name))]
    problem = f"the installed version differs in {', '.join(different)}" if different else None
    return Finding(*place, statement, float(len(different)), problem=problem)


def _is_default(argument: Argument, installed: str | None) -> bool:
    """Whether an argument is stated to have the default that is installed, given as text."""
    if installed is None or argument.inert:
        return installed is not None
    if argument.default is REQUIRED:
        return not installed
    stated = repr(argument.default)
    try:
        return float(stated) == float(installed)  # 0 is 0.0
    except ValueError:
        return stated == installed.replace("[", "(").replace("]", ")")


def trial_finding(trial: Trial, result: Any) -> Finding:
    """Compare the steps of a trial with the exact ones.

    Args:
        trial: The trial.
        result: The parameters after every step; or a dict with "missing" or "error".
    """
    optimizer, deviation = trial.optimizer, trial.optimizer.deviation
    probe = trial.probe.removesuffix(f", {CHANGING}")
    sizes = deviation.sizes if deviation else {}
    size = sizes.get(trial.probe, sizes.get(probe))
    relation = "equals" if size is None else f"differs by {size:.2g} (in 12 steps) from"
    rounds = optimizer.rounds
    remark = f", with {' and '.join(rounds)} rounded to float32" if rounds else ""
    remark += "" if size is None or deviation is None else f": {deviation.reason}"
    place = ("optimizer", optimizer.framework, optimizer.label, trial.probe)
    climbs = ", with every gradient negated" if trial.spec.ascends else ""
    statement = f"{relation} {trial.spec.reference_call()}{climbs}{remark}"
    if isinstance(result, dict) and "missing" in result:
        return Finding(*place, statement, missing=result["missing"])
    if isinstance(result, dict):
        return Finding(*place, statement, problem=result["error"])
    exact = trajectory(*round_to_float32(optimizer, trial.spec, trial.rates), START, GRADS)
    error = np.abs(np.array(result) - exact.values)
    if size is not None:
        # Other machines may round float32 otherwise; every other deviation is the same on all.
        part = 2.0 if deviation is not None and deviation.powers else 1.01
        return Finding(*place, statement, float(error.max()), size / part, size * part)
    worst = np.unravel_index(np.argmax(error / exact.bounds), error.shape)
    return Finding(*place, statement, float(error[worst]), 0.0, float(exact.bounds[worst]))


def round_to_float32(
    optimizer: StockOptimizer, spec: Spec, rates: tuple[float, ...]
) -> tuple[Spec, tuple[float, ...]]:
    """A spec and its rates, with the keywords rounded that the optimizer rounds to float32."""
    own = {k: _float32(v) if k in optimizer.rounds else v for k, v in spec.keywords.items()}
    if "learning_rate" in optimizer.rounds:
        rates = tuple(_float32(rate) for rate in rates)
    decay = spec.weight_decay
    if "weight_decay" in optimizer.rounds:
        decay = _float32(decay)
    return replace(spec, keywords=own, weight_decay=decay), rates


def _float32(number: float) -> float:
    return float(np.float32(number))
