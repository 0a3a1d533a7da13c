"""A framework with several workers: its `train` is called as ever, and finds them itself.

NumPy's workers are a loop, and JAX's are devices, which this process has or has not. Those of
PyTorch are processes, each of which makes the same call. Where this process is not enough, a team
of others gets the call, epoch by epoch.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from types import ModuleType
from typing import Any

from crosscheck.frameworks import ranks
from crosscheck.frameworks.contract import STATES, WRAPPERS
from crosscheck.frameworks.declarations import DEVICES, ONE_WORKER, PROCESSES
from crosscheck.frameworks.devices import on_device
from crosscheck.frameworks.ranks import Job, Recipe
from crosscheck.frameworks.registry import Framework
from crosscheck.frameworks.teams import PATIENCE, Team

# So many devices has a process of JAX at least: it then serves fewer workers, too.
FEWEST_DEVICES = 4


@dataclass(frozen=True)
class SentOptimizer:
    """An optimizer of this process, and how others make the same one."""

    recipe: Recipe
    init: Callable[..., Any]
    update: Callable[..., Any]


@cache
def with_workers(
    framework: Framework, workers: int, device: str = "cpu", patience: float = PATIENCE
) -> Framework:
    """The framework whose `train` has so many workers.

    Args:
        framework: The framework.
        workers: How many.
        device: "cpu" or "cuda".
        patience: After how many seconds a process that the others wait for counts as hanging.

    Raises:
        NotImplementedError: If the framework has one worker only.
    """
    if workers == 1:
        return framework
    kind = framework.declared.workers
    if kind is None:
        raise NotImplementedError(f"{framework.name}: {ONE_WORKER}")
    training = _copy(framework.training)
    if not _needs_processes(kind, workers):
        training.train = partial(framework.training.train, workers=workers)
        return replace(framework, training=training)
    optimizers = _copy(framework.optimizers)
    for name in (*STATES, *WRAPPERS):
        setattr(optimizers, name, partial(_sent, framework, name))
    team = _team(framework, None if kind == PROCESSES else max(workers, FEWEST_DEVICES))
    training.train = partial(_train, team, framework, workers, device, patience)
    return replace(framework, training=training, optimizers=optimizers)


def _needs_processes(kind: str, workers: int) -> bool:
    """Whether this process has not these workers itself."""
    if kind == DEVICES:
        return len(sys.modules["jax"].devices()) < workers
    if kind == PROCESSES:
        distributed = sys.modules["torch"].distributed
        return not (distributed.is_available() and distributed.is_initialized())
    return False


def _copy(module: ModuleType) -> Any:
    copy = ModuleType(module.__name__)
    vars(copy).update(vars(module))
    return copy


def _sent(framework: Framework, name: str, *arguments: Any, **keywords: Any) -> SentOptimizer:
    """What `optimizers` makes, with its recipe."""

    def recipe(value: Any) -> Any:
        return value.recipe if isinstance(value, SentOptimizer) else value

    found = Recipe(
        name, tuple(map(recipe, arguments)), {key: recipe(each) for key, each in keywords.items()}
    )
    made = found.made_by(framework)
    return SentOptimizer(found, made.init, made.update)


def _train(
    team: Team,
    framework: Framework,
    workers: int,
    device: str,
    patience: float,
    params: Any,
    inputs: Any,
    targets: Any,
    optimizer: SentOptimizer,
    *,
    stop: Any,
    state: Any = None,
    start_epoch: int = 0,
    on_epoch: Callable[..., None] | None = None,
    weights: Any = None,
    **keywords: Any,
) -> Any:
    """The contract's `train`, by a team."""
    given = None if weights is None else ranks.as_numpy(framework, weights)
    job = Job(
        framework.name,
        framework.package,
        ranks.as_numpy(framework, params),
        None if state is None else ranks.state_as_numpy(framework, state),
        optimizer.recipe,
        keywords | {"weights": given, "workers": workers},
        device,
    )
    data = ranks.as_numpy(framework, inputs), ranks.as_numpy(framework, targets)
    team.begin(job, data, patience)
    start = optimizer.init(params)
    losses: tuple[float, ...] = ()
    reason = None
    while reason is None:
        number = start_epoch + len(losses)
        loss, (found, fields) = team.epoch(number)
        losses += (loss,)

        def own(tree: Any) -> Any:
            held = ranks.from_numpy(framework, tree)
            return held if isinstance(held, int | float) else on_device(framework, held, device)

        params = own(found)
        moved = {name: own(each) for name, each in fields.items()}
        state = start._replace(**moved | {"step": int(moved["step"])})
        if on_epoch is not None:
            on_epoch(number, params, state, losses)
        reason = stop.reason(losses)
    return framework.training.TrainResult(params, state, losses, reason)


@cache
def _team(framework: Framework, devices: int | None) -> Team:
    """The team of a framework, which any training of it may have."""
    return Team(framework, devices)
