"""What trains a network is judged wherever its step stands, once its gradients are right."""

import builtins
import importlib
import re
import sys

import pytest
from own_training import FORMS, NETWORK, WRONG, training

import crosscheck
from crosscheck.frameworks.submissions import load
from crosscheck.verification.checking.findings import Outcome, Verdict
from crosscheck.verification.checking.judging import Options, judge
from crosscheck.verification.checking.network import TRAINING
from crosscheck.verification.checking.own_steps import FIRST_ALONE
from crosscheck.verification.checking.step_laws import ALWAYS
from crosscheck.verification.checking.trained_steps import CHANGES
from crosscheck.verification.checking.training import ALONE, BY_SAMPLES, LEANS, ONE_SAMPLE, UNKNOWN

SAID = dict.fromkeys(("samples", "batches"), BY_SAMPLES.format("fit")) | {
    "a loop over samples": ALONE.format("the loop of the file")
}


def update_of(tmp_path, text):
    path = tmp_path / "own.py"
    path.write_text(text, "utf-8")
    report = judge(load(path).namespace, None, "own.py", Options())
    lines = [each for each in report.lines if each.quantity in ("update", TRAINING)]
    return report, lines[0]


@pytest.mark.parametrize("form", FORMS)
def test_training_that_goes_by_its_gradients_is_right(tmp_path, form):
    report, line = update_of(tmp_path, training(form))
    assert report.outcome == Outcome.RIGHT
    assert line.verdict == Verdict.RIGHT
    assert line.text == SAID.get(form, "")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("form", FORMS)
def test_training_that_does_not_is_wrong_and_it_is_said_how(tmp_path, form, kind):
    report, line = update_of(tmp_path, training(form, kind))
    assert report.outcome == Outcome.WRONG
    assert line.verdict == Verdict.WRONG
    assert re.search(WRONG[kind], line.text)


def test_a_rate_that_stands_in_the_step_is_said(tmp_path):
    text = training("its own rate").replace("self.lr * self.d", "0.05 * self.d")
    report, line = update_of(tmp_path, text)
    assert report.outcome == Outcome.RIGHT
    assert line.text == "fit: the learning rate of its steps is taken as 0.05"


def test_a_rate_that_is_given_and_not_used_is_said(tmp_path):
    report, line = update_of(
        tmp_path, training("one step").replace("-= lr * self", "-= 0.05 * self")
    )
    assert report.outcome == Outcome.RIGHT
    assert line.text.startswith("train_step: the rate that it is given is not used; the learning")


def test_a_step_before_the_forward_pass_of_its_samples_is_said(tmp_path):
    first = "        self.forward(x)\n        self.gradients(y)\n"
    text = training("one step")
    assert first in text
    report, line = update_of(tmp_path, text.replace(first, "        self.gradients(y)\n"))
    assert report.outcome == Outcome.RIGHT
    assert line.text == f"train_step: {LEANS}"


def test_training_that_forgets_all_samples_but_the_last_is_wrong(tmp_path):
    text = training("samples")
    step = text[text.index("                self.W1 -=") :]
    text = text.replace(step, step.replace("                self", "            self"))
    report, line = update_of(
        tmp_path, text.replace("np.random.permutation(len(X))", "range(len(X))")
    )
    assert report.outcome == Outcome.WRONG
    assert line.text == ONE_SAMPLE.format("fit", "last")


INLINE = {
    "of roots": ("np.sign(g) * np.sqrt(abs(g))", Verdict.SKIPPED, UNKNOWN.format("train")),
    "clipped": (
        "g * min(1, 0.01 / np.linalg.norm(g))",
        Verdict.RIGHT,
        "a step has the gradients clipped to a norm of 0.01 of each array",
    ),
    "always of one norm": (
        "g * 0.01 / np.linalg.norm(g)",
        Verdict.SKIPPED,
        ALWAYS.format("to a norm of 0.01 of each array"),
    ),
    "of the sign": ("np.sign(g)", Verdict.RIGHT, "= lion(learning_rate=0.03125, b1=0.0, b2=0.99)"),
}


