"""What `translate` prints can be pasted into a file, and its first line is the verdict."""

import io

import pytest
from outputs import recipe as some_recipe
from outputs import translation as some_call
from rich.console import Console

from crosscheck.conventions.pasting import verdict, with_imports
from crosscheck.conventions.recipes.reading import read_recipe
from crosscheck.conventions.recipes.translating import WRITERS
from crosscheck.report.conventions import show_translation
from crosscheck.report.recipes import show_recipe

ADAMW = "optimizer = torch.optim.AdamW(model.parameters(), lr=0.1)\n"
LOOP = (
    "for x, y in batches:\n  optimizer.zero_grad()\n  loss(x, y).backward()\n"
    "  torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n  optimizer.step()\n"
    "  scheduler.step()"
)
COSINE = "scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=9)\n"
TEXTS = [ADAMW, ADAMW + COSINE + LOOP]
# What a program of PyTorch has before its optimizer.
PROGRAM = (
    "import torch\nmodel = torch.nn.Linear(3, 2)\nloss_function = torch.nn.MSELoss()\n"
    "batches = [(torch.ones(4, 3), torch.ones(4, 2))]\n"
)


@pytest.mark.parametrize("text", TEXTS, ids=["a call", "a loop"])
def test_what_is_printed_runs_in_a_file_of_its_own(text):
    pytest.importorskip("optax")
    (written, *_) = WRITERS["optax"](read_recipe(text).recipe)
    names = {}
    exec(compile(with_imports(written.code), "pasted.py", "exec"), names)
    assert "optimizer" in names


@pytest.mark.parametrize("text", TEXTS, ids=["a call", "a loop"])
def test_lines_of_pytorch_run_behind_a_model(text):
    pytest.importorskip("torch")
    (written, *_) = WRITERS["torch"](read_recipe(text).recipe)
    code = with_imports(written.code)
    assert code.startswith("import torch\n\n")
    names = {}
    program = PROGRAM.removeprefix("import torch\n")
    first, _, rest = code.partition("\n")
    exec(compile(f"{first}\n{program}{rest}", "pasted.py", "exec"), names)
    assert type(names["optimizer"]).__name__ == "AdamW"


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("optax.adam(0.1)", "import optax\n\noptax.adam(0.1)"),
        ("import math\n\n\ndef f(x):\n    return math.sin(x)", "import math\n\n\ndef f(x):"),
        ("mlx.optimizers.Adam(0.1)", "import mlx.optimizers\n\nmlx"),
        ("adam(0.1)", "adam(0.1)"),
    ],
)
def test_only_what_is_used_is_imported_and_once(code, first):
    assert with_imports(code).startswith(first)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"equal": True}, "equal"),
        ({"equal": True, "conditions": ("x",)}, "equal, under the conditions below (but: ...)"),
        ({"equal": True, "as_rate_changes": False}, "equal, but not as the learning rate changes"),
        ({"equal": False, "mismatch": {"eps": (1, 2), "b1": (3, 4)}}, "not equal: eps, b1"),
        ({"equal": False}, "not equal: the numbers below differ"),
        (
            {"equal": None, "problem": "optax is not installed"},
            "equal by their words, but not proved: optax is not installed",
        ),
    ],
)
def test_a_verdict_is_in_plain_words(how, said):
    assert verdict(how.pop("equal"), **how) == said


@pytest.mark.parametrize("equal", [True, False])
def test_the_verdict_stands_first_and_in_the_json(equal):
    for show, found in ((show_recipe, some_recipe(equal)), (show_translation, some_call(equal))):
        stream = io.StringIO()
        show(Console(file=stream, width=100), found)
        first = stream.getvalue().partition("\n")[0]
        assert first.startswith("equal" if equal else "not equal: ")
        assert found.verdict.startswith(first.rstrip())
        assert found.as_json()["verdict"] == found.verdict
        assert found.as_json()["code"].startswith("import ")
