"""What a user should know of two calls beside whether they are equal, as sentences."""

import numpy as np

from crosscheck.conventions.optimizers.calls import Call


def provisos_of(source: Call, target: Call) -> tuple[str, ...]:
    """What each framework rounds to float32, and which way the two move.

    Each sentence names the framework that it speaks of, and is left out where it does not apply.
    """
    provisos = []
    if source.spec().ascends and target.spec().ascends:
        provisos.append(
            "both go up the gradient: the reference gets every gradient with the opposite sign"
        )
    for call in (source, target):
        spec, deviation = call.spec(), call.optimizer.deviation
        numbers = spec.keywords | {
            "learning_rate": spec.learning_rate,
            "weight_decay": spec.weight_decay,
        }
        rounds = [each for each in call.optimizer.rounds if not _is_single(numbers[each])]
        provisos += [
            f"{call.title} ignores {argument.name}={call.arguments[argument.name]!r}"
            for argument in call.optimizer.arguments
            if argument.ignores(call.arguments.get(argument.name))
        ]
        if rounds:
            provisos.append(f"{call.title} rounds {' and '.join(rounds)} to float32")
        if deviation and _deviates(call):
            provisos.append(f"in {call.title} {deviation.reason}")
    if target.framework == "sklearn":
        provisos.append(_as_estimator(target))
    return tuple(provisos)


def _deviates(call: Call) -> bool:
    """Whether what an optimizer is known to do otherwise shows in this call."""
    spec, deviation = call.spec(), call.optimizer.deviation
    if deviation is None:
        return False
    if not deviation.powers:  # a default that is not neutral is left out of every call
        return not call.optimizer.neutral
    corrected = spec.keywords.get("bias_correction", True)
    return bool(corrected and any(spec.keywords[name] for name in deviation.powers))


def _as_estimator(call: Call) -> str:
    """How an optimizer is had that scikit-learn only has inside its networks, as a sentence.

    Their own decay, which is 1e-4 at first, is of the weights alone and divided by the batch size.
    """
    solver = "sgd" if call.optimizer.name.endswith("SGDOptimizer") else "adam"
    # The networks' defaults are those of the optimizers, but for the learning rate of SGD.
    rate = call.optimizer.rate_argument
    arguments = {rate.name: rate.default} | call.arguments
    for name in (rate.name, "epsilon"):
        if name in arguments and arguments[name] <= 0:
            return f"scikit-learn's networks refuse {name}={arguments[name]!r}"
    names = {"nesterov": "nesterovs_momentum"}
    words = [f"{names.get(key, key)}={value!r}" for key, value in arguments.items()]
    call_of_network = f"MLPClassifier(solver={solver!r}, {', '.join(words)}, alpha=0)"
    return f"in scikit-learn, write {call_of_network}"


def _is_single(number: float) -> bool:
    """Whether a number is a float32 number, so that rounding to one does not change it."""
    return float(np.float32(number)) == number


def decay_advice(source: Call, to: str, plain: str | None) -> str:
    """How to decay the parameters where no argument does it as it is asked for.

    Args:
        source: The call that decays.
        to: The other framework.
        plain: Its call that is equal but for the decay, and has none; None if there is none.
    """
    spec = source.spec()
    decay, rate = spec.weight_decay, spec.learning_rate
    call = plain or "an optimizer without a decay"
    if to == "optax" and spec.decoupled:
        chain = f"optax.chain({call}, optax.add_decayed_weights({-rate * decay!r}))"
        return f"{chain} decays beside the update, as long as the learning rate stays"
    if to == "optax":
        return f"optax.chain(optax.add_decayed_weights({decay!r}), {call}) has it in the gradient"
    if spec.decoupled:
        return f"multiply every parameter by {1 - rate * decay!r} before each step of {call}"
    if to.startswith("keras"):
        return (
            f"kernel_regularizer=keras.regularizers.L2({decay / 2!r}) in every layer, and "
            f"bias_regularizer too, puts the decay into the gradient of {call}"
        )
    advice = f"add {decay!r} times the parameter to every gradient that {call} has"
    if to == "sklearn":
        advice += f"; its networks do so with alpha={decay!r} * batch_size, for the weights alone"
    return advice
