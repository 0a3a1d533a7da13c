"""The names of the optimizers that are related to each other, for what only names them.

Here plain gradient descent is "momentum" with a momentum of 0, and AMSGrad is "adam" with another
`maximum_of` than "none".
"""

NAMES = (
    "momentum",
    "lion",
    "adagrad",
    "rmsprop",
    "adadelta",
    "adam",
    "nadam",
    "radam",
    "adamax",
)
