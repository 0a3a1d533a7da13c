"""Objects that a function of a file makes: `model = make_model()`."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from crosscheck.frameworks.adapters import Understood
from crosscheck.frameworks.understanding import modules
from crosscheck.frameworks.understanding.calling import quiet
from crosscheck.frameworks.understanding.constructing import construct, ways
from crosscheck.frameworks.understanding.hosts import functions_of
from crosscheck.frameworks.understanding.layouts import layouts_of
from crosscheck.frameworks.understanding.leaves import leaves_of
from crosscheck.frameworks.understanding.pieces import own_classes

_MAKES = re.compile(r"(make|build|create|get|new|init\w*)_|^(make|build|create)|model|net")
# So many ways to call one are tried.
TRIED = 4


def networks_made(
    namespace: Mapping[str, Any], settings: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """What the functions of a file make that may be a network of one of its classes, by name."""
    own = tuple(own_classes(namespace).values())
    for name, function in functions_of(namespace).items():
        if not own or not _MAKES.search(name.lower()):
            continue
        for way, _ in zip(ways(function, settings), range(TRIED), strict=False):
            try:
                with quiet():
                    made = construct(function, way)
            except Exception:  # whatever somebody's function raises: it takes something else
                continue
            if isinstance(made, own) and layouts_of(leaves_of(made)):
                yield f"what {name} returns", made
                break


def module_made(
    namespace: Mapping[str, Any], name: str, target: Any, settings: Mapping[str, Any]
) -> Understood | None:
    """A function that returns a module of PyTorch's."""
    if "torch" not in {getattr(each, "__name__", "").split(".")[0] for each in namespace.values()}:
        return None
    for way in ways(target, settings):
        try:
            if modules.is_module(construct(target, way)):
                return modules.understood(name, partial(construct, target, way), namespace)
        except Exception:
            continue
    return None
