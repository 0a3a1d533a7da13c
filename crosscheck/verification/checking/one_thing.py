"""What one thing of a file is, and the judgement of it: a network, an optimizer or a function."""

import inspect
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from crosscheck.frameworks.adapters import NotUnderstoodError, Understood
from crosscheck.frameworks.understanding.function import is_autograd, understand_function
from crosscheck.frameworks.understanding.names import (
    BACKWARD,
    FORWARD,
    INIT,
    TRAIN_STEP,
    UPDATE,
    VALUE_AND_GRAD,
    role_of,
)
from crosscheck.frameworks.understanding.optimizers import (
    is_optimizer,
    optimizers_in,
    understand_optimizer,
)
from crosscheck.frameworks.understanding.pieces import own_classes
from crosscheck.frameworks.understanding.understand import understand
from crosscheck.verification.checking.findings import CheckReport
from crosscheck.verification.checking.function import check_function
from crosscheck.verification.checking.identification import identify_optimizer
from crosscheck.verification.checking.network import check_network


@dataclass(frozen=True)
class Options:
    """What is stated of an object, in place of being found out.

    Attributes:
        activations: One name of the contract per layer.
        loss: A name of the contract.
        reduction: "mean" or "sum" over the batch.
        settings: What a class or a factory is given, by the name of its argument.
        stated: What an optimizer is meant to be: "adam(learning_rate=0.01)".
        explain: Whether one sample of a network is worked through.
    """

    activations: tuple[str, ...] | None = None
    loss: str | None = None
    reduction: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    stated: str | None = None
    explain: bool = False


def judged(
    understood: Understood, target: str, options: Options, *, is_part: bool = False
) -> CheckReport:
    """The report of what was understood.

    Args:
        understood: It.
        target: What it is called.
        options: What is stated of it.
        is_part: See `function.check_function`.
    """
    if understood.kind == "optimizer":
        report = identify_optimizer(
            understood.make, settings=options.settings, stated=options.stated
        )
        report.target, report.understood = target, understood.words
        return report
    stated: dict[str, Any] = {
        "activations": options.activations,
        "loss": options.loss,
        "reduction": options.reduction,
    }
    if understood.kind == "function":
        return check_function(understood, target, **stated, is_part=is_part)
    return check_network(understood, target, **stated, explain=options.explain)


def understood_as(
    namespace: Mapping[str, Any], name: str | None, settings: Mapping[str, Any]
) -> Understood:
    """A network, an optimizer, or a function: that one by its name, or the only one there is."""
    if name is not None and _is_function_alone(namespace, name):
        with suppress(NotUnderstoodError):
            return understand_function(namespace, name, settings)
    try:
        return understand(namespace, name, settings)
    except NotUnderstoodError as error:
        refused = error
    optimizers = optimizers_in(namespace, name)
    if len(optimizers) == 1:
        kinds = (optimizers[0], type(optimizers[0]))
        try:
            found = understand_optimizer(optimizers[0], settings, name)
        except NotUnderstoodError as error:
            refused = error
        else:
            others = [each for each, kind in own_classes(namespace).items() if kind not in kinds]
            return replace(found, others=tuple(others))
    if name is None or name.partition(".")[0] not in namespace:
        raise refused
    try:
        return understand_function(namespace, name, settings)
    except NotUnderstoodError as error:
        alone = inspect.isroutine(namespace.get(name)) and not optimizers
        raise (error if alone else refused) from None


# Names of functions that are parts of a network, of which there is more to be judged.
_PARTS = {each.lower() for each in (*FORWARD, *VALUE_AND_GRAD, *BACKWARD)}
_PARTS |= {each.lower() for each in (*TRAIN_STEP, *UPDATE, *INIT)}


def _is_function_alone(namespace: Mapping[str, Any], name: str) -> bool:
    """Whether a name is that of a plain function of one array, or of outputs and targets."""
    target = namespace.get(name)
    if is_autograd(target):
        return True
    if not inspect.isroutine(target) or name.lower() in _PARTS or is_optimizer(target):
        return False
    arguments = _arguments(target)
    roles = {role_of(each) for each in arguments}
    return len(arguments) == 1 or (len(arguments) == 2 and not roles & {"params", "X", "grads"})


def _arguments(target: Any) -> list[str]:
    """The arguments that a function must be given."""
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):
        return []
    return [each.name for each in parameters if each.default is each.empty]
