"""A folder with the files that the examples on the pages name, and the commands run in it."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from doc_blocks import BLOCKS, ROOT, Block

from crosscheck.cli.main import main
from crosscheck.documents.worksheets.answers import answers_text
from crosscheck.documents.worksheets.drawing import draw

SUBMISSIONS = ROOT / "tests" / "submissions"
# Which file is homework.py, by what the example says of it: the first that fits.
HOMEWORK = {
    "NeuralNetwork": "rows_two_layers.py",
    "my_softmax": "functions.py",
    "assert_right": "course_functions.py",
    "": "course_functions_tanh_slope_without_square.py",
}
# What a program names and somebody else has written, by the name.
WRITTEN_BEFORE = {
    "my_value_and_grad": """
import numpy as np
from reference_numpy import gradients, params as layers
settings = {"activations": ["tanh", "sigmoid"], "loss": "squared_error"}
params = layers.init_params([3, 4, 2], seed=0)
x, y = np.eye(3), np.full((3, 2), 0.25)
def my_value_and_grad(params, x, y):
    return gradients.value_and_grad(tuple(layers.Layer(*p) for p in params), x, y, **settings)
""",
    "MyNetwork": """
import numpy as np
class MyNetwork:
    def __init__(self, inputs, hidden, outputs):
        self.A, self.c = np.ones((hidden, inputs)), np.zeros(hidden)
        self.B, self.d = np.ones((outputs, hidden)), np.zeros(outputs)
    def run(self, x):
        return np.tanh(x @ self.A.T + self.c) @ self.B.T + self.d
    def slopes(self, x, y):
        a = np.tanh(x @ self.A.T + self.c)
        above = 2 * (self.run(x) - y) / len(x)
        below = above @ self.B * (1 - a**2)
        return [(below.T @ x, below.sum(axis=0)), (above.T @ a, above.sum(axis=0))]
def test_the_adapter():
    import crosscheck
    crosscheck.check(Adapter()).assert_right()
""",
}
# What the student of docs/worksheets.md wrote, who made two mistakes.
WRONG_ANSWERS = {
    "deltas[1][0, 0]": "1.154",
    "deltas[0][0, 0]": "-0.05424",
    "deltas[0][0, 1]": "-0.2047",
    "grads[1].weight[0, 0]": "0.7184",
    "adam.params[1].bias[0]": "0.8000",
}
# What is wrong or has no equal ends with 1, and a file that is to be filled in with 2.
EXIT_CODES = {"check": (0, 1), "errata": (0, 1, 2), "grade": (0, 1), "translate": (0, 1)}

# What a command needs beside NumPy.
NEEDS = {"translate": ("torch", "optax"), "worksheet": ("jinja2",)}


def source(block: Block) -> str:
    """A program, behind what it takes for written."""
    before = [code for name, code in WRITTEN_BEFORE.items() if name in block.text]
    return "\n".join([*before, block.text])


def prepare(folder: Path, example: str) -> None:
    """Write the files that an example names into an empty folder."""
    of_adam = (SUBMISSIONS / "optimizers" / "adam_lists.py").read_text("utf-8")
    files = {"myadam.py": of_adam.replace("class Adam", "class MyAdam")}
    files["recipe.py"] = "optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)\n"
    (notes,) = (each.text for each in BLOCKS if each.text.startswith('title = "One unit"'))
    if "document new" not in example:
        files |= {"notes.toml": notes, "lecture.toml": notes}
    for name in ("rows_two_layers.py", "course_functions.py"):
        files[f"submissions/{name}"] = (SUBMISSIONS / name).read_text("utf-8")
    if "grade" in example:
        kind = {"activations": ["sigmoid"] * 2, "loss": "squared_error", "optimizer": "adam"}
        exercise = draw((3, 2, 1), **kind, seed=7)
        files["answers/one.toml"] = answers_text(exercise, exercise.solution | WRONG_ANSWERS)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    put_homework(folder, example)


def put_homework(folder: Path, example: str) -> None:
    """Write the homework.py of an example."""
    file = next(file for name, file in HOMEWORK.items() if name in example)
    shutil.copy(SUBMISSIONS / file, folder / "homework.py")


def run(command: str) -> str:
    """What a command of crosscheck prints in this folder, as a shell would run it."""
    if re.search(r"\b[A-Z]{3,}\b", command):  # check FILE
        command = " ".join([*command.split()[:2], "--help"])
    put_homework(Path(), command)
    arguments, given, target = [], None, None
    program, *left = shlex.split(command)
    assert program == "crosscheck", f"{command}: is no command that is run; see accounts.toml"
    while left:
        each = left.pop(0)
        if each == "<":
            given = Path(left.pop(0)).read_text("utf-8")
        elif each == ">":
            target = Path(left.pop(0))
        elif "*" in each:
            arguments += sorted(map(str, Path().glob(each)))
        else:
            arguments.append(each)
    for library in NEEDS.get(arguments[0], ()):
        pytest.importorskip(library, reason=f"{library}, which {command} needs, is missing")
    result = CliRunner().invoke(main, arguments, input=given)
    assert result.exit_code in EXIT_CODES.get(arguments[0], (0,)), result.output
    if target:
        target.write_text(result.stdout, encoding="utf-8")
    return result.stdout