@pytest.mark.parametrize("rule", INLINE)
def test_a_rule_that_is_no_plain_step_is_known_or_not_judged(tmp_path, rule):
    by, verdict, said = INLINE[rule]
    text = f"""{NETWORK}
    def train(self, X, Y, epochs, lr):
        for epoch in range(epochs):
            self.forward(X)
            self.gradients(Y)
            for name in ("W1", "b1", "W2", "b2"):
                g = getattr(self, "d" + name)
                setattr(self, name, getattr(self, name) - lr * {by})
"""
    report, line = update_of(tmp_path, text)
    assert report.outcome == Outcome.RIGHT
    assert (line.verdict, line.text) == (verdict, said)


@pytest.mark.parametrize("kind", ["right", "up"])
def test_a_step_that_nothing_runs_is_named_by_its_line(tmp_path, kind):
    text = training("below main", kind).replace('if __name__ == "__main__":', "def run(times):")
    report, line = update_of(tmp_path, text)
    number = next(n for n, each in enumerate(text.splitlines(), 1) if "net.W1 " in each)
    assert report.outcome == Outcome.RIGHT
    assert (line.verdict, line.text) == (
        Verdict.SKIPPED,
        f"not judged: the step of line {number} could not be run",
    )


@pytest.mark.parametrize("form", ["epochs", "below main"])
def test_training_that_leaves_no_numbers_is_wrong(tmp_path, form):
    report, line = update_of(tmp_path, re.sub(r"lr \* (\w+\.d)", r"np.nan * \1", training(form)))
    assert report.outcome == Outcome.WRONG
    assert line.text.endswith("leaves no numbers in W1, b1, W2, b2")


def test_of_two_objects_that_a_loop_mentions_the_one_that_it_trains_is_judged(tmp_path):
    text = training("below main", "half").replace("net = 0.1, Net()", "net, a = 0.1, Net(), Net()")
    text = text.replace("net.forward(X)", "a.forward(X); net.forward(X)")
    report, line = update_of(tmp_path, text)
    assert report.outcome == Outcome.WRONG
    assert "0.5 times that" in line.text


def test_a_second_step_that_raises_is_not_said_to_be_right(tmp_path):
    counts = "self.calls = getattr(self, 'calls', 0) + 1\n        assert self.calls < 2"
    once = f"self.forward(x)\n        {counts}"
    report, line = update_of(tmp_path, training("one step").replace("self.forward(x)", once, 1))
    assert report.outcome == Outcome.RIGHT
    assert line.text == FIRST_ALONE


