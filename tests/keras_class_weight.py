"""What a worker does with Keras' `class_weight`: the loss of one batch that it reports."""

import numpy as np


def run(framework, job):
    """The loss of a batch whose outputs are the inputs, and their gradient by one step."""
    import keras

    keras.config.set_floatx("float64")
    z, labels = np.array(job["outputs"]), np.array(job["labels"])
    layer = keras.layers.Dense(z.shape[1], use_bias=False)
    model = keras.Sequential([keras.Input((len(z),)), layer])
    layer.set_weights([z])  # the samples are unit vectors, so that the outputs are the weights
    model.compile(
        optimizer=keras.optimizers.SGD(1.0),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    weights = {int(label): weight for label, weight in job["class_weight"]}
    loss = model.train_on_batch(np.eye(len(z)), labels, class_weight=weights)
    return {"loss": float(loss), "gradient": (z - layer.get_weights()[0]).tolist()}
