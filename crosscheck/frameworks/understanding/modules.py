"""A `torch.nn.Module` of linear layers and activations as a network.

PyTorch is not imported here: whoever has such a module has imported it.
"""

import copy
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array, Layers, NotUnderstoodError, Understood
from crosscheck.frameworks.understanding.calling import quiet
from crosscheck.frameworks.understanding.layouts import Layout, layouts_of
from crosscheck.frameworks.understanding.leaves import Leaf
from crosscheck.frameworks.understanding.names import Path
from crosscheck.frameworks.understanding.pieces import own_classes

# The losses of PyTorch by the name that `gradients_of` takes, each with its mean as it comes.
TORCH_LOSSES = {
    "mse_loss": "mse_loss",
    "mean_squared_error": "mse_loss",
    "binary_cross_entropy": "binary_cross_entropy",
    "sigmoid_binary_cross_entropy": "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits": "binary_cross_entropy_with_logits",
    "softmax_cross_entropy": "cross_entropy",
    "cross_entropy": "cross_entropy",
}
_CRITERIA = ("criterion", "loss_fn", "loss_function", "loss_func", "loss", "compute_loss", "crit")


def is_module(value: Any) -> bool:
    """Whether something is an `nn.Module`, or a class of such."""
    torch = sys.modules.get("torch")
    if torch is None:
        return False
    if isinstance(value, type):
        return issubclass(value, torch.nn.Module)
    return isinstance(value, torch.nn.Module)


class ModuleNetwork:
    """Keeps `adapters.NetworkAdapter` for a module; gradients are by autograd.

    They are those of its own loss, or without one those of half the squared error: the backward
    pass may be a module's own.

    Attributes:
        sizes: See `NetworkAdapter`.
        biases: For each layer, whether it has one.
        targets: "any", or "classes" if its loss takes the number of a class.
    """

    loss: Callable[[Array, Array], float]
    gradients: Callable[[Array, Array], list[tuple[Array, Array | None]]]

    def __init__(self, module: Any, criterion: Any = None) -> None:
        """Adapt a module.

        Args:
            module: It, which is copied.
            criterion: The loss that stands beside it, a function of outputs and targets.

        Raises:
            NotUnderstoodError: See `layout_of`.
        """
        self._torch = sys.modules["torch"]
        self._module = copy.deepcopy(module).double().eval()
        self._layout = layout_of(self._module)
        self._parameters = {_path(name): each for name, each in self._module.named_parameters()}
        self.sizes = self._layout.sizes
        self.biases = tuple(bool(slot.bias) for slot in self._layout.slots)
        self._criterion = criterion
        self.targets = "classes" if isinstance(criterion, _OfLabels) else "any"
        self.gradients = self._gradients
        if criterion is not None:
            self.loss = self._loss

    def set_params(self, params: Layers) -> None:
        """See `NetworkAdapter`."""
        with self._torch.no_grad():
            for slot, (weight, bias) in zip(self._layout.slots, params, strict=True):
                self._set(slot.weight, weight.T if slot.transposed else weight)
                if slot.bias:
                    self._set(slot.bias, bias.reshape(slot.bias_shape))

    def _set(self, paths: tuple[Path, ...], array: Array) -> None:
        self._parameters[paths[0]].copy_(self._torch.tensor(np.array(array)))

    def forward(self, inputs: Array) -> Array:
        """See `NetworkAdapter`."""
        with quiet(), self._torch.no_grad():
            return np.array(self._outputs(inputs).numpy(), dtype=np.float64)

    def _outputs(self, inputs: Array) -> Any:
        found = self._module(self._torch.tensor(np.array(inputs, dtype=np.float64)))
        found = found[0] if isinstance(found, tuple) else found
        return found.reshape(len(inputs), self.sizes[-1])

    def loss_and_gradients(
        self, loss: Callable[..., Any], inputs: Array, targets: Array
    ) -> tuple[float, list[tuple[Array, Array | None]]]:
        """A loss (outputs, targets) -> tensor, and its gradients by autograd."""
        self._module.zero_grad()
        with quiet():
            value = loss(self._outputs(inputs), self._torch.tensor(np.array(targets)))
            value.backward()
        found: list[tuple[Array, Array | None]] = []
        for slot in self._layout.slots:
            weight = self._gradient(slot.weight)
            bias = self._gradient(slot.bias).reshape(-1) if slot.bias else None
            found.append((weight.T if slot.transposed else weight, bias))
        return float(value.detach()), found

    def _gradient(self, paths: tuple[Path, ...]) -> Array:
        parameter = self._parameters[paths[0]]
        if parameter.grad is None:
            return np.zeros(tuple(parameter.shape))
        return np.array(parameter.grad.numpy(), dtype=np.float64)

    def gradients_of(
        self, loss: str
    ) -> Callable[[Array, Array], tuple[float, list[tuple[Array, Array | None]]]]:
        """What gives the value and gradients of a loss of PyTorch's, with its own mean.

        Args:
            loss: A name in `TORCH_LOSSES`.

        Raises:
            ValueError: If there is none of this name.
        """
        if loss not in TORCH_LOSSES:
            raise ValueError(f"PyTorch has no loss {loss!r} here; known: {', '.join(TORCH_LOSSES)}")
        function = getattr(self._torch.nn.functional, TORCH_LOSSES[loss])
        return lambda inputs, targets: self.loss_and_gradients(function, inputs, targets)

    def _loss(self, inputs: Array, targets: Array) -> float:
        return self.loss_and_gradients(self._criterion, inputs, targets)[0]

    def _gradients(self, inputs: Array, targets: Array) -> list[tuple[Array, Array | None]]:
        criterion = _half_squared_error if self._criterion is None else self._criterion
        return self.loss_and_gradients(criterion, inputs, targets)[1]


