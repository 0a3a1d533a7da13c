"""A condition of a call: a sentence, when it holds, and which entry of the result it is about."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from crosscheck.verification.conditions.calls import Call, Spot

# By how much an entry is spoiled: a thousandth of itself, or a thousandth where it is 0.
SPOILED = 1e-3


class Spoils(StrEnum):
    """What is spoiled where a condition holds."""

    ENTRY = "one entry, by a thousandth"
    MEMORY = "the result: the next call writes into it"
    NUMBER = "one entry: a number in place of NaN"
    SHAPE = "the shape: axes of one entry are dropped"


@dataclass(frozen=True)
class Condition:
    """A condition under which a mistake may show, as data.

    Attributes:
        name: In a few words; unique.
        sentence: What holds of the call.
        kinds: Of functions to which it applies, see `functions.KINDS`.
        otherwise: Why it applies to no other.
        spot: The entry of the result that the condition is about; None where it does not hold.
        spoils: What is spoiled there.
        may_hide: Why the bound of a right result may be larger than what is spoiled; None where
            it never is.
    """

    name: str
    sentence: str
    kinds: tuple[str, ...]
    otherwise: str
    spot: Callable[[Call], Spot | None]
    spoils: Spoils = Spoils.ENTRY
    may_hide: str | None = None
