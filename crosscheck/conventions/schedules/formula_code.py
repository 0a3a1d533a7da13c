"""Write a schedule's formula as code of a framework: the formula itself is run on expressions."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from crosscheck.conventions.closed_forms.schedule import Schedule

# How tightly an expression holds together.
CHOICE, COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(7)
NAMES = "abcdefghijklmnopqrsuvw"  # of what is computed on the way; t is the update


@dataclass(frozen=True, eq=False)
class Expression:
    """A text that stands for a number, and how tightly it holds together."""

    text: str
    binding: int = ATOM

    def __add__(self, other: Any) -> Any:
        return self if _is(other, 0) else _joined(self, "+", other, SUM)

    def __radd__(self, other: Any) -> Any:
        return self if _is(other, 0) else _joined(other, "+", self, SUM)

    def __sub__(self, other: Any) -> Any:
        return self if _is(other, 0) else _joined(self, "-", other, SUM, SUM + 1)

    def __rsub__(self, other: Any) -> Any:
        return _joined(other, "-", self, SUM, SUM + 1)

    def __mul__(self, other: Any) -> Any:
        if _is(other, 0):
            return 0.0
        return self if _is(other, 1) else _joined(self, "*", other, PRODUCT)

    def __rmul__(self, other: Any) -> Any:
        if _is(other, 0):
            return 0.0
        return self if _is(other, 1) else _joined(other, "*", self, PRODUCT, PRODUCT + 1)

    def __truediv__(self, other: Any) -> Any:
        return self if _is(other, 1) else _joined(self, "/", other, PRODUCT, PRODUCT + 1)

    def __rtruediv__(self, other: Any) -> Any:
        return _joined(other, "/", self, PRODUCT, PRODUCT + 1)

    def __pow__(self, other: Any) -> Any:
        return self if _is(other, 1) else _joined(self, "**", other, POWER, SIGN, POWER + 1)

    def __rpow__(self, other: Any) -> Any:
        return 1.0 if _is(other, 1) else _joined(other, "**", self, POWER, SIGN, POWER + 1)

    def __lt__(self, other: Any) -> Any:
        return _joined(self, "<", other, COMPARISON, SUM)

    def __le__(self, other: Any) -> Any:
        return _joined(self, "<=", other, COMPARISON, SUM)

    def __gt__(self, other: Any) -> Any:
        return _joined(self, ">", other, COMPARISON, SUM)

    def __ge__(self, other: Any) -> Any:
        return _joined(self, ">=", other, COMPARISON, SUM)


def _is(value: Any, number: float) -> bool:
    return not isinstance(value, Expression) and value == number


def _text(value: Any, least: int) -> str:
    """An operand, in parentheses if it holds together less tightly than it must."""
    if not isinstance(value, Expression):
        value = _number(value)
    return value.text if value.binding >= least else f"({value.text})"


def _number(value: float) -> Expression:
    if value == math.pi:
        return Expression("PI")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e6:
        value = int(value)
    return Expression(repr(value), SIGN if value < 0 else ATOM)


def _joined(
    one: Any, sign: str, other: Any, binding: int, right: int | None = None, left: int | None = None
) -> Expression:
    first = _text(one, binding if left is None else left)
    second = _text(other, binding if right is None else right)
    if sign == "+" and second.startswith("-"):
        sign, second = "-", second[1:]
    return Expression(f"{first} {sign} {second}", binding)


@dataclass(frozen=True)
class Dialect:
    """How a framework writes what NumPy's functions do, and the frame around a formula.

    Attributes:
        prefix: Of the functions, as "jnp.".
        pi: The number.
        frame: The code around the formula; its last line is the schedule.
        names: The functions that are called otherwise.
        choice: How one of two values is chosen, if not by `where`.
    """

    prefix: str
    pi: str
    frame: str
    names: dict[str, str]
    choice: str | None = None


class Writer:
    """Stands for NumPy where a formula is written: its functions give names to what they compute.

    Attributes:
        lines: The assignments so far.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.lines: list[str] = []
        self._dialect = dialect

    def _named(self, text: str) -> Expression:
        for line in self.lines:
            name, _, known = line.partition(" = ")
            if known == text:
                return Expression(name)
        name = NAMES[len(self.lines)] if len(self.lines) < len(NAMES) else f"x{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        return Expression(name)

    def _call(self, name: str, by_number: Callable[..., Any], *arguments: Any) -> Any:
        if not any(isinstance(each, Expression) for each in arguments):
            return by_number(*arguments)
        words = ", ".join(_text(each, CHOICE) for each in arguments)
        function = self._dialect.names.get(name, self._dialect.prefix + name)
        return self._named(f"{function}({words})")

    def maximum(self, one: Any, other: Any) -> Any:
        return self._call("maximum", max, one, other)

    def minimum(self, one: Any, other: Any) -> Any:
        return self._call("minimum", min, one, other)

    def floor(self, value: Any) -> Any:
        return self._call("floor", math.floor, value)

    def ceil(self, value: Any) -> Any:
        return self._call("ceil", math.ceil, value)

    def round(self, value: Any) -> Any:
        return self._call("round", round, value)

    def cos(self, value: Any) -> Any:
        return self._call("cos", math.cos, value)

    def log(self, value: Any) -> Any:
        return self._call("log", math.log, value)

    def where(self, condition: Any, one: Any, other: Any) -> Any:
        if not isinstance(condition, Expression):
            return one if condition else other
        if self._dialect.choice is None:
            return self._call("where", lambda *_: None, condition, one, other)
        words = [_text(one, COMPARISON), condition.text, _text(other, COMPARISON)]
        return self._named(self._dialect.choice.format(*words))


