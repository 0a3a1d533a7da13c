"""What is no checkpoint is not believed: headers that lie, arrays that do not fit, other bytes."""

import json
import os
import random
import struct
from dataclasses import replace
from functools import cache
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save as to_safetensors

from crosscheck.frameworks.registry import load
from crosscheck.numerics.trees import Layer
from crosscheck.training.runs import checkpoints
from crosscheck.training.runs.checkpoints import Checkpoint, CheckpointError
from crosscheck.training.runs.configuration import Configuration

NUMPY = load("numpy", "reference_numpy")


def configuration():
    given = {"layers": (64, 3, 10), "activations": ("tanh", "sigmoid"), "batch_size": 4}
    return Configuration(**given)


def bits(params):
    return b"".join(leaf.tobytes() for layer in params for leaf in layer)


@cache
def honest():
    start = configuration().start(NUMPY)
    zeros = tuple(Layer(*(leaf * 0 for leaf in layer)) for layer in start)
    names, _ = checkpoints.moments_of(configuration())
    moments = {name.removeprefix("state."): zeros for name in names}
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
    text = json.dumps(content)
    stated = json.loads(header["__metadata__"]["digests"])
    stated["the metadata"] = sha256(text.encode()).hexdigest()  # whoever lies, lies consistently
    header["__metadata__"] |= {"crosscheck": text, "digests": json.dumps(stated)}
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


def epoch(name, value):
    return lambda content: content["history"][0].__setitem__(name, value)


HOSTILE = {
    "another format": (key("format", "2"), "is not in the format 'backprop-crosscheck 2'"),
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
    "no history": (key("history", None), "its history must have a framework"),
    "a history without losses": (key("history", [{}]), "its history must have a framework"),
    "a history of losses alone": (key("history", [{"loss": 1.0}]), "its history must have a"),
    "an endless loss": (epoch("loss", 10**400), "its history must have a framework"),
    "seconds that are none": (epoch("seconds", "a"), "its history must have a framework"),
    "a framework that is none": (epoch("framework", 1), "its history must have a framework"),
    "half a batch": (setting("batch_size", 2.5), "batch_size must be a whole number, not 2.5"),
    "a flag for a batch size": (setting("batch_size", True), "batch_size must be a whole number"),
    "more than there is memory": (
        setting("layers", [64, 10**9, 10]),
        "must be float64 of shape (1000000000, 64)",
    ),
    "another epoch": (key("history", []), "its batches must go on as"),
    "other batches": (key("batches", {"seed": 0}), "its batches must go on as"),
    "versions of another kind": (key("versions", [1]), "its versions must be short texts"),
    "a version that is none": (key("versions", {"numpy": 2}), "its versions must be short texts"),
    "a version with markup": (key("versions", {"numpy": "[red]2[/]"}), "must be short texts"),
    "an endless version": (key("versions", {"numpy": "2" * 10_000}), "must be short texts"),
    "a framework that is a path": (epoch("framework", "../../etc/passwd"), "must have a framework"),
    "a framework that moves the cursor": (epoch("framework", "a\x1b[2J"), "have a framework"),
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
def test_altered_bytes_are_a_clear_error(edits, tmp_path):
    path = written(tmp_path)
    whole = path.read_bytes()
    content = bytearray(whole)
    for place, byte in edits:
        content[place] = byte
    if bytes(content) != whole:
        assert_does_not_load(path, bytes(content))


def test_no_flipped_bit_loads(tmp_path):
    path = written(tmp_path)
    whole, rng = path.read_bytes(), random.Random(26)
    for _ in range(300):
        content, bit = bytearray(whole), rng.randrange(8 * len(whole))
        content[bit // 8] ^= 1 << bit % 8
        assert_does_not_load(path, bytes(content))


def assert_does_not_load(path, content):
    path.write_bytes(content)
    with pytest.raises(CheckpointError) as caught:
        checkpoints.load(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_a_damaged_tensor_is_named(tmp_path):
    path = written(tmp_path)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(CheckpointError, match=r"changed after it was written: state\.\S+ has"):
        checkpoints.load(path)


def test_digests_that_are_missing_or_none_do_not_load(tmp_path):
    path = written(tmp_path)
    header, rest = taken_apart(path.read_bytes())
    for stated in (None, "", "[", "[]", "{}", "[" * 100_000):
        header["__metadata__"].pop("digests", None)
        if stated is not None:
            header["__metadata__"]["digests"] = stated
        path.write_bytes(put_together(header, rest))
        with pytest.raises(CheckpointError, match="its digests are not those of its content"):
            checkpoints.load(path)


def test_an_earlier_version_s_checkpoint_loads_unproven(tmp_path):
    assert checkpoints.load(written(tmp_path)).is_proven
    path = changed(tmp_path, key("format", "backprop-crosscheck 1"))
    found = checkpoints.load(path)
    assert not found.is_proven
    assert bits(found.params) == bits(honest().params)


def test_runs_that_are_equal_to_the_bit_have_one_digest():
    params, moments = honest().params, honest().moments
    one = checkpoints.digest(params, moments)
    assert one == checkpoints.digest(tuple(params), dict(moments))
    first, last = params
    other = (Layer(first.weight, np.nextafter(first.bias, 1.0)), last)
    assert checkpoints.digest(other, moments) != one
    assert checkpoints.digest(params, moments | {"m": other}) != one


@pytest.mark.parametrize("size", [2**24 + 1, 2**40, 2**64 - 1])
def test_an_endless_header_is_not_read(size, tmp_path):
    path = tmp_path / "x.safetensors"
    path.write_bytes(struct.pack("<Q", size) + b"{}")
    with pytest.raises(CheckpointError, match=f"at most 16777216 bytes, not {size}"):
        checkpoints.load(path)


def test_what_is_no_file_is_not_opened(tmp_path):
    if os.name != "posix":
        pytest.skip("these are files as POSIX has them")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    for name, words in (("pipe", "a named pipe"), ("device", "a device"), (".", "a folder")):
        with pytest.raises(CheckpointError, match=f"is {words}, and no file"):
            checkpoints.load(tmp_path / name)
