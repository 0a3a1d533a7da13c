"""`crosscheck check`: one file, many files, and what the shell gets."""

import ast
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.frameworks.regular_files import LARGEST
from crosscheck.verification.checking import copying
from crosscheck.verification.checking.findings import Outcome
from crosscheck.verification.checking.judging import Options, split
from crosscheck.verification.checking.running import check, check_files

NETWORK = """
import numpy as np

class Net:
    def __init__(self, n_in=4, n_hidden=3, n_out=2):
        rng = np.random.default_rng(0)
        self.W1, self.b1 = rng.normal(size=(n_in, n_hidden)), np.zeros(n_hidden)
        self.W2, self.b2 = rng.normal(size=(n_hidden, n_out)), np.zeros(n_out)

    def forward(self, X):
        self.a1 = np.tanh(X @ self.W1 + self.b1)
        return self.a1 @ self.W2 + self.b2

    def loss(self, X, y):
        return np.mean(np.sum((self.forward(X) - y) ** 2, axis=1)) / 2

    def backward(self, X, y):
        delta = (self.forward(X) - y) / len(X)
        self.dW2, self.db2 = self.a1.T @ delta, delta.sum(axis=0)
        delta = delta @ self.W2.T * SLOPE
        self.dW1, self.db1 = X.T @ delta, delta.sum(axis=0)
"""
RIGHT, WRONG = (
    NETWORK.replace("SLOPE", slope) for slope in ("(1 - self.a1 ** 2)", "(1 - self.a1)")
)
OPTIMIZER = """
class Sgd:
    def __init__(self, lr=0.1):
        self.lr = lr

    def step(self, params, grads):
        return [p - self.lr * g for p, g in zip(params, grads)]
"""


