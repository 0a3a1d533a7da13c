"""`crosscheck diff`: its verdicts, its exit codes, and the example of its page."""

import json
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from safetensors.numpy import save_file
from tensor_sets import computed, start, transposed

from crosscheck.cli.main import main

PAGE = (Path(__file__).parents[2] / "docs" / "diff.md").read_text(encoding="utf-8")
NETWORK = (
    '[network]\nactivations = ["sigmoid", "tanh", "identity"]\nloss = "softmax_cross_entropy"\n'
)
OPTIONS = ["--network", "network.toml", "--inputs", "start.safetensors"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the files of small sets, which is the current one."""
    monkeypatch.chdir(tmp_path)
    begin = start()
    (tmp_path / "network.toml").write_text(NETWORK)
    save_file(begin, "start.safetensors")
    save_file(computed(begin, "float32"), "single")
    save_file(computed(begin), "double")
    wrong = transposed(begin)
    save_file(wrong | {"grad.1.weight": wrong["grad.1.weight"].copy()}, "wrong")
    return tmp_path


def run(*arguments, code):
    result = CliRunner().invoke(main, ["diff", *arguments])
    assert result.exit_code == code, result.output
    return result.output


def lines(output):
    return [line.strip() for line in output.splitlines()]


def test_the_verdict_is_the_last_line_and_the_exit_code(folder):
    shown = run("single", "double", *OPTIONS, code=0)
    assert lines(shown)[0] == "A: single, in float32"
    assert lines(shown)[-1] == "rounding"
    shown = run("single", "wrong", *OPTIONS, code=1)
    assert lines(shown)[-2:] == ["known mistake in B: W2 transposed", "a bug in B, from z2 on"]
    assert "inherited in B" in shown


def test_what_cannot_be_told_has_an_exit_code_of_its_own(folder):
    # Of the last gradient alone, in bfloat16, with a batch whose sum may lose all of it.
    begin = start(batch=300)
    save_file(begin, "start.safetensors")
    save_file({"grad.0.bias": computed(begin)["grad.0.bias"]}, "grads")
    shown = run("grads", "grads", *OPTIONS, "--dtype-b", "bfloat16", code=3)
    assert "cannot tell in B" in shown
    assert lines(shown)[-1] == "cannot tell: of every tensor the bounds exceed the largest entry"


def test_json_has_what_is_shown(folder):
    shown = run("single", "wrong", *OPTIONS, "--json", "found.json", code=1)
    found = json.loads((folder / "found.json").read_text())
    assert found["message"] == lines(shown)[-1]
    assert len(found["tensors"]) == 16


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing", "double"], "missing: cannot be read as safetensors"),
        (["single", "."], ". is a folder, and no file"),
        (["network.toml", "double"], "network.toml: cannot be read as safetensors"),
        (["start.safetensors", "double"], "start.safetensors: unknown '"),
        (["single", "double", "--map", "z1"], "z1 is neither NAME=THEIRS nor a file"),
        (["double", "single", "--dtype-b", "float64"], "B has tensors in float32, which is"),
        (["single"], "Missing argument 'B'"),
    ],
)
def test_what_cannot_be_used_is_said(folder, arguments, message):
    shown = " ".join(run(*arguments, *OPTIONS, code=2).split())
    assert message in shown


@pytest.mark.skipif(os.name != "posix", reason="these are files as POSIX has them")
@pytest.mark.parametrize("place", range(4))
def test_no_file_is_waited_for(folder, place):
    os.mkfifo("pipe")
    paths = ["single", "double", "network.toml", "start.safetensors"]
    paths[place] = "pipe"
    a, b, network, inputs = paths
    shown = run(a, b, "--network", network, "--inputs", inputs, code=2)
    assert "a named pipe" in " ".join(shown.split())


@pytest.mark.parametrize("transposes", [False, True])
def test_the_example_of_the_page_is_what_the_page_says(tmp_path, monkeypatch, transposes):
    for library in ("torch", "jax", "sklearn"):
        pytest.importorskip(library, reason=f"the example is written with {library}")
    monkeypatch.chdir(tmp_path)
    (network,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "network.toml").write_text(network)
    begin, in_torch, in_jax = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    if transposes:
        right = "z = a @ weight.T"
        assert in_jax.count(right) == 1
        in_jax = in_jax.replace(right, "z = a @ (weight if layer == 1 else weight.T)")
    for script in (begin, in_torch, in_jax):
        exec(compile(script, "docs/diff.md", "exec"), {})
    shown = run("torch.safetensors", "jax.safetensors", *OPTIONS, code=int(transposes))
    part = "bug" if transposes else "rounding"
    printed = PAGE.partition(f"<!-- begin {part} -->")[2].partition("<!-- end")[0]
    # The fractions are those of one processor; the names and the verdicts are those of all.
    assert re.findall(r"│ (\S+) .* │ ([a-zA-Z ]+?) +│", shown) == re.findall(
        r"│ (\S+) .* │ ([a-zA-Z ]+?) +│", printed
    )
    told = [line for line in lines(printed) if line.startswith(("a bug", "known", "rounding"))]
    assert lines(shown)[-len(told) :] == told
    assert len(told) == 1 + transposes
