"""The call of `MLPClassifier` or `MLPRegressor`, read as an optimizer with a decay and a loss.

Read in scikit-learn 1.9.1, `neural_network/_multilayer_perceptron.py` and
`_stochastic_optimizers.py`; `statements` runs the estimators beside the NumPy reference.
"""

import ast
import math
from dataclasses import dataclass, replace
from typing import Any

from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.optimizers.parsing import CallError, find_optimizers, plain_value

SKLEARN = "sklearn.neural_network._stochastic_optimizers"
POSITIONAL = {
    "MLPClassifier": ("hidden_layer_sizes", "activation"),
    "MLPRegressor": ("loss", "hidden_layer_sizes", "activation"),
}
# Every argument with its default, but for the regressor's `loss`.
DEFAULTS: dict[str, Any] = {
    "hidden_layer_sizes": (100,),
    "activation": "relu",
    "solver": "adam",
    "alpha": 1e-4,
    "batch_size": "auto",
    "learning_rate": "constant",
    "learning_rate_init": 1e-3,
    "power_t": 0.5,
    "max_iter": 200,
    "shuffle": True,
    "random_state": None,
    "tol": 1e-4,
    "verbose": False,
    "warm_start": False,
    "momentum": 0.9,
    "nesterovs_momentum": True,
    "early_stopping": False,
    "validation_fraction": 0.1,
    "beta_1": 0.9,
    "beta_2": 0.999,
    "epsilon": 1e-8,
    "n_iter_no_change": 10,
    "max_fun": 15000,
}
# Whatever they are, the steps are the same: their values are not read.
INERT = ("hidden_layer_sizes", "random_state", "verbose", "warm_start", "max_fun")
CHOICES = {
    "activation": ("identity", "logistic", "tanh", "relu"),
    "solver": ("lbfgs", "sgd", "adam"),
    "learning_rate": ("constant", "invscaling", "adaptive"),
    "loss": ("squared_error", "poisson"),
}
LARGEST_AUTO_BATCH = 200
LARGEST_POWER = 20
REFUSED = {
    ("solver", "lbfgs"): "it searches along a line with the loss of all samples, and has no "
    "learning rate: no optimizer here takes such steps",
    ("learning_rate", "adaptive"): "it divides the rate by 5 when the loss has not fallen for some "
    "epochs, so that its rates depend on the data",
    ("loss", "poisson"): "no reference has the Poisson deviance",
}


