"""Say what somebody's file, class, function or object is, and adapt it.

understood = understand(load(Path("homework.py")))
adapter = understood.make()
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import NotUnderstoodError, Understood
from crosscheck.frameworks.submissions import Submission
from crosscheck.frameworks.understanding import assembling, functions, looped, modules
from crosscheck.frameworks.understanding.advice import advice
from crosscheck.frameworks.understanding.calling import quiet
from crosscheck.frameworks.understanding.constructing import SAMPLES, construct, ways
from crosscheck.frameworks.understanding.factories import module_made, networks_made
from crosscheck.frameworks.understanding.found_network import FoundNetwork
from crosscheck.frameworks.understanding.hosts import ObjectHost, functions_of
from crosscheck.frameworks.understanding.kept import kept_adapter
from crosscheck.frameworks.understanding.layouts import layouts_of
from crosscheck.frameworks.understanding.leaves import leaves_of
from crosscheck.frameworks.understanding.names import (
    BACKWARD,
    FORWARD,
    LOSS,
    LOSS_SLOPE,
    VALUE_AND_GRAD,
    first_of,
)
from crosscheck.frameworks.understanding.networks import Network, network_of
from crosscheck.frameworks.understanding.nodes import nodes_of
from crosscheck.frameworks.understanding.pieces import own_classes
from crosscheck.frameworks.understanding.scalars import numbers_of
from crosscheck.frameworks.understanding.single import function_of, is_single
from crosscheck.frameworks.understanding.training import training_of, unseen_step

# So many objects that can be constructed are tried further before the search ends.
CONSTRUCTED = 3


def understand(
    found: Submission | Mapping[str, Any],
    name: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Understood:
    """Say what something is.

    Args:
        found: What `submissions.load` returned, or a namespace.
        name: What in it is meant; without one, whatever is found.
        settings: Arguments of its constructor; "sizes" are the sizes of the network to make.

    Raises:
        NotUnderstoodError: If nobody can tell; the message says what was found, what is missing,
            and shows the adapter to write.
    """
    if isinstance(found, Submission):
        namespace, name = found.namespace, name or found.name
    else:
        namespace = dict(found) if not isinstance(found, dict) else found
    settings = dict(settings or {})
    if name is not None:
        target = _named(namespace, name)
        return _of_target(namespace, name, target, settings)
    return _of_file(namespace, settings)


def _named(namespace: Mapping[str, Any], name: str) -> Any:
    first, *rest = name.split(".")
    if first not in namespace:
        known = ", ".join(each for each in namespace if not each.startswith("_"))
        raise NotUnderstoodError(f"there is no {first!r}; there are {known}")
    target = namespace[first]
    for part in rest:
        target = getattr(target, part)
    return target


def _of_target(
    namespace: dict[str, Any], name: str, target: Any, settings: Mapping[str, Any]
) -> Understood:
    if isinstance(target, ModuleType):
        if hasattr(target, "__path__"):
            raise NotUnderstoodError(
                f"{name} is a package; a package of the contract is checked by "
                f"`crosscheck verify --framework {target.__name__}`"
            )
        # It is imported here, and not run in a process of its own: none of its lines runs again.
        return _of_file(vars(target) | {"__file__": None}, settings)
    if inspect.isroutine(target) or (
        callable(target) and not isinstance(target, type) and name in functions_of(namespace)
    ):
        made = module_made(namespace, name, target, settings)
        if made is not None:
            return made
        network = first_of([name], [*FORWARD, *BACKWARD, *VALUE_AND_GRAD])
        if is_single(name, target) and not network:
            return function_of(namespace, name, target)
        return _of_functions(namespace, name, target, settings)
    best = _of_object(namespace, name, target, settings)
    if isinstance(best, Understood):
        return best
    if best is not None and best.backward is None:
        best = _with_criterion(namespace, best)
    if best is None:
        raise NotUnderstoodError(advice(name, target, namespace, settings))
    return _understood(best, {})


def _of_functions(
    namespace: dict[str, Any], name: str, target: Any, settings: Mapping[str, Any]
) -> Understood:
    """A function by its name: it is looked at together with its neighbours."""
    for host in functions.hosts(namespace, settings):
        network = network_of(host)
        if network is not None:
            return _understood(network, {})
    raise NotUnderstoodError(advice(name, target, namespace, settings))


def _of_file(namespace: dict[str, Any], settings: Mapping[str, Any]) -> Understood:
    """The network of a file: the class with the most layers whose gradients can be had."""
    classes = own_classes(namespace)
    objects = {
        name: value
        for name, value in namespace.items()
        if modules.is_module(value) and not isinstance(value, type)
    }
    networks: list[Network] = []
    refused: list[str] = []
    for name, target in [*objects.items(), *classes.items()]:
        try:
            best = _of_object(namespace, name, target, settings)
        except NotUnderstoodError as error:
            refused.append(str(error))
            continue
        if isinstance(best, Understood):
            return best
        if best is not None:
            networks.append(best)
    if not networks:
        made = [_of_object(namespace, *each, {}) for each in networks_made(namespace, settings)]
        networks += [each for each in made if isinstance(each, Network)]
    complete = [each for each in networks if each.backward is not None]
    best = max(complete, key=lambda each: each.depth, default=None)
    if best is not None and best.depth > 1:
        return _understood(best, namespace)
    deep = [each for each in networks if each.depth > 1]
    for model in sorted(deep, key=lambda each: -each.depth):
        whole = _with_criterion(namespace, model)
        if whole.backward is not None:
            return _understood(whole, namespace)
    for whole in assembling.networks(namespace):
        return _understood(whole, namespace)
    if networks and not deep and (beside := assembling.pieces_beside(namespace, networks[0])):
        raise NotUnderstoodError(
            f"{networks[0].engine.host.words} is one layer of a network; how it goes together with "
            f"{beside} was not found\n{advice('the file', None, namespace, settings)}"
        )
    if best is not None:
        return _understood(best, namespace)
    for host in functions.hosts(namespace, settings):
        network = network_of(host)
        if network is not None:
            networks.append(network)
            if network.backward is not None:
                return _understood(network, namespace)
    for host in looped.hosts(namespace, settings):
        network = network_of(host)
        if network is not None and network.backward is not None:
            return _understood(network, namespace)
    if networks:
        return _understood(max(networks, key=lambda each: each.depth), namespace)
    if refused:
        raise NotUnderstoodError(refused[0])
    # The one that looks most like a network: the last class, else the file itself.
    name, target = next(reversed(classes.items()), ("the file", None))
    raise NotUnderstoodError(advice(name, target, namespace, settings))


def _with_criterion(namespace: Mapping[str, Any], network: Network) -> Network:
    """A network whose backward pass takes the slope of a loss, with a loss of its file."""
    root = network.engine.host.fresh().root
    return next(assembling.with_criterion(namespace, root), network)


def _understood(network: Network, namespace: Mapping[str, Any]) -> Understood:
    others = assembling.not_looked_at(namespace, network)
    known: list[str] = []

    def make() -> FoundNetwork:
        made = FoundNetwork(network, *known[:1])  # what was tried once is not tried again
        known.append(made.targets)
        return made

    training = training_of(network, dict(namespace))
    trained = None if training is None else lambda: training.make(make().targets)
    line = None if trained is not None else unseen_step(network, namespace)
    words, missing = network.in_words(), network.missing()
    return Understood("network", words, make, missing, tuple(others), trained, line)


def _of_object(
    namespace: dict[str, Any], name: str, target: Any, settings: Mapping[str, Any]
) -> Network | Understood | None:
    """A class, or an object that exists."""
    is_class = isinstance(target, type)
    adapted = kept_adapter(name, target, settings)
    if adapted is not None:
        return adapted
    if modules.is_module(target):
        return _of_module(namespace, name, target, settings)
    beside = functions_of(namespace)
    losses = {each: beside[each] for each in first_of(list(beside), LOSS)}
    slopes = {each: beside[each] for each in beside if LOSS_SLOPE.fullmatch(each.lower())}
    best: Network | None = None
    made = _constructed(target, settings) if is_class else iter([({}, target)])
    tried = 0
    for way, instance in made:
        layouts = layouts_of(leaves_of(instance))
        if not layouts or (_has_samples(way) and SAMPLES in layouts[0].sizes):
            continue
        words = f"the class {name}" if is_class else name
        host = ObjectHost(words, target if is_class else None, way, instance, slopes)
        # A loss beside the class is taken where the class has none and there is but one.
        own = [each for each in first_of(list(host.fresh().functions), LOSS) if each not in slopes]
        if not own and len(losses) == 1:
            host = ObjectHost(words, target if is_class else None, way, instance, losses | slopes)
        network = network_of(host)
        if network is not None and network.backward is not None:
            return network
        best = best or network
        tried += 1
        if tried >= CONSTRUCTED:
            break
    if best is None:
        best = _of_numbers(name, target, settings, losses | slopes)
    if best is None and is_class:
        for other, value in namespace.items():
            if type(value) is target:
                return _of_object(namespace, other, value, settings)
    return best


def _of_numbers(
    name: str, target: Any, settings: Mapping[str, Any], beside: Mapping[str, Any]
) -> Network | None:
    """A class or an object whose weights are single numbers, or objects that record gradients."""
    made = _constructed(target, settings) if isinstance(target, type) else iter([({}, target)])
    for _, instance in made:
        nodes = nodes_of(instance, beside)
        for shown in [*numbers_of(instance), *([] if nodes is None else [nodes])]:
            what = "record their gradients" if shown is nodes else "are single numbers"
            words = f"{name}, whose weights and biases {what}"
            near = {} if shown is nodes else beside
            network = network_of(ObjectHost(words, None, {}, shown, near))
            if network is not None:
                return network
        break
    return None


def _has_samples(way: Mapping[str, Any]) -> bool:
    return any(isinstance(each, np.ndarray) for each in way.values())


def _constructed(
    target: Callable[..., Any], settings: Mapping[str, Any]
) -> Iterator[tuple[dict[str, Any], Any]]:
    for way in ways(target, settings):
        try:
            yield way, construct(target, way)
        except Exception:  # whatever somebody's constructor raises: it takes something else
            continue


def _of_module(
    namespace: Mapping[str, Any], name: str, target: Any, settings: Mapping[str, Any]
) -> Understood | None:
    if not isinstance(target, type):
        return modules.understood(name, lambda: target, namespace)
    refused: NotUnderstoodError | None = None
    for way, _ in _constructed(target, settings):
        try:
            with quiet():
                return modules.understood(name, partial(construct, target, way), namespace)
        except NotUnderstoodError as error:
            refused = error
        except Exception:
            continue
    if refused is not None:
        raise refused
    return None
