"""The contract, as data: the modules of a framework, the names in them, and how each is called.

It has a version, since packages that follow it live elsewhere: each declares in its
`crosscheck.toml` for which version it was written.
"""

CONTRACT_VERSION = 5
# The packages of the frameworks that are built in, and the devices on which one may compute.
BUILT_IN = {"numpy": "reference_numpy", "torch": "reference_torch", "jax": "reference_jax"}
DEVICES = ("cpu", "cuda")
# What each version changed, for the authors of packages that follow an earlier one.
CHANGES = {
    1: "It had eight modules: params, checks, activations, losses, mlp, gradients, optimizers and "
    "training.",
    2: "arrays.py is new: is_array, is_traced, is_floating, dtype_name and convertible move there "
    "from checks.py, together with the type Array from params.py, and same_dtype, shape, entries, "
    "from_entries and to_device are added. epochs.py is new: run_epoch moves there from "
    "training.py. params.py, checks.py and training.py now read the same in every package.",
    3: "optimizers has a wrapper more, clipped, and decayed takes leaves, with which it spares the "
    "biases. train and run_epoch take micro_batch_size, over pieces of which they gather the "
    "gradient of a batch.",
    4: "A sample may have a weight: the losses, value_and_grad, deltas, train and run_epoch take "
    "weights, one per sample, and normalizer, which says whether a mean divides by the number of "
    "samples or by the sum of their weights. losses.py has check_weights, mean_weight, scaled and "
    "a table NORMALIZERS.",
    5: "Several workers may share a batch: train and run_epoch take workers. A package that can do "
    'this says so in its crosscheck.toml, as workers = "shards"; of one that does not say it '
    "nobody asks for more than one worker.",
}
# The modules that a version added: a package that follows an earlier one lacks them.
ADDED = {2: ("arrays", "epochs")}

# The modules in the order in which they are read; one is a folder, whose files have an order too.
MODULES = (
    "params",
    "arrays",
    "checks",
    "activations",
    "losses",
    "mlp",
    "gradients",
    "optimizers",
    "training",
    "epochs",
)
FILES = {"optimizers": ("base", "descent", "scaled", "moments", "variants", "__init__")}
# The neutral modules read the same in every package after the namespace of its framework, but for
# the bodies of the functions that are named here.
NEUTRAL: dict[str, tuple[str, ...]] = {
    "params": (),
    "checks": (),
    "losses": (),
    "mlp": ("linear",),
    "optimizers": (),
    "training": (),
}
# The neutral modules in which that namespace stands; where the others say np, they mean NumPy.
COMPUTING = ("losses", "optimizers")

INITIALIZERS = (
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_normal",
    "standard_normal",
    "uniform",
)
ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu", "softmax", "softplus", "gelu")
LOSSES = (
    "squared_error",
    "half_squared_error",
    "mean_squared_error",
    "binary_cross_entropy",
    "sigmoid_binary_cross_entropy",
    "softmax_cross_entropy",
)
NORMALIZERS = ("count", "weights")
# The fields of each optimizer's state.
STATES = {
    "sgd": ("step",),
    "momentum": ("step", "velocity"),
    "lion": ("step", "first_moment"),
    "adagrad": ("step", "sum_of_squares"),
    "rmsprop": ("step", "second_moment", "first_moment", "velocity"),
    "adadelta": ("step", "second_moment", "second_moment_of_updates"),
    "adam": ("step", "first_moment", "second_moment"),
    "adamw": ("step", "first_moment", "second_moment"),
    "amsgrad": ("step", "first_moment", "second_moment", "largest_second_moment"),
    "nadam": ("step", "momentum_product", "first_moment", "second_moment"),
    "radam": ("step", "first_moment", "second_moment"),
    "adamax": ("step", "first_moment", "largest"),
}

# The optimizers around another one.
WRAPPERS = ("decayed", "clipped")

