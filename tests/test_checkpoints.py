"""Checkpoints: whole at any moment, the same for every framework, and nothing else is believed."""

import json
import signal
import struct
import subprocess
import sys
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save as to_safetensors

from crosscheck.data import Dataset, Split
from crosscheck.exact.network import Layer
from crosscheck.fixtures.training import TrainingCase
from crosscheck.frameworks import Framework, load
from crosscheck.runs import checkpoints
from crosscheck.runs.checkpoints import Checkpoint, CheckpointError
from crosscheck.runs.configuration import Configuration
from crosscheck.runs.training import train
from reference_numpy.optimizers import OPTIMIZERS

NUMPY = load("numpy", "reference_numpy")


@cache
def data(dtype="float64"):
    rng = np.random.default_rng(0)
    split = Split(rng.random((10, 64)).astype(dtype), np.arange(10))
    return Dataset("digits", split, split)


def configuration(**changes):
    given = {"layers": (64, 3, 10), "activations": ("tanh", "sigmoid"), "batch_size": 4}
    return Configuration(**given | changes)


def epochs(framework, number, folder, start=None, **changes):
    path = None if start is None else folder / f"{start}.safetensors"
    checkpoint = None if path is None else checkpoints.load(path)
    chosen = configuration(**changes)
    stop = {"max_epochs": number}
    return train(framework, chosen, data(chosen.dtype), stop, start=checkpoint, folder=folder)


def bits(params):
    return b"".join(leaf.tobytes() for layer in params for leaf in layer)


# ----- going on -----


@pytest.mark.parametrize(
    ("optimizer", "dtype"), [*((name, "float64") for name in OPTIMIZERS), ("adam", "float32")]
)
def test_going_on_gives_bit_for_bit_what_an_uninterrupted_run_gives(
    framework, optimizer, dtype, tmp_path
):
    changes = {"optimizer": optimizer, "dtype": dtype, "hyperparameters": {"learning_rate": 0.05}}
    whole = epochs(framework, 3, None, **changes)
    epochs(framework, 1, tmp_path, **changes)
    rest = epochs(framework, 3, tmp_path, start=framework.name, **changes)
    assert bits(rest.params[-1]) == bits(whole.params[-1])
    assert [e.loss for e in rest.history] == [e.loss for e in whole.history]
    assert (rest.first_epoch, len(rest.params), len(rest.history)) == (1, 2, 3)
    # A run that was finished stays as it is.
    again = epochs(framework, 3, tmp_path, start=framework.name, **changes)
    assert bits(again.params[-1]) == bits(whole.params[-1])
    assert again.predicted.tolist() == whole.predicted.tolist()


class OfDigits(TrainingCase):
    """The exact run that the configuration of these tests describes."""

    def data(self):
        params = tuple(Layer(*layer) for layer in configuration().start(NUMPY))
        return params, data().train.inputs, data().train.targets


def test_a_run_begun_in_torch_goes_on_in_jax_and_ends_in_numpy(tmp_path):
    frameworks = [load(name, f"reference_{name}") for name in ("torch", "jax", "numpy")]
    missing = [each.name for each in frameworks if not isinstance(each, Framework)]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    torch, jax, numpy = frameworks
    changes = {"optimizer": "momentum", "hyperparameters": {"learning_rate": 0.1}, "seed": 3}
    case = OfDigits(
        "digits",
        optimizer="momentum",
        keywords={"momentum": 0.9, "nesterov": False},
        rate=0.1,
        stop={"max_epochs": 9},
    )
    # The start is drawn with the seed 0 in the case; only the batches take the other.
    start = configuration(**changes | {"seed": 0}).start(NUMPY)
    fresh = Checkpoint(
        configuration(**changes),
        start,
        {"velocity": tuple(Layer(*(leaf * 0 for leaf in layer)) for layer in start)},
        0,
        (),
        {},
    )
    checkpoints.save(tmp_path / "start.safetensors", fresh)
    epochs(torch, 5, tmp_path, start="start", **changes)
    epochs(jax, 7, tmp_path, start="torch", **changes)
    end = epochs(numpy, 9, tmp_path, start="jax", **changes)
    assert [e.framework for e in end.history] == ["torch"] * 5 + ["jax"] * 2 + ["numpy"] * 2
    exact = case.exactly()["trajectory"]["params"]
    for index, layer in enumerate(end.params[-1]):
        for part, leaf in layer._asdict().items():
            tensor = exact[f"[{index}].{part}"]
            assert np.all(np.abs(leaf - tensor.value[-1]) <= tensor.bound[-1]), (index, part)


