"""Random cases by name: `network/saturated/SEED/NUMBER` is one network, and always the same one.

A dtype of 16 bits may follow, `network/saturated/SEED/NUMBER/bfloat16`; without one the cases take
turns between float64 and float32.
"""

from typing import NamedTuple

import numpy as np

from crosscheck.verification.cases.few_bits import DTYPES
from crosscheck.verification.cases.history_families import HISTORY_FAMILIES, history_of
from crosscheck.verification.cases.network_families import NETWORK_FAMILIES, network_of
from crosscheck.verification.cases.stages import Case

KINDS: dict[str, tuple[str, ...]] = {
    "network": tuple(NETWORK_FAMILIES),
    "history": tuple(HISTORY_FAMILIES),
}
# A seed and a number have at most this many digits, which NumPy's generators take.
MOST_DIGITS = 18


class FamilyError(ValueError):
    """A name is that of no case of a family; the message says what is wrong with it."""


class Name(NamedTuple):
    """The name of one case of a family, in its parts."""

    kind: str
    family: str
    seed: int
    number: int
    dtype: str = ""

    def __str__(self) -> str:
        whole = f"{self.kind}/{self.family}/{self.seed}/{self.number}"
        return f"{whole}/{self.dtype}" if self.dtype else whole


def named(text: str) -> Name:
    """The parts of a name.

    Raises:
        FamilyError: If it is no name of a case.
    """
    whole, _, last = text.rpartition("/")
    dtype = last if last in DTYPES else ""
    parts = (whole if dtype else text).split("/")
    if len(parts) != 4:
        raise FamilyError(
            f"{text!r} has not the form KIND/FAMILY/SEED/NUMBER, as network/saturated/1/0"
        )
    kind, family, *numbers = parts
    if kind not in KINDS:
        raise FamilyError(f"{kind!r} in {text!r} is neither of {' and '.join(KINDS)}")
    if family not in KINDS[kind]:
        raise FamilyError(f"{kind} has no family {family!r}: there are {', '.join(KINDS[kind])}")
    for what, digits in zip(("seed", "number"), numbers, strict=True):
        if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
            raise FamilyError(
                f"the {what} {digits!r} in {text!r} is no whole number from 0 "
                f"with at most {MOST_DIGITS} digits"
            )
    seed, number = map(int, numbers)
    return Name(kind, family, seed, number, dtype)


def drawn(name: Name) -> Case:
    """The case of a name."""
    rng = np.random.default_rng([name.seed, name.number, *f"{name.kind}/{name.family}".encode()])
    if name.kind == "network":
        return network_of(NETWORK_FAMILIES[name.family], str(name), rng, name.number, name.dtype)
    return history_of(name.family, str(name), rng, name.number, name.dtype)


def dealt(cases: int, kind: str) -> dict[str, range]:
    """The numbers of the cases of each family, when so many are dealt out evenly among them."""
    families = KINDS[kind]
    whole, rest = divmod(cases, len(families))
    return {each: range(whole + (index < rest)) for index, each in enumerate(families)}
