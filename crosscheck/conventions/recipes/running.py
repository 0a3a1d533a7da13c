"""Run a recipe's code in its framework: the code that is shown is the code that is run.

It is code that `reading` or `writing` made of a recipe, with numbers and known names alone; the
text that a user gave is never run.
"""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from crosscheck.conventions.recipes.probes import SHAPES, START, WEIGHTS, problems

Runner = Callable[[str, list[np.ndarray], int], tuple[list[np.ndarray], list[float] | None]]


def run(framework: str, job: dict[str, Any]) -> Any:
    """Run a recipe on every problem.

    Args:
        framework: A name in `stock.FRAMEWORKS`.
        job: "code", with the loop where it has one; "limits" and "accumulate" of `problems`, and
            how many "updates"; or "grads" instead, of shape (updates, micro-batches, entries).

    Returns:
        "steps": the parameters after every update, of each problem; "rates": the learning rate of
        every update, where the code has a schedule; else None.
    """
    if "grads" in job:
        grads = [np.array(job["grads"])]
    else:
        grads = [each[: job["updates"]] for each in problems(job["limits"], job["accumulate"])]
    # Warnings are a framework's advice to its users; they do not matter here.
    with warnings.catch_warnings(action="ignore"):
        steps, rates = _runner(framework)(job["code"], grads, grads[0].shape[1])
    return {"steps": [np.asarray(each).tolist() for each in steps], "rates": rates}


def _runner(framework: str) -> Runner:
    return {"torch": _in_torch, "optax": _in_optax, "paddle": _in_paddle}.get(framework, _in_keras)


def _execute(code: str, names: dict[str, Any]) -> dict[str, Any]:
    exec(compile(code, "<recipe>", "exec"), names)
    return names