def test_killed_at_any_moment_the_folder_holds_a_whole_checkpoint():
    if not hasattr(signal, "SIGKILL") or sys.platform == "win32":
        pytest.skip("this system has neither fork nor SIGKILL")
    script = Path(__file__).parent / "killed.py"
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=True, timeout=300
    )
    found = json.loads(done.stdout)
    assert len(found) == 50
    assert all(entry["killed"] and entry["same"] for entry in found)
    assert all(entry["only the checkpoint is left"] for entry in found)
    assert {entry["epoch"] for entry in found} >= {0, 1, 2, 3}  # early ones, and late ones


def test_a_checkpoint_that_cannot_be_written_whole_leaves_the_old_one(tmp_path, monkeypatch):
    epochs(NUMPY, 1, tmp_path)
    path = tmp_path / "numpy.safetensors"
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        epochs(NUMPY, 2, tmp_path, start="numpy")
    assert path.read_bytes() == before


def test_what_is_not_finite_is_not_kept(tmp_path):
    wild = {"optimizer": "sgd", "hyperparameters": {"learning_rate": 1e200}}
    linear = {"activations": ("identity", "identity"), **wild}
    with np.errstate(all="ignore"):
        run = epochs(NUMPY, 4, tmp_path, **linear)
    assert run.stop_reason == "loss_not_finite"
    assert not (tmp_path / "numpy.safetensors").exists()


# ----- what is no checkpoint -----


@cache
def honest():
    start = configuration().start(NUMPY)
    moments = {
        name: tuple(Layer(*layer) for layer in tree)
        for name, tree in checkpoints.moments_of(configuration()).items()
    }
    history = ({"framework": "numpy", "loss": 0.5, "train_accuracy": 0.1, "test_accuracy": 0.1,
                "seconds": 1.0},)  # fmt: skip
    return Checkpoint(configuration(), start, moments, 3, history, {"numpy": "2"})


def written(tmp_path, checkpoint=None):
    path = tmp_path / "x.safetensors"
    checkpoints.save(path, checkpoint or honest())
    return path


def taken_apart(content):
    """The header of a safetensors file as an object, and what follows it."""
    (size,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + size]), content[8 + size :]


def put_together(header, rest):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + rest


def changed(tmp_path, change):
    """A checkpoint in whose own JSON something was changed."""
    path = written(tmp_path)
    header, rest = taken_apart(path.read_bytes())
    content = json.loads(header["__metadata__"]["crosscheck"])
    change(content)
    header["__metadata__"]["crosscheck"] = json.dumps(content)
    path.write_bytes(put_together(header, rest))
    return path


def test_what_was_saved_is_what_is_loaded(tmp_path):
    found = checkpoints.load(written(tmp_path))
    assert found.configuration == honest().configuration
    assert bits(found.params) == bits(honest().params)
    assert {n: bits(t) for n, t in found.moments.items()} == {
        n: bits(t) for n, t in honest().moments.items()
    }
    assert (found.step, found.history, found.versions) == (3, honest().history, {"numpy": "2"})


def key(name, value):
    return lambda content: content.__setitem__(name, value)


def setting(name, value):
    return lambda content: content["configuration"].__setitem__(name, value)


