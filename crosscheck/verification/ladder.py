"""How far an unfinished framework has come: the contract as rungs, in the order to climb them.

Each rung is a few cases that lean on what stands below, and on as little else as can be. What is
not written says so by NotImplementedError; a rung that needs it waits, and names it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, NORMALIZERS, STATES, WRAPPERS
from crosscheck.frameworks.declarations import Declarations
from crosscheck.frameworks.hyperparameters import wrappers_of
from crosscheck.verification.cases import edges, functions, histories, network, starts, weighted
from crosscheck.verification.cases.descent import DescentCase
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.cases.network import DTYPES
from crosscheck.verification.cases.stages import Case, Stage
from crosscheck.verification.diagnosis import Attempts, diagnosis_of
from crosscheck.verification.judging import Attempt, against_exact, asked_by


class RungStatus(StrEnum):
    """What became of one rung."""

    DONE = "done"
    WRONG = "wrong"
    NOT_WRITTEN = "not written"
    WAITS = "waits"
    NOT_SUPPORTED = "not supported"


@dataclass(frozen=True)
class Rung:
    """One name of the contract, and what became of it.

    Attributes:
        name: Of the contract: "activations.tanh".
        status: What became of it.
        note: What is wrong, what it waits for, why it is not supported; empty if it is done.
    """

    name: str
    status: RungStatus
    note: str = ""


def climb(declared: Declarations, attempt: Callable[..., Attempt]) -> list[Rung]:
    """Every rung of a framework, in the order to climb them.

    Args:
        declared: What the framework declares of itself.
        attempt: Lets it compute a case, up to a stage or None.
    """
    found: list[Rung] = []
    for name, cases, until in _rungs():
        wrong = {rung.name for rung in found if rung.status == RungStatus.WRONG}
        found.append(_tried(declared, attempt, name, cases, until, wrong))
    return found


def next_rung(rungs: list[Rung]) -> Rung | None:
    """The first rung that asks for work, or None: all is done."""
    asking = (RungStatus.WRONG, RungStatus.NOT_WRITTEN, RungStatus.WAITS)
    return next((rung for rung in rungs if rung.status in asking), None)


def in_words(rungs: list[Rung]) -> str:
    """How many rungs are done, and which is next."""
    done = sum(rung.status in (RungStatus.DONE, RungStatus.NOT_SUPPORTED) for rung in rungs)
    following = next_rung(rungs)
    if following is None:
        return f"all {done} rungs are done"
    if following.status == RungStatus.WAITS:
        needed = following.note.removeprefix("for ")
        return f"{done} of {len(rungs)} rungs are done; {following.name} waits for {needed}"
    note = f": {following.note}" if following.note else ""
    return (
        f"{done} of {len(rungs)} rungs are done; next is {following.name}, {following.status}{note}"
    )


def _tried(
    declared: Declarations,
    attempt: Callable[..., Attempt],
    name: str,
    cases: Sequence[Case],
    until: Stage | None,
    wrong: set[str],
) -> Rung:
    # What is supported in one dtype alone is done when it is done there.
    limits = [declared.limit(**asked_by(case)) for case in cases]
    if all(limits):
        return Rung(name, RungStatus.NOT_SUPPORTED, str(limits[0]))
    attempts: list[tuple[Case, Attempt]] = []
    for case in (case for case, limit in zip(cases, limits, strict=True) if limit is None):
        attempts.append((case, attempt(case, until)))
        excused = declared.failure(cases=[case.name]) is not None
        blamed = sorted(_needed(case) & wrong)
        status, note = _judged(name, attempts, explained=not excused and not blamed)
        if status == RungStatus.WRONG and excused:
            attempts.pop()
            continue  # that has to fail
        if status == RungStatus.WRONG and blamed:
            return Rung(name, RungStatus.WAITS, f"for {', '.join(blamed)}")
        if status != RungStatus.DONE:
            return Rung(name, status, note)
    return Rung(name, RungStatus.DONE)


def _needed(case: Case) -> set[str]:
    """The rungs below that a case leans on: its activations and its loss."""
    asked = asked_by(case)
    return {f"{kind}.{name}" for kind in ("activations", "losses") for name in asked.get(kind, ())}


def _judged(name: str, attempts: Attempts, explained: bool) -> tuple[RungStatus, str]:
    """The status of a rung by the last of these cases, and the note beside it.

    The earlier ones hold: a known mistake that would fail one of them is not named. Which mistake
    it is takes long to find out, and is left out unless it is to be `explained`.
    """
    case, attempted = attempts[-1]
    missing, failure = attempted.not_written, attempted.failure
    if missing is not None and missing.function in (name, "?"):
        return RungStatus.NOT_WRITTEN, missing.message or attempted.raised_at or ""
    if missing is not None:
        said = f" ({missing.message})" if missing.message else ""
        return RungStatus.WAITS, f"for {missing.function}{said}"
    if attempted.ended is not None:
        return RungStatus.WRONG, f"at {case.name} it {attempted.ended}"
    if failure is not None:
        where = f" ({attempted.raised_at})" if attempted.raised_at else ""
        return RungStatus.WRONG, f"{case.name}, {failure.in_words()}{where}"
    failures = [each for each in against_exact(case, attempted) if not each.holds]
    if failures:
        first = diagnosis_of(attempts).mark(failures[0]) if explained else failures[0]
        return RungStatus.WRONG, first.message
    return RungStatus.DONE, ""


# ----- the rungs -----


@cache
def _rungs() -> list[tuple[str, Sequence[Case], Stage | None]]:
    """The name of every rung, its cases, and the last stage that is asked of them."""
    passes = [*network.generated(), *edges.edges(), *weighted.generated()]
    first = [case for case in passes if case.name.startswith("tanh-half_squared_error")]
    steps, training = histories.generated(), groups()["training"]
    found: list[tuple[str, Sequence[Case], Stage | None]] = [
        ("arrays.is_array", [functions.refuses_a_word()], None),
        ("arrays.shape", [functions.shape(dtype) for dtype in DTYPES], None),
        ("arrays.entries", [functions.entries(dtype) for dtype in DTYPES], None),
        ("params.tree_map", [functions.tree_map(dtype) for dtype in DTYPES], None),
        ("params.from_numpy", [functions.from_numpy(dtype) for dtype in DTYPES], None),
        ("params.to_numpy", [functions.to_numpy(dtype) for dtype in DTYPES], None),
        ("params.init_params", starts.initial(), None),
        *(
            (f"activations.{name}", [functions.activation(name, d) for d in DTYPES], None)
            for name in ACTIVATIONS
        ),
        *((f"losses.{name}", _losses(name), None) for name in LOSSES),
        ("mlp.forward", first, Stage.FORWARD),
        ("mlp.predict", starts.predicted(), None),
        ("gradients.deltas", passes, Stage.DELTAS),
        ("gradients.value_and_grad", passes, Stage.GRADIENTS),
        ("optimizers.apply_updates", [functions.apply_updates(dtype) for dtype in DTYPES], None),
        *((f"optimizers.{name}", _plain(steps, name), None) for name in STATES),
        *((f"optimizers.{name}", _around(steps, name), None) for name in WRAPPERS),
        ("training.train", training, None),
    ]
    return found


def _losses(name: str) -> Sequence[Case]:
    """The cases of one loss: alone, then with weights."""
    dividing = [functions.loss(name, DTYPES[0], normalizer) for normalizer in NORMALIZERS]
    return [*(functions.loss(name, dtype) for dtype in DTYPES), *dividing]


def _plain(cases: list[DescentCase], name: str) -> Sequence[Case]:
    """The cases of one optimizer with nothing around it."""
    return [c for c in cases if c.optimizer == name and not wrappers_of(name, c.keywords)]


def _around(cases: list[DescentCase], wrapper: str) -> Sequence[Case]:
    """The cases of a wrapper that have none around it."""
    return [c for c in cases if wrappers_of(c.optimizer, c.keywords)[-1:] == (wrapper,)]
