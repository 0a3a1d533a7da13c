"""What torch.optim and optax call what the references' optimizers carry along, as data."""

# What each calls a moment of the reference, and the sign that it has there: a velocity of the
# references points where the parameters go, a buffer of torch.optim and a trace of optax.sgd where
# the gradient does.
Names = dict[str, tuple[str, float]]
ADAM: Names = {"exp_avg": ("first_moment", 1.0), "exp_avg_sq": ("second_moment", 1.0)}
OF_TORCH: dict[str, tuple[str, Names]] = {
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
    "Adam": ("adam", ADAM),
    "AdamW": ("adam", ADAM),
    "NAdam": ("nadam", ADAM),
    "RAdam": ("radam", ADAM),
    "Adamax": ("adamax", {"exp_avg": ("first_moment", 1.0), "exp_inf": ("largest", 1.0)}),
}
AMSGRAD = ADAM | {"max_exp_avg_sq": ("largest_second_moment", 1.0)}
OF_ADAM: Names = {"mu": ("first_moment", 1.0), "nu": ("second_moment", 1.0)}
OF_OPTAX: dict[str, Names] = {
    "momentum": {"trace": ("velocity", -1.0)},
    "adagrad": {"sum_of_squares": ("sum_of_squares", 1.0)},
    "rmsprop": {
        "nu": ("second_moment", 1.0),
        "mu": ("first_moment", 1.0),
        "trace": ("velocity", 1.0),
    },
    "adadelta": {"e_g": ("second_moment", 1.0), "e_x": ("second_moment_of_updates", 1.0)},
    "adam": OF_ADAM,
    "amsgrad": OF_ADAM | {"nu_max": ("largest_second_moment", 1.0)},
    "nadam": OF_ADAM,
    "radam": OF_ADAM,
    "adamax": {"mu": ("first_moment", 1.0), "nu": ("largest", 1.0)},
    "lion": {"mu": ("first_moment", 1.0)},
}

# The part of optax's state that holds an optimizer's moments; several share Adam's.
KINDS: dict[str, tuple[str, ...]] = {
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