def layout_of(module: Any) -> Layout:
    """Where the parameters of a module are.

    Raises:
        NotUnderstoodError: If it has none, or others than those of layers that follow each other.
    """
    torch = sys.modules["torch"]
    named = dict(module.named_parameters())
    found = layouts_of([Leaf([_path(name)], each) for name, each in named.items()])
    if any(isinstance(each, torch.nn.Linear) for each in module.modules()):
        found = [each for each in found if not each.slots[0].transposed]
    used = {".".join(map(str, path)) for each in found[:1] for path in each.paths}
    other = [name for name in named if name not in used]
    if not found or other:
        what = f"has the parameters {', '.join(other[:4])}" if named else "has no parameters"
        raise NotUnderstoodError(
            f"{type(module).__name__} {what}; only modules of linear layers that follow each "
            "other and activations are checked"
        )
    return found[0]


def _path(name: str) -> Path:
    return tuple(int(each) if each.isdigit() else each for each in name.split("."))


def understood(name: str, make: Callable[[], Any], namespace: Mapping[str, Any]) -> Understood:
    """What a module was taken for.

    Args:
        name: What it is called in its file.
        make: Returns it.
        namespace: The file, in which its loss may stand.

    Raises:
        NotUnderstoodError: See `ModuleNetwork`.
    """
    criterion = _criterion(namespace, make)
    network = ModuleNetwork(make(), criterion)
    network.forward(np.zeros((3, network.sizes[0])))
    layers = "the module" if len(network.sizes) == 2 else "the layers"
    words = f"{name}, a torch.nn.Module: {layers} of sizes {network.sizes}; samples in rows"
    if criterion is None:
        words += "; no loss beside it; gradients by autograd of half the squared error"
    else:
        words += f"; loss by {_name_of(criterion)}; gradients by autograd"
    used = {*map(type, make().modules()), type(criterion), criterion}
    others = tuple(each for each, kind in own_classes(namespace).items() if kind not in used)
    return Understood("network", words, lambda: ModuleNetwork(make(), criterion), others=others)


def _half_squared_error(outputs: Any, targets: Any) -> Any:
    return ((outputs - targets) ** 2).sum() / 2


def _name_of(criterion: Any) -> str:
    return str(getattr(criterion, "__name__", type(criterion).__name__))


def _criterion(namespace: Mapping[str, Any], make: Callable[[], Any]) -> Any:
    """The loss that stands beside a module and can be called with outputs and targets."""
    torch = sys.modules["torch"]
    for name in _CRITERIA:
        loss = namespace.get(name)
        if loss is None or isinstance(loss, type) or not callable(loss):
            continue
        for criterion in (loss, _OfLabels(loss)):
            try:
                outputs = torch.full((4, 3), 0.25, dtype=torch.float64, requires_grad=True)
                targets = torch.eye(4, 3, dtype=torch.float64)
                criterion(outputs, targets).backward()
            except Exception:
                continue
            return criterion
    return None


class _OfLabels:
    """A loss that takes the numbers of the classes, as one that takes rows of zeros and a one."""

    def __init__(self, loss: Callable[..., Any]) -> None:
        self._loss = loss
        self.__name__ = _name_of(loss)

    def __call__(self, outputs: Any, targets: Any) -> Any:
        return self._loss(outputs, targets.argmax(dim=1))