def _leaves(entries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return entries[:WEIGHTS].reshape(SHAPES[0]), entries[WEIGHTS:].reshape(SHAPES[1])


def _entries(leaves: Any) -> np.ndarray:
    return np.concatenate([np.ravel(np.asarray(leaf, "float64")) for leaf in leaves])


def _in_torch(
    code: str, grads: list[np.ndarray], accumulate: int
) -> tuple[list[np.ndarray], list[float] | None]:
    """Run the lines with a model whose gradients are those of the problem."""
    import torch

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            weight, bias = (torch.tensor(leaf) for leaf in _leaves(START))
            self.weight, self.bias = torch.nn.Parameter(weight), torch.nn.Parameter(bias)

        def forward(self, inputs: Any) -> Any:
            return sum((p * g).sum() for p, g in zip(self.parameters(), inputs, strict=True))

    rates: list[float] = []

    def one(problem: np.ndarray) -> np.ndarray:
        model, steps = Model(), []
        names: dict[str, Any] = {"torch": torch, "model": model}

        def batches() -> Iterator[tuple[Any, None]]:
            for update in problem:
                for grad in update:
                    rate = names["optimizer"].param_groups[0]["lr"]
                    yield tuple(torch.tensor(leaf) for leaf in _leaves(grad)), None
                # The lines have made the update when they ask for the next batch.
                rates.append(float(rate))
                steps.append(_entries([p.detach().numpy() for p in model.parameters()]))

        names |= {"batches": batches(), "loss_function": lambda outputs, targets: outputs}
        _execute(code, names)
        return np.stack(steps)

    found = [one(problem) for problem in grads]
    return found, rates[: len(grads[0])] if "scheduler" in code else None


def _in_optax(
    code: str, grads: list[np.ndarray], accumulate: int
) -> tuple[list[np.ndarray], list[float] | None]:
    import jax
    import jax.numpy as jnp
    import optax

    names = _execute(code, {"optax": optax, "jax": jax, "jnp": jnp})
    optimizer = names["optimizer"]

    @jax.jit
    def step(grad: Any, state: Any, params: Any) -> Any:
        updates, state = optimizer.update(grad, state, params)
        return optax.apply_updates(params, updates), state

    found = []
    for problem in grads:
        params: Any = dict(zip(("weight", "bias"), map(jnp.asarray, _leaves(START)), strict=True))
        state, steps = optimizer.init(params), []
        for update in problem:
            for grad in update:
                leaves = map(jnp.asarray, _leaves(grad))
                params, state = step(
                    dict(zip(("weight", "bias"), leaves, strict=True)), state, params
                )
            steps.append(_entries([params["weight"], params["bias"]]))
        found.append(np.stack(steps))
    schedule: Callable[[Any], Any] | None = names.get("schedule")
    if schedule is None:
        return found, None
    compiled = jax.jit(schedule)  # compiled, a float32 schedule rounds otherwise
    return found, [float(compiled(jnp.asarray(t, jnp.int32))) for t in range(len(grads[0]))]


def _in_paddle(
    code: str, grads: list[np.ndarray], accumulate: int
) -> tuple[list[np.ndarray], list[float] | None]:
    """Run the usual loop, with a model whose gradients are those of the problem."""
    import paddle

    if "ClipGradByNorm" in code:
        _clip_single(paddle.nn.clip)

    class Model(paddle.nn.Layer):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.weight = self.create_parameter(SHAPES[0], dtype="float64")
            self.bias = self.create_parameter(SHAPES[1], dtype="float64", is_bias=True)
            for parameter, leaf in zip(self.parameters(), _leaves(START), strict=True):
                parameter.set_value(paddle.to_tensor(leaf))

    rates: list[float] = []

    def one(problem: np.ndarray) -> np.ndarray:
        model, steps = Model(), []
        names = _execute(code, {"paddle": paddle, "model": model})
        optimizer, scheduler = names["optimizer"], names.get("scheduler")
        for update in problem:
            for parameter, leaf in zip(model.parameters(), _leaves(update.mean(0)), strict=True):
                parameter.grad = paddle.to_tensor(leaf)
            rates.append(float(optimizer.get_lr()))
            optimizer.step()
            optimizer.clear_grad()
            if scheduler is not None:
                scheduler.step()
            steps.append(_entries([each.numpy() for each in model.parameters()]))
        return np.stack(steps)

    found = [one(problem) for problem in grads]
    return found, rates[: len(grads[0])] if "scheduler" in code else None


def _clip_single(clip: Any) -> None:
    """Let PaddlePaddle clip by a norm of float64, which it has for float32 alone: rounded to it."""
    own = clip.clip_by_norm
    if hasattr(own, "of_single"):
        return

    def clip_by_norm(x: Any, max_norm: float, name: Any = None) -> Any:
        return own(x.astype("float32"), max_norm).astype(x.dtype)

    clip_by_norm.of_single = own  # type: ignore[attr-defined]
    clip.clip_by_norm = clip_by_norm


def _in_keras(
    code: str, grads: list[np.ndarray], accumulate: int
) -> tuple[list[np.ndarray], list[float] | None]:
    import keras

    keras.config.set_floatx("float64")  # of the learning rate, too
    names = _execute(code, {"keras": keras})
    make = _compiled_keras if keras.backend.backend() == "jax" else _eager_keras
    run_problem = make(code)
    found = [run_problem(problem) for problem in grads]
    schedule = names.get("schedule")
    if schedule is None:
        return found, None
    last = range(accumulate - 1, accumulate * len(grads[0]), accumulate)
    with_counts = [schedule(keras.ops.convert_to_tensor(count)) for count in last]
    return found, [float(keras.ops.convert_to_numpy(rate)) for rate in with_counts]


def _variables(code: str) -> tuple[Any, list[Any]]:
    """The optimizer of the code, and variables at the start that it knows."""
    import keras

    optimizer = _execute(code, {"keras": keras})["optimizer"]
    variables = [
        keras.Variable(leaf, dtype="float64", name=name)
        for leaf, name in zip(_leaves(START), ("kernel", "bias"), strict=True)
    ]
    optimizer.build(variables)
    return optimizer, variables


def _eager_keras(code: str) -> Callable[[np.ndarray], np.ndarray]:
    import keras

    def run_problem(problem: np.ndarray) -> np.ndarray:
        optimizer, variables = _variables(code)
        steps = []
        for update in problem:
            for grad in update:
                leaves = [keras.ops.convert_to_tensor(leaf) for leaf in _leaves(grad)]
                optimizer.apply(leaves, variables)
            steps.append(_entries([keras.ops.convert_to_numpy(v.value) for v in variables]))
        return np.stack(steps)

    return run_problem


def _compiled_keras(code: str) -> Callable[[np.ndarray], np.ndarray]:
    """As `fit` runs it on JAX: without compiling once, every micro-batch would compile anew."""
    import jax
    import jax.numpy as jnp

    optimizer, variables = _variables(code)
    start = [each.value for each in optimizer.variables]

    @jax.jit
    def apply(own: Any, leaves: Any, params: Any) -> Any:
        return optimizer.stateless_apply(own, leaves, params)

    def run_problem(problem: np.ndarray) -> np.ndarray:
        params, own, steps = [each.value for each in variables], list(start), []
        for update in problem:
            for grad in update:
                leaves = [jnp.asarray(leaf) for leaf in _leaves(grad)]
                params, own = apply(own, leaves, params)
            steps.append(_entries(params))
        return np.stack(steps)

    return run_problem
