"""Optimizers that find the gradients on what they are given: on tensors, objects or layers."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from crosscheck.frameworks.understanding.optimizer_calls import (
    OF_LAYERS,
    OF_OBJECTS,
    Array,
    as_array,
    attribute_names,
    layer_of,
)
from crosscheck.frameworks.understanding.optimizer_plain import PlainOptimizer

# Before and after the steps of all layers, in the manner of "Neural networks from scratch".
BEFORE, AFTER = ("pre_update_params", "pre_update"), ("post_update_params", "post_update")


class ObjectOptimizer(PlainOptimizer):
    """An optimizer of objects with `data` and `grad`, whose step is given nothing."""

    owns_gradients = True

    def parameter(self, array: Any) -> Any:
        """An object with an array and its gradient."""
        return SimpleNamespace(**dict.fromkeys(self.names[1:]), **{self.names[0]: array})

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes that hold an array and its gradient."""
        return attribute_names(self.update, OF_OBJECTS)

    def step(self, grads: Sequence[Any]) -> list[Array]:
        """The parameters after one more step."""
        self.count += 1
        for each, grad in zip(self.params, grads, strict=True):
            setattr(each, self.names[1], None if grad is None else self.convert(grad))
        roles = zip(self.signature.names, self.signature.roles, strict=True)
        counts = {name: self.count for name, found in roles if found == "count"}
        self.function(self.objects[0])(**counts, **self.more)
        return [as_array(getattr(each, self.names[0])).copy() for each in self.params]


class TensorOptimizer(ObjectOptimizer):
    """The same of tensors of PyTorch."""

    takes_missing = True

    names = ("data", "grad")

    def parameter(self, array: Any) -> Any:
        """A tensor that may have a gradient."""
        return array.requires_grad_()


class LayerOptimizer(PlainOptimizer):
    """An optimizer that is given one layer after the other, which holds its gradients."""

    owns_gradients = True

    def step(self, grads: Sequence[Any]) -> list[Array]:
        """The parameters after one more step."""
        self.count += 1
        value = self.objects[0]
        update = self.function(value)
        names = attribute_names(update, OF_LAYERS)
        if self.count == 1:
            pairs = zip(self.params[::2], self.params[1::2], strict=True)
            self.layers = [layer_of(w, b, (w * 0, b * 0), names) for w, b in pairs]
        _call(value, BEFORE)
        found: list[Array] = []
        for layer, dw, db in zip(self.layers, grads[::2], grads[1::2], strict=True):
            setattr(layer, names[2], self.convert(dw))
            setattr(layer, names[3], self.convert(db))
            update(layer, **self.more)
            found += [as_array(getattr(layer, name)).copy() for name in names[:2]]
        _call(value, AFTER)
        return found


HOLDERS: dict[str, type[PlainOptimizer]] = {
    "objects": ObjectOptimizer,
    "tensors": TensorOptimizer,
    "layers": LayerOptimizer,
}


def _call(value: Any, names: Sequence[str]) -> None:
    """Call the first of some methods that an object has."""
    for name in names:
        if hasattr(value, name):
            getattr(value, name)()
            return
