"""Read an optimizer of optax: one call, or a chain of its links."""

import ast
from dataclasses import replace

from crosscheck.conventions.recipes.algebra import (
    Part,
    Scale,
    Velocity,
    assemble,
)
from crosscheck.conventions.recipes.optax_links import REFUSED, WEIGHTS_ONLY, leaves_of_mask
from crosscheck.conventions.recipes.optax_optimizers import (
    Chain,
    rate_of,
    read_optimizer,
)
from crosscheck.conventions.recipes.program import Program, called, only_arguments
from crosscheck.conventions.recipes.rates import largest_rate
from crosscheck.conventions.recipes.recipe import Clip, Penalty, RecipeError
from crosscheck.conventions.recipes.source import Source


def read_optax(program: Program, node: ast.expr) -> Source:
    """Read an expression that makes an optimizer.

    Raises:
        RecipeError, CallError, ArgumentError: If it cannot be read, with the reason.
    """
    chain = Chain(program)
    accumulate, single = 1, False
    wrapper = ""
    if called(node).endswith(".gradient_transformation") and isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Attribute)
        node = node.func.value
    if _short(node) == "MultiSteps" and isinstance(node, ast.Call):
        given = only_arguments(
            node,
            "opt",
            "every_k_schedule",
            "use_grad_mean",
            "should_skip_update_fn",
            "accumulator_dtype",
        )
        node, accumulate, single, wrapper = _multi_steps(program, given)
    parts, text = _parts(chain, node)
    if wrapper and "use_grad_mean=False" in wrapper:
        parts = [Scale(float(accumulate)), *parts]
    recipe = replace(assemble(parts), accumulate=accumulate)
    code = f"optimizer = {wrapper.format(text) if wrapper else text}"
    changing = ""
    if len(chain.rates) == 1 and chain.rates[0] > 0 and chain.schedule is None:
        _, text = _parts(Chain(program, changing=True), node)
        changing = f"optimizer = {wrapper.format(text) if wrapper else text}"
    if chain.schedule is not None:
        code = f"{chain.schedule.code}\n{code}"
        chain.provisos += chain.schedule.provisos
    return Source(
        "optax",
        recipe,
        code,
        tuple(chain.provisos),
        single=single,
        changing=changing,
        last=chain.schedule.last if chain.schedule else None,
        factor=recipe.base_rate / largest_rate(chain.schedule.schedule) if chain.schedule else 1.0,
    )


def _multi_steps(program: Program, given: dict[str, ast.expr]) -> tuple[ast.expr, int, bool, str]:
    """What MultiSteps wraps, over how many, whether in float32, and its text round that."""
    if "should_skip_update_fn" in given:
        raise RecipeError(
            "optax.MultiSteps with should_skip_update_fn skips what no reference does"
        )
    if not {"opt", "every_k_schedule"} <= given.keys():
        raise RecipeError("optax.MultiSteps needs opt and every_k_schedule")
    every = given["every_k_schedule"]
    steps = None if isinstance(every, ast.Lambda) else program.number(every)
    if not isinstance(steps, int) or isinstance(steps, bool) or steps < 1:
        raise RecipeError(
            "every_k_schedule is read as a whole number alone: write every_k_schedule=4"
        )
    mean = program.number(given["use_grad_mean"]) if "use_grad_mean" in given else True
    known = ("", "float32", "float64", "None")
    if not isinstance(mean, bool):
        raise RecipeError(f"use_grad_mean is True or False, not {mean!r}")
    own = given.get("accumulator_dtype")
    dtype = "" if own is None else ast.unparse(own).split(".")[-1]
    if dtype not in known:
        raise RecipeError(
            f"accumulator_dtype={dtype} is not read: write jnp.float32 or jnp.float64"
        )
    words = ["{}", f"every_k_schedule={steps}"]
    words += [] if mean is True else ["use_grad_mean=False"]
    words += [f"accumulator_dtype=jnp.{dtype}"] if dtype.startswith("float") else []
    words += ["accumulator_dtype=None"] if dtype == "None" else []
    text = f"optax.MultiSteps({', '.join(words)})"
    return given["opt"], steps, dtype in ("", "float32") and steps > 1, text