@dataclass(frozen=True)
class Estimator:
    """A network of scikit-learn, as far as its arguments decide how it is trained.

    Attributes:
        name: "MLPClassifier" or "MLPRegressor".
        given: The arguments of the call by their names; those in `INERT` as text.
        samples: How many samples it is trained on; None if nobody says so.
    """

    name: str
    given: dict[str, Any]
    samples: int | None = None

    def __getitem__(self, argument: str) -> Any:
        """The value of an argument, given or not."""
        if argument == "loss":
            usual = "squared_error" if self.name == "MLPRegressor" else "log_loss"
            return self.given.get("loss", usual)
        return self.given.get(argument, DEFAULTS[argument])

    @property
    def text(self) -> str:
        """The call as it is written in Python."""
        words = [f"{k}={v if k in INERT else repr(v)}" for k, v in self.given.items()]
        return f"sklearn.neural_network.{self.name}({', '.join(words)})"

    @property
    def batch(self) -> int:
        """The samples of a whole batch; with "auto" and an unknown number of samples, 200."""
        size = LARGEST_AUTO_BATCH if self["batch_size"] == "auto" else self["batch_size"]
        return int(size if self.samples is None else min(size, self.samples))

    @property
    def rest(self) -> int:
        """The samples of a last batch that is shorter than the others; 0 if none is."""
        return 0 if self.samples is None else self.samples % self.batch

    @property
    def updates_per_epoch(self) -> int | None:
        """How many updates an epoch has; None if the number of samples is unknown."""
        return None if self.samples is None else -(-self.samples // self.batch)

    @property
    def falls(self) -> bool:
        """Whether the learning rate falls from epoch to epoch."""
        return bool(
            self["solver"] == "sgd" and self["learning_rate"] == "invscaling" and self["power_t"]
        )

    def rate(self, epoch: int) -> float:
        """The learning rate in an epoch, counted from 0: what falls counts the samples seen."""
        if not self.falls:
            return float(self["learning_rate_init"])
        seen = float(epoch * (self.samples or 0))
        return float(self["learning_rate_init"] / (seen + 1) ** float(self["power_t"]))

    @property
    def optimizer(self) -> Call:
        """Its optimizer in scikit-learn, without the decay."""
        names = {"learning_rate_init": "learning_rate_init"}
        if self["solver"] == "sgd":
            names |= {"momentum": "momentum", "nesterovs_momentum": "nesterov"}
        else:
            names |= {name: name for name in ("beta_1", "beta_2", "epsilon")}
        kind = "SGDOptimizer" if self["solver"] == "sgd" else "AdamOptimizer"
        row = find_optimizers(f"{SKLEARN}.{kind}")[0]
        return Call(row, {theirs: self[own] for own, theirs in names.items()})

    @property
    def hidden_activation(self) -> str:
        """The reference's name of the activation of its hidden layers."""
        name = str(self["activation"])
        return "sigmoid" if name == "logistic" else name

    @property
    def loss(self) -> str:
        """The reference's loss, of outputs without an activation, that has its gradient.

        Of a classifier with more than two classes.
        """
        regressor = self.name == "MLPRegressor"
        return "half_squared_error" if regressor else "softmax_cross_entropy"


def is_estimator(text: str) -> bool:
    """Whether a text is the call of one of scikit-learn's networks."""
    call = _call_in(text)
    return call is not None and _class_of(call) is not None


def read_estimator(text: str, samples: int | None = None) -> Estimator:
    """Read a call as "MLPClassifier(solver='sgd', alpha=1e-3)", also with `.fit(X, y)` behind it.

    Args:
        text: It is parsed, never evaluated.
        samples: How many samples the estimator is trained on.

    Raises:
        CallError: If the text is no such call, an argument is unknown or has a value that
            scikit-learn refuses, or nothing here trains as it does.
    """
    call = _call_in(text)
    name = None if call is None else _class_of(call)
    if call is None or name is None:
        raise CallError(f"{text!r} is no call of {' or '.join(POSITIONAL)}")
    for fit in _calls_in(text)[:-1]:
        if len(fit.args) > 2 or any(each.arg == "sample_weight" for each in fit.keywords):
            raise CallError(
                "sample_weight is not read: with it scikit-learn divides the gradient, and alpha W "
                "too, by the sum of the batch's weights"
            )
    if samples is not None and samples < 1:
        raise CallError(f"there must be at least one sample, not {samples}")
    estimator = Estimator(name, _arguments(name, call), samples)
    for argument in ("solver", "learning_rate", "activation", "loss"):
        _check_choice(estimator, argument)
    _check_numbers(estimator)
    if estimator.falls and samples is None:
        raise CallError(
            "learning_rate='invscaling' divides the rate by (samples seen + 1)^power_t after each "
            "epoch: say how many samples an epoch has, as --samples 1000"
        )
    try:
        estimator.optimizer.spec()
    except ValueError as error:
        raise CallError(f"{name}: {error}") from None
    return estimator


def _call_in(text: str) -> ast.Call | None:
    """The call in a text, before its `.fit(...)`; None if there is none."""
    calls = _calls_in(text)
    return calls[-1] if calls else None


def _calls_in(text: str) -> list[ast.Call]:
    """The call in a text, behind those of `fit` and `partial_fit` that follow it."""
    try:
        (statement,) = ast.parse(text.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    call, found = getattr(statement, "value", None), []
    while isinstance(call, ast.Call):
        found.append(call)
        fits = isinstance(call.func, ast.Attribute) and call.func.attr in ("fit", "partial_fit")
        call = call.func.value if fits and isinstance(call.func, ast.Attribute) else None
    return found


def _class_of(call: ast.Call) -> str | None:
    last = ast.unparse(call.func).rpartition(".")[2]
    return last if last in POSITIONAL else None


def _arguments(name: str, call: ast.Call) -> dict[str, Any]:
    """The arguments of a call by their names."""
    positional, given = POSITIONAL[name], {}
    if len(call.args) > len(positional):
        raise CallError(f"{name} takes only {' and '.join(positional)} without their names")
    if call.args and positional[0] == "loss" and not isinstance(call.args[0], ast.Constant):
        raise CallError(
            "the first argument of MLPRegressor is loss in scikit-learn 1.9.1, which refuses "
            f"{ast.unparse(call.args[0])}: write hidden_layer_sizes={ast.unparse(call.args[0])}"
        )
    pairs = list(zip(positional, call.args, strict=False))
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg in dict(pairs):
            raise CallError(f"{ast.unparse(keyword)!r} cannot be read, or is given twice")
        pairs.append((keyword.arg, keyword.value))
    for argument, node in pairs:
        if argument not in (*DEFAULTS, *positional):
            known = ", ".join(dict.fromkeys([*positional, *DEFAULTS]))
            raise CallError(f"{name} has no argument {argument!r}: known are {known}")
        given[argument] = ast.unparse(node) if argument in INERT else plain_value(node)
    return given


def _check_choice(estimator: Estimator, argument: str) -> None:
    value, name = estimator[argument], estimator.name
    if argument == "learning_rate" and estimator["solver"] != "sgd":
        return  # scikit-learn reads it for "sgd" alone
    if value not in CHOICES[argument] and (argument, value) != ("loss", "log_loss"):
        known = ", ".join(map(repr, CHOICES[argument]))
        raise CallError(f"scikit-learn refuses {argument}={value!r} of {name}: known are {known}")
    if (argument, value) in REFUSED:
        raise CallError(
            f"{argument}={value!r} of {name} is not related to a reference here: "
            f"{REFUSED[argument, value]}"
        )


def _check_numbers(estimator: Estimator) -> None:
    def refuse(argument: str, wanted: str) -> None:
        raise CallError(
            f"scikit-learn refuses {argument}={estimator[argument]!r} of {estimator.name}: it must "
            f"be {wanted}"
        )

    numbers = ("alpha", "learning_rate_init", "power_t", "momentum", "beta_1", "beta_2", "epsilon")
    for argument in numbers:
        value = estimator[argument]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value):
            refuse(argument, "a finite number")
        above = argument in ("learning_rate_init", "epsilon")
        if value < 0 or (above and value == 0):
            refuse(argument, "above 0" if above else "at least 0")
    if estimator["power_t"] > LARGEST_POWER:  # beyond it the rate is 0, or its power overflows
        raise CallError(f"power_t={estimator['power_t']!r} is above {LARGEST_POWER}")
    size = estimator["batch_size"]
    whole = isinstance(size, int) and not isinstance(size, bool) and size >= 1
    if size != "auto" and not whole:
        refuse("batch_size", "'auto' or a whole number from 1 on")
    for argument in ("nesterovs_momentum", "shuffle", "early_stopping"):
        if not isinstance(estimator[argument], bool):
            refuse(argument, "True or False")


def with_samples(estimator: Estimator, samples: int) -> Estimator:
    """The same estimator, trained on so many samples."""
    return replace(estimator, samples=samples)
