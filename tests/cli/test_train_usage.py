"""`crosscheck train` as it is asked: bad usage, words as keywords, frameworks and their limits."""

import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.frameworks.entries import Entries
from crosscheck.frameworks.registry import prepare


def run(*arguments):
    return CliRunner().invoke(main, ["train", *arguments])


def trained(*arguments):
    """What the command writes as JSON, and what it says."""
    result = run("--json", "-", *arguments)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout), " ".join(result.stderr.split())


BAD = {
    "a rate that is set twice": ("--set learning_rate=1", "use --learning-rate"),
    "layers that are no numbers": ("--layers 64,x,10", "whole numbers, as 64,16,10, not"),
    "layers for other data": ("--layers 784,10", "digits needs layers from 64 to 10"),
    "layers of nothing": ("--layers 64,0,10", "layer_sizes[1] must be at least 1, not 0"),
    "too many activations": ("--activations tanh,tanh", "3 layers need as many activations, not 2"),
    "an unknown activation": ("--activations swish", "unknown activation 'swish': known are"),
    "an activation by another name": ("--activations linear", "; did you mean identity?"),
    "a loss by another name": (
        "--loss cross_entropy",
        "'. Did you mean softmax_cross_entropy or b",
    ),
    "an optimizer by another name": ("--optimizer AdamW", "'adamax'. Did you mean adamw?"),
    "an unknown keyword": ("--set b3=1", "adam has no 'b3': it has learning_rate, b1, b2"),
    "a keyword out of range": ("--set b1=2", "adam: b1 must be in [0.0, 1.0), not 2.0"),
    "a keyword that is no number": (
        "--set b1=x",
        "--set takes NAME=NUMBER or NAME=true, not 'b1=x'",
    ),
    "a word that is none": (
        "--set eps_place=elsewhere",
        "adam: unknown eps_place 'elsewhere': known are outside, inside, hat",
    ),
    "a keyword without value": ("--set b1", "--set takes NAME=NUMBER or NAME=true, not 'b1'"),
    "a negative rate": ("--learning-rate -1", "learning_rate must be in [0.0, inf), not -1.0"),
    "a bound for nothing": ("--bound 1", "initializer 'lecun_normal' takes no bound"),
    "no bound": ("--initializer uniform", "initializer 'uniform' needs its bound"),
    "epochs without end": (f"--epochs 1{'0' * 30}", "is not in the range 1<=x<=1000000"),
    "a folder without a name": ("--checkpoint=", "'' is no folder"),
    "an unknown framework": ("--framework nosuch", "'nosuch' is neither a framework"),
    "numpy on a GPU": ("--framework numpy --device cuda", "NumPy computes on the CPU only"),
    "numpy compiled": ("--framework numpy --compile", "NumPy has no compiler"),
    "targets that fit no loss": (
        "--framework numpy --loss softmax_cross_entropy --resume .",
        "holds no checkpoint",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_usage_exits_with_2_and_says_what_to_do(name, tmp_path, monkeypatch, request):
    if name in ("numpy on a GPU", "numpy compiled"):
        request.getfixturevalue("digits")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")  # which a run on a GPU takes away
    arguments, message = BAD[name]
    result = run(*arguments.split())
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


@pytest.mark.usefixtures("digits")
def test_for_a_gpu_jax_is_not_told_to_keep_to_the_cpu(monkeypatch):
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    assert run("--framework", "numpy", "--device", "cuda").exit_code == 2
    prepare()  # as whatever loads a framework does
    assert os.environ["JAX_PLATFORMS"] == ""


LIMITS = """[[limits]]
optimizers = ["lion"]
reason = "it roars"
"""


@pytest.mark.usefixtures("digits")
def test_a_framework_of_ones_own_trains_where_it_is_named_and_within_its_limits(
    tmp_path, monkeypatch
):
    package = tmp_path / "modest_trainer"
    shutil.copytree(Path(__file__).parents[2] / "reference_numpy", package)
    with (package / "crosscheck.toml").open("a", encoding="utf-8") as file:
        file.write(LIMITS)
    monkeypatch.syspath_prepend(tmp_path)
    result, _ = trained("--framework", "modest_trainer", "--framework", "numpy", "--epochs", "1")
    assert [each["framework"] for each in result["runs"]] == ["numpy", "modest_trainer"]
    refused = run("--framework", "modest_trainer", "--optimizer", "lion")
    assert refused.exit_code == 2
    assert "modest_trainer does not support this: it roars" in refused.stderr
    other = Entries({"other": "modest_trainer"}, ())
    monkeypatch.setattr("crosscheck.frameworks.registry.announced", lambda: other)
    alone, _ = trained("--epochs", "1")
    assert "other" not in [each["framework"] for each in alone["runs"]]


@pytest.mark.usefixtures("digits")
def test_a_convention_may_be_a_word(tmp_path):
    where = ("--framework", "numpy", "--checkpoint", str(tmp_path))
    request = ("--set", "eps_place=hat", "--set", "eps=0.1")
    hat, _ = trained("--epochs", "1", *where, *request)
    assert hat["configuration"]["hyperparameters"]["eps_place"] == "hat"
    outside, _ = trained("--framework", "numpy", "--epochs", "1", "--set", "eps=0.1")
    assert hat["runs"][0]["epochs"][0]["loss"] != outside["runs"][0]["epochs"][0]["loss"]
    further, _ = trained("--resume", str(tmp_path), "--epochs", "2")
    assert further["configuration"]["hyperparameters"] == hat["configuration"]["hyperparameters"]


@pytest.mark.usefixtures("digits")
def test_what_determines_a_run_cannot_be_given_beside_a_checkpoint(tmp_path):
    trained("--framework", "numpy", "--epochs", "1", "--checkpoint", str(tmp_path))
    result = run("--resume", str(tmp_path), "--seed", "3", "--set", "b1=0.5")
    assert result.exit_code == 2
    assert "leave out --set, --seed" in " ".join(result.stderr.split())
    (tmp_path / "torch.safetensors").write_bytes(b"broken")
    result = run("--resume", str(tmp_path))
    assert result.exit_code == 2
    assert "torch.safetensors: cannot be read as safetensors" in " ".join(result.stderr.split())


@pytest.mark.usefixtures("digits")
def test_checkpoints_of_different_runs_are_not_one(tmp_path):
    for seed in ("0", "1"):
        folder = tmp_path / seed
        trained(
            "--framework", "numpy", "--epochs", "1", "--seed", seed, "--checkpoint", str(folder)
        )
    (tmp_path / "1" / "numpy.safetensors").rename(tmp_path / "0" / "torch.safetensors")
    result = run("--resume", str(tmp_path / "0"))
    assert result.exit_code == 2
    assert "the checkpoints of this folder are of different runs" in result.stderr


@pytest.mark.usefixtures("digits")
def test_what_cannot_be_compiled_is_said_and_other_errors_are_not_hidden(monkeypatch):
    def fails(*arguments, **keywords):
        raise RuntimeError("no compiler\nand much more")

    monkeypatch.setattr("crosscheck.cli.training.train_one", fails)
    result = run("--framework", "numpy", "--compile")
    assert result.exit_code == 2
    assert "cannot compile, leave --compile out: no compiler" in " ".join(result.stderr.split())
    assert "much more" not in result.stderr
    assert isinstance(run("--framework", "numpy").exception, RuntimeError)
