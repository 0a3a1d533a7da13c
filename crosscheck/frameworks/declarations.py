"""What a framework declares of itself, as data: its contract, its limits, its known failures.

A package may hold a file `crosscheck.toml`:

    contract = 5                     # the version of the contract that it follows; 1 without a word
    workers = "shards"               # how several workers share a batch; one alone without a word
    own = ["losses"]                 # neutral modules that it has written in its own words

    [float32_sums]                   # in 16 bits: what is added up in float32
    bfloat16 = ["products", "sums"]

    [[limits]]                       # what it does not support; shown and counted, never run
    dtypes = ["float64"]
    reason = "the library's exp is only accurate to 1e-8 there"

    [[known_failures]]               # what it gets wrong; must go on failing, or the entry is wrong
    cases = ["edges-gelu-*"]
    why = "its erf is 0 beyond 3.9"
    link = "https://github.com/owner/library/issues/1"
    versions = "library>=0.29,<0.33"

A limit names `dtypes`, `activations`, `losses`, `optimizers` or `devices`; where it names several
of these, it holds where all of them meet. It may also name places: `cases` of `crosscheck verify`
and `tests` of pytest. Places are patterns of a shell; those of tests may lack the part in brackets.

Several workers are "shards" in a loop of one process, "devices" of JAX, or "processes" of
torch.distributed, each of which makes the same call.
"""

import sys
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from packaging.requirements import InvalidRequirement, Requirement

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, NEUTRAL, STATES, WRAPPERS
from crosscheck.frameworks.float32_sums import Float32Sums, float32_sums
from crosscheck.frameworks.plain_text import plain
from crosscheck.frameworks.regular_files import NoFileError, read_regular

FILE = "crosscheck.toml"
KNOWN = {
    "dtypes": ("bfloat16", "float16", "float32", "float64"),
    "activations": ACTIVATIONS,
    "losses": LOSSES,
    "optimizers": (*STATES, *WRAPPERS),
    "devices": ("cpu", "cuda"),
}
# How several workers may share a batch.
SHARDS, DEVICES, PROCESSES = "shards", "devices", "processes"
WORKERS = (SHARDS, DEVICES, PROCESSES)
ONE_WORKER = "it does not say how several workers share a batch"
Names = tuple[str, ...]
# A file of declarations has a few hundred bytes. Keys of very many parts take Python's parser long.
LARGEST, LONGEST_LINE = 200_000, 10_000


class DeclarationError(ValueError):
    """A framework's `crosscheck.toml` cannot be read; the message names file, entry and key."""


@dataclass(frozen=True)
class Limit:
    """Something that a framework does not support, and why."""

    reason: str
    dtypes: Names = ()
    activations: Names = ()
    losses: Names = ()
    optimizers: Names = ()
    devices: Names = ()
    cases: Names = ()
    tests: Names = ()

    def covers(self, asked: Mapping[str, Collection[str]]) -> bool:
        """Whether what is asked (values by the names of the fields) lies beyond this limit."""
        for kind in KNOWN:
            named = getattr(self, kind)
            if named and not set(named) & set(asked.get(kind, ())):
                return False
        places = {"cases": self.cases, "tests": self.tests}
        return not any(places.values()) or any(
            _match(patterns, asked.get(kind, ())) for kind, patterns in places.items()
        )


@dataclass(frozen=True)
class KnownFailure:
    """A defect of the library behind a framework: where it shows, why, and under which versions."""

    why: str
    link: str
    versions: str
    cases: Names = ()
    tests: Names = ()

    @property
    def installed(self) -> str | None:
        """The version of the library that is installed, or None."""
        try:
            return version(Requirement(self.versions).name)
        except PackageNotFoundError:
            return None

    @property
    def applies(self) -> bool:
        """Whether the version that is installed is one of those."""
        found, wanted = self.installed, Requirement(self.versions).specifier
        return found is not None and wanted.contains(found, prereleases=True)

    def covers(self, asked: Mapping[str, Collection[str]]) -> bool:
        """Whether this is where it shows."""
        return any(_match(getattr(self, kind), asked.get(kind, ())) for kind in ("cases", "tests"))

    def in_words(self) -> str:
        return f"known failure under {self.versions}: {self.why} ({self.link})"


@dataclass(frozen=True)
class Declarations:
    """Everything that a framework declares.

    Attributes:
        limits: What it does not support.
        known_failures: What it is known to get wrong.
        contract: The version of the contract for which it was written.
        own: The neutral modules that it has written in its own words.
        workers: How several workers share a batch; None where there is always one.
        float32_sums: Which kinds of sums are added up in float32 and rounded once, by dtype.
    """

    limits: tuple[Limit, ...] = ()
    known_failures: tuple[KnownFailure, ...] = ()
    contract: int = 1
    own: Names = ()
    workers: str | None = None
    float32_sums: Float32Sums = field(default_factory=dict, hash=False)  # a dict has no hash

    def limit(self, **asked: Collection[str]) -> str | None:
        """Why something is not supported, or None: `limit(dtypes=["float64"])`."""
        if self.workers is None and set(asked.get("workers", ())) - {"1"}:
            return ONE_WORKER
        return next((each.reason for each in self.limits if each.covers(asked)), None)

    def failure(self, **asked: Collection[str]) -> KnownFailure | None:
        """The known failure that shows in a place, under the versions that are installed."""
        found = (each for each in self.known_failures if each.covers(asked) and each.applies)
        return next(found, None)


