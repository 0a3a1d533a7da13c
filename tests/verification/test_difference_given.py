"""What a comparison is given: names, layouts, shapes, and what does not fit."""

import json
import re

import numpy as np
import pytest
from safetensors.numpy import save_file
from tensor_sets import KIND, SIZES, computed, start, transposed

import crosscheck

BEGIN = start()
SINGLE = computed(BEGIN, "float32")
TOML = """
title = "a worked example whose numbers are others"
[network]
activations = ["sigmoid", "tanh", "identity"]
loss = "softmax_cross_entropy"
inputs = [["1"]]
"""


def refused(message, a=SINGLE, b=SINGLE, kind=KIND, begin=BEGIN, **options):
    with pytest.raises(ValueError, match=re.escape(message)):
        crosscheck.diff(a, b, kind, begin, **options)


def as_keras(found, prefix="grad"):
    """The weights as (fan_in, fan_out), with Keras's names."""
    names = {f"{prefix}.{index}.weight": f"dense_{index}/kernel" for index in range(3)}
    return {names.get(name, name): array.T if name in names else array
            for name, array in found.items()}, names  # fmt: skip


def test_files_are_read_like_arrays(tmp_path):
    save_file(SINGLE, tmp_path / "a")
    save_file(BEGIN, tmp_path / "start")
    (tmp_path / "network.toml").write_text(TOML)
    paths = tmp_path / "a", tmp_path / "a", tmp_path / "network.toml", tmp_path / "start"
    found = crosscheck.diff(*paths)
    assert found.message == "rounding"
    assert found.names == (str(tmp_path / "a"),) * 2


def test_weights_that_are_transposed_by_their_shape_are_found(tmp_path):
    other, names = as_keras(SINGLE)
    mapped = {**names, "grad.1.weight": "dense_1/kernel.T"}
    found = crosscheck.diff(SINGLE, other, KIND, BEGIN, names=mapped)
    assert found.message == "rounding"
    assert found.notes == ("B: transposed, as their shapes say: grad.0.weight, grad.2.weight",)
    # Without its .T the square one is taken as it stands, and is wrong.
    found = crosscheck.diff(SINGLE, other, KIND, BEGIN, names=names)
    assert found.message == "a bug in B, from grad.1.weight on"
    assert found.mistakes[1] == ()
    # A file says the same; and texts are added to it.
    (tmp_path / "names.json").write_text(json.dumps({**names, "grad.1.weight": []}))
    texts = (str(tmp_path / "names.json"), "grad.1.weight=dense_1/kernel.T")
    assert crosscheck.diff(SINGLE, other, KIND, BEGIN, names=texts).message == "rounding"


def test_a_square_weight_is_taken_as_those_beside_it():
    other = {name: array.T if name.endswith("weight") else array for name, array in SINGLE.items()}
    begin = {name: array.T if name.endswith("weight") else array for name, array in BEGIN.items()}
    found = crosscheck.diff(SINGLE, other, KIND, begin)
    assert found.message == "rounding"
    assert len(found.notes) == 4
    note = (
        "B: grad.1.weight is square and taken to be transposed as the others are; "
        "--map grad.1.weight=grad.1.weight says that it is not"
    )
    assert note in found.notes
    said = {"grad.1.weight": "grad.1.weight", "params.1.weight": "params.1.weight.T"}
    other["grad.1.weight"] = other["grad.1.weight"].T
    found = crosscheck.diff(other, other, KIND, begin, names=said)
    assert found.message == "rounding"
    assert not any("taken to be" in note for note in found.notes)


def test_a_network_may_be_without_biases():
    begin = {name: array for name, array in BEGIN.items() if not name.endswith("bias")}
    without = {f"params.{index}.bias": np.zeros(size, "float32")
               for index, size in enumerate(SIZES[1:])}  # fmt: skip
    found = computed(begin | without)
    found = {name: array for name, array in found.items() if not name.endswith("bias")}
    kind = KIND | {"biases": False}
    assert crosscheck.diff(found, found, kind, begin).message == "rounding"
    refused("inputs: unknown 'params.0.bias'", kind=kind)
    refused("inputs: 'params.0.bias', 'params.1.bias', 'params.2.bias' is missing", begin=begin)


