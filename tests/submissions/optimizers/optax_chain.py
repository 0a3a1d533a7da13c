import optax


def my_optimizer(learning_rate):
    return optax.chain(optax.scale_by_adam(b1=0.8), optax.scale_by_learning_rate(learning_rate))
