"""A stock optimizer as data: its arguments, and what each is called in the references."""

from dataclasses import dataclass, field, replace
from typing import Any

from crosscheck.conventions.optimizers.specs import KEYWORDS, Spec, differences

REQUIRED = "required"


class ArgumentError(ValueError):
    """An argument that a stock optimizer does not take, or that is not related to a reference."""


@dataclass(frozen=True)
class Argument:
    """One argument of a stock optimizer.

    Attributes:
        name: What the framework calls it.
        default: Its default, or REQUIRED.
        keyword: The reference's keyword, or several that come as one (a tuple of values, or one
            value for all of them); None where the reference has none.
        values: Where a value is another one in the reference: the framework's, the reference's.
        inert: Whether it changes nothing but speed or memory.
        neutral: Where the default does what no reference can: a value that does not.
    """

    name: str
    default: Any
    keyword: str | tuple[str, ...] | None = None
    values: tuple[tuple[Any, Any], ...] = ()
    inert: bool = False
    neutral: Any = None

    def refuses(self, value: Any) -> bool:
        """Whether a value does what is not related to a reference."""
        if self.inert:
            return False
        if self.neutral is not None and value == self.default:
            return True
        usual = self.default if self.neutral is None else self.neutral
        return self.keyword is None and value != usual

    def read(self, value: Any) -> Any:
        """The reference's value of a framework's."""
        return next((theirs for own, theirs in self.values if own == value), value)

    def several(self, value: Any) -> tuple[Any, ...]:
        """The values of all its keywords.

        Raises:
            ArgumentError: If there are not as many.
        """
        keywords = self.keyword or ()
        if not isinstance(self.default, tuple):
            return (value,) * len(keywords)
        if not isinstance(value, tuple) or len(value) != len(keywords):
            raise ArgumentError(f"{self.name} must be {len(keywords)} numbers, not {value!r}")
        return value

    def write(self, value: Any) -> Any:
        """The framework's value of a reference's; its default where it has none like it."""
        nearest = self.default if self.values and isinstance(value, str) else value
        return next((own for own, theirs in self.values if theirs == value), nearest)


@dataclass(frozen=True)
class Off:
    """Why a stock optimizer is not what its arguments say, and by how much.

    Attributes:
        reason: In words.
        sizes: The largest difference over the steps, by the name of the probe.
        powers: The keywords whose powers, or products, it forms in float32.
    """

    reason: str
    sizes: dict[str, float]
    powers: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Row:
    """A stock optimizer.

    Attributes:
        framework: A name in `stock.FRAMEWORKS`.
        call: Its full name.
        optimizer: What it is in the references: a name in `specs.KEYWORDS`.
        arguments: All of them but the parameters, in its own order.
        fixed: Keywords that it has and no argument changes.
        decoupled: Whether its weight decay stands beside the update.
        constant_rate: Whether its learning rate can never change.
        rounds: Keywords that it rounds to float32, in float64 too.
        hidden: Whether a decorator hides its arguments, so that its signature does not tell them.
        off: Where it does not do what its arguments say.
    """

    framework: str
    call: str
    optimizer: str
    arguments: tuple[Argument, ...]
    fixed: dict[str, Any] = field(default_factory=dict)
    decoupled: bool = True
    constant_rate: bool = False
    rounds: tuple[str, ...] = ()
    hidden: bool = False
    off: Off | None = None

    @property
    def defaults(self) -> dict[str, Any]:
        """Every argument that has a default, with it."""
        return {a.name: a.default for a in self.arguments if a.default is not REQUIRED}

    def argument(self, name: str) -> Argument:
        """An argument by its name.

        Raises:
            ArgumentError: If there is none of that name.
        """
        for argument in self.arguments:
            if argument.name == name:
                return argument
        known = ", ".join(argument.name for argument in self.arguments)
        raise ArgumentError(f"{self.call} has no argument {name!r}: known are {known}")

    def read(self, given: dict[str, Any]) -> Spec:
        """What a call does, in the references' words.

        Raises:
            ArgumentError: If an argument is unknown, missing, or not related to a reference.
        """
        for name in given:
            self.argument(name)
        values = KEYWORDS[self.optimizer] | self.fixed
        decay: dict[str, Any] = {"weight_decay": 0.0, "decoupled": self.decoupled}
        for argument in self.arguments:
            value = given.get(argument.name, argument.default)
            if value is REQUIRED:
                raise ArgumentError(f"{self.call} needs {argument.name}")
            if argument.refuses(value):
                raise ArgumentError(
                    f"{argument.name}={value!r} of {self.call} is not related to a reference here"
                )
            if argument.keyword is None:
                continue
            read = argument.read(value)
            if isinstance(argument.keyword, tuple):
                values |= zip(argument.keyword, argument.several(read), strict=True)
            elif argument.keyword in decay:
                decay[argument.keyword] = read
            else:
                values[argument.keyword] = read
        rate = values.pop("learning_rate")
        if self.optimizer == "momentum" and not values["momentum"]:
            values["dampening"] = 0.0  # no framework dampens where there is no velocity
        spec = Spec(self.optimizer, rate, values, **decay)
        try:
            spec.reference()
        except (TypeError, ValueError) as error:  # in the reference's words
            raise ArgumentError(str(error)) from None
        return spec

    @property
    def neutral(self) -> dict[str, Any]:
        """What must be given so that it does only what a reference can."""
        return {a.name: a.neutral for a in self.arguments if a.neutral is not None}

    def write(self, spec: Spec) -> dict[str, Any]:
        """The arguments that come nearest to a spec, in words."""
        return min(self.ways(spec), key=lambda given: len(self.mismatch(spec, given)))

    def ways(self, spec: Spec) -> list[dict[str, Any]]:
        """Arguments that may come near a spec; what equals its default is left out."""
        plain = spec.simplified()
        specs = [spec, plain]
        if plain.keywords.get("dampening"):  # but for the first step that is a smaller rate
            left = 1 - plain.keywords["dampening"]
            own = plain.keywords | {"dampening": 0.0, "dampen_first": True}
            specs.append(replace(plain, keywords=own, learning_rate=plain.learning_rate * left))
        found = [self._written(each) for each in specs]
        for given in list(found):
            one, other = plain, self.read(given).simplified()
            asked, has = one.learning_rate, other.learning_rate
            if asked != has and other == replace(one, learning_rate=has):  # of what it dampens
                rate = next(a.name for a in self.arguments if a.keyword == "learning_rate")
                found.append(given | {rate: given[rate] * asked / has})
        return found

    def _written(self, spec: Spec) -> dict[str, Any]:
        values = spec.keywords | {
            "learning_rate": spec.learning_rate,
            "weight_decay": spec.weight_decay,
            "decoupled": spec.decoupled,
        }
        given = {}
        for argument in self.arguments:
            if argument.keyword is None:
                if argument.neutral is not None:
                    given[argument.name] = argument.neutral
                continue
            if argument.keyword == "decoupled" and not spec.weight_decay:
                continue
            if isinstance(argument.keyword, tuple):
                value: Any = tuple(values[keyword] for keyword in argument.keyword)
                value = value if isinstance(argument.default, tuple) else value[0]
            else:
                value = argument.write(values[argument.keyword])
            if argument.keyword == "learning_rate" or argument.read(value) != argument.read(
                argument.default
            ):
                given[argument.name] = value
        return given

    def mismatch(self, spec: Spec, given: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
        """In what a call of it differs from a spec: by keyword, the spec's and its own."""
        return differences(spec, self.read(given))
