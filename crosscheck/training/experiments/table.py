"""The experiments of the lectures, each with its claim and its picture: `crosscheck experiment`."""

from crosscheck.training.experiments import digits, few_bits, networks, record, surfaces
from crosscheck.training.experiments.base import Experiment

EXPERIMENTS: dict[str, Experiment] = {
    "weights": Experiment(
        "A network recognises digits though its first layer holds no strokes, but loose patterns.",
        "document 001, a second look at how the network works",
        digits.run_weights,
        digits.draw_weights,
        parts=30,
    ),
    "noise": Experiment(
        "An image of noise is taken for a digit, and with confidence.",
        "document 001, a second look at how the network works",
        digits.run_noise,
        digits.draw_noise,
        parts=30,
    ),
    "labels": Experiment(
        "With shuffled labels the loss falls slowly; with the true ones fast.",
        "document 001, a second look at how the network works",
        digits.run_labels,
        digits.draw_labels,
        parts=60,
    ),
    "batches": Experiment(
        "Smaller batches make more of one pass over the samples, on a path that wanders.",
        "document 001, stochastic gradient descent; document 000",
        surfaces.run_batches,
        surfaces.draw_batches,
    ),
    "saturation": Experiment(
        "In a deep stack of sigmoids the gradient vanishes; with relu it does not; started in a "
        "wide range nearly every sigmoid is saturated.",
        "document 001, activation functions; document 004, section 3.2",
        networks.run_saturation,
        networks.draw_saturation,
    ),
    "surface": Experiment(
        "The gradient of C = 3x²/2 + y²/2 at (1, 1) is [3, 1], the direction of steepest ascent.",
        "document 001, another way to understand gradient descent",
        surfaces.run_surface,
        surfaces.draw_surface,
    ),
    "optimizers": Experiment(
        "Five optimizers take five paths down one surface; the adaptive ones start diagonally.",
        "documents 002 and 003",
        surfaces.run_optimizers,
        surfaces.draw_optimizers,
    ),
    "stopping": Experiment(
        "Repeated, document 002's step ends by each of its three stop conditions.",
        "document 002, the flow chart",
        networks.run_stopping,
        networks.draw_stopping,
    ),
    "stall": Experiment(
        "In bfloat16 Adam's second moment stalls: it does not forget a large gradient.",
        "document 002, Adam, in 16 bits",
        few_bits.run_stall,
        few_bits.draw_stall,
    ),
    "lost": Experiment(
        "In bfloat16 an update smaller than half a unit is lost, however often it is made.",
        "document 001, gradient descent, in 16 bits",
        few_bits.run_lost,
        few_bits.draw_lost,
    ),
    "nan": Experiment(
        "In float16 Adam's update is NaN at a gradient of 0, since eps is 0 there.",
        "document 002, Adam, in 16 bits",
        few_bits.run_nan,
        few_bits.draw_nan,
    ),
    "record": Experiment(
        "The lectures' networks recognise 94 to 95 of 100 handwritten digits of MNIST.",
        "document 001; Nielsen (2015), chapter 1",
        record.run_record,
        record.draw_record,
        parts=record.PARTS,
    ),
}
