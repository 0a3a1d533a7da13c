import jax.numpy as jnp
import numpy as np
import optax
import torch

from crosscheck.conventions import states

parameters = [torch.nn.Parameter(torch.ones(2, 3, dtype=torch.float64))]
optimizer = torch.optim.Adam(parameters, lr=1e-3)
parameters[0].grad = torch.full((2, 3), 0.5, dtype=torch.float64)
optimizer.step()

like = [np.ones((2, 3))]
state = states.from_torch(optimizer, like)
print(states.into_optax("adam", state, optax.adam(1e-3).init([jnp.ones((2, 3))])))
