"""What can be trained, run and timed, by its names: data, for what only offers the choice."""

PIXELS = {"digits": 64, "mnist": 784}  # of every data set
DTYPES = ("float64", "float32", "bfloat16", "float16")
PRECISIONS = ("same", "mixed")
EXPERIMENTS = (
    "weights",
    "noise",
    "labels",
    "batches",
    "saturation",
    "surface",
    "optimizers",
    "stopping",
    "stall",
    "lost",
    "nan",
    "record",
)
# The benchmark: the documents' digit recogniser, and as many samples as MNIST has for training.
NETWORK, SAMPLES = (784, 16, 16, 10), 50_000
