"""Class weights and smoothed labels of each framework are weights and targets of the references."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from crosscheck.conventions import stock
from crosscheck.conventions.functions import losses_weighted, running
from crosscheck.conventions.functions.statements import LABELS, LOGITS, weighted
from crosscheck.conventions.weighting import (
    balanced_class_weights,
    smooth_binary_labels,
    smooth_labels,
    weigh_classes,
    weigh_positives,
)

CE = "softmax_cross_entropy"
WEIGHTS = losses_weighted.CLASS_WEIGHTS
Z, Y = np.array(LOGITS), np.array(LABELS).argmax(axis=1)


# By the place of torch's statement: a weighting that is not the right one.
WRONG = {
    0: partial(losses_weighted.of_labels, class_weights=WEIGHTS, normalizer="count"),
    1: partial(weigh_classes, class_weights=WEIGHTS, normalizer="weights"),
    2: partial(losses_weighted.of_labels, class_weights=WEIGHTS, smoothing=0.1, weighs="the label"),
    3: partial(losses_weighted.of_labels, ignore_index=1, normalizer="count"),
    4: partial(losses_weighted.of_labels, class_weights=WEIGHTS, ignore_index=0),
    5: partial(losses_weighted.of_labels),
    6: partial(weigh_positives, pos_weight=3.0000001),
}


@pytest.mark.parametrize("index", WRONG)
def test_a_wrong_weighting_is_found(index):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    statement = losses_weighted.TORCH[index]
    (result,) = stock.run_jobs("torch", [(running.__name__, statement.job())])
    (finding,) = replace(statement, weighting=WRONG[index]).findings(result)
    assert finding.holds is False


def test_the_same_weights_are_1_and_4_by_what_the_sum_is_divided_by():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    if stock.FRAMEWORKS["keras-jax"].missing:
        pytest.skip("Keras is not installed")
    weights = (0.5, 2.0, 6.5)
    labels = np.array([2, 2, 1, 0])
    by_torch = torch.nn.functional.cross_entropy(
        torch.tensor(Z), torch.tensor(labels), torch.tensor(weights, dtype=torch.float64)
    )
    job = {
        "outputs": Z.tolist(),
        "labels": labels.tolist(),
        "class_weight": [[label, weight] for label, weight in enumerate(weights)],
    }
    (found,) = stock.run_jobs("keras-jax", [("keras_class_weight", job)])
    value, _ = weighted(CE, Z, weigh_classes(labels, weights))
    assert value == pytest.approx(float(by_torch), rel=1e-15)
    counted = weigh_classes(
        labels, dict(enumerate(weights)), weighs="the label", normalizer="count"
    )
    value, gradient = weighted(CE, Z, counted)
    # Keras takes the mean of its losses in float32.
    assert value == pytest.approx(found["loss"], rel=8 * 2.0**-24)
    assert np.abs(gradient - found["gradient"]).max() < 1e-14
    assert found["loss"] / float(by_torch) == pytest.approx(np.mean(np.array(weights)[labels]))


def test_balanced_weights_are_those_of_sklearn():
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    from sklearn.utils.class_weight import compute_class_weight

    labels = np.array([0, 1, 1, 2, 1, 2, 1])
    theirs = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    assert np.array_equal(balanced_class_weights(labels), theirs)
    assert balanced_class_weights([0, 1], classes=2).tolist() == [1.0, 1.0]


def test_probabilities_are_weighed_term_by_term():
    t = np.array([[0.2, 0.3, 0.5], [0.0, 1.0, 0.0]])
    found = weigh_classes(t, (0.0, 2.0, 4.0), normalizer="count")
    assert found.weights.tolist() == [2.6, 2.0]
    assert np.allclose(found.targets * found.weights[:, None], t * [0.0, 2.0, 4.0], rtol=1e-15)
    assert found.normalizer == "count"


def test_a_sample_whose_weight_is_0_keeps_its_targets():
    found = weigh_classes([0, 1], (0.0, 1.0))
    assert found.weights.tolist() == [0.0, 1.0]
    assert found.targets.tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_where_all_samples_are_ignored_the_loss_is_0_by_0():
    found = weigh_classes([-100] * 4, (0.5, 1.0, 3.0), ignore_index=-100, smoothing=0.1)
    assert found.weights.tolist() == [0.0] * 4
    assert found.normalizer == "weights"
    value, _ = weighted(CE, Z, found)
    assert np.isnan(value)


def test_both_forms_of_smoothing_are_one_with_another_share():
    y = np.eye(3)[Y]
    wrong = smooth_labels(y, 0.1, denominator="wrong classes")
    assert np.allclose(wrong, smooth_labels(y, 0.1 * 3 / 2), rtol=1e-15)
    assert np.all(wrong[y == 1] == 0.9)
    assert np.all(wrong[y == 0] == 0.05)
    assert np.allclose(smooth_binary_labels([0.0, 1.0], 0.1), [0.05, 0.95], rtol=1e-15)


REFUSED = {
    "unknown weighs 'all'": lambda: weigh_classes([0], [1.0], weighs="all"),
    "unknown normalizer 'mean'": lambda: weigh_classes([0], [1.0], normalizer="mean"),
    "unknown denominator 'K'": lambda: smooth_labels([[1.0]], 0.1, denominator="K"),
    "labels must be from 0 to 1": lambda: weigh_classes([0, 2], [1.0, 1.0]),
    "labels must be from 0 to 2": lambda: weigh_classes([-1, 2], classes=3),
    "labels must be whole numbers": lambda: weigh_classes([0.5], [1.0]),
    "there is no class 3": lambda: weigh_classes([0], {3: 1.0}, classes=2),
    "there must be 2 class weights": lambda: weigh_classes([0, 1], [1.0, 2.0, 3.0], classes=2),
    "finite and at least 0": lambda: weigh_classes([0, 1], [1.0, -2.0]),
    "the labels' weights add up to 0": lambda: weigh_classes([0], [0.0, 1.0], smoothing=0.1),
    "only labels can be ignored": lambda: weigh_classes([[1.0, 0.0]], ignore_index=-100),
    "class 1 has no sample": lambda: balanced_class_weights([0, 2]),
    "smoothing must be from 0 to 1": lambda: smooth_binary_labels([1.0], 1.5),
    "one class has no wrong ones": lambda: smooth_labels([[1.0]], 0.1, denominator="wrong classes"),
    "pos_weight of 2 outputs": lambda: weigh_positives([[1.0, 0.0]], 3.0),
    "pos_weight must be above 0": lambda: weigh_positives([1.0], 0.0),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_has_no_meaning_is_a_clear_error(message):
    with pytest.raises(ValueError, match=message):
        REFUSED[message]()


def test_several_outputs_with_positive_weights_are_several_losses():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    y, p = np.array(LABELS), np.array([2.0, 3.0, 0.5])
    loss = torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(p))
    theirs = float(loss(torch.tensor(Z), torch.tensor(y)))
    parts = [
        weighted("sigmoid_binary_cross_entropy", Z[:, [k]], weigh_positives(y[:, k], p[k]))[0]
        for k in range(3)
    ]
    assert np.mean(parts) == pytest.approx(theirs, rel=1e-15)
