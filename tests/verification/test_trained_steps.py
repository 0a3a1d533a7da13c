"""The later steps of a training that only moves the parameters: the rule that they follow."""

import itertools
import textwrap

import pytest
from own_rules import ADAM, FORMS, MOMENTUM, RIGHT, UNKNOWN, WRONG, ZEROS, trained
from own_training import NETWORK

from crosscheck.frameworks.submissions import load
from crosscheck.verification.checking.findings import Outcome, Verdict
from crosscheck.verification.checking.judging import Options, judge
from crosscheck.verification.checking.network import NO_SIZE
from crosscheck.verification.checking.own_steps import FIRST_ALONE
from crosscheck.verification.checking.spared_biases import BIASES_PLAIN, SPARED


def judged(tmp_path, text):
    path = tmp_path / "own.py"
    path.write_text(text, "utf-8")
    report = judge(load(path).namespace, None, "own.py", Options())
    return report, next((each for each in report.lines if each.quantity == "update"), None)


@pytest.mark.sampled(8)
@pytest.mark.parametrize(("form", "rule"), [*itertools.product(FORMS, RIGHT)])
def test_a_rule_of_the_references_is_recognised(tmp_path, form, rule):
    text, said = RIGHT[rule]
    report, line = judged(tmp_path, trained(form, text))
    assert (report.outcome, line.verdict) == (Outcome.RIGHT, Verdict.RIGHT)
    assert line.text == said


@pytest.mark.sampled(11)
@pytest.mark.parametrize(("form", "rule"), [*itertools.product(FORMS, WRONG)])
def test_a_known_mistake_is_named(tmp_path, form, rule):
    text, named = WRONG[rule]
    report, line = judged(tmp_path, trained(form, text))
    assert report.outcome == Outcome.WRONG
    assert any(named in each for each in line.mistakes)
    assert not any("AMSGrad" in each for each in line.mistakes)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("form", FORMS)
def test_of_a_rule_that_nobody_knows_only_the_first_step_is_judged(tmp_path, form):
    report, line = judged(tmp_path, trained(form, UNKNOWN))
    assert report.outcome == Outcome.RIGHT
    assert FIRST_ALONE in (line.text, *report.conventions)


def test_a_momentum_of_the_weights_alone_is_no_mistake(tmp_path):
    rule = MOMENTUM.replace("0.9 *", "0.9 * (k[0] == 'W') *")
    report, line = judged(tmp_path, trained("epochs", rule))
    assert report.outcome == Outcome.RIGHT
    assert line.text == f"= momentum(learning_rate=0.03125, momentum=0.9); {BIASES_PLAIN}"


def test_a_momentum_that_does_nothing_is_mentioned(tmp_path):
    text = trained("epochs", MOMENTUM).replace("lr=0.05):", "lr=0.05, momentum=0.9):")
    assert "no effect" not in judged(tmp_path, text)[1].text
    forgets = text.replace("for k, g", "m = dict.fromkeys(m, 0.0)\n            for k, g")
    report, line = judged(tmp_path, forgets)
    assert report.outcome == Outcome.RIGHT
    assert line.text == "momentum=0.9 has no effect"


def test_what_one_pass_leaves_in_an_object_is_not_there_at_the_next(tmp_path):
    """Each judgement begins with the objects as they are before the loop."""
    text, said = RIGHT["Adam"]
    first = trained("an object", text)
    assert judged(tmp_path, first)[1].text == judged(tmp_path, first)[1].text == said


def test_a_number_that_is_not_used_is_mentioned(tmp_path):
    text, said = RIGHT["Adam"]
    both = trained("one step", text).replace("self.lr", "self.weight_decay, self.lr", 1)
    report, line = judged(tmp_path, both.replace("= lr", "= 0.01, lr", 1))
    assert report.outcome == Outcome.RIGHT
    assert line.text == f"{said}; weight_decay is 0.0, where 0.01 was set"


def test_steps_in_place_are_the_same_ones(tmp_path):
    text, said = RIGHT["momentum"]
    moves = trained("one step", text).replace(
        "setattr(self, k, getattr(self, k) - step)", "getattr(self, k)[...] -= step"
    )
    assert judged(tmp_path, moves)[1].text == said


def test_a_network_without_biases_is_judged_by_its_weights(tmp_path):
    text, said = RIGHT["Adam"]
    lines = trained("epochs", text).replace(" + self.b1", "").replace(" + self.b2", "")
    lines = lines.replace("self.W1, self.b1 = rng.normal(size=sizes[:2]), np.zeros(sizes[1])",
                          "self.W1 = rng.normal(size=sizes[:2])")  # fmt: skip
    lines = lines.replace("self.W2, self.b2 = rng.normal(size=sizes[1:]), np.zeros(sizes[2])",
                          "self.W2 = rng.normal(size=sizes[1:])")  # fmt: skip
    lines = lines.replace("b1=d1.sum(0), ", "").replace(", b2=d2.sum(0)", "")
    assert judged(tmp_path, lines)[1].text == said


