"""A weight decay may spare the biases; one that spares an array by its number is a mistake."""

import pytest
from own_decays import OF_A_LIST, SPARING
from own_parts import judged

from crosscheck.verification.checking.findings import Outcome
from crosscheck.verification.checking.spared_biases import BIASES_PLAIN, SPARED


@pytest.mark.parametrize("kind", SPARING)
def test_a_decay_that_spares_biases_is_right(tmp_path, kind):
    text, call = SPARING[kind]
    report = judged(tmp_path, text)
    assert report.outcome == Outcome.RIGHT
    assert report.lines[0].text == call
    assert SPARED in report.conventions


@pytest.mark.parametrize("decays", ["k == 0", "p.ndim == 1", "k > 0"])
def test_a_decay_that_spares_another_array_is_wrong(tmp_path, decays):
    report = judged(tmp_path, OF_A_LIST.replace("DECAYS", decays))
    assert report.outcome == Outcome.WRONG
    assert "moves as adamw(" in report.first_wrong.text


def test_what_spares_biases_and_is_wrong_besides_is_wrong(tmp_path):
    text = OF_A_LIST.replace("DECAYS", "p.ndim > 1")
    wrong = text.replace("p -= self.lr * m_hat", "p -= self.lr * (1 if p.ndim > 1 else 2) * m_hat")
    assert judged(tmp_path, wrong).outcome == Outcome.WRONG


VELOCITY = """
class Momentum:
    def __init__(self, lr=0.1, momentum=0.9):
        self.lr, self.momentum, self.v = lr, momentum, {}
    def step(self, params, grads):
        for k, p, g in ARRAYS:
            if MOVES:
                g = self.v[k] = self.momentum * self.v.get(k, 0) + g
            p -= self.lr * g
"""


def test_a_momentum_of_the_weights_alone_is_right(tmp_path):
    of_a_dict = VELOCITY.replace("ARRAYS", "[(k, params[k], grads[k]) for k in params]")
    of_a_list = VELOCITY.replace("ARRAYS", "zip(range(len(params)), params, grads)")
    for text in (
        of_a_dict.replace("MOVES", 'k.startswith("W")'),
        of_a_list.replace("MOVES", "p.ndim > 1"),
    ):
        report = judged(tmp_path, text)
        assert report.outcome == Outcome.RIGHT
        assert report.lines[0].text.startswith("= momentum(")
        assert BIASES_PLAIN in report.conventions
    for wrong in ("k == 0", "p.ndim == 1"):
        assert judged(tmp_path, of_a_list.replace("MOVES", wrong)).outcome == Outcome.WRONG
