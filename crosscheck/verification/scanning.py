"""How far the frameworks' library functions are off, measured over many arguments.

`numerics.bounds.library` has what such a scan found, and the bounds rely on it. The frameworks are
asked through the functions of the contract: log through a loss, erfc through gelu. What the other
operations of these may lose is subtracted, and the rest is put down to the library function.
"""

import datetime
import platform
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.bounds.library import EDGES, Interval, allowed_in
from crosscheck.numerics.bounds.precision import Array, Precision
from crosscheck.numerics.comparison import finite
from crosscheck.numerics.digits import few_digits
from crosscheck.numerics.exact.balls import from_floats, nearest_floats, working_precision
from crosscheck.verification.cases.network import DTYPES
from crosscheck.verification.scanned import SCANNED, Scanned

POINTS = 100_000
# A loss is one number: each point is a call of its own. So there are fewer of them.
FEWER = 10
# Results below so many times the smallest number are left out: gelu(z) is up to 20 times an erfc.
LEAST = 100
# Enough bits for the error of a result of 53 bits.
BITS = 160


def scan(
    frameworks: Sequence[Framework],
    points: int = POINTS,
    seed: int = 0,
    progress: Callable[[str], None] = lambda name: None,
    dtypes: Sequence[str] = DTYPES,
) -> list[Interval]:
    """The worst error of each library function in each interval, by any framework, in each dtype.

    Args:
        frameworks: Whose functions are asked.
        points: How many arguments are drawn for each function, and again around the worst of each
            interval. Of a dtype of 16 bits every number is tried instead.
        seed: Of the draws.
        progress: Called with the name of each of `parts(frameworks, dtypes)` parts first.
        dtypes: Those in which they compute.
    """
    worst: dict[tuple[str, str, float], Interval] = {}
    for dtype in dtypes:
        for scanned in SCANNED:
            for framework in frameworks:
                progress(f"{scanned.function} in {dtype} by {framework.name}")
                if framework.declared.limit(dtypes={dtype}) is not None:
                    continue
                for found in _worst_of(scanned, framework, dtype, points, seed):
                    key = found.function, dtype, found.low
                    if key not in worst or found.units > worst[key].units:
                        worst[key] = found
    return list(worst.values())


def parts(frameworks: Sequence[Framework], dtypes: Sequence[str] = DTYPES) -> int:
    """How many times `scan` tells its progress."""
    return len(dtypes) * len(SCANNED) * len(frameworks)


def _worst_of(
    scanned: Scanned, framework: Framework, dtype: str, points: int, seed: int
) -> Iterator[Interval]:
    """The worst error of one framework in each interval, in two rounds."""
    rng = np.random.default_rng(seed)
    count = points // FEWER if scanned.one_by_one else points
    drawn = scanned.points(rng, count)
    if Precision.of(dtype).is_narrow:
        yield from (found for found, _ in _peaks(scanned, framework, _every(dtype, drawn)))
        return
    peaks = list(_peaks(scanned, framework, drawn.astype(dtype)))
    yield from (found for found, _ in peaks)
    # Where one formula takes over from another, the error has a peak that is narrow.
    near = [z * (1 + 0.02 * rng.standard_normal(count // len(peaks))) for _, z in peaks]
    again = np.clip(np.concatenate(near), drawn.min(), drawn.max()).astype(dtype)
    yield from (found for found, _ in _peaks(scanned, framework, again))


def _every(dtype: str, drawn: Array) -> Array:
    """Every number of a dtype of 16 bits among those drawn; if all are above 0, from 0 on."""
    numbers = np.arange(2**16, dtype="uint16").view(dtype)
    numbers = numbers[np.isfinite(numbers.astype("float32"))]
    values = numbers.astype("float64")
    low = min(drawn.min(), 0.0)
    # Of what may be read as 0 nothing is known.
    within = (low <= values) & (values <= drawn.max()) & (abs(values) >= Precision.of(dtype).tiny)
    return numbers[within]


def _peaks(
    scanned: Scanned, framework: Framework, arguments: Array
) -> Iterator[tuple[Interval, float]]:
    """The worst error in each interval, and the argument of the contract's function there."""
    p = Precision.of(str(arguments.dtype))
    distinct = np.unique(arguments.astype("float64")).astype(p.dtype)
    units, z = _units(scanned, framework, distinct, p)
    x = scanned.argument(z)
    for low, high in pairwise(EDGES[scanned.function]):
        within = (low <= x) & (x <= high)
        if within.any():
            worst = int(np.argmax(np.where(within, units, -1)))
            named = scanned.function, p.dtype, low, high
            yield Interval(*named, float(units[worst]), float(x[worst]), framework.name), z[worst]


def _units(
    scanned: Scanned, framework: Framework, arguments: Array, p: Precision
) -> tuple[Array, Array]:
    """What a library function loses at each argument, in units; and the arguments in float64."""
    with np.errstate(all="ignore"):
        computed = np.asarray(scanned.compute(framework, arguments), "float64")
        z = arguments.astype("float64")
        with working_precision(BITS):
            exact = scanned.exact(from_floats(z))
            error = np.abs(nearest_floats(from_floats(computed) - exact))
            sizes = np.abs(nearest_floats(exact))
        rest = np.maximum(error - scanned.others(p, z), 0)
        # What leads to a result near the smallest number may be lost altogether.
        seen = (sizes > LEAST * p.tiny) & (sizes >= p.smallest)
        return np.where(seen, rest / (p.u * scanned.share(z)), 0.0), z


def as_json(
    found: Sequence[Interval], frameworks: Sequence[Framework], points: int
) -> dict[str, Any]:
    """A scan in the form of `numerics/bounds/library.json`; an end that is infinite is null."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "processor": _processor(),
        "python": platform.python_version(),
        "versions": {name: metadata.version(name) for name in _distributions(frameworks)},
        "points": points,
        "found": [
            each._asdict() | {"low": finite(each.low), "high": finite(each.high)} for each in found
        ],
        "problems": problems(found),
    }


def _distributions(frameworks: Sequence[Framework]) -> list[str]:
    """The distributions whose functions were measured, NumPy and what the frameworks stand on."""
    known = metadata.packages_distributions()
    return [
        "numpy",
        *(name for each in frameworks if each.name != "numpy" for name in known.get(each.name, [])),
    ]


def _processor() -> str:
    """The processor in words, as the system names it."""
    described = Path("/proc/cpuinfo")
    for line in described.read_text("utf-8").splitlines() if described.exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def problems(found: Sequence[Interval]) -> list[str]:
    """Where a scan found more than the bounds allow."""
    return [
        f"{each.framework}'s {each.function} in {each.dtype} loses {few_digits(each.units)} units "
        f"at {each.at!r}: the bounds allow {allowed_in(each)}"
        for each in found
        if not each.units <= allowed_in(each)
    ]
