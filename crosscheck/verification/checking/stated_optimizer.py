"""The optimizer that somebody states, read from its call: a reference's, or a stock framework's."""

import ast
import inspect
from dataclasses import replace
from typing import Any

from crosscheck.conventions.optimizers.keywords import KEYWORDS
from crosscheck.conventions.optimizers.parsing import CallError, parse_call
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.optimizers.stock_optimizer import ArgumentError
from crosscheck.frameworks.other_names import question
from reference_numpy import optimizers

DECAY = ("weight_decay", "decoupled", "scaled")


def stated_spec(text: str) -> Spec:
    """The reference of a call: "adam(learning_rate=0.01)", or "torch.optim.Adam(lr=0.01)".

    Raises:
        ValueError: If the text is not the call of a known optimizer, or an argument does not fit.
    """
    name, _, _ = text.strip().partition("(")
    if name not in optimizers.OPTIMIZERS:
        try:
            spec = parse_call(text).spec()
        except CallError as error:
            if "." in name or not (asked := question(name, optimizers.OPTIMIZERS)):
                raise
            raise CallError(f"{error}; {asked} Write it as adam(learning_rate=0.01)") from None
        if spec.ascends or spec.rate_decay:
            raise CallError(f"{text!r} climbs, or has a schedule: state it without")
        return spec
    arguments = _arguments(text, name)
    if "learning_rate" not in arguments:
        raise CallError(f"{text!r} needs a learning_rate")
    return _spec(name, arguments)


def _arguments(text: str, name: str) -> dict[str, Any]:
    try:
        call = ast.parse(text.strip(), mode="eval").body
        assert isinstance(call, ast.Call)
        named = {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}
        values = [ast.literal_eval(each) for each in call.args]
    except (SyntaxError, ValueError, AssertionError):
        raise CallError(
            f"{text!r} is no call with plain arguments: write it as adam(learning_rate=0.01)"
        ) from None
    parameters = list(inspect.signature(optimizers.OPTIMIZERS[name]).parameters)
    if len(values) > len(parameters):
        raise CallError(f"{name} takes {', '.join(parameters)}")
    arguments = dict(zip(parameters, values, strict=False)) | named
    known = list(dict.fromkeys([*parameters, *DECAY]))
    for each in arguments:
        if each not in known:
            raise CallError(f"{name} has no argument {each!r}: known are {', '.join(known)}")
    return arguments


def _spec(name: str, arguments: dict[str, Any]) -> Spec:
    defaults = {
        key: each.default
        for key, each in inspect.signature(optimizers.OPTIMIZERS[name]).parameters.items()
        if each.default is not inspect.Parameter.empty
    }
    values = defaults | arguments
    decay = {key: values.pop(key) for key in DECAY if key in values}
    rate = float(values.pop("learning_rate"))
    rule = {"sgd": "momentum", "adamw": "adam", "amsgrad": "adam"}.get(name, name)
    spec = replace(Spec(rule, rate, KEYWORDS[rule] | values), **decay)
    try:
        spec.reference()
    except (TypeError, ValueError) as error:
        raise ArgumentError(str(error)) from None
    return spec
