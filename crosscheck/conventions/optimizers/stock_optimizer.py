"""A stock optimizer as data: its arguments, and the keyword of a reference that each sets."""

from dataclasses import dataclass, field, replace
from typing import Any

from crosscheck.conventions.optimizers.keywords import KEYWORDS
from crosscheck.conventions.optimizers.simplifying import differences, equivalents, simplify
from crosscheck.conventions.optimizers.specs import Spec
from reference_numpy.checks import in_range

REQUIRED = "required"
# The fields of a `Spec` that arguments may set beside the keywords of the reference.
FIELDS = ("weight_decay", "decoupled", "ascends", "rate_decay")


class ArgumentError(ValueError):
    """An argument that a stock optimizer does not have, or whose effect no reference has."""


@dataclass(frozen=True)
class Argument:
    """One argument of a stock optimizer.

    Attributes:
        name: Its name in the framework.
        default: Its default, or REQUIRED.
        keyword: The reference's keyword that it sets; or several of them, which it sets by a tuple
            of values or by one value for all; or None.
        values: The values that differ between the two, as pairs: the framework's, the reference's.
        inert: Whether it changes nothing but speed or memory.
        neutral: If no reference has the effect of the default: a value without that effect.
        idle_without: Another argument of the optimizer, without which this one has no effect.
        reason: Why no reference has the effect of another value, as a clause.
        ignored_below: A value below it has the effect of this one; None if there is none such.
    """

    name: str
    default: Any
    keyword: str | tuple[str, ...] | None = None
    values: tuple[tuple[Any, Any], ...] = ()
    inert: bool = False
    neutral: Any = None
    idle_without: str | None = None
    reason: str = ""
    ignored_below: float | None = None

    def ignores(self, value: Any) -> bool:
        """Whether the framework takes a value and does as if it were `ignored_below`."""
        return (
            self.ignored_below is not None
            and isinstance(value, int | float)
            and value < self.ignored_below
        )

    def refuses(self, value: Any) -> bool:
        """Whether a value has an effect that no reference has."""
        if self.inert:
            return False
        if self.neutral is not None and value == self.default:
            return True
        usual = self.default if self.neutral is None else self.neutral
        return self.keyword is None and value != usual

    def to_reference(self, value: Any) -> Any:
        """The reference's value for a value of the framework."""
        if self.ignores(value):
            return self.ignored_below
        return next((theirs for own, theirs in self.values if own == value), value)

    def keyword_values(self, value: Any) -> tuple[Any, ...]:
        """The values of all the keywords that it sets.

        Raises:
            ArgumentError: If the value is not a tuple with as many numbers.
        """
        keywords = self.keyword or ()
        if not isinstance(self.default, tuple):
            return (value,) * len(keywords)
        if not isinstance(value, tuple) or len(value) != len(keywords):
            raise ArgumentError(f"{self.name} must be {len(keywords)} numbers, not {value!r}")
        return value

    def from_reference(self, value: Any) -> Any:
        """The framework's value for a value of the reference; its default if it has none for it."""
        fallback = self.default if self.values and isinstance(value, str) else value
        return next((own for own, theirs in self.values if theirs == value), fallback)