@pytest.fixture
def folder(tmp_path):
    """One file of each kind."""
    files = {
        "right.py": RIGHT,
        "wrong.py": WRONG,
        "sgd.py": OPTIMIZER,
        "nothing.py": "x = 1\n",
        "broken.py": "def f(:\n",
        "prints.py": "print('hello')\nopen('written.txt', 'w').close()\n" + RIGHT,
        "ends.py": "import os\nos._exit(3)\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def once(monkeypatch):
    """Let the command check each file once, however often it is asked for it."""
    kept = {}

    def remembered(targets, *rest):
        new = [each for each in targets if each not in kept]
        kept.update(zip(new, check_files(new, *rest) if new else (), strict=True))
        return [kept[each] for each in targets]

    monkeypatch.setattr("crosscheck.verification.checking.running.check_files", remembered)


def run(*arguments):
    return CliRunner().invoke(main, ["check", *map(str, arguments)])


def test_a_right_file_exits_with_0_and_says_what_it_was_taken_for(folder):
    result = run(folder / "right.py")
    assert result.exit_code == 0, result.output
    assert "activations tanh, identity" in result.stdout
    assert result.stdout.rstrip().endswith("RIGHT.")


def test_a_wrong_file_exits_with_1_and_names_the_place_and_the_mistake(folder):
    result = run(f"{folder / 'wrong.py'}:Net")
    assert result.exit_code == 1
    assert "first wrong: gradient of W1" in result.stdout
    assert "known mistake: tanh derivative without the square" in result.stdout


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", ["nothing.py", "broken.py", "ends.py", "not_there.py"])
def test_what_is_not_understood_exits_with_3(folder, name):
    result = run(folder / name)
    assert result.exit_code == 3
    assert result.stdout.rstrip().endswith("NOT UNDERSTOOD.")


def test_what_a_file_prints_is_shown_below_and_what_it_writes_is_written_elsewhere(folder):
    before = sorted(path.name for path in folder.iterdir())
    result = run(folder / "prints.py")
    assert "printed: hello" in result.stdout
    assert result.stdout.index("forward") < result.stdout.index("printed: hello")
    assert sorted(path.name for path in folder.iterdir()) == before


def test_an_optimizer_is_identified(folder):
    result = run(folder / "sgd.py", "--set", "lr=0.01")
    assert result.exit_code == 0, result.output
    assert "= sgd(learning_rate=0.01)" in result.stdout
    held = run(folder / "sgd.py", "--set", "lr=0.01", "--as", "sgd(learning_rate=0.02)")
    assert held.exit_code == 1


@pytest.mark.usefixtures("once")
def test_of_many_files_each_has_a_row_and_any_wrong_one_decides(folder):
    names = ["right.py", "wrong.py", "nothing.py"]
    path = folder / "reports.json"
    result = run(*(folder / name for name in names), "--json", path)
    assert result.exit_code == 1
    assert "1 right, 1 wrong, 1 not understood" in result.stdout
    written = json.loads(path.read_text("utf-8"))
    assert not written["holds"]
    assert [Path(each["target"]).name for each in written["reports"]] == names
    assert [each["outcome"] for each in written["reports"]] == ["right", "wrong", "not understood"]
    assert run(folder / "right.py", folder / "nothing.py").exit_code == 3


@pytest.mark.usefixtures("once")
def test_the_adapter_that_is_advised_can_be_copied_at_any_width(folder, monkeypatch):
    (folder / "odd.py").write_text("class Net:\n    def __init__(self, nothing):\n        1 / 0\n")
    for columns in ("60", "400"):
        monkeypatch.setenv("COLUMNS", columns)
        shown = run(folder / "odd.py").stdout
        adapter = shown[shown.index("class Adapter:") :]
        adapter = adapter.partition("  next:")[0].partition("  convention:")[0]
        (made,) = ast.parse(adapter).body
        assert [each.name for each in made.body[1:]] == [
            *("__init__", "set_params", "forward", "gradients")
        ]
        said = " ".join(shown.replace("\n    ", "").split())
        assert f"{(folder / 'odd.py')}:Adapter`" in said.replace(" ", "")
        rows = run(folder / "odd.py", folder / "nothing.py").stdout
        assert "Adapter" not in rows  # a row of each
        assert "`crosscheck check` with that file alone says what to write" in " ".join(
            rows.split()
        )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--loss", "mse"], "--loss: 'mse' is none of squared_error"),
        (["--loss", "MSE"], "did you mean mean_squared_error or squared_error or"),
        (["--loss", "bce"], "did you mean binary_cross_entropy or sigmoid_binary_cross_entropy?"),
        (["--loss", "cross_entropy"], "did you mean softmax_cross_entropy or binary_cross"),
        (["--activations", "tanh,linear"], "did you mean identity?"),
        (["--activations", "none"], "did you mean identity?"),
        (["--activations", "sigmod"], "did you mean sigmoid?"),
        (["--activations", "tanh,swish"], "--activations: 'swish' is none of identity"),
        (["--as", "Adam(lr=0.1)"], "'Adam' is several: tinygrad.nn.optim.Adam, torch.optim.Adam; "),
        (["--as", "Adam(lr=0.1)"], "did you mean adam? Write it as adam(learning_rate=0.01)"),
        (["--as", "sgdd(0.1)"], "did you mean sgd?"),
        (["--as", "adam(lr=0.1)"], "adam has no argument 'lr': known are learning_rate, b1"),
        (["--set", "lr"], "'lr' has not the form NAME=VALUE"),
        (["--limit", "0"], "0"),
    ],
)
def test_bad_usage_exits_with_2(folder, options, message):
    result = run(folder / "right.py", *options)
    assert result.exit_code == 2
    assert message in result.output


def test_what_is_stated_is_held(folder):
    assert run(folder / "right.py", "--loss", "half_squared_error").exit_code == 0
    assert run(folder / "right.py", "--activations", "sigmoid,identity").exit_code == 1