def test_of_a_module_that_was_imported_no_line_runs_again(tmp_path, monkeypatch):
    ran = "import builtins\nbuiltins.ran = getattr(builtins, 'ran', 0) + 1\n"
    for name, where in (("imported_one", "top"), ("imported_two", "main")):
        guarded = training("below main").replace("    X, Y =", "    builtins.ran = 100\n    X, Y =")
        text = ran + (guarded if where == "main" else training("a loop of the file"))
        (tmp_path / f"{name}.py").write_text(text, "utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(builtins, "ran", 0, raising=False)
        report = crosscheck.check(importlib.import_module(name))
        assert (report.outcome, builtins.ran) == (Outcome.RIGHT, 1)


def test_a_step_through_a_dict_of_parameters_is_named_too(tmp_path):
    text = NETWORK
    for name in ("W1", "b1", "W2", "b2"):
        text = text.replace(f"self.{name}", f'self.params["{name}"]')
    text = (
        text.replace("self.lr = lr", "self.lr, self.params = lr, {}")
        + """
    def fit(self, X, y, lr, logger):
        logger.begin()  # nobody knows what that is
        self.forward(X)
        self.gradients(y)
        for name in self.params:
            self.params[name] += lr * getattr(self, "d" + name)
"""
    )
    report, line = update_of(tmp_path, text)
    number = len(text.splitlines())
    assert report.outcome == Outcome.RIGHT
    assert line.text == f"not judged: the step of line {number} could not be run"


LOOPS = {
    "right": ("net.step(lr)", Verdict.RIGHT, "^$"),
    "twice": ("net.step(lr); net.step(lr)", Verdict.WRONG, "a step by the mean over the batch"),
    "once more divided": (
        "net.dW1 /= len(X); net.step(lr)",
        Verdict.WRONG,
        "W1 by one over the num",
    ),
    "of another batch": (
        "net.forward(X[::-1]); net.gradients(Y); net.step(lr)",
        Verdict.SKIPPED,
        "with several it takes other steps",
    ),
}


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_that_calls_a_step_is_judged_beside_it(tmp_path, name):
    lines, verdict, said = LOOPS[name]
    text = training("by a method").replace("net.step(lr)", lines)
    path = tmp_path / "own.py"
    path.write_text(text, "utf-8")
    report = judge(load(path).namespace, None, "own.py", Options())
    update, found = (e for e in report.lines if e.quantity in ("update", TRAINING))
    assert (update.quantity, update.verdict) == ("update", Verdict.RIGHT)
    assert (found.quantity, found.verdict) == (TRAINING, verdict)
    assert re.search(said, found.text)


REMEMBERING = {
    "nothing": ("pass", ""),
    "a velocity": (
        "self.v = 0.9 * getattr(self, 'v', 0) + self.dW1; self.dW1 = self.v",
        FIRST_ALONE,
    ),
    "a rate that grows": (
        "lr = lr * (1 + 0.1 * epoch)",
        CHANGES.format("1.1, 1.32, 1.716"),
    ),
}


@pytest.mark.parametrize("name", REMEMBERING)
def test_what_is_kept_from_step_to_step_is_not_judged_and_that_is_said(tmp_path, name):
    line, said = REMEMBERING[name]
    step = "            self.W1 -="
    text = training("epochs").replace(step, f"            {line}\n{step}")
    report, found = update_of(tmp_path, text)
    assert report.outcome == Outcome.RIGHT
    assert (found.verdict, found.text) == (Verdict.RIGHT, said)


def test_of_gradients_that_nothing_shows_the_later_steps_are_looked_at_too(tmp_path):
    local = NETWORK[: NETWORK.index("    def gradients")]
    text = f"""{local}
    def fit(self, X, y, epochs=100, lr=0.1):
        v1 = v2 = u1 = u2 = 0
        for epoch in range(epochs):
            d2 = (self.forward(X) - y) / len(y)
            d1 = d2 @ self.W2.T * (1 - self.a1**2)
            v1, u1 = 0.9 * v1 - lr * X.T @ d1, 0.9 * u1 - lr * d1.sum(0)
            v2, u2 = 0.9 * v2 - lr * self.a1.T @ d2, 0.9 * u2 - lr * d2.sum(0)
            self.W1, self.b1 = self.W1 + v1, self.b1 + u1
            self.W2, self.b2 = self.W2 + v2, self.b2 + u2
"""
    report, line = update_of(tmp_path, text)
    assert (report.outcome, line.verdict) == (Outcome.RIGHT, Verdict.RIGHT)
    assert line.text == "= momentum(learning_rate=0.03125, momentum=0.9)"
    report, _ = update_of(tmp_path, text.replace("0.9 *", "0.9 * np.exp(-epoch) *"))
    assert FIRST_ALONE in report.conventions
    report, _ = update_of(tmp_path, text.replace("0.9 *", "0.0 *"))
    assert report.outcome == Outcome.RIGHT
    assert report.conventions.count(FIRST_ALONE) == 0


def test_what_stands_before_a_loop_and_raises_or_lasts_is_no_reason_to_stop(tmp_path, monkeypatch):
    monkeypatch.setattr("crosscheck.frameworks.understanding.calling.LIMIT", 0.2)
    monkeypatch.delitem(sys.modules, "jax", raising=False)  # beside which nothing is cut off
    for before in ("raise SystemExit", "import os; os.no_such", "while True: pass"):
        text = training("below main").replace("    X, Y =", f"    {before}\n    X, Y =")
        _, line = update_of(tmp_path, text)
        assert line.verdict == Verdict.SKIPPED
        assert "could not be run" in line.text


def test_a_network_with_one_output_is_judged_in_its_loop(tmp_path):
    text = training("a loop of the file", "half").replace("(4, 3, 2)", "(4, 3, 1)")
    report, line = update_of(tmp_path, text.replace("(20, 2)", "(20, 1)"))
    assert report.outcome == Outcome.WRONG
    assert "0.5 times that" in line.text


def test_of_wrong_gradients_the_training_is_not_judged(tmp_path):
    text = training("epochs", "up").replace("self.dW2, self.db2,", "self.dW2, self.db2,", 1)
    text = text.replace("(1 - self.a1**2)", "(1 - self.a1)")
    path = tmp_path / "own.py"
    path.write_text(text, "utf-8")
    report = judge(load(path).namespace, None, "own.py", Options())
    assert report.first_wrong.quantity.startswith("gradient")
    assert all(each.quantity not in ("update", TRAINING) for each in report.lines)