@dataclass(frozen=True)
class KnownDeviation:
    """Why a stock optimizer does not do what its arguments say, and how far it deviates.

    Attributes:
        reason: Why, in words.
        sizes: The largest difference over the steps, by the name of the probe. Where the learning
            rate changes it is the same, unless that has a size of its own.
        powers: The keywords whose powers, or products, it computes in float32.
    """

    reason: str
    sizes: dict[str, float]
    powers: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class StockOptimizer:
    """An optimizer of a stock framework.

    Attributes:
        framework: A name in `stock.FRAMEWORKS`.
        name: Its full name, as "torch.optim.Adam".
        optimizer: Its name in `specs.KEYWORDS`.
        arguments: All its arguments but the parameters, in its own order.
        fixed: The reference's keywords that no argument sets, and whose value is not the usual one.
        decoupled: Whether its weight decay stands beside the update.
        constant_rate: Whether its learning rate cannot change between steps.
        rounds: The keywords that it rounds to float32 even if the parameters are float64.
        only: The arguments, with the values, with which alone it computes this: with others the
            same function is another optimizer, and has another row.
        hidden: Whether a decorator hides its arguments from `inspect.signature`.
        deviation: Where it does not do what its arguments say.
    """

    framework: str
    name: str
    optimizer: str
    arguments: tuple[Argument, ...]
    fixed: dict[str, Any] = field(default_factory=dict)
    decoupled: bool = True
    constant_rate: bool = False
    rounds: tuple[str, ...] = ()
    only: dict[str, Any] = field(default_factory=dict)
    hidden: bool = False
    deviation: KnownDeviation | None = None

    @property
    def label(self) -> str:
        """Its name, with the arguments that distinguish it from other rows of the same name."""
        changed = [f"{k}={v!r}" for k, v in self.only.items() if self.argument(k).default != v]
        return f"{self.name}({', '.join(changed)})" if changed else self.name

    def argument(self, name: str) -> Argument:
        """An argument by its name.

        Raises:
            ArgumentError: If it has no argument of that name.
        """
        for argument in self.arguments:
            if argument.name == name:
                return argument
        known = ", ".join(argument.name for argument in self.arguments)
        raise ArgumentError(f"{self.name} has no argument {name!r}: known are {known}")

    @property
    def rate_argument(self) -> Argument:
        """The argument that sets the learning rate."""
        return next(a for a in self.arguments if a.keyword == "learning_rate")

    def spec(self, arguments: dict[str, Any]) -> Spec:
        """What a call with these arguments computes, as a reference with its keywords.

        Raises:
            ArgumentError: If an argument is unknown or missing, or no reference has its effect.
        """
        for name in arguments:
            self.argument(name)
        values = KEYWORDS[self.optimizer] | self.fixed
        fields: dict[str, Any] = {"weight_decay": 0.0, "decoupled": self.decoupled}
        for argument in self.arguments:
            value = arguments.get(argument.name, argument.default)
            if value is REQUIRED:
                raise ArgumentError(f"{self.name} needs {argument.name}")
            self._refuse(argument, value, arguments)
            if argument.keyword is None:
                continue
            reference_value = _as_float(argument.to_reference(value))
            if isinstance(argument.keyword, tuple):
                values |= zip(
                    argument.keyword, argument.keyword_values(reference_value), strict=True
                )
            elif argument.keyword in FIELDS:
                fields[argument.keyword] = reference_value
            else:
                values[argument.keyword] = reference_value
        rate = values.pop("learning_rate")
        if isinstance(rate, float) and rate < 0 and "ascends" not in fields:
            # -rate f(g) is rate f(-g), of which the decay must be turned, too.
            rate, decay = -rate, fields["weight_decay"]
            fields |= {"ascends": True, "weight_decay": -decay if decay else decay}
        if self.optimizer == "momentum" and not values["momentum"]:
            values["dampening"] = 0.0  # no framework dampens where there is no velocity
        spec = Spec(self.optimizer, rate, values, **fields)
        try:
            spec.reference()
            in_range("weight_decay", spec.weight_decay, 0.0)
            in_range("rate_decay", spec.rate_decay, 0.0)
        except (TypeError, ValueError) as error:  # the reference's message names the keyword
            raise ArgumentError(str(error)) from None
        return spec

    def _refuse(self, argument: Argument, value: Any, arguments: dict[str, Any]) -> None:
        """Raise ArgumentError if no reference has the effect of an argument's value."""
        if argument.name in self.only:
            refused = value != self.only[argument.name]
        elif argument.idle_without is not None:
            other = self.argument(argument.idle_without)
            refused = bool(arguments.get(other.name, other.default)) and argument.refuses(value)
        else:
            refused = argument.refuses(value)
        if refused:
            raise ArgumentError(
                f"{argument.name}={value!r} of {self.name} is not related to a reference here"
                + (f": {argument.reason}" if argument.reason else "")
            )

    @property
    def neutral(self) -> dict[str, Any]:
        """The arguments without which it would have an effect that no reference has."""
        return {a.name: a.neutral for a in self.arguments if a.neutral is not None}

    def nearest_arguments(self, spec: Spec) -> dict[str, Any]:
        """The arguments that differ from a spec in the fewest keywords."""
        candidates = self.candidate_arguments(spec)
        return min(candidates, key=lambda arguments: len(self.mismatch(spec, arguments)))

    def candidate_arguments(self, spec: Spec) -> list[dict[str, Any]]:
        """Arguments that may come near a spec, without those that equal their default."""
        plain = simplify(spec)
        specs = [each for each in (spec, plain, *equivalents(plain)) if self._has(each)]
        if self._has(plain) and plain.keywords.get(
            "dampening"
        ):  # from the second step on it is a smaller rate
            factor = 1 - plain.keywords["dampening"]
            own = plain.keywords | {"dampening": 0.0, "dampen_first": True}
            specs.append(replace(plain, keywords=own, learning_rate=plain.learning_rate * factor))
        specs += [replace(each, ascends=False) for each in specs if each.ascends]
        specs += [replace(each, rate_decay=0.0) for each in specs if each.rate_decay]
        candidates = [each for each in map(self._arguments, specs) if self._takes(each)]
        for arguments in list(candidates):
            simplified = simplify(self.spec(arguments))
            wanted, own_rate = plain.learning_rate, simplified.learning_rate
            # An optimizer that always dampens makes the same steps at a larger rate.
            if wanted != own_rate and simplified == replace(plain, learning_rate=own_rate):
                rate = self.rate_argument.name
                candidates.append(arguments | {rate: arguments[rate] * wanted / own_rate})
        return candidates

    def _has(self, spec: Spec) -> bool:
        return self.optimizer == spec.optimizer

    def _takes(self, arguments: dict[str, Any]) -> bool:
        try:
            self.spec(arguments)
        except ArgumentError:
            return False
        return True

    def _arguments(self, spec: Spec) -> dict[str, Any]:
        """The arguments that set the keywords of a spec, as far as there are such arguments."""
        values = spec.keywords | {
            "learning_rate": spec.learning_rate,
            "weight_decay": spec.weight_decay,
            "decoupled": spec.decoupled,
            "ascends": spec.ascends,
            "rate_decay": spec.rate_decay,
        }
        if spec.ascends and not any(a.keyword == "ascends" for a in self.arguments):
            turned = ("learning_rate", "weight_decay")
            values |= {key: -values[key] for key in turned if values[key]}
        arguments = {k: v for k, v in self.only.items() if v != self.argument(k).default}
        for argument in self.arguments:
            if argument.name in self.only:
                continue
            if argument.keyword is None:
                if argument.neutral is not None:
                    arguments[argument.name] = argument.neutral
                continue
            if argument.keyword == "decoupled" and not spec.weight_decay:
                continue
            if isinstance(argument.keyword, tuple):
                value: Any = tuple(values[keyword] for keyword in argument.keyword)
                value = value if isinstance(argument.default, tuple) else value[0]
            else:
                value = argument.from_reference(values[argument.keyword])
            usual = argument.to_reference(argument.default)
            if argument.keyword == "learning_rate" or argument.to_reference(value) != usual:
                arguments[argument.name] = value
        return arguments

    def mismatch(self, spec: Spec, arguments: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
        """The keywords in which a call differs from a spec: the spec's value, and the call's."""
        return differences(spec, self.spec(arguments))


def _as_float(value: Any) -> Any:
    """A whole number, or those of a tuple, as floats, which is what every framework takes."""
    if isinstance(value, tuple):
        return tuple(_as_float(each) for each in value)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
