"""What docs/checking.md says of an adapter's arguments is what an adapter is given."""

import numpy as np

from crosscheck.verification.checking.findings import Outcome
from crosscheck.verification.checking.running import check


class Adapter:
    """A network of one layer whose owner counts classes."""

    sizes = (4, 3)
    targets = "classes"

    def set_params(self, params):
        ((self.weight, self.bias),) = params
        assert (self.weight.shape, self.bias.shape) == ((3, 4), (3,))

    def forward(self, inputs):
        scores = inputs @ self.weight.T + self.bias
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def gradients(self, inputs, targets):
        GIVEN[type(self)].append(targets)
        delta = self.forward(inputs)
        delta[np.arange(len(inputs)), targets.argmax(axis=1)] -= 1
        delta /= len(inputs)
        return [(delta.T @ inputs, delta.sum(axis=0))]


class OfProbabilities(Adapter):
    targets = "any"

    def gradients(self, inputs, targets):
        GIVEN[type(self)].append(targets)
        delta = (self.forward(inputs) - targets) / len(inputs)
        return [(delta.T @ inputs, delta.sum(axis=0))]


GIVEN = {Adapter: [], OfProbabilities: []}


def test_targets_are_rows_of_probabilities_and_those_of_classes_are_one_hot():
    assert check(Adapter).outcome == Outcome.RIGHT
    assert all(np.array_equal(np.sort(rows), [[0, 0, 1]] * len(rows)) for rows in GIVEN[Adapter])
    assert GIVEN[Adapter]
    assert check(OfProbabilities).outcome == Outcome.RIGHT
    shares = [rows for rows in GIVEN[OfProbabilities] if len(rows) > 1]
    assert {5, 6, 67} <= {len(rows) for rows in shares}
    for rows in shares:
        np.testing.assert_allclose(rows.sum(axis=1), 1, rtol=1e-15)
        assert ((rows > 0) & (rows < 1)).all()