@pytest.mark.parametrize("form", ["epochs", "one step"])
def test_a_decay_that_spares_biases_is_recognised(tmp_path, form):
    rule = f"g = g + self.weight_decay * getattr(self, k) * (k[0] == 'W')\n{ADAM.strip()}"
    text = trained(form, rule).replace("self.lr", "self.weight_decay, self.lr", 1)
    report, line = judged(tmp_path, text.replace("= lr", "= 0.001, lr", 1))
    assert report.outcome == Outcome.RIGHT
    assert line.text.endswith(f"weight_decay=0.001, decoupled=False, leaves='weights'); {SPARED}")


HIDDEN = (
    NETWORK[: NETWORK.index("    def gradients")].replace(
        "self.lr = lr", f"self.lr, self.t, self.m, self.v = lr, 0, {ZEROS}, {ZEROS}"
    )
    + """
    def train_step(self, X, y):
        d2 = (self.forward(X) - y) / len(y)
        d1 = d2 @ self.W2.T * (1 - self.a1**2)
        self.t += 1
        grads = dict(W1=X.T @ d1, b1=d1.sum(0), W2=self.a1.T @ d2, b2=d2.sum(0))
        for k, g in grads.items():
RULE
            setattr(self, k, getattr(self, k) - step)
"""
)


def hidden(rule):
    own = rule.replace("LR", "self.lr").replace("m[k]", "self.m[k]").replace("v[k]", "self.v[k]")
    lines = textwrap.indent(own.replace("** t", "** self.t").strip(), " " * 12)
    return HIDDEN.replace("RULE", lines)


@pytest.mark.parametrize("rule", ["Adam", "RMSprop", "a mean of gradients"])
def test_gradients_that_only_the_steps_of_an_optimizer_show_are_right(tmp_path, rule):
    text, said = RIGHT[rule]
    report, line = judged(tmp_path, hidden(text))
    assert report.outcome == Outcome.RIGHT
    assert line.text == said
    (gradients,) = (each for each in report.lines if each.quantity == "gradients")
    assert (NO_SIZE in gradients.text) == (rule != "a mean of gradients")


def test_a_descent_by_signs_shows_no_gradients(tmp_path):
    for slope in ("(1 - self.a1**2)", "1"):
        text = hidden("step = LR * np.sign(g)").replace("(1 - self.a1**2)", slope)
        report, _ = judged(tmp_path, text)
        assert all(
            each.verdict != Verdict.RIGHT for each in report.lines if "gradient" in each.quantity
        )


def test_a_mistake_in_such_gradients_or_in_the_rule_is_wrong(tmp_path):
    text, _ = RIGHT["Adam"]
    for right, wrong in (("(1 - self.a1**2)", "(1 - self.a1)"), ("X.T @ d1", "-X.T @ d1")):
        assert judged(tmp_path, hidden(text).replace(right, wrong))[0].outcome == Outcome.WRONG
    plain = hidden("step = LR * g")
    assert judged(tmp_path, plain)[0].outcome == Outcome.RIGHT
    for factor in ("0.3 * g", "0.1 * g"):
        report, _ = judged(tmp_path, plain.replace("* g", f"* {factor}"))
        assert report.first_wrong.quantity == "gradient of W2"
    slipped, named = WRONG["no root"]
    report, line = judged(tmp_path, hidden(slipped))
    assert any(named in each for each in line.mistakes)


@pytest.mark.parametrize("where", ["in the loop", "in the optimizer"])
def test_gradients_that_are_added_up_may_be_set_to_zero_by_what_trains(tmp_path, where):
    text = trained("an object", ADAM)
    adds = """        grads = GRADS
        self.g = {k: self.g.get(k, 0) + g for k, g in grads.items()}
        return self.g
"""
    line = next(each for each in text.splitlines() if "return dict(" in each)
    text = text.replace(f"{line}\n", adds.replace("GRADS", line.strip().removeprefix("return ")))
    text = text.replace("self.lr = lr", "self.lr, self.g = lr, {}", 1)
    assert judged(tmp_path, text)[0].outcome == Outcome.WRONG
    if where == "in the loop":
        text = f"{text.rstrip()}\n    net.g = {{}}\n"
    else:
        text = text.replace("self.net, k) - step)", "self.net, k) - step)\n        self.net.g = {}")
    assert judged(tmp_path, text)[0].outcome == Outcome.RIGHT
