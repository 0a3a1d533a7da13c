"""What a worker does with states of Keras: it moves them half way, and hands back what comes of it.

The steps of a run are split: half of them are made in one framework and half in another.
"""

from functools import partial

import numpy as np

from crosscheck.conventions import states
from crosscheck.conventions.optimizers.parsing import parse_call
from crosscheck.conventions.optimizers.specs import trajectory
from crosscheck.conventions.states import StateError
from reference_numpy.optimizers import OPTIMIZERS, apply_updates
from reference_numpy.params import Layer

RNG = np.random.default_rng(4)
START = tuple(
    Layer(RNG.standard_normal((above, below)), RNG.standard_normal(above))
    for below, above in ((3, 4), (4, 4))  # a square weight, too, whose shape tells nothing
)
GRADS = [
    tuple(Layer(*(RNG.standard_normal(leaf.shape) for leaf in layer)) for layer in START)
    for _ in range(12)
]
HALF, RATE = 6, 0.1


def run(framework, job):
    """Run one of the functions below in Keras, by its name."""
    import keras

    keras.config.set_floatx("float64")
    return globals()[job["what"]](*job["arguments"])


class InKeras:
    def __init__(self, call, theta, dtype="float64"):
        import keras

        self.variables = [keras.Variable(leaf.T, dtype=dtype) for layer in theta for leaf in layer]
        name = call.partition("(")[0].rpartition(".")[2]
        arguments = parse_call(call).arguments
        self.optimizer = getattr(keras.optimizers, name)(**arguments)
        self.optimizer.build(self.variables)

    def steps(self, grads):
        import keras

        for grad in grads:
            leaves = [leaf.T for layer in grad for leaf in layer]
            dtype = self.variables[0].dtype
            tensors = [keras.ops.convert_to_tensor(leaf, dtype) for leaf in leaves]
            self.optimizer.apply(tensors, self.variables)
        arrays = [keras.ops.convert_to_numpy(variable).T for variable in self.variables]
        return states.tree_of(arrays, START)


def by_reference(spec, theta, state, grads):
    optimizer = spec.reference()
    for grad in grads:
        updates, state = optimizer.update(grad, state, theta)
        theta = apply_updates(theta, updates)
    return theta, state


def used(spec, theta):
    """Which part of its bound a run of all steps uses, and how far it is from the exact one."""
    parts, apart = [], []
    for place, leaf in enumerate(states.leaves_of(theta)):
        start, *grads = (states.leaves_of(tree)[place] for tree in (START, *GRADS))
        exact = trajectory(spec, (RATE,) * len(GRADS), start, grads)
        difference = np.abs(leaf - exact.values[-1])
        parts.append(np.max(difference / exact.bounds[-1]))
        apart.append(np.max(difference))
    return [float(max(parts)), float(max(apart))]


def halves(call):
    """Half in Keras and half in the reference, the other way round, and without the state."""
    spec = parse_call(call).spec()
    first = InKeras(call, START)
    theta = first.steps(GRADS[:HALF])
    state = states.from_keras(first.optimizer, START)
    out, _ = by_reference(spec, theta, state, GRADS[HALF:])
    theta, state = by_reference(spec, START, spec.reference().init(START), GRADS[:HALF])
    second = InKeras(call, theta)
    states.into_keras(second.optimizer, state, made_by=spec)
    back = states.from_keras(second.optimizer, START)
    moments = zip(states.leaves_of(tuple(state)), states.leaves_of(tuple(back)), strict=True)
    exact = all(np.array_equal(one, other) for one, other in moments)
    into = second.steps(GRADS[HALF:])
    without = InKeras(call, theta).steps(GRADS[HALF:])
    return {
        "out": used(spec, out)[0],
        "into": used(spec, into)[0],
        "exact": exact,
        "without": used(spec, without)[1],
        "call": states.keras_call(first.optimizer),
    }


