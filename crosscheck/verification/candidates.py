"""What is judged: a framework, with what it computed, wherever it did so."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from crosscheck.frameworks.conformance import breaches
from crosscheck.frameworks.declarations import Declarations
from crosscheck.frameworks.plain_text import in_words, plain
from crosscheck.frameworks.registry import Framework, Loaded, NotInstalled, OtherContract
from crosscheck.verification.cases.stages import Case
from crosscheck.verification.judging import Attempt, attempt
from crosscheck.verification.ladder import Rung, climb
from crosscheck.verification.result import Outcome, Status


@dataclass(frozen=True)
class Candidate:
    """One framework that is to be judged.

    Attributes:
        name: Its name.
        declared: What it declares of itself.
        status: Verified, so far, if it could be loaded and has the contract's names.
        attempts: What it computed, of every case that was tried.
        trying: Opens what computes further cases, each up to a stage or None.
    """

    name: str
    declared: Declarations
    status: Status
    attempts: Sequence[tuple[Case, Attempt]]
    trying: Callable[[], AbstractContextManager[Callable[..., Attempt]]]


def rungs_of(candidate: Candidate) -> list[Rung]:
    """How far a framework has come: every rung, in the order to climb them."""
    with candidate.trying() as attempt:
        return climb(candidate.declared, attempt)


def here(
    framework: Framework,
    cases: Sequence[Case] = (),
    progress: Callable[[str], None] = lambda task: None,
) -> Candidate:
    """A framework that computes in this process."""

    def computed(case: Case, until: Any = None) -> Attempt:
        return attempt(case, framework, until)

    def tried(case: Case) -> tuple[Case, Attempt]:
        progress(f"{framework.name}: {case.name}")
        return case, computed(case)

    status = status_of(framework)
    attempts = [tried(case) for case in cases] if status.status is Outcome.VERIFIED else []
    declared = framework.declared
    return Candidate(framework.name, declared, status, attempts, lambda: nullcontext(computed))


def status_of(loaded: Loaded) -> Status:
    """What is known of a framework before it computes: verified, so far, if nothing is wrong."""
    if isinstance(loaded, NotInstalled):
        return Status(None, Outcome.NOT_INSTALLED, [loaded.reason])
    if not isinstance(loaded, Framework):
        other = isinstance(loaded, OtherContract)
        outcome = Outcome.OTHER_CONTRACT if other else Outcome.WRONG
        return Status(loaded.version, outcome, list(loaded.problems))
    try:
        found = [plain(breach) for breach in breaches(loaded)]
    except (Exception, SystemExit) as error:
        found = [f"its names cannot be looked at: {in_words(error)}"]
    return Status(loaded.version, Outcome.WRONG if found else Outcome.VERIFIED, found)