def test_a_file_that_takes_too_long_is_cut_off_and_its_definitions_are_checked(folder):
    waits = RIGHT + "\nimport time\nwhile True:\n    time.sleep(1)\n"
    (folder / "slow.py").write_text(waits, encoding="utf-8")
    (report,) = check_files([str(folder / "slow.py")], Options(), limit=8)
    assert report.outcome == Outcome.RIGHT
    assert any(
        "definitions" in text or "functions and classes" in text for text in report.conventions
    )


def test_an_object_is_checked_as_a_file_is(folder):
    namespace = {}
    exec(RIGHT, namespace)
    report = check(namespace["Net"])
    assert report.outcome == Outcome.RIGHT
    assert report.lines == check(folder / "right.py").lines


def test_what_lies_beside_a_file_comes_along_but_for_what_is_large_or_hidden(folder, monkeypatch):
    (folder / "lib").mkdir()
    (folder / "lib" / "slopes.py").write_text("SLOPE = 2\n", encoding="utf-8")
    (folder / "many").mkdir()
    for number in range(12):
        (folder / "many" / f"{number}.txt").write_text("x", encoding="utf-8")
    (folder / "large.bin").write_bytes(b"x" * 60_000)
    (folder / ".hidden").write_text("x", encoding="utf-8")
    monkeypatch.setattr(copying, "LARGEST", 50_000)
    monkeypatch.setattr(copying, "MOST_FILES", 10)
    copy = copying.copied(folder / "right.py", folder.parent / "copy")
    names = {path.name for path in copy.parent.iterdir()}
    assert {"right.py", "wrong.py", "lib"} <= names
    assert not names & {"many", "large.bin", ".hidden"}
    assert (copy.parent / "lib" / "slopes.py").exists()


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", [".sgd.py", "__init__.py", "numpy.py"])
def test_a_file_is_checked_whatever_its_name_is(tmp_path, name):
    (tmp_path / name).write_text(OPTIMIZER, encoding="utf-8")
    result = run(tmp_path / name)
    assert (result.exit_code, result.output.strip().splitlines()[-1]) == (0, "RIGHT.")


def test_a_link_to_a_file_is_checked_beside_what_the_file_imports(folder, tmp_path):
    (folder / "lib.py").write_text("RATE = 0.1\n", encoding="utf-8")
    text = "import lib\n" + OPTIMIZER.replace("lr=0.1", "lr=lib.RATE")
    (folder / "imports.py").write_text(text, encoding="utf-8")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "one.py").symlink_to(folder / "imports.py")
    (tmp_path / "links" / "two.py").symlink_to("one.py")
    assert run(tmp_path / "links" / "two.py").exit_code == 0


@pytest.mark.parametrize("below", [".", "lib"])
def test_a_file_above_the_temporary_folder_is_copied_without_the_copies(folder, monkeypatch, below):
    (folder / "lib").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder / below))
    scratch = folder / below / f"{copying.PREFIX}x"
    scratch.mkdir()
    copy = copying.copied(folder / "sgd.py", scratch / "0")
    assert (copy.parent / "right.py").exists()
    assert not list(copy.parent.rglob(f"{copying.PREFIX}*"))


def test_a_file_that_cannot_be_copied_is_said_to_be_so(folder, monkeypatch):
    (folder / "large.py").write_bytes(b"#" * (LARGEST + 1))
    result = run(folder / "large.py")
    said = " ".join(result.output.split())
    assert result.exit_code == 3
    assert "large.py has more than 16,777,216 bytes" in said

    def refuse(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.write_bytes", refuse)
    result = run(folder / "right.py")
    assert result.exit_code == 3
    assert "right.py cannot be copied: Permission denied" in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("target", "name"), [("a.py", None), ("a.py:Net", "Net"), ("a/b.py:lib.Net", "lib.Net")]
)
def test_a_target_is_a_file_and_perhaps_a_name(target, name):
    assert split(target) == (Path(target.partition(":")[0]), name)
