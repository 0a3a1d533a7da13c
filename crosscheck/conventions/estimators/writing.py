"""An estimator's training as code: of the references, PyTorch, optax and Keras.

Its decay is alpha W / (samples of the batch) in the gradient of the weights. Where every batch has
the same size, that is an L2 decay of the weights alone; where the last one is shorter, it is a
penalty in the loss. Its Adam has eps beside sqrt(v) before v is corrected, for which eps is divided
by sqrt(1 - b2^t) where it stands beside the corrected one.
"""

from collections.abc import Callable

from crosscheck.conventions.estimators.estimator import Estimator
from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.optimizers.table import STOCK_OPTIMIZERS

TORCH_LOSSES = {
    "softmax_cross_entropy": "torch.nn.functional.cross_entropy(outputs, targets)",
    "half_squared_error": "((outputs - targets) ** 2).sum() / (2 * len(outputs))",
}
OPTAX_LOSSES = {
    "softmax_cross_entropy": "optax.softmax_cross_entropy(outputs, targets).mean()",
    "half_squared_error": "((outputs - targets) ** 2).sum() / (2 * len(outputs))",
}
KERAS_LOSSES = {
    "softmax_cross_entropy": "keras.losses.CategoricalCrossentropy(from_logits=True)",
    "half_squared_error": "lambda targets, outputs: ((outputs - targets) ** 2).sum(axis=1) / 2",
}


def reference_code(estimator: Estimator) -> str:
    """The optimizer of the NumPy reference, and the call of `train` that trains as it does."""
    spec = estimator.optimizer.spec()
    call, rate = spec.reference_call(), repr(spec.learning_rate)
    alpha, names = estimator["alpha"], [call.partition("(")[0]]
    made = [f"batch_size = {estimator.batch}"]
    if estimator.falls:
        made.append(f"learning_rate = lambda step: {_falling(estimator, 'step')}")
        call = call.replace(f"learning_rate={rate}", "learning_rate")
        rate = "learning_rate"
    made.append(f"optimizer = {call}")
    if alpha:
        names.insert(0, "decayed")
        made.append(f"decay = {alpha!r} / batch_size")
        if estimator.rest:
            made[-1] += f"  # {alpha!r} / {estimator.rest} in the last batch, with the same state"
        made.append(
            f'optimizer = decayed(optimizer, {rate}, decay, decoupled=False, leaves="weights")'
        )
    keywords = (
        f'activations=("{estimator.hidden_activation}", ..., "identity"), '
        f'loss="{estimator.loss}", batch_size=batch_size'
    )
    lines = [f"from reference_numpy.optimizers import {', '.join(names)}", "", *made]
    return "\n".join([*lines, f"# train(..., optimizer, {keywords})"]) + "\n"


def torch_code(estimator: Estimator) -> str:
    """Lines of PyTorch: `optimizer`, `loss_of`, and what is called before steps and after epochs.

    They expect `model`, whose outputs have no activation.
    """
    call = _target_call(estimator, "torch").text
    inside = call.partition("(")[2]
    decay = f', "weight_decay": {_decay(estimator)!r}' if _by_optimizer(estimator) else ""
    name = call.partition("(")[0]
    lines = [
        "import torch",
        "",
        "weights = [p for p in model.parameters() if p.ndim > 1]",
        "biases = [p for p in model.parameters() if p.ndim == 1]",
        f'groups = [{{"params": weights{decay}}}, {{"params": biases}}]',
        f"optimizer = {name}(groups, {inside}",
        "",
        "",
        "def loss_of(outputs, targets):",
    ]
    loss = TORCH_LOSSES[estimator.loss]
    if _by_loss(estimator):
        lines.append("    penalty = sum((w**2).sum() for w in weights)")
        loss += f" + {estimator['alpha'] / 2!r} * penalty / len(outputs)"
    lines.append(f"    return {loss}")
    if estimator["solver"] == "adam":
        power = f"(1 - {float(estimator['beta_2'])!r} ** t) ** 0.5"
        lines += [
            "",
            "",
            "def before_step(t):  # t is 1 in the first step",
            "    for group in optimizer.param_groups:",
            f'        group["eps"] = {estimator["epsilon"]!r} / {power}',
        ]
    if estimator.falls:
        lines += [
            "",
            "",
            "def after_epoch(epoch):  # epoch is 0 after the first one",
            f"    rate = {_falling_by_epoch(estimator, '(epoch + 1)')}",
            "    for group in optimizer.param_groups:",
        ]
        if estimator["momentum"]:
            lines += [
                '        for p in group["params"]:  # the velocity has the rate inside',
                '            optimizer.state[p]["momentum_buffer"] *= group["lr"] / rate',
            ]
        lines.append('        group["lr"] = rate')
    return "\n".join(lines) + "\n"


