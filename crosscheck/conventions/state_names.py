"""The names that the moments of the references' optimizers have in torch.optim and in optax."""

# By the other framework's name: the reference's name of the moment, and the sign by which the two
# differ. The references' velocity points in the direction of the update; the buffer of torch.optim
# and the trace of optax.sgd point in the direction of the gradient.
MomentNames = dict[str, tuple[str, float]]
TORCH_ADAM: MomentNames = {"exp_avg": ("first_moment", 1.0), "exp_avg_sq": ("second_moment", 1.0)}
# By the class in torch.optim: the name of the optimizer among the references, and its moments.
TORCH_STATES: dict[str, tuple[str, MomentNames]] = {
    "SGD": ("momentum", {"momentum_buffer": ("velocity", -1.0)}),
    "Adagrad": ("adagrad", {"sum": ("sum_of_squares", 1.0)}),
    "RMSprop": (
        "rmsprop",
        {
            "square_avg": ("second_moment", 1.0),
            "grad_avg": ("first_moment", 1.0),
            "momentum_buffer": ("velocity", -1.0),
        },
    ),
    "Adadelta": (
        "adadelta",
        {"square_avg": ("second_moment", 1.0), "acc_delta": ("second_moment_of_updates", 1.0)},
    ),
    "Adam": ("adam", TORCH_ADAM),
    "AdamW": ("adam", TORCH_ADAM),
    "NAdam": ("nadam", TORCH_ADAM),
    "RAdam": ("radam", TORCH_ADAM),
    "Adamax": ("adamax", {"exp_avg": ("first_moment", 1.0), "exp_inf": ("largest", 1.0)}),
}
# torch.optim.Adam with amsgrad=True.
TORCH_AMSGRAD = TORCH_ADAM | {"max_exp_avg_sq": ("largest_second_moment", 1.0)}
OPTAX_ADAM: MomentNames = {"mu": ("first_moment", 1.0), "nu": ("second_moment", 1.0)}
# By the name of the optimizer among the references.
OPTAX_STATES: dict[str, MomentNames] = {
    "momentum": {"trace": ("velocity", -1.0)},
    "adagrad": {"sum_of_squares": ("sum_of_squares", 1.0)},
    "rmsprop": {
        "nu": ("second_moment", 1.0),
        "mu": ("first_moment", 1.0),
        "trace": ("velocity", 1.0),
    },
    "adadelta": {"e_g": ("second_moment", 1.0), "e_x": ("second_moment_of_updates", 1.0)},
    "adam": OPTAX_ADAM,
    "amsgrad": OPTAX_ADAM | {"nu_max": ("largest_second_moment", 1.0)},
    "nadam": OPTAX_ADAM,
    "radam": OPTAX_ADAM,
    "adamax": {"mu": ("first_moment", 1.0), "nu": ("largest", 1.0)},
    "lion": {"mu": ("first_moment", 1.0)},
}

# The class of the part of optax's state that has the moments. Several optimizers use Adam's.
OPTAX_CLASSES: dict[str, tuple[str, ...]] = {
    "momentum": ("TraceState",),
    "adagrad": ("ScaleByRssState",),
    "rmsprop": ("ScaleByRmsState", "ScaleByRStdDevState"),
    "adadelta": ("ScaleByAdaDeltaState",),
    "adam": ("ScaleByAdamState",),
    "amsgrad": ("ScaleByAmsgradState",),
    "nadam": ("ScaleByAdamState",),
    "radam": ("ScaleByAdamState",),
    "adamax": ("ScaleByAdamState",),
    "lion": ("ScaleByLionState",),
}

# By the class in keras.optimizers: the name of the optimizer among the references, and its moments
# by the attribute that lists the variables. Keras has the learning rate inside every velocity.
KERAS_ADAM: MomentNames = {
    "_momentums": ("first_moment", 1.0),
    "_velocities": ("second_moment", 1.0),
}
KERAS_STATES: dict[str, tuple[str, MomentNames]] = {
    "SGD": ("momentum", {"momentums": ("velocity", 1.0)}),
    "Adagrad": ("adagrad", {"_accumulators": ("sum_of_squares", 1.0)}),
    "RMSprop": (
        "rmsprop",
        {
            "_velocities": ("second_moment", 1.0),
            "_average_gradients": ("first_moment", 1.0),
            "_momentums": ("velocity", -1.0),
        },
    ),
    "Adadelta": (
        "adadelta",
        {
            "_accumulated_grads": ("second_moment", 1.0),
            "_accumulated_delta_vars": ("second_moment_of_updates", 1.0),
        },
    ),
    "Adam": ("adam", KERAS_ADAM),
    "AdamW": ("adam", KERAS_ADAM),
    "Nadam": ("nadam", KERAS_ADAM),
    "Adamax": ("adamax", {"_m": ("first_moment", 1.0), "_u": ("largest", 1.0)}),
    "Lion": ("lion", {"_momentums": ("first_moment", 1.0)}),
}
# keras.optimizers.Adam and AdamW with amsgrad=True.
KERAS_AMSGRAD = KERAS_ADAM | {"_velocity_hats": ("largest_second_moment", 1.0)}

# By the class in mlx.optimizers, which has the learning rate outside its velocity.
MLX_ADAM: MomentNames = {"m": ("first_moment", 1.0), "v": ("second_moment", 1.0)}
MLX_STATES: dict[str, tuple[str, MomentNames]] = {
    "SGD": ("momentum", {"v": ("velocity", -1.0)}),
    "Adagrad": ("adagrad", {"v": ("sum_of_squares", 1.0)}),
    "RMSprop": ("rmsprop", {"v": ("second_moment", 1.0)}),
    "AdaDelta": (
        "adadelta",
        {"v": ("second_moment", 1.0), "u": ("second_moment_of_updates", 1.0)},
    ),
    "Adam": ("adam", MLX_ADAM),
    "AdamW": ("adam", MLX_ADAM),
    "Adamax": ("adamax", {"m": ("first_moment", 1.0), "v": ("largest", 1.0)}),
    "Lion": ("lion", {"m": ("first_moment", 1.0)}),
}
