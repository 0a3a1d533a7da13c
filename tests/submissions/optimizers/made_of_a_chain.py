import optax


def make_optimizer(lr=1e-3):
    return optax.chain(
        optax.clip_by_global_norm(1.0),
        optax.scale_by_adam(b1=0.9, b2=0.99),
        optax.add_decayed_weights(1e-4),
        optax.scale(-lr),
    )
