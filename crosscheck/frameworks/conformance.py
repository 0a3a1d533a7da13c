"""Conformance: whether a framework has the names of the contract, called as the contract says.

This is checked before any number is compared, so that a missing name is reported as a missing name.
"""

import inspect
from typing import Any

import numpy as np

from crosscheck.frameworks.contract import SIGNATURES, STATES, TABLES
from crosscheck.frameworks.registry import Framework


def breaches(framework: Framework) -> list[str]:
    """Everything in which a framework breaks the contract: what is missing, and what differs how.

    Args:
        framework: A framework that is loaded.

    Returns:
        One message for each breach, which names the module and the function; none if it conforms.
    """
    found = []
    for module, signatures in SIGNATURES.items():
        for signature in signatures:
            found += _signature(framework, module, signature)
    for module, (table, names) in TABLES.items():
        entries = getattr(getattr(framework, module), table, None)
        missing = [name for name in names if name not in (entries or ())]
        if missing:
            found.append(f"{module}.{table}: lacks {', '.join(missing)}")
    return found or _states(framework)


def _signature(framework: Framework, module: str, expected: str) -> list[str]:
    name = expected.partition("(")[0]
    thing = getattr(getattr(framework, module), name, None)
    if thing is None:
        return [f"{module}.{name}: missing, expected {expected}"]
    if not callable(thing):
        return [f"{module}.{name}: not callable, expected {expected}"]
    actual = name + signature_without_types(thing)
    return [] if actual == expected else [f"{module}.{name}: is {actual}, expected {expected}"]


def signature_without_types(function: Any) -> str:
    """The parameters of a function with their kinds, order and defaults, as Python writes them."""
    signature = inspect.signature(function)
    bare = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in signature.parameters.values()
    ]
    return str(signature.replace(parameters=bare, return_annotation=inspect.Signature.empty))


def _states(framework: Framework) -> list[str]:
    """How the optimizers differ in the fields of their states and the way to call `update`."""
    found = []
    layer = framework.params.Layer(np.ones((2, 3)), np.ones(2))
    for name, fields in STATES.items():
        try:
            optimizer = getattr(framework.optimizers, name)(0.1)
            state = optimizer.init(framework.params.from_numpy((layer,)))
            actual = tuple(state._fields)
            update = signature_without_types(optimizer.update)
        except NotImplementedError:  # not written, or not supported: the ladder reports it
            continue
        except Exception as error:
            found.append(f"optimizers.{name}: fails: {type(error).__name__}: {error}")
            continue
        if actual != fields:
            found.append(f"optimizers.{name}: its state has {actual}, expected {fields}")
        if update != "(grads, state, params=None)":
            found.append(
                f"optimizers.{name}: update is {update}, expected (grads, state, params=None)"
            )
    return found
