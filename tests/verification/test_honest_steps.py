"""Steps and networks as honest people write them, which once were called wrong or not read."""

import pytest
from own_laws import LIMITED, step
from own_training import NAMES, NETWORK, training

from crosscheck.frameworks.submissions import load
from crosscheck.verification.checking.findings import Outcome, Verdict
from crosscheck.verification.checking.forward import LEAKY
from crosscheck.verification.checking.judging import Options, judge
from crosscheck.verification.checking.own_steps import FIRST_ALONE
from crosscheck.verification.checking.updating import NO_PLAIN

OWN = NETWORK.replace("self.lr = lr", "self.alpha, self.gamma, self.t = lr, 0.999, 0")
EVERY = 'for name in ("W1", "b1", "W2", "b2"):'


def method(lines):
    """A method `update`, in which NAME stands for each parameter and GRAD for its gradient."""
    each = f"            {lines}".replace("NAME", "p").replace("GRAD", "g")
    got = 'p, g = getattr(self, name), getattr(self, "d" + name)'
    head = f"    def update(self):\n        self.t += 1\n        {EVERY}\n            {got}"
    return f"{OWN}{head}\n{each}\n"


SET = "setattr(self, name, NAME - self.alpha * {})"
STEPS = {
    "alpha": (method(SET.format("GRAD")), Verdict.RIGHT, ""),
    "a rate that decays by gamma": (
        method(SET.format("GRAD")) + "        self.alpha *= self.gamma\n",
        Verdict.RIGHT,
        "",
    ),
    "a warm-up": (
        method(SET.format("min(1, self.t / 10) * GRAD")),
        Verdict.RIGHT,
        "a step by 0.1 times the rate times the gradient",
    ),
    "noise": (
        method(SET.format("(GRAD + 1e-3 * np.random.normal(size=GRAD.shape))")),
        Verdict.SKIPPED,
        NO_PLAIN,
    ),
}


def judged(tmp_path, text):
    path = tmp_path / "own.py"
    path.write_text(text, "utf-8")
    return judge(load(path).namespace, None, "own.py", Options())


@pytest.mark.parametrize("name", STEPS)
def test_an_honest_step_is_not_accused(tmp_path, name):
    text, verdict, said = STEPS[name]
    report = judged(tmp_path, text)
    (line,) = (each for each in report.lines if each.quantity == "update")
    assert report.outcome == Outcome.RIGHT
    assert (line.verdict, line.text) == (verdict, said)


def test_the_strength_of_a_penalty_that_is_called_alpha_is_not_its_rate(tmp_path):
    text = NETWORK.replace("self.lr = lr", "self.lr, self.alpha = lr, 0.01")
    decay = step("self.NAME -= self.lr * (self.dNAME + self.alpha * self.NAME)", only=NAMES[::2])
    decay = decay.replace("step(self, lr)", "step(self)").replace("-= lr *", "-= self.lr *")
    report = judged(tmp_path, text + decay)
    (line,) = (each for each in report.lines if each.quantity == "update")
    assert line.text == "a step also takes 0.01 W times the rate away: a decay"


ZEROED = """
class Linear:
    def __init__(self, n, m):
        self.W, self.b = np.random.normal(size=(n, m)), np.zeros(m)
        self.dW, self.db = np.zeros((n, m)), np.zeros(m)
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b
    def backward(self, grad):
        self.dW += self.x.T @ grad
        self.db += grad.sum(axis=0)
        return grad @ self.W.T
    def zero_grad(self):
        self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)

class Relu:
    def forward(self, x):
        self.on = x > 0
        return x * self.on
    def backward(self, grad):
        return grad * self.on

class Sequential:
    def __init__(self, sizes=(4, 3, 2)):
        self.layers = [Linear(*sizes[:2]), Relu(), Linear(*sizes[1:])]
    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x
    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
    def zero_grad(self):
        for layer in self.layers[::2]:
            layer.zero_grad()

def mse_loss(pred, target):
    return np.mean((pred - target) ** 2)

def mse_grad(pred, target):
    return 2 * (pred - target) / pred.size
"""


def test_gradients_that_lay_there_before_a_call_are_not_its_own(tmp_path):
    report = judged(tmp_path, "import numpy as np\n" + ZEROED)
    assert report.outcome == Outcome.RIGHT
    assert "gradients as backward leaves them" in report.understood


def test_a_bias_that_zero_grad_forgets_is_wrong(tmp_path):
    text = training("one step").replace("self.dW2, self.db2, self.dW1, self.db1 = ", "g = ")
    adds = (
        "        self.dW2, self.dW1 = self.dW2 + g[0], self.dW1 + g[2]\n"
        "        self.db2, self.db1 = self.db2 + g[1], self.db1 + g[3]\n"
        "    def zero_grad(self):\n"
        "        self.dW1, self.dW2 = 0 * self.W1, 0 * self.W2\n"
    )
    head, _, tail = text.partition("    def train_step")
    text = f"{head.rstrip()}\n{adds}    def train_step{tail}"
    zeros = "self.lr, self.dW1, self.dW2, self.db1, self.db2 = lr, 0, 0, 0, 0"
    text = text.replace("self.lr = lr", zeros)
    report = judged(tmp_path, text)
    wrong = [each.quantity for each in report.lines if each.verdict == Verdict.WRONG]
    assert wrong == ["update", "a second call"]