def declared_by(package: str) -> Declarations:
    """What a package declares, read without importing it; nothing if it has no such file.

    Args:
        package: Its import name.

    Raises:
        DeclarationError: If the file cannot be read.
    """
    top, *rest = package.split(".")
    folders = getattr(sys.modules.get(top), "__path__", None)  # a module in memory has no spec
    if folders is None:
        try:
            spec = find_spec(top)
        except ValueError:
            spec = None
        folders = (spec and spec.submodule_search_locations) or ()
    paths = [Path(folder, *rest, FILE) for folder in folders]
    path = next((path for path in paths if path.is_file()), None)
    return read(path) if path else Declarations()


def read(path: Path) -> Declarations:
    """The declarations of one file.

    Args:
        path: The file.

    Raises:
        DeclarationError: If it is no TOML, or an entry lacks a key, has one too many, or names
            something that does not exist.
    """
    try:
        content = read_regular(path, LARGEST)
        if any(len(line) > LONGEST_LINE for line in content.splitlines()):
            raise ValueError(f"it has a line of more than {LONGEST_LINE:,} bytes")
        return _declarations(tomllib.loads(content.decode("utf-8")), path)
    except DeclarationError:
        raise
    except RecursionError:
        raise DeclarationError(f"{path}: it is nested too deeply") from None
    except NoFileError as error:
        raise DeclarationError(f"{path}: it {error.strerror}") from None
    except (OSError, ValueError) as error:
        raise DeclarationError(f"{path}: {error}") from None


def _declarations(content: dict[str, Any], path: Path) -> Declarations:
    unknown = sorted(content.keys() - {field.name for field in fields(Declarations)})
    if unknown:
        known = _list([field.name for field in fields(Declarations)])
        raise DeclarationError(f"{path}: unknown {unknown[0]!r}: known are {known}")
    contract, own = content.get("contract", 1), content.get("own", [])
    if isinstance(contract, bool) or not isinstance(contract, int) or contract < 1:
        raise DeclarationError(f"{path}: contract must be a version, as 2, not {contract!r}")
    if not isinstance(own, list) or not all(name in tuple(NEUTRAL) for name in own):
        raise DeclarationError(f"{path}: own must be a list of {_list(NEUTRAL)}, not {own!r}")
    workers = content.get("workers")
    if workers is not None and workers not in WORKERS:
        raise DeclarationError(f"{path}: workers must be one of {_list(WORKERS)}, not {workers!r}")
    return Declarations(
        tuple(_entry(Limit, each, path) for each in _tables(content, "limits", path)),
        tuple(
            _entry(KnownFailure, each, path) for each in _tables(content, "known_failures", path)
        ),
        contract,
        tuple(own),
        workers,
        float32_sums(content.get("float32_sums", {})),
    )


def _tables(content: dict[str, Any], name: str, path: Path) -> list[dict[str, Any]]:
    tables = content.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise DeclarationError(f"{path}: {name} must be tables: write [[{name}]]")
    return tables


Entry = TypeVar("Entry", Limit, KnownFailure)


def _entry(kind: type[Entry], table: dict[str, Any], path: Path) -> Entry:
    """One table as a dataclass, every value of which is a text or a list of texts."""
    of_lists = {field.name for field in fields(kind) if field.default == ()}
    texts = {field.name for field in fields(kind)} - of_lists
    place = f"{path}: [[{'limits' if kind is Limit else 'known_failures'}]]"
    for name, value in table.items():
        if name not in of_lists | texts:
            raise DeclarationError(
                f"{place}: unknown {name!r}: known are {_list(of_lists | texts)}"
            )
        if name in texts and (not isinstance(value, str) or not value.strip()):
            raise DeclarationError(f"{place}: {name} must be a text, not {value!r}")
        if name in of_lists and not _is_list_of_texts(value):
            raise DeclarationError(f"{place}: {name} must be a list of texts, not {value!r}")
        for each in value if name in KNOWN else ():
            if each not in KNOWN[name]:
                known = ", ".join(KNOWN[name])
                raise DeclarationError(f"{place}: unknown {each!r} in {name}: known are {known}")
    missing = texts - table.keys()
    if missing:
        raise DeclarationError(f"{place}: lacks {_list(missing)}")
    if not of_lists & table.keys():
        raise DeclarationError(f"{place}: says of nothing: name one of {_list(of_lists)}")
    try:
        Requirement(table.get("versions", "any"))
    except InvalidRequirement as error:
        raise DeclarationError(
            f"{place}: versions must be a requirement as 'library>=1.2': {error}"
        ) from None
    values: dict[str, Any] = {
        name: tuple(map(plain, value)) if name in of_lists else plain(value)
        for name, value in table.items()
    }
    return kind(**values)


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)


def _list(names: Collection[str]) -> str:
    return ", ".join(sorted(names))


def _match(patterns: Collection[str], places: Collection[str]) -> bool:
    return any(matches(pattern, place) for pattern in patterns for place in places)


def matches(pattern: str, place: str) -> bool:
    """Whether a pattern names a case, or a test with or without what stands in brackets."""
    # Brackets stand in the names of tests, and are no sets of characters here.
    literal = pattern.replace("[", "[[]")
    return fnmatchcase(place, literal) or fnmatchcase(place.partition("[")[0], literal)
