"""Hyperparameters outside their range and bad values, which every framework refuses."""

import numpy as np

from crosscheck.verification.cases.refused_input import Refused

BAD_VALUES: Refused = {
    # ----- hyperparameters -----
    "a negative rate": (
        lambda d: d.f.optimizers.sgd(-0.1),
        ValueError,
        "learning_rate must be in [0.0, inf), not -0.1",
    ),
    "a rate that is no number": (
        lambda d: d.f.optimizers.sgd("0.1"),
        TypeError,
        "learning_rate must be a number, not '0.1'",
    ),
    "an infinite rate": (
        lambda d: d.f.optimizers.adam(float("inf")),
        ValueError,
        "learning_rate must be in [0.0, inf), not inf",
    ),
    "a schedule that turns negative": (
        lambda d: d.f.optimizers.sgd(lambda step: -1.0).update(
            d.ones(2), d.f.optimizers.sgd(0.1).init(d.ones(2))
        ),
        ValueError,
        "learning_rate must be in [0.0, inf), not -1.0",
    ),
    "a schedule that gives nothing": (
        lambda d: d.f.optimizers.sgd(lambda step: None).update(
            d.ones(2), d.f.optimizers.sgd(0.1).init(d.ones(2))
        ),
        TypeError,
        "learning_rate must be a number, not None",
    ),
    "a flag that is none": (
        lambda d: d.f.optimizers.adam(0.1, bias_correction="no"),
        TypeError,
        "bias_correction must be True or False, not 'no'",
    ),
    "no stop rule": (
        lambda d: d.train(stop=None),
        TypeError,
        "stop must be a StopRule, not NoneType",
    ),
    "no optimizer": (
        lambda d: d.train(optimizer=None),
        TypeError,
        "optimizer must be a Optimizer, not NoneType",
    ),
    "compile neither yes nor no": (
        lambda d: d.train(compile="yes"),
        TypeError,
        "compile must be True or False, not 'yes'",
    ),
    "momentum of 1": (
        lambda d: d.f.optimizers.momentum(0.1, momentum=1.0),
        ValueError,
        "momentum must be in [0.0, 1.0), not 1.0",
    ),
    "b1 that is NaN": (
        lambda d: d.f.optimizers.adam(0.1, b1=float("nan")),
        ValueError,
        "b1 must be in [0.0, 1.0), not nan",
    ),
    "b2 above 1": (
        lambda d: d.f.optimizers.adam(0.1, b2=1.5),
        ValueError,
        "b2 must be in [0.0, 1.0), not 1.5",
    ),
    "dampening of 1": (
        lambda d: d.f.optimizers.momentum(0.1, dampening=1.0),
        ValueError,
        "dampening must be in [0.0, 1.0), not 1.0",
    ),
    "b1 of lion that is 1": (
        lambda d: d.f.optimizers.lion(0.1, b1=1.0),
        ValueError,
        "b1 must be in [0.0, 1.0), not 1.0",
    ),
    "b2 of lion that is 1": (
        lambda d: d.f.optimizers.lion(0.1, b2=1.0),
        ValueError,
        "b2 must be in [0.0, 1.0), not 1.0",
    ),
    "momentum of rmsprop that is 1": (
        lambda d: d.f.optimizers.rmsprop(0.1, momentum=1.0),
        ValueError,
        "momentum must be in [0.0, 1.0), not 1.0",
    ),
    "decay of adadelta that is 1": (
        lambda d: d.f.optimizers.adadelta(0.1, decay=1.0),
        ValueError,
        "decay must be in [0.0, 1.0), not 1.0",
    ),
    "decay below 0": (
        lambda d: d.f.optimizers.rmsprop(0.1, decay=-0.5),
        ValueError,
        "decay must be in [0.0, 1.0), not -0.5",
    ),
    "negative eps": (
        lambda d: d.f.optimizers.adagrad(0.1, eps=-1e-8),
        ValueError,
        "eps must be in [0.0, inf), not -1e-08",
    ),
    "negative accumulator": (
        lambda d: d.f.optimizers.adagrad(0.1, initial_accumulator=-1.0),
        ValueError,
        "initial_accumulator must be in [0.0, inf), not -1.0",
    ),
    "negative eps of rmsprop": (
        lambda d: d.f.optimizers.rmsprop(0.1, eps=-1e-8),
        ValueError,
        "eps must be in [0.0, inf), not -1e-08",
    ),
    "negative eps of adam": (
        lambda d: d.f.optimizers.adam(0.1, eps=-1e-8),
        ValueError,
        "eps must be in [0.0, inf), not -1e-08",
    ),
    "nesterov neither yes nor no": (
        lambda d: d.f.optimizers.momentum(0.1, nesterov=1),
        TypeError,
        "nesterov must be True or False, not 1",
    ),
    "a word as layer sizes": (
        lambda d: d.f.params.init_params("34", seed=0),
        ValueError,
        "layer_sizes must name at least inputs and outputs, not '34'",
    ),
    "a batch size that is a truth value": (
        lambda d: d.train(batch_size=True),
        TypeError,
        "batch_size must be a whole number, not True",
    ),
    "a negative bound": (
        lambda d: d.f.params.init_params((3, 2), seed=0, initializer="uniform", bound=-1.0),
        ValueError,
        "bound must be in [0.0, inf), not -1.0",
    ),
    "one layer size": (
        lambda d: d.f.params.init_params((3,), seed=0),
        ValueError,
        "layer_sizes must name at least inputs and outputs, not (3,)",
    ),
    "a layer of nothing": (
        lambda d: d.f.params.init_params((3, 0), seed=0),
        ValueError,
        "layer_sizes[1] must be at least 1, not 0",
    ),
    "a seed of another kind": (
        lambda d: d.f.params.init_params((3, 2), seed=1.5),
        TypeError,
        "seed must be a whole number, not 1.5",
    ),
    "uniform without its bound": (
        lambda d: d.f.params.init_params((3, 2), seed=0, initializer="uniform"),
        ValueError,
        "initializer 'uniform' needs its bound",
    ),
    "a bound for another initializer": (
        lambda d: d.f.params.init_params((3, 2), seed=0, bound=1.0),
        ValueError,
        "initializer 'glorot_uniform' takes no bound",
    ),
    "a stop rule without a condition": (
        lambda d: d.f.training.StopRule(),
        ValueError,
        "a StopRule needs at least one condition",
    ),
    "no epochs": (
        lambda d: d.f.training.StopRule(max_epochs=0),
        ValueError,
        "max_epochs must be at least 1, not 0",
    ),
    "a loss below NaN": (
        lambda d: d.f.training.StopRule(loss_below=float("nan")),
        ValueError,
        "loss_below must be in [-inf, inf), not nan",
    ),
    "a negative change": (
        lambda d: d.f.training.StopRule(loss_change_below=-1.0),
        ValueError,
        "loss_change_below must be in [0.0, inf), not -1.0",
    ),
    "batches of nothing": (
        lambda d: d.train(batch_size=0),
        ValueError,
        "batch_size must be at least 1, not 0",
    ),
    "a loss to train that is unknown": (
        lambda d: d.train(loss="hinge"),
        ValueError,
        "unknown loss 'hinge': known are squared_error, half_squared_error, mean_squared_error, "
        "binary_cross_entropy, sigmoid_binary_cross_entropy, softmax_cross_entropy",
    ),
    "a negative seed": (
        lambda d: d.train(seed=-1),
        ValueError,
        "seed must be at least 0, not -1",
    ),
    "a negative first epoch": (
        lambda d: d.train(start_epoch=-1),
        ValueError,
        "start_epoch must be at least 0, not -1",
    ),
    "a stop rule that is a number": (
        lambda d: d.train(stop=3),
        TypeError,
        "stop must be a StopRule, not int",
    ),
    # ----- values, at the door where data comes in -----
    "an input that is NaN": (
        lambda d: d.train(inputs=d.spoiled((2, 1), np.nan)),
        ValueError,
        "inputs has 1 non-finite entries, first at [2, 1]",
    ),
    "a target that is infinite": (
        lambda d: d.train(targets=d.array(np.full((5, 2), np.inf))),
        ValueError,
        "targets has 10 non-finite entries, first at [0, 0]",
    ),
    "an infinite parameter": (
        lambda d: d.train(
            params=(d.layer(d.array(np.full((4, 3), np.inf)), d.ones(4)), d.params[1])
        ),
        ValueError,
        "params layer 0 weight has 12 non-finite entries, first at [0, 0]",
    ),
    "a target that is no probability": (
        lambda d: d.train(targets=d.array(np.full((5, 2), 1.5)), loss="binary_cross_entropy"),
        ValueError,
        "binary_cross_entropy needs targets in [0, 1]",
    ),
    "a negative target": (
        lambda d: d.train(
            targets=d.array(np.full((5, 2), -0.5)), loss="sigmoid_binary_cross_entropy"
        ),
        ValueError,
        "sigmoid_binary_cross_entropy needs targets in [0, 1]",
    ),
    "targets that do not sum to one": (
        lambda d: d.train(targets=d.array(np.full((5, 2), 0.6)), loss="softmax_cross_entropy"),
        ValueError,
        "softmax_cross_entropy needs targets whose rows sum to 1",
    ),
}