def test_a_leaky_relu_is_a_mistake_only_where_relu_is_stated(tmp_path):
    text = NETWORK.replace("np.tanh(X @ self.W1 + self.b1)", "leaky(X @ self.W1 + self.b1)")
    text = text.replace("(1 - self.a1**2)", "np.where(self.a1 > 0, 1, 0.01)")
    text += "\ndef leaky(z):\n    return np.where(z > 0, z, 0.01 * z)\n"
    report = judged(tmp_path, text)
    assert report.outcome == Outcome.NOT_UNDERSTOOD
    assert report.lines[0].text == LEAKY
    namespace = load(tmp_path / "own.py").namespace
    stated = judge(namespace, None, "own.py", Options(activations=("relu", "identity")))
    assert stated.outcome == Outcome.WRONG
    assert stated.first_wrong.mistakes[0].startswith("relu leaks")


def test_what_lies_like_the_whole_network_in_a_place_of_its_own_is_no_layer(tmp_path):
    kept = "self.lr, self.slow = lr, {n: 0 for n in ()}"
    text = NETWORK.replace("self.lr = lr", kept).replace(
        "    def forward",
        "        self.slow = {n: getattr(self, n).copy() for n in NAMES}\n    def forward",
        1,
    )
    text = text.replace("import numpy as np", f"import numpy as np\nNAMES = {NAMES}")
    assert judged(tmp_path, text).outcome == Outcome.RIGHT


def test_a_t_is_the_targets_only_where_nothing_else_is(tmp_path):
    text = training("functions").replace("Y = rng", "t = np.linspace(0, 1, 20)\nY = rng")
    text = text.replace("X = rng", "t = 0\nX = rng")
    report = judged(tmp_path, text)
    (line,) = (each for each in report.lines if each.quantity == "update")
    assert (report.outcome, line.verdict) == (Outcome.RIGHT, Verdict.RIGHT)


STEP = "        self.NAME -= self.lr * self.dNAME\n"
PLAIN = "".join(STEP.replace("NAME", name) for name in NAMES)
SLOW = """        self.t += 1
        if self.t % 5 == 0:
            for name in ("W1", "b1", "W2", "b2"):
                self.slow[name] += 0.5 * (getattr(self, name) - self.slow[name])
                setattr(self, name, self.slow[name].copy())
"""


def own_step(lines, made="self.lr = lr"):
    return f"{NETWORK.replace('self.lr = lr', made)}    def update(self):\n{lines}"


@pytest.mark.parametrize("name", LIMITED)
def test_weights_that_are_kept_within_limits_are_no_mistake(tmp_path, name):
    text, said = LIMITED[name]
    report = judged(tmp_path, NETWORK + text)
    (line,) = (each for each in report.lines if each.quantity == "update")
    assert (report.outcome, line.text) == (Outcome.RIGHT, said)
    shrunk = judged(tmp_path, f"{NETWORK}{text.rstrip()} * 0.9\n")
    assert shrunk.first_wrong.quantity == "update"


def test_limits_of_a_training_are_seen_at_a_huge_rate_and_held_at_a_small_one(tmp_path):
    for shrinks, verdict in (("", Verdict.RIGHT), (" * 0.9", Verdict.WRONG)):
        lines = f"{PLAIN}        self.W2 = np.clip(self.W2, -2, 2){shrinks}\n"
        text = own_step(lines).replace("update(self)", "fit(self, X, y)")
        passes = "fit(self, X, y):\n        self.forward(X)\n        self.gradients(y)\n"
        text = text.replace("fit(self, X, y):\n", passes)
        (line,) = (e for e in judged(tmp_path, text).lines if e.quantity == "update")
        assert line.verdict == verdict
        if verdict == Verdict.RIGHT:
            assert line.text == "fit keeps W2 between -2 and 2"


def test_slow_weights_that_follow_are_no_mistake(tmp_path):
    made = "self.lr, self.t = lr, 0"
    text = own_step(PLAIN + SLOW, made).replace(
        "    def forward", f"        self.slow = {{n: getattr(self, n).copy() for n in {NAMES}}}\n"
        "    def forward", 1
    )  # fmt: skip
    report = judged(tmp_path, text)
    assert report.outcome == Outcome.RIGHT
    assert FIRST_ALONE in report.conventions


def test_each_layer_may_have_a_rate_of_its_own(tmp_path):
    for names in (("lr1", "lr2"), ("lr_hidden", "lr_out"), ("eta_w", "eta_b")):
        first, second = names
        made = f"self.{first}, self.{second} = lr, 0.5 * lr"
        lines = PLAIN.replace("self.lr * self.dW2", f"self.{second} * self.dW2")
        lines = lines.replace("self.lr *", f"self.{first} *")
        assert judged(tmp_path, own_step(lines, made)).outcome == Outcome.RIGHT
        half = lines.replace(f"self.{second} *", f"0.5 * self.{second} *")
        assert judged(tmp_path, own_step(half, made)).outcome == Outcome.WRONG


@pytest.mark.parametrize(
    "set_to", ["np.zeros_like(self.W2)", "np.full_like(self.W2, 0.3)", "0.2 * np.sign(self.W2)"]
)
def test_weights_that_are_set_to_a_number_are_not_kept_within_limits(tmp_path, set_to):
    for name in ("update(self)", "fit(self, X, y)"):
        lines = f"{PLAIN}        self.W2 = {set_to}\n"
        if "fit" in name:
            lines = f"        self.forward(X)\n        self.gradients(y)\n{lines}"
        text = own_step(lines).replace("update(self)", name)
        assert judged(tmp_path, text).outcome == Outcome.WRONG