PYTHON = Dialect(
    "math.",
    "math.pi",
    "import math\n\n\ndef factor(step):\n    t = float(step)\n{}\n\n\n"
    "torch.optim.lr_scheduler.LambdaLR(optimizer, factor)",
    {"maximum": "max", "minimum": "min", "round": "round"},
    "{0} if {1} else {2}",
)
PADDLE = replace(
    PYTHON,
    frame="import math\n\n\ndef rate(step):\n    t = float(step)\n{}\n\n\n"
    "paddle.optimizer.lr.LambdaDecay(1.0, rate)",
)
JAX = Dialect(
    "jnp.",
    "jnp.pi",
    "import jax.numpy as jnp\n\n\ndef schedule(step):\n    t = jnp.asarray(step, float)\n"
    "{}\n\n\nschedule",
    {},
)
_CLASS = """class Schedule({0}.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        t = {0}.ops.cast(step, {0}.config.floatx())
{{}}

    def get_config(self):
        return {{{{}}}}


Schedule()"""
KERAS = Dialect("keras.ops.", "math.pi", f"import math\n\n\n{_CLASS.format('keras')}", {})
TENSORFLOW = Dialect(
    "tensorflow.keras.ops.",
    "math.pi",
    f"import math\n\n\n{_CLASS.format('tensorflow.keras')}",
    {},
)
DIALECTS = {
    "torch": PYTHON,
    "optax": JAX,
    "keras-jax": KERAS,
    "keras-torch": KERAS,
    "tensorflow": TENSORFLOW,
    "paddle": PADDLE,
}


def formula_code(schedule: Schedule, framework: str) -> str:
    """A function of a framework that computes a schedule, as lines of code.

    Args:
        schedule: What it computes; for PyTorch, as a multiple of the optimizer's rate.
        framework: A name in `DIALECTS`.

    Returns:
        Lines that define it; the last line is an expression, the schedule.
    """
    dialect = DIALECTS[framework]
    writer = Writer(dialect)
    formula = _text(schedule.at(writer, Expression("t")), CHOICE)
    if not writer.lines and "t" not in formula:  # a tensor, whatever the update
        formula = f"{formula} + 0 * t"
    indent = " " * (dialect.frame.partition("t = ")[0].rpartition("\n")[2].count(" "))
    if writer.lines and formula == writer.lines[-1].partition(" = ")[0]:
        formula = writer.lines.pop().partition(" = ")[2]
    lines = [*writer.lines, f"return {formula}"]
    code = dialect.frame.format("\n".join(indent + line for line in lines))
    code = code.replace("PI", dialect.pi)
    return code if "math." in code else code.removeprefix("import math\n\n\n")