HOSTILE = {
    "another format": (key("format", "2"), "is not in the format 'backprop-crosscheck 1'"),
    "no configuration": (key("configuration", None), "a configuration has activations, "),
    "an unknown optimizer": (setting("optimizer", "magic"), "unknown optimizer 'magic'"),
    "an unknown keyword": (setting("hyperparameters", {"x": 1}), "adam has no 'x'"),
    "a rate that is none": (setting("hyperparameters", {"learning_rate": "1"}), "adam: "),
    "hyperparameters of another kind": (setting("hyperparameters", 7), "this is no configuration"),
    "other layers": (setting("layers", [64, 4, 10]), "must be float64 of shape (4, 64)"),
    "more layers": (setting("layers", [64, 3, 3, 10]), "3 layers need as many activations"),
    "layers of another kind": (setting("layers", 7), "this is no configuration"),
    "sizes that are none": (setting("layers", [64, "3", 10]), "must be a whole number"),
    "another dtype": (setting("dtype", "float32"), "must be float32 of shape"),
    "an object for a dtype": (setting("dtype", {}), "unknown dtype {}"),
    "another seed": (setting("seed", 1), "its batches must go on as"),
    "a negative step": (key("step", -1), "its step must be a whole number, not -1"),
    "half a step": (key("step", 1.5), "its step must be a whole number, not 1.5"),
    "a flag for a step": (key("step", True), "its step must be a whole number, not True"),
    "no history": (key("history", None), "its history must have an entry"),
    "a history without losses": (key("history", [{}]), "its history must have an entry"),
    "another epoch": (key("history", []), "its batches must go on as"),
    "other batches": (key("batches", {"seed": 0}), "its batches must go on as"),
    "versions of another kind": (key("versions", [1]), "its versions must be texts by name"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_header_that_lies_is_a_clear_error(name, tmp_path):
    change, message = HOSTILE[name]
    path = changed(tmp_path, change)
    with pytest.raises(CheckpointError) as caught:
        checkpoints.load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)


def test_arrays_that_do_not_fit_are_a_clear_error(tmp_path):
    first, last = honest().params
    for params, message in (
        ((first,), "has not the tensors of its configuration: params.1.bias, params.1.weight"),
        ((first, last, last), "has not the tensors of its configuration: params.2.bias"),
        ((first, Layer(last.weight.T, last.bias)), "params.1.weight must be float64 of shape"),
        ((first, Layer(last.weight, last.bias.astype("float32"))), "not float32 of shape (10,)"),
        ((first, Layer(last.weight * np.nan, last.bias)), "params.1.weight has entries that are"),
        ((first, Layer(last.weight, last.bias + np.inf)), "params.1.bias has entries that are not"),
    ):
        path = written(tmp_path, replace(honest(), params=params))
        with pytest.raises(CheckpointError) as caught:
            checkpoints.load(path)
        assert f"{path}: " in str(caught.value)
        assert message in str(caught.value)


def test_a_file_of_something_else_is_a_clear_error(tmp_path):
    path = tmp_path / "x.safetensors"
    whole = written(tmp_path).read_bytes()
    header, rest = taken_apart(whole)
    beyond = json.loads(json.dumps(header))
    beyond["params.0.bias"]["data_offsets"] = [0, 10**12]
    nested = {"__metadata__": {"crosscheck": "[" * 100_000}}
    for content, message in (
        (b"", "cannot be read as safetensors"),
        (b"not at all", "cannot be read as safetensors"),
        (whole[:100], "cannot be read as safetensors"),
        (whole[:-1], "cannot be read as safetensors"),
        (whole + b"0", "cannot be read as safetensors"),
        (struct.pack("<Q", 2**63) + whole[8:], "cannot be read as safetensors"),
        (struct.pack("<Q", len(whole)) + whole[8:], "cannot be read as safetensors"),
        (put_together(beyond, rest), "cannot be read as safetensors"),
        (put_together([], rest), "cannot be read as safetensors"),
        (to_safetensors({"x": np.zeros(2)}), "its header has no 'crosscheck'"),
        (to_safetensors({}, {"crosscheck": "{"}), "its header is no JSON"),
        (to_safetensors({}, {"crosscheck": "[]"}), "is not in the format"),
        (put_together(nested, b""), "its header is no JSON"),
    ):
        path.write_bytes(content)
        with pytest.raises(CheckpointError) as caught:
            checkpoints.load(path)
        assert str(caught.value).startswith(f"{path}: ")
        assert message in str(caught.value)
    with pytest.raises(CheckpointError, match="cannot be read as safetensors"):
        checkpoints.load(tmp_path / "missing.safetensors")
    with pytest.raises(CheckpointError, match="cannot be read as safetensors"):
        checkpoints.load(tmp_path)


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(edits=st.lists(st.tuples(st.integers(0, 2500), st.integers(0, 255)), min_size=1, max_size=4))
def test_altered_bytes_are_a_checkpoint_or_a_clear_error(edits, tmp_path):
    # Most of the first 2,500 bytes are header; what it says is believed only where all of it fits.
    path = written(tmp_path)
    content = bytearray(path.read_bytes())
    for place, byte in edits:
        content[place] = byte
    path.write_bytes(bytes(content))
    try:
        found = checkpoints.load(path)
    except CheckpointError as error:
        message = str(error)
    else:
        message = f"{path}: "
        assert [layer.weight.shape for layer in found.params] == [
            (above, below) for below, above in pairwise(found.configuration.layers)
        ]
    assert message.startswith(f"{path}: ")
