"""Write an estimator of scikit-learn as code of another framework, and train both."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from crosscheck.conventions import stock
from crosscheck.conventions.estimators import running
from crosscheck.conventions.estimators.estimator import Estimator, read_estimator, with_samples
from crosscheck.conventions.estimators.experiment import Experiment, parameter_bounds
from crosscheck.conventions.estimators.writing import WRITERS, reference_code
from crosscheck.conventions.optimizers.parsing import CallError
from crosscheck.conventions.pasting import Compared, with_imports
from crosscheck.frameworks import registry
from crosscheck.numerics.bounds.precision import DOUBLE, Precision
from crosscheck.numerics.digits import counted

# An experiment has two whole batches and the rest if there is one, or all samples where these
# matter: no more than these.
MOST_SAMPLES = 20_000
# How the error begins with which scikit-learn refuses an argument.
REFUSES = "InvalidParameterError"
GROWS = "at this learning rate the parameters of a small network grow beyond what can be compared"


@dataclass(frozen=True)
class EstimatorTranslation(Compared):
    """An estimator's training as code of another framework, and how far the two differ.

    Attributes:
        source: The estimator's call, its arguments with their names.
        reference: Code that makes the same optimizer of the NumPy reference.
        target: Code that makes it in the other framework.
        target_framework: A name in `stock.FRAMEWORKS`.
        provisos: What else decides the training, as sentences.
        mismatch: In what the two differ, the source's value and the target's.
        difference: The largest difference of the parameters of a small network that both train for
            three epochs; None if it could not be measured.
        bound: How far they may differ there.
        within_bound: Whether every parameter differs by no more than its bound.
        problem: Why no difference could be measured, or None.
    """

    source: str
    reference: str
    target: str
    target_framework: str
    provisos: tuple[str, ...]
    mismatch: dict[str, tuple[Any, Any]]
    difference: float | None = None
    bound: float = 0.0
    within_bound: bool = True
    problem: str | None = None

    # Of a training these are not compared apart.
    zeros_agree = True
    as_rate_changes = None

    def as_json(self) -> dict[str, Any]:
        """The translation in the form that other programs read."""
        return {
            "verdict": self.verdict,
            "source": self.source,
            "reference": self.reference,
            "target": self.target,
            "code": with_imports(self.target),
            "equal": self.equal,
            "provisos": list(self.provisos),
            "mismatch": {key: list(pair) for key, pair in self.mismatch.items()},
            "difference": self.difference,
            "bound": self.bound,
            "problem": self.problem,
        }


def translate_estimator(text: str, *, to: str, samples: int | None = None) -> EstimatorTranslation:
    """Write a call of `MLPClassifier` or `MLPRegressor` as code of PyTorch, optax or Keras.

    The estimator and the code train the same small network on the same batches. JAX is set to
    float64 for the whole process.

    Args:
        text: The call as it is written in Python. It is parsed, never evaluated.
        to: The other framework, a name in `stock.FRAMEWORKS` or in `stock.ALIASES`.
        samples: How many samples the estimator is trained on, where its training depends on that.

    Raises:
        ValueError: If the text is no such call, no reference trains so, scikit-learn refuses it,
            or there is no writer for the other framework.
    """
    to = stock.framework_named(to)
    registry.prepare()
    estimator = read_estimator(text, samples)
    if to not in WRITERS:
        raise CallError(
            f"a network of scikit-learn is written for {', '.join(WRITERS)}, not for {to}; its "
            f'optimizer alone is "{estimator.optimizer.text}"'
        )
    code = WRITERS[to](estimator)
    mismatch = _mismatch(estimator, to)
    calls = (estimator.text, reference_code(estimator), code, to)
    found = (*calls, _provisos(estimator, to), mismatch)
    small = 2 * estimator.batch + estimator.rest
    if samples is not None and (estimator.falls or estimator.batch == samples):
        small = samples  # the rates count them, or a batch has all of them
    if small > MOST_SAMPLES:
        return EstimatorTranslation(*found, problem=f"{small} samples are too many to try it with")
    task = "classes" if estimator.name == "MLPClassifier" else "numbers"
    experiment = Experiment(with_samples(estimator, small), task)
    paths: list[np.ndarray] = []
    for framework, text_run in (("sklearn", None), (to, code)):
        missing = stock.FRAMEWORKS[framework].missing
        if missing:
            return EstimatorTranslation(*found, problem=f"{missing} is not installed")
        (result,) = stock.run_jobs(framework, [(running.__name__, experiment.job(text_run))])
        if "error" in result:
            if framework == "sklearn" and result["error"].startswith(REFUSES):
                raise CallError(f"scikit-learn itself refuses it: {result['error']}")
            return EstimatorTranslation(*found, problem=result["error"])
        paths.append(np.array(result["params"]))
    difference = np.abs(paths[0] - paths[1])
    single = Precision.of("float32")
    with np.errstate(all="ignore"):  # where a step overflows, its bound is infinite
        allowed = parameter_bounds(experiment) + parameter_bounds(
            experiment, single if to == "keras-torch" else DOUBLE
        )
    if not np.all(np.isfinite(allowed)):
        return EstimatorTranslation(*found, problem=GROWS)
    worst = np.unravel_index(np.argmax(difference), difference.shape)
    return EstimatorTranslation(
        *found,
        difference=float(difference[worst]),
        bound=float(allowed[worst]),
        within_bound=bool(np.all(difference <= allowed)),
    )


def _mismatch(estimator: Estimator, to: str) -> dict[str, tuple[Any, Any]]:
    """In what the code differs: Keras has one penalty for all batches."""
    alpha = estimator["alpha"]
    if to.startswith("keras") and estimator.rest and alpha:
        return {
            "decay of the last batch": (alpha / estimator.rest, alpha / estimator.batch),
        }
    return {}


def _provisos(estimator: Estimator, to: str) -> tuple[str, ...]:
    """What else decides the training, each sentence with the framework that it speaks of."""
    size, alpha = estimator.batch, estimator["alpha"]
    found = []
    if alpha:
        found.append(
            f"scikit-learn has alpha W / (samples of the batch) in the gradient of the weights "
            f"alone: here {alpha!r} / {size}, which depends on the batch size"
        )
    if estimator["batch_size"] == "auto" and estimator.samples is None:
        found.append(
            f"scikit-learn's batch_size='auto' is min(200, samples): {size} is written, which is "
            "right from 200 samples on; say how many there are, as --samples 1000"
        )
    if estimator.samples is None and alpha:
        found.append(
            "scikit-learn divides alpha by fewer samples in a last batch that is shorter, which "
            "this leaves out: say how many samples there are"
        )
    elif estimator.rest and alpha:
        found.append(
            f"scikit-learn divides alpha by {estimator.rest} in the last batch, which is shorter"
            + (
                ", and Keras by as many as ever"
                if to.startswith("keras")
                else ": so the decay is a penalty in the loss here"
            )
        )
    if estimator.name == "MLPRegressor":
        found.append(
            "the gradient of scikit-learn's MLPRegressor is that of half the squared errors' sum "
            "over the outputs, and so is the loss here; the loss_ that it reports is their mean "
            "over the outputs (scikit-learn's issue 8349)"
        )
    else:
        found.append(
            "for two classes scikit-learn's MLPClassifier has one output with a sigmoid, for "
            "several labels at once one for each label: then the loss is the binary cross-entropy, "
            "added up over the outputs, not the softmax's"
        )
    found.append(
        f"scikit-learn's hidden layers have {estimator['activation']!r}; its weights and biases "
        f"start uniform within sqrt({2 if estimator['activation'] == 'logistic' else 6} / (fan_in "
        "+ fan_out))"
    )
    if to == "keras-torch":
        found.append("Keras on PyTorch computes its layers in float32, and is compared so")
    return (*found, *_endings(estimator))


def _endings(estimator: Estimator) -> list[str]:
    """When the training ends, and in what order the samples come."""
    patience, tol = estimator["n_iter_no_change"], estimator["tol"]
    epochs = counted(estimator["max_iter"], "epoch")
    share = estimator["validation_fraction"]
    if estimator["early_stopping"]:
        ends = (
            f"scikit-learn keeps {share!r} of the samples for validation, which `samples` must not "
            f"count, ends after {epochs} or when the score on them has not risen by {tol!r} "
            f"in more than {patience} in a row, and returns the parameters of the best epoch"
        )
    else:
        ends = (
            f"scikit-learn ends after {epochs}, or when the loss has not fallen by {tol!r} "
            f"in more than {patience} in a row"
        )
    order = "draws a new order of the samples for every epoch"
    return [ends, f"scikit-learn {order}"] if estimator["shuffle"] else [ends]