@pytest.mark.parametrize(
    ("message", "a"),
    [
        ("A has no tensor; the names are z1, a1", {}),
        ("A and B have no tensor in common: A has z1, B has a1", {"z1": SINGLE["z1"]}),
        ("A: unknown 'z4'; the names here are z1, a1, z2", SINGLE | {"z4": SINGLE["z1"]}),
        ("A: 'z1' must have shape (5, 4), not (5, 3)", SINGLE | {"z1": SINGLE["z3"]}),
        ("A: 'loss' must have shape (), not (1,)", SINGLE | {"loss": np.ones(1)}),
        ("z1 has dtype int64", SINGLE | {"z1": np.ones((5, 4), int)}),
    ],
)
def test_a_set_that_does_not_fit_is_refused(message, a):
    refused(message, a, {"a1": SINGLE["a1"]})


@pytest.mark.parametrize(
    ("message", "changes"),
    [
        ("inputs: 'targets' is missing", {"targets": None}),
        ("inputs: unknown 'weights'", {"weights": np.ones(5)}),
        ("inputs: 'inputs' has shape (6,), not 2 axes", {"inputs": np.ones(6)}),
        ("inputs: 'inputs' has shape (0, 6), not 2 axes", {"inputs": np.ones((0, 6))}),
        ("inputs: params.0.weight has shape (4, 6), but 7 units", {"inputs": np.ones((5, 7))}),
        ("inputs: 'params.2.bias' must have shape (3,), not (4,)", {"params.2.bias": np.ones(4)}),
        ("inputs: 'targets' must have shape (5, 3), not (5, 2)", {"targets": np.ones((5, 2))}),
        ("inputs: inputs has entries that are not finite", {"inputs": np.full((5, 6), np.nan)}),
        ("inputs: softmax_cross_entropy needs targets in [0, 1]", {"targets": -np.ones((5, 3))}),
        ("products: at most 100,000,000 are computed exactly", {"inputs": np.ones((2000000, 6))}),
    ],
)
def test_a_start_that_does_not_fit_is_refused(message, changes):
    begin = {name: array for name, array in (BEGIN | changes).items() if array is not None}
    refused(message, begin=begin)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("'sigmod' is unknown: did you mean sigmoid?", {"activations": ["sigmod"]}),
        ("network.activations: has no layer", {"activations": []}),
        ("network.loss: 'mse' is unknown", {"loss": "mse"}),
        ("network.layers: unknown key", {"layers": 3}),
        ("inputs: 'params.3.weight', 'params.3.bias' is missing", {"activations": ["tanh"] * 4}),
        ("needs outputs in [0, 1]: end in sigmoid or softmax", {"loss": "binary_cross_entropy"}),
    ],
)
def test_a_network_that_does_not_fit_is_refused(message, kind):
    refused(message, kind=KIND | kind)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("n.toml: has no table [network]", "title = 'x'"),
        ("n.toml, line 2, network: 'loss' is missing", "\n[network]\nactivations = ['tanh']"),
        ("n.toml: is no TOML", "["),
    ],
)
def test_a_file_of_a_network_that_is_none_is_refused(tmp_path, message, text):
    (tmp_path / "n.toml").write_text(text)
    refused(message, kind=tmp_path / "n.toml")
    refused("No such file", kind=tmp_path / "missing.toml")


def test_names_that_do_not_fit_are_refused(tmp_path):
    refused("'=x' is not NAME=THEIRS, as z1=dense/z", names=["=x"])
    refused("--map: there is no 'z9'; the names are inputs, targets, params.0", names=["z9=z1"])
    refused("A: 'a1' is mapped twice", names=["z1=a1", "a1=a1"])
    refused("A: z1 is mapped to z1 and a1: name one", names=["z1=z1", "z1=a1"])
    refused("neither NAME=THEIRS nor a file", names=[str(tmp_path / "no.json")])
    for content, message in (
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "must be an object: names here, each with the one in your files"),
        ('{"z1": 3}', "z1 must be a name or a list of names, not 3"),
    ):
        (tmp_path / "names.json").write_text(content)
        refused(message, names=[str(tmp_path / "names.json")])


def test_both_sets_may_have_names_of_their_own():
    of_torch = {f"fc.{name}": array for name, array in SINGLE.items()}
    of_jax = {f"params/{name}": array for name, array in transposed(BEGIN).items()}
    names = {name: [f"fc.{name}", f"params/{name}"] for name in SINGLE}
    found = crosscheck.diff(of_torch, of_jax, KIND, BEGIN, names=names)
    assert found.message == "a bug in B, from z2 on"
    swapped = crosscheck.diff(of_jax, of_torch, KIND, BEGIN, names=names)
    assert swapped.message == "a bug in A, from z2 on"