def optax_code(estimator: Estimator) -> str:
    """Lines of optax: `optimizer`, and `loss_of` the parameters, outputs and targets."""
    call = _target_call(estimator, "optax").text
    lines = ["import jax", "import optax", ""]
    if estimator["solver"] == "adam":
        lines.insert(1, "import jax.numpy as jnp")
        name, _, inside = call.partition("(")
        words = [w for w in inside.removesuffix(")").split(", ") if not w.startswith("eps=")]
        beta = f"{float(estimator['beta_2'])!r}"
        eps = f"{estimator['epsilon']!r} / jnp.sqrt(1 - {beta} ** (count + 1))"
        call = f"optax.inject_hyperparams({name})({', '.join(words)}, eps=lambda count: {eps})"
    if estimator.falls:
        lines.append(f"learning_rate = lambda count: {_falling(estimator, 'count')}")
        call = "optax.scale_by_learning_rate(learning_rate)"
        if estimator["momentum"]:  # behind the rate, so that the velocity has it inside
            nesterov = ", nesterov=True" if estimator["nesterovs_momentum"] else ""
            call += f",\n    optax.trace({estimator['momentum']!r}{nesterov})"
    if _by_optimizer(estimator):
        lines += [
            "weights = lambda params: jax.tree.map(lambda p: p.ndim > 1, params)",
            "optimizer = optax.chain(",
            f"    optax.add_decayed_weights({_decay(estimator)!r}, mask=weights),",
            f"    {call},",
            ")",
        ]
    elif estimator.falls:
        lines += ["optimizer = optax.chain(", f"    {call},", ")"]
    else:
        lines.append(f"optimizer = {call}")
    lines += ["", "", "def loss_of(params, outputs, targets):"]
    loss = OPTAX_LOSSES[estimator.loss]
    if _by_loss(estimator):
        lines.append(
            "    penalty = sum((p**2).sum() for p in jax.tree.leaves(params) if p.ndim > 1)"
        )
        loss += f" + {estimator['alpha'] / 2!r} * penalty / len(outputs)"
    lines.append(f"    return {loss}")
    return "\n".join(lines) + "\n"


def keras_code(estimator: Estimator) -> str:
    """Lines of Keras: `optimizer`, `loss`, the `decay` of every kernel, and `callbacks`."""
    lines = ["import keras", "", f"optimizer = {_target_call(estimator, 'keras-jax').text}"]
    half = _decay(estimator) / 2  # the gradient of c W^2 is 2 c W
    decay = f"keras.regularizers.L2({half!r})" if half else "None"
    lines.append(f"decay = {decay}  # kernel_regularizer=decay in every Dense")
    lines.append(f"loss = {KERAS_LOSSES[estimator.loss]}")
    callbacks = ""
    if estimator.falls:
        rate = _falling_by_epoch(estimator, "epoch")
        callbacks = f"keras.callbacks.LearningRateScheduler(lambda epoch, rate: {rate})"
    lines.append(f"callbacks = [{callbacks}]")
    return "\n".join(lines) + "\n"


WRITERS: dict[str, Callable[[Estimator], str]] = {
    "torch": torch_code,
    "optax": optax_code,
    "keras-jax": keras_code,
    "keras-torch": keras_code,
}


def _decay(estimator: Estimator) -> float:
    return float(estimator["alpha"] / estimator.batch)


def _by_optimizer(estimator: Estimator) -> bool:
    """Whether the optimizer has the decay, as every batch has the same size."""
    return bool(estimator["alpha"]) and not estimator.rest


def _by_loss(estimator: Estimator) -> bool:
    return bool(estimator["alpha"]) and bool(estimator.rest)


def _falling_by_epoch(estimator: Estimator, epoch: str) -> str:
    """The learning rate in an epoch, as an expression."""
    seen = f"{epoch} * {float(estimator.samples or 0)!r} + 1"
    return f"{estimator['learning_rate_init']!r} / ({seen}) ** {estimator['power_t']!r}"


def _falling(estimator: Estimator, step: str) -> str:
    """The learning rate of an update, as an expression."""
    return _falling_by_epoch(estimator, f"({step} // {estimator.updates_per_epoch})")


def _target_call(estimator: Estimator, framework: str) -> Call:
    """The other framework's call that is equal but for the decay, the place of eps and the rate."""
    names = {"sgd": ("SGD", "sgd"), "adam": ("Adam", "adam")}[estimator["solver"]]
    row = next(
        each
        for each in STOCK_OPTIMIZERS
        if each.framework == framework and each.label.rpartition(".")[2] in names
    )
    spec = estimator.optimizer.spec()
    candidates = row.candidate_arguments(spec)
    # Of those that come as near, the one that says least: without a momentum, no Nesterov either.
    return Call(row, min(candidates, key=lambda each: (len(row.mismatch(spec, each)), len(each))))
