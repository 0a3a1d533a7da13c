"""The links of optax: those that are an optimizer without its rate, masks, and what is refused."""

import ast
from typing import Any

from crosscheck.conventions.recipes.program import Program, called
from crosscheck.conventions.recipes.recipe import RecipeError

# A mask that spares biases, as it is written here: biases are the leaves of one dimension.
WEIGHTS_ONLY = "lambda params: jax.tree.map(lambda leaf: leaf.ndim > 1, params)"
MASKED = ("mask", "weight_decay_mask")

# The optimizer that a link is without its learning rate, and the arguments that it sets.
CORES: dict[str, tuple[str, dict[str, Any]]] = {
    "scale_by_adam": ("adam", {}),
    "scale_by_adamax": ("adamax", {}),
    "scale_by_amsgrad": ("amsgrad", {}),
    "scale_by_rms": ("rmsprop", {}),
    "scale_by_stddev": ("rmsprop", {"centered": True}),
    "scale_by_rss": ("adagrad", {}),
    "scale_by_adadelta": ("adadelta", {}),
    "scale_by_lion": ("lion", {"weight_decay": 0.0}),
    "scale_by_radam": ("radam", {}),
    "scale_by_sign": ("sign_sgd", {}),
}
# Their arguments, in their order.
ORDER: dict[str, tuple[str, ...]] = {
    "scale_by_adam": ("b1", "b2", "eps", "eps_root", "mu_dtype"),
    "scale_by_adamax": ("b1", "b2", "eps"),
    "scale_by_amsgrad": ("b1", "b2", "eps", "eps_root", "mu_dtype"),
    "scale_by_rms": ("decay", "eps", "initial_scale", "eps_in_sqrt", "bias_correction"),
    "scale_by_stddev": ("decay", "eps", "initial_scale", "eps_in_sqrt", "bias_correction"),
    "scale_by_rss": ("initial_accumulator_value", "eps"),
    "scale_by_adadelta": ("rho", "eps"),
    "scale_by_lion": ("b1", "b2", "mu_dtype"),
    "scale_by_radam": ("b1", "b2", "eps", "eps_root", "threshold"),
    "scale_by_sign": (),
}

_RATIO = "it scales every leaf by its own norm, which no reference does"
_VALUES = "it needs the value of the loss, which no reference's optimizer is handed"
_OTHER = "no reference computes it"
REFUSED = {
    "clip_by_block_rms": "it clips each leaf by its root mean square, which is another norm for "
    "every size of a leaf; write optax.clip_by_global_norm(max_norm)",
    "adaptive_grad_clip": "it clips every unit by the norm of its parameters, which no reference "
    "does; write optax.clip_by_global_norm(max_norm)",
    "unitwise_clip": "it clips every unit by the norm of its parameters, which no reference does",
    "normalize_by_update_norm": "it brings every gradient to one norm, also the short ones; write "
    "optax.clip_by_global_norm(max_norm), which shortens the long ones",
    "scale_by_trust_ratio": _RATIO,
    "scale_by_param_block_norm": _RATIO,
    "scale_by_param_block_rms": _RATIO,
    "zero_nans": "it replaces NaN by 0, which no reference does",
    "centralize": "it takes the mean out of every gradient, which no reference does",
    "add_noise": "it adds random numbers, so that no two frameworks make the same steps",
    "ema": "it averages the updates, which no reference does; optax.trace(decay) is a velocity",
    "apply_every": "it adds updates up instead of gradients; write optax.MultiSteps(optimizer, "
    "every_k_schedule=k)",
    "keep_params_nonnegative": "it keeps the parameters above 0, which no reference does",
    "scale_by_belief": _OTHER,
    "scale_by_yogi": _OTHER,
    "scale_by_adan": _OTHER,
    "scale_by_novograd": _OTHER,
    "scale_by_sm3": _OTHER,
    "scale_by_rprop": _OTHER,
    "scale_by_optimistic_gradient": _OTHER,
    "scale_by_distance_over_gradients": _OTHER,
    "scale_by_factored_rms": _OTHER,
    "scale_by_polyak": _VALUES,
    "scale_by_lbfgs": _VALUES,
    "multi_transform": "it is several recipes: translate the recipe of each label by itself",
    "partition": "it is several recipes: translate the recipe of each label by itself",
    "freeze": "it leaves some parameters as they are: hand the optimizer the others alone",
    "selective_transform": "it is another recipe for some leaves: translate each by itself",
    "set_to_zero": "nothing moves",
    "lookahead": "it keeps slow parameters beside the fast, which no reference does",
    "skip_large_updates": "it leaves updates out, which no reference does",
    "conditionally_transform": "it depends on what no reference's optimizer is handed",
    "conditionally_mask": "it depends on what no reference's optimizer is handed",
    "flatten": "it changes nothing but speed: leave it out",
    "stateless": "it is a function of one's own: which it is cannot be read",
    "stateless_with_tree_map": "it is a function of one's own: which it is cannot be read",
}

_ASK = (
    "a mask is read where it spares biases, as mask=lambda params: jax.tree.map(lambda leaf: "
    "leaf.ndim > 1, params); add the function to the text, or write it so"
)


def leaves_of_mask(program: Program, node: ast.expr) -> str:
    """What a mask lets decay: "weights" if biases are spared, and "all" if nothing is.

    Raises:
        RecipeError: If it says anything else, or cannot be read.
    """
    if isinstance(node, ast.Constant) and node.value in (None, True):
        return "all"
    problem = RecipeError(f"mask={ast.unparse(node)} cannot be read: {_ASK}")
    body: ast.expr | None = None
    if isinstance(node, ast.Name) and node.id in program.functions:
        last = program.functions[node.id].body[-1]
        body = last.value if isinstance(last, ast.Return) else None
    node = program.filled(node)
    if isinstance(node, ast.Lambda):
        body = node.body
    if body is None or not isinstance(body, ast.Call):
        raise problem
    mapped = called(body).rpartition(".")[2]
    if mapped not in ("map", "tree_map", "map_with_path", "tree_map_with_path", "path_aware_map"):
        raise problem
    inner = body.args[0] if body.args else None
    if not isinstance(inner, ast.Lambda) or not inner.args.args:
        raise problem
    names = [each.arg for each in inner.args.args]
    spares = _spares_biases(inner.body, names)
    if spares is None:
        raise problem
    return "weights"


def _spares_biases(test: ast.expr, names: list[str]) -> bool | None:
    """True if a condition holds for weights alone, by their dimensions or by name; else None."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    left, operation, right = ast.unparse(test.left), type(test.ops[0]), test.comparators[0]
    leaf = names[-1]
    if left in (f"{leaf}.ndim", f"jnp.ndim({leaf})", f"np.ndim({leaf})", f"len({leaf}.shape)"):
        wanted = {(ast.Gt, 1), (ast.GtE, 2), (ast.NotEq, 1), (ast.Eq, 2)}
        value = right.value if isinstance(right, ast.Constant) else None
        return True if (operation, value) in wanted else None
    path = names[0]
    if len(names) == 2 and left.startswith(f"{path}[-1]"):
        spared: list[Any] = []
        if operation is ast.NotEq and isinstance(right, ast.Constant):
            spared = [right.value]
        if operation is ast.NotIn and isinstance(right, ast.Tuple | ast.List | ast.Set):
            spared = [each.value for each in right.elts if isinstance(each, ast.Constant)]
        return True if spared and spared[0] in ("bias", "b") else None
    return None