# Every public name of a module, and how it is called.
SIGNATURES = {
    "params": (
        "Layer(weight, bias)",
        "tree_map(function, *trees)",
        "init_params(layer_sizes, *, seed, initializer='glorot_uniform', bound=None, "
        "dtype='float64')",
        "from_numpy(tree)",
        "to_numpy(tree)",
    ),
    "arrays": (
        "is_array(value)",
        "is_traced(value)",
        "is_floating(value)",
        "dtype_name(value)",
        "same_dtype(value, other)",
        "shape(value)",
        "entries(value)",
        "convertible(values)",
        "from_entries(values)",
        "to_device(value, device)",
    ),
    "checks": (
        "known(kind, name, table)",
        "whole_number(name, value, at_least)",
        "in_range(name, value, low, high=inf)",
        "learning_rate(value)",
        "learning_rate_at(value, step)",
        "instance(name, value, kind)",
        "flag(name, value)",
        "layer_sizes(sizes)",
        "bound(initializer, value)",
        "numpy_array(value)",
        "floating_dtype(dtype)",
        "floating(name, value)",
        "rows(name, value)",
        "matrix(name, value, second_axis)",
        "same_dtype(name, value, other_name, other)",
        "loss_inputs(predictions, targets)",
        "layers(params)",
        "network(params, inputs, activations, table)",
        "targets_of(params, inputs, targets)",
        "same_structure(trees)",
        "same_shapes(name, tree, other_name, other)",
        "floating_tree(name, tree)",
        "gradients(grads, params, **moments)",
        "leaves(name, tree)",
        "finite(name, tree)",
        "target_domain(loss, targets)",
    ),
    "activations": tuple(f"{name}(z)" for name in ACTIVATIONS),
    "losses": (
        *(f"{name}(predictions, targets, *, weights=None, normalizer='count')" for name in LOSSES),
        "check_weights(weights, normalizer, other_name, other)",
        "mean_weight(weights, normalizer)",
        "scaled(weights, normalizer)",
    ),
    "mlp": (
        "Trace(pre_activations, activations)",
        "forward(params, inputs, *, activations)",
        "predict(params, inputs, *, activations)",
    ),
    "gradients": (
        "value_and_grad(params, inputs, targets, *, activations, loss, weights=None, "
        "normalizer='count')",
        "deltas(params, inputs, targets, *, activations, loss, weights=None, normalizer='count')",
    ),
    "optimizers": (
        "Optimizer(init, update)",
        "apply_updates(params, updates)",
        "decayed(optimizer, learning_rate, weight_decay, decoupled=True, scaled=True, "
        "leaves='all')",
        "clipped(optimizer, max_norm=None, max_value=None, eps=0.0, per='all')",
        "sgd(learning_rate)",
        "momentum(learning_rate, momentum=0.9, nesterov=False, rate_inside=True, dampening=0.0, "
        "dampen_first=True)",
        "lion(learning_rate, b1=0.9, b2=0.99, weight_decay=0.0)",
        "adagrad(learning_rate, initial_accumulator=0.0, eps=1e-10, eps_place='outside')",
        "rmsprop(learning_rate, decay=0.9, eps=1e-08, eps_place='outside', "
        "initial_accumulator=0.0, centered=False, momentum=0.0, rate_inside=True)",
        "adadelta(learning_rate, decay=0.95, eps=1e-06)",
        "adam(learning_rate, b1=0.9, b2=0.999, eps=1e-08, bias_correction=True, "
        "eps_place='outside')",
        "adamw(learning_rate, b1=0.9, b2=0.999, eps=1e-08, weight_decay=0.01, scaled=True, "
        "bias_correction=True, eps_place='outside')",
        "amsgrad(learning_rate, b1=0.9, b2=0.999, eps=1e-08, bias_correction=False, "
        "maximum_of='raw', eps_place='outside')",
        "nadam(learning_rate, b1=0.9, b2=0.999, eps=1e-08, momentum_decay=0.004, "
        "eps_place='outside')",
        "radam(learning_rate, b1=0.9, b2=0.999, eps=1e-08, threshold=4.0, fallback=True, "
        "eps_place='outside')",
        "adamax(learning_rate, b1=0.9, b2=0.999, eps=1e-08, bias_correction=True, "
        "eps_place='outside')",
    ),
    "training": (
        "StopRule(max_epochs=None, loss_below=None, loss_change_below=None)",
        "TrainResult(params, state, losses, stop_reason)",
        "train(params, inputs, targets, optimizer, *, activations, loss, stop, batch_size=None, "
        "seed=0, state=None, start_epoch=0, on_epoch=None, compile=None, "
        "micro_batch_size=None, weights=None, normalizer='count', workers=1)",
    ),
    "epochs": (
        "run_epoch(params, state, inputs, targets, batches, optimizer, activations, loss, compile, "
        "micro_batch_size=None, weights=None, normalizer='count', workers=1)",
    ),
}
# The dict of a module that holds its functions by name, and the names.
TABLES = {
    "params": ("INITIALIZERS", INITIALIZERS),
    "activations": ("ACTIVATIONS", ACTIVATIONS),
    "losses": ("LOSSES", LOSSES),
    "optimizers": ("OPTIMIZERS", tuple(STATES)),
}
