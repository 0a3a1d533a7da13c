"""An identified optimizer in words: as a call of the references, and of stock frameworks."""

from collections.abc import Iterator, Sequence
from typing import Any

from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.optimizers.keywords import KEYWORDS
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.optimizers.stock_optimizer import ArgumentError, StockOptimizer
from crosscheck.conventions.optimizers.table import STOCK_OPTIMIZERS
from crosscheck.verification.checking.candidates import DISCRETE

# In whose words it is said; Keras has the same optimizers on every backend.
FRAMEWORKS = {"torch": "torch.optim", "optax": "optax", "keras-jax": "keras.optimizers"}

# What a convention that is not the paper's is, by keyword and value.
IN_WORDS: dict[tuple[str, Any], str] = {
    ("eps_place", "inside"): "eps stands inside the root: sqrt(v + eps)",
    ("eps_place", "hat"): "eps stands beside the root of v before its correction: it is 'hat'",
    ("bias_correction", False): "the moments are used without bias correction",
    ("rate_inside", False): "the learning rate stands outside the velocity",
    ("nesterov", True): "the momentum is Nesterov's",
    ("centered", True): "the mean square is centred: v - m^2",
    ("maximum_of", "raw"): "the largest v so far divides (AMSGrad)",
    ("maximum_of", "corrected"): "the largest corrected v so far divides (AMSGrad)",
    ("dampen_first", False): "the first gradient is not dampened",
    ("momentum_decay", 1e6): "the momentum has no schedule: it stays b1",
    ("momentum_decay", 0.0): "the momentum has no schedule: it stays b1 / 2",
    ("threshold", 5.0): "it divides from rho = 5 on, as PyTorch and optax do",
    ("fallback", False): "nothing moves until the variance is known",
}


def call_of(spec: Spec, leaves: str = "all") -> str:
    """The call of the reference: every number, and each other keyword that is not the usual one.

    Args:
        spec: The optimizer.
        leaves: What decays, as the references' `decayed` has it.
    """
    name, own = spec.reference_arguments()
    usual = KEYWORDS[spec.optimizer] | {"dampening": 0.0}
    if spec.optimizer in ("rmsprop", "adagrad"):
        usual |= {"initial_accumulator": 0.0}
    if name == "rmsprop":
        usual |= {"momentum": 0.0}
    hidden = {"dampening", "initial_accumulator", *(["momentum"] if name == "rmsprop" else [])}
    shown = {
        key: value
        for key, value in own.items()
        if not (key in DISCRETE or key in hidden) or value != usual.get(key)
    }
    if name == "amsgrad":
        shown = {k: v for k, v in own.items() if k not in DISCRETE or v not in (False, "outside")}
        shown = {k: v for k, v in shown.items() if v != "raw"}
    arguments = {"learning_rate": spec.learning_rate, **shown}
    if spec.weight_decay and name == "adam" and spec.decoupled and leaves == "all":
        arguments["weight_decay"] = spec.weight_decay
        return _call("adamw", arguments | ({} if spec.scaled else {"scaled": False}))
    call = _call(name, arguments)
    if not spec.weight_decay:
        return call
    decay: dict[str, Any] = {"weight_decay": spec.weight_decay}
    decay |= {} if spec.decoupled else {"decoupled": False}
    decay |= {} if spec.scaled else {"scaled": False}
    decay |= {} if leaves == "all" else {"leaves": leaves}
    rest = ", ".join(f"{key}={value!r}" for key, value in decay.items())
    return f"decayed({call}, {spec.learning_rate!r}, {rest})"


def _call(name: str, arguments: dict[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"


def in_words(spec: Spec) -> Iterator[str]:
    """The conventions by which a reference departs from the paper's form."""
    for key, value in spec.keywords.items():
        if (key, value) in IN_WORDS:
            yield IN_WORDS[key, value]
    if spec.keywords.get("dampening") and spec.keywords["dampening"] == spec.keywords["momentum"]:
        yield "the velocity is a mean of gradients: each is weighted by 1 - momentum"
    if spec.optimizer == "lion" and not spec.keywords["b1"]:
        yield "every entry moves by the sign of its gradient: it is Lion without its means"
    elif spec.optimizer == "lion" and spec.keywords["b1"] == spec.keywords["b2"]:
        yield "every entry moves by the sign of a mean of its gradients (Signum)"
    if spec.weight_decay and not spec.decoupled:
        yield "the weight decay is added to the gradient: an L2 penalty"
    elif spec.weight_decay:
        by_rate = "times" if spec.scaled else "without"
        yield f"the weight decay stands beside the update, {by_rate} the learning rate"


def stock_calls(spec: Spec, rate_changed: bool) -> list[str]:
    """The calls of stock frameworks that make the same steps, and where there is none.

    Args:
        spec: The optimizer.
        rate_changed: Whether it was seen at more than one learning rate.
    """
    found = []
    for framework, title in FRAMEWORKS.items():
        calls = list(_equal_calls(spec, framework))
        if not calls:
            found.append(f"no optimizer of {title} takes the same steps")
            continue
        always = [call for call in calls if _same_at_any_rate(spec, call)]
        call = min(always or calls, key=lambda each: len(each.arguments))
        proviso = "" if always or not rate_changed else ", as long as the learning rate stays"
        found.append(f"= {call.text}{proviso}")
    return found


def _equal_calls(spec: Spec, framework: str) -> Iterator[Call]:
    for optimizer in STOCK_OPTIMIZERS:
        if optimizer.framework != framework:
            continue
        for arguments in _arguments(optimizer, spec):
            if not optimizer.mismatch(spec, arguments):
                rounded = {key: _rounded(value) for key, value in arguments.items()}
                equal = not optimizer.mismatch(spec, rounded)
                yield Call(optimizer, rounded if equal else arguments)


def _rounded(value: Any) -> Any:
    """A number without the last digit, which may be the rounding of 1 - (1 - x)."""
    return float(f"{value:.15g}") if isinstance(value, float) else value


def _arguments(optimizer: StockOptimizer, spec: Spec) -> Sequence[dict[str, Any]]:
    try:
        return optimizer.candidate_arguments(spec)
    except ArgumentError:
        return ()


def _same_at_any_rate(spec: Spec, call: Call) -> bool:
    own, other = spec.keywords, call.spec().keywords
    return not own.get("momentum") or own.get("rate_inside") == other.get("rate_inside")
