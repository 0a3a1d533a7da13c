"""Marks in the sources: which lines of code a step of the worked example shows.

A mark names a definition, and a text that one line of it contains. `worked` looks up that line.
"""

Marks = tuple[tuple[str, str], ...]

# ----- the forward pass, in all three frameworks -----

LAYER = (("mlp.linear", "return "), ("mlp.unchecked_forward", "z = linear("))
ACTIVATION = (
    ("activations.sigmoid", "return "),
    ("mlp.unchecked_forward", "ACTIVATIONS[name](z)"),
)
LOSS = (("losses.squared_error", "terms = "), ("losses.squared_error", "return "))

# ----- the backward pass: NumPy's by hand, the others' by framework -----

DELTA = ("gradients._backward", "delta = ACTIVATION_VJPS")
SLOPE = ("gradients.ACTIVATION_VJPS", '"sigmoid":')
GRADS = {
    "numpy": (
        ("gradients.unchecked_value_and_grad", "of_weight = np.dot(delta.T"),
        ("gradients.unchecked_value_and_grad", "of_bias = delta.sum("),
    ),
    "torch": (
        ("gradients.unchecked_value_and_grad", "value = LOSSES[loss]("),
        ("gradients.unchecked_value_and_grad", "torch.autograd.grad("),
    ),
    "jax": (
        ("gradients.unchecked_value_and_grad", "return LOSSES[loss]("),
        ("gradients.unchecked_value_and_grad", "jax.value_and_grad("),
    ),
}
DELTAS: dict[str, Marks] = {
    "torch": (("gradients.deltas", "torch.autograd.grad("),),
    "jax": (
        ("gradients.deltas", "a = ACTIVATIONS["),
        ("gradients.deltas", "rest = unchecked_forward("),
        ("gradients.deltas", "return LOSSES[loss]("),
        ("gradients.deltas", "jax.grad("),
    ),
}

# ----- the optimizers, in all three frameworks -----

APPLY = ("optimizers.apply_updates", "return tree_map(")
MOMENTS = (("optimizers.adam", "m = tree_map(lambda m, g"), ("optimizers.adam", "v = tree_map("))
CORRECTION = (("optimizers.adam", "m_hat = tree_map("), ("optimizers.adam", "v_hat = tree_map("))
ROOT = (("optimizers.root", "return "), ("optimizers.adam", "updates = tree_map("), APPLY)
