import jax.numpy as jnp


def rmsprop(step_size=1e-2, gamma=0.9, eps=1e-8):
    """Of one array."""

    def init(x0):
        return x0, jnp.zeros_like(x0)

    def update(i, g, state):
        x, mean = state
        mean = mean * gamma + jnp.square(g) * (1 - gamma)
        return x - step_size * g / jnp.sqrt(mean + eps), mean

    return init, update, lambda state: state[0]
