"""What of a file can be judged by itself: each of its optimizers, activations and losses.

A file whose network is right may hold an optimizer, or the derivative of an activation that this
network does not use, that is wrong.
"""

import inspect
import re
from collections.abc import Collection, Iterator, Mapping
from types import CodeType
from typing import Any

from crosscheck.frameworks.understanding.function import bases_of, is_autograd
from crosscheck.frameworks.understanding.hosts import functions_of
from crosscheck.frameworks.understanding.leaves import library_of
from crosscheck.frameworks.understanding.names import TRAIN_STEP, UPDATE
from crosscheck.frameworks.understanding.optimizer_names import USUAL, plain, rate_name
from crosscheck.frameworks.understanding.optimizer_settings import parameters_of
from crosscheck.frameworks.understanding.optimizers import is_optimizer
from crosscheck.frameworks.understanding.pieces import own_classes

# What people call the activations and losses of the contract, without underscores. To judge a
# function is to call it, and one of another name may do anything: it is left alone.
_KNOWN = re.compile(
    r"(my|stable|naive|activation|loss|batch)*"
    r"(sigmoid|logistic|tanh|relu|softmax|softplus|gelu|mse|bce|nll|(mean|half|sumof)?squarederrors?"
    r"|squared?loss|quadratic(?=loss|cost)"
    r"|(binary|categorical|softmax|sigmoid|softmaxand)*crossentropy((with|from)logits)?)"
    r"(loss|cost|activation|function|func|fn|layer|stable|error|forward)*"
)
# What is given parameters and gradients may do anything with them, unless its name says a step.
_OPTIMIZER = re.compile(
    r"sgd|momentum|nesterov|adagrad|rmsprop|adadelta|adam|amsgrad|lion|optim|descent|gd$"
)
# What an optimizer is given for a learning rate that it must be told, and that nobody states.
RATE = 0.01
# A function of such a name takes the step of the network beside it, and is judged with that.
_OF_A_NETWORK = {*UPDATE, *TRAIN_STEP}


def parts_of(namespace: Mapping[str, Any], without: Collection[str] = ()) -> list[str]:
    """The names of the optimizers, activations and losses that a file defines, in its order.

    The derivative of a function that is among them comes after it.

    Args:
        namespace: The file.
        without: The classes that were judged already, or are parts of what was.
    """
    own: dict[str, Any] = {**own_classes(namespace), **functions_of(namespace)}
    found = [
        name
        for name in namespace
        if name in own and name not in without and _is_part(name, own[name])
    ]
    return sorted(found, key=lambda name: any(base in found for base in bases_of(name)))


def _is_part(name: str, value: Any) -> bool:
    if is_autograd(value) or any(map(_is_known, (name, *bases_of(name)))):
        return True
    if not _OPTIMIZER.search(plain(name)) or not is_optimizer(value):
        return False
    return isinstance(value, type) or name not in _OF_A_NETWORK


def _is_known(name: str) -> bool:
    return _KNOWN.fullmatch(plain(name)) is not None


def is_function_of_arrays(value: Any) -> bool:
    """Whether something must be given one thing or two, as an activation or a loss is."""
    needed = [each for each in parameters_of(value).values() if each.default is each.empty]
    return not isinstance(value, type) and 1 <= len(needed) <= 2


def missing_numbers(target: Any) -> dict[str, float]:
    """The numbers that an optimizer must be given, with usual values; none of what is another."""
    if not is_optimizer(target):
        return {}
    needed = [name for name, each in parameters_of(target).items() if each.default is each.empty]
    rate = rate_name(needed)
    found = {name: USUAL[plain(name)] for name in needed if plain(name) in USUAL}
    return found if rate is None else {rate: RATE} | found


def left_of(namespace: Mapping[str, Any], judged: Collection[str]) -> list[str]:
    """The classes, functions of something and arrays of a file that were neither judged nor used.

    Args:
        namespace: The file.
        judged: The names of what was judged.
    """
    own: dict[str, Any] = {**own_classes(namespace), **functions_of(namespace)}
    seen, waiting = set(judged), [own[name] for name in judged if name in own]
    while waiting:
        for name in _names_in(waiting.pop()):
            if name in own and name not in seen:
                seen.add(name)
                waiting.append(own[name])
    arrays = {name: value for name, value in namespace.items() if library_of(value) is not None}
    return [
        name
        for name, value in {**own, **arrays}.items()
        if name not in seen and (name in arrays or isinstance(value, type) or parameters_of(value))
    ]


def _names_in(target: Any) -> Iterator[str]:
    """The global names that the code of a function, or of the methods of a class, reads."""
    if isinstance(target, type):
        yield from (base.__name__ for base in target.__mro__[1:])
        codes = [inspect.unwrap(each).__code__ for each in _functions(vars(target).values())]
    else:
        codes = [each.__code__ for each in _functions([inspect.unwrap(target)])]
    while codes:
        code = codes.pop()
        yield from code.co_names
        codes += [each for each in code.co_consts if isinstance(each, CodeType)]


def _functions(values: Any) -> Iterator[Any]:
    for value in values:
        inner = getattr(value, "__func__", value)  # of a static method or a class method
        if inspect.isfunction(inspect.unwrap(inner)):
            yield inner
