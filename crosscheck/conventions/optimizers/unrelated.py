"""Optimizers and arguments that are known and not related to a reference, each with the reason."""

MATRIX = "it orthogonalises the update of a matrix, and moves a bias by another optimizer"
SECOND = "it keeps past parameters and searches along a line, which needs the loss itself"
LAYERWISE = "it scales the update of each layer by the norms of the layer and of its update"
FACTORED = "it keeps second moments by row and column, and clips each update by its own size"
SIGNS = "it multiplies a rate for every parameter up and down by whether the gradient's sign stays"
SURPRISE = "its second moment is that of the gradient's distance from its mean"
ESTIMATED = "it estimates its own learning rate as it goes"
AVERAGED = "the parameters that it returns are means over its steps"
FOLLOWING = "it shrinks parameters towards 0 after the step, and its rate depends on their history"

# By the last part of the name, in small letters and without "optimizer"; or by the full name, where
# frameworks call different optimizers by one name.
UNRELATED: dict[str, str] = {
    "lbfgs": SECOND,
    "muon": MATRIX,
    "adafactor": FACTORED,
    "sm3": FACTORED,
    "lamb": LAYERWISE,
    "lars": LAYERWISE,
    "fromage": LAYERWISE,
    "novograd": LAYERWISE,
    "rprop": SIGNS,
    "paddle.optimizer.asgd": "it moves by the mean of the last gradients of all batches",
    "asgd": AVERAGED,
    "sparseadam": "it moves only the entries that a sparse gradient has",
    "ftrl": FOLLOWING,
    "proximaladagrad": FOLLOWING,
    "proximalgradientdescent": FOLLOWING,
    "adagradda": FOLLOWING,
    "adabelief": SURPRISE,
    "yogi": "its second moment grows by a step of fixed size, not by a mean",
    "adan": "it keeps the differences of gradients, too",
    "ademamix": "it keeps two first moments",
    "adopt": "it divides by the second moment of the step before",
    "prodigy": ESTIMATED,
    "dadapt_adamw": ESTIMATED,
    "dog": ESTIMATED,
    "dowg": ESTIMATED,
    "cocob": ESTIMATED,
    "momo": ESTIMATED,
    "momo_adam": ESTIMATED,
    "polyak_sgd": ESTIMATED,
    "schedule_free_sgd": AVERAGED,
    "schedule_free_adamw": AVERAGED,
    "optimistic_gradient_descent": "it goes on by the difference of the last two gradients",
    "optimistic_adam": "it goes on by the difference of the last two updates",
    "optimistic_adam_v2": "it goes on by the difference of the last two updates",
    "noisy_sgd": "it adds noise to every gradient",
    "dpsgd": "it adds noise to clipped gradients",
    "sam": "it needs a second gradient, at another point",
    "sophia": "it estimates second derivatives",
    "madgrad": "its step starts from the initial parameters, not from the last ones",
    "lossscale": "it wraps another optimizer",
    "multi": "it is several optimizers, of which each has its own parameters",
    "chain": "it is several transformations",
}
# Arguments that Keras' optimizers had in earlier versions, by their name.
FORMER: dict[str, str] = {
    "decay": "it divided the learning rate by 1 + decay t in versions before Keras 3: give the "
    "learning rate keras.optimizers.schedules.InverseTimeDecay(rate, 1, decay)",
}


def reason(name: str) -> str | None:
    """Why the optimizer of a full name is not related to a reference; None if it is not known."""
    full = name.lower().removesuffix("optimizer")
    return UNRELATED.get(full) or UNRELATED.get(full.rpartition(".")[2])