def into_torch(call, other, inside):
    """Half in Keras and half in PyTorch, whose velocity has the rate outside."""
    import torch

    torch.set_default_dtype(torch.float64)  # of NAdam's product
    first = InKeras(call, START)
    theta = first.steps(GRADS[:HALF])
    state = states.from_keras(first.optimizer, START)
    thetas = [torch.tensor(leaf, requires_grad=True) for leaf in states.leaves_of(theta)]
    target = parse_call(other)
    optimizer = getattr(torch.optim, target.optimizer.name.rpartition(".")[2])(
        thetas, **target.arguments
    )
    state = states.rate_outside(state, RATE) if inside else state
    states.into_torch(optimizer, state, made_by=states.keras_call(first.optimizer))
    for grad in GRADS[HALF:]:
        for leaf, own in zip(thetas, states.leaves_of(grad), strict=True):
            leaf.grad = torch.tensor(own)
        optimizer.step()
    ended = states.tree_of([leaf.detach().numpy() for leaf in thetas], START)
    return used(parse_call(call).spec(), ended)[0]


def refusals():
    """What cannot be moved, each with the message of its error."""
    import keras

    adam = OPTIMIZERS["adam"](RATE).init(START)
    small = InKeras("keras.optimizers.Adam(learning_rate=0.1)", START, "float32").optimizer
    double = InKeras("keras.optimizers.Adam(learning_rate=0.1)", START).optimizer
    plain = InKeras("keras.optimizers.RMSprop(learning_rate=0.1)", START).optimizer
    moving = adam._replace(first_moment=START)
    moved = OPTIMIZERS["rmsprop"](RATE).init(START)._replace(velocity=START)
    spec = "keras.optimizers.Adam(learning_rate=0.2)"
    clipped = keras.optimizers.Adam(0.1, clipnorm=1.0)
    clipped.build([keras.Variable(np.ones(3))])
    gathering = keras.optimizers.Adam(0.1, gradient_accumulation_steps=2)
    calls = {
        "unknown": partial(states.from_keras, keras.optimizers.Ftrl(0.1), START),
        "not built": partial(states.from_keras, keras.optimizers.Adam(0.1), START),
        "shapes": partial(states.from_keras, double, START[:1]),
        "gathering": partial(states.from_keras, gathering, START),
        "mean": partial(states.from_keras, keras.optimizers.Adam(0.1, use_ema=True), START),
        "clipped": partial(states.into_keras, clipped, adam, spec),
        "rounded": partial(states.into_keras, small, moving, spec),
        "not equal": partial(states.into_keras, double, adam, "torch.optim.Adam(lr=0.1)"),
        "of another": partial(states.into_keras, double, moved, spec),
        "no place": partial(
            states.into_keras, plain, moved, "keras.optimizers.RMSprop(learning_rate=0.1)"
        ),
    }
    messages = {}
    for name, call in calls.items():
        try:
            call()
            messages[name] = "moved"
        except StateError as error:
            messages[name] = str(error)
    states.into_keras(small, moving, spec, rounding=True)
    messages["rounded after all"] = str(int(states.from_keras(small, START).step))
    untouched = states.from_keras(double, START)
    messages["untouched"] = str(any(map(np.any, states.leaves_of(untouched.first_moment))))
    return messages


def vectors():
    """The state of dicts is one vector, and its kernels are not transposed."""
    tree = {"bias": START[0].bias, "kernel": START[0].weight}
    import keras

    variables = [keras.Variable(tree[key]) for key in sorted(tree)]
    optimizer = keras.optimizers.Lion(RATE)
    optimizer.build(variables)
    optimizer.apply([keras.ops.convert_to_tensor(tree[key]) for key in sorted(tree)], variables)
    state = states.from_keras(optimizer, tree)
    again = keras.optimizers.Lion(RATE)
    again.build(variables)
    states.into_keras(again, state, f"keras.optimizers.Lion({RATE})")
    second = states.from_keras(again, tree)
    wanted = 0.01 * np.concatenate([tree[key].ravel() for key in sorted(tree)])
    same = np.array_equal(state.first_moment, second.first_moment) and second.step == 1
    return bool(same and np.allclose(state.first_moment, wanted, rtol=1e-14, atol=0))
