"""Somebody's own optimizer is identified: which reference it is, or where it departs and why."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from needed import skip_unless_installed

from crosscheck.frameworks.adapters import NotUnderstoodError
from crosscheck.frameworks.hyperparameters import WITH_DECAY, split_decay
from crosscheck.frameworks.understanding.optimizers import (
    is_optimizer,
    optimizers_in,
    understand_optimizer,
)
from crosscheck.verification.cases.hyperparameters import OF_THE_TREE, OPTIMIZER_CASES
from crosscheck.verification.checking.candidates import DISCRETE
from crosscheck.verification.checking.findings import CheckReport
from crosscheck.verification.checking.identification import identify_optimizer
from reference_numpy.optimizers import OPTIMIZERS, decayed

FOLDER = Path(__file__).parents[1] / "submissions" / "optimizers"
ANSWERS = json.loads((FOLDER / "answers.json").read_text(encoding="utf-8"))
# Keras reads its backend from the environment when it is imported, and other tests have their own.
ALONE = "keras_custom.py"


def checked(target, settings=None, **more) -> CheckReport:
    understood = understand_optimizer(target, settings)
    return identify_optimizer(understood.make, settings=settings or {}, **more)


def submission(file):
    name = f"submission_{Path(file).stem}"
    spec = importlib.util.spec_from_file_location(name, FOLDER / file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return getattr(module, ANSWERS[file]["name"])


@pytest.mark.parametrize("end", ["_params", ""])
def test_what_runs_before_and_after_an_update_may_be_called_either(end):
    text = (FOLDER / "nnfs_adam.py").read_text("utf-8")
    namespace = {}
    for hook in ("pre_update", "post_update"):
        text = text.replace(f"def {hook}_params", f"def {hook}{end}")
    exec(text, namespace)
    report = checked(namespace["Optimizer_Adam"])
    assert report.lines[0].text == ANSWERS["nnfs_adam.py"]["updates"]


def words_of(report):
    """Everything that a report says of what is wrong."""
    return "\n".join(" ".join([line.text, *line.mistakes]) for line in report.lines)


def test_every_submission_has_an_answer():
    assert {path.name for path in FOLDER.glob("*.py")} == set(ANSWERS)


@pytest.mark.sampled(16)
@pytest.mark.parametrize("file", [file for file in ANSWERS if file != ALONE])
def test_a_submission_gets_the_answer_beside_it(file):
    skip_unless_installed(FOLDER / file)
    answer = ANSWERS[file]
    report = checked(submission(file), answer["settings"])
    assert report.outcome == answer["outcome"], words_of(report)
    if answer["outcome"] == "right":
        assert report.lines[0].text == answer["updates"], words_of(report)
        assert report.lines[0].fraction <= 1
    else:
        assert answer["said"] in words_of(report)


def test_an_optimizer_of_keras_is_identified():
    if importlib.util.find_spec("keras") is None:  # imported here it would choose a backend
        pytest.skip("keras is not installed")
    script = (
        "import json, sys; sys.path[:0] = sys.argv[1:3]; import keras_custom\n"
        "from crosscheck.frameworks.understanding.optimizers import understand_optimizer\n"
        "from crosscheck.verification.checking.identification import identify_optimizer\n"
        "made = understand_optimizer(keras_custom.optimizer).make\n"
        "print(json.dumps(identify_optimizer(made, settings={}).as_json()))"
    )
    root = Path(__file__).parents[2]
    found = subprocess.run(
        [sys.executable, "-c", script, str(root), str(FOLDER)],
        env=os.environ | {"KERAS_BACKEND": "torch"},
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads(found.stdout.splitlines()[-1])
    assert report["lines"][0]["text"] == ANSWERS[ALONE]["updates"]
    assert "= keras.optimizers.RMSprop(learning_rate=0.01, rho=0.95)" in report["conventions"]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_reference_is_identified_as_itself(name):
    report = checked(OPTIMIZERS[name], {"learning_rate": 0.01})
    assert report.outcome == "right"
    assert report.lines[0].text.startswith(f"= {name}(learning_rate=0.01")


def test_a_stock_optimizer_is_said_in_the_words_of_all():
    torch = pytest.importorskip("torch")
    report = checked(torch.optim.Adam, {"lr": 0.01, "betas": (0.8, 0.99)})
    assert report.lines[0].text == "= adam(learning_rate=0.01, b1=0.8, b2=0.99, eps=1e-08)"
    assert "= torch.optim.Adam(lr=0.01, betas=(0.8, 0.99))" in report.conventions
    assert "= optax.adam(learning_rate=0.01, b1=0.8, b2=0.99)" in report.conventions
    assert "an array without a gradient (None) stays as it is" in report.conventions


def test_float32_is_judged_by_the_bound_of_float32():
    report = checked(submission("adam_lists.py"), dtype="float32")
    assert report.outcome == "right"


def test_a_stated_optimizer_is_held_to_what_was_stated():
    adam = submission("adam_lists.py")
    right = checked(adam, {"lr": 0.01}, stated="adam(learning_rate=0.01)")
    assert right.outcome == "right"
    same = checked(adam, {"lr": 0.01}, stated="torch.optim.Adam(lr=0.01)")
    assert same.outcome == "right"
    other = checked(adam, {"lr": 0.01}, stated="adam(0.01, bias_correction=False)")
    assert other.outcome == "wrong"
    assert "it is adam(learning_rate=0.01, b1=0.9, b2=0.999, eps=1e-08)" in other.advice[0]


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ("adam()", "needs a learning_rate"),
        ("adam(0.01, beta=1)", "no argument 'beta'"),
        ("adam(learning_rate=x)", "no call with plain arguments"),
        ("adem(0.01)", "unknown optimizer"),
        ("adam(0.01, b1=2.0)", "b1"),
    ],
)
def test_what_is_stated_must_be_a_call(stated, message):
    with pytest.raises(ValueError, match=message):
        checked(submission("sgd_lists.py"), stated=stated)


def test_a_setting_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(NotUnderstoodError, match="no parameter 'rate': it has lr, beta1"):
        understand_optimizer(submission("adam_lists.py"), {"rate": 0.1})


def test_what_is_called_as_nobody_can_tell_is_not_understood():
    class Odd:
        def step(self, swarm, fitness):
            return swarm

    with pytest.raises(NotUnderstoodError, match=r"step\(swarm, fitness\).*write an adapter"):
        understand_optimizer(Odd)


def test_an_adapter_of_ones_own_is_run_as_it_stands():
    class Adapter:
        def start(self, params):
            self.params = list(params)

        def step(self, grads):
            self.params = [p - 0.1 * g for p, g in zip(self.params, grads, strict=True)]
            return self.params

    report = checked(Adapter)
    assert report.lines[0].text == "= sgd(learning_rate=0.1)"


def test_a_name_is_a_claim():
    class AdamW(submission("adam_zipped.py")):
        pass

    report = checked(AdamW)
    assert report.outcome == "wrong"
    assert "its decay is an L2 penalty in the gradient" in report.lines[0].text


CASES = [
    label
    for label in OPTIMIZER_CASES
    if ("with" in label or "not" in label) and label not in OF_THE_TREE  # nobody identifies those
]


@pytest.mark.sampled(10)
@pytest.mark.parametrize("label", CASES)
def test_every_convention_is_told_from_the_others(label):
    name, keywords = OPTIMIZER_CASES[label]
    rule, decay = split_decay(keywords)
    own = keywords if name in WITH_DECAY else rule

    def factory(learning_rate):
        built = OPTIMIZERS[name](learning_rate, **own)
        return decayed(built, learning_rate, **decay) if decay and own is rule else built

    numbers = {key: value for key, value in keywords.items() if isinstance(value, float)}
    made = understand_optimizer(factory, {"learning_rate": 0.03}).make
    report = identify_optimizer(made, settings={"learning_rate": 0.03, **numbers})
    assert report.outcome == "right", words_of(report)
    assert not any("cannot tell it apart" in text for text in report.conventions)
    for keyword, value in keywords.items():
        usual = [values[0] for key, values in DISCRETE.items() if key == keyword]
        if usual and value != usual[0] and not (value == "hat" and "no correction" in label):
            shown = f"{keyword}={value!r}" in report.lines[0].text
            assert shown or name == "amsgrad"


def test_a_schedule_that_is_read_late_is_named():
    def late(learning_rate):
        adam = OPTIMIZERS["adam"](lambda step: learning_rate(max(step - 1, 0)))
        return adam if callable(learning_rate) else OPTIMIZERS["adam"](learning_rate)

    report = checked(late, {"learning_rate": 0.01})
    assert report.outcome == "wrong"
    assert report.first_wrong.quantity == "change of rate"
    assert report.first_wrong.mistakes[0].startswith("schedule read one step late")


def test_what_raises_is_said_with_its_step():
    class Stops:
        def __init__(self, lr=0.1):
            self.lr, self.left = lr, 5

        def step(self, params, grads):
            self.left -= 1
            if self.left < 0:
                raise RuntimeError("out of steps")
            return [p - self.lr * g for p, g in zip(params, grads, strict=True)]

    report = checked(Stops)
    assert report.outcome == "wrong"
    assert "at step 6 it raises RuntimeError: out of steps" in report.lines[0].text


def test_numpy_loads_neither_torch_nor_jax():
    script = (
        "import sys; sys.path[:0] = sys.argv[1:3]; import adam_v_uncorrected_wrong as own\n"
        "from crosscheck.frameworks.understanding.optimizers import understand_optimizer\n"
        "from crosscheck.verification.checking.identification import identify_optimizer\n"
        "identify_optimizer(understand_optimizer(own.Adam).make, settings={})\n"
        "print(*{'torch', 'jax', 'keras', 'optax'} & {*sys.modules})"
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", script, str(root), str(FOLDER)]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


def test_the_optimizers_of_a_file_are_found_with_and_without_a_name():
    pytest.importorskip("optax")
    chain = submission("made_of_a_chain.py")
    file = {**vars(sys.modules[chain.__module__]), "other": np.mean, "needs": lambda lr: None}
    assert optimizers_in(file, None) == [chain]
    assert optimizers_in(file, "other") == optimizers_in(file, "nothing") == []
    adam = submission("adam_lists.py")
    assert optimizers_in(vars(sys.modules[adam.__module__]), None) == [adam]
    assert optimizers_in({"own": adam}, "own") == [adam]


def test_an_optimizer_looks_like_one():
    assert is_optimizer(submission("adam_lists.py"))
    assert is_optimizer(submission("course_adam.py"))
    assert not is_optimizer(np.mean)
    assert is_optimizer(submission("nnfs_adam.py"))
    assert is_optimizer(submission("values_with_grad.py"))
    assert not is_optimizer(dict)
