"""`crosscheck train`: the same training by every framework, its drift, its horizon, its files."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from crosscheck.cli import training as command
from crosscheck.cli.main import main
from crosscheck.frameworks.registry import Framework, load
from crosscheck.training.data.datasets import FOLDER_VARIABLE
from crosscheck.training.runs import checkpoints, drift

NUMPY = load("numpy", "reference_numpy")
NAMES = [
    name
    for name in ("numpy", "torch", "jax")
    if isinstance(load(name, f"reference_{name}"), Framework)
]
CHAOS = "--optimizer sgd --learning-rate 10 --batch-size 4 --initializer standard_normal --seed 1"


def run(*arguments):
    return CliRunner().invoke(main, ["train", *arguments])


def trained(*arguments):
    """What the command writes as JSON, and what it says."""
    result = run("--json", "-", *arguments)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout), " ".join(result.stderr.split())


@pytest.mark.usefixtures("digits")
def test_alone_it_trains_every_framework_and_shows_that_it_is_the_same_training():
    found, said = trained("--epochs", "12", "--learning-rate", "0.01")
    assert [entry["framework"] for entry in found["runs"]] == NAMES
    first = found["runs"][0]["epochs"]
    assert first[-1]["test_accuracy"] > 0.8
    assert first[-1]["loss"] < first[0]["loss"]
    assert found["configuration"]["layers"] == [64, 16, 16, 10]
    assert found["horizon"] is None
    assert np.sum(found["runs"][0]["confusion"]) == 359
    assert "64-16-16-10 on digits, float64" in said
    assert "max_epochs" in said
    if len(NAMES) > 1:
        assert [entry["epoch"] for entry in found["drift"]] == list(range(12))
        assert 0 < max(entry["ulps"] for entry in found["drift"]) < 100
        assert "The same training: after every epoch the parameters agree to" in said
        assert "They take every test image for the same digit." in said
        for other in found["runs"][1:]:
            assert other["confusion"] == found["runs"][0]["confusion"]


def test_an_epoch_of_mnist_is_the_same_training_in_three_frameworks():
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        pytest.skip(f"{FOLDER_VARIABLE} names no folder")
    if len(NAMES) < 2:
        pytest.skip("only one framework is installed")
    rule = ("--optimizer", "sgd", "--learning-rate", "3", "--batch-size", "60")
    rule += ("--layers", "784,32,10")
    found, _ = trained("--data", "mnist", "--epochs", "1", *rule)
    assert found["drift"][0]["difference"] <= 1e-13
    for run in found["runs"]:
        assert run["confusion"] == found["runs"][0]["confusion"]
        assert run["epochs"][0]["test_accuracy"] > 0.9


@pytest.mark.usefixtures("digits", "matplotlib")
def test_where_training_is_chaotic_the_horizon_is_found_and_is_nobodys_error(tmp_path):
    if "torch" not in NAMES:
        pytest.skip("torch is not installed, and one framework cannot drift apart")
    pair = ("--framework", "numpy", "--framework", "torch", "--plot", str(tmp_path))
    found, said = trained(*CHAOS.split(), "--epochs", "1", *pair)
    assert 10 < found["horizon"]["step"] < 360
    assert found["horizon"]["epoch"] == 0
    ulps = found["horizon"]["ulps"]
    assert len(ulps) == 360
    assert max(ulps[: found["horizon"]["step"] - 1]) <= drift.HORIZON < max(ulps)
    # The steps one by one end where the epoch as a whole ended.
    assert ulps[-1] == found["drift"][0]["ulps"]
    assert f"after step {found['horizon']['step']} (epoch 1) the parameters differ" in said
    assert "It is an error of none." in said
    drawn = {path.name for path in tmp_path.iterdir()}
    assert drawn == {"curves.svg", "confusion.svg", "drift.svg", "horizon.svg"}
    assert all(path.read_bytes().startswith(b"<svg ") for path in tmp_path.iterdir())


@pytest.mark.usefixtures("digits")
def test_who_is_off_after_one_step_from_equal_parameters_is_named(tmp_path, monkeypatch):
    shutil.copytree(Path(__file__).parents[2] / "reference_numpy", tmp_path / "astray")
    path = tmp_path / "astray" / "gradients.py"
    text = path.read_text(encoding="utf-8")
    bias = "delta.sum(axis=0, out=bias)"
    assert bias in text
    path.write_text(
        text.replace(bias, f"np.multiply({bias}, 1 + 1e-3, out=bias)"), encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    rule = ("--optimizer", "rmsprop", "--epochs", "1")
    result = run(*rule, "--framework", "numpy", "--framework", "astray")
    assert result.exit_code == 1
    said = " ".join(result.output.split())
    assert "A difference, which is not chaos: after step 1 (epoch 1)" in said
    assert "Run crosscheck verify --only astray." in said


@pytest.mark.usefixtures("digits")
def test_the_horizon_of_a_later_epoch_starts_from_where_the_frameworks_stood(monkeypatch):
    if "torch" not in NAMES:
        pytest.skip("torch is not installed, and one framework cannot drift apart")
    arguments = ["--framework", "numpy", "--framework", "torch", "--epochs", "10"]
    found, _ = trained(*arguments)
    ulps = [entry["ulps"] for entry in found["drift"]]
    farthest = int(np.argmax(ulps))
    assert farthest > 0
    monkeypatch.setattr(drift, "HORIZON", np.nextafter(ulps[farthest], 0))
    again, _ = trained(*arguments)
    assert again["horizon"]["epoch"] == farthest
    assert again["horizon"]["ulps"][-1] == ulps[farthest]
    assert 45 * farthest < again["horizon"]["step"] <= 45 * (farthest + 1)


@pytest.mark.usefixtures("digits", "ends_softly")
def test_an_interrupt_leaves_a_whole_checkpoint_and_says_how_to_go_on(tmp_path, monkeypatch):
    whole, _ = trained("--framework", "numpy", "--epochs", "5")
    save = checkpoints.save
    kept = []

    def interrupted(path, checkpoint):
        save(path, checkpoint)
        kept.append(checkpoint.epoch)
        if checkpoint.epoch == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("crosscheck.training.runs.training.save", interrupted)
    folder = tmp_path / "a run"
    result = run("--framework", "numpy", "--epochs", "5", "--checkpoint", str(folder))
    assert result.exit_code == 130
    how = f"crosscheck train --resume '{folder}' --epochs 5 --framework numpy"
    assert f"interrupted while at numpy, epoch 2; go on with: {how}" in result.output
    monkeypatch.setattr("crosscheck.training.runs.training.save", save)
    rest, _ = trained("--framework", "numpy", "--epochs", "5", "--resume", str(folder))
    losses = [[e["loss"] for e in each["runs"][0]["epochs"]] for each in (whole, rest)]
    assert losses[0] == losses[1]
    assert rest["runs"][0]["confusion"] == whole["runs"][0]["confusion"]
    assert checkpoints.load(folder / "numpy.safetensors").epoch == 5  # it is kept up to date


@pytest.mark.usefixtures("digits", "ends_softly")
def test_an_interrupt_without_a_checkpoint_says_that_nothing_is_kept(monkeypatch):
    def interrupted(*arguments, **keywords):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "train_one", interrupted)
    result = run("--framework", "numpy")
    assert result.exit_code == 130
    assert "interrupted; nothing was kept (see --checkpoint)" in result.output


@pytest.mark.usefixtures("digits")
def test_all_frameworks_go_on_from_one_file(tmp_path):
    trained("--framework", "numpy", "--epochs", "2", "--checkpoint", str(tmp_path))
    file = str(tmp_path / "numpy.safetensors")
    found, _ = trained("--epochs", "3", "--resume", file)
    assert [entry["framework"] for entry in found["runs"]] == NAMES
    for entry in found["runs"]:
        who = [epoch["framework"] for epoch in entry["epochs"]]
        assert who == ["numpy", "numpy", entry["framework"]]
    assert {path.stem for path in tmp_path.glob("*.safetensors")} == set(NAMES)


@pytest.mark.usefixtures("digits")
def test_a_run_is_overwritten_by_none_but_itself(tmp_path, monkeypatch):
    here = ("--framework", "numpy", "--checkpoint", str(tmp_path))
    trained("--epochs", "2", *here)
    before = (tmp_path / "numpy.safetensors").read_bytes()
    other = tmp_path / "other"
    trained("--epochs", "1", "--framework", "numpy", "--checkpoint", str(other))
    elsewhere = ("--resume", str(other / "numpy.safetensors"), "--epochs", "3")
    for arguments in (("--epochs", "1"), elsewhere):
        result = run(*arguments, *here)
        assert result.exit_code == 2
        assert "numpy.safetensors holds another run: --resume it, or give" in " ".join(
            result.stderr.split()
        )
    assert (tmp_path / "numpy.safetensors").read_bytes() == before
    monkeypatch.chdir(tmp_path.parent)  # by whatever name, it is the same folder
    same = ("--resume", tmp_path.name, "--checkpoint", str(tmp_path), "--framework", "numpy")
    trained("--epochs", "3", *same)
    assert checkpoints.load(tmp_path / "numpy.safetensors").epoch == 3


@pytest.mark.usefixtures("digits")
def test_who_has_no_checkpoint_begins_anew_but_not_in_silence(tmp_path):
    trained("--framework", "numpy", "--epochs", "1", "--checkpoint", str(tmp_path))
    kept = tmp_path / "numpy.safetensors"
    if "torch" in NAMES:
        pair = ("--framework", "numpy", "--framework", "torch", "--epochs", "2")
        _, said = trained("--resume", str(tmp_path), *pair)
        assert f"{tmp_path} holds no checkpoint of torch: begun anew" in said
        (tmp_path / "torch.safetensors").unlink()
    kept.rename(tmp_path / "mine.safetensors")
    result = run("--resume", str(tmp_path), "--framework", "numpy", "--epochs", "2")
    assert result.exit_code == 2
    said = " ".join(result.stderr.split())
    assert "holds checkpoints of mine, and none of numpy: name the file to go on from" in said
    assert not kept.exists()


@pytest.mark.usefixtures("digits")
def test_a_stop_condition_sees_what_was_before_the_checkpoint(tmp_path):
    rule = ("--framework", "numpy", "--learning-rate", "0.003", "--loss-change-below", "0.001")
    whole, _ = trained("--epochs", "60", *rule)
    made = whole["runs"][0]["epochs"]
    assert whole["runs"][0]["stop_reason"] == "loss_change_below"
    trained("--epochs", str(len(made) - 1), *rule[:4], "--checkpoint", str(tmp_path))
    for _ in range(2):  # the second time there is nothing left to do
        rest, _ = trained("--epochs", "60", *rule[:2], *rule[4:], "--resume", str(tmp_path))
        assert rest["runs"][0]["stop_reason"] == "loss_change_below"
        losses = [epoch["loss"] for epoch in rest["runs"][0]["epochs"]]
        assert losses == [epoch["loss"] for epoch in made]


@pytest.mark.usefixtures("digits")
def test_a_run_that_diverges_is_shown_and_is_no_chaos(tmp_path):
    wild = ("--activations", "identity", "--learning-rate", "1e6", "--optimizer", "sgd")
    found, said = trained(*wild, "--epochs", "5", "--checkpoint", str(tmp_path))
    assert {entry["stop_reason"] for entry in found["runs"]} == {"loss_not_finite"}
    assert found["horizon"] is None
    assert "chaotic" not in said
    if len(NAMES) > 1:
        assert "Training diverged: the loss is not finite any more (numpy in epoch" in said


@pytest.mark.usefixtures("digits")
def test_going_on_from_beyond_the_horizon_is_said_to_be_that(tmp_path):
    if "torch" not in NAMES:
        pytest.skip("torch is not installed, and one framework cannot drift apart")
    pair = ("--framework", "numpy", "--framework", "torch")
    whole, _ = trained(*CHAOS.split(), *pair, "--epochs", "1", "--checkpoint", str(tmp_path))
    assert whole["horizon"] is not None
    for epochs in ("1", "2"):
        rest, said = trained("--resume", str(tmp_path), *pair, "--epochs", epochs)
        assert rest["runs"][1]["epochs"][0] == whole["runs"][1]["epochs"][0]
        assert "went on from beyond the horizon" in said
        assert rest["horizon"] is None
    (tmp_path / "torch.safetensors").unlink()
    _, said = trained("--resume", str(tmp_path), *pair, "--epochs", "1")
    assert "The runs have no epoch in common: nothing can be compared." in said


@pytest.mark.usefixtures("digits")
def test_a_loss_ends_the_run():
    found, _ = trained("--framework", "numpy", "--loss-below", "0.45")
    assert found["runs"][0]["stop_reason"] == "loss_below"
    assert found["runs"][0]["epochs"][-1]["loss"] < 0.45