def _short(node: ast.AST) -> str:
    """The name of the function of optax that an expression calls, without its modules."""
    name = called(node)
    return name.rpartition(".")[2] if name.startswith("optax.") or "." not in name else ""


def _parts(chain: Chain, node: ast.expr) -> tuple[list[Part], str]:
    """The parts of a link or a chain of links, and its text."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Call):
        return _injected(chain, node)
    short = _short(node)
    if not isinstance(node, ast.Call) or not short:
        raise RecipeError(f"{ast.unparse(node)!r} is no link of optax: write optax.chain(...)")
    if short in ("chain", "named_chain"):
        return _chain(chain, node, short)
    if short in REFUSED:
        raise RecipeError(f"optax.{short}: {REFUSED[short]}")
    if short == "MultiSteps":
        raise RecipeError(
            "optax.MultiSteps inside another link: what stands before it would be done to every "
            "micro-batch; write optax.MultiSteps(optax.chain(...), every_k_schedule=...)"
        )
    reader = READERS.get(short)
    return reader(chain, node) if reader else read_optimizer(chain, node, short)


def _chain(chain: Chain, node: ast.Call, short: str) -> tuple[list[Part], str]:
    if node.keywords or any(isinstance(each, ast.Starred) for each in node.args):
        raise RecipeError("write the links of optax.chain one by one, without a star")
    links = list(node.args)
    if short == "named_chain":
        if not all(isinstance(each, ast.Tuple) and len(each.elts) == 2 for each in links):
            raise RecipeError('optax.named_chain takes pairs as ("name", link)')
        links = [each.elts[1] for each in links if isinstance(each, ast.Tuple)]
    if not links:
        raise RecipeError("optax.chain() has no links")
    parts: list[Part] = []
    texts = []
    for link in links:
        own, text = _parts(chain, link)
        parts += own
        texts.append(text)
    return parts, f"optax.chain({', '.join(texts)})"


def _injected(chain: Chain, node: ast.Call) -> tuple[list[Part], str]:
    """`optax.inject_hyperparams(optax.adam)(learning_rate=...)` and the like."""
    outer = node.func
    if _short(outer) != "inject_hyperparams" or not isinstance(outer, ast.Call):
        raise RecipeError(f"{ast.unparse(outer)!r} is no optimizer of optax")
    factory = only_arguments(outer, "inner_factory", "static_args", "hyperparam_dtype")
    if "hyperparam_dtype" in factory or "inner_factory" not in factory:
        raise RecipeError(
            "optax.inject_hyperparams is read with inner_factory and static_args alone"
        )
    inner = ast.Call(factory["inner_factory"], node.args, node.keywords)
    parts, text = _parts(chain, inner)
    name, _, arguments = text.partition("(")
    chain.provisos.append(
        "optax.inject_hyperparams keeps the numbers in the state, where the program may change them"
    )
    return parts, f"optax.inject_hyperparams({name})({arguments}"


def _clip_by_global_norm(chain: Chain, node: ast.Call) -> tuple[list[Part], str]:
    limit = _number(chain, node, "max_norm")
    return [Clip(max_norm=_positive("max_norm", limit))], f"optax.clip_by_global_norm({limit!r})"


def _clip(chain: Chain, node: ast.Call) -> tuple[list[Part], str]:
    limit = _number(chain, node, "max_delta")
    return [Clip(max_value=_positive("max_delta", limit))], f"optax.clip({limit!r})"


def _decayed_weights(chain: Chain, node: ast.Call) -> tuple[list[Part], str]:
    given = only_arguments(node, "weight_decay", "mask")
    decay = chain.program.real(given["weight_decay"]) if "weight_decay" in given else 0.0
    leaves = leaves_of_mask(chain.program, given["mask"]) if "mask" in given else "all"
    mask = "" if leaves == "all" else f", mask={WEIGHTS_ONLY}"
    return [Penalty(decay, leaves)], f"optax.add_decayed_weights({decay!r}{mask})"


def _masked(chain: Chain, node: ast.Call) -> tuple[list[Part], str]:
    given = only_arguments(node, "inner", "mask")
    if not {"inner", "mask"} <= given.keys():
        raise RecipeError("optax.masked needs inner and mask")
    leaves = leaves_of_mask(chain.program, given["mask"])
    parts, text = _parts(chain, given["inner"])
    if leaves == "all":
        return parts, text
    if not all(isinstance(part, Penalty) for part in parts):
        raise RecipeError(
            "optax.masked is read round a weight decay alone: elsewhere it makes another recipe "
            "for some leaves, each of which is to be translated by itself"
        )
    masked: list[Part] = [replace(p, leaves=leaves) for p in parts if isinstance(p, Penalty)]
    return masked, f"optax.masked({text}, {WEIGHTS_ONLY})"


def _apply_if_finite(chain: Chain, node: ast.Call) -> tuple[list[Part], str]:
    given = only_arguments(node, "inner", "max_consecutive_errors")
    if not {"inner", "max_consecutive_errors"} <= given.keys():
        raise RecipeError("optax.apply_if_finite needs inner and max_consecutive_errors")
    parts, text = _parts(chain, given["inner"])
    errors = chain.program.number(given["max_consecutive_errors"])
    chain.provisos.append(
        "optax.apply_if_finite skips gradients that are not finite; the others make the same steps"
    )
    return parts, f"optax.apply_if_finite({text}, {errors!r})"


def _identity(chain: Chain, node: ast.Call) -> tuple[list[Part], str]:
    return [], "optax.identity()"


def _trace(chain: Chain, node: ast.Call) -> tuple[list[Part], str]:
    given = only_arguments(node, "decay", "nesterov", "accumulator_dtype")
    if "accumulator_dtype" in given or "decay" not in given:
        raise RecipeError("optax.trace is read with decay and nesterov alone")
    decay = chain.program.real(given["decay"])
    ahead = bool(chain.program.number(given["nesterov"])) if "nesterov" in given else False
    text = f"optax.trace(decay={decay!r}{', nesterov=True' if ahead else ''})"
    return [Velocity(decay, ahead)], text


def _scale(chain: Chain, node: ast.Call) -> tuple[list[Part], str]:
    factor = float(_number(chain, node, "step_size"))
    return [Scale(factor)], f"optax.scale({factor!r})"


def _by_learning_rate(chain: Chain, node: ast.Call) -> tuple[list[Part], str]:
    given = only_arguments(node, "learning_rate", "flip_sign")
    if "learning_rate" not in given:
        raise RecipeError("optax.scale_by_learning_rate needs learning_rate")
    flip = bool(chain.program.number(given["flip_sign"])) if "flip_sign" in given else True
    rate, schedule, text = rate_of(chain, given["learning_rate"])
    sign = -1.0 if flip else 1.0
    words = text if flip else f"{text}, flip_sign=False"
    return [Scale(sign * rate, schedule)], f"optax.scale_by_learning_rate({words})"


def _by_schedule(chain: Chain, node: ast.Call) -> tuple[list[Part], str]:
    given = only_arguments(node, "step_size_fn")
    if not given:
        raise RecipeError("optax.scale_by_schedule needs step_size_fn")
    rate, schedule, text = rate_of(chain, given["step_size_fn"])
    if schedule is None:
        raise RecipeError("optax.scale_by_schedule takes a schedule, and no number")
    return [Scale(rate, schedule)], f"optax.scale_by_schedule({text})"


READERS = {
    "clip_by_global_norm": _clip_by_global_norm,
    "clip": _clip,
    "add_decayed_weights": _decayed_weights,
    "masked": _masked,
    "apply_if_finite": _apply_if_finite,
    "identity": _identity,
    "trace": _trace,
    "scale": _scale,
    "scale_by_learning_rate": _by_learning_rate,
    "scale_by_schedule": _by_schedule,
}


def _number(chain: Chain, node: ast.Call, name: str) -> float:
    """The one number that a link takes."""
    given = only_arguments(node, name)
    if name not in given:
        raise RecipeError(f"{called(node)} needs {name}")
    return chain.program.real(given[name])


def _positive(name: str, value: float) -> float:
    if not value > 0:
        raise RecipeError(f"{name} must be above 0, not {value!r}")
    return value
